#!/usr/bin/env bash
# A sensor of optical power answers in lux.
#
# One would expect: an OPT3002 measures power over a wide spectrum, not brightness for the eye. Its result is
# mantissa * 2^exponent * 1.2 nW/cm2 (data sheet, "Result Register"); the OPT3001's is * 0.01 lx. A driver that
# names the OPT3002 among its parts, and has a type for it, would scale it so, or have no `read_lux` for it.
#
# What happens: `new_opt3002(...)` gives the same `read_lux` with the OPT3001's 0.01. The number is neither
# lux nor nW/cm2, and off by a factor of 120 from the latter.
#
# Package: crate opt300x 1.0.0.
# Concerns: users of the OPT3002. `read_raw` is right: multiply by 1.2 nW/cm2 oneself.
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
opt300x = "=1.0.0"
EOF

cat >src/main.rs <<'EOF'
use core::convert::Infallible;
use embedded_hal::i2c::{ErrorType, I2c, Operation};
use std::process::ExitCode;
use opt300x::{Opt300x, SlaveAddr};

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
    let mut chip = Chip { regs: [0; 256], at: 0 };
    let (exponent, mantissa) = (3_u16, 1000_u16);
    chip.regs[0] = exponent << 12 | mantissa;
    let mut sensor = Opt300x::new_opt3002(&mut chip, SlaveAddr::default()).into_continuous().ok().unwrap();
    let lux = sensor.read_lux().unwrap();
    let power = f32::from(mantissa) * 8.0 * 1.2;
    println!("exponent {exponent}, mantissa {mantissa}: {power} nW/cm2 by the data sheet, read_lux says {lux}");
    let same = (lux - 80.0).abs() < 0.001;
    println!("{}", if same { "as stated" } else { "CHANGED" });
    ExitCode::from(u8::from(!same))
}
EOF

cargo run --quiet
