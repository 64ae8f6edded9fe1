#!/usr/bin/env bash
# A light threshold that is set in lux is another number of lux.
#
# One would expect: `calculate_raw_threshold_value` (and `set_high_threshold_lux`, which uses it) is the inverse of
# `read_lux`. Above 1000 lx, at the gains 1/4 and 1/8, the text says that the inverse of the maker's polynomial is
# applied (6.0135e-13 x^4 - 9.3924e-9 x^3 + 8.1488e-5 x^2 + 1.0023 x, application note "Designing the
# VEML7700 Into an Application").
#
# What happens: reading is right. The inverse takes cubes and roots of coefficients down to 6e-13 in f32, with the
# approximate `powf` and `sqrt` of the crate micromath. The threshold for 2450 lx is set at the
# raw value of about 3800 lx, and that for 94,000 lx, bright sun, at 0: the alarm for "too bright" is on in the dark.
# The sister crate veml6030 1.0.0 solves the same equation in f64 with libm and comes back to the value.
#
# Packages: crate veml7700 0.3.2 (default features); crate veml6030 1.0.0 as the control.
# Concerns: users of thresholds in lux outdoors. A way round it: search the raw value with `convert_raw_als_to_lux`.
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
veml7700 = "=0.3.2"
veml6030 = "=1.0.0"
EOF

cat >src/main.rs <<'EOF'
use std::process::ExitCode;

fn main() -> ExitCode {
    let (time, gain) = (veml7700::IntegrationTime::_25ms, veml7700::Gain::OneEighth);
    let (time2, gain2) = (veml6030::IntegrationTime::Ms25, veml6030::Gain::OneEighth);
    let mut off = Vec::new();
    let mut control: f64 = 0.0;
    for raw in [1000_u16, 2500, 5000, 10_000] {
        let lux = veml7700::convert_raw_als_to_lux(time, gain, raw);
        let back = veml7700::calculate_raw_threshold_value(time, gain, lux);
        println!("veml7700: raw {raw:5} is {lux:6.0} lx; the threshold for {lux:6.0} lx is raw {back:5}, which is {:6.0} lx",
            veml7700::convert_raw_als_to_lux(time, gain, back));
        off.push(f64::from(back) / f64::from(raw) - 1.0);
        let lux = veml6030::convert_raw_als_to_lux(time2, gain2, raw);
        let back = veml6030::calculate_raw_threshold_value(time2, gain2, lux);
        control = control.max((f64::from(back) / f64::from(raw) - 1.0).abs());
    }
    println!("veml6030: worst difference over the same values {:.2} %", control * 100.0);
    let same = off[0] > 0.2 && off[3] == -1.0 && control < 0.01;
    println!("{}", if same { "as stated" } else { "CHANGED" });
    ExitCode::from(u8::from(!same))
}
EOF

cargo run --quiet
