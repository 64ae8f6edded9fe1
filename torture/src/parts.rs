//! Whatever comes over its wires, whatever is done to it and whatever goes wrong: a part answers, and the buses are left idle.

mod board;
mod faults;

use embedded_hal::delay::DelayNs as _;
use embedded_hal::digital::{InputPin as _, OutputPin as _};
use embedded_hal::i2c::{self, Error as _, I2c as _};
use embedded_hal::spi::{self, SpiDevice as _};
use wasm_embedded_sim::I2cError;

use self::board::Bench;
use crate::input::Input;

/// Checks one part.
///
/// # Panics
///
/// Something does not hold.
pub fn check(bytes: &[u8]) {
    let mut input = Input::new(bytes);
    let mut bench = Bench::new(&mut input);
    let mut has_faults = false;
    while !input.is_empty() {
        match input.below(16) {
            0..=8 if bench.is_on_spi() => spi(&mut input, &mut bench),
            0..=8 => i2c(&mut input, &mut bench, has_faults),
            9 | 10 => {
                // Up to four seconds: a write cycle, a conversion, an alarm.
                let ns = input.u32() >> (2 + input.below(30));
                bench.sim.delay().delay_ns(ns);
                bench.sim.advance_ns(u64::from(ns) * u64::from(input.below(4)));
            }
            11 | 12 => {
                let (index, high) = (usize::from(input.below(4)), input.one_in(2));
                // Driving a simulated pin does not fail.
                let Ok(()) = bench.pins[index].set_state(high.into());
            }
            13 => {
                let Ok(_) = bench.input.is_high();
            }
            14 if input.one_in(3) => {
                has_faults = true;
                faults::inject(&mut input, &bench);
            }
            _ => bench.work(&mut input),
        }
        bench.wires.check();
    }
}

fn i2c(input: &mut Input<'_>, bench: &mut Bench, has_faults: bool) {
    let mut written: Vec<Vec<u8>> = Vec::new();
    let mut read: Vec<Vec<u8>> = Vec::new();
    let directions: Vec<bool> = (0..1 + input.below(3)).map(|_| input.one_in(2)).collect();
    for is_read in &directions {
        let len = if input.one_in(16) { usize::from(input.byte()) } else { usize::from(input.below(12)) };
        if *is_read { read.push(vec![0xee; len]) } else { written.push(input.bytes(len)) }
    }
    let (mut writes, mut reads) = (written.iter(), read.iter_mut());
    let operations = directions.iter().filter_map(|is_read| match is_read {
        true => reads.next().map(|buffer| i2c::Operation::Read(buffer)),
        false => writes.next().map(|bytes| i2c::Operation::Write(bytes)),
    });
    let mut operations: Vec<i2c::Operation<'_>> = operations.collect();
    let address = if input.one_in(12) { input.byte() } else { bench.address | input.below(2) & bench.address_bits };
    let result = match input.one_in(16) {
        true => bench.i2c.transaction(u16::from(address) << 1, &mut operations),
        false => bench.i2c.transaction(address, &mut operations),
    };
    if let Err(error) = result {
        let refused = matches!(error, I2cError::Unsupported | I2cError::InvalidAddress);
        let nack = matches!(error.kind(), i2c::ErrorKind::NoAcknowledge(_));
        assert!(has_faults || refused || nack, "{error:?} without a fault");
    }
}

fn spi(input: &mut Input<'_>, bench: &mut Bench) {
    let len = if input.one_in(16) { usize::from(input.byte()) } else { usize::from(input.below(12)) };
    let written = input.bytes(len);
    let mut read = vec![0xee; usize::from(input.below(16))];
    let mut operations = vec![spi::Operation::Write(&written)];
    if input.one_in(3) {
        operations.push(spi::Operation::DelayNs(input.u16().into()));
    }
    if input.one_in(2) {
        operations.push(spi::Operation::Transfer(&mut read, &written));
    } else {
        operations.push(spi::Operation::Read(&mut read));
    }
    // What a fault makes of it is for the tests of faults.
    let _ = bench.device.transaction(&mut operations);
}
