#!/usr/bin/env bash
# A sensor reads -10 degrees C as 4294967300 degrees.
#
# One would expect: `measure_no_fp` gives the temperature of `measure`, in whole degrees: the data sheet (Aosong
# AHT20, section 6.2) has T = S / 2^20 * 200 - 50, which is less than 0 for every S below 2^18.
#
# What happens: the difference is worked out in an unsigned number. With overflow checks, as in a debug build, it
# panics; without them -10 is 4294967300. `measure` is right.
#
# Package: crate aht20-driver 2.0.0.
# Concerns: whoever uses the integer form below freezing. A way round it: `measure`.
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
aht20-driver = { version = "=2.0.0", default-features = false }
embedded-hal-mock = { version = "=0.11.1", default-features = false, features = ["eh1"] }

[profile.dev]
overflow-checks = false
EOF

cat >src/main.rs <<'EOF'
use std::process::ExitCode;

use aht20_driver::{AHT20, SENSOR_ADDRESS};
use embedded_hal_mock::eh1::{delay::NoopDelay, i2c::{Mock, Transaction}};

fn crc(bytes: &[u8]) -> u8 {
    bytes.iter().fold(0xff, |crc, byte| (0..8).fold(crc ^ byte, |crc, _| if crc & 0x80 == 0 { crc << 1 } else { (crc << 1) ^ 0x31 }))
}

/// Reads a temperature that the sensor has as 20 bits, with a humidity of 50 %.
fn read(bits: u32, integers: bool) -> f32 {
    let [_, a, b, c] = bits.to_be_bytes();
    let mut answer = vec![0x18, 0x80, 0x00, a, b, c];
    answer.push(crc(&answer));
    let status = || Transaction::read(SENSOR_ADDRESS, vec![0x18]);
    let trigger = Transaction::write(SENSOR_ADDRESS, vec![0xac, 0x33, 0x00]);
    let mut bus = Mock::new(&[status(), trigger, status(), Transaction::read(SENSOR_ADDRESS, answer)]);
    let mut sensor = AHT20::new(bus.clone(), SENSOR_ADDRESS);
    let mut sensor = sensor.init(&mut NoopDelay).expect("it answers");
    let reading = if integers { sensor.measure_no_fp(&mut NoopDelay) } else { sensor.measure(&mut NoopDelay) };
    bus.done();
    reading.expect("the answer is right").temperature
}

fn main() -> ExitCode {
    let mut same = true;
    for (bits, sheet, driver) in [(0x60000, 25.0, 25.0), (0x40000, 0.0, 0.0), (0x33333, -10.0, 4_294_967_300.0_f32)] {
        println!("{bits:#x}: measure {:.2}, measure_no_fp {}", read(bits, false), read(bits, true));
        same &= (read(bits, false) - sheet).abs() < 0.01 && (read(bits, true) - driver).abs() <= 300.0 * f32::from(u8::from(driver > 1e6));
    }
    println!("{}", if same { "as stated" } else { "CHANGED" });
    ExitCode::from(u8::from(!same))
}
EOF

cargo run --quiet
