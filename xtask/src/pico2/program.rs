//! The firmware as a file for the drive of BOOTSEL.

use std::fs;
use std::path::Path;

use anyhow::{Context as _, ensure};
use wasm_embedded_image::uf2;

/// The flash, and what of it is the firmware's.
const FLASH: u32 = 0x1000_0000;
const FLASH_BYTES: u32 = 0x20_0000;
/// RP2350 data sheet, section 5.5.3, "UF2 families": a program for Arm cores in Secure state.
const ARM_SECURE: u32 = 0xe48b_ff59;

/// Writes what a program has in the flash as UF2, as `picotool uf2 convert` does.
pub(super) fn write(program: &Path, to: &Path) -> anyhow::Result<()> {
    let bytes = fs::read(program).with_context(|| format!("cannot read {}", program.display()))?;
    let flash = flash(&bytes).with_context(|| format!("{} is not a program for the flash", program.display()))?;
    fs::write(to, uf2::blocks(&flash, FLASH, ARM_SECURE)).with_context(|| format!("cannot write {}", to.display()))
}

/// Returns the contents of the flash. System V ABI, "Program Header".
fn flash(elf: &[u8]) -> anyhow::Result<Vec<u8>> {
    ensure!(elf.starts_with(b"\x7fELF\x01\x01"), "it is no little-endian ELF file of 32 bits");
    let (headers, size, count) = (word(elf, 28)?, word(elf, 42)? & 0xffff, word(elf, 44)? & 0xffff);
    let mut flash = Vec::new();
    for index in 0..count {
        let at = usize::try_from(headers + index * size)?;
        let (kind, offset, stored, len) =
            (word(elf, at)?, word(elf, at + 4)?, word(elf, at + 12)?, word(elf, at + 16)?);
        if kind != 1 || len == 0 {
            continue;
        }
        let place = stored.checked_sub(FLASH).filter(|place| *place < FLASH_BYTES);
        let place = usize::try_from(place.with_context(|| format!("a segment is at {stored:#010x}"))?)?;
        let segment = elf.get(usize::try_from(offset)?..).and_then(|rest| rest.get(..usize::try_from(len).ok()?));
        let segment = segment.context("a segment is cut")?;
        flash.resize(flash.len().max(place + segment.len()), 0xff);
        flash.get_mut(place..place + segment.len()).context("a segment does not fit")?.copy_from_slice(segment);
    }
    ensure!(!flash.is_empty(), "no segment is in the flash");
    Ok(flash)
}

fn word(bytes: &[u8], at: usize) -> anyhow::Result<u32> {
    // The last header of 16 bits is read as 32: a program has more behind it.
    let bytes = bytes.get(at..).and_then(|rest| rest.first_chunk::<4>()).context("the file is cut")?;
    Ok(u32::from_le_bytes(*bytes))
}
