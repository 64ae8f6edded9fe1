//! `[spi.LABEL]`: devices behind a select line, and buses without one.

use embedded_hal::spi::Mode;

use super::backend::{BLOCK, BusBackend, PATH, SIM};
use super::reader::{Table, Value};
use super::schema::{Form, Key};
use crate::model::{Label, MODES, Select, Spi};

/// The fastest clock, past anything on a board.
const GREATEST_FREQUENCY_HZ: u32 = 200_000_000;

/// The bits of a word: a guest's word is a byte.
const WORD_BITS: u32 = 8;

/// The longest delay around the select line: one millisecond.
const GREATEST_SELECT_DELAY_NS: u32 = 1_000_000;

/// The most clocks before the first use; SD cards need 74.
const GREATEST_INIT_CLOCKS: u32 = 1024;

/// The simulated bus of a device with `sim = true`. A label for a whole bus has one of its own, called as the label.
const DEFAULT_SIM_BUS: &str = "spi";

/// A label for an SPI device or bus.
pub type SpiLabel = Label<Spi, BusBackend>;

/// The keys of `[spi.LABEL]`.
pub(crate) const KEYS: [Key; 15] = [
    SIM,
    PATH,
    BLOCK,
    Key::new("sck", Form::Pin, "the pin of the clock"),
    Key::new("mosi", Form::Pin, "the pin of the data to the device"),
    Key::new("miso", Form::Pin, "the pin of the data from the device"),
    Key::new("cs", Form::Pin, "the pin of the select line"),
    Key::choice("select", &["own", "none"], "`own` for a device behind a select line, `none` for a whole bus"),
    Key::counted("frequency", 1, GREATEST_FREQUENCY_HZ, "the clock in hertz"),
    Key::integer("mode", 0, 3, "polarity and phase of the clock"),
    Key::counted("bits", WORD_BITS, WORD_BITS, "the bits of a word"),
    Key::counted("select-setup-ns", 0, GREATEST_SELECT_DELAY_NS, "the time from select to the first clock"),
    Key::counted("select-hold-ns", 0, GREATEST_SELECT_DELAY_NS, "the time from the last clock to deselect"),
    Key::counted("init-clocks", 0, GREATEST_INIT_CLOCKS, "clocks before the first use, with nothing selected"),
    Key::switch("split-writes", "true if a write longer than spidev takes may be split"),
];

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
            && value.integer(1..=64_u32).is_some_and(|bits| bits != WORD_BITS)
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
        let default = Spi::default();
        let settings = Spi {
            select,
            frequency_hz: frequency.unwrap_or(default.frequency_hz),
            mode: mode.unwrap_or(default.mode),
            select_setup_ns,
            select_hold_ns,
            init_clocks: init_clocks.unwrap_or(default.init_clocks),
            split_writes: split_writes.unwrap_or(default.split_writes),
        };
        Some(Label { label: label.to_owned(), backend: backend?, settings, span })
    }
}

/// Reads the number of a mode.
pub(crate) fn read_mode(value: &Value<'_>) -> Option<Mode> {
    MODES.get(value.integer(0..=3_usize)?).copied()
}
