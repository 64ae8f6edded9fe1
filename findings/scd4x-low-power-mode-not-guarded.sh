#!/usr/bin/env bash
# The guard against commands that an SCD4x refuses while it measures is missing in low-power mode.
#
# One would expect: the driver refuses idle-only commands while a periodic measurement runs: `Error::NotAllowed`. The data
# sheet (table "I2C commands", column "during meas.") allows only reading, status, ambient pressure and stop in
# *both* periodic modes, every 5 s and every 30 s.
#
# What happens: `start_periodic_measurement` sets the guard, `start_low_power_periodic_measurements` does not. So in low-power mode
# serial number, temperature offset, calibration and self test go out to a chip that does not take them:
# a write that is acknowledged and has no effect, or a read that is not acknowledged. Starting the normal mode
# on top is let through as well.
#
# Package: crate scd4x 0.5.0.
# Concerns: battery-powered users. A way round it: call `stop_periodic_measurement` oneself before any setting.
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
scd4x = "=0.5.0"
EOF

cat >src/main.rs <<'EOF'
use core::convert::Infallible;
use embedded_hal::i2c::{ErrorType, I2c, Operation};
use std::process::ExitCode;
use scd4x::Scd4x;

struct NoDelay;

impl embedded_hal::delay::DelayNs for NoDelay {
    fn delay_ns(&mut self, _: u32) {}
}

/// Keeps the command words that reach the wire.
#[derive(Default)]
struct Wire(Vec<u16>);

impl ErrorType for Wire {
    type Error = Infallible;
}

impl I2c for Wire {
    fn transaction(&mut self, _: u8, steps: &mut [Operation<'_>]) -> Result<(), Infallible> {
        for step in steps {
            if let Operation::Write(bytes) = step {
                self.0.push(u16::from_be_bytes([bytes[0], bytes[1]]));
            }
        }
        Ok(())
    }
}

fn run(low_power: bool) -> (String, String, Vec<u16>) {
    let mut sensor = Scd4x::new(Wire::default(), NoDelay);
    if low_power {
        sensor.start_low_power_periodic_measurements().unwrap();
    } else {
        sensor.start_periodic_measurement().unwrap();
    }
    let altitude = format!("{:?}", sensor.set_altitude(500));
    let offset = format!("{:?}", sensor.set_temperature_offset(2.0));
    (altitude, offset, sensor.destroy().0)
}

fn main() -> ExitCode {
    let (normal, low) = (run(false), run(true));
    println!("every 5 s:  set_altitude {}, set_temperature_offset {}, on the wire {:04x?}", normal.0, normal.1, normal.2);
    println!("every 30 s: set_altitude {}, set_temperature_offset {}, on the wire {:04x?}", low.0, low.1, low.2);
    let same = normal.0 == "Err(NotAllowed)" && normal.2 == [0x21b1]
        && low.0 == "Ok(())" && low.2 == [0x21ac, 0x2427, 0x241d];
    println!("{}", if same { "as stated" } else { "CHANGED" });
    ExitCode::from(u8::from(!same))
}
EOF

cargo run --quiet
