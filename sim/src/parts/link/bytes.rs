//! Registers of a byte, behind a pointer that the first byte of a write sets and every further byte counts on.

use super::Link;
use crate::i2c::{Ack, Direction};
use crate::part::{Board, Part};

/// A part with registers of a byte.
pub(in crate::parts) trait ByteRegisters: Part {
    /// Returns whether the part acknowledges its address now.
    fn hears(&mut self, _direction: Direction, _board: &mut dyn Board) -> bool {
        true
    }

    /// Returns the register that the first byte of a write points to.
    fn pointed(&mut self, byte: u8) -> u8 {
        byte
    }

    /// Returns a register, as it goes over the bus.
    fn read_register(&mut self, register: u8, board: &mut dyn Board) -> u8;

    /// Takes a byte for a register.
    fn write_register(&mut self, register: u8, value: u8, board: &mut dyn Board);

    /// Returns the register that the pointer goes to after this one.
    fn after(&self, register: u8) -> u8 {
        register.wrapping_add(1)
    }

    /// Is called at the STOP.
    fn ended(&mut self, _board: &mut dyn Board) {}
}

/// The pointer. It stays where it is between transfers, and is 0 after power-up.
#[derive(Default)]
pub(in crate::parts) struct Bytes {
    register: u8,
    /// The next byte from the controller is the pointer.
    points: bool,
}

impl<P: ByteRegisters> Link<P> for Bytes {
    fn start(&mut self, part: &mut P, direction: Direction, board: &mut dyn Board) -> Ack {
        if !part.hears(direction, board) {
            return Ack::Nack;
        }
        self.points = true;
        Ack::Ack
    }

    fn write(&mut self, part: &mut P, byte: u8, board: &mut dyn Board) -> Ack {
        if core::mem::take(&mut self.points) {
            self.register = part.pointed(byte);
        } else {
            part.write_register(self.register, byte, board);
            self.register = part.after(self.register);
        }
        Ack::Ack
    }

    fn read(&mut self, part: &mut P, board: &mut dyn Board) -> u8 {
        let byte = part.read_register(self.register, board);
        self.register = part.after(self.register);
        byte
    }

    fn stop(&mut self, part: &mut P, board: &mut dyn Board) {
        part.ended(board);
    }
}
