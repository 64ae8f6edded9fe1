#!/usr/bin/env bash
# On the 16 g scale an LSM303AGR reads two thirds of the acceleration.
#
# One would expect: 11.72 mg a digit at +-16 g in high resolution, 46.9 in normal and 187.58 in low-power mode
# (data sheet, "Sensor characteristics", LA_So). The step from 8 g to 16 g is a factor of three,
# not of two, since the chip does not use its whole range there.
#
# What happens: `x_mg` and its neighbours multiply by half the scale (8 mg a digit), so the three smaller scales
# are right and the largest reads 68 %: 1 g is shown as 0.68 g.
#
# Package: crate lsm303agr 1.1.0.
# Concerns: users of the 16 g scale (crash and impact logging). The raw values are right.
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
lsm303agr = "=1.1.0"
EOF

cat >src/main.rs <<'EOF'
use core::convert::Infallible;
use embedded_hal::i2c::{ErrorType, I2c, Operation};
use std::process::ExitCode;
use lsm303agr::{AccelMode, AccelOutputDataRate, AccelScale, Lsm303agr};

struct NoDelay;

impl embedded_hal::delay::DelayNs for NoDelay {
    fn delay_ns(&mut self, _: u32) {}
}

/// A chip of 256 byte-wide registers with an address that counts up.
struct Chip {
    regs: [u8; 256],
    at: u8,
    writes: Vec<Vec<u8>>,
}

impl Chip {
    fn new() -> Self {
        Chip { regs: [0; 256], at: 0, writes: Vec::new() }
    }
}

impl ErrorType for Chip {
    type Error = Infallible;
}

impl I2c for Chip {
    fn transaction(&mut self, _: u8, steps: &mut [Operation<'_>]) -> Result<(), Infallible> {
        for step in steps {
            match step {
                Operation::Write(bytes) => {
                    self.writes.push(bytes.to_vec());
                    if let Some((first, rest)) = bytes.split_first() {
                        self.at = *first;
                        for byte in rest {
                            self.regs[self.at as usize] = *byte;
                            self.at = self.at.wrapping_add(1);
                        }
                    }
                }
                Operation::Read(bytes) => {
                    for byte in bytes.iter_mut() {
                        *byte = self.regs[self.at as usize];
                        self.at = self.at.wrapping_add(1);
                    }
                }
            }
        }
        Ok(())
    }
}

/// What the driver says about one g, left-justified as the chip gives it.
fn one_g(mode: AccelMode, scale: AccelScale, mg_per_digit: f64, shift: u32) -> i32 {
    let digits = (1000.0 / mg_per_digit).round() as i16;
    let mut chip = Chip::new();
    let raw = (digits << shift).to_le_bytes();
    for base in [0x28, 0xa8] {
        [chip.regs[base], chip.regs[base + 1]] = raw; // bit 7 is the auto-increment
    }
    let mut sensor = Lsm303agr::new_with_i2c(&mut chip);
    sensor.set_accel_mode_and_odr(&mut NoDelay, mode, AccelOutputDataRate::Hz50).unwrap();
    sensor.set_accel_scale(scale).unwrap();
    sensor.acceleration().unwrap().x_mg()
}

fn main() -> ExitCode {
    let at = [
        ("8 g, high resolution", one_g(AccelMode::HighResolution, AccelScale::G8, 3.9, 4)),
        ("16 g, high resolution", one_g(AccelMode::HighResolution, AccelScale::G16, 11.72, 4)),
        ("16 g, normal", one_g(AccelMode::Normal, AccelScale::G16, 46.9, 6)),
        ("16 g, low power", one_g(AccelMode::LowPower, AccelScale::G16, 187.58, 8)),
    ];
    for (what, mg) in at {
        println!("1000 mg at {what}: the driver says {mg} mg");
    }
    let same = (1000..1050).contains(&at[0].1) && at[1..].iter().all(|(_, mg)| (640..700).contains(mg));
    println!("{}", if same { "as stated" } else { "CHANGED" });
    ExitCode::from(u8::from(!same))
}
EOF

cargo run --quiet
