#!/usr/bin/env bash
# A clock that is set to the year 85 reads 5, and one that has lost its supply reads as if it had not.
#
# One would expect: the year has two digits of four bits each (data sheet NXP PCF8563, revision 11, section 8.4.7), so
# that 0x85 is 85; `set_datetime` writes it so. Bit 7 of the seconds, VL, says that the supply was too low and that
# the date cannot be trusted (section 8.4.1).
#
# What happens: all registers are decoded with three bits for the tens, which is right for seconds and minutes and
# takes 80 from the years 80 to 99. The same mask takes VL off: `get_datetime` returns the date of a clock without a
# battery with Ok, and no other function looks at the flag.
#
# Package: crate pcf8563 0.2.1.
# Concerns: whoever stores other epochs than 2000 in the year, or wants to know whether the battery was empty.
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
pcf8563 = "=0.2.1"
embedded-hal-mock = { version = "=0.11.1", default-features = false, features = ["eh1"] }
EOF

cat >src/main.rs <<'EOF'
use std::process::ExitCode;

use embedded_hal_mock::eh1::i2c::{Mock, Transaction};
use pcf8563::{DateTime, PCF8563};

fn read(registers: [u8; 7]) -> DateTime {
    let mut bus = Mock::new(&[Transaction::write_read(0x51, vec![2], registers.to_vec())]);
    let now = PCF8563::new(bus.clone()).get_datetime().expect("it answers");
    bus.done();
    now
}

fn main() -> ExitCode {
    // 23:59:58 on the 28th of February, a Monday.
    let at = |year| [0x58, 0x59, 0x23, 0x28, 0x01, 0x02, year];
    let time = DateTime { year: 85, month: 2, weekday: 1, day: 28, hours: 23, minutes: 59, seconds: 58 };
    let mut bus = Mock::new(&[Transaction::write(0x51, [&[2][..], &at(0x85)].concat())]);
    PCF8563::new(bus.clone()).set_datetime(&time).expect("a date");
    bus.done();
    let years = [0x28, 0x79, 0x80, 0x85, 0x99].map(|year| read(at(year)).year);
    println!("0x28, 0x79, 0x80, 0x85 and 0x99 read as {years:?}");
    let mut low = at(0x28);
    low[0] |= 0x80;
    let trusted = read(low);
    println!("with VL set: Ok, {} seconds", trusted.seconds);
    let same = years == [28, 79, 0, 5, 19] && trusted.seconds == 58;
    println!("{}", if same { "as stated" } else { "CHANGED" });
    ExitCode::from(u8::from(!same))
}
EOF

cargo run --quiet
