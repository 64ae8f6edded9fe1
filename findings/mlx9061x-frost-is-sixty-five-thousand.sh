#!/usr/bin/env bash
# An infrared thermometer reads -10 degrees C as 65526 in its form for integers.
#
# One would expect: `object1_temperature_as_int` gives the temperature of `object1_temperature` in whole degrees. The
# data sheet (Melexis MLX90614, section 8.7.3) has T = raw * 0.02 K, so that -10 degrees C is 13158, and the sensor
# measures down to -70.
#
# What happens: 273 is taken from an unsigned number of 16 bits, and the result is one. With overflow checks, as in a
# debug build, it panics; without them -10 degrees C is 65526. The form for floats is right.
#
# Package: crate mlx9061x 0.3.0.
# Concerns: whoever measures the sky, snow or a freezer without floats. A way round it: take the result as `i16`, in a build without overflow checks.
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
mlx9061x = "=0.3.0"
embedded-hal-mock = { version = "=0.11.1", default-features = false, features = ["eh1"] }

[profile.dev]
overflow-checks = false
EOF

cat >src/main.rs <<'EOF'
use std::process::ExitCode;

use embedded_hal_mock::eh1::i2c::{Mock, Transaction};
use mlx9061x::{Mlx9061x, SlaveAddr};

/// The checksum of SMBus.
fn pec(bytes: &[u8]) -> u8 {
    bytes.iter().fold(0, |crc, byte| (0..8).fold(crc ^ byte, |crc, _| if crc & 0x80 == 0 { crc << 1 } else { (crc << 1) ^ 0x07 }))
}

fn read(raw: u16) -> (f32, u16) {
    let [upper, lower] = raw.to_be_bytes();
    let answer = vec![lower, upper, pec(&[0xb4, 0x07, 0xb5, lower, upper])];
    let transaction = || Transaction::write_read(0x5a, vec![0x07], answer.clone());
    let mut bus = Mock::new(&[transaction(), transaction()]);
    let mut sensor = Mlx9061x::new_mlx90614(bus.clone(), SlaveAddr::default(), 5).expect("a sensor");
    let float = sensor.object1_temperature().expect("the answer is right");
    let integer = sensor.object1_temperature_as_int().expect("the answer is right");
    bus.done();
    (float, integer)
}

fn main() -> ExitCode {
    let mut same = true;
    for (raw, sheet, integer) in [(15_483_u16, 36.51, 36_u16), (13_708, 1.01, 1), (13_158, -9.99, 65_526)] {
        let driver = read(raw);
        println!("{raw}: data sheet {sheet}, float {:.2}, integer {}", driver.0, driver.1);
        same &= (driver.0 - sheet).abs() < 0.01 && driver.1 == integer;
    }
    println!("{}", if same { "as stated" } else { "CHANGED" });
    ExitCode::from(u8::from(!same))
}
EOF

cargo run --quiet
