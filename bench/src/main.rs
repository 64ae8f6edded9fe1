//! `cargo xtask bench`: what the boundary costs, as CPU time, in a guest and natively over the same parts, interleaved in one
//! run; and as counts of instructions.

use std::path::PathBuf;

use clap::{Parser, Subcommand};
use wasmtime::Result;
use wasmtime::error::Context as _;

#[cfg(test)]
mod allocations;
mod board;
mod calls;
mod component;
mod counts;
mod figure;
mod floors;
mod parts;

use counts::Counts;

/// What crossing the boundary costs.
#[derive(Debug, Parser)]
struct Options {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Times the jobs.
    Table(Table),
    /// Counts instructions.
    Count(Count),
    /// What runs under callgrind.
    #[command(hide = true)]
    Counted {
        /// The compiled components.
        files: Vec<PathBuf>,
    },
}

#[derive(Debug, clap::Args)]
struct Table {
    /// The component with the jobs.
    component: PathBuf,
    /// Writes the figures as JSON too.
    #[arg(long, value_name = "FILE")]
    json: Option<PathBuf>,
    /// Times only the jobs whose name contains this text.
    #[arg(long, value_name = "TEXT", default_value = "")]
    only: String,
    /// Runs everything once and shortly: the figures mean nothing.
    #[arg(long)]
    quick: bool,
}

#[derive(Debug, clap::Args)]
struct Count {
    /// The component with the jobs.
    component: PathBuf,
    /// The counts to compare with.
    #[arg(long, value_name = "FILE")]
    stored: PathBuf,
    /// Where callgrind may leave its files.
    #[arg(long, value_name = "FOLDER")]
    folder: PathBuf,
    /// Stores the counts.
    #[arg(long)]
    bless: bool,
}

fn main() -> Result<()> {
    match Options::parse().command {
        Command::Table(options) => table(&options),
        Command::Count(options) => count(&options),
        Command::Counted { files } => counts::run(&files),
    }
}

fn table(options: &Table) -> Result<()> {
    let component = read(&options.component)?;
    println!(
        "{:<42} {:>10} {:>22} {:>8} {:>22} {:>8}",
        "ns of CPU per call", "native", "guest", "x empty", "Pulley", "x empty"
    );
    let mut empty = None;
    let rows = calls::measure(&component, &options.only, options.quick, |row| {
        let empty = *empty.get_or_insert(row.guests.map(|figure| figure.median));
        println!(
            "{:<42} {:>10} {:>22} {:>8.2} {:>22} {:>8.2}",
            row.job.name,
            row.native.map_or_else(|| "-".into(), |figure| format!("{:.0}", figure.median)),
            row.guests[0].to_string(),
            row.guests[0].median / empty[0],
            row.guests[1].to_string(),
            row.guests[1].median / empty[1],
        );
    })?;
    if let Some(file) = &options.json {
        let rows: Vec<_> = rows.iter().map(calls::Row::to_json).collect();
        std::fs::write(file, serde_json::to_string_pretty(&rows)?)?;
    }
    Ok(())
}

fn count(options: &Count) -> Result<()> {
    let Some(counts) = counts::count(&read(&options.component)?, &options.folder)? else {
        println!("skipped: valgrind is not installed");
        return Ok(());
    };
    if options.bless {
        return counts.write(&options.stored);
    }
    counts::compare(&counts, &Counts::read(&options.stored)?)
}

fn read(file: &std::path::Path) -> Result<Vec<u8>> {
    std::fs::read(file).with_context(|| format!("cannot read {}", file.display()))
}
