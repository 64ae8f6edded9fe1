//! Devices that fail in every way that embedded-hal has a name for, one after the other, and then work: for the labels `faulty-i2c`,
//! `faulty-spi`, `faulty-serial`, `FAULTY-OUT` and `FAULTY-IN` of the [`bench`](crate::bench).

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

/// The kinds of an error of a byte stream, in the order in which [`Serial`] fails.
pub const IO_KINDS: [embedded_io::ErrorKind; 18] = [
    embedded_io::ErrorKind::Other,
    embedded_io::ErrorKind::NotFound,
    embedded_io::ErrorKind::PermissionDenied,
    embedded_io::ErrorKind::ConnectionRefused,
    embedded_io::ErrorKind::ConnectionReset,
    embedded_io::ErrorKind::ConnectionAborted,
    embedded_io::ErrorKind::NotConnected,
    embedded_io::ErrorKind::AddrInUse,
    embedded_io::ErrorKind::AddrNotAvailable,
    embedded_io::ErrorKind::BrokenPipe,
    embedded_io::ErrorKind::AlreadyExists,
    embedded_io::ErrorKind::InvalidInput,
    embedded_io::ErrorKind::InvalidData,
    embedded_io::ErrorKind::TimedOut,
    embedded_io::ErrorKind::Interrupted,
    embedded_io::ErrorKind::Unsupported,
    embedded_io::ErrorKind::OutOfMemory,
    embedded_io::ErrorKind::WriteZero,
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

/// A serial port that is always ready. Its reads fail in the ways of [`IO_KINDS`], and then read zeros. Its first write takes no byte,
/// which a host must not pass on; the next ones fail in the same ways, and then take everything.
#[derive(Clone, Copy, Debug, Default)]
pub struct Serial {
    reads: usize,
    writes: usize,
}

impl core::fmt::Display for Fault<embedded_io::ErrorKind> {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        write!(f, "a fault of the kind {:?}", self.0)
    }
}

impl core::error::Error for Fault<embedded_io::ErrorKind> {}

impl embedded_io::Error for Fault<embedded_io::ErrorKind> {
    fn kind(&self) -> embedded_io::ErrorKind {
        self.0
    }
}

impl embedded_io::ErrorType for Serial {
    type Error = Fault<embedded_io::ErrorKind>;
}

impl embedded_io::Read for Serial {
    fn read(&mut self, buffer: &mut [u8]) -> Result<usize, Self::Error> {
        next(&mut self.reads, &IO_KINDS)?;
        buffer.fill(0);
        Ok(buffer.len())
    }
}

impl embedded_io::ReadReady for Serial {
    fn read_ready(&mut self) -> Result<bool, Self::Error> {
        Ok(true)
    }
}

impl embedded_io::Write for Serial {
    fn write(&mut self, bytes: &[u8]) -> Result<usize, Self::Error> {
        if self.writes == 0 {
            self.writes = 1;
            return Ok(0);
        }
        let mut fault = self.writes - 1;
        self.writes = self.writes.saturating_add(1);
        next(&mut fault, &IO_KINDS).map(|()| bytes.len())
    }

    fn flush(&mut self) -> Result<(), Self::Error> {
        Ok(())
    }
}

impl embedded_io::WriteReady for Serial {
    fn write_ready(&mut self) -> Result<bool, Self::Error> {
        Ok(true)
    }
}

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
