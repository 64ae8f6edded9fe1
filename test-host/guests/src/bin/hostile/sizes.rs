//! H01 to H09: more than there can be.

use alloc::vec::Vec;
use alloc::{format, vec};

use crate::raw::{self, SEVEN_BIT, code};
use crate::{Failure, granted, refused, typed};

pub(crate) fn run(what: &str) -> Result<bool, Failure> {
    match what {
        "read-lengths" => read_lengths()?,
        "million-operations" => operations(1_000_000, 1)?,
        "many-operations" => operations(2_000, 1)?,
        "sum-of-reads" => operations(1024, 65_536)?,
        "aliased-poll" => aliased(),
        "long-write" => long_write()?,
        "list-out-of-bounds" => drop(raw::write(granted(raw::open("bus"))?, 0x2a, 0xffff_0000, 16)),
        "list-misaligned" => drop(raw::transaction(granted(raw::open("bus"))?, 0x2a, (1025, 4), (0, 0))),
        "list-wraps" => drop(raw::write(granted(raw::open("bus"))?, 0x2a, 0xffff_fff0, 0x20)),
        "bad-case" => raw::log(9, (0, 0), (0, 0)),
        "bad-address-case" => drop(raw::read(granted(raw::open("bus"))?, 7, 0x2a, 1)),
        "bad-text" => drop(raw::open_bytes([0xff_u8, 0xfe, 0x80].as_ptr().addr(), 3)),
        "gibibyte-label" => drop(raw::open_bytes(1024, 1 << 30)),
        "odd-shapes" => odd_shapes()?,
        "no-memory-left" => no_memory_left()?,
        _ => return Ok(false),
    }
    Ok(true)
}

/// H01: a read costs a guest nothing to ask for.
fn read_lengths() -> Result<(), Failure> {
    let (bus, device) = (granted(raw::open("bus"))?, granted(raw::open_device("device"))?);
    for len in [u32::MAX, u32::MAX >> 1, 1 << 31, 1 << 24, 65_537] {
        refused("i2c", raw::read(bus, SEVEN_BIT, 0x2a, len), code::I2C_TOO_LONG)?;
        refused("spi", raw::device_read(device, len), code::SPI_TOO_LONG)?;
    }
    typed();
    Ok(())
}

/// H02, H03: many operations, each of which is harmless.
fn operations(count: usize, len: u32) -> Result<(), Failure> {
    let bus = granted(raw::open("bus"))?;
    let operations = vec![[0_u32, len]; count];
    let result = raw::transaction(bus, 0x2a, (operations.as_ptr().addr(), operations.len()), (0, 0));
    refused("operations", result, code::I2C_TOO_LONG)?;
    typed();
    Ok(())
}

/// H04: the interfaces have no lists of lists, so the longest list of what little memory there is.
fn aliased() {
    let bytes = vec![0_u8; 8 << 20];
    let texts = (bytes.as_ptr().addr(), bytes.len());
    raw::log(0, texts, texts);
}

/// H04: a transaction of all memory.
fn long_write() -> Result<(), Failure> {
    let bus = granted(raw::open("bus"))?;
    let bytes = vec![0_u8; 100_000];
    refused("write", raw::write(bus, 0x2a, bytes.as_ptr().addr(), bytes.len()), code::I2C_TOO_LONG)?;
    typed();
    Ok(())
}

/// H07: what the contract says about nothing at all.
fn odd_shapes() -> Result<(), Failure> {
    let bus = granted(raw::open("bus"))?;
    refused("read of nothing", raw::read(bus, SEVEN_BIT, 0x2a, 0), code::I2C_UNSUPPORTED)?;
    refused(
        "write without its bytes",
        raw::transaction(bus, 0x2a, ([1_u32, 9].as_ptr().addr(), 1), (0, 0)),
        code::I2C_TOO_LONG,
    )?;
    raw::transaction(bus, 0x2a, (0, 0), (0, 0)).map_err(|error| format!("no operations at all: error {error}"))?;
    raw::write(bus, 0x2a, 0, 0).map_err(|error| format!("a write of nothing: error {error}"))?;
    let device = granted(raw::open_device("device"))?;
    raw::device_read(device, 0).map_err(|error| format!("a read of no words: error {error}"))?;
    Ok(())
}

/// H09: the reply is as long as may be, and there is nowhere to put it.
fn no_memory_left() -> Result<(), Failure> {
    let bus = granted(raw::open("bus"))?;
    let mut size = 1 << 20;
    while size > 64 {
        let mut room = Vec::<u8>::new();
        match room.try_reserve_exact(size) {
            Ok(()) => core::mem::forget(room),
            Err(_) => size /= 2,
        }
    }
    // 64 KiB at the bus' frequency take too long, so as much as the time allows.
    for _ in 0..1000 {
        let _ = raw::read(bus, SEVEN_BIT, 0x2a, 500);
    }
    Ok(())
}
