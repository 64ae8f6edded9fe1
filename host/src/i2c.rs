//! I2C buses. Addresses are right-aligned: 0x76 is the address, not 0xec.

#[cfg(feature = "async")]
mod asynchronous;
#[cfg(feature = "component")]
mod component;
mod lowered;
pub(crate) mod plan;
mod transaction;
mod ungranted;

use core::fmt;

use embedded_hal::i2c::{self, ErrorKind, I2c, NoAcknowledgeSource, Operation, SevenBitAddress, TenBitAddress};

use crate::adapter::EmbeddedHal;
use crate::admit::denials;
use crate::completion::Completion;
#[cfg(feature = "component")]
use crate::limits::size;
use crate::wit::i2c as wit;

#[cfg(feature = "async")]
pub use self::asynchronous::add_async_to_linker;
#[cfg(feature = "component")]
pub use self::component::add_to_linker;
pub use self::lowered::add_lowered_to_linker;
pub use self::transaction::{Outcome, Step, Transaction};
pub(crate) use self::ungranted::Ungranted;
pub use self::ungranted::{eight_bit_form_of, reserved};

/// The address of a target, without the read/write bit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Address {
    /// 0x00 to 0x7f; what a guest sends may be greater, and is refused.
    SevenBit(u8),
    /// 0x000 to 0x3ff; what a guest sends may be greater, and is refused.
    TenBit(u16),
}

/// Why a transaction failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Error {
    /// A START or STOP at the wrong place, or a line held by something.
    Bus,
    /// Another controller won the bus.
    ArbitrationLoss,
    /// Something was not acknowledged.
    NoAcknowledge(NoAcknowledgeSource),
    /// Received data was lost.
    Overrun,
    /// Any other fault.
    Other,
    /// Past a limit of the hardware or its driver; nothing went out on the wires.
    TooLong,
    /// The hardware cannot do this; nothing went out on the wires.
    Unsupported,
    /// The bus could not be had in bounded time.
    Busy,
}

/// An I2C bus as the host needs it.
pub trait Bus: Send {
    /// Carries out one transaction, with the contract of [`embedded_hal::i2c::I2c::transaction`]: atomic, and the bus idle after
    /// it, whatever happens. Fills every read buffer, or fails.
    ///
    /// # Errors
    ///
    /// Fails as the hardware does.
    fn transaction(&mut self, address: Address, operations: &mut [Operation<'_>]) -> Result<(), Error>;

    /// Begins a transaction that the guest waits for together with other things, after all that were begun before. A bus that
    /// cannot do anything beside its caller carries it out at once.
    fn start(&mut self, transaction: Transaction) -> Completion<Outcome> {
        Completion::Ready(transaction.run(|address, operations| self.transaction(address, operations)))
    }
}

/// The guest's handle of a bus.
#[derive(Debug)]
pub struct Handle(());

/// A bus of embedded-hal that can address targets of seven bits and of ten. Under
/// [`EmbeddedHal`], addresses of ten bits are [`Error::Unsupported`].
#[derive(Clone, Copy, Debug)]
pub struct BothWidths<B>(pub B);

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Address::SevenBit(address) => write!(f, "{address:#04x}"),
            Address::TenBit(address) => write!(f, "{address:#05x} (10-bit)"),
        }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Error::Bus => "a device holds a line of the bus, or the transfer broke off",
            Error::ArbitrationLoss => "another controller won the bus",
            Error::NoAcknowledge(NoAcknowledgeSource::Address | NoAcknowledgeSource::Unknown) => {
                "no device acknowledged"
            }
            Error::NoAcknowledge(NoAcknowledgeSource::Data) => "the device did not acknowledge a byte",
            Error::Overrun => "the controller lost received bytes",
            Error::Other => "the bus or its driver failed",
            Error::TooLong => "the transfer is too long for the hardware",
            Error::Unsupported => "the hardware cannot do this",
            Error::Busy => "the bus is in use elsewhere",
        })
    }
}

impl core::error::Error for Error {}

#[cfg(feature = "component")]
impl From<wit::Operation> for Step {
    #[inline]
    fn from(wit::Operation { direction, len }: wit::Operation) -> Step {
        match direction {
            wit::Direction::Read => Step::Read(size(len)),
            wit::Direction::Write => Step::Write(size(len)),
        }
    }
}

#[cfg(feature = "component")]
impl From<wit::Address> for Address {
    #[inline]
    fn from(address: wit::Address) -> Address {
        match address {
            wit::Address::SevenBit(address) => Address::SevenBit(address),
            wit::Address::TenBit(address) => Address::TenBit(address),
        }
    }
}

// The interface has no word for memory.
denials!(wit::Error, too long: TooLong, out of memory: TooLong);

impl From<Error> for wit::Error {
    fn from(error: Error) -> wit::Error {
        match error {
            Error::Bus => wit::Error::Bus,
            Error::ArbitrationLoss => wit::Error::ArbitrationLoss,
            Error::NoAcknowledge(NoAcknowledgeSource::Address) => wit::Error::NoAcknowledgeAddress,
            Error::NoAcknowledge(NoAcknowledgeSource::Data) => wit::Error::NoAcknowledgeData,
            Error::NoAcknowledge(NoAcknowledgeSource::Unknown) => wit::Error::NoAcknowledgeUnknown,
            Error::Overrun => wit::Error::Overrun,
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
            ErrorKind::Bus => Error::Bus,
            ErrorKind::ArbitrationLoss => Error::ArbitrationLoss,
            ErrorKind::NoAcknowledge(source) => Error::NoAcknowledge(source),
            ErrorKind::Overrun => Error::Overrun,
            // The foreign enum is non-exhaustive.
            _ => Error::Other,
        }
    }
}

/// Converts an error of embedded-hal.
fn from_hal<E: i2c::Error>(error: E) -> Error {
    error.kind().into()
}

impl<B: I2c<SevenBitAddress> + Send> Bus for EmbeddedHal<B> {
    #[inline]
    fn transaction(&mut self, address: Address, operations: &mut [Operation<'_>]) -> Result<(), Error> {
        match address {
            Address::SevenBit(address) => self.0.transaction(address, operations).map_err(from_hal),
            Address::TenBit(_) => Err(Error::Unsupported),
        }
    }
}

impl<B: I2c<SevenBitAddress> + I2c<TenBitAddress> + Send> Bus for BothWidths<B> {
    #[inline]
    fn transaction(&mut self, address: Address, operations: &mut [Operation<'_>]) -> Result<(), Error> {
        match address {
            Address::SevenBit(address) => self.0.transaction(address, operations).map_err(from_hal),
            Address::TenBit(address) => self.0.transaction(address, operations).map_err(from_hal),
        }
    }
}
