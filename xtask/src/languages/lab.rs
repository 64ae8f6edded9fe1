//! Where guests of other languages are run and compared with those in Rust.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::time::{Duration, Instant};

use anyhow::{Context as _, ensure};

use crate::guests;
use crate::process::{self, root};

/// The programs that exist in every language.
pub(super) const EXAMPLES: [&str; 5] = ["i2cdetect", "thermometer", "blinky", "button", "display"];

/// How many transactions the programs `transactions` do.
const TRANSACTIONS: u32 = 10_000;

/// What a run of a guest left.
struct Left {
    printed: String,
    trace: String,
}

/// A guest to run, on the board of the examples.
#[derive(Clone, Copy)]
pub(super) struct Run<'a> {
    pub(super) component: &'a Path,
    /// What the policy has besides the board of the examples.
    pub(super) limits: &'a str,
    /// The guest's arguments.
    pub(super) arguments: &'a [&'a str],
    /// How much later than the Rust guest it may do everything: what its runtime takes before.
    pub(super) late_ns: u64,
}

impl<'a> Run<'a> {
    /// Makes a run without arguments, on the board as it is.
    pub(super) fn new(component: &'a Path) -> Run<'a> {
        Run { component, limits: "", arguments: &[], late_ns: 0 }
    }
}

/// The host, and what the guests in Rust left.
pub(super) struct Lab {
    pub(super) host: PathBuf,
    pub(super) folder: PathBuf,
    rust: Vec<(&'static str, Left)>,
}

impl Lab {
    /// Runs the guests in Rust, which must be built, and begins a table.
    pub(super) fn new(host: PathBuf, folder: PathBuf) -> anyhow::Result<Lab> {
        let mut lab = Lab { host, folder, rust: Vec::new() };
        println!("{:<12} {:<15} {:>10}  like the Rust guest", "guest", "language", "bytes");
        for example in EXAMPLES {
            let component = guests::built_example(example);
            let left = lab.left(&Run::new(&component), &format!("{example}-Rust"))?;
            lab.rust.push((example, left));
            line(example, "Rust", &component)?;
        }
        Ok(lab)
    }

    /// Fails unless a guest prints the same as the one in Rust, and leaves the same trace.
    pub(super) fn is_like_rust(&self, language: &str, example: &str, run: &Run<'_>) -> anyhow::Result<()> {
        let (_, wanted) = self.rust.iter().find(|(name, _)| *name == example).context("an example in Rust")?;
        let left = self.left(run, &format!("{example}-{language}"))?;
        let what = format!("{example} in {language}");
        ensure!(left.printed == wanted.printed, "{what} printed\n{}\nand not\n{}", left.printed, wanted.printed);
        ensure!(
            is_same(&left.trace, &wanted.trace, run.late_ns),
            "{what} left another trace than Rust: compare {example}-{language}.vcd and {example}-Rust.vcd in {}",
            self.folder.display()
        );
        line(example, language, run.component)
    }

    /// Runs a guest and returns what came of it. `name` is that of its policy.
    pub(super) fn run(&self, run: &Run<'_>, name: &str, options: &[&str]) -> anyhow::Result<Output> {
        let policy = self.folder.join(format!("{name}.toml"));
        let board = fs::read_to_string(root().join("examples/board.toml")).context("cannot read the board")?;
        fs::write(&policy, board + run.limits).with_context(|| format!("cannot write {}", policy.display()))?;
        let mut host = self.command(run.component, &policy);
        host.args(options).arg("--").args(run.arguments);
        host.output().with_context(|| format!("cannot start {}", self.host.display()))
    }

    /// Returns a command that runs a component with a policy.
    pub(super) fn command(&self, component: &Path, policy: &Path) -> Command {
        let mut host = process::command(&self.host, ["run"]);
        host.arg(component).arg("--policy").arg(policy);
        host
    }

    fn left(&self, run: &Run<'_>, name: &str) -> anyhow::Result<Left> {
        let trace = self.folder.join(format!("{name}.vcd"));
        let output = self.run(run, name, &["--trace", &trace.to_string_lossy()])?;
        let told = String::from_utf8_lossy(&output.stderr);
        ensure!(output.status.success(), "{name} ended with {}: {told}", output.status);
        let printed = String::from_utf8(output.stdout).context("a guest printed something else than text")?;
        Ok(Left {
            printed,
            trace: fs::read_to_string(&trace).with_context(|| format!("cannot read {}", trace.display()))?,
        })
    }

    /// Measures how long a guest takes that is in the cache: `short` does next to nothing, `long` many transactions.
    pub(super) fn times(&self, language: &str, short: &Run<'_>, long: &Run<'_>) -> anyhow::Result<()> {
        let time = |run: &Run<'_>| -> anyhow::Result<Duration> {
            self.run(run, "times", &[])?;
            let start = Instant::now();
            let output = self.run(run, "times", &[])?;
            let told = String::from_utf8_lossy(&output.stderr);
            ensure!(output.status.success(), "a guest in {language} ended with {}: {told}", output.status);
            Ok(start.elapsed())
        };
        let start = time(short)?;
        let each = time(long)?.saturating_sub(start) / TRANSACTIONS;
        println!(
            "{:<12} {language:<15} a start takes {} ms, a transaction {} µs",
            "",
            start.as_millis(),
            each.as_micros()
        );
        Ok(())
    }
}

/// Returns whether two VCDs have the same changes in the same order, those of the first up to so many nanoseconds later.
fn is_same(trace: &str, wanted: &str, late_ns: u64) -> bool {
    let time = |line: &str| line.strip_prefix('#').and_then(|time| time.parse::<u64>().ok());
    trace.lines().count() == wanted.lines().count()
        && trace.lines().zip(wanted.lines()).all(|(line, wanted)| match (time(line), time(wanted)) {
            (Some(at), Some(wanted)) => at >= wanted && at - wanted <= late_ns,
            _ => line == wanted,
        })
}

fn line(example: &str, language: &str, component: &Path) -> anyhow::Result<()> {
    println!("{example:<12} {language:<15} {:>10}", fs::metadata(component)?.len());
    Ok(())
}
