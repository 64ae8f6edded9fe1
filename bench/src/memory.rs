//! Resident memory of one to many guests in one process.

use std::fs;

use serde_json::{Value, json};
use wasmtime::Result;
use wasmtime::error::Context as _;

use crate::component::{Code, Guest};

/// How many guests are started.
const GUESTS: [u32; 4] = [1, 4, 16, 64];

/// The memory with a number of guests, in KiB.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Memory {
    pub(crate) guests: u32,
    pub(crate) resident_kib: u64,
    /// What each took, without what the process had before the first was started.
    pub(crate) each_kib: u64,
}

impl Memory {
    pub(crate) fn to_json(self) -> Value {
        json!({ "guests": self.guests, "resident_kib": self.resident_kib, "each_kib": self.each_kib })
    }
}

/// Starts guests one after another, has each do a job, and reads the memory of this process. To be called before anything else has
/// used memory, which would be used again unnoticed.
pub(crate) fn measure(component: &[u8]) -> Result<Vec<Memory>> {
    let compiled = Guest::compile(Code::Cranelift, component)?;
    let (job, _) = (0..)
        .zip(bench_guest::JOBS)
        .find(|(_, job)| job.name == "driver: BME280, a measurement")
        .context("there is a job for a sensor")?;
    let before = resident_kib()?;
    let mut guests = Vec::new();
    let mut figures = Vec::new();
    for count in GUESTS {
        while u32::try_from(guests.len()).is_ok_and(|started| started < count) {
            let mut guest = Guest::start(Code::Cranelift, &compiled)?;
            guest.run(job, 1)?;
            guests.push(guest);
        }
        let resident_kib = resident_kib()?;
        let each_kib = resident_kib.saturating_sub(before) / u64::from(count);
        figures.push(Memory { guests: count, resident_kib, each_kib });
    }
    Ok(figures)
}

/// Reads what of this process is in memory (proc(5), `VmRSS`).
fn resident_kib() -> Result<u64> {
    let status = fs::read_to_string("/proc/self/status").context("the memory of a process is read as Linux has it")?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).context("no VmRSS in /proc/self/status")?;
    let number = line.split_whitespace().next().and_then(|number| number.parse().ok());
    number.with_context(|| format!("no number in VmRSS:{line}"))
}
