#!/usr/bin/env bash
# A seven-segment display shows zero as "-0".
#
# One would expect: the formatters for signed numbers of the TM1637 driver write 0 as the ones for unsigned numbers do, "0". Their text promises a
# minus for negative numbers.
#
# What happens: the test is `n > 0`, and what is not above zero gets a minus sign. All signed formatters (`i8_2`, `i16_3`, `i16_4`, `i32_5`, `i32_6`, and their
# right-aligned forms) write "-0". 1 and -1 are right, so a counter, a speed or a temperature looks wrong at one value only.
#
# Package: crate tm1637-embedded-hal 0.5.2.
# Concerns: users of `numbers` with signed values. A way round it: use the unsigned form for zero.
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
tm1637-embedded-hal = "=0.5.2"
EOF

cat >src/main.rs <<'EOF'
use std::process::ExitCode;
use tm1637_embedded_hal::mappings::{DigitBits, SpecialCharBits};
use tm1637_embedded_hal::numbers;

fn text(segments: &[u8]) -> String {
    segments
        .iter()
        .map(|bits| match *bits {
            0 => ' ',
            b if b == SpecialCharBits::Minus as u8 => '-',
            b => (0..10).find(|d| DigitBits::from_digit(*d) as u8 == b).map_or('?', |d| char::from(b'0' + d)),
        })
        .collect()
}

fn main() -> ExitCode {
    println!("unsigned, 0: '{}'", text(&numbers::r_u16_4(0)));
    let mut seen = Vec::new();
    for n in [1, 0, -1] {
        let all = [text(&numbers::i8_2(n as i8)), text(&numbers::i16_4(n)), text(&numbers::r_i16_4(n)), text(&numbers::r_i32_6(n.into()))];
        println!("signed, {n}: {all:?}");
        seen.push(all);
    }
    let same = seen[1] == ["-0", "-0  ", "  -0", "    -0"] && seen[0] == ["1 ", "1   ", "   1", "     1"];
    println!("{}", if same { "as stated" } else { "CHANGED" });
    ExitCode::from(u8::from(!same))
}
EOF

cargo run --quiet
