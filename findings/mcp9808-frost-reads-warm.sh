#!/usr/bin/env bash
# A thermometer reads -10 degrees C as +10.
#
# One would expect: with the sign bit set the temperature is the rest of the register less 256. The data sheet
# (Microchip MCP9808, DS25095A, section 5.1.3.1, equation 5-1) has the formula, and 0x1f60 is -10 degrees C.
#
# What happens: the driver takes 256 less the rest instead, so that the sign is lost: -10 is +10, -0.5 is +1.5 and -40
# is +40. A limit is written with the sign bit and its whole degrees cut off: `set_celsius(-10.0)` makes 0x1000, which
# is -256.
#
# Package: crate mcp9808 0.4.0.
# Concerns: whoever uses it below freezing. A way round it: `get_raw_value`, and the formula of the data sheet.
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
mcp9808 = "=0.4.0"
embedded-hal-mock = { version = "=0.11.1", default-features = false, features = ["eh1"] }
EOF

cat >src/main.rs <<'EOF'
use std::process::ExitCode;

use embedded_hal_mock::eh1::i2c::{Mock, Transaction};
use mcp9808::reg_res::ResolutionVal::Deg_0_0625C;
use mcp9808::reg_temp_generic::{ReadableTempRegister, WritableTempRegister};
use mcp9808::MCP9808;

fn read(register: u16) -> f32 {
    let mut bus = Mock::new(&[Transaction::write_read(0x18, vec![5], register.to_be_bytes().to_vec())]);
    let temperature = MCP9808::new(bus.clone()).read_temperature().expect("it answers").get_celsius(Deg_0_0625C);
    bus.done();
    temperature
}

fn main() -> ExitCode {
    let mut same = true;
    for (register, sheet, driver) in [(0x0194, 25.25, 25.25), (0x1f60, -10.0, 10.0), (0x1ff8, -0.5, 1.5), (0x1d80, -40.0, 40.0)] {
        println!("{register:#06x}: data sheet {sheet}, driver {}", read(register));
        same &= read(register) == driver;
    }
    let mut bus = Mock::new(&[Transaction::write_read(0x18, vec![3], vec![0, 0])]);
    let mut limit = MCP9808::new(bus.clone()).read_alert_lower().expect("it answers");
    limit.set_celsius(-10.0);
    println!("a limit of -10: data sheet 0x1f60, driver {:#06x}", limit.get_raw_value());
    same &= limit.get_raw_value() == 0x1000;
    bus.done();
    println!("{}", if same { "as stated" } else { "CHANGED" });
    ExitCode::from(u8::from(!same))
}
EOF

cargo run --quiet
