//! Commands on SPI devices and buses.

use alloc::vec;
use alloc::vec::Vec;

use embedded_hal::spi::{Error as _, Operation, SpiBus, SpiDevice};

use crate::defaults::Required;
use crate::devices::Devices;
use crate::parse::{BadWord, buffer, bytes, number};
use crate::script::{Answer, Via, answer, dropped};

/// What an operation needs of memory.
enum Planned {
    Read(Vec<u8>),
    Write(Vec<u8>),
    Transfer(Vec<u8>, Vec<u8>),
    InPlace(Vec<u8>),
    Delay(u32),
}

impl Planned {
    fn operation(&mut self) -> Operation<'_, u8> {
        match self {
            Planned::Read(buffer) => Operation::Read(buffer),
            Planned::Write(data) => Operation::Write(data),
            Planned::Transfer(buffer, data) => Operation::Transfer(buffer, data),
            Planned::InPlace(buffer) => Operation::TransferInPlace(buffer),
            Planned::Delay(ns) => Operation::DelayNs(*ns),
        }
    }

    fn buffer(&self) -> Option<&[u8]> {
        match self {
            Planned::Read(buffer) | Planned::Transfer(buffer, _) | Planned::InPlace(buffer) => Some(buffer),
            Planned::Write(_) | Planned::Delay(_) => None,
        }
    }
}

/// Carries out a command on a device.
pub(crate) fn device<D: SpiDevice>(device: &mut D, verb: &str, via: Via, words: &[&str]) -> Result<Answer, BadWord> {
    match via {
        Via::Itself => on_device(device, verb, words),
        Via::Reference => on_device(&mut &mut *device, verb, words),
        Via::Defaults => on_device(&mut Required(device), verb, words),
    }
}

fn on_device<D: SpiDevice>(device: &mut D, verb: &str, words: &[&str]) -> Result<Answer, BadWord> {
    let mut plan = match verb {
        "" => words.iter().map(|word| operation(word)).collect::<Result<Vec<_>, BadWord>>()?,
        _ => vec![single(verb, words)?],
    };
    let result = match (verb, plan.as_mut_slice()) {
        ("read", [Planned::Read(buffer)]) => device.read(buffer),
        ("write", [Planned::Write(data)]) => device.write(data),
        ("transfer", [Planned::Transfer(buffer, data)]) => device.transfer(buffer, data),
        ("in-place", [Planned::InPlace(buffer)]) => device.transfer_in_place(buffer),
        (_, plan) => {
            let mut operations: Vec<Operation<'_, u8>> = plan.iter_mut().map(Planned::operation).collect();
            device.transaction(&mut operations)
        }
    };
    Ok(answer(result.map_err(|error| (error.kind(), error)), plan.iter().filter_map(Planned::buffer)))
}

/// Drops a transaction of a device after so many nanoseconds.
pub(crate) fn drop<D: Devices>(devices: &mut D, device: &mut D::SpiDevice, words: &[&str]) -> Result<Answer, BadWord> {
    let [after_ns, words @ ..] = words else { return Err(BadWord) };
    let mut plan = words.iter().map(|word| operation(word)).collect::<Result<Vec<_>, BadWord>>()?;
    let mut operations: Vec<Operation<'_, u8>> = plan.iter_mut().map(Planned::operation).collect();
    dropped(devices.drop_transaction(device, &mut operations, number(after_ns)?))
}

/// Carries out a command on a bus.
pub(crate) fn bus<B: SpiBus>(bus: &mut B, verb: &str, words: &[&str]) -> Result<Answer, BadWord> {
    if verb == "flush" {
        return Ok(answer(bus.flush().map_err(|error| (error.kind(), error)), []));
    }
    let mut planned = single(verb, words)?;
    let result = match &mut planned {
        Planned::Read(buffer) => bus.read(buffer),
        Planned::Write(data) => bus.write(data),
        Planned::Transfer(buffer, data) => bus.transfer(buffer, data),
        Planned::InPlace(buffer) => bus.transfer_in_place(buffer),
        Planned::Delay(_) => return Err(BadWord),
    };
    Ok(answer(result.map_err(|error| (error.kind(), error)), planned.buffer()))
}

fn single(verb: &str, words: &[&str]) -> Result<Planned, BadWord> {
    match (verb, words) {
        ("read", [len]) => Ok(Planned::Read(buffer(len)?)),
        ("write", [data]) => Ok(Planned::Write(bytes(data)?)),
        ("write", []) => Ok(Planned::Write(Vec::new())),
        ("transfer", [data, len]) => Ok(Planned::Transfer(buffer(len)?, bytes(data)?)),
        ("in-place", [data]) => Ok(Planned::InPlace(bytes(data)?)),
        _ => Err(BadWord),
    }
}

fn operation(word: &str) -> Result<Planned, BadWord> {
    let (kind, rest) = word.split_at_checked(1).ok_or(BadWord)?;
    match kind {
        "r" => Ok(Planned::Read(buffer(rest)?)),
        "w" => Ok(Planned::Write(bytes(rest)?)),
        "i" => Ok(Planned::InPlace(bytes(rest)?)),
        "d" => Ok(Planned::Delay(number(rest)?)),
        "t" => {
            let (data, len) = rest.split_once(':').ok_or(BadWord)?;
            Ok(Planned::Transfer(buffer(len)?, bytes(data)?))
        }
        _ => Err(BadWord),
    }
}
