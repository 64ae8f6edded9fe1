#!/usr/bin/env bash
# A BME280 that measures is said to be idle: the driver looks at the wrong bit of its status.
#
# One would expect: bit 3 of the status register is 1 while a conversion runs, and bit 0 while the calibration is copied (Bosch
# BME280, BST-BME280-DS002, section 5.4.4).
#
# What happens: the driver takes bit 2, which is always 0. `Status::is_measuring` is never true, and `take_forced_measurement`,
# which waits for its end, returns at once: the reading after it is that of the measurement before.
#
# Package: crate bme280-rs 0.4.1.
# Concerns: forced mode. A way round it: wait for the time that the oversampling takes, section 9.1.
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
bme280-rs = { version = "=0.4.1", default-features = false, features = ["blocking"] }
EOF

cat >src/main.rs <<'EOF'
use std::process::ExitCode;

use bme280_rs::Status;

fn main() -> ExitCode {
    // Bit 3, as the chip sets it, and bit 2, which it never sets.
    let [measuring, unused] = [0b1000, 0b0100].map(|register: u8| Status::from(register).is_measuring());
    println!("status 0x08: measuring {measuring}; status 0x04: measuring {unused}");
    let same = !measuring && unused;
    println!("{}", if same { "as stated" } else { "CHANGED" });
    ExitCode::from(u8::from(!same))
}
EOF

cargo run --quiet
