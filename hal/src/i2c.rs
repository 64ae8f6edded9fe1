//! I2C buses. Addresses are right-aligned: 0x76 is the address, not 0xec.

mod asynchronous;

use core::fmt;

use embedded_hal::i2c::{self, ErrorKind, NoAcknowledgeSource, Operation, SevenBitAddress, TenBitAddress};

use crate::OpenError;
use crate::bindings::wasm_embedded::hal::i2c as host;
use crate::place::{self, Failure};
use crate::scratch::{Reader, Writer, bytes_of, with_scratch};
use crate::short::{SHORT_BYTES, ShortBytes, ShortReply};

/// Why a transaction failed. The bus is idle again after any of them.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
#[non_exhaustive]
pub enum Error {
    /// A START or STOP at the wrong place, or a line held by something.
    Bus,
    /// Another controller won the bus.
    ArbitrationLoss,
    /// Something was not acknowledged.
    NoAcknowledge(NoAcknowledgeSource),
    /// Received data was lost before it could be stored.
    Overrun,
    /// Any other fault of the bus or its driver.
    Other,
    /// The policy does not grant this address, or not this direction. Nothing went out on the wires.
    Denied,
    /// A length, count or duration is past the host's limit. Nothing went out on the wires.
    TooLong,
    /// The hardware behind the label cannot do this. Nothing went out on the wires.
    Unsupported,
    /// The bus could not be had within the host's bounded wait.
    Busy,
    /// The host's reply has another length than what was asked for.
    WrongReply,
}

impl From<host::Error> for Error {
    fn from(error: host::Error) -> Error {
        match error {
            host::Error::Bus => Error::Bus,
            host::Error::ArbitrationLoss => Error::ArbitrationLoss,
            host::Error::NoAcknowledgeAddress => Error::NoAcknowledge(NoAcknowledgeSource::Address),
            host::Error::NoAcknowledgeData => Error::NoAcknowledge(NoAcknowledgeSource::Data),
            host::Error::NoAcknowledgeUnknown => Error::NoAcknowledge(NoAcknowledgeSource::Unknown),
            host::Error::Overrun => Error::Overrun,
            host::Error::Other => Error::Other,
            host::Error::Denied => Error::Denied,
            host::Error::TooLong => Error::TooLong,
            host::Error::Unsupported => Error::Unsupported,
            host::Error::Busy => Error::Busy,
        }
    }
}

impl From<Failure> for Error {
    fn from(failure: Failure) -> Error {
        match failure {
            Failure::Error(number) => place::i2c::error(number).into(),
            Failure::WrongLength => Error::WrongReply,
            Failure::NoMemory => Error::TooLong,
        }
    }
}

impl i2c::Error for Error {
    fn kind(&self) -> ErrorKind {
        match self {
            Error::Bus => ErrorKind::Bus,
            Error::ArbitrationLoss => ErrorKind::ArbitrationLoss,
            Error::NoAcknowledge(source) => ErrorKind::NoAcknowledge(*source),
            Error::Overrun => ErrorKind::Overrun,
            Error::Other | Error::Denied | Error::TooLong | Error::Unsupported | Error::Busy | Error::WrongReply => {
                ErrorKind::Other
            }
        }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Error::Bus => "the I2C bus failed: a line is held or a START or STOP was out of place",
            Error::ArbitrationLoss => "another controller won the I2C bus",
            Error::NoAcknowledge(NoAcknowledgeSource::Address) => "no I2C target acknowledged the address",
            Error::NoAcknowledge(NoAcknowledgeSource::Data) => "the I2C target did not acknowledge a byte of data",
            Error::NoAcknowledge(NoAcknowledgeSource::Unknown) => "no acknowledge on the I2C bus",
            Error::Overrun => "received I2C data was lost",
            Error::Other => "the I2C bus failed, the host's log says why",
            Error::Denied => "the policy does not grant this I2C address or direction",
            Error::TooLong => "the I2C transaction is past a limit of the host",
            Error::Unsupported => "the I2C hardware cannot do this",
            Error::Busy => "the I2C bus is busy",
            Error::WrongReply => "the host's I2C reply has the wrong length",
        })
    }
}

