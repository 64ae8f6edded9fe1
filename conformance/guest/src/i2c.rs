//! Commands on I2C buses.

use alloc::vec::Vec;

use embedded_hal::i2c::{AddressMode, Error as _, I2c, Operation, SevenBitAddress, TenBitAddress};

use crate::defaults::Required;
use crate::parse::{BadWord, buffer, bytes, hex};
use crate::script::{Answer, Via, answer};

/// Carries out a command.
pub(crate) fn command<B>(bus: &mut B, verb: &str, via: Via, words: &[&str]) -> Result<Answer, BadWord>
where
    B: I2c<SevenBitAddress> + I2c<TenBitAddress>,
{
    let [address, words @ ..] = words else { return Err(BadWord) };
    match address.strip_prefix('t') {
        Some(address) => at::<TenBitAddress, B>(bus, verb, via, hex(address, 3)?, words),
        None => at::<SevenBitAddress, B>(bus, verb, via, hex(address, 2)?, words),
    }
}

fn at<A: AddressMode + Copy, B: I2c<A>>(
    bus: &mut B,
    verb: &str,
    via: Via,
    address: A,
    words: &[&str],
) -> Result<Answer, BadWord> {
    match via {
        Via::Itself => call(bus, verb, address, words),
        Via::Reference => call(&mut &mut *bus, verb, address, words),
        Via::Defaults => call(&mut Required(bus), verb, address, words),
    }
}

/// What an operation needs of memory.
enum Planned {
    Read(Vec<u8>),
    Write(Vec<u8>),
}

fn call<A: AddressMode + Copy, B: I2c<A>>(
    bus: &mut B,
    verb: &str,
    address: A,
    words: &[&str],
) -> Result<Answer, BadWord> {
    let mut plan = match (verb, words) {
        ("read", [len]) => alloc::vec![Planned::Read(buffer(len)?)],
        ("write", [data]) => alloc::vec![Planned::Write(bytes(data)?)],
        ("write", []) => alloc::vec![Planned::Write(Vec::new())],
        ("write-read", [data, len]) => alloc::vec![Planned::Write(bytes(data)?), Planned::Read(buffer(len)?)],
        ("", words) => words.iter().map(|word| operation(word)).collect::<Result<Vec<_>, BadWord>>()?,
        _ => return Err(BadWord),
    };
    let result = match (verb, plan.as_mut_slice()) {
        ("read", [Planned::Read(buffer)]) => bus.read(address, buffer),
        ("write", [Planned::Write(data)]) => bus.write(address, data),
        ("write-read", [Planned::Write(data), Planned::Read(buffer)]) => bus.write_read(address, data, buffer),
        (_, plan) => {
            let mut operations: Vec<Operation<'_>> = plan
                .iter_mut()
                .map(|planned| match planned {
                    Planned::Read(buffer) => Operation::Read(buffer),
                    Planned::Write(data) => Operation::Write(data),
                })
                .collect();
            bus.transaction(address, &mut operations)
        }
    };
    let buffers = plan.iter().filter_map(|planned| match planned {
        Planned::Read(buffer) => Some(buffer.as_slice()),
        Planned::Write(_) => None,
    });
    Ok(answer(result.map_err(|error| (error.kind(), error)), buffers))
}

fn operation(word: &str) -> Result<Planned, BadWord> {
    match (word.strip_prefix('w'), word.strip_prefix('r')) {
        (Some(data), _) => Ok(Planned::Write(bytes(data)?)),
        (_, Some(len)) => Ok(Planned::Read(buffer(len)?)),
        _ => Err(BadWord),
    }
}
