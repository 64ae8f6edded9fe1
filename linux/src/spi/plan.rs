//! The transfers of one transaction.
//!
//! spidev copies every transfer into a buffer of its own, from the next multiple of the machine's DMA alignment on: 32 transfers of
//! one byte fill its 4096 bytes on a 64-bit ARM. So adjacent operations of the same kind are one transfer here, which is the same
//! on the wires: chip select is held, and bytes have no boundaries but their own.

use std::time::Duration;

use embedded_hal::spi::Operation;

use crate::kernel::SpiTransfer;

/// What spidev rounds every transfer up to. `ARCH_DMA_MINALIGN`: 128 on arm64, which 32-bit programs may run on too; where it is
/// not defined, `__alignof__(unsigned long long)`. Elsewhere it is at most 128.
pub(super) const ALIGNMENT: usize = if cfg!(any(target_arch = "x86", target_arch = "x86_64")) { 8 } else { 128 };

/// The most transfers of one `SPI_IOC_MESSAGE`: the 14 bits of an ioctl's size hold 511 structures of 32 bytes.
/// `SPI_MSGSIZE` of `linux/spi/spidev.h`.
pub(super) const MAX_TRANSFERS: usize = 511;

/// The byte that is sent while a guest only reads.
const FILLER: u8 = 0;

/// What one transaction becomes.
#[derive(Debug, Default)]
pub(super) struct Plan {
    transfers: Vec<Planned>,
    /// What is sent, and room for what is received, of all transfers end to end.
    sent: Vec<u8>,
    received: Vec<u8>,
}

/// One transfer.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Planned {
    len: usize,
    sends: bool,
    receives: bool,
    delay_us: u16,
}

/// How much of spidev a plan needs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Needs {
    pub(super) transfers: usize,
    /// The greater of the rounded-up sums of what is sent and of what is received.
    pub(super) bytes: usize,
}

