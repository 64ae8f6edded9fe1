//! Numbers and texts as bytes.

use alloc::string::String;
use alloc::vec::Vec;

use super::read::Damaged;

/// The bits of a byte of LEB128 that are of the number, and the one that says that more follow.
const PAYLOAD: u8 = 0x7f;
const MORE: u8 = 0x80;
/// The most bytes of a number.
const MAX_BYTES: u32 = 10;

#[inline]
pub(super) fn put(out: &mut Vec<u8>, mut number: u64) {
    loop {
        let [low, ..] = number.to_le_bytes();
        number >>= 7;
        if number == 0 {
            out.push(low & PAYLOAD);
            return;
        }
        out.push(low | MORE);
    }
}

pub(super) fn put_index(out: &mut Vec<u8>, index: usize) {
    put(out, u64::try_from(index).unwrap_or(u64::MAX));
}

/// Writes a signed number, with the sign in the lowest bit.
pub(super) fn put_signed(out: &mut Vec<u8>, number: i32) {
    let magnitude = u64::from(number.unsigned_abs());
    put(out, magnitude << 1 | u64::from(number < 0));
}

pub(super) fn put_text(out: &mut Vec<u8>, text: &str) {
    put_index(out, text.len());
    out.extend_from_slice(text.as_bytes());
}

/// Bytes that are read from their beginning.
#[derive(Clone, Debug)]
pub(super) struct Bytes<'a>(pub(super) &'a [u8]);

impl<'a> Bytes<'a> {
    pub(super) fn byte(&mut self) -> Result<u8, Damaged> {
        let (&byte, rest) = self.0.split_first().ok_or(Damaged::CutOff)?;
        self.0 = rest;
        Ok(byte)
    }

    #[inline]
    pub(super) fn number(&mut self) -> Result<u64, Damaged> {
        let mut number = 0;
        for index in 0..MAX_BYTES {
            let byte = self.byte()?;
            let part = u64::from(byte & PAYLOAD);
            let shift = 7 * index;
            if shift == 63 && part > 1 {
                break;
            }
            number |= part << shift;
            if byte & MORE == 0 {
                return Ok(number);
            }
        }
        Err(Damaged::Number)
    }

    pub(super) fn index(&mut self) -> Result<usize, Damaged> {
        usize::try_from(self.number()?).map_err(|_| Damaged::Number)
    }

    pub(super) fn signed(&mut self) -> Result<i32, Damaged> {
        let number = self.number()?;
        let magnitude = i64::try_from(number >> 1).map_err(|_| Damaged::Number)?;
        i32::try_from(if number & 1 == 1 { -magnitude } else { magnitude }).map_err(|_| Damaged::Number)
    }

    pub(super) fn bytes(&mut self, len: usize) -> Result<&'a [u8], Damaged> {
        let (bytes, rest) = self.0.split_at_checked(len).ok_or(Damaged::CutOff)?;
        self.0 = rest;
        Ok(bytes)
    }

    pub(super) fn str(&mut self) -> Result<&'a str, Damaged> {
        let len = self.index()?;
        core::str::from_utf8(self.bytes(len)?).map_err(|_| Damaged::Text)
    }

    pub(super) fn text(&mut self) -> Result<String, Damaged> {
        self.str().map(String::from)
    }

    /// Reads a list. Each of its things takes a byte at least, so that a wrong length takes no memory.
    pub(super) fn list<T>(
        &mut self,
        mut item: impl FnMut(&mut Bytes<'a>) -> Result<T, Damaged>,
    ) -> Result<Vec<T>, Damaged> {
        let len = self.index()?;
        if len > self.0.len() {
            return Err(Damaged::CutOff);
        }
        (0..len).map(|_| item(self)).collect()
    }
}
