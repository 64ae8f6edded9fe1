//! What a transaction asks for, summed up once, and how it is carried out.

use embedded_hal::spi::Operation;
use smallvec::SmallVec;

use super::{Bus, Error, Step};
use crate::admit::{Ask, No, all_within};
use crate::grant::SpiGrant;
use crate::kind::DeviceKind;
use crate::limits::{Limits, count, size};
use crate::refusal::Refusal;
use crate::short;
use crate::transfer;

/// A transaction before its bytes.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Plan<'s> {
    shape: Shape<'s>,
    sums: Sums,
    /// How many bytes the call names and carries, if these differ.
    malformed: Option<(u64, u64)>,
}

/// The operations of a transaction.
#[derive(Clone, Copy, Debug)]
enum Shape<'s> {
    Read,
    Write,
    Transfer,
    List(&'s [Step]),
}

/// What the operations of a transaction add up to.
#[derive(Clone, Copy, Debug, Default)]
struct Sums {
    /// Bytes to be written.
    written: u64,
    /// Bytes to be kept.
    read: u64,
    /// Words on the wires: those of an operation's longer half.
    words: u64,
    delay_ns: u64,
}

/// The clocks of a word of eight bits.
const CLOCKS_OF_A_WORD: u64 = 8;

impl<'s> Plan<'s> {
    /// One operation.
    #[inline]
    fn one(shape: Shape<'s>, written: u64, read: u64) -> Plan<'s> {
        Plan { shape, sums: Sums { written, read, words: written.max(read), delay_ns: 0 }, malformed: None }
    }

    /// A read of so many bytes.
    #[inline]
    pub(crate) fn read(len: u32) -> Plan<'s> {
        Plan::one(Shape::Read, 0, len.into())
    }

    /// A write of so many bytes.
    #[inline]
    pub(crate) fn write(len: usize) -> Plan<'s> {
        Plan::one(Shape::Write, count(len), 0)
    }

    /// A transfer of so many bytes each way.
    #[inline]
    pub(crate) fn transfer(written: usize, len: u32) -> Plan<'s> {
        Plan::one(Shape::Transfer, count(written), len.into())
    }

    /// A transfer of bytes that fit into integers: a write or a read, where there is nothing for the other way.
    #[inline]
    pub(crate) fn short([write_len, read_len]: [u32; 2]) -> Plan<'s> {
        let shape = match (write_len, read_len) {
            (_, 0) => Shape::Write,
            (0, _) => Shape::Read,
            _ => Shape::Transfer,
        };
        let plan = Plan::one(shape, write_len.into(), read_len.into());
        Plan { malformed: short::malformed(write_len, read_len), ..plan }
    }

    /// A list of operations, with so many bytes to write.
    #[inline]
    pub(crate) fn list(steps: &'s [Step], carried: usize) -> Plan<'s> {
        let mut sums = Sums::default();
        for step in steps {
            sums.add(step.write_len.into(), step.read_len.into(), step.delay_ns);
        }
        let malformed = (sums.written != count(carried)).then_some((sums.written, count(carried)));
        Plan { shape: Shape::List(steps), sums, malformed }
    }

    /// Operations that have their bytes and their room with them.
    pub(crate) fn of(operations: &[Operation<'_, u8>]) -> Plan<'s> {
        let mut sums = Sums::default();
        for operation in operations {
            let (written, read, delay_ns) = match operation {
                Operation::Read(buffer) => (0, buffer.len(), 0),
                Operation::Write(bytes) => (bytes.len(), 0, 0),
                Operation::Transfer(buffer, bytes) => (bytes.len(), buffer.len(), 0),
                Operation::TransferInPlace(buffer) => (buffer.len(), buffer.len(), 0),
                Operation::DelayNs(ns) => (0, 0, *ns),
            };
            sums.add(count(written), count(read), delay_ns);
        }
        Plan { shape: Shape::List(&[]), sums, malformed: None }
    }
}

impl Sums {
    /// Adds an operation.
    #[inline]
    fn add(&mut self, written: u64, read: u64, delay_ns: u32) {
        self.written = self.written.saturating_add(written);
        self.read = self.read.saturating_add(read);
        self.words = self.words.saturating_add(written.max(read));
        self.delay_ns = self.delay_ns.saturating_add(delay_ns.into());
    }
}

impl<K: DeviceKind<Grant = SpiGrant>> Ask<K> for Plan<'_> {
    #[inline]
    fn check<'a>(&self, label: &'a str, grant: &SpiGrant, limits: &Limits) -> Result<(), No<'a>> {
        let Sums { written, read, words, delay_ns } = self.sums;
        let time = limits.time(words.saturating_mul(CLOCKS_OF_A_WORD), grant.clock_hz(), delay_ns);
        all_within(label, &[limits.bytes(written, read), limits.delay(delay_ns), time])?;
        match self.malformed {
            None => Ok(()),
            Some((named, carried)) => Err(Refusal::Malformed { label, named, carried }.into()),
        }
    }
}

