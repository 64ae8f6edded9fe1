//! What it takes to run a small component with `wasm-embedded-rt`, from the start of the process to its end: compiled anew, from
//! the cache, and from a `.cwasm` file.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use nix::sys::resource::{UsageWho, getrusage};
use nix::sys::time::TimeValLike as _;
use serde_json::{Value, json};
use wasmtime::error::Context as _;
use wasmtime::{Result, ensure};

use crate::figure::Figure;

/// How many runs a figure is the median of.
const RUNS: u32 = 15;

/// What a run takes.
#[derive(Debug)]
pub(crate) struct Start {
    pub(crate) name: &'static str,
    /// In microseconds.
    pub(crate) wall: Figure,
    /// In microseconds, of all threads: a compiler has several.
    pub(crate) cpu: Figure,
    /// The greatest of all runs.
    pub(crate) peak_kib: i64,
}

impl Start {
    pub(crate) fn to_json(&self) -> Value {
        json!({
            "start": self.name,
            "wall_us": self.wall.to_json(),
            "cpu_us": self.cpu.to_json(),
            "peak_kib": self.peak_kib,
        })
    }
}

/// What is run.
#[derive(Debug)]
pub(crate) struct Case<'a> {
    /// The program `wasm-embedded-rt`.
    pub(crate) program: &'a Path,
    pub(crate) component: &'a Path,
    pub(crate) policy: &'a Path,
    /// Where files may be left.
    pub(crate) folder: &'a Path,
}

/// Runs it in all three ways, in turn.
pub(crate) fn measure(case: &Case<'_>) -> Result<Vec<Start>> {
    let _ = fs::remove_dir_all(case.folder);
    fs::create_dir_all(case.folder)?;
    let compiled = case.folder.join("component.cwasm");
    let cache = case.folder.join("cache");
    let status = case.command(&cache).arg("compile").arg(case.component).arg("-o").arg(&compiled).status()?;
    ensure!(status.success(), "`wasm-embedded-rt compile`: {status}");
    let mut ways = [
        ("compiled anew", case.component, Vec::new()),
        ("from the cache", case.component, Vec::new()),
        ("a .cwasm file", &compiled, Vec::new()),
    ];
    for run in 0..=RUNS {
        for (way, component, runs) in &mut ways {
            let cache = if *way == "compiled anew" { case.folder.join(format!("empty{run}")) } else { cache.clone() };
            let used = case.run(component, &cache, 1)?;
            // The first fills the cache.
            if run > 0 {
                runs.push(used);
            }
        }
    }
    Ok(ways.into_iter().map(|(name, _, runs)| start(name, &runs)).collect())
}

fn start(name: &'static str, runs: &[Used]) -> Start {
    let figure = |of: fn(&Used) -> Duration| Figure::of(runs.iter().map(|run| of(run).as_secs_f64() * 1e6).collect());
    let peak_kib = runs.iter().map(|run| run.peak_kib).max().unwrap_or_default();
    Start { name, wall: figure(|run| run.wall), cpu: figure(|run| run.cpu), peak_kib }
}

/// What one run took.
#[derive(Debug)]
pub(crate) struct Used {
    wall: Duration,
    pub(crate) cpu: Duration,
    pub(crate) peak_kib: i64,
}

impl Case<'_> {
    fn command(&self, cache: &Path) -> Command {
        let mut command = Command::new(self.program);
        command.env("XDG_CACHE_HOME", cache).stdin(Stdio::null()).stdout(Stdio::null());
        command
    }

    /// Runs so many guests of the component in a process of a process of its own, whose only child it is: that is how its memory
    /// can be told.
    pub(crate) fn run(&self, component: &Path, cache: &Path, guests: usize) -> Result<Used> {
        let output = Command::new(std::env::current_exe()?)
            .args(["started", "--guests", &guests.to_string()])
            .args([self.program, component, self.policy, cache])
            .output()?;
        ensure!(output.status.success(), "`wasm-embedded-rt run`: {}", String::from_utf8_lossy(&output.stderr));
        let text = String::from_utf8_lossy(&output.stdout);
        let numbers: Vec<_> = text.split_whitespace().filter_map(|number| number.parse().ok()).collect();
        let [wall, cpu, peak_kib] = numbers[..] else { wasmtime::bail!("not three numbers: {text}") };
        let micros = |number: i64| Duration::from_micros(number.unsigned_abs());
        Ok(Used { wall: micros(wall), cpu: micros(cpu), peak_kib })
    }
}

/// Runs a component once, as so many guests, and prints its wall time, its CPU time, both in microseconds, and its peak memory in
/// KiB.
pub(crate) fn run(paths: &[PathBuf], guests: usize) -> Result<()> {
    let [program, component, policy, cache] = paths else { wasmtime::bail!("four paths are wanted") };
    let case = Case { program, component, policy, folder: cache };
    let begin = Instant::now();
    let components = std::iter::repeat_n(component, guests);
    let mut command = case.command(cache);
    // What guests say is not what is measured.
    command.arg("run").args(components).arg("--policy").arg(policy).args(["--log", "off"]).stderr(Stdio::null());
    let status = command.status()?;
    let wall = begin.elapsed();
    ensure!(status.success(), "{status}");
    let usage = getrusage(UsageWho::RUSAGE_CHILDREN).context("what a child used is read as POSIX has it")?;
    let cpu = usage.user_time() + usage.system_time();
    println!("{} {} {}", wall.as_micros(), cpu.num_microseconds(), usage.max_rss());
    Ok(())
}
