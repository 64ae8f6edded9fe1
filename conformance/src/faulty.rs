//! Devices that fail in every way that embedded-hal has a name for, one after the other, and then work: for the labels `faulty-i2c`,
//! `faulty-spi`, `FAULTY-OUT` and `FAULTY-IN` of the [`bench`](crate::bench).

use embedded_hal::{digital, i2c, spi};

use i2c::NoAcknowledgeSource::{Address, Data, Unknown};

/// The kinds of an I2C error, in the order in which [`I2c`] fails.
pub const I2C_KINDS: [i2c::ErrorKind; 7] = [
    i2c::ErrorKind::Bus,
    i2c::ErrorKind::ArbitrationLoss,
    i2c::ErrorKind::NoAcknowledge(Address),
    i2c::ErrorKind::NoAcknowledge(Data),
    i2c::ErrorKind::NoAcknowledge(Unknown),
    i2c::ErrorKind::Overrun,
    i2c::ErrorKind::Other,
];

/// The kinds of an SPI error, in the order in which [`Spi`] fails.
pub const SPI_KINDS: [spi::ErrorKind; 5] = [
    spi::ErrorKind::Overrun,
    spi::ErrorKind::ModeFault,
    spi::ErrorKind::FrameFormat,
    spi::ErrorKind::ChipSelectFault,
    spi::ErrorKind::Other,
];

/// An error of a kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Fault<K>(pub K);

impl i2c::Error for Fault<i2c::ErrorKind> {
    fn kind(&self) -> i2c::ErrorKind {
        self.0
    }
}

impl spi::Error for Fault<spi::ErrorKind> {
    fn kind(&self) -> spi::ErrorKind {
        self.0
    }
}

impl digital::Error for Fault<digital::ErrorKind> {
    fn kind(&self) -> digital::ErrorKind {
        self.0
    }
}

/// An I2C bus that fails in the ways of [`I2C_KINDS`], having filled what it was to read, and then reads zeros.
#[derive(Clone, Copy, Debug, Default)]
pub struct I2c(usize);

/// An SPI device that fails in the ways of [`SPI_KINDS`], having filled what it was to read, and then reads zeros.
#[derive(Clone, Copy, Debug, Default)]
pub struct Spi(usize);

/// A pin that fails at its first use, and then is low.
#[derive(Clone, Copy, Debug, Default)]
pub struct Pin(usize);

/// Returns the fault of this call, if there is one left.
fn next<K: Copy>(count: &mut usize, kinds: &[K]) -> Result<(), Fault<K>> {
    let kind = kinds.get(*count).copied();
    *count = count.saturating_add(1);
    kind.map_or(Ok(()), |kind| Err(Fault(kind)))
}

impl i2c::ErrorType for I2c {
    type Error = Fault<i2c::ErrorKind>;
}

impl<A: i2c::AddressMode> i2c::I2c<A> for I2c {
    fn transaction(&mut self, _: A, operations: &mut [i2c::Operation<'_>]) -> Result<(), Self::Error> {
        for operation in operations {
            if let i2c::Operation::Read(buffer) = operation {
                buffer.fill(0);
            }
        }
        next(&mut self.0, &I2C_KINDS)
    }
}

impl spi::ErrorType for Spi {
    type Error = Fault<spi::ErrorKind>;
}

impl spi::SpiDevice for Spi {
    fn transaction(&mut self, operations: &mut [spi::Operation<'_, u8>]) -> Result<(), Self::Error> {
        for operation in operations {
            match operation {
                spi::Operation::Read(buffer)
                | spi::Operation::Transfer(buffer, _)
                | spi::Operation::TransferInPlace(buffer) => buffer.fill(0),
                spi::Operation::Write(_) | spi::Operation::DelayNs(_) => {}
            }
        }
        next(&mut self.0, &SPI_KINDS)
    }
}

impl digital::ErrorType for Pin {
    type Error = Fault<digital::ErrorKind>;
}

impl digital::OutputPin for Pin {
    fn set_low(&mut self) -> Result<(), Self::Error> {
        next(&mut self.0, &[digital::ErrorKind::Other])
    }

    fn set_high(&mut self) -> Result<(), Self::Error> {
        next(&mut self.0, &[digital::ErrorKind::Other])
    }
}

impl digital::InputPin for Pin {
    fn is_high(&mut self) -> Result<bool, Self::Error> {
        next(&mut self.0, &[digital::ErrorKind::Other]).map(|()| false)
    }

    fn is_low(&mut self) -> Result<bool, Self::Error> {
        self.is_high().map(|high| !high)
    }
}
