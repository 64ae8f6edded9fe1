#!/usr/bin/env bash
# In a chain of MAX7219 the decode mode of the wrong display is switched.
#
# One would expect: `write_bcd(1, ...)` puts display 1 into Code B decoding (register 9 of *that* chip), writes its
# digits, and restores its mode. The text says so: it takes the address of the display.
#
# What happens: the digits go to display 1, the two writes of the decode mode go to display 0. Display 1 stays
# without decoding, so a 5 (0x05) lights segments E and G instead of the digit 5 (data sheet, tables 4 to
# 6). Display 0 is switched to Code B meanwhile and left in whatever mode was set last on any display.
# `write_str` and `write_raw` have the same. With one display, or address 0, all is right.
#
# Package: crate max7219 0.5.0.
# Concerns: chains of two and more seven-segment displays.
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
max7219 = "=0.5.0"
EOF

cat >src/main.rs <<'EOF'
use core::convert::Infallible;
use embedded_hal::spi::{ErrorType, Operation, SpiDevice};
use max7219::MAX7219;
use std::process::ExitCode;

/// Two chips in a chain: the word that is sent last stays in the first chip of the wire.
#[derive(Default)]
struct Chain {
    sent: Vec<Vec<u8>>,
}

impl ErrorType for &mut Chain {
    type Error = Infallible;
}

impl SpiDevice for &mut Chain {
    fn transaction(&mut self, steps: &mut [Operation<'_, u8>]) -> Result<(), Infallible> {
        let mut all = Vec::new();
        for step in steps {
            if let Operation::Write(bytes) = step {
                all.extend_from_slice(bytes);
            }
        }
        self.sent.push(all);
        Ok(())
    }
}

/// The place in the chain (0 or 1) whose word is not a no-op, the register and the value.
fn words(frames: &[Vec<u8>]) -> Vec<(usize, u8, u8)> {
    let mut out = Vec::new();
    for frame in frames {
        for (place, word) in frame.chunks(2).enumerate() {
            if word[0] != 0 {
                out.push((place, word[0], word[1]));
            }
        }
    }
    out
}

fn main() -> ExitCode {
    let mut chain = Chain::default();
    let start;
    {
        let mut display = MAX7219::from_spi(2, &mut chain).unwrap();
        display.write_bcd(1, b"12345678").unwrap();
    }
    // Everything after the last register of the start-up (12, power off).
    let all = words(&chain.sent);
    start = all.iter().rposition(|word| word.1 == 12).unwrap() + 1;
    let call = &all[start..];
    let mut digits: Vec<usize> = call.iter().filter(|w| w.1 <= 8).map(|w| w.0).collect();
    digits.dedup();
    let modes: Vec<_> = call.iter().filter(|w| w.1 == 9).collect();
    println!("digits went to the words at place {digits:?} of the chain");
    for (place, _, value) in &modes {
        println!("decode mode {value:#04x} went to place {place}");
    }
    let same = digits.len() == 1 && modes.len() == 2 && modes.iter().all(|w| w.0 != digits[0]);
    println!("{}", if same { "as stated" } else { "CHANGED" });
    ExitCode::from(u8::from(!same))
}
EOF

cargo run --quiet
