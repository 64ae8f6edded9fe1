//! The words of a script.

use alloc::string::String;
use alloc::vec;
use alloc::vec::Vec;
use core::fmt::Write;

/// A word that is not what it should be.
#[derive(Debug)]
pub(crate) struct BadWord;

/// What buffers hold before they are read into: what is left of it was not touched.
const UNTOUCHED: u8 = 0xee;

/// Reads bytes: hexadecimal digits, or `*N` for N bytes that count up.
pub(crate) fn bytes(word: &str) -> Result<Vec<u8>, BadWord> {
    if let Some(count) = word.strip_prefix('*') {
        let count: usize = number(count)?;
        return Ok((0..count).map(|index| index.to_le_bytes()[0]).collect());
    }
    let digits = word.as_bytes().chunks(2);
    digits.map(|pair| hex(core::str::from_utf8(pair).map_err(|_| BadWord)?, 2)).collect()
}

/// Reads a hexadecimal number of so many digits.
pub(crate) fn hex<T: TryFrom<u64>>(word: &str, digits: usize) -> Result<T, BadWord> {
    if word.len() != digits {
        return Err(BadWord);
    }
    u64::from_str_radix(word, 16).ok().and_then(|value| T::try_from(value).ok()).ok_or(BadWord)
}

/// Reads a decimal number.
pub(crate) fn number<T: core::str::FromStr>(word: &str) -> Result<T, BadWord> {
    word.parse().map_err(|_| BadWord)
}

/// Returns a buffer to read into.
pub(crate) fn buffer(word: &str) -> Result<Vec<u8>, BadWord> {
    Ok(vec![UNTOUCHED; number(word)?])
}

/// Adds the contents of a buffer to an answer: bytes in hexadecimal, long ones as their number and a sum that depends on their
/// order.
pub(crate) fn show(answer: &mut String, buffer: &[u8]) {
    const LONG: usize = 64;
    answer.push(' ');
    // Writing to a string does not fail.
    if buffer.len() > LONG {
        let sum = buffer.iter().fold(0_u32, |sum, byte| sum.wrapping_mul(31).wrapping_add(u32::from(*byte)));
        let _ = write!(answer, "*{}:{sum:08x}", buffer.len());
    } else if buffer.is_empty() {
        answer.push('-');
    } else {
        buffer.iter().for_each(|byte| {
            let _ = write!(answer, "{byte:02x}");
        });
    }
}
