//! The three status registers and the parts of the memory that they protect.

use core::ops::Range;

// W25Q32FV rev J, section 7.1: status registers. Status register 1.
pub(super) const BUSY: u8 = 0x01;
pub(super) const WRITE_ENABLED: u8 = 0x02;
const TOP_BOTTOM: u8 = 0x20;
const SECTORS: u8 = 0x40;
const PROTECT_REGISTERS: u8 = 0x80;
// Status register 2.
const LOCK_REGISTERS: u8 = 0x01;
const QUAD_ENABLED: u8 = 0x02;
const ONE_TIME: u8 = 0x38;
const COMPLEMENT: u8 = 0x40;

// The bits that a write changes. Of register 3 only the driver strength: individual block locks (WPS) and the reset function
// of the HOLD pin are not modelled, and their bits stay 0.
const WRITABLE: [u8; 3] = [0xfc, ONE_TIME | COMPLEMENT | QUAD_ENABLED | LOCK_REGISTERS, 0x60];

// The size of the blocks and sectors that the block protect bits count in.
const BLOCK: usize = 0x1_0000;
const SECTOR: usize = 0x1000;
const MOST_SECTORS: usize = 0x8000;

/// The status registers, without BUSY and WEL.
#[derive(Clone, Copy, Debug)]
pub(super) struct Status {
    /// What holds now.
    current: [u8; 3],
    /// What holds again after a reset.
    stored: [u8; 3],
}

impl Status {
    /// Makes the registers as the part is shipped: nothing protected, QE 0 so that the WP and HOLD pins work, and the driver
    /// strength 25 %.
    pub(super) fn new() -> Status {
        let shipped = [0, 0, 0x60];
        Status { current: shipped, stored: shipped }
    }

    /// Returns register 0, 1 or 2.
    pub(super) fn get(&self, register: usize) -> u8 {
        self.current.get(register).copied().unwrap_or_default()
    }

    /// Writes consecutive registers from `first`, so that they hold until the next reset or for good.
    pub(super) fn write(&mut self, first: usize, values: &[u8], for_good: bool) {
        for (register, &value) in (first..).zip(values) {
            let (Some(current), Some(&writable)) = (self.current.get_mut(register), WRITABLE.get(register)) else {
                return;
            };
            let kept = if register == 1 { *current & ONE_TIME } else { 0 };
            *current = (value & writable) | kept;
        }
        if for_good {
            self.stored = self.current;
        }
    }

    /// Forgets what was not written for good.
    pub(super) fn reset(&mut self) {
        self.current = self.stored;
    }

    /// Returns whether the HOLD and WP pins are data lines of the quad commands.
    pub(super) fn is_quad(&self) -> bool {
        self.get(1) & QUAD_ENABLED != 0
    }

    // W25Q32FV rev J, section 7.1.6: status register protect bits.
    /// Returns whether the registers can be written, given whether the WP pin is low.
    pub(super) fn is_writable(&self, wp_low: bool) -> bool {
        let locked = self.get(1) & LOCK_REGISTERS != 0;
        let protected = self.get(0) & PROTECT_REGISTERS != 0 && wp_low && !self.is_quad();
        !locked && !protected
    }

    // W25Q32FV rev J, section 7.1: status register memory protection, CMP = 0 and CMP = 1.
    /// Returns whether a part of the memory can be programmed and erased.
    pub(super) fn is_unprotected(&self, range: Range<usize>, capacity: usize) -> bool {
        let size = self.counted_size(capacity);
        let counted = if self.get(0) & TOP_BOTTOM == 0 { capacity - size..capacity } else { 0..size };
        if self.get(1) & COMPLEMENT == 0 {
            range.end <= counted.start || counted.end <= range.start || size == 0
        } else {
            counted.start <= range.start && range.end <= counted.end && size != 0
        }
    }

    /// Returns the size that the bits BP2 to BP0 and SEC stand for.
    fn counted_size(&self, capacity: usize) -> usize {
        let in_sectors = self.get(0) & SECTORS != 0;
        match (self.get(0) >> 2) & 0x07 {
            0 => 0,
            7 => capacity,
            steps if in_sectors => (SECTOR << (steps - 1)).min(MOST_SECTORS),
            steps => (BLOCK.max(capacity / 64) << (steps - 1)).min(capacity),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Status;

    const CAPACITY: usize = 4 << 20;

    /// The protected bytes, found by asking for each sector.
    fn protected(register1: u8, register2: u8) -> Option<(usize, usize)> {
        let mut status = Status::new();
        status.write(0, &[register1, register2], true);
        let sectors = || (0..CAPACITY).step_by(4096).filter(|&at| !status.is_unprotected(at..at + 4096, CAPACITY));
        Some((sectors().next()?, sectors().next_back()? + 4095))
    }

    #[test]
    fn the_block_protect_bits_protect_what_the_table_says() {
        // W25Q32FV rev J, section 7.1: rows of the tables.
        assert_eq!(protected(0x00, 0x00), None);
        assert_eq!(protected(0b001 << 2, 0x00), Some((0x3f_0000, 0x3f_ffff)));
        assert_eq!(protected(0b110 << 2, 0x00), Some((0x20_0000, 0x3f_ffff)));
        assert_eq!(protected(0x20 | 0b001 << 2, 0x00), Some((0x00_0000, 0x00_ffff)));
        assert_eq!(protected(0x20 | 0b110 << 2, 0x00), Some((0x00_0000, 0x1f_ffff)));
        assert_eq!(protected(0b111 << 2, 0x00), Some((0x00_0000, 0x3f_ffff)));
        assert_eq!(protected(0x40 | 0b001 << 2, 0x00), Some((0x3f_f000, 0x3f_ffff)));
        assert_eq!(protected(0x40 | 0b101 << 2, 0x00), Some((0x3f_8000, 0x3f_ffff)));
        assert_eq!(protected(0x60 | 0b011 << 2, 0x00), Some((0x00_0000, 0x00_3fff)));
        assert_eq!(protected(0x00, 0x40), Some((0x00_0000, 0x3f_ffff)));
        assert_eq!(protected(0b001 << 2, 0x40), Some((0x00_0000, 0x3e_ffff)));
        assert_eq!(protected(0x20 | 0b001 << 2, 0x40), Some((0x01_0000, 0x3f_ffff)));
        assert_eq!(protected(0b111 << 2, 0x40), None);
    }

    #[test]
    fn lock_bits_are_written_once_and_reserved_bits_never() {
        let mut status = Status::new();
        status.write(0, &[0xff, 0x8c, 0xff], true);
        assert_eq!([0, 1, 2].map(|register| status.get(register)), [0xfc, 0x08, 0x60]);
        status.write(1, &[0x00], true);
        assert_eq!(status.get(1), 0x08);
    }
}
