//! Registers of two bytes, behind a pointer that the first byte of a write sets.

use super::Link;
use crate::i2c::{Ack, Direction};
use crate::part::{Board, Part};

/// Which byte of a word goes first.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(in crate::parts) enum Order {
    /// The upper one.
    UpperFirst,
    /// The lower one.
    LowerFirst,
}

/// A part with registers of two bytes.
pub(in crate::parts) trait WordRegisters: Part {
    /// Which byte goes first.
    const ORDER: Order = Order::UpperFirst;

    /// Returns whether the part acknowledges its address now.
    fn hears(&mut self, _direction: Direction, _board: &mut dyn Board) -> bool {
        true
    }

    /// Returns the register that the first byte of a write points to.
    fn pointed(&mut self, byte: u8) -> u8 {
        byte
    }

    /// Returns whether a register has one byte, the lower one.
    fn is_byte(&self, _register: u8) -> bool {
        false
    }

    /// Returns a register, when its first byte goes out.
    fn read_register(&mut self, register: u8, board: &mut dyn Board) -> u16;

    /// Takes a word for a register, when its second byte has come.
    fn write_register(&mut self, register: u8, value: u16, board: &mut dyn Board);

    /// Returns the register that the pointer goes to after this one: itself, unless the part counts on.
    fn after(&self, register: u8) -> u8 {
        register
    }
}

/// The pointer, and half a word. The pointer stays where it is between transfers, and is 0 after power-up.
#[derive(Default)]
pub(in crate::parts) struct Words {
    register: u8,
    /// The next byte from the controller is the pointer.
    points: bool,
    /// The byte of a word that went or came first, or the one that is still to go.
    half: Option<u8>,
}

impl<P: WordRegisters> Link<P> for Words {
    fn start(&mut self, part: &mut P, direction: Direction, board: &mut dyn Board) -> Ack {
        if !part.hears(direction, board) {
            return Ack::Nack;
        }
        (self.points, self.half) = (true, None);
        Ack::Ack
    }

    fn write(&mut self, part: &mut P, byte: u8, board: &mut dyn Board) -> Ack {
        if core::mem::take(&mut self.points) {
            self.register = part.pointed(byte);
        } else if part.is_byte(self.register) {
            part.write_register(self.register, byte.into(), board);
            self.register = part.after(self.register);
        } else if let Some(first) = self.half.take() {
            let value = match P::ORDER {
                Order::UpperFirst => u16::from_be_bytes([first, byte]),
                Order::LowerFirst => u16::from_le_bytes([first, byte]),
            };
            part.write_register(self.register, value, board);
            self.register = part.after(self.register);
        } else {
            self.half = Some(byte);
        }
        Ack::Ack
    }

    fn read(&mut self, part: &mut P, board: &mut dyn Board) -> u8 {
        if let Some(second) = self.half.take() {
            self.register = part.after(self.register);
            return second;
        }
        let word = part.read_register(self.register, board);
        if part.is_byte(self.register) {
            self.register = part.after(self.register);
            let [_, byte] = word.to_be_bytes();
            return byte;
        }
        let [first, second] = match P::ORDER {
            Order::UpperFirst => word.to_be_bytes(),
            Order::LowerFirst => word.to_le_bytes(),
        };
        self.half = Some(second);
        first
    }
}
