//! Whatever list of operations a guest hands over: the host does with it what a model of the contract says, to the byte.
//!
//! The model knows limits and grants as plain lists and numbers of 128 bits; a device behind the host keeps what reaches it.

mod model;
mod recorder;

use embedded_hal::i2c::NoAcknowledgeSource;
use wasm_embedded_host::{Access, HalCtx, HalCtxBuilder, I2cGrant, Limits, SpiGrant, i2c, spi};

use self::model::{Allowed, Asked, Bounds, Form, I2c, Spi};
use self::recorder::{Recorder, Seen};
use crate::guest::{Arg, Call, Script};
use crate::input::Input;

/// Checks one call of a guest.
///
/// # Panics
///
/// The host does otherwise than the model.
pub fn check(bytes: &[u8]) {
    let mut input = Input::new(bytes);
    let mut limits = Limits::default();
    limits.operations = input.below(24).into();
    limits.transaction_bytes = if input.one_in(4) { 65_536 } else { input.byte().into() };
    limits.transaction_delay_ns = input.u16().into();
    let clock_hz = input.one_of(&[None, None, Some(10_000), Some(100_000), Some(10_000_000)]);
    if input.one_in(2) {
        limits.transaction_time_ns = u64::from(input.u16()) * 1000;
    }
    let bounds = Bounds {
        operations: limits.operations.into(),
        bytes: limits.transaction_bytes.into(),
        delay_ns: limits.transaction_delay_ns.into(),
        time_ns: limits.transaction_time_ns.into(),
        clock_hz: clock_hz.map(u128::from),
    };
    let mut hal = HalCtx::builder();
    hal.limits(limits);
    let calls = if input.one_in(2) { spi_call } else { i2c_call };
    calls(&mut input, &mut hal, bounds, clock_hz.unwrap_or_default());
}

/// How a call of the WIT ends: with data, or with the number of an error.
type Answer = Result<Vec<u8>, u8>;

fn i2c_call(input: &mut Input<'_>, hal: &mut HalCtxBuilder, bounds: Bounds, frequency_hz: u32) {
    let allowed = allowed(input);
    let fails = input.one_in(6).then(|| input.one_of(&I2C_ERRORS));
    let (recorder, seen) = Recorder::new(fails.map(|(error, _)| error), None);
    hal.i2c("bus", recorder, grant(&allowed).frequency_hz(frequency_hz));

    let ten_bit = input.one_in(4);
    let number = if input.one_in(8) { input.u16() } else { u16::from(input.byte() & 0x7f) };
    let number = if ten_bit { number } else { number & 0xff };
    let mut script = Script::new();
    let opened = script.put(b"bus");
    let handle = script.call(Call::I2cOpen, &[value(opened), value(3_u32)]) + 4;
    let mut args = vec![Arg::At(handle), value(u32::from(ten_bit)), value(u32::from(number))];

    let call = input.one_of(&[
        Call::I2cTransaction,
        Call::I2cTransaction,
        Call::I2cRead,
        Call::I2cWrite,
        Call::I2cWriteRead,
        Call::I2cShort,
    ]);
    let mut operations: Vec<(I2c, u32)> = Vec::new();
    let mut data = Vec::new();
    match call {
        Call::I2cTransaction => {
            for _ in 0..input.below(28) {
                operations.push((if input.one_in(2) { I2c::Write } else { I2c::Read }, input.length()));
            }
            let written =
                operations.iter().filter(|(kind, _)| *kind == I2c::Write).map(|(_, len)| u64::from(*len)).sum();
            data = some_data(input, written);
            let records: Vec<u8> = operations
                .iter()
                .flat_map(|(kind, len)| [[u8::from(*kind == I2c::Write), 0xaa, 0xaa, 0xaa], len.to_le_bytes()].concat())
                .collect();
            args.extend([value(script.put(&records)), value(length(&operations))]);
            args.extend([value(script.put(&data)), value(length(&data))]);
        }
        Call::I2cRead => {
            operations.push((I2c::Read, input.length()));
            args.push(value(operations[0].1));
        }
        Call::I2cShort => {
            let (write, read) = (input.length(), input.length());
            data = input.bytes(16);
            args.extend([Arg::Value(word(&data, 0)), Arg::Value(word(&data, 8)), value(write), value(read)]);
            operations = match (write, read) {
                (write, 0) => vec![(I2c::Write, write)],
                (0, read) => vec![(I2c::Read, read)],
                (write, read) => vec![(I2c::Write, write), (I2c::Read, read)],
            };
        }
        _ => {
            let len = input.byte();
            data = input.bytes(len.into());
            operations.push((I2c::Write, length(&data)));
            args.extend([value(script.put(&data)), value(length(&data))]);
            if call == Call::I2cWriteRead {
                operations.push((I2c::Read, input.length()));
                args.push(value(operations[1].1));
            }
        }
    }
    let result = script.call(call, &args);
    let memory = script.run(hal.build()).expect("no trap");

    let asked = Asked { counted: call == Call::I2cTransaction, short: call == Call::I2cShort, data: &data };
    let expected = model::i2c(bounds, &allowed, (ten_bit, number), &operations, asked);
    let expected_seen = expected.as_ref().map_or(Vec::new(), |(seen, _)| seen.clone());
    assert_eq!(*seen.lock().expect("nobody panicked"), expected_seen, "on the wires: {operations:?}");
    let expected = expected.and_then(|(seen, read)| match fails {
        Some((_, code)) if !seen.is_empty() => Err(code),
        _ => Ok(read),
    });
    let answer = answer(&memory, result, call == Call::I2cShort, call == Call::I2cWrite, &operations_read(&operations));
    assert_eq!(
        answer, expected,
        "answer to {call:?} {operations:?} at {number:#x} ({ten_bit}), {allowed:?}, {bounds:?}"
    );
}

