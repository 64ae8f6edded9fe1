//! SPI devices and buses, for words of eight bits.

mod asynchronous;
mod shape;

use core::fmt;

use embedded_hal::spi::{self, ErrorKind, Operation};

use self::shape::{RECORD_WORDS, Shape, Sums};
use crate::OpenError;
use crate::bindings::wasm_embedded::hal::spi as host;
use crate::bindings::wasm_embedded::hal::types::Short;
use crate::place::{self, Failure};
use crate::scratch::{bytes_of, with_scratch};
use crate::short::{SHORT_BYTES, ShortBytes, ShortReply};

/// Why a transaction failed. The chip select is inactive again after any of them.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
#[non_exhaustive]
pub enum Error {
    /// Received data was lost before it could be stored.
    Overrun,
    /// Several controllers drive the bus.
    ModeFault,
    /// The received frame is malformed.
    FrameFormat,
    /// The chip select could not be driven.
    ChipSelectFault,
    /// Any other fault of the bus or its driver.
    Other,
    /// The policy does not grant this.
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
            host::Error::Overrun => Error::Overrun,
            host::Error::ModeFault => Error::ModeFault,
            host::Error::FrameFormat => Error::FrameFormat,
            host::Error::ChipSelectFault => Error::ChipSelectFault,
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
            Failure::Error(number) => place::spi::error(number).into(),
            Failure::WrongLength => Error::WrongReply,
            Failure::NoMemory => Error::TooLong,
        }
    }
}

impl spi::Error for Error {
    fn kind(&self) -> ErrorKind {
        match self {
            Error::Overrun => ErrorKind::Overrun,
            Error::ModeFault => ErrorKind::ModeFault,
            Error::FrameFormat => ErrorKind::FrameFormat,
            Error::ChipSelectFault => ErrorKind::ChipSelectFault,
            Error::Other | Error::Denied | Error::TooLong | Error::Unsupported | Error::Busy | Error::WrongReply => {
                ErrorKind::Other
            }
        }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Error::Overrun => "received SPI data was lost",
            Error::ModeFault => "several controllers drive the SPI bus",
            Error::FrameFormat => "the received SPI frame is malformed",
            Error::ChipSelectFault => "the chip select could not be driven",
            Error::Other => "the SPI bus failed, the host's log says why",
            Error::Denied => "the policy does not grant this use of the SPI device",
            Error::TooLong => "the SPI transaction is past a limit of the host",
            Error::Unsupported => "the SPI hardware cannot do this",
            Error::Busy => "the SPI bus is busy",
            Error::WrongReply => "the host's SPI reply has the wrong length",
        })
    }
}

impl core::error::Error for Error {}

/// A device behind a chip select.
///
/// Each call is one transaction on the wires: chip select active, the operations, chip select inactive. Past the end of what a
/// driver writes, zero is sent. Mode, frequency and the delays around chip select are the policy's.
///
/// ```no_run
/// use embedded_hal::spi::{Operation, SpiDevice as _};
/// use wasm_embedded_hal::SpiDevice;
///
/// // A flash memory's identification: the chip select stays active from the command to the last byte of the answer.
/// let mut flash = SpiDevice::open("flash")?;
/// let mut id = [0; 3];
/// flash.transaction(&mut [Operation::Write(&[0x9f]), Operation::Read(&mut id)])?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug)]
pub struct SpiDevice(host::Device);

/// A bus of its own, without any chip select.
///
/// ```no_run
/// use embedded_hal::spi::SpiBus as _;
/// use wasm_embedded_hal::SpiBus;
///
/// let mut strip = SpiBus::open("strip")?;
/// strip.write(&[0, 0, 0, 0, 0xff, 0, 0, 0xff])?;
/// strip.flush()?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug)]
pub struct SpiBus(host::Bus);

impl SpiDevice {
    /// Opens the device that the policy keeps under `label`.
    ///
    /// # Errors
    ///
    /// Refused if the policy does not grant the label as an SPI device, or it is held already.
    pub fn open(label: &str) -> Result<SpiDevice, OpenError> {
        host::Device::open(label).map(SpiDevice).map_err(|kind| OpenError::new(label, kind))
    }

    /// Clocks at most 16 words in integers.
    #[inline]
    fn exchange(&self, sent: ShortBytes, buffer: &mut [u8]) -> Result<(), Error> {
        exchange(|sent, written, read| self.0.transfer_short(sent, written, read), sent, buffer)
    }

