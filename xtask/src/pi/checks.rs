//! What the emulated Pi has to show.

use super::check::{Check, Flash, PASSES};

/// The board by itself, through busybox and the kernel: if one of these fails, look at the emulator and not at our programs.
pub(crate) const BOARD: &[Check] = &[
    Check {
        name: "board: three chips answer on I2C bus 1",
        command: "i2cdetect -y -r 1",
        prints: &["40: …48 -- -- -- -- -- -- --…", "50: 50 -- …", "60: …68 -- …"],
        ..PASSES
    },
    Check {
        name: "board: the thermometer measures what is set outside",
        command: "outside temperature 23.5 && i2cget -y 1 0x48 0 w && outside i2c 0x48 used && outside i2c 0x50 unused",
        prints: &["0x8017"],
        ..PASSES
    },
    Check {
        name: "board: what is programmed into the flash is in its image",
        command: r"printf '\006' > /dev/spidev0.0; printf '\002\000\020\000board' > /dev/spidev0.0; outside spi used",
        flash: Some(Flash { offset: 0x1000, bytes: b"board" }),
        ..PASSES
    },
    Check {
        name: "board: a GPIO set inside is seen outside",
        command: "cd /sys/class/gpio; base=$(cat gpiochip*/base | sort -n | tail -n 1)
            for chip in gpiochip*; do grep -q pinctrl-bcm2835 $chip/label && base=$(cat $chip/base); done
            pin=$((base + 17)); echo $pin > export
            echo high > gpio$pin/direction; outside gpio 17 high || exit 1
            echo low > gpio$pin/direction; outside gpio 17 low || exit 1
            echo $pin > unexport",
        ..PASSES
    },
    Check {
        name: "board: the simulated line BUTTON can be driven",
        command: "for level in pull-up pull-down; do echo $level > $BUTTON_PULL; cat ${BUTTON_PULL%pull}value; done",
        prints: &["1", "0"],
        ..PASSES
    },
];
