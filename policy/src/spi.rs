//! `[spi.LABEL]`: devices behind a select line, and buses without one.

use embedded_hal::spi::{MODE_0, MODE_1, MODE_2, MODE_3, Mode};

use super::backend::BusBackend;
use super::problem::Span;
use super::reader::{Table, Value};

/// The clock of a device that does not state one, in hertz.
pub const DEFAULT_SPI_FREQUENCY_HZ: u32 = 1_000_000;

/// The fastest clock, past anything on a board.
const GREATEST_FREQUENCY_HZ: u32 = 200_000_000;

/// The bits of a word: a guest's word is a byte.
const WORD_BITS: u8 = 8;

/// The longest delay around the select line: one millisecond.
const GREATEST_SELECT_DELAY_NS: u32 = 1_000_000;

/// The most clocks before the first use; SD cards need 74.
const GREATEST_INIT_CLOCKS: u32 = 1024;

/// The simulated bus of a device with `sim = true`. A label for a whole bus has one of its own, called as the label.
const DEFAULT_SIM_BUS: &str = "spi";

/// Who drives the select line of a label.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Select {
    /// The host does: the guest opens an SPI device.
    Own,
    /// Nobody: the guest opens an SPI bus.
    None,
}

/// A label for an SPI device or bus.
#[derive(Clone, Debug)]
pub struct SpiLabel {
    /// What the guest opens.
    pub label: String,
    /// What stands behind it.
    pub backend: BusBackend,
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
    pub(crate) span: Span,
}

impl SpiLabel {
    pub(crate) fn read(label: &str, table: Table<'_>) -> Option<SpiLabel> {
        let select =
            table.get("select").and_then(|value| value.choice(&[("own", Select::Own), ("none", Select::None)]));
        let select = select.unwrap_or(Select::Own);
        let default_bus = if select == Select::Own { DEFAULT_SIM_BUS } else { label };
        let backend = BusBackend::read(&table, default_bus, &["sck", "mosi"], &["miso", "cs"]);
        let frequency = table.get("frequency").and_then(|value| value.integer(1..=GREATEST_FREQUENCY_HZ));
        let mode = table.get("mode").and_then(|value| read_mode(&value));
        if let Some(value) = table.get("bits")
            && value.integer(1..=64_u8).is_some_and(|bits| bits != WORD_BITS)
        {
            let help = "a driver with other words sends them as bytes, most significant bit first".to_owned();
            value.refuse(&format!("must be {WORD_BITS}: a guest's word is one byte"), Some(help));
        }
        let delay = |key| table.get(key).and_then(|value| value.integer(0..=GREATEST_SELECT_DELAY_NS)).unwrap_or(0);
        let (select_setup_ns, select_hold_ns) = (delay("select-setup-ns"), delay("select-hold-ns"));
        let init_clocks = table.get("init-clocks").and_then(|value| value.integer(0..=GREATEST_INIT_CLOCKS));
        let split_writes = table.get("split-writes").and_then(|value| {
            if backend.as_ref().is_some_and(|backend| !matches!(backend, BusBackend::Linux(_))) {
                let help = "remove it: only spidev on Linux limits the length of a write".to_owned();
                value.refuse("needs `path`", Some(help));
            }
            value.boolean()
        });
        let span = table.span.clone();
        table.finish();
        Some(SpiLabel {
            label: label.to_owned(),
            backend: backend?,
            select,
            frequency_hz: frequency.unwrap_or(DEFAULT_SPI_FREQUENCY_HZ),
            mode: mode.unwrap_or(MODE_0),
            select_setup_ns,
            select_hold_ns,
            init_clocks: init_clocks.unwrap_or(0),
            split_writes: split_writes.unwrap_or(false),
            span,
        })
    }
}

/// Reads the number of a mode.
pub(crate) fn read_mode(value: &Value<'_>) -> Option<Mode> {
    Some(match value.integer(0..=3_u8)? {
        0 => MODE_0,
        1 => MODE_1,
        2 => MODE_2,
        _ => MODE_3,
    })
}
