#!/usr/bin/env bash
# A number that is whole already becomes another one when it is rounded.
#
# One would expect: `round`, `floor`, `ceil` and `trunc` of a whole number give it back, and `fract` gives 0, as the standard library does. The
# README lists these five as polyfills of `std`, apart from the functions that are approximations.
#
# What happens: every odd number from 8388609 to 16777215 is moved away from zero by one, and so is its negative. `floor`, `ceil` and `round` go through an `i32`, so 3000000000
# becomes 2147483648. `trunc` shifts by the exponent modulo 32, so 6500000000 becomes 4294967296, and `fract` of it is 0.513. And `round` of
# 0.49999997 is 1.
#
# Package: crate micromath 2.1.0, through `F32Ext`.
# Concerns: microseconds and frequencies in `f32`, and 24-bit readings of an ADC. A way round it: crate libm.
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
micromath = "=2.1.0"
EOF

cat >src/main.rs <<'EOF'
use std::process::ExitCode;

use micromath::F32Ext;

/// `round`, `floor`, `ceil`, `trunc` and `fract` of a number, by the crate.
fn by_crate(n: f32) -> [f32; 5] {
    [F32Ext::round(n), F32Ext::floor(n), F32Ext::ceil(n), F32Ext::trunc(n), F32Ext::fract(n)]
}

/// The same by the standard library.
fn by_std(n: f32) -> [f32; 5] {
    [f32::round(n), f32::floor(n), f32::ceil(n), f32::trunc(n), f32::fract(n)]
}

fn main() -> ExitCode {
    let stated = [
        (-1.5, by_std(-1.5)),
        (8_388_607.0, by_std(8_388_607.0)),
        (8_388_609.0, [8_388_610.0, 8_388_609.0, 8_388_609.0, 8_388_609.0, 0.0]),
        (-16_777_215.0, [-16_777_216.0, -16_777_215.0, -16_777_215.0, -16_777_215.0, 0.0]),
        (3_000_000_000.0, [2_147_483_648.0, 2_147_483_648.0, 2_147_483_648.0, 3_000_000_000.0, 0.0]),
        (6_500_000_000.0, [2_147_483_648.0, 2_147_483_648.0, 2_147_483_648.0, 4_294_967_296.0, 0.513_399_1]),
        (0.499_999_97, [1.0, 0.0, 1.0, 0.0, 0.499_999_97]),
    ];
    let mut same = true;
    for (n, expected) in stated {
        println!("{n:.8}: round, floor, ceil, trunc and fract give {:.6?}, the standard library {:.6?}", by_crate(n), by_std(n));
        same &= by_crate(n) == expected;
    }
    let wrong = (8_388_607..=16_777_216).map(|n| n as f32).filter(|n| F32Ext::round(*n) != *n).count();
    println!("of the numbers from 8388607 to 16777216, {wrong} are rounded to another one");
    same &= wrong == 4_194_304;
    println!("{}", if same { "as stated" } else { "CHANGED" });
    ExitCode::from(u8::from(!same))
}
EOF

cargo run --quiet