impl Plan {
    /// Lays out the transfers of a transaction, with waits after chip select becomes active and before it becomes inactive.
    pub(super) fn lay_out(&mut self, operations: &[Operation<'_, u8>], setup: Duration, hold: Duration) {
        self.transfers.clear();
        self.wait(setup);
        for operation in operations {
            match operation {
                Operation::Write(bytes) => self.exchange(bytes.len(), true, false),
                Operation::Read(buffer) => self.exchange(buffer.len(), false, true),
                Operation::Transfer(buffer, bytes) => {
                    self.exchange(buffer.len().max(bytes.len()), !bytes.is_empty(), !buffer.is_empty());
                }
                Operation::TransferInPlace(buffer) => self.exchange(buffer.len(), true, true),
                Operation::DelayNs(ns) => self.wait(Duration::from_nanos((*ns).into())),
            }
        }
        self.wait(hold);
        // Nothing to clock and nothing to wait for is chip select alone.
        if self.transfers.is_empty() {
            self.transfers.push(Planned::default());
        }
    }

    fn exchange(&mut self, len: usize, sends: bool, receives: bool) {
        match self.transfers.last_mut() {
            _ if len == 0 => {}
            Some(last) if (last.sends, last.receives, last.delay_us) == (sends, receives, 0) => {
                last.len = last.len.saturating_add(len);
            }
            _ => self.transfers.push(Planned { len, sends, receives, delay_us: 0 }),
        }
    }

    /// Waits after what came before, rounded up to microseconds; as often as 16 bits of them need.
    fn wait(&mut self, wait: Duration) {
        let mut left = wait.as_nanos().div_ceil(1000);
        while left > 0 {
            let delay_us = u16::try_from(left).unwrap_or(u16::MAX);
            left -= u128::from(delay_us);
            match self.transfers.last_mut() {
                Some(last) if last.delay_us == 0 => last.delay_us = delay_us,
                _ => self.transfers.push(Planned { delay_us, ..Planned::default() }),
            }
        }
    }

    /// Returns what the transfers need of spidev, on a machine with this alignment.
    pub(super) fn needs(&self, alignment: usize) -> Needs {
        let sum = |counts: fn(&Planned) -> bool| {
            let lengths = self.transfers.iter().filter(|transfer| counts(transfer)).map(|transfer| transfer.len);
            lengths
                .fold(0, |sum: usize, len| sum.saturating_add(len.checked_next_multiple_of(alignment).unwrap_or(len)))
        };
        let bytes = sum(|transfer| transfer.sends).max(sum(|transfer| transfer.receives));
        Needs { transfers: self.transfers.len(), bytes }
    }

    /// Calls `message` with the transfers of the operations, and fills their buffers if it succeeds. The bytes of an operation that is alone
    /// are not copied: the kernel takes them from its own buffers, and puts them there.
    pub(super) fn carry_out<E>(
        &mut self,
        operations: &mut [Operation<'_, u8>],
        message: impl FnOnce(&mut [SpiTransfer<'_>]) -> Result<(), E>,
    ) -> Result<(), E> {
        if let [operation] = operations
            && let Some((mut tx, mut rx)) = in_place(operation)
        {
            // Only one of the transfers clocks something: the others are waits.
            let transfer = |planned: &Planned| SpiTransfer {
                tx: if planned.sends { tx.take() } else { None },
                rx: if planned.receives { rx.take() } else { None },
                delay_us: planned.delay_us,
            };
            let mut transfers: Vec<SpiTransfer<'_>> = self.transfers.iter().map(transfer).collect();
            return message(&mut transfers);
        }
        self.message(operations, message)?;
        self.give(operations);
        Ok(())
    }

    /// Takes the bytes that the operations send, and calls `message` with the transfers.
    fn message<R>(&mut self, operations: &[Operation<'_, u8>], message: impl FnOnce(&mut [SpiTransfer<'_>]) -> R) -> R {
        self.sent.clear();
        for operation in operations {
            let (bytes, len): (&[u8], usize) = match operation {
                Operation::Write(bytes) => (bytes, bytes.len()),
                Operation::TransferInPlace(bytes) => (bytes, bytes.len()),
                Operation::Transfer(buffer, bytes) if !bytes.is_empty() => (bytes, buffer.len().max(bytes.len())),
                Operation::Transfer(..) | Operation::Read(_) | Operation::DelayNs(_) => (&[], 0),
            };
            self.sent.extend_from_slice(bytes);
            self.sent.resize(self.sent.len() + (len - bytes.len()), FILLER);
        }
        let received = self.transfers.iter().filter(|transfer| transfer.receives).map(|transfer| transfer.len).sum();
        self.received.clear();
        self.received.resize(received, 0);
        let (mut sent, mut room) = (self.sent.as_slice(), self.received.as_mut_slice());
        let transfer = |planned: &Planned| SpiTransfer {
            // The transfers' lengths add up to the bytes.
            tx: planned.sends.then(|| sent.split_off(..planned.len).unwrap_or_default()),
            rx: planned.receives.then(|| room.split_off_mut(..planned.len).unwrap_or_default()),
            delay_us: planned.delay_us,
        };
        let mut transfers: Vec<SpiTransfer<'_>> = self.transfers.iter().map(transfer).collect();
        message(&mut transfers)
    }

    /// Gives the operations what was received.
    fn give(&self, operations: &mut [Operation<'_, u8>]) {
        let mut received = self.received.as_slice();
        for operation in operations {
            let (buffer, len): (&mut [u8], usize) = match operation {
                Operation::Read(buffer) | Operation::TransferInPlace(buffer) => {
                    let len = buffer.len();
                    (buffer, len)
                }
                Operation::Transfer(buffer, bytes) if !buffer.is_empty() => {
                    let len = buffer.len().max(bytes.len());
                    (buffer, len)
                }
                Operation::Transfer(..) | Operation::Write(_) | Operation::DelayNs(_) => continue,
            };
            // What a shorter buffer has no room for is discarded.
            let bytes = received.split_off(..len).unwrap_or_default();
            buffer.iter_mut().zip(bytes).for_each(|(place, byte)| *place = *byte);
        }
    }
}

/// What is sent, and where the bytes go that are received.
type Buffers<'a> = (Option<&'a [u8]>, Option<&'a mut [u8]>);

/// Returns what an operation sends and where it receives, if the kernel can use that as it is: both of one length, in memory of their own.
fn in_place<'a>(operation: &'a mut Operation<'_, u8>) -> Option<Buffers<'a>> {
    match operation {
        Operation::Write(bytes) => Some((Some(bytes), None)),
        Operation::Read(buffer) => Some((None, Some(buffer))),
        Operation::Transfer(buffer, bytes) if buffer.len() == bytes.len() => Some((Some(bytes), Some(buffer))),
        Operation::Transfer(..) | Operation::TransferInPlace(_) | Operation::DelayNs(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn delays(operations: &[Operation<'_, u8>], setup_ns: u64, hold_ns: u64) -> Vec<(usize, u16)> {
        let mut plan = Plan::default();
        plan.lay_out(operations, Duration::from_nanos(setup_ns), Duration::from_nanos(hold_ns));
        plan.transfers.iter().map(|transfer| (transfer.len, transfer.delay_us)).collect()
    }

    #[test]
    fn delays_are_rounded_up_to_microseconds() {
        assert_eq!(delays(&[Operation::Write(&[1]), Operation::DelayNs(1)], 0, 0), [(1, 1)]);
        assert_eq!(delays(&[Operation::Write(&[1]), Operation::DelayNs(1000)], 0, 0), [(1, 1)]);
        assert_eq!(delays(&[Operation::Write(&[1]), Operation::DelayNs(1001)], 0, 0), [(1, 2)]);
        assert_eq!(delays(&[Operation::Write(&[1]), Operation::DelayNs(0)], 0, 0), [(1, 0)]);
    }

    #[test]
    fn the_longest_delay_is_honoured_in_full() {
        let transfers = delays(&[Operation::Write(&[1]), Operation::DelayNs(u32::MAX)], 0, 0);
        let sum: u64 = transfers.iter().map(|(_, delay_us)| u64::from(*delay_us)).sum();
        assert_eq!(sum, 4_294_968, "4.294967295 s, rounded up");
        assert!(transfers.len() < MAX_TRANSFERS);
    }

    #[test]
    fn delays_in_a_row_add_up() {
        let operations = [Operation::DelayNs(65_535_000), Operation::DelayNs(1), Operation::Write(&[1])];
        assert_eq!(delays(&operations, 0, 0), [(0, 65_535), (0, 1), (1, 0)]);
    }

    #[test]
    fn setup_comes_before_the_first_clock_and_hold_after_the_last() {
        let write = || Operation::Write(&[1, 2]);
        assert_eq!(delays(&[write()], 1500, 2500), [(0, 2), (2, 3)]);
        assert_eq!(delays(&[write(), Operation::DelayNs(9000)], 0, 2000), [(2, 9), (0, 2)]);
    }

    #[test]
    fn operations_of_a_kind_are_one_transfer() {
        let operations = [
            Operation::Write(&[1]),
            Operation::Write(&[2, 3]),
            Operation::Read(&mut [0; 2]),
            Operation::Write(&[]),
            Operation::Read(&mut [0; 2]),
            Operation::DelayNs(1),
            Operation::Read(&mut [0; 1]),
        ];
        assert_eq!(delays(&operations, 0, 0), [(3, 0), (4, 1), (1, 0)]);
    }

    #[test]
    fn no_bytes_are_chip_select_alone() {
        assert_eq!(delays(&[Operation::Write(&[])], 0, 0), [(0, 0)]);
    }

    #[test]
    fn every_transfer_needs_whole_units_of_the_alignment() {
        let mut plan = Plan::default();
        let operations = [Operation::Write(&[1]), Operation::Read(&mut [0; 129]), Operation::Write(&[0; 128])];
        plan.lay_out(&operations, Duration::ZERO, Duration::ZERO);
        assert_eq!(plan.needs(128), Needs { transfers: 3, bytes: 256 });
        assert_eq!(plan.needs(8), Needs { transfers: 3, bytes: 136 });
    }
    /// Carries out operations with what is received being 7, and returns what was sent, with where it lay.
    fn sent(operations: &mut [Operation<'_, u8>]) -> Vec<(*const u8, Vec<u8>)> {
        let mut plan = Plan::default();
        plan.lay_out(operations, Duration::from_micros(1), Duration::from_micros(2));
        let mut sent = Vec::new();
        let result: Result<(), ()> = plan.carry_out(operations, |transfers| {
            for transfer in transfers {
                sent.extend(transfer.tx.map(|bytes| (bytes.as_ptr(), bytes.to_vec())));
                transfer.rx.iter_mut().for_each(|room| room.fill(7));
            }
            Ok(())
        });
        assert_eq!(result, Ok(()));
        sent
    }

    #[test]
    fn what_is_written_by_one_operation_is_not_copied() {
        let bytes = [1, 2, 3];
        assert_eq!(sent(&mut [Operation::Write(&bytes)]), [(bytes.as_ptr(), bytes.to_vec())]);
        let mut buffer = [0; 3];
        assert_eq!(sent(&mut [Operation::Transfer(&mut buffer, &bytes)]), [(bytes.as_ptr(), bytes.to_vec())]);
        assert_eq!(buffer, [7; 3]);
        assert_eq!(sent(&mut [Operation::Read(&mut buffer[..2])]), []);
    }

    #[test]
    fn every_shape_of_one_operation_sends_and_fills_what_it_says() {
        let bytes_of = |operation: Operation<'_, u8>| -> Vec<Vec<u8>> {
            sent(&mut [operation]).into_iter().map(|(_, bytes)| bytes).collect()
        };
        let mut buffer = [1, 2, 0];
        assert_eq!(bytes_of(Operation::TransferInPlace(&mut buffer[..2])), [[1, 2]]);
        assert_eq!(buffer, [7, 7, 0]);
        let mut buffer = [0; 4];
        assert_eq!(bytes_of(Operation::Transfer(&mut buffer[..3], &[5])), [[5, FILLER, FILLER]]);
        assert_eq!(buffer, [7, 7, 7, 0]);
        let mut buffer = [0; 4];
        assert_eq!(bytes_of(Operation::Transfer(&mut buffer[..1], &[5, 6])), [[5, 6]]);
        assert_eq!(buffer, [7, 0, 0, 0]);
        let mut buffer = [0; 4];
        assert!(bytes_of(Operation::Transfer(&mut buffer[..2], &[])).is_empty());
        assert_eq!(buffer, [7, 7, 0, 0]);
        assert!(bytes_of(Operation::Read(&mut buffer[..3])).is_empty());
        assert_eq!(buffer, [7, 7, 7, 0]);
        assert_eq!(bytes_of(Operation::Write(&[])), [[0_u8; 0]; 0]);
    }
}
