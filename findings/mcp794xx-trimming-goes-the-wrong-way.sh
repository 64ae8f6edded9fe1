#!/usr/bin/env bash
# Trimming an MCP7940N makes a slow clock slower.
#
# One would expect: `set_trimming(50)` "adds" 100 clock cycles, as the driver's own text says ("a value of
# 127 will add 254 clock cycles and a value of -50 will subtract 100"). In the data sheet of the
# MCP7940N, register OSCTRIM, bit 7 (SIGN): 1 = add clocks to correct for slow time, 0 = subtract
# clocks to correct for fast time; bits 6 to 0 are the magnitude.
#
# What happens: the driver sets bit 7 for negative values. So a positive value subtracts and a
# negative one adds. A clock that loses 10 ppm and is trimmed by the book loses 20 ppm afterwards.
#
# Package: crate mcp794xx 0.4.0.
# Concerns: users who trim MCP7940M/N and MCP794xx clocks. A way round it: negate the value.
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
mcp794xx = "=0.4.0"
EOF

cat >src/main.rs <<'EOF'
use core::convert::Infallible;
use embedded_hal::i2c::{ErrorType, I2c, Operation};
use std::process::ExitCode;
use mcp794xx::Mcp794xx;

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

fn trim(value: i8) -> u8 {
    let mut chip = Chip::new();
    let mut rtc = Mcp794xx::new_mcp7940n(&mut chip);
    rtc.set_trimming(value).unwrap();
    rtc.destroy();
    chip.regs[8]
}

fn main() -> ExitCode {
    let (add, subtract) = (trim(50), trim(-50));
    for (asked, register) in [("add 50 * 2", add), ("subtract 50 * 2", subtract)] {
        let does = if register & 0x80 != 0 { "adds" } else { "subtracts" };
        println!("asked to {asked}: OSCTRIM {register:#04x}, the chip {does} {} * 2", register & 0x7f);
    }
    let same = add == 50 && subtract == 0x80 | 50;
    println!("{}", if same { "as stated" } else { "CHANGED" });
    ExitCode::from(u8::from(!same))
}
EOF

cargo run --quiet
