//! A bus without chip select.

use embedded_hal::spi::Operation;

use super::{Error, SpiDevice};

/// A bus whose chip select the caller drives, or for which there is none: the device file's own select stays inactive.
///
/// No other device of the bus may be used meanwhile.
#[derive(Debug)]
pub struct SpiBus(SpiDevice);

impl SpiBus {
    /// `device` was opened without chip select.
    pub(crate) fn new(device: SpiDevice) -> SpiBus {
        SpiBus(device)
    }

    /// Carries out operations one after the other, with nothing between them.
    ///
    /// # Errors
    ///
    /// The operations are longer than spidev takes, or the controller's driver failed.
    pub fn run(&mut self, operations: &mut [Operation<'_, u8>]) -> Result<(), Error> {
        self.0.run(operations)
    }
}
