//! The board's end of an image that comes in blocks.

use alloc::vec::Vec;

use crate::flash::{Flash, PAGE_BYTES, SECTOR_BYTES, UNIT_BYTES};
use crate::frame::CRC;
use crate::message::{BLOCK_BYTES, Digest};
use crate::slot::{self, HALF_BYTES, Half};

/// An image that is coming.
#[derive(Clone, Debug)]
pub struct Receiver {
    half: Half,
    len: u32,
    digest: Digest,
    /// The sectors that were erased for it, a bit each.
    erased: u128,
    /// Whether what lies in the half is of an earlier attempt: each sector is erased by itself then.
    resumed: bool,
}

/// Why a block is not taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum BlockError {
    /// The image would be longer than the room for it.
    TooLong,
    /// The block does not belong to the image that was announced.
    Place,
    /// The flash does not hold what was written to it.
    Flash,
}

impl core::fmt::Display for BlockError {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        match self {
            BlockError::TooLong => write!(f, "the image does not fit: there is room for {HALF_BYTES} bytes"),
            BlockError::Place => f.write_str("the block is not one of the announced image"),
            BlockError::Flash => f.write_str("the flash memory does not hold what was written to it: it is worn out"),
        }
    }
}

impl core::error::Error for BlockError {}

impl Receiver {
    /// Makes the half ready that does not run. Returns the CRC-32 of each block that is there, if this image was coming already.
    ///
    /// # Errors
    ///
    /// It is too long.
    pub fn begin(
        flash: &mut dyn Flash,
        running: Half,
        len: u32,
        digest: Digest,
    ) -> Result<(Receiver, Vec<u32>), BlockError> {
        if len == 0 || len > HALF_BYTES {
            return Err(BlockError::TooLong);
        }
        let resumed = slot::receive(flash, running, &digest);
        let receiver = Receiver { half: running.other(), len, digest, erased: 0, resumed };
        let count = if resumed { len.div_ceil(SECTOR_BYTES) } else { 0 };
        let crcs = (0..count).map(|index| CRC.checksum(flash.read(receiver.place(index), receiver.block_len(index))));
        let crcs = crcs.collect();
        Ok((receiver, crcs))
    }

    /// Returns the half that it comes to.
    #[must_use]
    pub fn half(&self) -> Half {
        self.half
    }

    /// Returns what the image is known by.
    #[must_use]
    pub fn digest(&self) -> &Digest {
        &self.digest
    }

    /// Writes a block, and reads it back. One that is there already costs nothing.
    ///
    /// # Errors
    ///
    /// It is not one of the image, or the flash does not keep it.
    pub fn take(&mut self, flash: &mut dyn Flash, index: u16, bytes: &[u8]) -> Result<(), BlockError> {
        let index = u32::from(index);
        let len = self.block_len(index);
        if len == 0 || u32::try_from(bytes.len()) != Ok(len) {
            return Err(BlockError::Place);
        }
        let place = self.place(index);
        let is_marked = self.erased >> index & 1 == 1;
        if is_marked && flash.read(place, len) == bytes {
            return Ok(());
        }
        self.erase(flash, index);
        for (page, part) in (0..).zip(bytes.chunks(256)) {
            let mut whole = [0xff; 256];
            whole.iter_mut().zip(part).for_each(|(slot, byte)| *slot = *byte);
            flash.program(place + page * PAGE_BYTES, &whole);
        }
        if flash.read(place, len) == bytes { Ok(()) } else { Err(BlockError::Flash) }
    }

    /// Erases the sector of a block: with its unit, if nothing of that is worth keeping.
    fn erase(&mut self, flash: &mut dyn Flash, index: u32) {
        const SECTORS: u32 = UNIT_BYTES / SECTOR_BYTES;
        let first = index / SECTORS * SECTORS;
        let unit = 0xffff_u128 << first;
        // A unit at the end of a half would reach into what lies behind it.
        let fits = (first + SECTORS) * SECTOR_BYTES <= HALF_BYTES;
        if !self.resumed && fits && self.erased & unit == 0 {
            flash.erase(self.place(first), UNIT_BYTES);
            self.erased |= unit;
        } else if self.erased >> index & 1 == 0 || !self.is_blank(flash, index) {
            flash.erase(self.place(index), SECTOR_BYTES);
            self.erased |= 1 << index;
        }
    }

    fn is_blank(&self, flash: &dyn Flash, index: u32) -> bool {
        flash.read(self.place(index), SECTOR_BYTES).iter().all(|byte| *byte == 0xff)
    }

    fn place(&self, index: u32) -> u32 {
        self.half.offset() + index * SECTOR_BYTES
    }

    /// Returns how long a block is; none past the end of the image.
    fn block_len(&self, index: u32) -> u32 {
        self.len.saturating_sub(index.saturating_mul(SECTOR_BYTES)).min(SECTOR_BYTES)
    }
}

const _: () = assert!(BLOCK_BYTES == 4096 && SECTOR_BYTES == 4096, "a block is a sector");
