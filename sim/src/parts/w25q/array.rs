//! The memory cells: programming clears bits, erasing sets them.

use alloc::boxed::Box;
use alloc::vec;
use alloc::vec::Vec;
use core::error::Error;
use core::fmt;
use core::ops::Range;

// W25Q32FV rev J, section 2: features.
pub(super) const PAGE: usize = 256;
pub(super) const SECTOR: usize = 4096;
const ERASED: u8 = 0xff;

/// What is to be programmed into a page, up to the end of the command.
#[derive(Clone, Copy, Debug)]
pub(super) struct PageBuffer {
    bytes: [u8; PAGE],
}

impl PageBuffer {
    pub(super) fn new() -> PageBuffer {
        PageBuffer { bytes: [ERASED; PAGE] }
    }

    /// Puts a byte where an address points within the page.
    pub(super) fn set(&mut self, address: usize, byte: u8) {
        self.bytes[address % PAGE] = byte;
    }
}

/// The cells. Every size is a power of two, and addresses wrap at it.
#[derive(Clone)]
pub(super) struct Array {
    /// Only sectors with something in them are kept, so that a microcontroller can have the part too. A bit is set where a cell is
    /// programmed, which is a zero to whoever reads.
    sectors: Vec<Option<Box<[u8; SECTOR]>>>,
}

impl fmt::Debug for Array {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Array").field("capacity", &self.capacity()).finish_non_exhaustive()
    }
}

impl Array {
    /// Makes an erased memory.
    pub(super) fn new(capacity: usize) -> Array {
        Array { sectors: vec![None; capacity.div_ceil(SECTOR)] }
    }

    pub(super) fn bytes(&self) -> Vec<u8> {
        let mut bytes = vec![ERASED; self.capacity()];
        for (cells, sector) in bytes.chunks_mut(SECTOR).zip(&self.sectors) {
            if let Some(sector) = sector {
                cells.iter_mut().zip(sector.iter()).for_each(|(cell, bits)| *cell = !bits);
            }
        }
        bytes
    }

    pub(super) fn capacity(&self) -> usize {
        self.sectors.len() * SECTOR
    }

    pub(super) fn read(&self, address: usize) -> u8 {
        let sector = self.sectors.get(address / SECTOR % self.sectors.len()).and_then(Option::as_deref);
        sector.map_or(ERASED, |sector| !sector[address % SECTOR])
    }

    /// Returns the programmed bits of a cell to change them.
    fn cell(&mut self, address: usize) -> Option<&mut u8> {
        let sector = self.sectors.get_mut(address / SECTOR)?;
        Some(&mut sector.get_or_insert_with(|| Box::new([0; SECTOR]))[address % SECTOR])
    }

    /// Overwrites cells, as a programmer does before the part is soldered in.
    pub(super) fn load(&mut self, offset: usize, bytes: &[u8]) -> Result<(), LoadError> {
        let error = LoadError { offset, length: bytes.len(), capacity: self.capacity() };
        if offset.checked_add(bytes.len()).is_none_or(|end| end > self.capacity()) {
            return Err(error);
        }
        for (address, byte) in (offset..).zip(bytes) {
            *self.cell(address).ok_or(error)? = !byte;
        }
        Ok(())
    }

    /// Returns the unit of `size` bytes in which an address lies.
    pub(super) fn unit(&self, address: usize, size: usize) -> Range<usize> {
        let start = address % self.capacity() / size * size;
        start..(start + size).min(self.capacity())
    }

    pub(super) fn program(&mut self, range: Range<usize>, page: &PageBuffer) {
        for (address, byte) in range.zip(page.bytes) {
            if let Some(bits) = self.cell(address) {
                *bits |= !byte;
            }
        }
    }

    /// Erases a unit of whole sectors.
    pub(super) fn erase(&mut self, range: Range<usize>) {
        if let Some(sectors) = self.sectors.get_mut(range.start / SECTOR..range.end / SECTOR) {
            sectors.fill(None);
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
