//! `cargo xtask bench`: CPU time of a call through the embedded-hal traits, in a guest and natively, over the same simulated
//! part, interleaved in one run.
//!
//! Every figure is thread CPU time, the median of the runs with the smallest and greatest beside it; both sides check the bytes
//! that came back. Absolute times depend on the machine: the column `x empty` is what compares.

use std::path::PathBuf;

use clap::Parser;
use wasmtime::error::Context as _;
use wasmtime::{Result, ensure};

mod board;
mod component;
mod figure;
mod floors;

use board::Board;
use component::Guest;
use figure::{Figure, cpu_ns};

/// How many runs a figure is the median of.
const RUNS: usize = 9;

/// What crossing the boundary costs.
#[derive(Debug, Parser)]
struct Options {
    /// The component with the jobs.
    component: PathBuf,
    /// Writes the figures as JSON too.
    #[arg(long, value_name = "FILE")]
    json: Option<PathBuf>,
    /// Times only the jobs whose name contains this text.
    #[arg(long, value_name = "TEXT", default_value = "")]
    only: String,
}

fn main() -> Result<()> {
    let Options { component, json, only } = Options::parse();
    let bytes = std::fs::read(&component).with_context(|| format!("cannot read {}", component.display()))?;

    let mut guests = [Guest::new("Cranelift", None, &bytes)?, Guest::new("Pulley", Some("pulley64"), &bytes)?];
    let mut rows = Vec::new();
    println!(
        "{:<42} {:>10} {:>22} {:>8} {:>22} {:>8}",
        "ns of CPU per call", "native", "guest", "x empty", "Pulley", "x empty"
    );
    for (job, name) in (0_u32..).zip(bench_guest::JOBS) {
        if job >= bench_guest::FLOORS && !name.contains(&only) {
            continue;
        }
        let row = measure(job, name, &mut guests).with_context(|| format!("job {job}: {name}"))?;
        let empty = rows.first().unwrap_or(&row).guests.map(|figure| figure.median);
        println!(
            "{:<42} {:>10} {:>22} {:>8.2} {:>22} {:>8.2}",
            name,
            row.native.map_or_else(|| "-".into(), |figure| format!("{:.0}", figure.median)),
            row.guests[0].to_string(),
            row.guests[0].median / empty[0],
            row.guests[1].to_string(),
            row.guests[1].median / empty[1],
        );
        rows.push(row);
    }
    if let Some(file) = json {
        let rows: Vec<_> = rows.iter().map(Row::to_json).collect();
        std::fs::write(&file, serde_json::to_string_pretty(&rows)?)?;
    }
    Ok(())
}

/// The figures of one job.
struct Row {
    name: &'static str,
    native: Option<Figure>,
    guests: [Figure; 2],
}

impl Row {
    fn to_json(&self) -> serde_json::Value {
        serde_json::json!({
            "job": self.name,
            "native_ns": self.native.map(Figure::to_json),
            "guest_ns": self.guests[0].to_json(),
            "pulley_ns": self.guests[1].to_json(),
        })
    }
}

/// Times one job, natively and in the guests in turn.
fn measure(job: u32, name: &'static str, guests: &mut [Guest; 2]) -> Result<Row> {
    let mut board = Board::new();
    let rounds = if name.contains("4096") { 20_000 } else { 40_000 };
    let (mut native, mut compiled, mut interpreted) = (Vec::new(), Vec::new(), Vec::new());
    for run in 0..=RUNS {
        let (own_ns, expected) = cpu_ns(|| board.run(job, rounds))?;
        let (compiled_ns, sum) = cpu_ns(|| guests[0].run(job, rounds))?;
        ensure!(sum == expected, "the guest read {sum} where native code read {expected}");
        let (interpreted_ns, sum) = cpu_ns(|| guests[1].run(job, rounds / 4))?;
        ensure!(sum > 0, "the guest under Pulley read nothing");
        // The first run warms caches and is not counted.
        if run > 0 {
            native.push(own_ns / f64::from(rounds));
            compiled.push(compiled_ns / f64::from(rounds));
            interpreted.push(interpreted_ns / f64::from(rounds / 4));
        }
    }
    let native = (job >= bench_guest::FLOORS).then(|| Figure::of(native));
    Ok(Row { name, native, guests: [Figure::of(compiled), Figure::of(interpreted)] })
}
