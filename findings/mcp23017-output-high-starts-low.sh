#!/usr/bin/env bash
# "Configure as an output with an initial HIGH state" drives the pin low.
#
# One would expect: `into_output_high()` of a pin of an MCP23017 gives a high output, and `into_output()` a low one; the text of both
# says so, "without any electrical glitch" where the chip allows it. The MCP23017 does: write OLAT first, then
# IODIR (data sheet, sections 3.5.1 and 3.5.11).
#
# What happens: the driver of the MCP23x17 ignores the wanted state and writes IODIR alone. The pin shows what the output latch
# holds: low after power-up, so a relay or a reset line that is active low is pulled at once. The other way round too:
# a pin that was high, made an input and then `into_output()`, is high. Other expanders of the crate
# (PCA9555, TCA6408A) do what is said.
#
# Package: crate port-expander 0.6.5.
# Concerns: users of MCP23017 and MCP23S17. A way round it: none before the pin is an output, since only an output
# has `set_high`; pull-up resistors do not help against a driven low.
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
port-expander = "=0.6.5"
EOF

cat >src/main.rs <<'EOF'
use core::convert::Infallible;
use embedded_hal::i2c::{ErrorType, I2c, Operation};
use std::process::ExitCode;

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
    // Power-up: all pins are inputs (IODIR at 0x00 and 0x01), latches (GPIO 0x12, OLAT 0x14) are 0.
    let mut mcp = Chip::new();
    mcp.regs[0] = 0xff;
    mcp.regs[1] = 0xff;
    port_expander::Mcp23x17::new_mcp23017(&mut mcp, false, false, false).split().gpa0.into_output_high().unwrap();
    let (input, latch) = (mcp.regs[0] & 1, (mcp.regs[0x12] | mcp.regs[0x14]) & 1);
    println!("MCP23017: IODIRA bit 0 = {input} (0 is output), latch = {latch}; written: {:02x?}", mcp.writes);

    let mut pca = Chip::new();
    pca.regs[6] = 0xff;
    pca.regs[7] = 0xff;
    port_expander::Pca9555::new(&mut pca, false, false, false).split().io0_0.into_output_high().unwrap();
    let (pca_input, pca_latch) = (pca.regs[6] & 1, pca.regs[2] & 1);
    println!("PCA9555:  configuration bit 0 = {pca_input}, latch = {pca_latch}");

    let same = input == 0 && latch == 0 && pca_input == 0 && pca_latch == 1;
    println!("{}", if same { "as stated" } else { "CHANGED" });
    ExitCode::from(u8::from(!same))
}
EOF

cargo run --quiet