impl core::error::Error for Error {}

/// An I2C bus, as far as the policy grants it.
///
/// Implements `I2c` of embedded-hal and of embedded-hal-async, for addresses of seven and of ten bits. Each call is one transaction on the wires: a START,
/// the operations with a repeated START wherever the direction changes, and a STOP. Several handles may be open for one bus.
///
/// ```no_run
/// use embedded_hal::i2c::I2c as _;
/// use wasm_embedded_hal::I2c;
///
/// let mut bus = I2c::open("sensor")?;
/// let mut temperature = [0; 2];
/// bus.write_read(0x48_u8, &[0x00], &mut temperature)?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug)]
pub struct I2c(host::Bus);

impl I2c {
    /// Opens the bus that the policy keeps under `label`.
    ///
    /// # Errors
    ///
    /// Refused if the policy does not grant the label as an I2C bus.
    pub fn open(label: &str) -> Result<I2c, OpenError> {
        host::Bus::open(label).map(I2c).map_err(|kind| OpenError::new(label, kind))
    }

    /// Writes and reads at most 16 bytes each in integers.
    #[inline]
    fn exchange(&self, address: host::Address, written: ShortBytes, buffer: &mut [u8]) -> Result<(), Error> {
        let len = u32::try_from(buffer.len()).map_err(|_| Error::TooLong)?;
        let reply = self.0.write_read_short(address, written.to_wire(), written.len(), len)?;
        ShortReply::new(reply).take(buffer);
        Ok(())
    }

