//! How much of the flash and of the RAM a firmware takes.

use std::fs;
use std::path::Path;

use anyhow::{Context as _, ensure};

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

fn word(bytes: &[u8], at: usize) -> anyhow::Result<u32> {
    let bytes = bytes.get(at..at + 4).context("the ELF file is cut off")?;
    Ok(u32::from_le_bytes(bytes.try_into()?))
}

fn half(bytes: &[u8], at: usize) -> anyhow::Result<u16> {
    let bytes = bytes.get(at..at + 2).context("the ELF file is cut off")?;
    Ok(u16::from_le_bytes(bytes.try_into()?))
}
