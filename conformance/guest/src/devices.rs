//! What a script is carried out on.

use alloc::string::String;

use embedded_hal::delay::DelayNs;
use embedded_hal::digital::{InputPin, StatefulOutputPin};
use embedded_hal::i2c::{I2c, SevenBitAddress, TenBitAddress};
use embedded_hal::pwm::SetDutyCycle;
use embedded_hal::spi::{Operation, SpiBus, SpiDevice};

use crate::uart::Serial;

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
    /// A PWM output.
    type Pwm: SetDutyCycle;
    /// A serial port.
    type Uart: Serial;
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

    /// Opens a PWM output.
    ///
    /// # Errors
    ///
    /// One word that says why not.
    fn pwm(&mut self, label: &str) -> Result<Self::Pwm, String>;

    /// Opens a serial port.
    ///
    /// # Errors
    ///
    /// One word that says why not.
    fn uart(&mut self, label: &str) -> Result<Self::Uart, String>;

    /// Returns a delay.
    fn delay(&mut self) -> Self::Delay;

    /// Waits for `what` at an input (`high`, `low`, `rising`, `falling`, `any`), and beside that drives an output as `steps` say: `h`
    /// and `l` are levels, `.` is a pause of 5 ms. Returns the answer, or nothing if there are no asynchronous traits.
    fn wait(
        &mut self,
        _input: &mut Self::Input,
        _what: &str,
        _output: &mut Self::Output,
        _steps: &str,
    ) -> Option<String> {
        None
    }

    /// Begins a transaction, and drops it after so many nanoseconds. Returns whether it had ended, or nothing as above.
    fn drop_transaction(
        &mut self,
        _device: &mut Self::SpiDevice,
        _operations: &mut [Operation<'_, u8>],
        _after_ns: u32,
    ) -> Option<bool> {
        None
    }

    /// Begins a `read`, or a `read_exact`, and drops it after so many milliseconds. Returns whether it had ended, or nothing as above.
    fn drop_read(&mut self, _port: &mut Self::Uart, _buffer: &mut [u8], _exact: bool, _after_ms: u32) -> Option<bool> {
        None
    }
}
