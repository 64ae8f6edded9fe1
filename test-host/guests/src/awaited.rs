//! The asynchronous side of a type in the place of its blocking one: each call is run to its end by an executor of its own.

use embedded_hal::delay::DelayNs;
use embedded_hal::{i2c, spi};
use wasm_embedded_hal::block_on;

/// The asynchronous side of a type, for code that is written for the blocking one.
#[derive(Debug)]
pub struct Awaited<T>(pub T);

impl<T: i2c::ErrorType> i2c::ErrorType for Awaited<T> {
    type Error = T::Error;
}

impl<A: i2c::AddressMode, T: embedded_hal_async::i2c::I2c<A>> i2c::I2c<A> for Awaited<T> {
    fn transaction(&mut self, address: A, operations: &mut [i2c::Operation<'_>]) -> Result<(), T::Error> {
        block_on(self.0.transaction(address, operations))
    }

    fn read(&mut self, address: A, buffer: &mut [u8]) -> Result<(), T::Error> {
        block_on(self.0.read(address, buffer))
    }

    fn write(&mut self, address: A, bytes: &[u8]) -> Result<(), T::Error> {
        block_on(self.0.write(address, bytes))
    }

    fn write_read(&mut self, address: A, bytes: &[u8], buffer: &mut [u8]) -> Result<(), T::Error> {
        block_on(self.0.write_read(address, bytes, buffer))
    }
}

impl<T: spi::ErrorType> spi::ErrorType for Awaited<T> {
    type Error = T::Error;
}

impl<T: embedded_hal_async::spi::SpiDevice> spi::SpiDevice for Awaited<T> {
    fn transaction(&mut self, operations: &mut [spi::Operation<'_, u8>]) -> Result<(), T::Error> {
        block_on(self.0.transaction(operations))
    }

    fn read(&mut self, buffer: &mut [u8]) -> Result<(), T::Error> {
        block_on(self.0.read(buffer))
    }

    fn write(&mut self, bytes: &[u8]) -> Result<(), T::Error> {
        block_on(self.0.write(bytes))
    }

    fn transfer(&mut self, buffer: &mut [u8], bytes: &[u8]) -> Result<(), T::Error> {
        block_on(self.0.transfer(buffer, bytes))
    }

    fn transfer_in_place(&mut self, buffer: &mut [u8]) -> Result<(), T::Error> {
        block_on(self.0.transfer_in_place(buffer))
    }
}

impl<T: embedded_hal_async::spi::SpiBus> spi::SpiBus for Awaited<T> {
    fn read(&mut self, words: &mut [u8]) -> Result<(), T::Error> {
        block_on(self.0.read(words))
    }

    fn write(&mut self, words: &[u8]) -> Result<(), T::Error> {
        block_on(self.0.write(words))
    }

    fn transfer(&mut self, read: &mut [u8], write: &[u8]) -> Result<(), T::Error> {
        block_on(self.0.transfer(read, write))
    }

    fn transfer_in_place(&mut self, words: &mut [u8]) -> Result<(), T::Error> {
        block_on(self.0.transfer_in_place(words))
    }

    fn flush(&mut self) -> Result<(), T::Error> {
        block_on(self.0.flush())
    }
}

impl<T: embedded_hal_async::delay::DelayNs> DelayNs for Awaited<T> {
    fn delay_ns(&mut self, ns: u32) {
        block_on(self.0.delay_ns(ns));
    }

    fn delay_us(&mut self, us: u32) {
        block_on(self.0.delay_us(us));
    }

    fn delay_ms(&mut self, ms: u32) {
        block_on(self.0.delay_ms(ms));
    }
}

impl<T: embedded_io::ErrorType> embedded_io::ErrorType for Awaited<T> {
    type Error = T::Error;
}

impl<T: embedded_io_async::Read> embedded_io::Read for Awaited<T> {
    fn read(&mut self, buffer: &mut [u8]) -> Result<usize, T::Error> {
        block_on(self.0.read(buffer))
    }
}

impl<T: embedded_io_async::BufRead + embedded_io_async::Read> embedded_io::BufRead for Awaited<T> {
    fn fill_buf(&mut self) -> Result<&[u8], T::Error> {
        block_on(self.0.fill_buf())
    }

    fn consume(&mut self, count: usize) {
        self.0.consume(count);
    }
}

impl<T: embedded_io_async::Write> embedded_io::Write for Awaited<T> {
    fn write(&mut self, bytes: &[u8]) -> Result<usize, T::Error> {
        block_on(self.0.write(bytes))
    }

    fn flush(&mut self) -> Result<(), T::Error> {
        block_on(self.0.flush())
    }
}

impl<T: embedded_io::ReadReady> embedded_io::ReadReady for Awaited<T> {
    fn read_ready(&mut self) -> Result<bool, T::Error> {
        self.0.read_ready()
    }
}

impl<T: embedded_io::WriteReady> embedded_io::WriteReady for Awaited<T> {
    fn write_ready(&mut self) -> Result<bool, T::Error> {
        self.0.write_ready()
    }
}