fn spi_call(input: &mut Input<'_>, hal: &mut HalCtxBuilder, bounds: Bounds, frequency_hz: u32) {
    let fails = input.one_in(6).then(|| input.one_of(&SPI_ERRORS));
    let (recorder, seen) = Recorder::new(None, fails.map(|(error, _)| error));
    let is_bus = input.one_in(3);
    let mut script = Script::new();
    let opened = script.put(b"spi");
    let open = if is_bus {
        hal.spi_bus("spi", recorder, SpiGrant::at_hz(frequency_hz));
        Call::BusOpen
    } else {
        hal.spi_device("spi", recorder, SpiGrant::at_hz(frequency_hz));
        Call::DeviceOpen
    };
    let handle = script.call(open, &[value(opened), value(3_u32)]) + 4;
    let mut args = vec![Arg::At(handle)];
    let calls: &[Call] = match is_bus {
        true => &[Call::BusRead, Call::BusWrite, Call::BusTransfer, Call::BusShort],
        false => &[
            Call::DeviceTransaction,
            Call::DeviceTransaction,
            Call::DeviceTransaction,
            Call::DeviceRead,
            Call::DeviceWrite,
            Call::DeviceTransfer,
            Call::DeviceShort,
        ],
    };
    let call = input.one_of(calls);
    let mut operations: Vec<Spi> = Vec::new();
    let mut data = Vec::new();
    match call {
        Call::DeviceTransaction => {
            for _ in 0..input.below(28) {
                let (write, read) = (input.length(), input.length());
                let (write, read) = match input.below(4) {
                    0 => (write, 0),
                    1 => (0, read),
                    _ => (write, read),
                };
                let delay_ns = if input.one_in(3) { input.length() } else { 0 };
                operations.push(Spi { write, read, delay_ns });
            }
            data = some_data(input, operations.iter().map(|operation| u64::from(operation.write)).sum());
            let record =
                |operation: &Spi| [operation.write, operation.read, operation.delay_ns].map(u32::to_le_bytes).concat();
            let records: Vec<u8> = operations.iter().flat_map(record).collect();
            args.extend([value(script.put(&records)), value(length(&operations))]);
            args.extend([value(script.put(&data)), value(length(&data))]);
        }
        Call::DeviceRead | Call::BusRead => {
            operations.push(Spi { write: 0, read: input.length(), delay_ns: 0 });
            args.push(value(operations[0].read));
        }
        Call::DeviceShort | Call::BusShort => {
            let (write, read) = (input.length(), input.length());
            data = input.bytes(16);
            args.extend([Arg::Value(word(&data, 0)), Arg::Value(word(&data, 8)), value(write), value(read)]);
            operations.push(Spi { write, read, delay_ns: 0 });
        }
        _ => {
            let len = input.byte();
            data = input.bytes(len.into());
            let transfers = matches!(call, Call::DeviceTransfer | Call::BusTransfer);
            let read = if transfers { input.length() } else { 0 };
            operations.push(Spi { write: length(&data), read, delay_ns: 0 });
            args.extend([value(script.put(&data)), value(length(&data))]);
            if transfers {
                args.push(value(read));
            }
        }
    }
    let result = script.call(call, &args);
    let memory = script.run(hal.build()).expect("no trap");

    let form = match call {
        Call::DeviceTransaction => Form::List,
        Call::DeviceRead | Call::BusRead => Form::Read,
        Call::DeviceWrite | Call::BusWrite => Form::Write,
        Call::DeviceShort | Call::BusShort => Form::Short,
        _ => Form::Transfer,
    };
    let (is_short, is_write) = (form == Form::Short, form == Form::Write);
    let asked = Asked { counted: form == Form::List, short: is_short, data: &data };
    let expected = model::spi(bounds, &operations, asked, form);
    let expected_seen = expected.as_ref().map_or(Vec::new(), |(seen, _)| seen.clone());
    assert_eq!(*seen.lock().expect("nobody panicked"), expected_seen, "on the wires: {operations:?}");
    let expected = expected.and_then(|(_, read)| match fails {
        Some((_, code)) => Err(code),
        None => Ok(read),
    });
    let read = operations.iter().map(|operation| u64::from(operation.read)).sum();
    let answer = answer(&memory, result, is_short, is_write, &read);
    assert_eq!(answer, expected, "answer to {call:?} {operations:?}, {bounds:?}");
}

