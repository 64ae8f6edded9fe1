//! `[limits]`: what a guest may ask for, and how large it may grow.

use wasm_embedded_host::Limits;

use super::reader::Table;

/// The most memory that a guest may have, in bytes, unless `memory-bytes` says otherwise: 64 MiB.
pub(crate) const DEFAULT_MEMORY_BYTES: usize = 64 << 20;

/// The most that `memory-bytes` can say: all that a 32-bit guest could use.
const GREATEST_MEMORY_BYTES: usize = 4 << 30;

/// The greatest transaction that a policy can allow: 16 MiB.
const GREATEST_TRANSACTION_BYTES: u32 = 16 << 20;

/// The greatest count of operations or handles that a policy can allow.
const GREATEST_COUNT: u32 = 65_536;

/// The longest text that a policy can allow in one message.
const GREATEST_TEXT_BYTES: u32 = 1 << 20;

/// The longest delay inside a transaction that a policy can allow: ten seconds.
const GREATEST_DELAY_NS: u64 = 10_000_000_000;

/// The branches and calls between two waits, unless `fuel` says otherwise: some seconds of a microcontroller.
pub(crate) const DEFAULT_FUEL: u64 = 10_000_000;

/// The most fuel that a policy can give: hours of a microcontroller.
const GREATEST_FUEL: u64 = 1 << 40;

/// Reads `[limits]` into what bounds calls, the bytes of memory, and the fuel.
pub(crate) fn read_limits(table: Table<'_>) -> (Limits, usize, Option<u64>) {
    let mut limits = Limits::default();
    let read = |key, field: &mut u32, greatest| {
        if let Some(value) = table.get(key).and_then(|value| value.integer(1..=greatest)) {
            *field = value;
        }
    };
    read("transaction-bytes", &mut limits.transaction_bytes, GREATEST_TRANSACTION_BYTES);
    read("operations", &mut limits.operations, GREATEST_COUNT);
    read("handles", &mut limits.handles, GREATEST_COUNT);
    read("calls", &mut limits.calls, GREATEST_COUNT);
    read("text-bytes", &mut limits.text_bytes, GREATEST_TEXT_BYTES);
    if let Some(value) = table.get("transaction-delay-ns").and_then(|value| value.integer(0..=GREATEST_DELAY_NS)) {
        limits.transaction_delay_ns = value;
    }
    let memory = table.get("memory-bytes").and_then(|value| value.integer(65_536..=GREATEST_MEMORY_BYTES));
    let fuel = match table.get("fuel") {
        Some(value) if value.as_text().is_some() => value.choice(&[("off", None)]),
        Some(value) => value.integer(1..=GREATEST_FUEL).map(Some),
        None => None,
    };
    table.finish();
    (limits, memory.unwrap_or(DEFAULT_MEMORY_BYTES), fuel.unwrap_or(Some(DEFAULT_FUEL)))
}
