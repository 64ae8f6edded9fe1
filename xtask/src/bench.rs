//! `cargo xtask bench`.

use std::ffi::OsStr;
use std::path::PathBuf;

use clap::Args;

use crate::process::{self, cargo, exists, root, target_dir};
use crate::steps::Done;
use crate::{guests, targets, test};

/// Options of `cargo xtask bench`.
#[derive(Debug, Args)]
pub(crate) struct Options {
    /// Writes the figures as JSON too.
    #[arg(long, value_name = "FILE")]
    json: Option<PathBuf>,
    /// Times only the jobs whose name contains this text.
    #[arg(long, value_name = "TEXT")]
    only: Option<String>,
    /// Counts instructions, and compares them with those of `bench/counts.json`; needs valgrind.
    #[arg(long)]
    counts: bool,
    /// Stores the counts.
    #[arg(long, requires = "counts")]
    bless: bool,
}

/// Builds the jobs and times them.
pub(crate) fn run(options: &Options) -> anyhow::Result<()> {
    if options.counts {
        if let Done::Skipped(reason) = count(options.bless)? {
            anyhow::bail!(reason);
        }
        return Ok(());
    }
    let components = components()?;
    let native = targets::native()?;
    let packages = ["--package", "bench", "--package", "wasm-embedded-rt", "--target", &native];
    process::run(cargo(["build", "--release", "--bins"]).args(packages))?;
    let programs = target_dir().join(native).join("release");
    // One file for each table, beside each other: FILE.json, FILE-growth.json, FILE-starts.json and FILE-together.json.
    let json = |table: &str| -> anyhow::Result<Option<PathBuf>> {
        let Some(file) = &options.json else { return Ok(None) };
        let stem = file.file_stem().unwrap_or_default().to_string_lossy();
        Ok(Some(std::path::absolute(file.with_file_name(format!("{stem}{table}.json")))?))
    };
    let bench = |table: &str, json: Option<PathBuf>| {
        let mut bench = process::command(programs.join("bench"), [table]);
        bench.args(json.iter().flat_map(|file| [OsStr::new("--json"), file.as_os_str()]));
        bench
    };
    let mut table = bench("table", json("")?);
    table.args(&components).args(options.only.iter().flat_map(|only| ["--only", only]));
    process::run(&mut table)?;
    if options.only.is_some() {
        return Ok(());
    }
    println!();
    process::run(bench("growth", json("-growth")?).arg(&components[0]))?;
    println!();
    guests::build_package("examples", &["--examples"])?;
    let mut starts = bench("starts", json("-starts")?);
    starts.arg(programs.join("wasm-embedded-rt")).arg(guests::built_example("i2cdetect_nostd"));
    starts.arg("--policy").arg(root().join("examples/board.toml")).arg("--folder").arg(target_dir().join("starts"));
    process::run(&mut starts)?;
    println!();
    guests::build_package("drivers-demo", &["--bins"])?;
    let mut together = bench("together", json("-together")?);
    together.arg(programs.join("wasm-embedded-rt")).arg(guests::built("weather"));
    together.arg("--policy").arg(root().join("drivers-demo/policies/weather.toml"));
    process::run(together.arg("--folder").arg(target_dir().join("starts")))
}

/// Counts the instructions of the calls, and fails if one takes more than is stored.
pub(crate) fn count(bless: bool) -> anyhow::Result<Done> {
    if !exists(&mut process::command("valgrind", ["--version"])) {
        return Ok(Done::Skipped("valgrind is not installed: `apt-get install valgrind`".into()));
    }
    let components = components()?;
    let native = targets::native()?;
    // The bench of the tests: with the packages of the tests, so that Wasmtime is not built for it alone.
    let packages = [&test::NATIVE[..], &["--target", &native]].concat();
    process::run(cargo(["test", "--quiet", "--no-run", "--test", "quick"]).args(packages))?;
    let mut bench = process::command(target_dir().join(native).join("debug/bench"), ["count"]);
    bench.args(components).arg("--stored").arg(root().join("bench/counts.json"));
    bench.arg("--folder").arg(target_dir().join("counts"));
    if bless {
        bench.arg("--bless");
    }
    process::run(&mut bench)?;
    Ok(Done::Passed)
}

/// Builds the components with the jobs: of blocking calls, and of calls that are waited for.
fn components() -> anyhow::Result<[PathBuf; 2]> {
    targets::ensure(&[targets::GUEST])?;
    guests::build_package("bench-guest", &["--examples"])?;
    Ok(["bench_blocking", "bench_waiting"].map(guests::built_example))
}
