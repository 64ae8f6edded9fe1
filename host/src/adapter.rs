//! Devices of embedded-hal as the host needs them.

/// A device of embedded-hal behind the host's own traits: an I2C bus with addresses of seven bits, an SPI device, a pin, a PWM output
/// or a delay.
///
/// Its errors become those of embedded-hal's kinds. A device that tells more implements the trait of its module by itself
/// ([`i2c::Bus`](crate::i2c::Bus), [`spi::Bus`](crate::spi::Bus) and so on), and is given without this.
///
/// ```
/// # use embedded_hal::digital::{ErrorType, OutputPin};
/// # struct Led;
/// # impl ErrorType for Led { type Error = core::convert::Infallible; }
/// # impl OutputPin for Led {
/// #     fn set_low(&mut self) -> Result<(), Self::Error> { Ok(()) }
/// #     fn set_high(&mut self) -> Result<(), Self::Error> { Ok(()) }
/// # }
/// use wasm_embedded_host::{EmbeddedHal, HalCtx, PinGrant};
///
/// let mut hal = HalCtx::builder();
/// hal.output("LED", EmbeddedHal(Led), PinGrant::default());
/// ```
#[derive(Clone, Copy, Debug)]
pub struct EmbeddedHal<T>(pub T);