/// Returns data for so many bytes to be written, or sometimes for some more or less.
fn some_data(input: &mut Input<'_>, written: u64) -> Vec<u8> {
    let len = usize::try_from(written.min(5000)).unwrap_or_default();
    match input.below(12) {
        0 => vec![0x55; len + 1],
        1 => vec![0x55; len.saturating_sub(1)],
        _ => (0..len).map(|index| index.to_le_bytes()[0] ^ 0x5a).collect(),
    }
}

/// Reads a result: a list of bytes, a `short`, or nothing.
fn answer(memory: &crate::guest::Memory, at: u32, is_short: bool, is_unit: bool, read: &u64) -> Answer {
    let (failed, payload) = (
        memory.byte(at),
        at + if is_short {
            8
        } else if is_unit {
            1
        } else {
            4
        },
    );
    match failed {
        0 if is_unit => Ok(Vec::new()),
        // What is past the length that was asked for is not looked at.
        0 if is_short => Ok(memory.bytes(payload, u32::try_from((*read).min(16)).unwrap_or(16)).to_vec()),
        0 => Ok(memory.bytes(memory.u32(payload), memory.u32(payload + 4)).to_vec()),
        1 => Err(memory.byte(payload)),
        other => panic!("{other} is no result"),
    }
}

fn operations_read(operations: &[(I2c, u32)]) -> u64 {
    operations.iter().filter(|(kind, _)| *kind == I2c::Read).map(|(_, len)| u64::from(*len)).sum()
}

/// What a grant allows, as a list.
fn allowed(input: &mut Input<'_>) -> Vec<Allowed> {
    let count = input.below(4);
    let some = (0..count).map(|_| {
        let (ten_bit, read_only) = (input.one_in(3), input.one_in(3));
        let first = if ten_bit { input.u16() & 0x7ff } else { input.byte().into() };
        let last = first.saturating_add(input.byte().into());
        Allowed { ten_bit, first, last: if ten_bit { last } else { last.min(0xff) }, read_only }
    });
    let mut allowed: Vec<Allowed> = some.collect();
    if input.below(4) > 0 {
        // Otherwise nearly everything would be refused.
        allowed.push(Allowed { ten_bit: false, first: 0x08, last: 0x77, read_only: false });
    }
    allowed
}

fn grant(allowed: &[Allowed]) -> I2cGrant {
    allowed.iter().fold(I2cGrant::none(), |grant, allowed| {
        let access = if allowed.read_only { Access::ReadOnly } else { Access::ReadWrite };
        match (allowed.ten_bit, u8::try_from(allowed.first), u8::try_from(allowed.last)) {
            (false, Ok(first), Ok(last)) => grant.allow_range(first..=last, access),
            _ => grant.allow_ten_bit(allowed.first..=allowed.last, access),
        }
    })
}

/// The errors of a bus, with their numbers in `wit/i2c.wit`.
const I2C_ERRORS: [(i2c::Error, u8); 10] = [
    (i2c::Error::Bus, 0),
    (i2c::Error::ArbitrationLoss, 1),
    (i2c::Error::NoAcknowledge(NoAcknowledgeSource::Address), 2),
    (i2c::Error::NoAcknowledge(NoAcknowledgeSource::Data), 3),
    (i2c::Error::NoAcknowledge(NoAcknowledgeSource::Unknown), 4),
    (i2c::Error::Overrun, 5),
    (i2c::Error::Other, 6),
    (i2c::Error::TooLong, 8),
    (i2c::Error::Unsupported, 9),
    (i2c::Error::Busy, 10),
];

/// The errors of a bus, with their numbers in `wit/spi.wit`.
const SPI_ERRORS: [(spi::Error, u8); 8] = [
    (spi::Error::Overrun, 0),
    (spi::Error::ModeFault, 1),
    (spi::Error::FrameFormat, 2),
    (spi::Error::ChipSelectFault, 3),
    (spi::Error::Other, 4),
    (spi::Error::TooLong, 6),
    (spi::Error::Unsupported, 7),
    (spi::Error::Busy, 8),
];

fn value(number: u32) -> Arg {
    Arg::Value(number.into())
}

fn length<T>(things: &[T]) -> u32 {
    u32::try_from(things.len()).unwrap_or(u32::MAX)
}

/// Returns eight bytes as a number, the first one least significant.
fn word(bytes: &[u8], at: usize) -> u64 {
    bytes[at..at + 8].iter().rev().fold(0, |word, byte| word << 8 | u64::from(*byte))
}

/// What the bytes that a device gives look like: their index, from 1.
fn counted(len: u64) -> Vec<u8> {
    (1..=len).map(|index| index.to_le_bytes()[0]).collect()
}

/// What a device saw of a call.
type Traffic = Vec<Seen>;
