//! The memory cells: programming clears bits, erasing sets them.

use alloc::vec;
use alloc::vec::Vec;
use core::error::Error;
use core::fmt;
use core::ops::Range;

// W25Q32FV rev J, section 2: features.
pub(super) const PAGE: usize = 256;

/// What is to be programmed into a page, up to the end of the command.
#[derive(Clone, Copy, Debug)]
pub(super) struct PageBuffer {
    bytes: [u8; PAGE],
}

impl PageBuffer {
    pub(super) fn new() -> PageBuffer {
        PageBuffer { bytes: [0xff; PAGE] }
    }

    /// Puts a byte where an address points within the page.
    pub(super) fn set(&mut self, address: usize, byte: u8) {
        self.bytes[address % PAGE] = byte;
    }
}

/// The cells. Every size is a power of two, and addresses wrap at it.
#[derive(Clone)]
pub(super) struct Array {
    /// The bits that are programmed, each a zero to whoever reads: an erased memory is all zeros here, of which a machine with
    /// virtual memory keeps nothing.
    programmed: Vec<u8>,
}

impl fmt::Debug for Array {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Array").field("capacity", &self.capacity()).finish_non_exhaustive()
    }
}

impl Array {
    /// Makes an erased memory.
    pub(super) fn new(capacity: usize) -> Array {
        Array { programmed: vec![0; capacity] }
    }

    pub(super) fn bytes(&self) -> Vec<u8> {
        self.programmed.iter().map(|bits| !bits).collect()
    }

    pub(super) fn capacity(&self) -> usize {
        self.programmed.len()
    }

    pub(super) fn read(&self, address: usize) -> u8 {
        !self.programmed[address % self.programmed.len()]
    }

    /// Overwrites cells, as a programmer does before the part is soldered in.
    pub(super) fn load(&mut self, offset: usize, bytes: &[u8]) -> Result<(), LoadError> {
        let error = LoadError { offset, length: bytes.len(), capacity: self.capacity() };
        let end = offset.checked_add(bytes.len()).ok_or(error)?;
        let cells = self.programmed.get_mut(offset..end).ok_or(error)?;
        cells.iter_mut().zip(bytes).for_each(|(cell, byte)| *cell = !byte);
        Ok(())
    }

    /// Returns the unit of `size` bytes in which an address lies.
    pub(super) fn unit(&self, address: usize, size: usize) -> Range<usize> {
        let start = address % self.capacity() / size * size;
        start..(start + size).min(self.capacity())
    }

    pub(super) fn program(&mut self, range: Range<usize>, page: &PageBuffer) {
        if let Some(cells) = self.programmed.get_mut(range) {
            cells.iter_mut().zip(page.bytes).for_each(|(cell, byte)| *cell |= !byte);
        }
    }

    pub(super) fn erase(&mut self, range: Range<usize>) {
        if let Some(cells) = self.programmed.get_mut(range) {
            cells.fill(0);
        }
    }
}

/// Contents that do not fit a memory.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct LoadError {
    offset: usize,
    length: usize,
    capacity: usize,
}

impl fmt::Display for LoadError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let LoadError { offset, length, capacity } = self;
        write!(f, "{length} bytes at {offset:#x} do not fit a flash memory of {capacity} bytes")
    }
}

impl Error for LoadError {}
