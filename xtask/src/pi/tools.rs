//! What the commands that use labels themselves have to show on the Pi, beside busybox' and the outside's word; and what stops
//! a guest that is in the middle of something.

use super::check::{Check, PASSES};

/// `i2c`, `spi` and `gpio`.
pub(crate) const TOOLS: &[Check] = &[
    Check {
        name: "i2c detect: the table of i2cdetect, in 12 MB",
        // busybox' table has the reserved addresses of its first line, too.
        command: "peak 12288 wasm-embedded-rt i2c detect bus -r --policy pi.toml > ours; cat ours
            grep : ours | grep -v -e ^00 -e peak > a; i2cdetect -y -r 1 | grep : | grep -v ^00 > b
            cmp a b && echo the same",
        prints: &["40: …48 -- -- -- -- -- -- --", "peak memory: …", "the same"],
        ..PASSES
    },
    Check {
        name: "i2c detect: a granted address in the kernel's hands is UU, and no guest gets it",
        command: "bus=/sys/bus/i2c/devices/i2c-1; echo dummy 0x51 > $bus/new_device
            wasm-embedded-rt i2c detect bus --policy pi.toml; wasm-embedded-rt i2c get bus 0x50 0 --policy pi.toml
            guest pi i2cdetect; status=$?; echo 0x51 > $bus/delete_device; exit $status",
        exit: 120,
        prints: &[
            "50: 50 UU -- …",
            "0x…",
            "…address 0x51 is in use by a kernel driver, as another address of its device (device 1-0051)",
            // Unbinding would let the device's driver and the guest use it both.
            "…remove the address from `allow`: it belongs to a device that a kernel driver uses…",
        ],
        ..PASSES
    },
    Check {
        name: "i2c get, set and transfer: what busybox reads and writes",
        command: "outside temperature 23.5; wasm-embedded-rt i2c get thermometer 0x48 0 w --policy pi.toml || exit 1
            wasm-embedded-rt i2c set eeprom 0x50 0x20 0xca 0xfe i --policy pi.toml || exit 1
            i2cget -y 1 0x50 0x20; i2cget -y 1 0x50 0x21
            wasm-embedded-rt i2c transfer eeprom w1@0x50 0x20 r2 --policy pi.toml",
        prints: &["0x8017", "0xca", "0xfe", "0xca 0xfe"],
        ..PASSES
    },
    Check {
        name: "i2c get: nobody there is 1, not granted is 120 and no traffic",
        command: "wasm-embedded-rt i2c get bus 0x33 0 --policy pi.toml; echo status $?
            wasm-embedded-rt i2c get thermometer 0x50 0 --policy pi.toml; echo status $?; outside i2c 0x50 unused",
        prints: &["…no device acknowledged…", "status 1", "…address 0x50 is not granted…", "status 120"],
        ..PASSES
    },
    Check {
        name: "spi transfer: the flash's id",
        command: "wasm-embedded-rt spi transfer flash 9f --read 3 --policy pi.toml && outside spi used
            printf '\\237\\0\\0\\0' | wasm-embedded-rt spi transfer flash --pipe --policy pi.toml | xxd -p",
        prints: &["ef 40 16", "…ef4016"],
        ..PASSES
    },
    Check {
        name: "gpio set: the line is high until the command is terminated",
        command: "wasm-embedded-rt gpio set LED=1 --policy pi.toml & sleep 1; outside gpio 17 high || exit 1
            kill -TERM $!; wait $!; echo status $?; outside gpio 17 low || exit 1
            wasm-embedded-rt gpio set LED=on --hold-period 300ms --policy pi.toml && outside gpio 17 low",
        prints: &["status 143"],
        ..PASSES
    },
    Check {
        name: "gpio watch and get: edges and levels of the button",
        command: "echo pull-up > $BUTTON_PULL; wasm-embedded-rt gpio get BUTTON --policy pi.toml
            wasm-embedded-rt gpio watch BUTTON --count 4 --timeout 20s --policy pi.toml > edges & sleep 1
            for press in 1 2; do
              echo pull-down > $BUTTON_PULL; sleep 0.2; echo pull-up > $BUTTON_PULL; sleep 0.2
            done; wait $! || exit 1
            cut -f 2,3 edges | tr '\\n' ' '",
        prints: &["\"BUTTON\"=inactive", "rising…\"BUTTON\" falling…\"BUTTON\" rising…\"BUTTON\" falling…\"BUTTON\""],
        ..PASSES
    },
    Check {
        name: "gpio: a chip by its label, a bias, and debouncing that swallows what does not last",
        command: "line() {
              printf '[gpio]\\n%s = { pin = 3, chip = \"pi-sim\", direction = \"input\", %s }\\n' $1 \"$2\" > $1.toml
            }
            line UP 'bias = \"pull-up\"'; line DOWN 'bias = \"pull-down\"'; line NONE 'bias = \"none\"'
            line STABLE 'debounce = \"300ms\"'
            echo pull-down > $BUTTON_PULL; wasm-embedded-rt gpio get UP --policy UP.toml
            echo pull-up > $BUTTON_PULL; wasm-embedded-rt gpio get DOWN --policy DOWN.toml
            echo pull-up > $BUTTON_PULL; wasm-embedded-rt gpio get NONE --policy NONE.toml
            wasm-embedded-rt gpio watch STABLE --count 2 --timeout 20s --policy STABLE.toml > edges & sleep 1
            for bounce in 1 2 3; do echo pull-down > $BUTTON_PULL; echo pull-up > $BUTTON_PULL; done; sleep 1
            echo pull-down > $BUTTON_PULL; sleep 1; echo pull-up > $BUTTON_PULL; wait $! || exit 1
            cut -f 2 edges | tr '\\n' ' '",
        prints: &["\"UP\"=active", "\"DOWN\"=inactive", "\"NONE\"=active", "falling rising"],
        ..PASSES
    },
    Check {
        name: "gpio: one line under two labels is refused before it is driven",
        command: "printf '[gpio]\\nA = { line = \"GPIO27\", initial = \"high\" }\\n' > twice.toml
            printf 'B = { pin = 27, chip = \"pinctrl-bcm2835\", initial = \"high\" }\\n' >> twice.toml
            guest twice spi_id; status=$?; outside gpio 27 low && exit $status",
        exit: 120,
        prints: &["…cannot open label `B`…", "…label `A` already uses line 27 of /dev/gpiochip0"],
        ..PASSES
    },
];

