//! How much memory a component begins with.

use std::fs;
use std::path::Path;

use anyhow::Context as _;

/// Sections: a module within a component, a memory within a module.
/// WebAssembly component model, "Binary.md", `section_1`; WebAssembly core specification, section 5.5.2.
const CORE_MODULE: u8 = 1;
const MEMORY: u8 = 5;
/// Flags of a memory: a greatest size, and pages of another size than 64 KiB ("custom-page-sizes").
const HAS_MAXIMUM: u64 = 1;
const HAS_PAGE_SIZE: u64 = 8;
const PAGE_SHIFT: u64 = 16;

/// Returns the bytes of all memories of a component's modules.
pub(super) fn linear(path: &Path) -> anyhow::Result<u64> {
    let component = fs::read(path).with_context(|| format!("cannot read {}", path.display()))?;
    let mut total = 0;
    for (_, module) in sections(&component)?.into_iter().filter(|(kind, _)| *kind == CORE_MODULE) {
        for (_, memories) in sections(module)?.into_iter().filter(|(kind, _)| *kind == MEMORY) {
            let mut rest = memories;
            for _ in 0..leb128(&mut rest)? {
                let (flags, pages) = (leb128(&mut rest)?, leb128(&mut rest)?);
                if flags & HAS_MAXIMUM != 0 {
                    leb128(&mut rest)?;
                }
                let shift = if flags & HAS_PAGE_SIZE == 0 { PAGE_SHIFT } else { leb128(&mut rest)? };
                total += pages << shift;
            }
        }
    }
    Ok(total)
}

/// Returns kind and contents of each section, behind the eight bytes that a component or module begins with.
fn sections(bytes: &[u8]) -> anyhow::Result<Vec<(u8, &[u8])>> {
    let mut rest = bytes.get(8..).context("it is cut off")?;
    let mut found = Vec::new();
    while let Some(kind) = rest.split_off_first() {
        let len = usize::try_from(leb128(&mut rest)?)?;
        found.push((*kind, rest.split_off(..len).context("it is cut off")?));
    }
    Ok(found)
}

fn leb128(bytes: &mut &[u8]) -> anyhow::Result<u64> {
    let mut value = 0;
    for shift in (0..63).step_by(7) {
        let byte = *bytes.split_off_first().context("it is cut off")?;
        value |= u64::from(byte & 0x7f) << shift;
        if byte & 0x80 == 0 {
            return Ok(value);
        }
    }
    anyhow::bail!("a number is too long")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_memory_of_bytes_counts_bytes_and_one_of_pages_counts_pages() {
        let read = |section: &[u8]| {
            let head = |magic: &[u8], kind: u8, contents: &[u8]| {
                [magic, &[kind, u8::try_from(contents.len()).expect("short")], contents].concat()
            };
            let module = head(b"\0asm\x01\0\0\0", MEMORY, section);
            let file = tempfile(&head(b"\0asm\x0d\0\x01\0", CORE_MODULE, &module));
            let bytes = linear(&file).expect("a component");
            fs::remove_file(file).expect("it is there");
            bytes
        };
        assert_eq!(read(&[1, 0, 2]), 131_072);
        assert_eq!(read(&[1, 1, 2, 3]), 131_072);
        assert_eq!(read(&[1, 8, 0x80, 0x5b, 0]), 11_648);
    }

    fn tempfile(bytes: &[u8]) -> std::path::PathBuf {
        let path = std::env::temp_dir().join(format!("xtask-memory-{}.wasm", std::process::id()));
        fs::write(&path, bytes).expect("a file");
        path
    }
}
