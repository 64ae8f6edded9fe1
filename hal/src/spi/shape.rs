//! A transaction in the forms that cross the boundary: integers, or records and bytes end to end.

use embedded_hal::spi::Operation;

use super::Error;
use crate::scratch::{Reader, Writer};
use crate::short::{ShortBytes, ShortReply};

/// A transaction that fits a short call: at most 16 words in all and no delay. Several operations under one chip select are
/// the same bits on the wires as one transfer.
#[derive(Debug)]
pub(super) struct Shape {
    pub(super) sent: ShortBytes,
    pub(super) read_len: u32,
}

impl Shape {
    #[inline]
    pub(super) fn of(operations: &[Operation<'_, u8>]) -> Option<Shape> {
        if operations.is_empty() {
            return None;
        }
        let mut sent = ShortBytes::default();
        let mut read_len = 0;
        for operation in operations {
            let before = sent.len();
            let (bytes, filler): (&[u8], usize) = match operation {
                Operation::Read(buffer) => (&[], buffer.len()),
                Operation::Write(bytes) => (bytes, 0),
                Operation::Transfer(buffer, bytes) => (bytes, buffer.len().saturating_sub(bytes.len())),
                Operation::TransferInPlace(buffer) => (buffer, 0),
                Operation::DelayNs(_) => return None,
            };
            sent.push(ShortBytes::of(bytes)?)?;
            sent.push(ShortBytes::zeros(filler)?)?;
            let (_, read) = lengths(operation);
            if read > 0 {
                read_len = before + u32::try_from(read).ok()?;
            }
        }
        Some(Shape { sent, read_len })
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

/// What a transaction takes as records and bytes end to end.
#[derive(Debug)]
pub(super) struct Lengths {
    /// The words of the records.
    pub(super) records: usize,
    /// The bytes to be sent.
    pub(super) written: usize,
    /// The bytes to be kept.
    pub(super) read: usize,
}

impl Lengths {
    pub(super) fn of(operations: &[Operation<'_, u8>]) -> Result<Lengths, Error> {
        let (mut written, mut read) = (0_usize, 0_usize);
        for operation in operations {
            let (write_len, read_len) = lengths(operation);
            written = written.checked_add(write_len).ok_or(Error::TooLong)?;
            read = read.checked_add(read_len).ok_or(Error::TooLong)?;
        }
        Ok(Lengths { records: operations.len().checked_mul(3).ok_or(Error::TooLong)?, written, read })
    }
}

/// Puts a transaction into records and bytes, and returns the records.
pub(super) fn lay_out<'a>(
    operations: &[Operation<'_, u8>],
    records: &'a mut [u32],
    bytes: &mut [u8],
) -> Result<&'a [[u32; 3]], Error> {
    let (records, _) = records.as_chunks_mut::<3>();
    let mut writer = Writer(bytes);
    for (record, operation) in records.iter_mut().zip(operations) {
        let delay_ns = match operation {
            Operation::Read(_) => 0,
            Operation::Write(bytes) | Operation::Transfer(_, bytes) => {
                writer.put(bytes);
                0
            }
            Operation::TransferInPlace(buffer) => {
                writer.put(buffer);
                0
            }
            Operation::DelayNs(ns) => *ns,
        };
        let (write_len, read_len) = lengths(operation);
        let word = |len: usize| u32::try_from(len).map_err(|_| Error::TooLong);
        *record = [word(write_len)?, word(read_len)?, delay_ns];
    }
    Ok(records)
}

/// Deals out what was kept.
pub(super) fn deal(reply: &[u8], operations: &mut [Operation<'_, u8>]) {
    let mut reader = Reader(reply);
    for operation in operations {
        match operation {
            Operation::Read(buffer) | Operation::Transfer(buffer, _) | Operation::TransferInPlace(buffer) => {
                reader.get(buffer);
            }
            Operation::Write(_) | Operation::DelayNs(_) => {}
        }
    }
}

/// How many bytes an operation takes from the driver, and how many it gives back.
#[inline]
fn lengths(operation: &Operation<'_, u8>) -> (usize, usize) {
    match operation {
        Operation::Read(buffer) => (0, buffer.len()),
        Operation::Write(bytes) => (bytes.len(), 0),
        Operation::Transfer(buffer, bytes) => (bytes.len(), buffer.len()),
        Operation::TransferInPlace(buffer) => (buffer.len(), buffer.len()),
        Operation::DelayNs(_) => (0, 0),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shape(operations: &[Operation<'_, u8>]) -> Option<(u32, u32)> {
        Shape::of(operations).map(|shape| (shape.sent.len(), shape.read_len))
    }

    #[test]
    fn several_small_operations_are_one_short_transfer() {
        assert_eq!(shape(&[Operation::Write(&[0x9f]), Operation::Read(&mut [0; 3])]), Some((4, 4)));
        assert_eq!(shape(&[Operation::Read(&mut [0; 3]), Operation::Write(&[1, 2])]), Some((5, 3)));
        assert_eq!(shape(&[Operation::Transfer(&mut [0; 5], &[1])]), Some((5, 5)));
        assert_eq!(shape(&[Operation::Transfer(&mut [0], &[1, 2, 3])]), Some((3, 1)));
        assert_eq!(shape(&[Operation::Write(&[])]), Some((0, 0)), "a pulse of chip select");
    }

    #[test]
    fn a_delay_or_a_seventeenth_word_is_not_short() {
        assert_eq!(shape(&[]), None);
        assert_eq!(shape(&[Operation::Write(&[1]), Operation::DelayNs(1)]), None);
        assert_eq!(shape(&[Operation::Write(&[0; 8]), Operation::Read(&mut [0; 9])]), None);
        assert_eq!(shape(&[Operation::Transfer(&mut [0; 17], &[1])]), None);
    }
}
