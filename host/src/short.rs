//! Up to 16 bytes as two integers.

use crate::limits::count;
use crate::wit::types::Short;

/// How many bytes that are.
pub(crate) const BYTES: usize = 16;

/// Returns the bytes that a call names and those that it can carry, if it names more.
#[inline]
pub(crate) fn malformed(write_len: u32, read_len: u32) -> Option<(u64, u64)> {
    let named = write_len.max(read_len).into();
    (named > count(BYTES)).then_some((named, count(BYTES)))
}

/// The same in asynchronous calls. A type of its own, because what Wasmtime generates for the arguments of a call is put into it
/// only where no other call has arguments of these types: shared with asynchronous calls, blocking ones took 20 ns more.
#[cfg(feature = "async")]
#[derive(Clone, Copy, Debug, wasmtime::component::ComponentType, wasmtime::component::Lift)]
#[component(record)]
pub(crate) struct Waited {
    low: u64,
    high: u64,
}

#[cfg(feature = "async")]
impl From<Waited> for Short {
    fn from(Waited { low, high }: Waited) -> Short {
        Short { low, high }
    }
}

/// Returns the bytes, the first in the least significant byte of `low`.
#[inline]
pub(crate) fn to_bytes(short: Short) -> [u8; BYTES] {
    let [low, high] = [short.low.to_le_bytes(), short.high.to_le_bytes()];
    let mut bytes = [0; BYTES];
    bytes[..8].copy_from_slice(&low);
    bytes[8..].copy_from_slice(&high);
    bytes
}

/// Returns the form of the interface.
#[inline]
pub(crate) fn from_bytes(bytes: [u8; BYTES]) -> Short {
    let [low, high] = bytes.as_chunks::<8>().0 else { return Short { low: 0, high: 0 } };
    Short { low: u64::from_le_bytes(*low), high: u64::from_le_bytes(*high) }
}

/// Returns the bytes of a reply, with zeros after them.
#[cfg(feature = "async")]
pub(crate) fn filled(reply: &[u8]) -> [u8; BYTES] {
    core::array::from_fn(|index| reply.get(index).copied().unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_survive_the_form_of_the_interface() {
        let bytes = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16];
        let short = from_bytes(bytes);
        assert_eq!(short.low, 0x0807_0605_0403_0201);
        assert_eq!(to_bytes(short), bytes);
    }
}
