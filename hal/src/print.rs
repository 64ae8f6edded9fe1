//! Text for guests without std: `use wasm_embedded_hal::print::println;`.
//!
//! The macros are in this module and not in the crate's root: there, `use wasm_embedded_hal::*` would bring a second `println!`
//! into a guest that has std's, and every use of either would be ambiguous.

use core::fmt;

use crate::bindings::wasm_embedded::hal::log;

/// How much text is collected before it crosses the boundary, in bytes.
pub(crate) const CHUNK_BYTES: usize = 128;

/// Text on its way to the host, in chunks that end between characters, so that nothing is lost and nothing allocated.
pub(crate) struct Chunks<F: FnMut(&str)> {
    bytes: [u8; CHUNK_BYTES],
    len: usize,
    send: F,
}

impl<F: FnMut(&str)> Chunks<F> {
    /// Returns an empty buffer that hands its chunks to `send`.
    pub(crate) fn new(send: F) -> Chunks<F> {
        Chunks { bytes: [0; CHUNK_BYTES], len: 0, send }
    }

    /// Hands over what is left, if anything.
    pub(crate) fn finish(&mut self) {
        let text = self.bytes.get(..self.len).and_then(|bytes| core::str::from_utf8(bytes).ok());
        if let Some(text) = text.filter(|text| !text.is_empty()) {
            (self.send)(text);
        }
        self.len = 0;
    }
}

impl<F: FnMut(&str)> fmt::Write for Chunks<F> {
    fn write_str(&mut self, mut text: &str) -> fmt::Result {
        while !text.is_empty() {
            let room = CHUNK_BYTES - self.len;
            let end = char_boundary(text, room);
            // Not `split_at`, whose message on failure brings 5 KB of Unicode tables into every guest.
            let (now, later) = text.split_at_checked(end).unwrap_or((text, ""));
            if let Some(to) = self.bytes.get_mut(self.len..self.len + now.len()) {
                to.copy_from_slice(now.as_bytes());
            }
            self.len += now.len();
            text = later;
            if !text.is_empty() {
                self.finish();
            }
        }
        Ok(())
    }
}

/// Returns the last boundary between characters at or before a byte: the standard library's own came with Rust 1.91, past the oldest Rust
/// that this crate promises.
pub(crate) fn char_boundary(text: &str, at: usize) -> usize {
    (0..=at.min(text.len())).rev().find(|index| text.is_char_boundary(*index)).unwrap_or_default()
}

/// Writes formatted text to the guest's standard output; what [`print!`] expands to.
#[doc(hidden)]
pub fn print(text: fmt::Arguments<'_>) {
    let mut chunks = Chunks::new(log::print);
    // The writer never fails; a `Display` that does loses its own text only.
    let _ = fmt::write(&mut chunks, text);
    chunks.finish();
}

/// Writes to the guest's standard output, for guests without std.
#[doc(hidden)]
#[macro_export]
macro_rules! __print {
    ($($text:tt)*) => { $crate::print::print(::core::format_args!($($text)*)) };
}

/// Writes a line to the guest's standard output, for guests without std.
#[doc(hidden)]
#[macro_export]
macro_rules! __println {
    () => { $crate::print::print(::core::format_args!("\n")) };
    ($format:literal $($text:tt)*) => { $crate::print::print(::core::format_args!("{}\n", ::core::format_args!($format $($text)*))) };
}

// Defined under names that no other crate has, since a macro is exported from the root.
#[doc(inline)]
pub use {__print as print, __println as println};

#[cfg(test)]
mod tests {
    extern crate std;

    use core::fmt::Write as _;
    use std::string::String;
    use std::vec::Vec;

    use super::*;

    #[test]
    fn long_text_arrives_whole_in_chunks_between_characters() {
        let text = "ä1".repeat(200);
        let mut sent: Vec<String> = Vec::new();
        let mut chunks = Chunks::new(|chunk| sent.push(chunk.into()));
        chunks.write_str(&text).expect("writes");
        chunks.finish();
        assert!(sent.len() > 3 && sent.iter().all(|chunk| chunk.len() <= CHUNK_BYTES));
        assert_eq!(sent.concat(), text);
    }
}
