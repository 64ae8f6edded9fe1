//! Nothing grows, however long it goes on: a short form, and with `SOAK=1` in the environment the long one.

use torture::soak::{Report, cycles, transactions};

/// What a million transactions may add to the memory, in the long form.
const BYTES_A_MILLION: f64 = 1024.0;
/// What all cycles together may add, in bytes: parts of pages that the allocator keeps.
const BYTES_OF_CYCLES: f64 = 1_048_576.0;
/// What the short forms may add: less than one byte for each transaction, more than an allocator's caches.
const BYTES_OF_SHORT: f64 = 65_536.0;

/// In one test, for both count what this process holds.
#[test]
fn nothing_grows() {
    let long = std::env::var_os("SOAK").is_some();
    let (rounds, kills) = if long { (10_000_000, 10_000) } else { (100_000, 80) };

    let report = transactions(rounds);
    println!("{report}");
    assert!(report.is_flat(), "files or threads:\n{report}");
    let limit = if long { BYTES_A_MILLION } else { BYTES_OF_SHORT * 10.0 };
    assert!(report.slope() < limit, "memory:\n{report}");

    let report = cycles(kills);
    println!("{report}");
    assert!(report.is_flat(), "files or threads:\n{report}");
    let limit = if long { BYTES_OF_CYCLES } else { BYTES_OF_CYCLES * 2.0 };
    assert!(added(&report) < limit, "memory:\n{report}");
}

/// Returns what the memory grew by, in bytes.
fn added(report: &Report) -> f64 {
    let done = report.samples.last().map_or(0, |sample| sample.done);
    #[expect(clippy::cast_precision_loss, reason = "a statistic")]
    let millions = done as f64 / 1e6;
    report.slope() * millions
}
