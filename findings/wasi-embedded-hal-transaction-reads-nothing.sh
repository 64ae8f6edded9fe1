#!/usr/bin/env bash
# A transaction over the crate for WASI I2C returns Ok, leaves its read buffers as they were, and hides every fault.
#
# One would expect: `I2c::transaction` of embedded-hal 1.0 fills the buffer of each `Operation::Read`, and returns the error of the bus, as
# `read` and `write_read` of the same crate do. The WIT's `transaction` returns both: `result<list<list<u8>>, error-code>`.
#
# What happens: `add_i2c_hal!` assigns what `transaction` returns to `_` and returns Ok. A register read as write and read in one
# transaction, which is what many drivers do, gives zeros, and a sensor that is not there looks like one.
#
# Package: crate wasi-embedded-hal 0.2.1.
# Concerns: whoever runs a driver of embedded-hal 1.0 on WASI I2C with it.
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
wasi-embedded-hal = "=0.2.1"
EOF

cat >src/main.rs <<'EOF'
use std::process::ExitCode;

/// What wit-bindgen makes of the WIT, over a bus with a device at 0x48 that answers 0x15 and 0x80.
mod i2c {
    #[derive(Clone, Copy, Debug)]
    pub enum NoAcknowledgeSource {
        Address,
        #[allow(dead_code)]
        Data,
        #[allow(dead_code)]
        Unknown,
    }

    #[derive(Clone, Copy, Debug)]
    #[allow(dead_code)]
    pub enum ErrorCode {
        Bus,
        ArbitrationLoss,
        NoAcknowledge(NoAcknowledgeSource),
        Overrun,
        Other,
    }

    #[allow(dead_code)]
    pub enum Operation {
        Read(u64),
        Write(Vec<u8>),
    }

    pub struct I2c;

    impl I2c {
        pub fn read(&self, address: u16, len: u64) -> Result<Vec<u8>, ErrorCode> {
            if address != 0x48 {
                return Err(ErrorCode::NoAcknowledge(NoAcknowledgeSource::Address));
            }
            Ok([0x15, 0x80].into_iter().cycle().take(len as usize).collect())
        }

        pub fn write(&self, address: u16, _: &[u8]) -> Result<(), ErrorCode> {
            self.read(address, 0).map(drop)
        }

        pub fn write_read(&self, address: u16, _: &[u8], len: u64) -> Result<Vec<u8>, ErrorCode> {
            self.read(address, len)
        }

        pub fn transaction(&self, address: u16, operations: &[Operation]) -> Result<Vec<Vec<u8>>, ErrorCode> {
            let reads = operations.iter().filter_map(|operation| match operation {
                Operation::Read(len) => Some(self.read(address, *len)),
                Operation::Write(_) => None,
            });
            reads.collect()
        }
    }
}

wasi_embedded_hal::add_i2c_hal!(i2c);

/// As a generic driver calls it.
fn register<B: embedded_hal::i2c::I2c>(mut bus: B, address: u8) -> (bool, [u8; 2]) {
    let mut bytes = [0; 2];
    let result = bus.transaction(address, &mut [HalOperation::Write(&[0]), HalOperation::Read(&mut bytes)]);
    (result.is_ok(), bytes)
}

fn main() -> ExitCode {
    let mut bytes = [0; 2];
    embedded_hal::i2c::I2c::write_read(&mut I2c, 0x48, &[0], &mut bytes).unwrap();
    println!("write_read at 0x48: {bytes:02x?}");
    let (there, absent) = (register(I2c, 0x48), register(I2c, 0x49));
    println!("the same as a transaction: ok {}, {:02x?}", there.0, there.1);
    println!("a transaction at 0x49, where nobody is: ok {}", absent.0);
    let same = bytes == [0x15, 0x80] && there == (true, [0, 0]) && absent.0;
    println!("{}", if same { "as stated" } else { "CHANGED" });
    ExitCode::from(u8::from(!same))
}
EOF

cargo run --quiet
