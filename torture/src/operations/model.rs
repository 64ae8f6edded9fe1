//! What the contract in `wit/` says of a list of operations.

use wasm_embedded_host::i2c::Address;

use super::recorder::Seen;
use super::{Traffic, counted};

/// The limits, as numbers that no sum can pass.
#[derive(Clone, Copy, Debug)]
pub(super) struct Bounds {
    pub(super) operations: u128,
    pub(super) bytes: u128,
    pub(super) delay_ns: u128,
    /// How long the bus may be kept.
    pub(super) time_ns: u128,
    /// The clock of the bus, if the host knows it.
    pub(super) clock_hz: Option<u128>,
}

impl Bounds {
    /// Returns whether a bus would be kept for too long.
    fn is_too_slow(self, clocks: u128, delay_ns: u128) -> bool {
        match self.clock_hz {
            None => delay_ns > self.time_ns,
            // Both sides times the clock, which leaves whole numbers.
            Some(hz) => delay_ns * hz + clocks * 1_000_000_000 > self.time_ns * hz,
        }
    }
}

/// Addresses that are granted.
#[derive(Clone, Copy, Debug)]
pub(super) struct Allowed {
    pub(super) ten_bit: bool,
    pub(super) first: u16,
    pub(super) last: u16,
    pub(super) read_only: bool,
}

/// What else is known of a call.
#[derive(Clone, Copy, Debug)]
pub(super) struct Asked<'a> {
    /// Whether it is a list of operations, the number of which is limited.
    pub(super) counted: bool,
    /// Whether it is a call with at most 16 bytes each way.
    pub(super) short: bool,
    pub(super) data: &'a [u8],
}

/// A direction on I2C.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum I2c {
    Read,
    Write,
}

/// An operation on SPI.
#[derive(Clone, Copy, Debug)]
pub(super) struct Spi {
    pub(super) write: u32,
    pub(super) read: u32,
    pub(super) delay_ns: u32,
}

/// What an SPI call is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Form {
    /// A list, in which what clocks nothing is left out.
    List,
    /// One operation of a kind, even if it clocks nothing.
    Read,
    Write,
    Transfer,
    /// One operation of the kind that its lengths say.
    Short,
}

/// The most bytes each way of a short call.
const SHORT: u128 = 16;

/// Errors of `wit/i2c.wit`.
const I2C_DENIED: u8 = 7;
const I2C_TOO_LONG: u8 = 8;
const I2C_UNSUPPORTED: u8 = 9;
/// An error of `wit/spi.wit`.
const SPI_TOO_LONG: u8 = 6;

/// Returns what the device sees and the guest reads, or the number of the error.
pub(super) fn i2c(
    bounds: Bounds,
    allowed: &[Allowed],
    (ten_bit, number): (bool, u16),
    operations: &[(I2c, u32)],
    asked: Asked<'_>,
) -> Result<(Traffic, Vec<u8>), u8> {
    if asked.counted && size(operations.len()) > bounds.operations {
        return Err(I2C_TOO_LONG);
    }
    let exists = number <= if ten_bit { 0x3ff } else { 0x7f };
    let writes = operations.iter().any(|(kind, _)| *kind == I2c::Write);
    let covers = |allowed: &&Allowed| allowed.ten_bit == ten_bit && (allowed.first..=allowed.last).contains(&number);
    let mut grants = allowed.iter().filter(covers);
    if !exists || !grants.any(|allowed| !writes || !allowed.read_only) {
        return Err(I2C_DENIED);
    }
    let sum = |direction: I2c| {
        operations.iter().filter(|(kind, _)| *kind == direction).map(|(_, len)| u128::from(*len)).sum()
    };
    let (written, read): (u128, u128) = (sum(I2c::Write), sum(I2c::Read));
    let runs: Vec<_> = operations.chunk_by(|left, right| left.0 == right.0).collect();
    // An address and an acknowledgement for each START, and STOP. UM10204 Rev. 7.0, section 3.1.
    let clocks = 9 * (written + read + size(runs.len())) + size(runs.len()) + 1;
    if written > bounds.bytes || read > bounds.bytes || bounds.is_too_slow(clocks, 0) {
        return Err(I2C_TOO_LONG);
    }
    if runs.into_iter().any(|run| run[0].0 == I2c::Read && run.iter().all(|(_, len)| *len == 0)) {
        return Err(I2C_UNSUPPORTED);
    }
    if asked.short && (written > SHORT || read > SHORT) || !asked.short && written != size(asked.data.len()) {
        return Err(I2C_TOO_LONG);
    }
    let address = match (ten_bit, u8::try_from(number)) {
        (false, Ok(number)) => Address::SevenBit(number),
        _ => Address::TenBit(number),
    };
    let mut seen = Vec::new();
    let mut data = asked.data.iter().copied();
    if !operations.is_empty() {
        seen.push(Seen::Begin(Some(address)));
    }
    for (kind, len) in operations {
        let len = usize::try_from(*len).expect("it is within the bounds");
        seen.push(match kind {
            I2c::Read => Seen::Read(len),
            I2c::Write => Seen::Write(data.by_ref().take(len).collect()),
        });
    }
    Ok((seen, counted(u64::try_from(read).expect("it is within the bounds"))))
}

/// Returns what the device sees and the guest reads, or the number of the error.
pub(super) fn spi(bounds: Bounds, operations: &[Spi], asked: Asked<'_>, form: Form) -> Result<(Traffic, Vec<u8>), u8> {
    let sum = |part: fn(&Spi) -> u32| operations.iter().map(|operation| u128::from(part(operation))).sum::<u128>();
    let (written, read) = (sum(|operation| operation.write), sum(|operation| operation.read));
    let delay_ns = sum(|operation| operation.delay_ns);
    let too_long = asked.counted && size(operations.len()) > bounds.operations
        || written > bounds.bytes
        || read > bounds.bytes
        || delay_ns > bounds.delay_ns
        || bounds.is_too_slow(8 * sum(|operation| operation.write.max(operation.read)), delay_ns)
        || asked.short && (written > SHORT || read > SHORT)
        || !asked.short && written != size(asked.data.len());
    if too_long {
        return Err(SPI_TOO_LONG);
    }
    let mut seen = Vec::new();
    let mut data = asked.data.iter().copied();
    seen.push(Seen::Begin(None));
    for Spi { write, read, delay_ns } in operations {
        let (write, read) = (usize::try_from(*write).expect("bounded"), usize::try_from(*read).expect("bounded"));
        let bytes = data.by_ref().take(write).collect();
        match (form, write, read) {
            (Form::List, 0, 0) => {}
            (Form::Read, ..) => seen.push(Seen::Read(read)),
            (Form::Write, ..) | (Form::List | Form::Short, _, 0) => seen.push(Seen::Write(bytes)),
            (Form::List | Form::Short, 0, _) => seen.push(Seen::Read(read)),
            (Form::Transfer, ..) | (Form::List | Form::Short, ..) => seen.push(Seen::Transfer(bytes, read)),
        }
        if *delay_ns > 0 {
            seen.push(Seen::Delay(*delay_ns));
        }
    }
    // No operations, and operations of no words, are a pulse of the select line.
    if seen.len() == 1 {
        seen.push(Seen::Write(Vec::new()));
    }
    Ok((seen, counted(u64::try_from(read).expect("it is within the bounds"))))
}

fn size(len: usize) -> u128 {
    u128::try_from(len).unwrap_or(u128::MAX)
}
