#!/usr/bin/env bash
# The LIS3DH's temperature moves half as far as it should.
#
# One would expect: one count of the 8-bit result is 1 degree C (data sheet, "Temperature sensor characteristics":
# TSDr = 1 digit/degree C, 8-bit resolution), and results are left-justified in 16 bits. So a degree is 256
# counts of OUT_ADC3; the maker's own C driver computes counts / 64 / 4 + 25 in its high-resolution mode.
#
# What happens: `get_temp_outf` divides by 512. Twenty degrees above the reference read as ten.
#
# Package: crate lis3dh 0.5.0.
# Concerns: whoever corrects another reading by this temperature. A way round it: `get_temp_out() / 256 + 25`.
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
lis3dh = "=0.5.0"
EOF

cat >src/main.rs <<'EOF'
use core::convert::Infallible;
use embedded_hal::i2c::{ErrorType, I2c, Operation};
use std::process::ExitCode;
use lis3dh::{Configuration, Lis3dh, SlaveAddr};

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

fn main() -> ExitCode {
    let mut same = true;
    for (over, counts) in [(20_i16, 20_i16 * 256), (-40, -40 * 256), (0, 0)] {
        let mut chip = Chip::new();
        chip.regs[0x0f] = 0x33;
        [chip.regs[0x0c], chip.regs[0x0d]] = counts.to_le_bytes();
        let config = Configuration { enable_temperature: true, ..Default::default() };
        let mut sensor = Lis3dh::new_i2c_with_config(&mut chip, SlaveAddr::Default, config).unwrap();
        let read = sensor.get_temp_outf().unwrap();
        println!("OUT_ADC3 {counts:6}: {} degrees C by the data sheet, the driver says {read}", 25 + over);
        same &= read == 25.0 + f32::from(over) / 2.0;
    }
    println!("{}", if same { "as stated" } else { "CHANGED" });
    ExitCode::from(u8::from(!same))
}
EOF

cargo run --quiet
