//! `[limits]`: what a guest may ask for, how large it may grow, and how long it may compute.

use std::time::Duration;

use wasm_embedded_host::Limits;

use super::reader::Table;

/// Bounds on the machine that a guest runs on, as far as the policy states them. What it does not state has a default: that of the
/// method of the same name here, and another one on a microcontroller. The defaults are for a guest that nobody trusts.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct MachineLimits {
    /// `memory-bytes`: the most memory of a guest, all its memories together.
    pub memory_bytes: Option<usize>,
    /// `table-elements`: the most elements of a table.
    pub table_elements: Option<usize>,
    /// `instances`: the most core instances, and tables and memories, of a component. Components made of several, and those with a
    /// script's engine in them, have 9.
    pub instances: Option<usize>,
    /// `stack-bytes`: the most stack that a guest's calls may use.
    pub stack_bytes: Option<usize>,
    /// `code-bytes`: the most code of a component that is compiled.
    pub code_bytes: Option<usize>,
    /// `computing-ms`: how long a guest may compute, in processor time, while simulated time stands still; with hardware, without
    /// calling the host.
    pub computing: Option<Duration>,
    /// `processor-time-ms`: how long a guest may compute in its life; without it, for ever.
    pub processor_time: Option<Duration>,
    /// `wall-time-ms`: how long a guest may live, in the machine's time; without it, for ever.
    pub wall_time: Option<Duration>,
    /// `fuel`: how much a guest may execute, as Wasmtime counts it.
    pub fuel: Option<Fuel>,
    /// `output-bytes`: the most bytes that a guest writes to the standard output and error, and to the log.
    pub output_bytes: Option<u64>,
    /// `trace-bytes`: the longest file of a trace.
    pub trace_bytes: Option<u64>,
}

/// `fuel` in a policy: what a guest may execute in its life, and on a microcontroller between two waits.
///
/// Wasmtime 48 takes a unit for an instruction, none for some that do nothing, and one for each byte that is copied or filled. On a
/// microcontroller only branches, calls and those bytes take some.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fuel {
    /// `"off"`: it is not counted.
    Off,
    /// So many units.
    Units(u64),
}

impl MachineLimits {
    /// Returns the bound on a guest's memory, in bytes: 16 MiB by default.
    #[must_use]
    pub fn memory_bytes(&self) -> usize {
        self.memory_bytes.unwrap_or(16 << 20)
    }

    /// Returns the bound on the elements of a table: 10 000 by default.
    #[must_use]
    pub fn table_elements(&self) -> usize {
        self.table_elements.unwrap_or(10_000)
    }

    /// Returns the bound on core instances, tables and memories: 16 of each by default.
    #[must_use]
    pub fn instances(&self) -> usize {
        self.instances.unwrap_or(16)
    }

    /// Returns the bound on the stack, in bytes: 256 KiB by default.
    #[must_use]
    pub fn stack_bytes(&self) -> usize {
        self.stack_bytes.unwrap_or(256 << 10)
    }

    /// Returns the bound on code, in bytes: 8 MiB by default.
    #[must_use]
    pub fn code_bytes(&self) -> usize {
        self.code_bytes.unwrap_or(8 << 20)
    }

    /// Returns the bound on computing: ten seconds by default.
    #[must_use]
    pub fn computing(&self) -> Duration {
        self.computing.unwrap_or(Duration::from_secs(10))
    }

    /// Returns the units of fuel of a guest's life, if they are counted: they are not by default.
    #[must_use]
    pub fn fuel(&self) -> Option<u64> {
        match self.fuel {
            Some(Fuel::Units(units)) => Some(units),
            Some(Fuel::Off) | None => None,
        }
    }

    /// Returns the bound on what a guest writes, in bytes: 256 MiB by default.
    #[must_use]
    pub fn output_bytes(&self) -> u64 {
        self.output_bytes.unwrap_or(256 << 20)
    }

    /// Returns the bound on the file of a trace, in bytes: 1 GiB by default.
    #[must_use]
    pub fn trace_bytes(&self) -> u64 {
        self.trace_bytes.unwrap_or(1 << 30)
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

    let size = |key, least, greatest| table.get(key).and_then(|value| value.integer(least..=greatest));
    machine.memory_bytes = size("memory-bytes", 65_536, GREATEST_MEMORY_BYTES);
    machine.table_elements = size("table-elements", 1, GREATEST_TABLE);
    machine.instances = size("instances", 1, GREATEST_INSTANCES);
    machine.stack_bytes = size("stack-bytes", *STACK_BYTES.start(), *STACK_BYTES.end());
    machine.code_bytes = size("code-bytes", 1, GREATEST_CODE_BYTES);
    let file = |key, least| table.get(key).and_then(|value| value.integer(least..=GREATEST_FILE_BYTES));
    machine.output_bytes = file("output-bytes", 0);
    machine.trace_bytes = file("trace-bytes", 1);
    let time = |key| table.get(key).and_then(|value| value.integer(1..=GREATEST_TIME_MS)).map(Duration::from_millis);
    machine.computing = time("computing-ms");
    machine.processor_time = time("processor-time-ms");
    machine.wall_time = time("wall-time-ms");
    machine.fuel = table.get("fuel").and_then(|value| match value.as_text() {
        Some(_) => value.choice(&[("off", Fuel::Off)]),
        None => value.integer(1..=GREATEST_FUEL).map(Fuel::Units),
    });
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
