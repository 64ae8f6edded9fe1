//! `cargo xtask hostile`: the guests, files and policies of somebody who means harm, each in a process of its own.

mod cases;
mod job;
mod kill;
mod lab;
mod process;

use std::path::PathBuf;
use std::time::{Duration, Instant};

use anyhow::{Context as _, bail};
use clap::Args;

use self::cases::{CASES, Case};
use self::lab::Lab;
use crate::process::{cargo, run as execute, target_dir};
use crate::steps::Done;
use crate::test::NATIVE;
use crate::{guests, targets};

/// Options of `cargo xtask hostile`.
#[derive(Debug, Args)]
pub(crate) struct Options {
    /// Runs only the cases whose name begins with one of these, such as H01.
    only: Vec<String>,
    /// Tries this program instead of building one.
    #[arg(long, value_name = "FILE")]
    host: Option<PathBuf>,
    /// Kills this many guests in each state too, and says how long that took.
    #[arg(long, value_name = "NUMBER", default_value_t = 0)]
    kills: usize,
}

/// What the host may take beside what it takes for a guest that does nothing, and what the policy grants the guest: in KiB.
const HOST_KIB: u64 = 32 << 10;
const GRANT_KIB: u64 = 16 << 10;

/// What became of a case.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// A typed error, which the guest could handle.
    Typed,
    /// The guest was stopped.
    Stopped,
    /// Nothing was run.
    Refused,
    /// Nothing came of it.
    Harmless,
}

impl Outcome {
    /// Returns the letter of the list of cases.
    fn letter(self) -> &'static str {
        match self {
            Outcome::Typed => "E",
            Outcome::Stopped => "X",
            Outcome::Refused => "L",
            Outcome::Harmless => "OK",
        }
    }
}

/// Runs the cases.
pub(crate) fn run(options: &Options) -> anyhow::Result<()> {
    let (host, wat) = programs(options)?;
    let lab = Lab::new(host, wat)?;
    let wanted =
        |case: &&Case| options.only.is_empty() || options.only.iter().any(|id| case.id.starts_with(id.as_str()));
    let idle_kib = lab.idle_kib()?;
    println!("the host with a guest that does nothing: {}", mebibytes(idle_kib));
    println!("{:<4} {:<4} {:>10} {:>8}  case", "", "", "peak", "time");
    let (mut passed, mut failed) = (0, Vec::new());
    let began = Instant::now();
    for case in CASES.iter().filter(wanted) {
        let start = Instant::now();
        let outcome = (case.body)(&lab);
        let (time, peak_kib) = (start.elapsed(), lab.take_peak_kib());
        let result = outcome.and_then(|outcome| check(case, outcome, peak_kib, idle_kib));
        match result {
            Ok(outcome) => {
                passed += 1;
                line(case, outcome.letter(), peak_kib, time);
            }
            Err(error) => {
                line(case, "FAIL", peak_kib, time);
                println!("     {error:#}");
                failed.push(case.id);
            }
        }
    }
    println!("hostile: {passed} as expected, {} not; {:.0} s", failed.len(), began.elapsed().as_secs_f64());
    if options.kills > 0 {
        kill::measure(&lab, options.kills)?;
    }
    if !failed.is_empty() {
        bail!("not as expected: {}", failed.join(", "));
    }
    Ok(())
}

/// Runs them as a step of `cargo xtask test`.
pub(crate) fn check_all() -> anyhow::Result<Done> {
    run(&Options { only: Vec::new(), host: None, kills: 0 })?;
    Ok(Done::Passed)
}

/// Returns the program to try, and the one that makes components from text.
fn programs(options: &Options) -> anyhow::Result<(PathBuf, PathBuf)> {
    guests::build_package("test-guests", &["--bins"])?;
    let native = targets::native()?;
    // Together with the program that makes components from text.
    execute(cargo(["test", "--no-run"]).args(NATIVE).args(["--target", &native]))?;
    let built = target_dir().join(native).join("debug");
    let host = match &options.host {
        Some(host) => host.canonicalize().with_context(|| format!("cannot find {}", host.display()))?,
        None => built.join("wasm-embedded-rt"),
    };
    Ok((host, built.join("wat")))
}

/// Compares what became of a case, and what it took, with what should.
fn check(case: &Case, outcome: Outcome, peak_kib: u64, idle_kib: u64) -> anyhow::Result<Outcome> {
    if !case.want.split('/').any(|want| want == outcome.letter()) {
        bail!("the outcome is {}, and should be {}", outcome.letter(), case.want);
    }
    let most_kib = idle_kib + HOST_KIB + GRANT_KIB;
    if peak_kib > most_kib {
        bail!("the host took {}, and may take {}", mebibytes(peak_kib), mebibytes(most_kib));
    }
    Ok(outcome)
}

fn line(case: &Case, outcome: &str, peak_kib: u64, time: Duration) {
    println!("{:<4} {outcome:<4} {:>10} {:>6.2} s  {}", case.id, mebibytes(peak_kib), time.as_secs_f64(), case.what);
}

fn mebibytes(kib: u64) -> String {
    format!("{}.{} MiB", kib >> 10, ((kib & 1023) * 10) >> 10)
}
