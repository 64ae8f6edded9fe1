//! What many guests of one `wasm-embedded-rt run` cost: the weather station on one bus, in virtual time.

use serde_json::{Value, json};
use wasmtime::Result;
use wasmtime::error::Context as _;

use crate::figure::Figure;
use crate::starts::Case;

/// How many guests.
const SIZES: [usize; 4] = [1, 100, 300, 1000];
/// How many runs a figure is the median of.
const RUNS: u32 = 5;

/// What so many guests cost.
#[derive(Debug)]
pub(crate) struct Together {
    pub(crate) guests: usize,
    /// Of all threads, in milliseconds.
    pub(crate) cpu_ms: Figure,
    /// The greatest of all runs.
    pub(crate) peak_kib: i64,
}

impl Together {
    pub(crate) fn to_json(&self) -> Value {
        json!({ "together": self.guests, "cpu_ms": self.cpu_ms.to_json(), "peak_kib": self.peak_kib })
    }
}

/// Runs all sizes in turn, so that what else the machine does is in all of them.
pub(crate) fn measure(case: &Case<'_>) -> Result<Vec<Together>> {
    let cache = case.folder.join("together");
    // Fills the cache.
    case.run(case.component, &cache, 1)?;
    let mut sizes = SIZES.map(|guests| (guests, Vec::new(), 0));
    for _ in 0..RUNS {
        for (guests, runs, peak_kib) in &mut sizes {
            let used = case.run(case.component, &cache, *guests).with_context(|| format!("{guests} guests"))?;
            runs.push(used.cpu.as_secs_f64() * 1e3);
            *peak_kib = used.peak_kib.max(*peak_kib);
        }
    }
    let together = |(guests, runs, peak_kib)| Together { guests, cpu_ms: Figure::of(runs), peak_kib };
    Ok(sizes.into_iter().map(together).collect())
}
