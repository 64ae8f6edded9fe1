#!/usr/bin/env bash
# The air of a bathroom or a summer day does not fit into the arguments of an SGP40 driver.
#
# One would expect: humidity from 0 to 100 % and temperature from -45 to 130 degrees C, the range that the chip takes (data sheet, section "Measurement
# commands": 0xFFFF is 100 % and 130 degrees C). The driver clamps to just this range, in milli-units.
#
# What happens: the arguments are documented in thousandths and are `u16` and `i16`. The largest humidity that fits is 65.535 %, the largest temperature 32.767
# degrees C, so the clamps are never reached. `(80.0 * 1000.0) as u16`, which any user will write, is 65535 and compensates for 65.5 %. Besides, the offset is documented with
# a factor of 200 ("+400 corresponds to +2.00") and added as thousandths: 400 moves the compensation by 0.4 degrees.
#
# Package: crate sgp40 1.0.0.
# Concerns: all who compensate: the VOC index is off where the air is humid or warm.
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
sgp40 = { version = "=1.0.0", default-features = false }
EOF

cat >src/main.rs <<'EOF'
use core::convert::Infallible;
use embedded_hal::i2c::{ErrorType, I2c, Operation};
use std::process::ExitCode;
use sgp40::Sgp40;

struct NoDelay;

impl embedded_hal::delay::DelayNs for NoDelay {
    fn delay_ns(&mut self, _: u32) {}
}

/// Keeps the last compensation that was sent, and answers a raw value of 0 with its checksum.
#[derive(Default)]
struct Wire {
    humidity: f64,
    celsius: f64,
}

impl ErrorType for &mut Wire {
    type Error = Infallible;
}

impl I2c for &mut Wire {
    fn transaction(&mut self, _: u8, steps: &mut [Operation<'_>]) -> Result<(), Infallible> {
        for step in steps {
            match step {
                Operation::Write(bytes) if bytes.len() == 8 => {
                    self.humidity = f64::from(u16::from_be_bytes([bytes[2], bytes[3]])) / 65535.0 * 100.0;
                    self.celsius = f64::from(u16::from_be_bytes([bytes[5], bytes[6]])) / 65535.0 * 175.0 - 45.0;
                }
                Operation::Write(_) => {}
                Operation::Read(bytes) => bytes.copy_from_slice(&[0, 0, 0x81][..bytes.len()]),
            }
        }
        Ok(())
    }
}

fn sent(percent: f32, celsius: f32, offset: i16) -> (f64, f64) {
    let mut wire = Wire::default();
    let mut sensor = Sgp40::new(&mut wire, 0x59, NoDelay);
    sensor.set_temperature_offset(offset).unwrap();
    sensor.measure_raw_with_rht((percent * 1000.0) as u16, (celsius * 1000.0) as i16).unwrap();
    drop(sensor);
    (wire.humidity, wire.celsius)
}

fn main() -> ExitCode {
    let mut seen = Vec::new();
    for (percent, celsius, offset) in [(50.0, 25.0, 0), (80.0, 38.0, 0), (50.0, 25.0, 400)] {
        let (rh, t) = sent(percent, celsius, offset);
        println!("{percent} %, {celsius} degrees C, offset {offset}: the chip is told {rh:.1} %, {t:.1} degrees C");
        seen.push((rh, t));
    }
    let near = |a: f64, b: f64| (a - b).abs() < 0.2;
    let same = near(seen[0].0, 50.0) && near(seen[0].1, 25.0)
        && near(seen[1].0, 65.5) && near(seen[1].1, 32.8)
        && near(seen[2].1, seen[0].1 + 0.4);
    println!("{}", if same { "as stated" } else { "CHANGED" });
    ExitCode::from(u8::from(!same))
}
EOF

cargo run --quiet
