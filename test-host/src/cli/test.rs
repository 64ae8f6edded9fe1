//! `test`: scenarios on simulated boards.

mod guest;
mod jobs;
mod leftovers;
mod play;
mod programs;

use std::path::PathBuf;
use std::thread;

use clap::Args;
use wasm_embedded_scenario::report::{self, Entry, Outcome};

pub(super) use self::guest::{Opts as GuestOpts, is_called as is_guest_call, run as run_guest};
use self::jobs::Jobs;
use self::programs::Programs;
use super::failure::Failure;
use super::{json, print, status};
use wasm_embedded_runtime::style::Style;

/// Runs guests in scenarios on simulated boards, and says what did not happen as it must
#[derive(Args)]
#[command(after_help = NOTES)]
pub(super) struct Opts {
    /// The scenarios: TOML files, see docs/scenarios.md
    #[arg(required = true, value_name = "SCENARIO")]
    scenarios: Vec<PathBuf>,

    /// The component of the scenarios that name none
    #[arg(long, value_name = "FILE")]
    component: Option<PathBuf>,

    /// Runs only scenarios whose file name or title contains this text; may be repeated
    #[arg(long, value_name = "TEXT")]
    filter: Vec<String>,

    /// How many scenarios run at once [default: one for each processor]
    #[arg(long, value_name = "NUMBER", value_parser = clap::value_parser!(u16).range(1..=1024))]
    jobs: Option<u16>,

    /// How often a scenario that failed is tried again
    #[arg(long, value_name = "NUMBER", default_value_t = 0, value_parser = clap::value_parser!(u8).range(0..=100))]
    retries: u8,

    /// Shows the steps of scenarios that passed too
    #[arg(long)]
    steps: bool,

    /// Folder for what a failed scenario leaves: a waveform of the seconds around, the pictures and the guest's output
    #[arg(long, value_name = "FOLDER", default_value = "scenario-failures")]
    failures: PathBuf,

    /// Leaves no files of failed scenarios
    #[arg(long)]
    no_files: bool,

    /// Writes the outcomes as JUnit XML
    #[arg(long, value_name = "FILE.xml")]
    junit: Option<PathBuf>,

    /// Writes the outcomes to the standard output as TAP 14
    #[arg(long, conflicts_with = "json")]
    tap: bool,
}

const NOTES: &str = "\
A scenario ends with its last step, whether or not the guest has ended. Every scenario has a board of its own, and its outcome \
does not depend on the number of jobs.

`test GUEST.wasm` is the runner of `cargo test` and `cargo nextest run` for the tests of a guest: see docs/guest-tests.md.

Examples:
  wasm-embedded-rt test fan.toml button.toml
  wasm-embedded-rt test tests/*.toml --component app.wasm --junit outcomes.xml
  wasm-embedded-rt test tests/*.toml --filter fan --steps

Exit status:
    0  all scenarios passed
    1  a scenario failed
   64  the command line is wrong, or no scenario is left by --filter
  119  a file or the output cannot be written
  120  a scenario could not be run: it or its policy is refused, or its component is missing";

pub(super) fn run(opts: &Opts) -> Result<u8, Failure> {
    let jobs = opts.jobs.map_or_else(|| thread::available_parallelism().map_or(1, usize::from), usize::from);
    let programs = Programs::new(opts.component.clone());
    let failures = (!opts.no_files).then_some(opts.failures.as_path());
    let all = Jobs { programs: &programs, filter: &opts.filter, retries: opts.retries, failures };
    let is_quiet = json::is_on() || opts.tap;
    let shows_steps = opts.steps || opts.scenarios.len() == 1;
    let entries =
        all.run(&opts.scenarios, jobs, |entry| if is_quiet { Ok(()) } else { print(&text(entry, shows_steps)) })?;
    if entries.is_empty() {
        return Err(Failure::new(status::USAGE, "no scenario is left by `--filter`"));
    }
    if let Some(path) = &opts.junit {
        let unwritten = |error| Failure::file(format!("cannot write {}", path.display()), error);
        std::fs::write(path, report::junit(&entries)).map_err(unwritten)?;
    }
    if json::is_on() {
        print(&format!("{}\n", report::json(&entries)))?;
    } else if opts.tap {
        print(&report::tap(&entries))?;
    } else {
        print(&summary(&entries))?;
    }
    let is_any = |wanted: fn(&Outcome) -> bool| entries.iter().any(|entry| wanted(&entry.report.outcome));
    Ok(if is_any(|outcome| matches!(outcome, Outcome::Broken(_))) {
        status::POLICY
    } else {
        u8::from(!entries.iter().all(|entry| entry.report.is_passed()))
    })
}

/// Says what came of a scenario.
fn text(entry: &Entry, shows_steps: bool) -> String {
    let (report, style) = (&entry.report, Style::of_stdout());
    let title = report.title.as_ref().map(|title| format!(": {title}")).unwrap_or_default();
    let word = if report.is_passed() { style.green("passed") } else { style.red("FAILED") };
    let attempts = match entry.earlier.len() {
        0 => String::new(),
        earlier => format!(", attempt {}", earlier + 1),
    };
    let time = report.at_ns / 1_000_000;
    let mut text = format!("{word} {}{title} ({}.{:03} s{attempts})\n", report.name, time / 1_000, time % 1_000);
    if shows_steps || !report.is_passed() {
        text += &report.details();
    }
    for file in &entry.files {
        text += &format!("  wrote {file}\n");
    }
    text
}

fn summary(entries: &[Entry]) -> String {
    let passed = entries.iter().filter(|entry| entry.report.is_passed()).count();
    let retried = entries.iter().filter(|entry| entry.report.is_passed() && !entry.earlier.is_empty()).count();
    let again = if retried > 0 { format!(" ({retried} at a later attempt)") } else { String::new() };
    let word = if entries.len() == 1 { "scenario" } else { "scenarios" };
    format!("{} {word}: {passed} passed{again}, {} failed\n", entries.len(), entries.len() - passed)
}
