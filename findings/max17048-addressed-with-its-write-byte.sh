#!/usr/bin/env bash
# A fuel gauge is never found: the driver calls 0x6c where the gauge has 0x36.
#
# One would expect: addresses of embedded-hal have seven bits, right-aligned. The data sheet (Maxim MAX17048, 19-6171,
# "slave address") has 0x6c as the byte for writing, which is the address 0x36 and a 0.
#
# What happens: the driver gives 0x6c to the bus as the address, so 0xd8 goes out, which nobody acknowledges; `new`
# unwraps the error and panics. Beside that `charge_rate` takes a signed register for an unsigned one: -4.16 % an hour
# would be 13627, and registers are written in two transactions, of which the second one sends the value as a pointer.
#
# Package: crate max17048 0.1.0.
# Concerns: whoever tries it. A way round it: crate max170xx.
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
max17048 = "=0.1.0"
embedded-hal-mock = { version = "=0.11.1", default-features = false, features = ["eh0"] }
EOF

cat >src/main.rs <<'EOF'
use std::process::ExitCode;

use embedded_hal_mock::eh0::i2c::{Mock, Transaction};
use max17048::Max17048;

fn main() -> ExitCode {
    // What `new` does, with the address that it uses; then the voltage and the rate.
    let expected = [
        Transaction::write_read(0x6c, vec![0x0c], vec![0x97, 0x1c]),
        Transaction::write(0x6c, vec![0x0c]),
        Transaction::write(0x6c, vec![0x97, 0x1c]),
        Transaction::write_read(0x6c, vec![0x16], (-20_i16).to_be_bytes().to_vec()),
    ];
    let mut bus = Mock::new(&expected);
    let mut gauge = Max17048::new(bus.clone());
    let rate = gauge.charge_rate().expect("it answers");
    bus.done();
    println!("address 0x6c instead of 0x36; a rate of -4.16 %/h reads {rate}");
    let same = (rate - 13_627.0).abs() < 1.0;
    println!("{}", if same { "as stated" } else { "CHANGED" });
    ExitCode::from(u8::from(!same))
}
EOF

cargo run --quiet
