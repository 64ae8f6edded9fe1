#!/usr/bin/env bash
# Waking an MCP4725 resets it, and every other chip of the bus.
#
# One would expect: `wake_up` sends the general call 0x00, 0x09 and `reset` sends 0x00, 0x06 (data sheet of the MCP4725,
# section 7.3: "General Call Reset" 06h, "General Call Wake-Up" 09h). 06h is the I2C specification's own software
# reset, taken by many other parts (UM10204, section 3.1.13).
#
# What happens: the two are swapped. `wake_up` reloads the output from the EEPROM, so the voltage jumps to its
# power-up value, and resets all parts of the bus that know the call. `reset` only clears the power-down bits.
# The text warns for each that other devices obey the call too, but for the wrong one.
#
# Package: crate mcp4725 0.4.3 (embedded-hal 0.2).
# Concerns: users who power the converter down and up, with a PCA9685, say, on the same bus.
# A way round it: `set_dac(PowerDown::Normal, value)` wakes one chip alone.
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
embedded-hal = "=0.2.7"
mcp4725 = "=0.4.3"
EOF

cat >src/main.rs <<'EOF'
use embedded_hal::blocking::i2c::{Read, Write};
use mcp4725::MCP4725;
use std::process::ExitCode;

#[derive(Default)]
struct Wire(Vec<(u8, Vec<u8>)>);

impl Write for Wire {
    type Error = ();
    fn write(&mut self, address: u8, bytes: &[u8]) -> Result<(), ()> {
        self.0.push((address, bytes.to_vec()));
        Ok(())
    }
}

impl Read for Wire {
    type Error = ();
    fn read(&mut self, _: u8, bytes: &mut [u8]) -> Result<(), ()> {
        bytes.fill(0);
        Ok(())
    }
}

fn main() -> ExitCode {
    let mut dac = MCP4725::new(Wire::default(), 0);
    dac.wake_up().unwrap();
    dac.reset().unwrap();
    let sent = dac.destroy().0;
    println!("wake_up sends {:02x?} (wake-up is 00, [09])", sent[0]);
    println!("reset sends   {:02x?} (reset is 00, [06])", sent[1]);
    let same = sent == [(0, vec![6]), (0, vec![9])];
    println!("{}", if same { "as stated" } else { "CHANGED" });
    ExitCode::from(u8::from(!same))
}
EOF

cargo run --quiet
