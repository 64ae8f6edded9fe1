//! How much of the flash and of the RAM a firmware takes.

use std::fs;
use std::ops::Range;
use std::path::Path;

use anyhow::{Context as _, ensure};

/// Where the boot ROM looks, and how its block begins and ends.
const BOOT_WINDOW: Range<u32> = 0x1000_0000..0x1000_1000;
const BLOCK_START: u32 = 0xffff_ded3;
const BLOCK_END: u32 = 0xab12_3579;
/// `EM_RISCV`.
pub(super) const RISCV: u16 = 243;

/// What a program takes.
#[derive(Clone, Copy, Debug)]
pub(super) struct Size {
    /// Bytes in the flash: code, constants and the initial values of variables.
    pub(super) flash: u32,
    /// Bytes of variables in the RAM.
    pub(super) ram: u32,
}

impl Size {
    /// Reads the program headers of an ELF file of 32 bits. System V ABI, "Program Header".
    pub(super) fn of(path: &Path) -> anyhow::Result<Size> {
        let bytes = fs::read(path).with_context(|| format!("cannot read {}", path.display()))?;
        ensure!(bytes.starts_with(b"\x7fELF\x01\x01"), "{} is no little-endian ELF file of 32 bits", path.display());
        let (headers, size, count) = (word(&bytes, 28)?, half(&bytes, 42)?, half(&bytes, 44)?);
        let mut total = Size { flash: 0, ram: 0 };
        for index in 0..u32::from(count) {
            let at = usize::try_from(headers + index * u32::from(size))?;
            // Loaded segments: kind 1. Where they are stored, where they are used, and their sizes in both places.
            let [kind, _, used, stored, in_file, in_memory, flags] =
                [0, 4, 8, 12, 16, 20, 24].map(|field| word(&bytes, at + field).unwrap_or_default());
            if kind != 1 {
                continue;
            }
            total.flash += in_file;
            // Variables are used elsewhere than they are stored, or stored nowhere, or can be written to.
            if used != stored || in_memory > in_file || flags & 2 != 0 {
                total.ram += in_memory;
            }
        }
        Ok(total)
    }
}

/// Checks that the boot ROM of an RP2350 finds its block: in the first 4 KiB of the flash, complete, and for RISC-V with the
/// address where the program begins. RP2350 datasheet, sections 5.1.5 and 5.9.5.
pub(super) fn check_boot_block(path: &Path) -> anyhow::Result<()> {
    let bytes = fs::read(path).with_context(|| format!("cannot read {}", path.display()))?;
    let (entry, headers, size, count) = (word(&bytes, 24)?, word(&bytes, 28)?, half(&bytes, 42)?, half(&bytes, 44)?);
    let mut block = None;
    for index in 0..u32::from(count) {
        let at = usize::try_from(headers + index * u32::from(size))?;
        let (kind, offset, stored, in_file) =
            (word(&bytes, at)?, word(&bytes, at + 4)?, word(&bytes, at + 12)?, word(&bytes, at + 16)?);
        if kind == 1 && BOOT_WINDOW.contains(&stored) {
            let end = (offset + in_file).min(offset + (BOOT_WINDOW.end - stored));
            let places = (usize::try_from(offset)?..usize::try_from(end)?).step_by(4);
            block = block.or_else(|| places.into_iter().find(|at| word(&bytes, *at).ok() == Some(BLOCK_START)));
        }
    }
    let at = block.with_context(|| format!("{} has no boot block in the first 4 KiB", path.display()))?;
    let words: Vec<u32> = (0..9).map(|index| word(&bytes, at + index * 4)).collect::<Result<_, _>>()?;
    ensure!(words.contains(&BLOCK_END), "the boot block has no end: {words:08x?}");
    ensure!(
        machine(&bytes)? != RISCV || words.contains(&entry),
        "the boot block does not begin at {entry:#x}: {words:08x?}"
    );
    Ok(())
}

/// `e_machine`: what the program is for.
pub(super) fn machine(bytes: &[u8]) -> anyhow::Result<u16> {
    half(bytes, 18)
}

pub(super) fn word(bytes: &[u8], at: usize) -> anyhow::Result<u32> {
    let bytes = bytes.get(at..at + 4).context("the ELF file is cut off")?;
    Ok(u32::from_le_bytes(bytes.try_into()?))
}

pub(super) fn half(bytes: &[u8], at: usize) -> anyhow::Result<u16> {
    let bytes = bytes.get(at..at + 2).context("the ELF file is cut off")?;
    Ok(u16::from_le_bytes(bytes.try_into()?))
}
