#!/usr/bin/env bash
# The two bytes of each axis of an ADXL343 are swapped.
#
# One would expect: DATAX0 is the low and DATAX1 the high byte (data sheet, "Register 0x32 to Register 0x37"). In the default format
# (right-justified, +-2 g, 10 bits) one g is 256 counts, bytes 0x00 0x01.
#
# What happens: `accel_raw` for i16, the one that goes with the default format, reads the pair as big-endian: 256 becomes 1, -1 stays -1,
# and the small noise of a board at rest becomes thousands. `accel_norm` then divides by 32767, though the full scale is
# 512 counts in this format, so one g at rest is 0.00006 g. The u16 reading of left-justified data is little-endian and right.
#
# Package: crate adxl343 0.8.0 (embedded-hal 0.2).
# Concerns: everybody who uses it in its default format.
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
adxl343 = "=0.8.0"
EOF

cat >src/main.rs <<'EOF'
use adxl343::accelerometer::vector::I16x3;
use adxl343::accelerometer::{Accelerometer, RawAccelerometer};
use embedded_hal::blocking::i2c::{Write, WriteRead};
use std::process::ExitCode;

struct Chip([u8; 64]);

impl Write for Chip {
    type Error = ();
    fn write(&mut self, _: u8, bytes: &[u8]) -> Result<(), ()> {
        self.0[usize::from(bytes[0])] = bytes[1];
        Ok(())
    }
}

impl WriteRead for Chip {
    type Error = ();
    fn write_read(&mut self, _: u8, bytes: &[u8], out: &mut [u8]) -> Result<(), ()> {
        let first = usize::from(bytes[0]);
        out.copy_from_slice(&self.0[first..first + out.len()]);
        Ok(())
    }
}

fn main() -> ExitCode {
    let mut same = true;
    for (name, counts, wrong) in [("1 g", 256_i16, 1_i16), ("0.5 g", 128, -32768), ("a count of noise", 1, 256)] {
        let mut chip = Chip([0; 64]);
        chip.0[0] = 0xe5;
        [chip.0[0x32], chip.0[0x33]] = counts.to_le_bytes();
        let mut sensor = adxl343::Adxl343::new(chip).unwrap();
        let raw: I16x3 = sensor.accel_raw().unwrap();
        let norm = sensor.accel_norm().unwrap();
        println!("{name}: {counts} counts, the driver says {} and {:.5} g", raw.x, norm.x);
        same &= raw.x == wrong;
    }
    println!("{}", if same { "as stated" } else { "CHANGED" });
    ExitCode::from(u8::from(!same))
}
EOF

cargo run --quiet