impl<K: DeviceKind<Device = dyn Bus, Grant = SpiGrant>> transfer::Plan<K> for Plan<'_> {
    type Error = Error;

    #[inline]
    fn read(&self) -> u64 {
        self.sums.read
    }

    #[inline]
    fn run(&self, device: &mut (dyn Bus + 'static), written: &[u8], read: &mut [u8]) -> Result<(), Error> {
        match self.shape {
            Shape::Read => device.run(&mut [Operation::Read(read)]),
            Shape::Write => device.run(&mut [Operation::Write(written)]),
            Shape::Transfer => device.run(&mut [Operation::Transfer(read, written)]),
            Shape::List(steps) => device.run(&mut lay_out(steps, written, read)),
        }
    }

    #[cfg(feature = "async")]
    fn start(
        &self,
        device: &mut (dyn Bus + 'static),
        written: alloc::vec::Vec<u8>,
    ) -> Option<crate::Completion<super::Outcome>> {
        let steps = match self.shape {
            Shape::List(steps) => steps.to_vec(),
            Shape::Read | Shape::Write | Shape::Transfer => {
                let [write_len, read_len] = [self.sums.written, self.sums.read].map(u32::try_from);
                alloc::vec![Step { write_len: write_len.ok()?, read_len: read_len.ok()?, delay_ns: 0 }]
            }
        };
        Some(device.start(super::Transaction::new(steps, written)?))
    }
}

/// Lays operations over the bytes to write and the room to read into, whose lengths are the sums of theirs.
pub(super) fn lay_out<'a>(
    steps: &[Step],
    mut written: &'a [u8],
    mut read: &'a mut [u8],
) -> SmallVec<[Operation<'a, u8>; 16]> {
    let mut operations = SmallVec::new();
    for step in steps {
        let sent = written.split_off(..size(step.write_len)).unwrap_or_default();
        let kept = read.split_off_mut(..size(step.read_len)).unwrap_or_default();
        match (sent, kept) {
            ([], []) => {}
            (sent, []) => operations.push(Operation::Write(sent)),
            ([], kept) => operations.push(Operation::Read(kept)),
            (sent, kept) => operations.push(Operation::Transfer(kept, sent)),
        }
        if step.delay_ns > 0 {
            operations.push(Operation::DelayNs(step.delay_ns));
        }
    }
    // No operations, and operations of no words, are a pulse of chip select.
    if operations.is_empty() {
        operations.push(Operation::Write(&[]));
    }
    operations
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn records_become_the_operations_they_describe() {
        let record = |write_len, read_len, delay_ns| Step { write_len, read_len, delay_ns };
        let steps = [record(1, 0, 5), record(0, 2, 0), record(0, 0, 0), record(2, 1, 0)];
        let mut room = [0; 3];
        let operations = lay_out(&steps, &[1, 2, 3], &mut room);
        let expected: [Operation<'_, u8>; 4] = [
            Operation::Write(&[1]),
            Operation::DelayNs(5),
            Operation::Read(&mut [0; 2]),
            Operation::Transfer(&mut [0], &[2, 3]),
        ];
        assert_eq!(operations.as_slice(), expected);
    }
}
