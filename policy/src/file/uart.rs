//! `[uart.LABEL]`: serial ports.

use super::backend::{BLOCK, BusBackend, PATH, SIM};
use super::reader::Table;
use super::schema::{Form, Key};
use crate::model::{Access, Label, Parity, Uart};

/// A label for a serial port.
pub type UartLabel = Label<Uart, BusBackend>;

/// The greatest speed that a policy can state.
const GREATEST_BAUD: u32 = 4_000_000;

/// The most bytes that a simulated port can keep.
const GREATEST_RECEIVE_BYTES: u32 = 1 << 20;

/// The keys of `[uart.LABEL]`.
pub(crate) const KEYS: [Key; 10] = [
    SIM,
    PATH,
    BLOCK,
    Key::new("tx", Form::Pin, "the pin that sends"),
    Key::new("rx", Form::Pin, "the pin that receives"),
    Key::counted("baud", 1, GREATEST_BAUD, "bits a second"),
    Key::choice("parity", &["none", "even", "odd"], "the parity"),
    Key::integer("stop-bits", 1, 2, "the stop bits"),
    Key::choice("access", &["read-write", "read-only"], "whether the guest may send"),
    Key::counted("receive-bytes", 1, GREATEST_RECEIVE_BYTES, "how many received bytes a simulated port keeps"),
];

impl UartLabel {
    pub(super) fn read(label: &str, table: Table<'_>) -> Option<UartLabel> {
        let backend = BusBackend::read(&table, label, &["tx", "rx"], &[]);
        let baud = table.get("baud").and_then(|value| value.integer(1..=GREATEST_BAUD));
        let parities = [("none", Parity::None), ("even", Parity::Even), ("odd", Parity::Odd)];
        let parity = table.get("parity").and_then(|value| value.choice(&parities));
        let stop_bits = table.get("stop-bits").and_then(|value| value.integer(1..=2));
        let accesses = [("read-write", Access::ReadWrite), ("read-only", Access::ReadOnly)];
        let access = table.get("access").map(|value| value.choice(&accesses));
        let receive = table.get("receive-bytes");
        if let (Some(value), Some(BusBackend::Linux(_) | BusBackend::Block(_))) = (&receive, &backend) {
            value.refuse("is for a simulated port only: the driver of a hardware port has its own buffer", None);
        }
        let receive_bytes = receive.and_then(|value| value.integer(1..=GREATEST_RECEIVE_BYTES));
        let span = table.span.clone();
        table.finish();
        let default = Uart::default();
        let settings = Uart {
            baud: baud.unwrap_or(default.baud),
            parity: parity.unwrap_or(default.parity),
            stop_bits: stop_bits.unwrap_or(default.stop_bits),
            access: access.unwrap_or(Some(default.access))?,
            receive_bytes: receive_bytes.unwrap_or(default.receive_bytes),
        };
        Some(Label { label: label.to_owned(), backend: backend?, settings, span })
    }
}
