//! The bench: what stands behind which label, on every host alike.
//!
//! A host has as much of it as it can. What it lacks makes rules not applicable, with the reason; what it has must behave as here,
//! since the rules know what the parts answer.
//!
//! | label | what stands there | wire |
//! | --- | --- | --- |
//! | `bus` | an I2C bus at 100 kHz with the targets below; all its addresses are granted | `i2c` |
//! | `same-bus` | the same bus under a second label | `i2c` |
//! | `seven` | a controller of that bus without ten-bit addresses, all addresses granted | `i2c` |
//! | `device` | an SPI device: 1 MHz, mode 0 | `spi` |
//! | `other` | an SPI device on the same bus: 2 MHz, mode 3 | `spi` |
//! | `slow` | an SPI device on the same bus: 1 MHz, mode 0, 3 us of select setup and 2 us of hold | `spi` |
//! | `strip` | an SPI bus of its own without select: 1 MHz, mode 0 | `strip` |
//! | `OUT` | an output, initially low | `OUT` |
//! | `UP` | an output, initially high | `UP` |
//! | `NOUT` | an output that is active low, initially high | `NOUT` |
//! | `IO` | an open-drain pin with a pull-up, initially high | `IO` |
//! | `HELD` | an open-drain pin that something else holds low, initially high | `HELD` |
//! | `INHIGH`, `INLOW` | inputs, electrically high and low | |
//! | `NHIGH`, `NLOW` | inputs that are active low, electrically high and low | |
//! | `LOOP`, `NLOOP` | inputs that are wired to `OUT`; `NLOOP` is active low | |
//! | `FAN` | a PWM output of 20 kHz, initially off | `FAN` |
//! | `NFAN` | a PWM output of 20 kHz that is active low, initially off | `NFAN` |
//! | `SERIAL` | a serial port: what is at its other end is in the conditions | `SERIAL.TX`, `SERIAL.RX` |
//! | `SMALL` | a serial port that keeps 4 received bytes, with the same at its other end | |
//! | `faulty-i2c`, `faulty-spi`, `faulty-serial`, `FAULTY-OUT`, `FAULTY-IN` | the devices of [`faulty`](crate::faulty) | |

/// The I2C targets on `bus`, with addresses of seven and of ten bits: [`I2cPart::all`].
#[derive(Clone, Debug)]
pub struct I2cPart {
    /// The address, right-aligned.
    pub address: u16,
    /// Whether the address has ten bits.
    pub ten_bits: bool,
    /// How many bytes of a write it acknowledges, if not all.
    pub takes: Option<usize>,
    written: usize,
    read: u8,
}

/// The first byte that an I2C target gives after its address; each further one is greater by one.
pub const I2C_FIRST: u8 = 0xa0;

/// The first byte that an SPI device gives after its select, and an SPI bus at all; each further one is greater by one.
pub const SPI_FIRST: u8 = 0x80;

impl I2cPart {
    /// Returns all targets of the bench.
    #[must_use]
    pub fn all() -> [I2cPart; 3] {
        let part = |address, ten_bits, takes| I2cPart { address, ten_bits, takes, written: 0, read: I2C_FIRST };
        [part(0x2a, false, None), part(0x2b, false, Some(2)), part(0x150, true, None)]
    }

    /// Begins an exchange, and returns whether the address is acknowledged.
    pub fn start(&mut self, address: u16, ten_bits: bool) -> bool {
        self.written = 0;
        self.read = I2C_FIRST;
        (address, ten_bits) == (self.address, self.ten_bits)
    }

    /// Takes a byte, and returns whether it is acknowledged.
    pub fn write(&mut self, _byte: u8) -> bool {
        self.written = self.written.saturating_add(1);
        self.takes.is_none_or(|takes| self.written <= takes)
    }

    /// Gives a byte.
    pub fn read(&mut self) -> u8 {
        let byte = self.read;
        self.read = byte.wrapping_add(1);
        byte
    }
}

/// The part behind a select line, or on a bus without one.
#[derive(Clone, Debug)]
pub struct SpiPart {
    next: u8,
}

impl Default for SpiPart {
    fn default() -> SpiPart {
        SpiPart { next: SPI_FIRST }
    }
}

impl SpiPart {
    /// Is selected.
    pub fn select(&mut self) {
        self.next = SPI_FIRST;
    }

    /// Exchanges a word.
    pub fn exchange(&mut self, _mosi: u8) -> u8 {
        let miso = self.next;
        self.next = miso.wrapping_add(1);
        miso
    }
}
