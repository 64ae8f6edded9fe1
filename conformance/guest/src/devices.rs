//! What a script is carried out on.

use alloc::string::String;

use embedded_hal::delay::DelayNs;
use embedded_hal::digital::{InputPin, StatefulOutputPin};
use embedded_hal::i2c::{I2c, SevenBitAddress, TenBitAddress};
use embedded_hal::spi::{SpiBus, SpiDevice};

/// An implementation of embedded-hal's traits: it opens what stands under labels.
pub trait Devices {
    /// An I2C bus.
    type I2c: I2c<SevenBitAddress> + I2c<TenBitAddress>;
    /// An SPI device.
    type SpiDevice: SpiDevice;
    /// An SPI bus.
    type SpiBus: SpiBus;
    /// An output.
    type Output: StatefulOutputPin;
    /// An input.
    type Input: InputPin;
    /// An open-drain pin.
    type Io: StatefulOutputPin + InputPin;
    /// A delay.
    type Delay: DelayNs;

    /// Opens an I2C bus.
    ///
    /// # Errors
    ///
    /// One word that says why not, as do all of these.
    fn i2c(&mut self, label: &str) -> Result<Self::I2c, String>;

    /// Opens an SPI device.
    ///
    /// # Errors
    ///
    /// One word that says why not.
    fn spi_device(&mut self, label: &str) -> Result<Self::SpiDevice, String>;

    /// Opens an SPI bus.
    ///
    /// # Errors
    ///
    /// One word that says why not.
    fn spi_bus(&mut self, label: &str) -> Result<Self::SpiBus, String>;

    /// Opens an output.
    ///
    /// # Errors
    ///
    /// One word that says why not.
    fn output(&mut self, label: &str) -> Result<Self::Output, String>;

    /// Opens an input.
    ///
    /// # Errors
    ///
    /// One word that says why not.
    fn input(&mut self, label: &str) -> Result<Self::Input, String>;

    /// Opens an open-drain pin.
    ///
    /// # Errors
    ///
    /// One word that says why not.
    fn io(&mut self, label: &str) -> Result<Self::Io, String>;

    /// Returns a delay.
    fn delay(&mut self) -> Self::Delay;
}
