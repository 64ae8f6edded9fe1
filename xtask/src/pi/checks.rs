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

/// The Linux back end, and guests on it that know nothing of it.
pub(crate) const HOST: &[Check] = &[
    Check {
        name: "list: buses, chips, lines and the kernel's names for them",
        command: "wasm-embedded-rt list",
        prints: &["Raspberry Pi…", "I2C", "/dev/i2c-1…", "SPI", "/dev/spidev0.0", "/dev/gpiochip0…", "…GPIO17…", "…BUTTON…"],
        ..PASSES
    },
    Check {
        name: "i2cdetect: three chips, in 12 MB",
        command: "peak 12288 guest pi i2cdetect",
        prints: &["40: …48 -- -- -- -- -- -- --", "50: 50 -- …", "60: …68 -- …", "peak memory: …"],
        ..PASSES
    },
    Check {
        name: "thermometer: what is set outside",
        command: "outside temperature 23.5 && guest pi thermometer && outside i2c 0x48 used",
        prints: &["temperature: 23.5 degC", "hysteresis: 75.0 degC", "limit: 80.0 degC"],
        ..PASSES
    },
    Check {
        name: "eeprom: what is written is read back",
        command: "guest pi eeprom",
        prints: &["4 bytes at 0x04, ready after …", "read back: \"unchanged bytes\""],
        ..PASSES
    },
    Check {
        name: "clock: a leap day begins",
        command: "guest pi clock",
        // QEMU's clock takes the weekday for that of the date before, which is set after it.
        prints: &["… 2028-02-28 23:59:5…", "… 2028-02-29 00:00:0…"],
        ..PASSES
    },
    Check {
        name: "spi_id: the flash says who it is",
        command: "guest pi spi_id && outside spi used",
        prints: &["JEDEC id: ef 40 16", "manufacturer: Winbond", "capacity: 4096 KiB"],
        ..PASSES
    },
    Check {
        name: "flash: what a driver programs is in the image",
        command: "guest pi flash",
        prints: &["erased: sector 2", "programmed: \"across a page boundary\""],
        flash: Some(Flash { offset: 0x2000 + 256 - 11, bytes: b"across a page boundary" }),
        ..PASSES
    },
    Check {
        name: "blinky: the LED goes on and off, and is off when it is terminated",
        command: "guest pi blinky & outside gpio 17 toggles || exit 1
            kill -TERM $!; wait $!; echo \"status $?\"; outside gpio 17 low",
        prints: &["1: on", "status 143"],
        ..PASSES
    },
    Check {
        name: "blinky: the LED is on when it is interrupted, if the policy says so",
        command: "guest left-high blinky & outside gpio 17 toggles || exit 1
            kill -INT $!; wait $!; echo \"status $?\"; outside gpio 17 high",
        prints: &["status 130"],
        ..PASSES
    },
    Check {
        name: "button: presses are counted",
        command: "echo pull-up > $BUTTON_PULL; guest pi button & sleep 1
            for press in 1 2 3; do
              echo pull-down > $BUTTON_PULL; sleep 0.3; echo pull-up > $BUTTON_PULL; sleep 0.3
            done; wait $!",
        prints: &["press 1: the LED is on", "press 2: the LED is off", "press 3: the LED is on"],
        ..PASSES
    },
    Check {
        name: "logger_async: a press is told between two measurements",
        command: "outside temperature -18.5 || exit 1; echo pull-up > $BUTTON_PULL; guest pi logger_async > out &
            until [ -s out ]; do sleep 0.02; done
            echo pull-down > $BUTTON_PULL; sleep 0.1; echo pull-up > $BUTTON_PULL; wait $!; status=$?; cat out; exit $status",
        prints: &["-18.5 °C", "the button was pressed", "-18.5 °C", "-18.5 °C"],
        ..PASSES
    },
    Check {
        name: "encoder_async: every edge has its time, in order over two lines, and is there when the guest looks later",
        command: r#"a() { echo $1 > $ENCODER_A_PULL; usleep 20000; }; b() { echo $1 > $ENCODER_B_PULL; usleep 20000; }
            a pull-up; b pull-up; guest pi encoder_async > out & sleep 1.5
            clockwise() { a pull-down; b pull-down; a pull-up; b pull-up; }
            back() { b pull-down; a pull-down; b pull-up; a pull-up; }
            clockwise; clockwise; clockwise
            until [ -s out ]; do sleep 0.05; done; back; back; back; back
            wait $!; status=$?; cat out; exit $status"#,
        prints: &["at 3: 12 edges, 0 missed, … us apart", "at -1: 16 edges, 0 missed, … us apart"],
        ..PASSES
    },
    Check {
        name: "refusals: nobody there, not granted, too long",
        command: "guest refusals refusals && outside i2c 0x50 unused && outside spi unused",
        prints: &[
            "0x33: Err(NoAcknowledge(…))",
            "0x50: Err(Denied)",
            "…\"flash\" (/dev/spidev0.0)…5000 bytes written…`bufsiz` is 4096: set `spidev.bufsiz=65536` on the kernel…",
            "5000 bytes: Err(TooLong)",
        ],
        ..PASSES
    },
    Check {
        name: "split-writes: what is longer than spidev's buffer goes out in parts",
        command: "(cat refusals.toml; echo 'split-writes = true') > split.toml; guest split refusals && outside spi used",
        prints: &["5000 bytes: Ok(())", "outside: a flash was selected 2 times"],
        ..PASSES
    },
    Check {
        name: "a bus that is not there refuses the policy before a line is driven",
        command: "guest missing spi_id; status=$?; outside gpio 27 low && exit $status",
        exit: 120,
        prints: &["…cannot open label `bus`…", "…/dev/i2c-7: no such device…", "…this machine has …/dev/i2c-1…"],
        ..PASSES
    },
    Check {
        name: "the same guests say the same in simulation",
        command: "outside temperature 23.5 || exit 1
            for guest in i2cdetect thermometer spi_id; do
              guest pi $guest > on-pi && guest sim $guest > in-sim && cmp on-pi in-sim && echo \"$guest: the same\" || exit 1
            done",
        prints: &["i2cdetect: the same", "thermometer: the same", "spi_id: the same"],
        ..PASSES
    },
];

/// What changes the board for all that follows: the chip with the button has another number afterwards, and `find_lines` of
/// `test-host/pi/init` finds it.
pub(crate) const UNPLUGGED: &[Check] = &[Check {
    name: "replugged: a chip that is unplugged and comes back is found again by the next call",
    // Files of these names are left by other checks, and a guest that has ended says nothing more.
    command: "rm -f out log; echo pull-up > $BUTTON_PULL; guest pi replugged > out 2> log & guest=$!
        says() { until grep -q $1 out 2> /dev/null; do kill -0 $guest || break; sleep 0.05; done; }
        says released; echo 0 > $BUTTON_LIVE; says gone
        echo 1 > $BUTTON_LIVE; wait $guest; status=$?; cat out log; exit $status",
    prints: &[
        "released",
        "gone: Other",
        "pressed",
        "…the chip is gone; the next call looks for it…",
        "…opening it again: it is back",
    ],
    ..PASSES
}];
