#!/usr/bin/env bash
# The model of an INA219 has no negative currents.
#
# One would expect: `simulate`, documented as "the calculation a real INA219 would produce", gives the current its sign: the
# shunt voltage and the current register are two's complement (data sheet, "Current Register"; "Programming the Calibration
# Register": current = shunt voltage * calibration / 4096).
#
# What happens: the bits of a negative shunt voltage are taken for an unsigned number and then divided. A battery that is
# charged with 100 mA (-10 mV over 0.1 ohm) is simulated as 6.3 A the other way with a calibration of 40, and as a math overflow with one of
# 8192. Only where the calibration is just 4096, as in many examples, does the sign survive. Positive values are right,
# and so is what the driver reads from a real chip.
#
# Package: crate ina219 0.2.1.
# Concerns: authors of tests for chargers and motors: the test fails where the device works.
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
ina219 = { version = "=0.2.1", default-features = false, features = ["sync"] }
EOF

cat >src/main.rs <<'EOF'
use ina219::calibration::{simulate, IntCalibration, MicroAmpere};
use ina219::measurements::{BusVoltage, ShuntVoltage};
use std::process::ExitCode;

fn main() -> ExitCode {
    let mut seen = Vec::new();
    // Microamperes a digit over 0.1 ohm: calibrations 40, 4096 and 8192.
    for digit in [10_000, 100, 50] {
        let calibration = IntCalibration::new(MicroAmpere(digit), 100_000).unwrap();
        for ten_uv in [1000_i16, -1000] {
            let bus = BusVoltage::from_mv(40);
            let got = simulate(&calibration, bus, ShuntVoltage::from_10uv(ten_uv)).ok().map(|m| m.current.0);
            let text = got.map_or("math overflow".into(), |ua| format!("{ua} uA"));
            println!("calibration {:4}: {:3} mV over 0.1 ohm is {:7} uA, simulated: {text}", calibration.as_bits(),
                ten_uv / 100, i64::from(ten_uv) * 100);
            seen.push(got);
        }
    }
    let same = seen == [Some(90_000), Some(6_300_000), Some(100_000), Some(-100_000), Some(100_000), None];
    println!("{}", if same { "as stated" } else { "CHANGED" });
    ExitCode::from(u8::from(!same))
}
EOF

cargo run --quiet
