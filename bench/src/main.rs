//! `cargo xtask bench`: what the boundary costs, as CPU time, in a guest and natively over the same parts, interleaved in one
//! run; and as counts of instructions.

use std::path::PathBuf;

use bench_guest::{Driver, Work};
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
mod growth;
mod lowered;
mod memory;
mod parts;
mod starts;
mod together;
mod traced;
mod waiting;

use counts::Counts;
use figure::Figure;

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
    /// Measures how costs grow with boards, traces and guests.
    Growth(Growth),
    /// Times runs of `wasm-embedded-rt`.
    Starts(Starts),
    /// Measures how the cost of one run of `wasm-embedded-rt` grows with its guests.
    Together(Starts),
    /// Counts instructions.
    Count(Count),
    /// What a run is measured in.
    #[command(hide = true)]
    Started {
        /// The program, the component, the policy, and a folder for the cache.
        paths: Vec<PathBuf>,
        /// How many guests run it.
        #[arg(long, default_value_t = 1)]
        guests: usize,
    },
    /// What runs under callgrind.
    #[command(hide = true)]
    Counted {
        /// The compiled components.
        files: Vec<PathBuf>,
    },
}

#[derive(Debug, clap::Args)]
struct Table {
    /// The components with the jobs: of blocking calls, and of calls that are waited for.
    #[arg(num_args = 2)]
    components: Vec<PathBuf>,
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
struct Growth {
    /// The component with the jobs of blocking calls.
    component: PathBuf,
    /// Writes the figures as JSON too.
    #[arg(long, value_name = "FILE")]
    json: Option<PathBuf>,
    /// Runs everything once and shortly: the figures mean nothing.
    #[arg(long)]
    quick: bool,
}

#[derive(Debug, clap::Args)]
struct Starts {
    /// The program `wasm-embedded-rt`.
    program: PathBuf,
    /// The component that is run.
    component: PathBuf,
    /// What it is granted.
    #[arg(long, value_name = "FILE")]
    policy: PathBuf,
    /// Where files may be left.
    #[arg(long, value_name = "FOLDER")]
    folder: PathBuf,
    /// Writes the figures as JSON too.
    #[arg(long, value_name = "FILE")]
    json: Option<PathBuf>,
}

#[derive(Debug, clap::Args)]
struct Count {
    /// The components with the jobs: of blocking calls, and of calls that are waited for.
    #[arg(num_args = 2)]
    components: Vec<PathBuf>,
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
        Command::Growth(options) => growth(&options),
        Command::Starts(options) => starts(&options),
        Command::Count(options) => count(&options),
        Command::Together(options) => together(&options),
        Command::Started { paths, guests } => starts::run(&paths, guests),
        Command::Counted { files } => counts::run(&files),
    }
}

fn table(options: &Table) -> Result<()> {
    let components = read_both(&options.components)?;
    println!(
        "{:<42} {:>8} {:>22} {:>8} {:>22} {:>22} {:>8} {:>22}",
        "ns of CPU per call",
        "native",
        "component",
        "x empty",
        "lowered",
        "Pulley: component",
        "x empty",
        "Pulley: lowered"
    );
    let mut empty = None;
    let rows = calls::measure(&components, &options.only, options.quick, |row| {
        let empty = *empty.get_or_insert(row.guests.map(|figure| figure.median));
        let lowered =
            row.lowered.map_or([const { String::new() }; 2], |lowered| lowered.map(|figure| figure.to_string()));
        println!(
            "{:<42} {:>8} {:>22} {:>8.2} {:>22} {:>22} {:>8.2} {:>22}",
            row.job.name,
            row.native.map_or_else(|| "-".into(), |figure| format!("{:.0}", figure.median)),
            row.guests[0].to_string(),
            row.guests[0].median / empty[0],
            lowered[0],
            row.guests[1].to_string(),
            row.guests[1].median / empty[1],
            lowered[1],
        );
    })?;
    if let Some(row) = rows.iter().find(|row| row.job.work == Work::Driver(Driver::Weather)) {
        weather(row)?;
    }
    write(options.json.as_deref(), rows.iter().map(calls::Row::to_json))
}

/// Prints what the boundary is of a run of the weather station whose bits take their time on the wires, and how fast that is
/// simulated.
fn weather(row: &calls::Row) -> Result<()> {
    let Some(native) = row.native else { return Ok(()) };
    let ms = |ns| std::time::Duration::from_nanos(ns).as_secs_f64() * 1e3;
    let (all, wires) = board::Board::weather_ns()?;
    let [guest, pulley] = row.guests.map(|guest| (ms(wires) + guest.median / 1e6) / (ms(wires) + native.median / 1e6));
    println!(
        "\nweather station, with the {:.1} ms of its bits at 400 kHz: {guest:.4} x native, Pulley {pulley:.4} x",
        ms(wires)
    );
    let speed = |figure: Figure| ms(all) / (figure.median / 1e6);
    println!(
        "simulated seconds per second of CPU: native {:.0}, guest {:.0}, Pulley {:.0}",
        speed(native),
        speed(row.guests[0]),
        speed(row.guests[1])
    );
    Ok(())
}

