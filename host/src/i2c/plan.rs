//! What a transaction asks for, summed up once, and how it is carried out.

use embedded_hal::i2c::Operation;
use smallvec::SmallVec;

use super::{Address, Bus, Error, Handle, Step};
use crate::admit::{Ask, No, all_within};
use crate::grant::I2cGrant;
use crate::limits::{Limits, count};
use crate::refusal::Refusal;
use crate::short;
use crate::transfer;

/// A transaction before its bytes.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Plan<'s> {
    address: Address,
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
    WriteRead,
    List(&'s [Step]),
}

/// What the operations of a transaction add up to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Sums {
    reads: bool,
    writes: bool,
    read: u64,
    written: u64,
    /// Whether a run of reads has no bytes at all, for which I2C has no form.
    empty_read: bool,
    /// Runs of operations in one direction, each of which has a START and an address.
    runs: u64,
}

/// The clocks of a START with an address, or of a byte: eight bits and the acknowledgement. UM10204 Rev. 7.0, section 3.1.5.
const CLOCKS_OF_A_BYTE: u64 = 9;
/// What START and STOP take, in clocks: at most one each.
const CLOCKS_OF_A_CONDITION: u64 = 1;

impl<'s> Plan<'s> {
    fn new(address: Address, shape: Shape<'s>, sums: Sums) -> Plan<'s> {
        Plan { address, shape, sums, malformed: None }
    }

    /// A read of so many bytes.
    #[inline]
    pub(crate) fn read(address: Address, len: u32) -> Plan<'s> {
        let sums = Sums { reads: true, read: len.into(), empty_read: len == 0, runs: 1, ..Sums::default() };
        Plan::new(address, Shape::Read, sums)
    }

    /// A write of so many bytes.
    #[inline]
    pub(crate) fn write(address: Address, len: usize) -> Plan<'s> {
        let sums = Sums { writes: true, written: count(len), runs: 1, ..Sums::default() };
        Plan::new(address, Shape::Write, sums)
    }

    /// A write, and a read after a repeated START.
    #[inline]
    pub(crate) fn write_read(address: Address, written: usize, len: u32) -> Plan<'s> {
        let sums = Sums {
            reads: true,
            writes: true,
            read: len.into(),
            written: count(written),
            empty_read: len == 0,
            runs: 2,
        };
        Plan::new(address, Shape::WriteRead, sums)
    }

    /// A write and a read of bytes that fit into integers. One of no bytes is left out, but not both.
    #[inline]
    pub(crate) fn short(address: Address, [write_len, read_len]: [u32; 2]) -> Plan<'s> {
        let shape = match (write_len, read_len) {
            (_, 0) => Shape::Write,
            (0, _) => Shape::Read,
            _ => Shape::WriteRead,
        };
        let sums = Sums {
            reads: read_len > 0,
            writes: write_len > 0 || read_len == 0,
            read: read_len.into(),
            written: write_len.into(),
            empty_read: false,
            runs: 1 + u64::from(read_len > 0 && write_len > 0),
        };
        Plan { malformed: short::malformed(write_len, read_len), ..Plan::new(address, shape, sums) }
    }

    /// A list of operations, with so many bytes to write.
    #[inline]
    pub(crate) fn list(address: Address, steps: &'s [Step], carried: usize) -> Plan<'s> {
        let sums = Sums::of(steps.iter().map(|step| match *step {
            Step::Read(len) => (true, len),
            Step::Write(len) => (false, len),
        }));
        let malformed = (sums.written != count(carried)).then_some((sums.written, count(carried)));
        Plan { malformed, ..Plan::new(address, Shape::List(steps), sums) }
    }

    /// Operations that have their bytes and their room with them.
    pub(crate) fn of(address: Address, operations: &[Operation<'_>]) -> Plan<'s> {
        let sums = Sums::of(operations.iter().map(|operation| match operation {
            Operation::Read(buffer) => (true, buffer.len()),
            Operation::Write(bytes) => (false, bytes.len()),
        }));
        Plan::new(address, Shape::List(&[]), sums)
    }
}

impl Sums {
    /// Sums up operations: whether each is a read, and its bytes.
    #[inline]
    fn of(operations: impl Iterator<Item = (bool, usize)>) -> Sums {
        let mut sums = Sums::default();
        let mut run = None;
        for (is_read, len) in operations {
            let len = count(len);
            match run {
                Some((was_read, sum)) if was_read == is_read => run = Some((is_read, len.saturating_add(sum))),
                ended => {
                    sums.runs += 1;
                    sums.empty_read |= ended == Some((true, 0));
                    run = Some((is_read, len));
                }
            }
            if is_read {
                sums.reads = true;
                sums.read = sums.read.saturating_add(len);
            } else {
                sums.writes = true;
                sums.written = sums.written.saturating_add(len);
            }
        }
        sums.empty_read |= run == Some((true, 0));
        sums
    }

    /// Returns how many clocks of the bus the transaction takes.
    #[inline]
    fn clocks(&self) -> u64 {
        let bytes = self.read.saturating_add(self.written).saturating_add(self.runs);
        bytes.saturating_mul(CLOCKS_OF_A_BYTE).saturating_add((self.runs + 1) * CLOCKS_OF_A_CONDITION)
    }
}

impl Ask<Handle> for Plan<'_> {
    #[inline]
    fn check<'a>(&self, label: &'a str, grant: &I2cGrant, limits: &Limits) -> Result<(), No<'a>> {
        let Plan { address, sums, .. } = self;
        if !grant.permits(*address, sums.reads, sums.writes) {
            return Err(ungranted(label, grant, *address));
        }
        let time = limits.time(sums.clocks(), grant.clock_hz(), 0);
        all_within(label, &[limits.bytes(sums.written, sums.read), time])?;
        if sums.empty_read {
            return Err(No::Unsupported);
        }
        match self.malformed {
            None => Ok(()),
            Some((named, carried)) => Err(Refusal::Malformed { label, named, carried }.into()),
        }
    }
}