    /// Carries out one transaction by the cheapest call that puts the same bits on the wires.
    #[inline]
    fn transact(&self, address: host::Address, operations: &mut [Operation<'_>]) -> Result<(), Error> {
        if let Some(shape) = Shape::of(operations) {
            return self.short(address, &shape, operations);
        }
        match operations {
            [] => Ok(()),
            [Operation::Read(buffer)] => Ok(place::i2c::read(&self.0, address, buffer)?),
            [Operation::Write(bytes)] => Ok(self.0.write(address, bytes)?),
            [Operation::Write(bytes), Operation::Read(buffer)] => {
                Ok(place::i2c::write_read(&self.0, address, bytes, buffer)?)
            }
            _ => self.flat(address, operations),
        }
    }

    /// Writes, then reads, in integers.
    #[inline]
    fn short(&self, address: host::Address, shape: &Shape, operations: &mut [Operation<'_>]) -> Result<(), Error> {
        let reply = self.0.write_read_short(address, shape.written.to_wire(), shape.written.len(), shape.read_len)?;
        shape.deal(ShortReply::new(reply), operations);
        Ok(())
    }

    /// Any transaction, as records and bytes end to end.
    fn flat(&self, address: host::Address, operations: &mut [Operation<'_>]) -> Result<(), Error> {
        let Lengths { records, written, read, writers, readers } = Lengths::of(operations)?;
        // What only one operation writes or reads is where it belongs already.
        let gathered = if writers > 1 { written } else { 0 };
        let scattered = if readers > 1 { read } else { 0 };
        let data = gathered.checked_add(scattered).ok_or(Error::TooLong)?;
        let words = records.checked_add(data.div_ceil(4)).ok_or(Error::TooLong)?;
        with_scratch(words, |words| {
            let (records, data) = words.split_at_mut(records);
            let (gathered, rest) = bytes_of(data).split_at_mut(gathered);
            let scattered = rest.split_at_mut(scattered).0;
            let records = lay_out(operations, records, gathered)?;
            let sole = if writers == 1 { sole_written(operations) } else { None };
            let bytes = sole.map_or(gathered.as_ptr(), <[u8]>::as_ptr);
            if readers == 1 {
                let buffer = buffers(operations).find(|buffer| !buffer.is_empty()).unwrap_or_default();
                return Ok(place::i2c::transaction(&self.0, address, records, bytes, written, buffer)?);
            }
            place::i2c::transaction(&self.0, address, records, bytes, written, scattered)?;
            deal(scattered, operations);
            Ok(())
        })
        .unwrap_or(Err(Error::TooLong))
    }
}

/// What a transaction takes as records and bytes end to end.
#[derive(Debug)]
struct Lengths {
    /// The words of the records.
    records: usize,
    /// The bytes to be written.
    written: usize,
    /// The bytes to be read.
    read: usize,
    /// How many operations write something.
    writers: u32,
    /// How many operations read something.
    readers: u32,
}

impl Lengths {
    fn of(operations: &[Operation<'_>]) -> Result<Lengths, Error> {
        let records = operations.len().checked_mul(2).ok_or(Error::TooLong)?;
        let mut lengths = Lengths { records, written: 0, read: 0, writers: 0, readers: 0 };
        for operation in operations {
            let (sum, count, len) = match operation {
                Operation::Read(buffer) => (&mut lengths.read, &mut lengths.readers, buffer.len()),
                Operation::Write(bytes) => (&mut lengths.written, &mut lengths.writers, bytes.len()),
            };
            *sum = sum.checked_add(len).ok_or(Error::TooLong)?;
            *count += u32::from(len > 0);
        }
        Ok(lengths)
    }
}

/// Puts a transaction into records and, where there is room for them, bytes end to end. Returns the records.
fn lay_out<'a>(
    operations: &[Operation<'_>],
    records: &'a mut [u32],
    bytes: &mut [u8],
) -> Result<&'a [[u32; 2]], Error> {
    let (records, _) = records.as_chunks_mut::<2>();
    let mut writer = Writer(bytes);
    for (record, operation) in records.iter_mut().zip(operations) {
        let (direction, len) = match operation {
            Operation::Read(buffer) => (host::Direction::Read, buffer.len()),
            Operation::Write(bytes) => {
                writer.put(bytes);
                (host::Direction::Write, bytes.len())
            }
        };
        *record = [direction_number(direction), u32::try_from(len).map_err(|_| Error::TooLong)?];
    }
    Ok(records)
}

/// Returns what the only operation writes that writes something.
fn sole_written<'a>(operations: &'a [Operation<'_>]) -> Option<&'a [u8]> {
    operations.iter().find_map(|operation| match operation {
        Operation::Write(bytes) if !bytes.is_empty() => Some(*bytes),
        Operation::Write(_) | Operation::Read(_) => None,
    })
}

/// Returns where what is read belongs.
fn buffers<'a>(operations: &'a mut [Operation<'_>]) -> impl Iterator<Item = &'a mut [u8]> {
    operations.iter_mut().filter_map(|operation| match operation {
        Operation::Read(buffer) => Some(&mut **buffer),
        Operation::Write(_) => None,
    })
}

/// Deals out what was read.
fn deal(reply: &[u8], operations: &mut [Operation<'_>]) {
    let mut reader = Reader(reply);
    buffers(operations).for_each(|buffer| reader.get(buffer));
}

/// A transaction that fits a short call: writes, then reads, at most 16 bytes of each, and no direction without a byte.
#[derive(Debug)]
struct Shape {
    written: ShortBytes,
    read_len: u32,
}

impl Shape {
    #[inline]
    fn of(operations: &[Operation<'_>]) -> Option<Shape> {
        let mut written = ShortBytes::default();
        let mut read_len = 0_usize;
        let (mut writes, mut reads) = (false, false);
        for operation in operations {
            match operation {
                Operation::Write(bytes) => {
                    if reads {
                        return None;
                    }
                    writes = true;
                    written.push(ShortBytes::of(bytes)?)?;
                }
                Operation::Read(buffer) => {
                    reads = true;
                    read_len = read_len.checked_add(buffer.len())?;
                }
            }
        }
        let fits =
            read_len <= SHORT_BYTES && writes == (written.len() > 0) && reads == (read_len > 0) && (writes || reads);
        if !fits {
            return None;
        }
        Some(Shape { written, read_len: u32::try_from(read_len).ok()? })
    }

    /// Deals out what was read.
    #[inline]
    fn deal(&self, mut reply: ShortReply, operations: &mut [Operation<'_>]) {
        for operation in operations {
            if let Operation::Read(buffer) = operation {
                reply.take(buffer);
            }
        }
    }
}

/// The number of a direction in the interface.
fn direction_number(direction: host::Direction) -> u32 {
    match direction {
        host::Direction::Read => 0,
        host::Direction::Write => 1,
    }
}

impl i2c::ErrorType for I2c {
    type Error = Error;
}

/// The trait for one width of addresses.
macro_rules! implement {
    ($mode:ty, $width:path) => {
        impl i2c::I2c<$mode> for I2c {
            #[inline]
            fn transaction(&mut self, address: $mode, operations: &mut [Operation<'_>]) -> Result<(), Error> {
                self.transact($width(address), operations)
            }

            // One shape: what `transaction` would find out is known here.

            #[inline]
            fn read(&mut self, address: $mode, buffer: &mut [u8]) -> Result<(), Error> {
                match buffer.len() {
                    1..=SHORT_BYTES => self.exchange($width(address), ShortBytes::default(), buffer),
                    _ => Ok(place::i2c::read(&self.0, $width(address), buffer)?),
                }
            }

            #[inline]
            fn write(&mut self, address: $mode, bytes: &[u8]) -> Result<(), Error> {
                match ShortBytes::of(bytes) {
                    Some(written) => self.exchange($width(address), written, &mut []),
                    None => Ok(self.0.write($width(address), bytes)?),
                }
            }

            #[inline]
            fn write_read(&mut self, address: $mode, bytes: &[u8], buffer: &mut [u8]) -> Result<(), Error> {
                match (ShortBytes::of(bytes), buffer.len()) {
                    (Some(written), 1..=SHORT_BYTES) if !bytes.is_empty() => {
                        self.exchange($width(address), written, buffer)
                    }
                    _ => Ok(place::i2c::write_read(&self.0, $width(address), bytes, buffer)?),
                }
            }
        }
    };
}

implement!(SevenBitAddress, host::Address::SevenBit);
implement!(TenBitAddress, host::Address::TenBit);

#[cfg(test)]
mod tests {
    use super::*;

    fn shape(operations: &[Operation<'_>]) -> Option<(u32, u32)> {
        Shape::of(operations).map(|shape| (shape.written.len(), shape.read_len))
    }

    #[test]
    fn register_accesses_are_short() {
        assert_eq!(shape(&[Operation::Write(&[1]), Operation::Read(&mut [0; 8])]), Some((1, 8)));
        assert_eq!(shape(&[Operation::Write(&[1; 16])]), Some((16, 0)));
        assert_eq!(shape(&[Operation::Read(&mut [0; 16])]), Some((0, 16)));
        assert_eq!(
            shape(&[Operation::Write(&[1]), Operation::Write(&[2, 3]), Operation::Read(&mut [0])]),
            Some((3, 1))
        );
    }

    #[test]
    fn what_a_short_call_cannot_say_is_not_short() {
        assert_eq!(shape(&[]), None);
        assert_eq!(shape(&[Operation::Write(&[])]), None, "an address probe");
        assert_eq!(shape(&[Operation::Write(&[]), Operation::Read(&mut [0])]), None, "a probe, then a read");
        assert_eq!(shape(&[Operation::Read(&mut [])]), None, "refused by the host");
        assert_eq!(shape(&[Operation::Read(&mut [0]), Operation::Write(&[0])]), None, "the other order");
        assert_eq!(shape(&[Operation::Write(&[0; 17])]), None);
        assert_eq!(shape(&[Operation::Read(&mut [0; 17])]), None);
    }
}
