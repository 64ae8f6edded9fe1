//! Which pins and controllers a guest has: two guests must not have the same.

use core::fmt;

use wasm_embedded_image::Policy;
use wasm_embedded_policy::chip::{ChipBus, ChipPin, I2cPins, SpiPins, UartPins};

/// Pins and controllers, one bit each.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Claims {
    pins: u64,
    i2c: u64,
    spi: u64,
    uart: u64,
    counters: u64,
}

/// What two guests want.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Conflict {
    /// A pin.
    Pin(u32),
    /// An I2C controller.
    I2c(u32),
    /// An SPI controller.
    Spi(u32),
    /// A serial port.
    Uart(u32),
    /// A counter of PWM outputs: its two outputs have one frequency.
    Counter(u32),
}

impl Claims {
    /// Returns what a policy names.
    #[must_use]
    pub fn of(policy: &Policy) -> Claims {
        let mut claims = Claims::default();
        for label in &policy.i2c {
            if let ChipBus::Block { block, pins: I2cPins { sda, scl } } = label.backend {
                claims.i2c |= bit(block);
                claims.pins |= bit(sda) | bit(scl);
            }
        }
        for label in &policy.spi {
            if let ChipBus::Block { block, pins: SpiPins { sck, mosi, miso, cs } } = label.backend {
                claims.spi |= bit(block);
                claims.pins |= bit(sck) | bit(mosi) | miso.map_or(0, bit) | cs.map_or(0, bit);
            }
        }
        for label in &policy.pins {
            if let ChipPin::Pin(pin) = label.backend {
                claims.pins |= bit(pin);
            }
        }
        for label in &policy.uart {
            if let ChipBus::Block { block, pins: UartPins { tx, rx } } = label.backend {
                claims.uart |= bit(block);
                claims.pins |= bit(tx) | bit(rx);
            }
        }
        for label in &policy.pwm {
            if let ChipPin::Pin(pin) = label.backend {
                claims.pins |= bit(pin);
                claims.counters |= bit(pin / 2 % 8);
            }
        }
        for label in &policy.adc {
            if let ChipPin::Pin(pin) = label.backend {
                claims.pins |= bit(pin);
            }
        }
        claims
    }

    /// Returns the first thing that both have.
    #[must_use]
    pub fn conflict(&self, other: &Claims) -> Option<Conflict> {
        let first = |both: u64| (both != 0).then(|| both.trailing_zeros());
        let pin = first(self.pins & other.pins).map(Conflict::Pin);
        let i2c = || first(self.i2c & other.i2c).map(Conflict::I2c);
        let spi = || first(self.spi & other.spi).map(Conflict::Spi);
        let uart = || first(self.uart & other.uart).map(Conflict::Uart);
        let counter = || first(self.counters & other.counters).map(Conflict::Counter);
        pin.or_else(i2c).or_else(spi).or_else(uart).or_else(counter)
    }
}

/// A number past the bits is refused by the tool, and by the board.
fn bit(number: u8) -> u64 {
    1_u64.checked_shl(number.into()).unwrap_or(0)
}

impl fmt::Display for Conflict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Conflict::Pin(pin) => write!(f, "pin {pin}"),
            Conflict::I2c(block) => write!(f, "I2C{block}"),
            Conflict::Spi(block) => write!(f, "SPI{block}"),
            Conflict::Uart(block) => write!(f, "UART{block}"),
            Conflict::Counter(number) => write!(f, "PWM counter {number}"),
        }
    }
}