/// A guest that drives a line and is stopped, or stops itself.
pub(crate) const STOPS: &[Check] = &[
    Check {
        name: "stops: SIGTERM in a delay, an endless loop and a wait for input leaves the line low within a second",
        command: "mkfifo input; exec 8<> input
            for what in wait-forever spin read; do
              guest stops misbehave $what < input & sleep 2; outside gpio 22 high || exit 1
              # Hundredths of a second.
              before=$(cut -d ' ' -f 1 /proc/uptime | tr -d .); kill -TERM $!; wait $!; status=$?
              after=$(cut -d ' ' -f 1 /proc/uptime | tr -d .); took=$((after - before))
              outside gpio 22 low || exit 1
              echo \"$what: status $status after ${took}0 ms\"; [ $took -lt 100 ] || exit 1
            done",
        prints: &[
            "wait-forever: status 143 after …0 ms",
            "spin: status 143 after …0 ms",
            "read: status 143 after …0 ms",
        ],
        ..PASSES
    },
    Check {
        name: "stops: a trap and a panic leave the line low",
        command: "guest stops misbehave trap; echo status $?; outside gpio 22 low || exit 1
            guest stops misbehave panic; echo status $?; outside gpio 22 low",
        prints: &["error: the guest trapped: …", "status 122", "…the motor is on", "status 122"],
        ..PASSES
    },
];
