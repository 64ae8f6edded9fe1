//! Examines this project's hosts by the conformance suite, and prints one line a rule.

mod document;
mod guest;
mod json;
#[cfg(target_os = "linux")]
mod linux;
mod script;
mod sim;

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::{Context as _, bail};
use clap::{Parser, ValueEnum};
use wasm_embedded_conformance::{Host, Report, examine};

use self::guest::Guests;

/// Examines hosts by the rules of embedded-hal, embedded-hal-async and embedded-io.
#[derive(Debug, Parser)]
struct Options {
    /// The blocking guest of the suite, as a component.
    blocking: PathBuf,
    /// The asynchronous one.
    asynchronous: PathBuf,
    /// The blocking one without std, whose cases are run as a component and by its core module.
    without_std: PathBuf,
    /// Examines only this host; may be given several times.
    #[arg(long, value_name = "HOST")]
    host: Vec<Which>,
    /// Examines only by rules whose names begin with this: `I2C`, `SPI-16`; may be given several times.
    #[arg(long, value_name = "RULE")]
    only: Vec<String>,
    /// Writes the report as JSON too.
    #[arg(long, value_name = "FILE")]
    json: Option<PathBuf>,
    /// Compares this file with the figures and exceptions, or writes it if BLESS is set.
    #[arg(long, value_name = "FILE", conflicts_with_all = ["host", "only"])]
    document: Option<PathBuf>,
}

/// A host.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Which {
    /// The simulation.
    Sim,
    /// The Linux back end on a kernel that is played.
    Linux,
}

fn main() -> ExitCode {
    match run(&Options::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run(options: &Options) -> anyhow::Result<()> {
    let read = |file: &PathBuf| std::fs::read(file).with_context(|| format!("cannot read {}", file.display()));
    let files = [&options.blocking, &options.asynchronous, &options.without_std].map(read);
    let [blocking, asynchronous, without_std] = files;
    let guests = Guests::load(&blocking?, &asynchronous?, &without_std?).context("the guests cannot be run")?;
    let wanted = |which| options.host.is_empty() || options.host.contains(&which);
    let mut hosts: Vec<Box<dyn Host>> = Vec::new();
    if wanted(Which::Sim) {
        hosts.push(Box::new(sim::Simulation::new(guests.clone())));
    }
    #[cfg(target_os = "linux")]
    if wanted(Which::Linux) {
        hosts.push(Box::new(linux::Linux::new(guests)));
    }
    let mut reports = Vec::new();
    for host in &mut hosts {
        let report = examine(&mut **host, &options.only);
        print(&report);
        reports.push(report);
    }
    if let Some(file) = &options.json {
        std::fs::write(file, json::text(&reports)).with_context(|| format!("cannot write {}", file.display()))?;
    }
    for report in &reports {
        println!("{}: {}", report.host, report.counts());
    }
    if reports.iter().all(|report| report.lines.is_empty()) {
        bail!("no rule has a name like that");
    }
    let failed: usize = reports.iter().map(|report| report.counts().failed).sum();
    if failed > 0 {
        bail!("{failed} rules are broken");
    }
    if let Some(file) = &options.document {
        document::check(file, &reports)?;
    }
    Ok(())
}

fn print(report: &Report) {
    println!("== {}", report.host);
    report.lines.iter().for_each(|line| println!("{line}"));
    println!();
}
