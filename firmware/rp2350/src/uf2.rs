//! A file that is dragged to the drive of BOOTSEL. RP2350 data sheet, section 5.5, "USB mass storage interface"; UF2's own
//! specification.

use std::collections::BTreeSet;
use std::fmt;

use crate::boot::FLASH;

const BLOCK_BYTES: usize = 512;
const PAYLOAD_BYTES: usize = 256;
const MAGIC: [u32; 3] = [0x0a32_4655, 0x9e5d_5157, 0x0ab1_6f30];
const NOT_FLASH: u32 = 1;
const HAS_FAMILY: u32 = 0x2000;
/// Section 5.5.3, "UF2 families": absolute, data, Arm Secure.
const FAMILIES: [u32; 3] = [0xe48b_ff57, 0xe48b_ff58, 0xe48b_ff59];
const SECTOR_BYTES: usize = 4096;

/// Why a file is not taken.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Uf2Error {
    /// The file is not made of whole blocks, or there is none.
    Length(usize),
    /// A block is not one of UF2's, by its number in the file.
    NotUf2(usize),
    /// A block is for another chip, or for none.
    Family(u32),
    /// A block does not fill a page of the flash.
    Place(u32),
    /// A block says another number of blocks than the first, or comes twice.
    Numbers(u32),
    /// Blocks are missing: what is there, and what should be.
    Missing(usize, u32),
}

impl fmt::Display for Uf2Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Uf2Error::Length(bytes) => write!(f, "{bytes} bytes are not a number of blocks of 512"),
            Uf2Error::NotUf2(block) => write!(f, "block {block} of the file lacks the magic numbers of UF2"),
            Uf2Error::Family(family) => write!(f, "a block is for the family {family:#010x}, which an RP2350 ignores"),
            Uf2Error::Place(address) => {
                write!(f, "a block at {address:#010x} does not fill a page of 256 bytes of the flash")
            }
            Uf2Error::Numbers(number) => write!(f, "the block with the number {number} does not fit the others"),
            Uf2Error::Missing(have, of) => write!(f, "only {have} of {of} blocks are there"),
        }
    }
}

impl std::error::Error for Uf2Error {}

/// Writes a file to the flash as the boot ROM does: by pages, each sector erased when its first page comes.
pub(crate) fn load(file: &[u8], flash: &mut [u8]) -> Result<(), Uf2Error> {
    let (blocks, rest) = file.as_chunks::<BLOCK_BYTES>();
    if blocks.is_empty() || !rest.is_empty() {
        return Err(Uf2Error::Length(file.len()));
    }
    let (mut seen, mut erased, mut total) = (BTreeSet::new(), BTreeSet::new(), None);
    for (index, block) in blocks.iter().enumerate() {
        let word = |at: usize| {
            block.get(at..).and_then(|bytes| bytes.first_chunk::<4>()).map_or(0, |bytes| u32::from_le_bytes(*bytes))
        };
        if [word(0), word(4), word(508)] != MAGIC {
            return Err(Uf2Error::NotUf2(index));
        }
        let (flags, address, bytes, number, of, family) = (word(8), word(12), word(16), word(20), word(24), word(28));
        if flags & NOT_FLASH != 0 {
            continue;
        }
        if flags & HAS_FAMILY == 0 || !FAMILIES.contains(&family) {
            return Err(Uf2Error::Family(family));
        }
        let at = usize::try_from(address.wrapping_sub(FLASH)).unwrap_or(usize::MAX);
        let (page, len) = (flash.len(), usize::try_from(bytes).unwrap_or(usize::MAX));
        if len != PAYLOAD_BYTES || !at.is_multiple_of(PAYLOAD_BYTES) || at >= page {
            return Err(Uf2Error::Place(address));
        }
        if *total.get_or_insert(of) != of || number >= of || !seen.insert(number) {
            return Err(Uf2Error::Numbers(number));
        }
        let sector = at / SECTOR_BYTES * SECTOR_BYTES;
        if erased.insert(sector) {
            flash.iter_mut().skip(sector).take(SECTOR_BYTES).for_each(|byte| *byte = 0xff);
        }
        let payload = block.iter().skip(32).take(PAYLOAD_BYTES);
        flash.iter_mut().skip(at).zip(payload).for_each(|(byte, new)| *byte = *new);
    }
    match total {
        Some(of) if usize::try_from(of) == Ok(seen.len()) => Ok(()),
        of => Err(Uf2Error::Missing(seen.len(), of.unwrap_or(0))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn block(number: u32, of: u32, address: u32, family: u32, fill: u8) -> [u8; 512] {
        let head = [MAGIC[0], MAGIC[1], HAS_FAMILY, address, 256, number, of, family];
        let mut block = [fill; 512];
        for (slot, word) in block.chunks_mut(4).zip(head) {
            slot.copy_from_slice(&word.to_le_bytes());
        }
        block[288..508].fill(0);
        block[508..].copy_from_slice(&MAGIC[2].to_le_bytes());
        block
    }

    #[test]
    fn pages_are_written_in_any_order_and_the_rest_of_a_sector_is_erased() {
        let mut flash = vec![0; 3 * SECTOR_BYTES];
        let file = [block(1, 2, FLASH + 0x1100, FAMILIES[1], 2), block(0, 2, FLASH + 0x1000, FAMILIES[1], 1)].concat();
        assert_eq!(load(&file, &mut flash), Ok(()));
        assert_eq!((flash[0xfff], flash[0x1000], flash[0x1100], flash[0x1200], flash[0x2000]), (0, 1, 2, 0xff, 0));
    }

    #[test]
    fn a_file_that_is_cut_or_for_another_chip_is_not_taken() {
        let mut flash = vec![0; 2 * SECTOR_BYTES];
        let good = block(0, 2, FLASH, FAMILIES[0], 1);
        assert_eq!(load(&good, &mut flash), Err(Uf2Error::Missing(1, 2)));
        assert_eq!(load(&good[..511], &mut flash), Err(Uf2Error::Length(511)));
        assert_eq!(load(&[good, good].concat(), &mut flash), Err(Uf2Error::Numbers(0)));
        let rp2040 = block(0, 1, FLASH, 0xe48b_ff56, 1);
        assert_eq!(load(&rp2040, &mut flash), Err(Uf2Error::Family(0xe48b_ff56)));
        let outside = block(0, 1, FLASH + 0x2000, FAMILIES[0], 1);
        assert_eq!(load(&outside, &mut flash), Err(Uf2Error::Place(FLASH + 0x2000)));
        let mut other = good;
        other[0] = 0;
        assert_eq!(load(&other, &mut flash), Err(Uf2Error::NotUf2(0)));
    }
}
