#!/usr/bin/env bash
# A thermometer reads everything above 42.5 degrees C as 175 degrees less.
#
# One would expect: the words of an SHT3x are unsigned. The data sheet (Sensirion SHT3x-DIS, version 7, section 4.14)
# has T = -45 + 175 * S / 65535, so that 0x999a, for one, is 60 degrees C.
#
# What happens: the driver reads the word of the temperature as a signed number. From 0x8000 on, which is 42.5 degrees
# C, it comes out negative: 60 degrees C is -115. The humidity is read as unsigned, and is right.
#
# Package: crate sht31 0.3.3.
# Concerns: whoever measures an oven, a roof or a computer case. A way round it: add 175 (315 in Fahrenheit) to what is below -45 (-49).
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
sht31 = "=0.3.3"
embedded-hal-mock = { version = "=0.11.1", default-features = false, features = ["eh1"] }
EOF

cat >src/main.rs <<'EOF'
use std::process::ExitCode;

use embedded_hal_mock::eh1::{delay::NoopDelay, i2c::{Mock, Transaction}};
use sht31::prelude::{Sht31Reader, TemperatureUnit, SHT31};

fn crc(word: [u8; 2]) -> u8 {
    word.iter().fold(0xff, |crc, byte| (0..8).fold(crc ^ byte, |crc, _| if crc & 0x80 == 0 { crc << 1 } else { (crc << 1) ^ 0x31 }))
}

/// Reads the temperature of a word, with a humidity of 50 %.
fn read(word: u16) -> f32 {
    let [upper, lower] = word.to_be_bytes();
    let answer = vec![upper, lower, crc([upper, lower]), 0x80, 0x00, crc([0x80, 0x00])];
    let mut bus = Mock::new(&[Transaction::write(0x44, vec![0x2c, 0x06]), Transaction::read(0x44, answer)]);
    let mut sensor = SHT31::new(bus.clone(), NoopDelay).with_unit(TemperatureUnit::Celsius);
    let temperature = sensor.read().expect("the answer is right").temperature;
    bus.done();
    temperature
}

fn main() -> ExitCode {
    let mut seen = Vec::new();
    for word in [0x6666_u16, 0x7fff, 0x8000, 0x999a] {
        let sheet = -45.0 + 175.0 * f32::from(word) / 65_535.0;
        seen.push(read(word) - sheet);
        println!("{word:#06x}: data sheet {sheet:.2}, driver {:.2}", read(word));
    }
    let same = seen[..2].iter().all(|error| error.abs() < 0.01) && seen[2..].iter().all(|error| (error + 175.0).abs() < 0.02);
    println!("{}", if same { "as stated" } else { "CHANGED" });
    ExitCode::from(u8::from(!same))
}
EOF

cargo run --quiet
