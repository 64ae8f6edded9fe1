//! SPI devices behind a select line, and buses without one.

use embedded_hal::spi::{MODE_0, MODE_1, MODE_2, MODE_3, Mode};

/// The clock of a device that does not state one, in hertz.
pub const DEFAULT_SPI_FREQUENCY_HZ: u32 = 1_000_000;

/// The modes, by number.
pub(crate) const MODES: [Mode; 4] = [MODE_0, MODE_1, MODE_2, MODE_3];

/// Who drives the select line of a label.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Select {
    /// The host does: the guest opens an SPI device.
    Own,
    /// Nobody: the guest opens an SPI bus.
    None,
}

/// How an SPI device or bus is used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Spi {
    /// Whether the label is a device or a bus.
    pub select: Select,
    /// The clock in hertz.
    pub frequency_hz: u32,
    /// Clock polarity and phase.
    pub mode: Mode,
    /// Time from select active to the first clock edge, in nanoseconds.
    pub select_setup_ns: u32,
    /// Time from the last clock edge to select inactive, in nanoseconds.
    pub select_hold_ns: u32,
    /// Clocks sent once before the guest starts, with select inactive and data high; rounded up to whole bytes.
    pub init_clocks: u32,
    /// On Linux: whether a transaction of nothing but writes that is longer than spidev's buffer may become several.
    pub split_writes: bool,
}

impl Spi {
    /// Returns the number of the mode, 0 to 3.
    #[must_use]
    pub fn mode_number(&self) -> usize {
        MODES.iter().position(|mode| *mode == self.mode).unwrap_or_default()
    }
}

impl Default for Spi {
    fn default() -> Spi {
        Spi {
            select: Select::Own,
            frequency_hz: DEFAULT_SPI_FREQUENCY_HZ,
            mode: MODE_0,
            select_setup_ns: 0,
            select_hold_ns: 0,
            init_clocks: 0,
            split_writes: false,
        }
    }
}