    /// Clocks the words of several operations in integers.
    #[inline]
    fn short(&self, shape: &Shape, operations: &mut [Operation<'_, u8>]) -> Result<(), Error> {
        let reply = self.0.transfer_short(shape.sent.to_wire(), shape.sent.len(), shape.read_len)?;
        shape::deal_short(ShortReply::new(reply), operations);
        Ok(())
    }

    /// Any transaction, as records and bytes end to end.
    fn flat(&self, operations: &mut [Operation<'_, u8>], sums: &Sums) -> Result<(), Error> {
        let (written, read) = sums.lengths()?;
        // What only one operation writes or reads is where it belongs already.
        let gathered = if sums.writers > 1 { written } else { 0 };
        let scattered = if sums.readers > 1 { read } else { 0 };
        let records = operations.len().checked_mul(RECORD_WORDS).ok_or(Error::TooLong)?;
        let data = gathered.checked_add(scattered).ok_or(Error::TooLong)?;
        let words = records.checked_add(data.div_ceil(4)).ok_or(Error::TooLong)?;
        with_scratch(words, |words| {
            let (records, data) = words.split_at_mut(records);
            let (gathered, rest) = bytes_of(data).split_at_mut(gathered);
            let scattered = rest.split_at_mut(scattered).0;
            let records = shape::lay_out(operations, records, gathered)?;
            let sole = if sums.writers == 1 { shape::sole_sent(operations) } else { None };
            let bytes = sole.map_or(gathered.as_ptr(), <[u8]>::as_ptr);
            if sums.readers == 1 {
                let buffer = shape::sole_buffer(operations).unwrap_or_default();
                return Ok(place::spi::transaction(&self.0, records, bytes, written, buffer)?);
            }
            place::spi::transaction(&self.0, records, bytes, written, scattered)?;
            shape::deal(scattered, operations);
            Ok(())
        })
        .unwrap_or(Err(Error::TooLong))
    }
}

impl spi::ErrorType for SpiDevice {
    type Error = Error;
}

impl spi::SpiDevice for SpiDevice {
    /// Carries out one transaction by the cheapest call that puts the same bits on the wires.
    #[inline]
    fn transaction(&mut self, operations: &mut [Operation<'_, u8>]) -> Result<(), Error> {
        match operations {
            // A pulse of chip select.
            [] => return self.write(&[]),
            [Operation::Read(buffer)] => return self.read(buffer),
            [Operation::Write(bytes)] => return self.write(bytes),
            [Operation::Transfer(buffer, bytes)] => return self.transfer(buffer, bytes),
            [Operation::TransferInPlace(buffer)] => return self.transfer_in_place(buffer),
            _ => {}
        }
        let sums = Sums::of(operations);
        match Shape::of(operations, &sums) {
            Some(shape) => self.short(&shape, operations),
            None => self.flat(operations, &sums),
        }
    }

    // One operation: what `transaction` would find out is known here.

    #[inline]
    fn read(&mut self, buffer: &mut [u8]) -> Result<(), Error> {
        if buffer.len() > SHORT_BYTES {
            return Ok(place::spi::read(&self.0, buffer)?);
        }
        self.exchange(ShortBytes::default(), buffer)
    }

    #[inline]
    fn write(&mut self, bytes: &[u8]) -> Result<(), Error> {
        match ShortBytes::of(bytes) {
            Some(sent) => self.exchange(sent, &mut []),
            None => Ok(self.0.write(bytes)?),
        }
    }

    #[inline]
    fn transfer(&mut self, buffer: &mut [u8], bytes: &[u8]) -> Result<(), Error> {
        match ShortBytes::of(bytes) {
            Some(sent) if buffer.len() <= SHORT_BYTES => self.exchange(sent, buffer),
            _ => Ok(place::spi::transfer(&self.0, bytes.as_ptr(), bytes.len(), buffer)?),
        }
    }

    #[inline]
    fn transfer_in_place(&mut self, buffer: &mut [u8]) -> Result<(), Error> {
        match ShortBytes::of(buffer) {
            Some(sent) => self.exchange(sent, buffer),
            None => Ok(place::spi::transfer(&self.0, buffer.as_ptr(), buffer.len(), buffer)?),
        }
    }
}

/// Clocks at most 16 words in integers.
#[inline]
fn exchange(
    call: impl FnOnce(Short, u32, u32) -> Result<Short, host::Error>,
    sent: ShortBytes,
    buffer: &mut [u8],
) -> Result<(), Error> {
    let len = u32::try_from(buffer.len()).map_err(|_| Error::TooLong)?;
    ShortReply::new(call(sent.to_wire(), sent.len(), len)?).take(buffer);
    Ok(())
}

impl SpiBus {
    /// Opens the bus that the policy keeps under `label`.
    ///
    /// # Errors
    ///
    /// Refused if the policy does not grant the label as an SPI bus, or it or a device on it is held already.
    pub fn open(label: &str) -> Result<SpiBus, OpenError> {
        host::Bus::open(label).map(SpiBus).map_err(|kind| OpenError::new(label, kind))
    }

    /// Clocks at most 16 words in integers.
    #[inline]
    fn exchange(&self, sent: ShortBytes, buffer: &mut [u8]) -> Result<(), Error> {
        exchange(|sent, written, read| self.0.transfer_short(sent, written, read), sent, buffer)
    }
}

impl spi::ErrorType for SpiBus {
    type Error = Error;
}

impl spi::SpiBus for SpiBus {
    fn read(&mut self, words: &mut [u8]) -> Result<(), Error> {
        if words.len() <= SHORT_BYTES {
            return self.exchange(ShortBytes::default(), words);
        }
        Ok(place::spi::bus_read_into(&self.0, words)?)
    }

    fn write(&mut self, words: &[u8]) -> Result<(), Error> {
        match ShortBytes::of(words) {
            Some(sent) => self.exchange(sent, &mut []),
            None => Ok(self.0.write(words)?),
        }
    }

    fn transfer(&mut self, read: &mut [u8], write: &[u8]) -> Result<(), Error> {
        match ShortBytes::of(write) {
            Some(sent) if read.len() <= SHORT_BYTES => self.exchange(sent, read),
            _ => Ok(place::spi::bus_transfer_into(&self.0, write.as_ptr(), write.len(), read)?),
        }
    }

    fn transfer_in_place(&mut self, words: &mut [u8]) -> Result<(), Error> {
        match ShortBytes::of(words) {
            Some(sent) => self.exchange(sent, words),
            None => Ok(place::spi::bus_transfer_into(&self.0, words.as_ptr(), words.len(), words)?),
        }
    }

    fn flush(&mut self) -> Result<(), Error> {
        Ok(self.0.flush()?)
    }
}
