//! SPI devices and buses, for words of eight bits.

#[cfg(feature = "async")]
mod asynchronous;
#[cfg(feature = "component")]
mod component;
mod lowered;
pub(crate) mod plan;
mod transaction;

use core::fmt;

use embedded_hal::spi::{self, ErrorKind, Operation, SpiBus, SpiDevice};

use crate::adapter::EmbeddedHal;
use crate::admit::{Free, Refused, denials};
use crate::completion::Completion;
use crate::ctx::HalCtx;
use crate::wit::spi as wit;

#[cfg(feature = "async")]
pub use self::asynchronous::add_async_to_linker;
#[cfg(feature = "component")]
pub use self::component::add_to_linker;
pub use self::lowered::add_lowered_to_linker;
pub use self::transaction::{Outcome, Step, Transaction};

/// Why a transaction failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Error {
    /// Received data was lost.
    Overrun,
    /// Several controllers drive the bus.
    ModeFault,
    /// The received frame is malformed.
    FrameFormat,
    /// The chip select could not be driven.
    ChipSelectFault,
    /// Any other fault.
    Other,
    /// Past a limit of the hardware or its driver; nothing went out on the wires.
    TooLong,
    /// The hardware cannot do this; nothing went out on the wires.
    Unsupported,
    /// The bus could not be had in bounded time.
    Busy,
}

/// What clocks words for a guest: a device behind a chip select, or a bus without one.
pub trait Bus: Send {
    /// Carries out operations: for a device under one chip select, with the contract of
    /// [`embedded_hal::spi::SpiDevice::transaction`]. Fills every read buffer, or fails.
    ///
    /// # Errors
    ///
    /// Fails as the hardware does.
    fn run(&mut self, operations: &mut [Operation<'_, u8>]) -> Result<(), Error>;

    /// Returns when the bus is idle. A device is so at the end of every transaction.
    ///
    /// # Errors
    ///
    /// Fails as the hardware does.
    fn flush(&mut self) -> Result<(), Error> {
        Ok(())
    }

    /// Begins a transaction that the guest waits for together with other things, after all that were begun before on the same
    /// bus. Hardware that cannot do anything beside its caller carries it out at once.
    fn start(&mut self, exchange: Transaction) -> Completion<Outcome> {
        Completion::Ready(exchange.run(|operations| self.run(operations)))
    }

    /// Begins to wait until all that was begun before is done and the bus is idle.
    fn start_flush(&mut self) -> Completion<Result<(), Error>> {
        Completion::Ready(self.flush())
    }
}

/// The guest's handle of a device.
#[derive(Debug)]
pub struct DeviceHandle(());
/// The guest's handle of a bus.
#[derive(Debug)]
pub struct BusHandle(());

/// A bus of embedded-hal without chip select. Of devices, [`EmbeddedHal`] makes what a host needs.
#[derive(Clone, Copy, Debug)]
pub struct EmbeddedHalBus<B>(pub B);

/// Waits until the words of a bus have left.
fn flush(hal: &mut HalCtx, bus: u32) -> Result<Result<(), Error>, Refused> {
    Ok(hal.admit::<BusHandle>(bus, &Free)?.device()?.flush())
}

// The interface has no word for memory.
denials!(wit::Error, too long: TooLong, out of memory: TooLong);

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Error::Overrun => "the controller lost received bytes",
            Error::ModeFault => "another controller drives the bus",
            Error::FrameFormat => "the received frame is malformed",
            Error::ChipSelectFault => "the controller could not drive the chip select",
            Error::Other => "the bus or its driver failed",
            Error::TooLong => "the transfer is too long for the hardware",
            Error::Unsupported => "the hardware cannot do this",
            Error::Busy => "the bus is in use elsewhere",
        })
    }
}

impl core::error::Error for Error {}

impl From<Error> for wit::Error {
    fn from(error: Error) -> wit::Error {
        match error {
            Error::Overrun => wit::Error::Overrun,
            Error::ModeFault => wit::Error::ModeFault,
            Error::FrameFormat => wit::Error::FrameFormat,
            Error::ChipSelectFault => wit::Error::ChipSelectFault,
            Error::Other => wit::Error::Other,
            Error::TooLong => wit::Error::TooLong,
            Error::Unsupported => wit::Error::Unsupported,
            Error::Busy => wit::Error::Busy,
        }
    }
}

/// Converts the kind of an embedded-hal error.
impl From<ErrorKind> for Error {
    fn from(kind: ErrorKind) -> Error {
        match kind {
            ErrorKind::Overrun => Error::Overrun,
            ErrorKind::ModeFault => Error::ModeFault,
            ErrorKind::FrameFormat => Error::FrameFormat,
            ErrorKind::ChipSelectFault => Error::ChipSelectFault,
            // The foreign enum is non-exhaustive.
            _ => Error::Other,
        }
    }
}

/// Converts an error of embedded-hal.
fn from_hal<E: spi::Error>(error: E) -> Error {
    error.kind().into()
}

impl<D: SpiDevice + Send> Bus for EmbeddedHal<D> {
    #[inline]
    fn run(&mut self, operations: &mut [Operation<'_, u8>]) -> Result<(), Error> {
        self.0.transaction(operations).map_err(from_hal)
    }
}

impl<B: SpiBus + Send> Bus for EmbeddedHalBus<B> {
    fn run(&mut self, operations: &mut [Operation<'_, u8>]) -> Result<(), Error> {
        for operation in operations {
            match operation {
                Operation::Read(buffer) => self.0.read(buffer),
                Operation::Write(bytes) => self.0.write(bytes),
                Operation::Transfer(buffer, bytes) => self.0.transfer(buffer, bytes),
                Operation::TransferInPlace(buffer) => self.0.transfer_in_place(buffer),
                // The interface has no delays on a bus.
                Operation::DelayNs(_) => return Err(Error::Unsupported),
            }
            .map_err(from_hal)?;
        }
        Ok(())
    }

    fn flush(&mut self) -> Result<(), Error> {
        self.0.flush().map_err(from_hal)
    }
}
