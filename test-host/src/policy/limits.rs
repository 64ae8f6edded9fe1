//! `[limits]`: what a guest may ask for, how large it may grow, and how long it may compute.

use std::time::Duration;

use wasm_embedded_host::Limits;

use super::reader::Table;

/// Bounds on the machine that a guest runs on. The default ones are for a guest that nobody trusts.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct MachineLimits {
    /// `memory-bytes`: the most memory of a guest, all its memories together.
    pub memory_bytes: usize,
    /// `table-elements`: the most elements of a table.
    pub table_elements: usize,
    /// `instances`: the most core instances, and tables and memories, of a component. Components made of several, and those with a
    /// script's engine in them, have 9.
    pub instances: usize,
    /// `stack-bytes`: the most stack that a guest's calls may use.
    pub stack_bytes: usize,
    /// `code-bytes`: the most code of a component that is compiled.
    pub code_bytes: usize,
    /// `computing-ms`: how long a guest may compute, in processor time, while simulated time stands still; with hardware, without
    /// calling the host.
    pub computing: Duration,
    /// `processor-time-ms`: how long a guest may compute in its life.
    pub processor_time: Option<Duration>,
    /// `wall-time-ms`: how long a guest may live, in the machine's time.
    pub wall_time: Option<Duration>,
    /// `fuel`: how many instructions a guest may execute, as Wasmtime counts them: the same in every run.
    pub fuel: Option<u64>,
    /// `fuel` on a microcontroller: how many branches and calls between two waits.
    pub fuel_between_waits: Option<u64>,
    /// `output-bytes`: the most bytes that a guest writes to the standard output and error, and to the log.
    pub output_bytes: u64,
    /// `trace-bytes`: the longest file of a trace.
    pub trace_bytes: u64,
}

impl Default for MachineLimits {
    fn default() -> MachineLimits {
        MachineLimits {
            memory_bytes: 16 << 20,
            table_elements: 10_000,
            instances: 16,
            stack_bytes: 256 << 10,
            code_bytes: 8 << 20,
            computing: Duration::from_secs(10),
            processor_time: None,
            wall_time: None,
            fuel: None,
            // Some seconds of a microcontroller.
            fuel_between_waits: Some(10_000_000),
            output_bytes: 256 << 20,
            trace_bytes: 1 << 30,
        }
    }
}

/// The most that `memory-bytes` can say: all that a 32-bit guest could use.
const GREATEST_MEMORY_BYTES: usize = 4 << 30;

/// The greatest transaction that a policy can allow: 16 MiB.
const GREATEST_TRANSACTION_BYTES: u32 = 16 << 20;

/// The greatest count of operations, handles or messages that a policy can allow.
const GREATEST_COUNT: u32 = 65_536;

/// The longest text that a policy can allow in one message.
const GREATEST_TEXT_BYTES: u32 = 1 << 20;

/// The longest transaction, and the longest delay in one, that a policy can allow: ten seconds.
const GREATEST_TIME_NS: u64 = 10_000_000_000;

/// The largest table that a policy can allow.
const GREATEST_TABLE: usize = 10_000_000;

/// The most instances that a policy can allow.
const GREATEST_INSTANCES: usize = 10_000;

/// The least and the greatest stack. A thread of Linux has 8 MiB, of which the host needs some.
const STACK_BYTES: std::ops::RangeInclusive<usize> = 16 << 10..=4 << 20;

/// The greatest component that a policy can have compiled.
const GREATEST_CODE_BYTES: usize = 256 << 20;

/// The most fuel that a policy can give: hours of a microcontroller.
const GREATEST_FUEL: u64 = 1 << 40;

/// The longest time that a policy can say: a year.
const GREATEST_TIME_MS: u64 = 365 * 24 * 60 * 60 * 1000;

/// The greatest file that a policy can allow: 1 TiB.
const GREATEST_FILE_BYTES: u64 = 1 << 40;

/// Reads `[limits]` into what bounds calls, and what bounds the machine.
pub(crate) fn read_limits(table: Table<'_>) -> (Limits, MachineLimits) {
    let (mut limits, mut machine) = (Limits::default(), MachineLimits::default());
    let read = |key, field: &mut u32, greatest| set(&table, key, field, 1, greatest);
    read("transaction-bytes", &mut limits.transaction_bytes, GREATEST_TRANSACTION_BYTES);
    read("operations", &mut limits.operations, GREATEST_COUNT);
    read("handles", &mut limits.handles, GREATEST_COUNT);
    read("calls", &mut limits.calls, GREATEST_COUNT);
    read("text-bytes", &mut limits.text_bytes, GREATEST_TEXT_BYTES);
    read("log-messages-per-s", &mut limits.log_messages_per_s, GREATEST_COUNT);
    set(&table, "transaction-delay-ns", &mut limits.transaction_delay_ns, 0, GREATEST_TIME_NS);
    set(&table, "transaction-time-ns", &mut limits.transaction_time_ns, 1, GREATEST_TIME_NS);

    set(&table, "memory-bytes", &mut machine.memory_bytes, 65_536, GREATEST_MEMORY_BYTES);
    set(&table, "table-elements", &mut machine.table_elements, 1, GREATEST_TABLE);
    set(&table, "instances", &mut machine.instances, 1, GREATEST_INSTANCES);
    set(&table, "stack-bytes", &mut machine.stack_bytes, *STACK_BYTES.start(), *STACK_BYTES.end());
    set(&table, "code-bytes", &mut machine.code_bytes, 1, GREATEST_CODE_BYTES);
    set(&table, "output-bytes", &mut machine.output_bytes, 0, GREATEST_FILE_BYTES);
    set(&table, "trace-bytes", &mut machine.trace_bytes, 1, GREATEST_FILE_BYTES);
    let time = |key| {
        let ms = table.get(key).and_then(|value| value.integer(1..=GREATEST_TIME_MS));
        ms.map(Duration::from_millis)
    };
    machine.computing = time("computing-ms").unwrap_or(machine.computing);
    machine.processor_time = time("processor-time-ms");
    machine.wall_time = time("wall-time-ms");
    if let Some(fuel) = table.get("fuel").and_then(|value| match value.as_text() {
        Some(_) => value.choice(&[("off", None)]),
        None => value.integer(1..=GREATEST_FUEL).map(Some),
    }) {
        (machine.fuel, machine.fuel_between_waits) = (fuel, fuel);
    }
    table.finish();
    (limits, machine)
}

/// Sets a limit to the value of its key, if there is one.
fn set<T>(table: &Table<'_>, key: &'static str, field: &mut T, least: T, greatest: T)
where
    T: TryFrom<i128> + PartialOrd + std::fmt::Display,
{
    if let Some(value) = table.get(key).and_then(|value| value.integer(least..=greatest)) {
        *field = value;
    }
}
