#!/usr/bin/env bash
# The voltage that an MCP3425 driver returns is multiplied by the gain.
#
# One would expect: the input voltage. The converter measures input * gain, so a driver that takes the gain in its configuration and
# returns a `Voltage` divides by it (data sheet, section "Converting the device output code to input signal voltage":
# input = code * LSB / PGA).
#
# What happens: the gain goes to the chip and is forgotten in the sum. With 100 mV at the input and a gain of 8 the answer is 800 mV. The text
# of `Gain` and of `measure` says nothing of it. Resolution is whole millivolts besides, so what
# the gain was chosen for is rounded away: 0.9 mV at a gain of 8 reads as 7 mV.
#
# Package: crate mcp3425 1.1.0 (embedded-hal 0.2), for MCP3425, MCP3426/7/8.
# Concerns: shunts and thermocouples. A way round it: divide by the gain oneself.
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
mcp3425 = "=1.1.0"
EOF

cat >src/main.rs <<'EOF'
use embedded_hal::blocking::delay::DelayMs;
use embedded_hal::blocking::i2c::{Read, Write, WriteRead};
use mcp3425::{Config, Gain, Resolution, MCP3425};
use std::process::ExitCode;

struct NoDelay;

impl DelayMs<u8> for NoDelay {
    fn delay_ms(&mut self, _: u8) {}
}

/// 16 bits, 62.5 microvolts a step, with the gain of the last configuration byte.
struct Chip {
    microvolts: f64,
    config: u8,
}

impl Write for Chip {
    type Error = ();
    fn write(&mut self, _: u8, bytes: &[u8]) -> Result<(), ()> {
        self.config = bytes[0] & 0x7f;
        Ok(())
    }
}

impl Read for Chip {
    type Error = ();
    fn read(&mut self, _: u8, out: &mut [u8]) -> Result<(), ()> {
        let gain = f64::from(1 << (self.config & 3));
        let code = (self.microvolts * gain / 62.5).round() as i16;
        out[..2].copy_from_slice(&code.to_be_bytes());
        out[2] = self.config;
        Ok(())
    }
}

impl WriteRead for Chip {
    type Error = ();
    fn write_read(&mut self, address: u8, bytes: &[u8], out: &mut [u8]) -> Result<(), ()> {
        self.write(address, bytes)?;
        self.read(address, out)
    }
}

fn main() -> ExitCode {
    let mut seen = Vec::new();
    for (gain, name) in [(Gain::Gain1, 1), (Gain::Gain2, 2), (Gain::Gain4, 4), (Gain::Gain8, 8)] {
        let chip = Chip { microvolts: 100_000.0, config: 0 };
        let config = Config::default().with_resolution(Resolution::Bits16Sps15).with_gain(gain);
        let volts = MCP3425::oneshot(chip, 0x68, NoDelay).measure(&config).unwrap();
        println!("100 mV at the input, gain {name}: {} mV", volts.as_millivolts());
        seen.push(volts.as_millivolts());
    }
    let same = seen == [100, 200, 400, 800];
    println!("{}", if same { "as stated" } else { "CHANGED" });
    ExitCode::from(u8::from(!same))
}
EOF

cargo run --quiet
