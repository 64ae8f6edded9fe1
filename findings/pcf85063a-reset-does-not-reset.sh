#!/usr/bin/env bash
# Of two methods for the reset of a PCF85063A one resets nothing.
#
# One would expect: `reset()` resets. The data sheet (table "Control_1", bit SR, and section "Software reset") asks for the whole byte 0x58 in Control_1
# for that; the bit SR is of no use alone.
#
# What happens: `reset()` sets bit 4 (SR) in what it read and writes, after power-up, 0x10. The chip keeps its time, alarms and
# flags. `perform_software_reset()`, beside it in the same file, writes 0x58 and is right. Both return Ok.
#
# Package: crate pcf85063a 0.1.1 (embedded-hal-async 1).
# Concerns: programs that reset the clock at start. A way round it: `perform_software_reset`.
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
embedded-hal-async = "=1.0.0"
pcf85063a = "=0.1.1"
EOF

cat >src/main.rs <<'EOF'
use core::convert::Infallible;
use core::future::Future;
use core::pin::pin;
use core::task::{Context, Poll, Waker};
use embedded_hal_async::i2c::{ErrorType, I2c, Operation};
use pcf85063a::PCF85063;
use std::process::ExitCode;

struct Chip {
    control_1: u8,
    resets: u32,
    written: Vec<u8>,
}

impl ErrorType for Chip {
    type Error = Infallible;
}

impl I2c for Chip {
    async fn transaction(&mut self, _: u8, steps: &mut [Operation<'_>]) -> Result<(), Infallible> {
        for step in steps {
            match step {
                Operation::Write([0, value]) => {
                    self.written.push(*value);
                    self.resets += u32::from(*value == 0x58);
                    self.control_1 = *value & !0x10; // SR always reads 0
                }
                Operation::Write(_) => {}
                Operation::Read(bytes) => bytes.fill(self.control_1),
            }
        }
        Ok(())
    }
}

/// Polls a future that never waits.
fn now<F: Future>(future: F) -> F::Output {
    match pin!(future).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(out) => out,
        Poll::Pending => unreachable!("the bus answers at once"),
    }
}

fn main() -> ExitCode {
    let mut clock = PCF85063::new(Chip { control_1: 0, resets: 0, written: Vec::new() });
    now(clock.reset()).unwrap();
    let chip = clock.destroy();
    println!("reset(): wrote {:02x?}, {} resets", chip.written, chip.resets);
    let mut other = PCF85063::new(Chip { control_1: 0, resets: 0, written: Vec::new() });
    now(other.perform_software_reset()).unwrap();
    let control = other.destroy();
    println!("perform_software_reset(): wrote {:02x?}, {} resets", control.written, control.resets);
    let same = chip.written == [0x10] && chip.resets == 0 && control.resets == 1;
    println!("{}", if same { "as stated" } else { "CHANGED" });
    ExitCode::from(u8::from(!same))
}
EOF

cargo run --quiet
