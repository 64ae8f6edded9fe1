//! Figures: CPU time, medians and spread.

use std::fmt;

use rustix::time::{ClockId, clock_gettime};

/// The median of several runs, and how far they spread.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Figure {
    pub(crate) median: f64,
    least: f64,
    greatest: f64,
}

impl Figure {
    /// Takes the median of the runs.
    pub(crate) fn of(mut runs: Vec<f64>) -> Figure {
        runs.sort_by(f64::total_cmp);
        let at = |index: usize| runs.get(index).copied().unwrap_or(f64::NAN);
        Figure { median: at(runs.len() / 2), least: at(0), greatest: at(runs.len().saturating_sub(1)) }
    }

    pub(crate) fn to_json(self) -> serde_json::Value {
        serde_json::json!({ "median": self.median, "least": self.least, "greatest": self.greatest })
    }
}

impl fmt::Display for Figure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:.0} ({:.0}-{:.0})", self.median, self.least, self.greatest)
    }
}

/// Returns the CPU time of this thread that `f` took, in nanoseconds, and what it returned.
pub(crate) fn cpu_ns<R>(f: impl FnOnce() -> wasmtime::Result<R>) -> wasmtime::Result<(f64, R)> {
    let now = || {
        let time = clock_gettime(ClockId::ThreadCPUTime);
        std::time::Duration::new(time.tv_sec.unsigned_abs(), u32::try_from(time.tv_nsec).unwrap_or_default())
    };
    let start = now();
    let result = f()?;
    Ok(((now() - start).as_secs_f64() * 1e9, result))
}
