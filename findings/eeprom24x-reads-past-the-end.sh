#!/usr/bin/env bash
# Reading past the end of an EEPROM gives its first bytes, with Ok.
#
# One would expect: an error. The trait that the driver implements says so: `embedded_storage::ReadStorage::read` "should
# throw an error in case bytes.len() will be larger than self.capacity() - offset". The driver's own `write`
# checks just that.
#
# What happens: `read` checks the first address only. The chip's address counter rolls over at the end (data sheet of the
# AT24C32, "Sequential Read": the counter "rolls over" to the beginning), so the tail of the buffer is filled
# with the beginning of the memory. A file system or a key-value store on top takes it for data.
#
# Package: crate eeprom24x 0.7.2 with embedded-storage 0.3.
# Concerns: whoever puts generic storage code over a 24C memory.
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
eeprom24x = "=0.7.2"
embedded-storage = "=0.3.1"
EOF

cat >src/main.rs <<'EOF'
use core::convert::Infallible;
use embedded_hal::i2c::{ErrorType, I2c, Operation};
use std::process::ExitCode;
use eeprom24x::{Eeprom24x, SlaveAddr, Storage};
use embedded_storage::{ReadStorage, Storage as _};

struct NoDelay;

impl embedded_hal::delay::DelayNs for NoDelay {
    fn delay_ns(&mut self, _: u32) {}
}

/// A 24C32: 4096 bytes, an address of two bytes, a counter that rolls over.
struct Memory {
    bytes: Vec<u8>,
    at: usize,
}

impl ErrorType for Memory {
    type Error = Infallible;
}

impl I2c for Memory {
    fn transaction(&mut self, _: u8, steps: &mut [Operation<'_>]) -> Result<(), Infallible> {
        for step in steps {
            match step {
                Operation::Write(bytes) => {
                    self.at = usize::from(u16::from_be_bytes([bytes[0], bytes[1]])) % 4096;
                }
                Operation::Read(bytes) => {
                    for byte in bytes.iter_mut() {
                        *byte = self.bytes[self.at];
                        self.at = (self.at + 1) % 4096;
                    }
                }
            }
        }
        Ok(())
    }
}

fn main() -> ExitCode {
    let mut bytes = vec![0xee; 4096];
    bytes[..4].copy_from_slice(b"HEAD");
    bytes[4092..].copy_from_slice(b"tail");
    let chip = Eeprom24x::new_24x32(Memory { bytes, at: 0 }, SlaveAddr::default());
    let mut storage = Storage::new(chip, NoDelay);
    let mut buffer = [0; 8];
    let read = storage.read(4092, &mut buffer);
    println!("capacity {}, read of 8 bytes at 4092: {read:?}, {:?}", storage.capacity(), String::from_utf8_lossy(&buffer));
    let write = storage.write(4092, &[0; 8]);
    println!("write of 8 bytes at 4092: {write:?}");
    let same = read.is_ok() && &buffer == b"tailHEAD" && write.is_err();
    println!("{}", if same { "as stated" } else { "CHANGED" });
    ExitCode::from(u8::from(!same))
}
EOF

cargo run --quiet
