//! Up to 16 bytes as two integers.
//!
//! Bytes are loaded and stored eight, four or two at a time, the two ends overlapping: an interpreter, which runs the same
//! component on a microcontroller, pays for every instruction, and a call of `memcpy` costs as much as the rest together.

use crate::bindings::wasm_embedded::hal::types::Short;

/// The most bytes that cross the boundary in integers, each way.
pub(crate) const SHORT_BYTES: usize = 16;

/// Bytes for a short call.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct ShortBytes {
    low: u64,
    high: u64,
    len: u32,
}

impl ShortBytes {
    /// Returns the bytes of a slice, or nothing if it is too long.
    #[inline]
    pub(crate) fn of(bytes: &[u8]) -> Option<ShortBytes> {
        let (low, high) = match bytes.len() {
            0..=8 => (load(bytes), 0),
            9..=SHORT_BYTES => {
                let (first, rest) = bytes.split_first_chunk()?;
                (u64::from_le_bytes(*first), load(rest))
            }
            _ => return None,
        };
        Some(ShortBytes { low, high, len: u32::try_from(bytes.len()).ok()? })
    }

    /// Returns zeros, or nothing if they are too many.
    #[inline]
    pub(crate) fn zeros(len: usize) -> Option<ShortBytes> {
        let len = u32::try_from(len).ok()?;
        (len <= 16).then_some(ShortBytes { low: 0, high: 0, len })
    }

    /// Appends bytes, or returns nothing if they do not fit.
    #[inline]
    pub(crate) fn push(&mut self, more: ShortBytes) -> Option<()> {
        let len = self.len + more.len;
        if len > 16 {
            return None;
        }
        match self.len * 8 {
            0 => (self.low, self.high) = (more.low, more.high),
            bits @ 1..64 => {
                self.low |= more.low << bits;
                self.high = more.high << bits | more.low >> (64 - bits);
            }
            64 => self.high = more.low,
            bits => self.high |= more.low.checked_shl(bits - 64).unwrap_or_default(),
        }
        self.len = len;
        Some(())
    }

    /// Returns how many bytes there are.
    #[inline]
    pub(crate) fn len(&self) -> u32 {
        self.len
    }

    /// Returns the bytes in the form of the interface.
    #[inline]
    pub(crate) fn to_wire(self) -> Short {
        Short { low: self.low, high: self.high }
    }
}

/// The bytes of a reply, taken from the front.
#[derive(Debug)]
pub(crate) struct ShortReply {
    low: u64,
    high: u64,
}

impl ShortReply {
    /// Takes a reply from its integers.
    #[inline]
    pub(crate) fn of(low: u64, high: u64) -> ShortReply {
        ShortReply { low, high }
    }

    /// Takes a reply from the form of the interface.
    #[inline]
    pub(crate) fn new(wire: Short) -> ShortReply {
        ShortReply { low: wire.low, high: wire.high }
    }

    /// Passes over bytes that nobody asked for.
    #[inline]
    pub(crate) fn skip(&mut self, bytes: usize) {
        (self.low, self.high) = match bytes {
            0 => return,
            1..8 => {
                let bits = 8 * (bytes & 7);
                (self.low >> bits | self.high << (64 - bits), self.high >> bits)
            }
            8..16 => (self.high >> (8 * (bytes & 7)), 0),
            _ => (0, 0),
        };
    }

    /// Fills a buffer with the next bytes.
    #[inline]
    pub(crate) fn take(&mut self, buffer: &mut [u8]) {
        let len = buffer.len();
        match buffer.split_first_chunk_mut() {
            Some((first, rest)) => {
                *first = self.low.to_le_bytes();
                store(self.high, rest);
            }
            None => store(self.low, buffer),
        }
        self.skip(len);
    }
}

/// Copies bytes between slices of one length, few of them by whole words: `memory.copy` is a call of the host for an engine.
#[inline]
pub(crate) fn copy(to: &mut [u8], from: &[u8]) {
    match from.len() {
        0..=8 => store(load(from), to),
        9..=16 => copy_ends::<8>(to, from),
        17..=32 => copy_ends::<16>(to, from),
        _ => to.copy_from_slice(from),
    }
}

/// Copies the first `N` and the last `N` bytes, which overlap.
#[inline]
fn copy_ends<const N: usize>(to: &mut [u8], from: &[u8]) {
    if let (Some(first), Some(last)) = (from.first_chunk::<N>(), from.last_chunk::<N>()) {
        if let Some(to) = to.first_chunk_mut() {
            *to = *first;
        }
        if let Some(to) = to.last_chunk_mut() {
            *to = *last;
        }
    }
}

