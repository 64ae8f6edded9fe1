//! A map of registers behind a pointer.

use alloc::collections::BTreeMap;
use alloc::vec::Vec;
use core::ops::RangeInclusive;

use crate::i2c::{Ack, Address, Direction, I2cTarget};
use crate::part::Board;

/// The registers of a part on I2C.
///
/// The first byte of a write is the number of a register, further bytes are stored from there on. A read goes on where the last
/// write or read ended. Registers that were given together, as `(0x88, 24 bytes)`, may be entered at any of their bytes (0x90 is
/// the ninth), unless a register with that number was given too, as for parts whose registers hold more than a byte each:
/// `(0x00, 2 bytes), (0x01, 1 byte)`. What was never given reads as 0.
#[derive(Clone, Debug)]
pub struct RegisterMap {
    address: u8,
    registers: BTreeMap<u8, Vec<u8>>,
    cursor: Cursor,
    pointer_comes: bool,
}

/// The place of a byte: in which of the given registers, and where in it.
#[derive(Clone, Copy, Default, Debug)]
struct Cursor {
    register: u8,
    offset: usize,
}

impl RegisterMap {
    pub(super) fn new(address: u8, registers: impl IntoIterator<Item = (u8, Vec<u8>)>) -> RegisterMap {
        let registers = registers.into_iter().collect();
        RegisterMap { address, registers, cursor: Cursor::default(), pointer_comes: false }
    }

    /// Returns the bytes of a register as it was given, or as the controller first wrote it.
    pub fn get(&self, register: u8) -> Option<&[u8]> {
        self.registers.get(&register).map(Vec::as_slice)
    }

    /// Gives a register other bytes.
    pub fn set(&mut self, register: u8, bytes: Vec<u8>) {
        self.registers.insert(register, bytes);
    }

    fn place(&self, register: u8) -> Cursor {
        let before = self.registers.range(..=register).next_back();
        match before.map(|(&first, bytes)| (first, usize::from(register - first), bytes.len())) {
            Some((first, offset, length)) if offset < length => Cursor { register: first, offset },
            _ => Cursor { register, offset: 0 },
        }
    }

    /// Moves to the next byte: behind the last byte of a register, to the number that follows if each byte has one.
    fn advance(&mut self) {
        let Cursor { register, offset } = self.cursor;
        let length = self.registers.get(&register).map_or(1, |bytes| bytes.len().max(1));
        self.cursor = if offset + 1 < length {
            Cursor { register, offset: offset + 1 }
        } else {
            self.place(register.wrapping_add(length.to_le_bytes()[0]))
        };
    }
}

impl I2cTarget for RegisterMap {
    fn addresses(&self) -> Option<RangeInclusive<u8>> {
        Some(self.address..=self.address)
    }

    fn start(&mut self, address: Address, direction: Direction, _board: &mut dyn Board) -> Ack {
        if address != Address::SevenBit(self.address) {
            return Ack::Nack;
        }
        self.pointer_comes = direction == Direction::Write;
        Ack::Ack
    }

    fn write(&mut self, byte: u8, _board: &mut dyn Board) -> Ack {
        if self.pointer_comes {
            self.pointer_comes = false;
            self.cursor = self.place(byte);
            return Ack::Ack;
        }
        let bytes = self.registers.entry(self.cursor.register).or_default();
        match bytes.get_mut(self.cursor.offset) {
            Some(stored) => *stored = byte,
            None => bytes.push(byte),
        }
        self.advance();
        Ack::Ack
    }

    fn read(&mut self, _board: &mut dyn Board) -> u8 {
        let Cursor { register, offset } = self.cursor;
        let byte = self.registers.get(&register).and_then(|bytes| bytes.get(offset)).copied().unwrap_or(0);
        self.advance();
        byte
    }

    fn stop(&mut self, _board: &mut dyn Board) {}
}

#[cfg(test)]
mod tests {
    use alloc::vec;
    use alloc::vec::Vec;

    use crate::parts::Scripted;
    use crate::parts::test_board::{NoAck, TestBoard};

    const ADDRESS: u8 = 0x76;

    fn map(registers: Vec<(u8, Vec<u8>)>) -> (Scripted, TestBoard) {
        let mut part = Scripted::registers(ADDRESS, registers).expect("a possible address");
        let board = TestBoard::with(&mut part);
        (part, board)
    }

    #[test]
    fn a_read_goes_on_where_the_last_access_ended() {
        let (mut part, mut board) = map(vec![(0x88, vec![1, 2, 3, 4]), (0xd0, vec![0x60])]);
        assert_eq!(board.i2c_write_read(&mut part, ADDRESS, &[0xd0]), Ok([0x60]));
        assert_eq!(board.i2c_write_read(&mut part, ADDRESS, &[0x88]), Ok([1, 2]));
        assert_eq!(board.i2c_read(&mut part, ADDRESS), Ok([3, 4, 0]));
        assert_eq!(board.i2c_write_read(&mut part, ADDRESS, &[0x8a]), Ok([3]));
        assert_eq!(board.i2c_write(&mut part, 0x77, &[]), Err(NoAck::Address));
        assert!(part.finished());
    }

    #[test]
    fn writes_are_stored_from_their_register_on() {
        let (mut part, mut board) = map(vec![(0x10, vec![0, 0])]);
        assert_eq!(board.i2c_write(&mut part, ADDRESS, &[0x11, 5, 6, 7]), Ok(()));
        assert_eq!(board.i2c_write_read(&mut part, ADDRESS, &[0x10]), Ok([0, 5, 6, 7]));
        let registers = part.register_map().expect("a map");
        assert_eq!((registers.get(0x10), registers.get(0x13)), (Some(&[0, 5][..]), Some(&[7][..])));
        registers.set(0x13, vec![8]);
        assert_eq!(board.i2c_write_read(&mut part, ADDRESS, &[0x13]), Ok([8]));
    }

    #[test]
    fn registers_of_more_than_a_byte_keep_their_own_numbers() {
        let (mut part, mut board) =
            map(vec![(0, vec![0x19, 0x80]), (1, vec![0]), (2, vec![0x4b, 0]), (3, vec![0x50, 0])]);
        assert_eq!(board.i2c_write(&mut part, ADDRESS, &[3, 0x51, 0x80]), Ok(()));
        assert_eq!(board.i2c_write_read(&mut part, ADDRESS, &[0]), Ok([0x19, 0x80]));
        assert_eq!(board.i2c_write_read(&mut part, ADDRESS, &[2]), Ok([0x4b, 0]));
        assert_eq!(board.i2c_write_read(&mut part, ADDRESS, &[3]), Ok([0x51, 0x80]));
    }

    #[test]
    fn numbers_wrap_after_0xff() {
        let (mut part, mut board) = map(vec![(0xff, vec![1]), (0x00, vec![2])]);
        assert_eq!(board.i2c_write_read(&mut part, ADDRESS, &[0xff]), Ok([1, 2]));
        let (mut part, mut board) = map(vec![(0x00, vec![7; 300]), (0x20, vec![])]);
        assert_eq!(board.i2c_write_read(&mut part, ADDRESS, &[0x20]), Ok([0]));
        assert_eq!(board.i2c_write_read(&mut part, ADDRESS, &[0x1f]), Ok([7, 7]));
    }
}
