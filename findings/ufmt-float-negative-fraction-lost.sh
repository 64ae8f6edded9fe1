#!/usr/bin/env bash
# Negative numbers lose their fraction, and small ones their sign.
#
# One would expect: -3.14 with two decimals is written "-3.14", or at worst "-3.13" (the text warns of four to five significant
# digits and of no rounding); -0.5 is written "-0.5".
#
# What happens: the fraction of a negative number is converted to an unsigned integer, which is 0 in Rust. -3.14 becomes
# "-3.00", -0.5 becomes "0.0". Everything above zero is right, so a thermometer in a warm room shows no sign of it, and
# below freezing it shows whole degrees; between 0 and -1 degree it shows zero.
#
# Package: crate ufmt_float 0.2.0, both for f32 and f64, with and without the feature `maths`.
# Concerns: no_std programs that print measurements with ufmt.
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
ufmt = "=0.2.0"
ufmt_float = "=0.2.0"
EOF

cat >src/main.rs <<'EOF'
use std::process::ExitCode;
use ufmt::{uwrite, uWrite};
use ufmt_float::{uFmt_f32, uFmt_f64};

struct Text(String);

impl uWrite for Text {
    type Error = core::convert::Infallible;
    fn write_str(&mut self, text: &str) -> Result<(), Self::Error> {
        self.0.push_str(text);
        Ok(())
    }
}

fn f32_text(value: f32) -> String {
    let mut text = Text(String::new());
    uwrite!(text, "{}", uFmt_f32::Two(value)).unwrap();
    text.0
}

fn f64_text(value: f64) -> String {
    let mut text = Text(String::new());
    uwrite!(text, "{}", uFmt_f64::One(value)).unwrap();
    text.0
}

fn main() -> ExitCode {
    println!("3.14 -> {}, -3.14 -> {}", f32_text(3.14), f32_text(-3.14));
    println!("0.5 -> {}, -0.5 -> {}, -12.75 -> {}", f64_text(0.5), f64_text(-0.5), f64_text(-12.75));
    let same = f32_text(-3.14) == "-3.00" && f64_text(-0.5) == "0.0" && f64_text(-12.75) == "-12.0" && f64_text(0.5) == "0.5";
    println!("{}", if same { "as stated" } else { "CHANGED" });
    ExitCode::from(u8::from(!same))
}
EOF

cargo run --quiet
