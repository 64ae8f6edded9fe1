//! The buffer in which replies are made.

use alloc::sync::Arc;
use alloc::vec::Vec;

/// A reply, as it is lowered into the guest: shared with the context, so that the next call finds the memory again.
pub(crate) type Reply = Arc<Vec<u8>>;

/// The memory of replies, one for a guest: its calls come one after the other.
#[derive(Debug, Default)]
pub(crate) struct ReplyBuffer(Option<Reply>);

/// A reply that a device is filling.
#[derive(Debug)]
pub(crate) struct Filling(Reply);

impl ReplyBuffer {
    /// Takes a buffer of `len` bytes, or nothing if there is no memory for it.
    #[inline]
    pub(crate) fn take(&mut self, len: usize) -> Option<Filling> {
        let mut reply = self.0.take().unwrap_or_default();
        if Arc::get_mut(&mut reply).is_none() {
            // A reply that is still being lowered somewhere, which no guest can bring about, keeps its memory.
            reply = Reply::default();
        }
        let bytes = Arc::get_mut(&mut reply)?;
        if bytes.try_reserve(len.saturating_sub(bytes.len())).is_err() {
            return None;
        }
        bytes.resize(len, 0);
        Some(Filling(reply))
    }

    /// Keeps the memory for the next call, and hands out the reply if the device succeeded.
    #[inline]
    pub(crate) fn finish<E>(&mut self, filled: Filling, result: Result<(), E>) -> Result<Reply, E> {
        self.0 = Some(Arc::clone(&filled.0));
        result.map(|()| filled.0)
    }
}

impl Filling {
    /// Returns the bytes to fill.
    #[inline]
    pub(crate) fn bytes(&mut self) -> &mut [u8] {
        Arc::get_mut(&mut self.0).map(Vec::as_mut_slice).unwrap_or_default()
    }

    /// Drops the bytes past the first `len`.
    pub(crate) fn truncate(&mut self, len: usize) {
        if let Some(bytes) = Arc::get_mut(&mut self.0) {
            bytes.truncate(len);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_memory_serves_every_call() {
        let mut buffer = ReplyBuffer::default();
        let mut filling = buffer.take(64).expect("memory");
        filling.bytes().fill(7);
        let first = buffer.finish(filling, Ok::<_, ()>(())).expect("success");
        assert_eq!(**first, [7; 64]);
        let place = first.as_ptr();
        drop(first);
        let mut second = buffer.take(16).expect("memory");
        assert_eq!((second.bytes().as_ptr(), second.bytes().len()), (place, 16));
    }

    #[test]
    fn a_length_that_cannot_be_had_is_refused() {
        let mut buffer = ReplyBuffer::default();
        assert!(buffer.take(usize::MAX).is_none());
        assert_eq!(buffer.take(8).expect("memory").bytes().len(), 8);
    }

    #[test]
    fn nothing_of_a_failed_transaction_is_handed_out() {
        let mut buffer = ReplyBuffer::default();
        let filling = buffer.take(8).expect("memory");
        assert_eq!(buffer.finish(filling, Err(3)), Err(3));
    }
}
