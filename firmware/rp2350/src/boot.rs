//! What the boot ROM does with a flash that begins with a program. RP2350 data sheet, section 5.2, "Processor-controlled boot
//! sequence", and 5.9, "Metadata block details".

use std::fmt;

/// Where the flash is mapped.
pub(crate) const FLASH: u32 = 0x1000_0000;
/// The flash of the Pico 2.
pub(crate) const FLASH_BYTES: usize = 4 * 1024 * 1024;

/// Section 5.9.1, "Blocks": the ROM looks for a block in the first 4 KiB.
const SEARCHED: usize = 4 * 1024;
const BLOCK_BEGINS: u32 = 0xffff_ded3;
const BLOCK_ENDS: u32 = 0xab12_3579;

/// Section 5.9.3, "Block items".
const IMAGE_TYPE: u32 = 0x42;
const VECTOR_TABLE: u32 = 0x03;
const ENTRY_POINT: u32 = 0x44;
const LAST: u32 = 0xff;
/// Section 5.9.3.1, "IMAGE_TYPE item": an executable, for Arm cores of an RP2350, in Secure state.
const EXE: u16 = 1;
const SECURE: u16 = 2;
const ARM: u16 = 0;
const RP2350: u16 = 1;

/// Why the boot ROM does not start a program.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum BootError {
    /// There is no metadata block in the first 4 KiB.
    NoBlock,
    /// A block runs past the flash, or does not end as it must.
    Damaged,
    /// No block in the loop is an IMAGE_DEF.
    NoImage,
    /// The image is not an executable for an RP2350, by its flags.
    Unfit(u16),
    /// The image is for RISC-V cores, which this emulator does not have.
    RiscV,
}

impl fmt::Display for BootError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            BootError::NoBlock => f.write_str("the first 4 KiB of the flash have no metadata block"),
            BootError::Damaged => f.write_str("a metadata block is damaged"),
            BootError::NoImage => f.write_str("the flash has no IMAGE_DEF"),
            BootError::Unfit(flags) => write!(f, "IMAGE_DEF says {flags:#06x}: not a program for an RP2350"),
            BootError::RiscV => {
                f.write_str("IMAGE_DEF says that the program is for RISC-V cores: only Arm is emulated")
            }
        }
    }
}

impl std::error::Error for BootError {}

/// What the processor begins with.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Start {
    pub(crate) stack: u32,
    pub(crate) pc: u32,
}

/// Finds the program, as the boot ROM does.
pub(crate) fn start(flash: &[u8]) -> Result<Start, BootError> {
    let word =
        |at: usize| -> Option<u32> { flash.get(at..)?.first_chunk::<4>().map(|bytes| u32::from_le_bytes(*bytes)) };
    let first = (0..SEARCHED).step_by(4).find(|at| word(*at) == Some(BLOCK_BEGINS)).ok_or(BootError::NoBlock)?;
    let mut at = first;
    // The blocks are a loop, by the distance of each to the next.
    for _ in 0..64 {
        let block = Items::of(at, &word)?;
        if let Some(flags) = block.image_type {
            return block.begin(flags, &word);
        }
        let next = i64::try_from(at).ok().and_then(|at| usize::try_from(at + i64::from(block.next)).ok());
        at = next.ok_or(BootError::Damaged)?;
        if at == first {
            break;
        }
    }
    Err(BootError::NoImage)
}

/// What a block says.
#[derive(Default)]
struct Items {
    image_type: Option<u16>,
    vectors: Option<u32>,
    entry: Option<(u32, u32)>,
    /// From this block to the next.
    next: i32,
}

impl Items {
    fn of(begin: usize, word: &impl Fn(usize) -> Option<u32>) -> Result<Items, BootError> {
        let read = |at: usize| word(at).ok_or(BootError::Damaged);
        if read(begin)? != BLOCK_BEGINS {
            return Err(BootError::Damaged);
        }
        let (mut items, mut at) = (Items::default(), begin + 4);
        loop {
            let head = read(at)?;
            // The size of an item, in words: a byte, or two for kinds with the highest bit.
            let kind = head & 0xff;
            let words = if kind & 0x80 == 0 { head >> 8 & 0xff } else { head >> 8 & 0xffff };
            let words = usize::try_from(words).map_err(|_| BootError::Damaged)?;
            match kind {
                LAST => {
                    // Its size is that of all items before it.
                    items.next = read(at + 4)?.cast_signed();
                    let whole = read(at + 8)? == BLOCK_ENDS && words * 4 == at - begin - 4;
                    return if whole { Ok(items) } else { Err(BootError::Damaged) };
                }
                IMAGE_TYPE => items.image_type = u16::try_from(head >> 16).ok(),
                VECTOR_TABLE => items.vectors = Some(read(at + 4)?),
                ENTRY_POINT => items.entry = Some((read(at + 4)?, read(at + 8)?)),
                _ => {}
            }
            if words == 0 {
                return Err(BootError::Damaged);
            }
            at += words * 4;
        }
    }

    fn begin(&self, flags: u16, word: &impl Fn(usize) -> Option<u32>) -> Result<Start, BootError> {
        let (kind, security, cpu, chip) = (flags & 0xf, flags >> 4 & 3, flags >> 8 & 7, flags >> 12 & 7);
        if kind != EXE || chip != RP2350 {
            return Err(BootError::Unfit(flags));
        }
        if cpu != ARM {
            return Err(BootError::RiscV);
        }
        if security != SECURE {
            return Err(BootError::Unfit(flags));
        }
        if let Some((pc, stack)) = self.entry {
            return Ok(Start { stack, pc });
        }
        let table =
            usize::try_from(self.vectors.unwrap_or(FLASH).wrapping_sub(FLASH)).map_err(|_| BootError::Damaged)?;
        match (word(table), word(table + 4)) {
            (Some(stack), Some(pc)) => Ok(Start { stack, pc }),
            _ => Err(BootError::Damaged),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A vector table and the smallest IMAGE_DEF, as `rp235x-hal` makes it.
    fn flash(flags: u32) -> Vec<u8> {
        let words = [0x2008_2000, 0x1000_0115, BLOCK_BEGINS, flags << 16 | 0x142, 0x1ff, 0, BLOCK_ENDS];
        words.iter().flat_map(|word| u32::to_le_bytes(*word)).collect()
    }

    #[test]
    fn a_program_for_arm_begins_by_its_vector_table() {
        assert_eq!(start(&flash(0x1021)), Ok(Start { stack: 0x2008_2000, pc: 0x1000_0115 }));
    }

    #[test]
    fn what_is_no_program_for_arm_is_not_started() {
        assert_eq!(start(&flash(0x1121)), Err(BootError::RiscV));
        assert_eq!(start(&flash(0x0021)), Err(BootError::Unfit(0x0021)));
        assert_eq!(start(&flash(0x1011)), Err(BootError::Unfit(0x1011)));
        assert_eq!(start(&[0xff; 8192]), Err(BootError::NoBlock));
    }

    #[test]
    fn a_block_that_is_damaged_or_cut_is_refused() {
        let whole = flash(0x1021);
        for (at, byte) in [(16, 0xfe), (24, 0), (17, 2)] {
            let mut flash = whole.clone();
            flash[at] = byte;
            assert_eq!(start(&flash), Err(BootError::Damaged), "byte {at}");
        }
        for len in 12..whole.len() {
            assert_eq!(start(&whole[..len]), Err(BootError::Damaged), "{len} bytes");
        }
    }
}