/// Says what is known of an address that is not granted, or not for writing.
#[cold]
fn ungranted<'a>(label: &'a str, grant: &I2cGrant, address: Address) -> No<'a> {
    let read_only = grant.permits(address, true, false);
    let doubled = match address {
        Address::SevenBit(byte) => grant.permits(Address::SevenBit(byte >> 1), true, false),
        Address::TenBit(_) => false,
    };
    Refusal::Address { label, address, read_only, doubled }.into()
}

impl transfer::Plan<Handle> for Plan<'_> {
    type Error = Error;

    #[inline]
    fn read(&self) -> u64 {
        self.sums.read
    }

    #[inline]
    fn run(&self, bus: &mut (dyn Bus + 'static), written: &[u8], read: &mut [u8]) -> Result<(), Error> {
        match self.shape {
            Shape::Read => bus.transaction(self.address, &mut [Operation::Read(read)]),
            Shape::Write => bus.transaction(self.address, &mut [Operation::Write(written)]),
            Shape::WriteRead => bus.transaction(self.address, &mut [Operation::Write(written), Operation::Read(read)]),
            Shape::List([]) => Ok(()),
            Shape::List(steps) => bus.transaction(self.address, &mut lay_out(steps, written, read)),
        }
    }

    #[cfg(feature = "async")]
    fn start(
        &self,
        bus: &mut (dyn Bus + 'static),
        written: alloc::vec::Vec<u8>,
    ) -> Option<crate::Completion<super::Outcome>> {
        let (write, read) = (Step::Write(written.len()), usize::try_from(self.sums.read).ok().map(Step::Read)?);
        let steps = match self.shape {
            Shape::Read => alloc::vec![read],
            Shape::Write => alloc::vec![write],
            Shape::WriteRead => alloc::vec![write, read],
            Shape::List([]) => return Some(crate::Completion::Ready(Ok(alloc::vec::Vec::new()))),
            Shape::List(steps) => steps.to_vec(),
        };
        Some(bus.start(super::Transaction::new(self.address, steps, written)?))
    }
}

/// Lays operations over the bytes to write and the room to read into, whose lengths are the sums of theirs.
#[inline]
pub(super) fn lay_out<'a>(
    steps: &[Step],
    mut written: &'a [u8],
    mut read: &'a mut [u8],
) -> SmallVec<[Operation<'a>; 16]> {
    let mut operations = SmallVec::new();
    for step in steps {
        operations.push(match *step {
            Step::Read(len) => Operation::Read(read.split_off_mut(..len).unwrap_or_default()),
            Step::Write(len) => Operation::Write(written.split_off(..len).unwrap_or_default()),
        });
    }
    operations
}

#[cfg(test)]
mod tests {
    use alloc::vec;

    use super::{Address, Operation, Plan, Step};

    #[test]
    fn a_transaction_asks_for_the_same_in_every_form_that_it_has() {
        let at = Address::SevenBit(0x76);
        for len in [0_u8, 1, 3, 200] {
            let size = usize::from(len);
            let mut room = vec![0; size];
            let sums = |steps: &[Step], carried| Plan::list(at, steps, carried).sums;
            assert_eq!(Plan::read(at, len.into()).sums, sums(&[Step::Read(size)], 0), "{len} bytes");
            assert_eq!(Plan::of(at, &[Operation::Read(&mut room)]).sums, sums(&[Step::Read(size)], 0), "{len} bytes");
            assert_eq!(Plan::write(at, size).sums, sums(&[Step::Write(size)], size), "{len} bytes");
            assert_eq!(Plan::of(at, &[Operation::Write(&room)]).sums, sums(&[Step::Write(size)], size), "{len} bytes");
            for written in [0_u8, 1, 16] {
                let steps = [Step::Write(written.into()), Step::Read(size)];
                let both = Plan::write_read(at, written.into(), len.into()).sums;
                assert_eq!(both, sums(&steps, written.into()), "{written} and {len} bytes");
                // Short calls leave out what has no bytes.
                let steps = match (written, len) {
                    (_, 0) => &steps[..1],
                    (0, _) => &steps[1..],
                    _ => &steps[..],
                };
                let short = Plan::short(at, [written.into(), len.into()]).sums;
                assert_eq!(short, sums(steps, written.into()), "{written} and {len} bytes");
            }
        }
        let alternating = [Step::Write(1), Step::Read(2), Step::Read(3), Step::Write(0), Step::Read(0)];
        let sums = Plan::list(at, &alternating, 1).sums;
        assert_eq!((sums.written, sums.read, sums.runs, sums.empty_read), (1, 5, 4, true));
        assert_eq!(sums.clocks(), (1 + 5 + 4) * 9 + 5);
    }
}
