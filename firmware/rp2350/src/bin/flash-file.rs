//! `flash-file PROGRAM FILE.uf2`: the firmware as a file for the drive of BOOTSEL.

use std::env;
use std::error::Error;
use std::fs;
use std::path::Path;

use wasm_embedded_image::uf2;

/// The flash, and what of it is the firmware's.
const FLASH: u32 = 0x1000_0000;
const FLASH_BYTES: u32 = 0x20_0000;
/// RP2350 data sheet, section 5.5.3, "UF2 families": a program for Arm cores in Secure state.
const ARM_SECURE: u32 = 0xe48b_ff59;

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = env::args_os().skip(1);
    let (Some(program), Some(file)) = (arguments.next(), arguments.next()) else {
        return Err("usage: flash-file PROGRAM FILE.uf2".into());
    };
    let program = Path::new(&program);
    let bytes = fs::read(program).map_err(|error| format!("cannot read {}: {error}", program.display()))?;
    let flash = flash(&bytes).map_err(|error| format!("{} cannot be flashed: {error}", program.display()))?;
    // As `picotool uf2 convert` does.
    Ok(fs::write(&file, uf2::blocks(&flash, FLASH, ARM_SECURE))?)
}

/// Returns the contents of the flash. System V ABI, "Program Header".
fn flash(elf: &[u8]) -> Result<Vec<u8>, Box<dyn Error>> {
    if !elf.starts_with(b"\x7fELF\x01\x01") {
        return Err("not a little-endian ELF file of 32 bits".into());
    }
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
        let place = usize::try_from(place.ok_or_else(|| format!("a segment is at {stored:#010x}"))?)?;
        let segment = elf.get(usize::try_from(offset)?..).and_then(|rest| rest.get(..usize::try_from(len).ok()?));
        let segment = segment.ok_or("a segment is cut")?;
        flash.resize(flash.len().max(place + segment.len()), 0xff);
        flash.get_mut(place..place + segment.len()).ok_or("a segment does not fit")?.copy_from_slice(segment);
    }
    if flash.is_empty() {
        return Err("no segment is in the flash".into());
    }
    Ok(flash)
}

fn word(bytes: &[u8], at: usize) -> Result<u32, Box<dyn Error>> {
    // The last header of 16 bits is read as 32: a program has more behind it.
    let bytes = bytes.get(at..).and_then(|rest| rest.first_chunk::<4>()).ok_or("the file is cut")?;
    Ok(u32::from_le_bytes(*bytes))
}
