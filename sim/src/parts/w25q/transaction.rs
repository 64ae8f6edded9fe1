//! One selection of the chip: an opcode, an address, and bytes either way.

use super::array::PageBuffer;

/// What came since the select line became active.
#[derive(Clone, Copy, Debug)]
pub(super) struct Transaction {
    pub(super) opcode: Option<u8>,
    /// The chip does not listen to this command.
    pub(super) ignored: bool,
    /// How many bytes came after the opcode.
    pub(super) length: usize,
    /// The first three of them, as an address that then counts up.
    pub(super) address: usize,
    /// The first of them again, for the commands without an address.
    arguments: [u8; 2],
    pub(super) page: PageBuffer,
}

/// How many bytes an address has.
pub(super) const ADDRESS_LENGTH: usize = 3;

impl Transaction {
    pub(super) fn new() -> Transaction {
        Transaction { opcode: None, ignored: false, length: 0, address: 0, arguments: [0; 2], page: PageBuffer::new() }
    }

    /// Takes a byte after the opcode, and returns how many came before it.
    pub(super) fn push(&mut self, byte: u8) -> usize {
        let index = self.length;
        self.length = index.saturating_add(1);
        if index < ADDRESS_LENGTH {
            self.address = self.address << 8 | usize::from(byte);
        }
        if let Some(argument) = self.arguments.get_mut(index) {
            *argument = byte;
        }
        index
    }

    /// Returns the bytes after the opcode, if there were one or two.
    pub(super) fn arguments(&self) -> Option<&[u8]> {
        self.arguments.get(..self.length).filter(|arguments| !arguments.is_empty())
    }
}
