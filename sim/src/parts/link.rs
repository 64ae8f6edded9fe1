//! What many I2C parts have in common: an address, and one of a few ways in which their bytes go.
//!
//! A part says what its registers or commands do; a [`Link`] says how they are reached over the bus; [`OnI2c`] is both, at an address.
//! The links of this module are [`Bytes`] (registers of a byte, with a pointer that counts on), [`Words`] (registers of two bytes) and
//! [`Commands`] (commands of two bytes, and words with checksums). A part with a way of its own has a link of its own.

mod bytes;
mod commands;
mod words;

use alloc::boxed::Box;
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;
use core::ops::RangeInclusive;

pub(super) use bytes::{ByteRegisters, Bytes};
pub(super) use commands::{Commands, Effect, WordCommands};
pub(super) use words::{Order, WordRegisters, Words};

use crate::i2c::{Ack, Address, Direction, I2cTarget};
use crate::model::{BuildError, Buses, Setup, Value};
use crate::net::{Level, Net};
use crate::part::{Board, Part};
use crate::picture::Frame;
use crate::pwm::PwmSignal;

/// How the bytes of a transfer reach a part.
pub(super) trait Link<P>: Default + Send + 'static {
    /// Takes a START with the part's address, and returns whether the part acknowledges it.
    fn start(&mut self, part: &mut P, direction: Direction, board: &mut dyn Board) -> Ack;

    /// Takes a byte from the controller.
    fn write(&mut self, part: &mut P, byte: u8, board: &mut dyn Board) -> Ack;

    /// Gives a byte to the controller.
    fn read(&mut self, part: &mut P, board: &mut dyn Board) -> u8;

    /// Takes the STOP of a transaction that the part acknowledged.
    fn stop(&mut self, _part: &mut P, _board: &mut dyn Board) {}

    /// Is called when a time has come that the link asked for, or the part.
    fn wake(&mut self, _part: &mut P, _board: &mut dyn Board) {}
}

/// A part at an address on an I2C bus.
pub(super) struct OnI2c<P, L> {
    address: u8,
    part: P,
    link: L,
}

impl<P: Part, L: Link<P>> OnI2c<P, L> {
    /// Puts a part at an address.
    pub(super) fn new(address: u8, part: P) -> OnI2c<P, L> {
        OnI2c { address, part, link: L::default() }
    }

    /// Puts a part where the policy says, if that is one of its model's addresses.
    pub(super) fn place(name: &str, buses: Buses, setup: &Setup<'_>, part: P) -> Result<Box<dyn Part>, BuildError> {
        let address = setup.i2c_address()?;
        let (first, last) = buses.i2c.map_or((address, address), |addresses| (addresses.first, addresses.last));
        // A part of one address is not asked for it.
        let address = if first == last { first } else { address };
        if !(first..=last).contains(&address) {
            let problem =
                format!("{address:#04x} is not an address of the {name}: it can have {first:#04x} to {last:#04x}");
            return Err(problem.into());
        }
        Ok(Box::new(OnI2c::<P, L>::new(address, part)))
    }
}

impl<P: Part, L: Link<P>> Part for OnI2c<P, L> {
    fn i2c(&mut self) -> Option<&mut dyn I2cTarget> {
        Some(self)
    }

    fn power_on(&mut self, board: &mut dyn Board) {
        self.part.power_on(board);
    }

    fn power_off(&mut self, board: &mut dyn Board) {
        self.link = L::default();
        self.part.power_off(board);
    }

    fn net_changed(&mut self, net: Net, level: Level, board: &mut dyn Board) {
        self.part.net_changed(net, level, board);
    }

    fn pwm_changed(&mut self, net: Net, signal: PwmSignal, board: &mut dyn Board) {
        self.part.pwm_changed(net, signal, board);
    }

    fn wake(&mut self, board: &mut dyn Board) {
        self.link.wake(&mut self.part, board);
        self.part.wake(board);
    }

    fn set_control(&mut self, control: &str, value: &Value, board: &mut dyn Board) -> bool {
        self.part.set_control(control, value, board)
    }

    fn readout(&mut self, readout: &str, now_ns: u64) -> Option<Value> {
        self.part.readout(readout, now_ns)
    }

    fn picture(&mut self, now_ns: u64) -> Option<Frame> {
        self.part.picture(now_ns)
    }

    fn complaints(&self) -> Vec<String> {
        self.part.complaints()
    }
}

impl<P: Part, L: Link<P>> I2cTarget for OnI2c<P, L> {
    fn addresses(&self) -> Option<RangeInclusive<u8>> {
        Some(self.address..=self.address)
    }

    fn start(&mut self, address: Address, direction: Direction, board: &mut dyn Board) -> Ack {
        if address != Address::SevenBit(self.address) {
            return Ack::Nack;
        }
        self.link.start(&mut self.part, direction, board)
    }

    fn write(&mut self, byte: u8, board: &mut dyn Board) -> Ack {
        self.link.write(&mut self.part, byte, board)
    }

    fn read(&mut self, board: &mut dyn Board) -> u8 {
        self.link.read(&mut self.part, board)
    }

    fn stop(&mut self, board: &mut dyn Board) {
        self.link.stop(&mut self.part, board);
    }
}
