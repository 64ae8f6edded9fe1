//! SPI devices, and buses without chip select.

use embedded_hal::spi::Operation;
use wasm_embedded_host::Completion;
use wasm_embedded_host::spi::{Bus, Error, Outcome, Transaction};
use wasm_embedded_linux::{Queued, SpiDevice, spi};

use super::Hosted;

impl Bus for Hosted<Queued<SpiDevice>> {
    fn run(&mut self, operations: &mut [Operation<'_, u8>]) -> Result<(), Error> {
        self.0.call(|device| device.run(operations)).map_err(error)
    }

    /// Waits for what was begun before: the kernel's driver returns when the last clock is over.
    fn flush(&mut self) -> Result<(), Error> {
        self.0.call(|_| Ok(()))
    }

    fn start(&mut self, exchange: Transaction) -> Completion<Outcome> {
        Completion::pending(self.0.start(|device| exchange.run(|operations| device.run(operations).map_err(error))))
    }

    fn start_flush(&mut self) -> Completion<Result<(), Error>> {
        Completion::pending(self.0.start(|_| Ok(())))
    }
}

fn error(error: spi::Error) -> Error {
    match error {
        spi::Error::TooLong => Error::TooLong,
        spi::Error::Unsupported => Error::Unsupported,
        spi::Error::Busy => Error::Busy,
        _ => Error::Other,
    }
}
