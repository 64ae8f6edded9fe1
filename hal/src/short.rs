//! Up to 16 bytes as two integers.

use crate::bindings::wasm_embedded::hal::types::Short;

/// The most bytes that cross the boundary in integers, each way.
pub(crate) const SHORT_BYTES: usize = 16;

/// Bytes collected for a short call.
#[derive(Debug, Default)]
pub(crate) struct ShortBytes {
    bytes: [u8; SHORT_BYTES],
    len: usize,
}

impl ShortBytes {
    /// Returns the bytes of one slice, or nothing if it is too long.
    #[inline]
    pub(crate) fn of(bytes: &[u8]) -> Option<ShortBytes> {
        let mut short = ShortBytes::default();
        short.push(bytes)?;
        Some(short)
    }

    /// Appends bytes, or returns nothing if they do not fit.
    #[inline]
    pub(crate) fn push(&mut self, bytes: &[u8]) -> Option<()> {
        let end = self.len.checked_add(bytes.len())?;
        let room = self.bytes.get_mut(self.len..end)?;
        // A loop of at most 16 rounds: a call of `memcpy` with a length unknown at compile time costs more.
        for (to, from) in room.iter_mut().zip(bytes) {
            *to = *from;
        }
        self.len = end;
        Some(())
    }

    /// Returns how many bytes there are.
    #[inline]
    pub(crate) fn len(&self) -> u32 {
        // At most 16.
        u32::try_from(self.len).unwrap_or_default()
    }

    /// Returns the bytes in the form of the interface.
    #[inline]
    pub(crate) fn to_wire(&self) -> Short {
        let value = u128::from_le_bytes(self.bytes);
        let (low, high) = halves(value);
        Short { low, high }
    }
}

/// The bytes of a reply, taken from the front.
#[derive(Debug)]
pub(crate) struct ShortReply {
    bytes: [u8; SHORT_BYTES],
    taken: usize,
}

impl ShortReply {
    /// Takes a reply from the form of the interface.
    #[inline]
    pub(crate) fn new(wire: Short) -> ShortReply {
        let value = u128::from(wire.low) | (u128::from(wire.high) << 64);
        ShortReply { bytes: value.to_le_bytes(), taken: 0 }
    }

    /// Passes over bytes that nobody asked for.
    #[inline]
    pub(crate) fn skip(&mut self, bytes: usize) {
        self.taken += bytes;
    }

    /// Fills a buffer with the next bytes.
    #[inline]
    pub(crate) fn take(&mut self, buffer: &mut [u8]) {
        let rest = self.bytes.get(self.taken..).unwrap_or_default();
        for (to, from) in buffer.iter_mut().zip(rest) {
            *to = *from;
        }
        self.taken += buffer.len();
    }
}

/// Splits a value into its low and its high half.
#[inline]
fn halves(value: u128) -> (u64, u64) {
    let [low, high] = [value & u128::from(u64::MAX), value >> 64];
    (u64::try_from(low).unwrap_or_default(), u64::try_from(high).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_byte_is_the_least_significant_of_low() {
        let mut short = ShortBytes::of(&[1, 2, 3]).expect("fits");
        short.push(&[4, 5, 6, 7, 8, 9]).expect("fits");
        let wire = short.to_wire();
        assert_eq!((wire.low, wire.high, short.len()), (0x0807_0605_0403_0201, 9, 9));
    }

    #[test]
    fn more_than_sixteen_bytes_are_refused_whole() {
        let mut short = ShortBytes::of(&[0; 16]).expect("fits");
        assert!(short.push(&[1]).is_none());
        assert_eq!(short.len(), 16);
        assert!(ShortBytes::of(&[0; 17]).is_none());
    }

    #[test]
    fn a_reply_is_dealt_out_in_order() {
        let mut reply = ShortReply::new(Short { low: 0x0807_0605_0403_0201, high: 0x0a09 });
        let (mut first, mut second) = ([0; 3], [0; 4]);
        reply.take(&mut first);
        reply.skip(2);
        reply.take(&mut second);
        assert_eq!((first, second), ([1, 2, 3], [6, 7, 8, 9]));
    }
}