fn growth(options: &Growth) -> Result<()> {
    let component = read(&options.component)?;
    let memory = memory::measure(&component)?;
    println!("{:<42} {:>12} {:>12}", "KiB of memory", "resident", "each guest");
    for row in &memory {
        println!(
            "{:<42} {:>12} {:>12}",
            format!("{} guests in one process", row.guests),
            row.resident_kib,
            row.each_kib
        );
    }
    let growth = growth::measure(&component, options.quick)?;
    println!("\n{:<42} ns of CPU per call", "growth");
    for row in &growth {
        let point = |(size, figure): &(u32, Figure)| format!("{size}: {figure}");
        println!("{:<42} {}", row.name, row.points.iter().map(point).collect::<Vec<_>>().join("   "));
    }
    let traced = traced::measure(options.quick)?;
    println!(
        "\n{:<42} {:>18} {:>8} {:>18} {:>8} {:>8}",
        "I2C access, ns of CPU", "own thread", "x none", "all", "x none", "bytes"
    );
    let none = traced.first().map_or(f64::NAN, |none| none.own.median);
    for traced::Traced { form, own, all, bytes } in &traced {
        let (own_times, all_times) = (own.median / none, all.median / none);
        let (own, all) = (own.to_string(), all.to_string());
        println!("{:<42} {own:>18} {own_times:>8.2} {all:>18} {all_times:>8.2} {bytes:>8}", format!("trace: {form}"));
    }
    let memory = memory.into_iter().map(memory::Memory::to_json);
    let growth = growth.iter().map(growth::Growth::to_json);
    write(options.json.as_deref(), memory.chain(growth).chain(traced.iter().map(traced::Traced::to_json)))
}

impl Starts {
    fn case(&self) -> starts::Case<'_> {
        starts::Case { program: &self.program, component: &self.component, policy: &self.policy, folder: &self.folder }
    }
}

fn together(options: &Starts) -> Result<()> {
    let rows = together::measure(&options.case())?;
    println!("{:<42} {:>26} {:>12} {:>12}", "guests in one run, in ms", "CPU", "times 100", "peak KiB");
    let hundred = rows.iter().find(|row| row.guests == 100).map_or(f64::NAN, |row| row.cpu_ms.median);
    for row in &rows {
        let times = row.cpu_ms.median / hundred;
        println!("{:<42} {:>26} {times:>12.2} {:>12}", row.guests, row.cpu_ms.to_string(), row.peak_kib);
    }
    write(options.json.as_deref(), rows.iter().map(together::Together::to_json))
}

fn starts(options: &Starts) -> Result<()> {
    let rows = starts::measure(&options.case())?;
    println!("{:<42} {:>26} {:>26} {:>12}", "start to end, in us", "wall", "CPU", "peak KiB");
    for row in &rows {
        println!("{:<42} {:>26} {:>26} {:>12}", row.name, row.wall.to_string(), row.cpu.to_string(), row.peak_kib);
    }
    write(options.json.as_deref(), rows.iter().map(starts::Start::to_json))
}

/// Writes figures, if somebody wants them.
fn write(file: Option<&std::path::Path>, rows: impl Iterator<Item = serde_json::Value>) -> Result<()> {
    let Some(file) = file else { return Ok(()) };
    let rows: Vec<_> = rows.collect();
    std::fs::write(file, serde_json::to_string_pretty(&rows)?)
        .with_context(|| format!("cannot write {}", file.display()))
}

fn count(options: &Count) -> Result<()> {
    let Some(counts) = counts::count(&read_both(&options.components)?, &options.folder)? else {
        println!("skipped: valgrind is not installed");
        return Ok(());
    };
    if options.bless {
        return counts.write(&options.stored);
    }
    counts::compare(&counts, &Counts::read(&options.stored)?)
}

fn read_both(files: &[PathBuf]) -> Result<component::Bytes> {
    let [blocking, waiting] = files else { wasmtime::bail!("two components are wanted") };
    Ok(component::Bytes { blocking: read(blocking)?, waiting: read(waiting)? })
}

fn read(file: &std::path::Path) -> Result<Vec<u8>> {
    std::fs::read(file).with_context(|| format!("cannot read {}", file.display()))
}
