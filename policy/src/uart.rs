//! `[uart.LABEL]`: serial ports.

use wasm_embedded_host::Access;
use wasm_embedded_sim::uart::Parity;

use super::backend::BusBackend;
use super::problem::Span;
use super::reader::Table;

/// The speed of a port that does not state one, in bits a second.
pub const DEFAULT_BAUD: u32 = 115_200;

/// The greatest speed that a policy can state.
const GREATEST_BAUD: u32 = 4_000_000;

/// The most bytes that a simulated port can keep.
const GREATEST_RECEIVE_BYTES: usize = 1 << 20;

/// A label for a serial port.
#[derive(Clone, Debug)]
pub struct UartLabel {
    /// What the guest opens.
    pub label: String,
    /// What stands behind it.
    pub backend: BusBackend,
    /// Bits a second.
    pub baud: u32,
    /// The parity.
    pub parity: Parity,
    /// Stop bits, 1 or 2.
    pub stop_bits: u8,
    /// Whether the guest may send.
    pub access: Access,
    /// How many received bytes a simulated port keeps.
    pub receive_bytes: usize,
    pub(crate) span: Span,
}

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
        Some(UartLabel {
            label: label.to_owned(),
            backend: backend?,
            baud: baud.unwrap_or(DEFAULT_BAUD),
            parity: parity.unwrap_or_default(),
            stop_bits: stop_bits.unwrap_or(1),
            access: access.unwrap_or(Some(Access::ReadWrite))?,
            receive_bytes: receive_bytes.unwrap_or(4096),
            span,
        })
    }
}
