//! Blocks of registers. There is no hal of the AST1030 on crates.io: names and places are those of the drivers in the Linux kernel and
//! of Zephyr for ASPEED's chips, and of QEMU's models.
#![expect(unsafe_code, reason = "registers")]

use core::ptr;

/// A block of registers of 32 bits, by the address of the first.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Block(usize);

impl Block {
    /// Names a block of the chip.
    ///
    /// # Safety
    ///
    /// From the address on there are the registers of one block and no memory, as far as [`Block::read`] and [`Block::write`] are
    /// called with offsets.
    pub(crate) const unsafe fn at(address: usize) -> Block {
        Block(address)
    }

    /// Reads the register at an offset in bytes.
    pub(crate) fn read(self, offset: usize) -> u32 {
        // SAFETY: a register, by the promise of `Block::at`: a read changes no memory.
        unsafe { ptr::with_exposed_provenance::<u32>(self.0 + offset).read_volatile() }
    }

    /// Writes to the register at an offset in bytes.
    pub(crate) fn write(self, offset: usize, value: u32) {
        // SAFETY: as above. No block that is used here can move data by itself.
        unsafe { ptr::with_exposed_provenance_mut::<u32>(self.0 + offset).write_volatile(value) }
    }
}
