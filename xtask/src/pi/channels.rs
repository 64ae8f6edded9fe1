//! What the kernel's own drivers of PWM outputs, of an analogue converter and of an I2C multiplexer have to give a guest.
//!
//! The converter and the PCA9685 are registers of `i2c-stub`: the drivers are the kernel's, and what they wrote is read back over the
//! stub's bus. Behind the multiplexer is a chip of QEMU's.

use super::check::{Check, PASSES};

/// PWM, analogue inputs, and what is behind a multiplexer.
pub(crate) const CHANNELS: &[Check] = &[
    Check {
        name: "board: a PWM channel that nobody has used refuses everything but a period",
        command: "cd /sys/class/pwm/pwmchip0; echo 1 > export; cd pwm1; cat period
            for write in 'duty_cycle 0' 'polarity normal' 'polarity inversed' 'enable 0' 'enable 1' 'period 1000000' \\
              'polarity inversed' 'duty_cycle 1000001' 'duty_cycle 1000000' 'enable 1'; do
              set -- $write; echo $2 > $1 2> /dev/null && echo \"$write: done\" || echo \"$write: refused\"
            done
            echo 0 > enable; echo 1 > ../unexport",
        prints: &[
            "0",
            "duty_cycle 0: refused",
            "polarity normal: refused",
            "polarity inversed: refused",
            "enable 0: refused",
            "enable 1: refused",
            "period 1000000: done",
            "polarity inversed: done",
            "duty_cycle 1000001: refused",
            "duty_cycle 1000000: done",
            "enable 1: done",
        ],
        ..PASSES
    },
    Check {
        // The duty is the nearest nanosecond to 49151 of 65535 steps.
        name: "pwm: a channel that nobody has used, at one frequency after the other, in both polarities",
        command: "for active_low in false true; do for hz in 200 1000 5000; do
              printf '[pwm.LAMP]\\npath = \"/sys/class/pwm/pwmchip0\"\\nchannel = 0\\non-exit-percent = 75\\n' > lamp.toml
              printf 'frequency = %s\\nactive-low = %s\\n' $hz $active_low >> lamp.toml
              guest lamp pwm_fade | tail -n 1 || exit 1; grep pwm-0 /sys/kernel/debug/pwm
            done; done",
        prints: &[
            "pwm-0…enabled period: 5000000 ns duty: 3749981 ns polarity: normal…",
            "pwm-0…enabled period: 1000000 ns duty: 749996 ns polarity: normal…",
            "pwm-0…enabled period: 200000 ns duty: 149999 ns polarity: normal…",
            "pwm-0…enabled period: 5000000 ns duty: 3749981 ns polarity: inverse…",
            "pwm-0…enabled period: 1000000 ns duty: 749996 ns polarity: inverse…",
            "pwm-0…enabled period: 200000 ns duty: 149999 ns polarity: inverse…",
        ],
        ..PASSES
    },
    Check {
        name: "pwm: a PCA9685, by the registers that its driver wrote",
        command: "stub=$(grep -l 'SMBus stub' /sys/class/i2c-dev/*/name); stub=${stub%/name}; stub=${stub##*-}
            echo pca9685 0x40 > /sys/bus/i2c/devices/i2c-$stub/new_device || exit 1
            chip=$(ls -d /sys/bus/i2c/devices/$stub-0040/pwm/pwmchip*); chip=${chip##*/}
            printf '[pwm.LAMP]\\npath = \"/sys/class/pwm/%s\"\\nchannel = 5\\non-exit-percent = 75\\n' $chip > lamp.toml
            echo 'frequency = 200' >> lamp.toml
            guest lamp pwm_fade | tail -n 1
            # PCA9685, 7.3: a prescaler of 25 MHz, and for each channel ON and OFF, of 4096 steps.
            echo prescale $(i2cget -f -y $stub 0x40 0xfe)
            echo on $(i2cget -f -y $stub 0x40 0x1b)$(i2cget -f -y $stub 0x40 0x1a) \\
              off $(i2cget -f -y $stub 0x40 0x1d)$(i2cget -f -y $stub 0x40 0x1c)
            echo 0x40 > /sys/bus/i2c/devices/i2c-$stub/delete_device",
        prints: &["0 %", "prescale 0x1e", "on 0x000x00 off 0x0c0x00"],
        ..PASSES
    },
    Check {
        name: "adc: an ADS1115, above and below zero",
        command: "stub=$(grep -l 'SMBus stub' /sys/class/i2c-dev/*/name); stub=${stub%/name}; stub=${stub##*-}
            echo ads1115 0x48 > /sys/bus/i2c/devices/i2c-$stub/new_device || exit 1
            device=$(ls -d /sys/bus/i2c/devices/$stub-0048/iio:device*); device=${device##*/}
            printf '[adc.POT]\\npath = \"/sys/bus/iio/devices/%s\"\\nchannel = 0\\n' $device > pot.toml
            # Its registers are big-endian, and SMBus words are not: 0x1230 and 0xf234 are conversions of 62.5 uV.
            i2cset -f -y $stub 0x48 0 0x3012 w; guest pot adc_read | tail -n 1
            i2cset -f -y $stub 0x48 0 0x34f2 w; guest pot adc_read | tail -n 1
            echo 0x48 > /sys/bus/i2c/devices/i2c-$stub/delete_device",
        prints: &["raw 4656, 291 mV", "raw -3532, -221 mV"],
        ..PASSES
    },
    Check {
        name: "i2c: the channels of a PCA9548 are listed, and a guest reaches what is behind one",
        command: "outside temperature 23.5 || exit 1; outside temperature -7.5 thermometer-behind || exit 1
            echo pca9548 0x70 > /sys/bus/i2c/devices/i2c-0/new_device || exit 1
            wasm-embedded-rt list | grep mux
            bus=$(grep -l 'chan_id 3' /sys/class/i2c-dev/*/name); bus=${bus%/name}; bus=${bus##*/}
            printf '[i2c.thermometer]\\npath = \"/dev/%s\"\\nallow = [0x48]\\n' $bus > behind.toml
            guest behind thermometer; status=$?
            other=$(grep -l 'chan_id 2' /sys/class/i2c-dev/*/name); other=${other%/name}; other=${other##*/}
            printf '[i2c.bus]\\npath = \"/dev/%s\"\\nallow = [0x48]\\n' $other > other.toml
            wasm-embedded-rt i2c get bus 0x48 0 --policy other.toml; echo other channel: $?
            echo 0x70 > /sys/bus/i2c/devices/i2c-0/delete_device; exit $status",
        prints: &[
            "/dev/i2c-…i2c-0-mux (chan_id 0)",
            "/dev/i2c-…i2c-0-mux (chan_id 7)",
            "temperature: -7.5 degC",
            "other channel: 1",
        ],
        ..PASSES
    },
];
