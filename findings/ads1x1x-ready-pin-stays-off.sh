#!/usr/bin/env bash
# The ready output of an ADS1115 is never switched on.
#
# One would expect: `use_alert_rdy_pin_as_ready` turns the ALERT/RDY pin into a "conversion
# ready" output. The data sheet of the ADS1113/4/5 (section "Conversion Ready Pin") asks for
# three things: the top bit of Hi_thresh 1, the top bit of Lo_thresh 0, and COMP_QUE anything
# but 11, since 11 (the value after power-up) disables the comparator and leaves the pin high
# impedance.
#
# What happens: the driver writes both thresholds, and leaves COMP_QUE at 11. It rewrites COMP_QUE
# only when the comparator was enabled before, which is the case that did not need it. The pin
# never moves, so whoever waits for its edge waits for ever. No error is returned.
#
# Package: crate ads1x1x 0.3.0, right after construction.
# Concerns: users of ADS1014, ADS1015, ADS1114 and ADS1115 who wait on the pin instead of polling.
# A way round it: call `set_comparator_queue(ComparatorQueue::One)` first.
# Needs bash, a Rust toolchain and its package registry. Exit status 0: still so. 1: it changed.
set -euo pipefail
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
mkdir src
unset CARGO_BUILD_TARGET RUSTFLAGS CARGO_ENCODED_RUSTFLAGS
export CARGO_TARGET_DIR="$dir/target" CARGO_BUILD_JOBS=1

cat >Cargo.toml <<'EOF'
[package]
name = "finding"
version = "0.0.0"
edition = "2021"

[dependencies]
embedded-hal = "=1.0.0"
ads1x1x = "=0.3.0"
EOF

cat >src/main.rs <<'EOF'
use core::convert::Infallible;
use embedded_hal::i2c::{ErrorType, I2c, Operation};
use std::process::ExitCode;
use ads1x1x::{Ads1x1x, ComparatorQueue, TargetAddr};

/// A chip with 16-bit registers behind a pointer, most significant byte first.
struct Chip {
    regs: [u16; 256],
    at: u8,
}

impl ErrorType for Chip {
    type Error = Infallible;
}

impl I2c for Chip {
    fn transaction(&mut self, _: u8, steps: &mut [Operation<'_>]) -> Result<(), Infallible> {
        for step in steps {
            match step {
                Operation::Write(bytes) => {
                    self.at = bytes[0];
                    if let [_, high, low] = **bytes {
                        self.regs[self.at as usize] = u16::from_be_bytes([high, low]);
                    }
                }
                Operation::Read(bytes) => {
                    bytes.copy_from_slice(&self.regs[self.at as usize].to_be_bytes()[..bytes.len()]);
                }
            }
        }
        Ok(())
    }
}

fn main() -> ExitCode {
    // Power-up values of the data sheet: config 0x8583, thresholds 0x8000 and 0x7fff.
    let mut chip = Chip { regs: [0; 256], at: 0 };
    chip.regs[1] = 0x8583;
    chip.regs[2] = 0x8000;
    chip.regs[3] = 0x7fff;
    let mut adc = Ads1x1x::new_ads1115(&mut chip, TargetAddr::default());
    adc.use_alert_rdy_pin_as_ready().unwrap();
    adc.destroy_ads1115();
    let queue = chip.regs[1] & 3;
    println!("after the call:  config {:#06x}, COMP_QUE {queue:02b} (11 is off), Hi_thresh {:#06x}, Lo_thresh {:#06x}",
        chip.regs[1], chip.regs[3], chip.regs[2]);

    let mut adc = Ads1x1x::new_ads1115(&mut chip, TargetAddr::default());
    adc.set_comparator_queue(ComparatorQueue::One).unwrap();
    adc.use_alert_rdy_pin_as_ready().unwrap();
    adc.destroy_ads1115();
    let own = chip.regs[1] & 3;
    println!("set_comparator_queue called first: COMP_QUE {own:02b}");

    let same = queue == 3 && own != 3;
    println!("{}", if same { "as stated" } else { "CHANGED" });
    ExitCode::from(u8::from(!same))
}
EOF

cargo run --quiet
