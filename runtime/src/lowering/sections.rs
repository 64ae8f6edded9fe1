//! The sections of a binary, one after the other.

use std::ops::Range;

use crate::lowered::Whole;
use wasmparser::BinaryReader;

/// The bytes before the first section: the magic number, the version and the layer.
pub(super) const PREAMBLE: usize = 8;

/// Numbers of sections of a component that more than one file asks for. Component Model, `design/mvp/Binary.md`.
pub(super) const CORE_MODULE: u8 = 1;

/// A section: its number, where it begins, and where its contents are.
#[derive(Clone, Debug)]
pub(super) struct Section {
    pub(super) id: u8,
    pub(super) start: usize,
    pub(super) contents: Range<usize>,
}

impl Section {
    /// Returns a reader of the contents.
    pub(super) fn reader<'b>(&self, bytes: &'b [u8]) -> BinaryReader<'b> {
        BinaryReader::new(self.of(bytes), self.contents.start)
    }

    /// Returns the contents.
    pub(super) fn of<'b>(&self, bytes: &'b [u8]) -> &'b [u8] {
        bytes.get(self.contents.clone()).unwrap_or_default()
    }
}

/// Returns the sections of a module or component that lies in a range of the bytes.
pub(super) fn sections(bytes: &[u8], range: Range<usize>) -> Result<Vec<Section>, Whole> {
    let inside = bytes.get(range.clone()).ok_or(Whole::Refused)?;
    let mut reader = BinaryReader::new(inside, 0);
    reader.read_bytes(PREAMBLE)?;
    let mut sections = Vec::new();
    while !reader.eof() {
        let start = range.start + reader.original_position();
        let id = reader.read_u8()?;
        let len = usize::try_from(reader.read_var_u32()?).map_err(|_| Whole::Refused)?;
        let contents = range.start + reader.original_position();
        reader.read_bytes(len)?;
        sections.push(Section { id, start, contents: contents..contents + len });
    }
    Ok(sections)
}