/// Loads at most 8 bytes, the first as the least significant.
#[inline]
fn load(bytes: &[u8]) -> u64 {
    if let (Some(first), Some(last)) = (bytes.first_chunk(), bytes.last_chunk()) {
        // Four to eight bytes: the two halves overlap where there are fewer than eight.
        let (first, last) = (u64::from(u32::from_le_bytes(*first)), u64::from(u32::from_le_bytes(*last)));
        return first | last << ((8 * (bytes.len() - 4)) & 63);
    }
    match *bytes {
        [] => 0,
        [a] => u64::from(a),
        [a, b] => u64::from(u16::from_le_bytes([a, b])),
        [a, b, c, ..] => u64::from(u16::from_le_bytes([a, b])) | u64::from(c) << 16,
    }
}

/// Stores at most 8 bytes, the least significant first.
#[inline]
fn store(value: u64, bytes: &mut [u8]) {
    let len = bytes.len();
    if let Some(eight) = bytes.first_chunk_mut() {
        *eight = value.to_le_bytes();
        return;
    }
    if let Some(first) = bytes.first_chunk_mut() {
        *first = low_half(value);
        if let Some(last) = bytes.last_chunk_mut() {
            *last = low_half(value >> ((8 * (len - 4)) & 63));
        }
        return;
    }
    let [a, b, c, _] = low_half(value);
    match bytes {
        [] => {}
        [to] => *to = a,
        [first, second] => (*first, *second) = (a, b),
        [first, second, third, ..] => (*first, *second, *third) = (a, b, c),
    }
}

/// The four least significant bytes.
#[inline]
fn low_half(value: u64) -> [u8; 4] {
    let [a, b, c, d, ..] = value.to_le_bytes();
    [a, b, c, d]
}

#[cfg(test)]
mod tests {
    use super::*;

    const BYTES: [u8; 16] = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16];

    /// What the interface means: byte by byte.
    fn wire(bytes: &[u8]) -> (u64, u64) {
        let mut all = [0; 16];
        all[..bytes.len()].copy_from_slice(bytes);
        let value = u128::from_le_bytes(all);
        (u64::try_from(value & u128::from(u64::MAX)).expect("masked"), u64::try_from(value >> 64).expect("shifted"))
    }

    #[test]
    fn the_first_byte_is_the_least_significant_of_low() {
        for len in 0..=16 {
            let short = ShortBytes::of(&BYTES[..len]).expect("fits");
            let form = short.to_wire();
            assert_eq!(((form.low, form.high), short.len()), (wire(&BYTES[..len]), u32::try_from(len).expect("small")));
        }
    }

    #[test]
    fn slices_come_end_to_end() {
        for first in 0..=16 {
            for second in 0..=16 - first {
                let mut short = ShortBytes::of(&BYTES[..first]).expect("fits");
                short.push(ShortBytes::of(&BYTES[first..first + second]).expect("fits")).expect("fits");
                let form = short.to_wire();
                assert_eq!((form.low, form.high), wire(&BYTES[..first + second]), "{first} and {second}");
            }
        }
    }

    #[test]
    fn more_than_sixteen_bytes_are_refused_whole() {
        let mut short = ShortBytes::of(&BYTES).expect("fits");
        assert!(short.push(ShortBytes::zeros(1).expect("fits")).is_none());
        assert_eq!(short.len(), 16);
        assert!(ShortBytes::of(&[0; 17]).is_none());
        assert!(ShortBytes::zeros(17).is_none());
    }

    #[test]
    fn every_length_is_copied_whole() {
        let bytes: [u8; 40] = core::array::from_fn(|index| u8::try_from(index + 1).expect("small"));
        for len in 0..=40 {
            let mut to = [0xee; 42];
            copy(&mut to[1..=len], &bytes[..len]);
            assert_eq!((to[0], &to[1..=len], to[len + 1]), (0xee, &bytes[..len], 0xee), "{len} bytes");
        }
    }

    #[test]
    fn a_reply_is_dealt_out_in_order() {
        let (low, high) = wire(&BYTES);
        for first in 0..=16 {
            for skipped in 0..=16 - first {
                let mut reply = ShortReply::new(Short { low, high });
                let (mut head, mut tail) = ([0; 16], [0; 16]);
                let rest = 16 - first - skipped;
                reply.take(&mut head[..first]);
                reply.skip(skipped);
                reply.take(&mut tail[..rest]);
                assert_eq!(head[..first], BYTES[..first]);
                assert_eq!(tail[..rest], BYTES[first + skipped..], "{first}, {skipped}");
            }
        }
    }
}
