//! What native programs get from the crate `wasm-embedded-linux`: its own examples, with no WebAssembly between.

use super::check::{Check, PASSES};

/// The examples of `linux/examples`.
pub(crate) const EXAMPLES: [&str; 5] = ["lm75", "blink", "button", "fade", "voltage"];

/// Native drivers on the Pi's hardware.
pub(crate) const NATIVE: &[Check] = &[
    Check {
        name: "native lm75: a published driver measures what is set outside",
        command: "outside temperature -11.5 && lm75 /dev/i2c-1 && outside i2c 0x48 used",
        prints: &["temperature: -11.5 degC"],
        ..PASSES
    },
    Check {
        name: "native lm75: a bus that is not there comes with what is",
        command: "lm75 /dev/i2c-7",
        exit: 1,
        prints: &["…/dev/i2c-7…Missing…this machine has …/dev/i2c-1…"],
        ..PASSES
    },
    Check {
        name: "native blink: the line goes high and low, and its holder has a name",
        command: "blink GPIO17 > out & wasm-embedded-rt list | grep 'in use by `blink`' || exit 1
            outside gpio 17 toggles || exit 1; wait $!; cat out; outside gpio 17 low",
        prints: &["…GPIO17…in use by `blink`", "on", "off"],
        ..PASSES
    },
    Check {
        name: "native button: three presses are waited for asynchronously, and measured at",
        command: "outside temperature 23.5 || exit 1; echo pull-up > $BUTTON_PULL; button BUTTON /dev/i2c-1 > out &
            until [ -s out ]; do sleep 0.02; done; sleep 0.2
            for press in 1 2 3; do
              echo pull-down > $BUTTON_PULL; sleep 0.3; echo pull-up > $BUTTON_PULL; sleep 0.3
            done; wait $!; status=$?; cat out; exit $status",
        prints: &["press the button", "press 1: 23.5 degC", "press 2: 23.5 degC", "press 3: 23.5 degC"],
        ..PASSES
    },
    Check {
        name: "native fade: the kernel has the last duty",
        command: "fade /sys/class/pwm/pwmchip0 0 | tail -n 1; grep pwm-0 /sys/kernel/debug/pwm",
        prints: &["75 %", "pwm-0…enabled period: 1000000 ns duty: 749996 ns polarity: normal…"],
        ..PASSES
    },
    Check {
        name: "native voltage: an ADS1115, below zero",
        command: "stub=$(grep -l 'SMBus stub' /sys/class/i2c-dev/*/name); stub=${stub%/name}; stub=${stub##*-}
            echo ads1115 0x48 > /sys/bus/i2c/devices/i2c-$stub/new_device || exit 1
            device=$(ls -d /sys/bus/i2c/devices/$stub-0048/iio:device*); device=${device##*/}
            i2cset -f -y $stub 0x48 0 0x34f2 w; voltage /sys/bus/iio/devices/$device 0
            echo 0x48 > /sys/bus/i2c/devices/i2c-$stub/delete_device",
        prints: &["raw -3532 of 16 bits, -220750 uV"],
        ..PASSES
    },
];
