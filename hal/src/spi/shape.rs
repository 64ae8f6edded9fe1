//! A transaction in the forms that cross the boundary: integers, or records and bytes end to end.

use embedded_hal::spi::Operation;

use super::Error;
use crate::scratch::{Reader, Writer};
use crate::short::{ShortBytes, ShortReply};

/// What a transaction moves, in bytes. The sums cannot overflow: there are at most 2^32 operations of 2^32 bytes.
#[derive(Debug, Default)]
pub(super) struct Sums {
    /// The words on the wires.
    clocked: u64,
    /// The bytes to be sent.
    written: u64,
    /// The bytes to be kept.
    read: u64,
    /// How many operations send something.
    pub(super) writers: u32,
    /// How many operations keep something.
    pub(super) readers: u32,
    delays: bool,
}

impl Sums {
    #[inline]
    pub(super) fn of(operations: &[Operation<'_, u8>]) -> Sums {
        let mut sums = Sums::default();
        for operation in operations {
            let (written, read) = (sent(operation).len(), read_len(operation));
            let count = |len: usize| u64::try_from(len).unwrap_or(u64::MAX >> 32);
            sums.clocked += count(written.max(read));
            sums.written += count(written);
            sums.read += count(read);
            sums.writers += u32::from(written > 0);
            sums.readers += u32::from(read > 0);
            sums.delays |= matches!(operation, Operation::DelayNs(_));
        }
        sums
    }

    /// Returns how many bytes are sent, and how many are kept.
    pub(super) fn lengths(&self) -> Result<(usize, usize), Error> {
        let len = |sum: u64| usize::try_from(sum).map_err(|_| Error::TooLong);
        Ok((len(self.written)?, len(self.read)?))
    }
}

/// A transaction that fits a short call: at most 16 words in all and no delay. Several operations under one chip select are
/// the same bits on the wires as one transfer; none at all are a pulse of chip select.
#[derive(Debug)]
pub(super) struct Shape {
    pub(super) sent: ShortBytes,
    pub(super) read_len: u32,
}

/// The most words of a short call, to compare a sum with.
const SHORT_BYTES_SUM: u64 = 16;

impl Shape {
    #[inline]
    pub(super) fn of(operations: &[Operation<'_, u8>], sums: &Sums) -> Option<Shape> {
        if sums.delays || sums.clocked > SHORT_BYTES_SUM {
            return None;
        }
        let mut shape = Shape { sent: ShortBytes::default(), read_len: 0 };
        for operation in operations {
            let before = shape.sent.len();
            let (bytes, read) = (sent(operation), read_len(operation));
            shape.sent.push(ShortBytes::of(bytes)?)?;
            shape.sent.push(ShortBytes::zeros(read.saturating_sub(bytes.len()))?)?;
            if read > 0 {
                shape.read_len = before + u32::try_from(read).ok()?;
            }
        }
        Some(shape)
    }
}

/// Deals out what came in during a short call.
#[inline]
pub(super) fn deal_short(mut reply: ShortReply, operations: &mut [Operation<'_, u8>]) {
    for operation in operations {
        match operation {
            Operation::Read(buffer) | Operation::TransferInPlace(buffer) => reply.take(buffer),
            Operation::Write(bytes) => reply.skip(bytes.len()),
            Operation::Transfer(buffer, bytes) => {
                reply.take(buffer);
                reply.skip(bytes.len().saturating_sub(buffer.len()));
            }
            Operation::DelayNs(_) => {}
        }
    }
}

/// The words of a record: how many bytes are sent, how many are kept, and nanoseconds.
pub(super) const RECORD_WORDS: usize = 3;

/// Puts a transaction into records and, where there is room for them, bytes end to end. Returns the records.
pub(super) fn lay_out<'a>(
    operations: &[Operation<'_, u8>],
    records: &'a mut [u32],
    bytes: &mut [u8],
) -> Result<&'a [[u32; RECORD_WORDS]], Error> {
    let (records, _) = records.as_chunks_mut::<RECORD_WORDS>();
    let mut writer = Writer(bytes);
    for (record, operation) in records.iter_mut().zip(operations) {
        let sent = sent(operation);
        writer.put(sent);
        let delay_ns = if let Operation::DelayNs(ns) = operation { *ns } else { 0 };
        let word = |len: usize| u32::try_from(len).map_err(|_| Error::TooLong);
        *record = [word(sent.len())?, word(read_len(operation))?, delay_ns];
    }
    Ok(records)
}

/// Returns what the only operation sends that sends something.
pub(super) fn sole_sent<'a>(operations: &'a [Operation<'_, u8>]) -> Option<&'a [u8]> {
    operations.iter().map(sent).find(|sent| !sent.is_empty())
}

/// Returns where the only operation keeps something that does.
pub(super) fn sole_buffer<'a>(operations: &'a mut [Operation<'_, u8>]) -> Option<&'a mut [u8]> {
    operations.iter_mut().filter_map(buffer).find(|buffer| !buffer.is_empty())
}

/// Deals out what was kept.
pub(super) fn deal(reply: &[u8], operations: &mut [Operation<'_, u8>]) {
    let mut reader = Reader(reply);
    operations.iter_mut().filter_map(buffer).for_each(|buffer| reader.get(buffer));
}

/// What an operation takes from the driver.
#[inline]
fn sent<'a>(operation: &'a Operation<'_, u8>) -> &'a [u8] {
    match operation {
        Operation::Write(bytes) | Operation::Transfer(_, bytes) => bytes,
        Operation::TransferInPlace(buffer) => buffer,
        Operation::Read(_) | Operation::DelayNs(_) => &[],
    }
}

/// How many bytes an operation gives back.
#[inline]
fn read_len(operation: &Operation<'_, u8>) -> usize {
    match operation {
        Operation::Read(buffer) | Operation::Transfer(buffer, _) | Operation::TransferInPlace(buffer) => buffer.len(),
        Operation::Write(_) | Operation::DelayNs(_) => 0,
    }
}

/// Where an operation gives it back.
#[inline]
fn buffer<'a>(operation: &'a mut Operation<'_, u8>) -> Option<&'a mut [u8]> {
    match operation {
        Operation::Read(buffer) | Operation::Transfer(buffer, _) | Operation::TransferInPlace(buffer) => Some(buffer),
        Operation::Write(_) | Operation::DelayNs(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shape(operations: &[Operation<'_, u8>]) -> Option<(u32, u32)> {
        Shape::of(operations, &Sums::of(operations)).map(|shape| (shape.sent.len(), shape.read_len))
    }

    #[test]
    fn several_small_operations_are_one_short_transfer() {
        assert_eq!(shape(&[Operation::Write(&[0x9f]), Operation::Read(&mut [0; 3])]), Some((4, 4)));
        assert_eq!(shape(&[Operation::Read(&mut [0; 3]), Operation::Write(&[1, 2])]), Some((5, 3)));
        assert_eq!(shape(&[Operation::Transfer(&mut [0; 5], &[1])]), Some((5, 5)));
        assert_eq!(shape(&[Operation::Transfer(&mut [0], &[1, 2, 3])]), Some((3, 1)));
        assert_eq!(shape(&[Operation::Write(&[])]), Some((0, 0)), "a pulse of chip select");
        assert_eq!(shape(&[]), Some((0, 0)), "another one");
    }

    #[test]
    fn a_delay_or_a_seventeenth_word_is_not_short() {
        assert_eq!(shape(&[Operation::Write(&[1]), Operation::DelayNs(1)]), None);
        assert_eq!(shape(&[Operation::Write(&[0; 8]), Operation::Read(&mut [0; 9])]), None);
        assert_eq!(shape(&[Operation::Transfer(&mut [0; 17], &[1])]), None);
    }
}
