//! `cargo xtask mutants`: whether the tests notice a fault in the code, tried with faults that cargo-mutants makes.
//!
//! Not part of CI: each fault costs a build and a run of the crate's tests. A seed chooses which faults are made, so that a figure can
//! be taken again.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use anyhow::{Context as _, bail, ensure};
use clap::Args;
use sha2::{Digest as _, Sha256};

use crate::process::{cargo, command, exists, output, target_dir};
use crate::targets;
use crate::test::NATIVE;

/// The version whose names for faults the admission of a call is found by.
const VERSION: &str = "27.1.0";

/// What is wanted of the faults that build, in percent.
const WANTED_PERCENT: usize = 90;

/// Where the host decides whether a call may be carried out: there, every fault is to be noticed.
const ADMISSION: [&str; 7] = [
    "host/src/admit.rs:",
    "host/src/grant.rs:",
    "host/src/limits.rs:",
    "host/src/interrupt.rs:",
    "host/src/open.rs:",
    "/plan.rs:",
    ">::check ",
];

/// The tests that notice faults in a crate, of the packages of [`NATIVE`].
#[derive(Debug)]
struct Suite {
    package: &'static str,
    /// What is built for each fault: cargo's options that choose the targets.
    targets: &'static [&'static str],
    /// Which of the tests in there are run: nextest's expression.
    filter: &'static str,
}

/// The crates whose tests link Wasmtime: for adapters too, since what they make is run. With all of `NATIVE`, Wasmtime has the features that it has in `cargo xtask test`, and is not
/// compiled again. A crate without a row here is built and tested alone.
const SUITES: [Suite; 4] = [
    Suite {
        package: "wasm-embedded-host",
        targets: &[
            "--lib",
            "--test=calls",
            "--test=interfaces",
            "--test=lowered",
            "--test=contract",
            "--test=mischief",
            "--test=ways",
            "--test=tools",
        ],
        filter: "package(wasm-embedded-host) | package(wasm-embedded-runtime) & kind(test) | package(wasm-embedded-rt) & kind(test)",
    },
    Suite {
        package: "wasm-embedded-adapt",
        targets: &["--lib", "--test=modules", "--test=expectations", "--test=older", "--test=drafts", "--test=cli"],
        filter: "package(wasm-embedded-adapt) | package(wasm-embedded-rt) & kind(test)",
    },
    Suite {
        package: "wasm-embedded-runtime",
        targets: &["--lib", "--tests"],
        filter: "package(wasm-embedded-runtime)",
    },
    Suite {
        package: "wasm-embedded-rt",
        targets: &[
            "--bin=wasm-embedded-rt",
            "--test=advice",
            "--test=cli",
            "--test=expectations",
            "--test=older",
            "--test=record",
            "--test=scenarios",
            "--test=stops",
            "--test=tools",
            "--test=wasi",
        ],
        filter: "package(wasm-embedded-rt)",
    },
];

/// Options of `cargo xtask mutants`.
#[derive(Debug, Args)]
pub(crate) struct Options {
    /// Makes faults in this crate; can be given several times.
    #[arg(long = "package", value_name = "CRATE", default_value = "wasm-embedded-host")]
    packages: Vec<String>,
    /// Makes faults only in what has changed since this commit.
    #[arg(long, value_name = "COMMIT")]
    diff: Option<String>,
    /// How many faults are made in each crate.
    #[arg(long, value_name = "NUMBER", default_value_t = 50)]
    sample: usize,
    /// Chooses the faults.
    #[arg(long, value_name = "NUMBER", default_value_t = 1)]
    seed: u64,
    /// Makes the faults only where the host decides whether a call may be carried out.
    #[arg(long)]
    admission: bool,
    /// Makes the faults only in files whose path begins like this, from the root of the repository.
    #[arg(long, value_name = "PATH")]
    under: Option<String>,
    /// How long the tests of one fault may take, in seconds. Without it, five times as long as without a fault.
    #[arg(long, value_name = "SECONDS")]
    timeout: Option<u32>,
    /// Makes the faults in this folder instead of a copy, which saves a build of all dependencies. Nothing may be uncommitted, and
    /// after an interruption `git restore .` takes the last fault back.
    #[arg(long)]
    in_place: bool,
    /// Passed on to the tests' command, as `--lib` for fast ones.
    #[arg(last = true)]
    test_arguments: Vec<String>,
}

/// How the faults of one crate ended.
#[derive(Debug, Default, PartialEq, Eq)]
struct Figures {
    caught: usize,
    missed: usize,
    /// Those that make the tests hang, which is noticed.
    timeout: usize,
    /// Those that do not build, which count for nothing.
    unviable: usize,
}

/// Makes the faults and prints the figures.
///
/// # Errors
///
/// cargo-mutants is missing or fails, or the tests notice too few faults.
pub(crate) fn run(options: &Options) -> anyhow::Result<()> {
    ensure!(
        exists(&mut cargo(["mutants", "--version"])),
        "cargo-mutants is not there: `cargo install --locked cargo-mutants --version {VERSION}` installs it"
    );
    if options.in_place {
        let changed = output(&mut command("git", ["status", "--porcelain", "--untracked-files=no"]))?;
        ensure!(changed.is_empty(), "commit or stash what you have changed: `--in-place` edits the files");
    }
    let folder = target_dir().join("mutants");
    fs::create_dir_all(&folder).with_context(|| format!("cannot make {}", folder.display()))?;
    let mut failed = Vec::new();
    for package in &options.packages {
        if let Err(error) = examine(options, package, &folder) {
            println!("{package}: {error:#}");
            failed.push(package.as_str());
        }
    }
    if !failed.is_empty() {
        bail!("the tests notice too few faults in {}", failed.join(", "));
    }
    Ok(())
}

/// Makes the faults in one crate.
fn examine(options: &Options, package: &str, folder: &Path) -> anyhow::Result<()> {
    let mut common = vec![format!("--package={package}")];
    common.extend(features(package).map(|features| format!("--features={features}")));
    if let Some(commit) = &options.diff {
        let diff = folder.join("changes.diff");
        let changes = output(&mut command("git", ["diff", commit, "--", "*.rs"]))?;
        fs::write(&diff, changes).with_context(|| format!("cannot write {}", diff.display()))?;
        common.push(format!("--in-diff={}", diff.display()));
    }
    let list = String::from_utf8(output(cargo(["mutants", "--list"]).args(&common))?)?;
    let is_wanted = |name: &&str| {
        (!options.admission || is_admission(name)) && options.under.as_ref().is_none_or(|path| name.starts_with(path))
    };
    let all: Vec<&str> = list.lines().filter(is_wanted).collect();
    let chosen = sample(&all, options.seed, options.sample);
    println!("{package}: {} of {} faults, seed {}", chosen.len(), all.len(), options.seed);
    if chosen.is_empty() {
        return Ok(());
    }

    let out = folder.join(package);
    let mut mutants = cargo(["mutants", "--no-shuffle", "--colors=never"]);
    mutants.args(&common).arg(format!("--cargo-arg=--target={}", targets::native()?));
    mutants.arg("--output").arg(&out).arg(format!("--re={}", any_of(&chosen)));
    mutants.args(files(&chosen).iter().map(|file| format!("--file={file}")));
    mutants.args(options.timeout.map(|seconds| format!("--timeout={seconds}")));
    if exists(&mut cargo(["nextest", "--version"])) {
        mutants.arg("--test-tool=nextest");
    }
    if options.in_place {
        mutants.arg("--in-place");
    }
    let suite = SUITES.iter().find(|suite| suite.package == package);
    for argument in suite.iter().flat_map(|suite| NATIVE.iter().chain(suite.targets)) {
        mutants.arg(format!("--cargo-arg={argument}"));
    }
    let filter = suite.iter().flat_map(|suite| ["--filterset", suite.filter]);
    mutants.arg("--").args(filter).args(&options.test_arguments);
    // Fails when a fault was missed, too: what came of it is in its files.
    let status = mutants.status().context("cannot start cargo-mutants")?;
    let text = |name: &str| {
        let path = out.join("mutants.out").join(name);
        fs::read_to_string(&path)
            .with_context(|| format!("cargo-mutants ended with {status} and left no {}", path.display()))
    };
    // In these files cargo-mutants 27.1.0 makes the faults that delete a field whatever expression it is given: those that were not
    // chosen do not count.
    let of = |name: &str| -> anyhow::Result<Vec<String>> {
        Ok(text(name)?.lines().filter(|fault| chosen.contains(fault)).map(String::from).collect())
    };
    let missed = of("missed.txt")?;
    let figures = Figures {
        caught: of("caught.txt")?.len(),
        missed: missed.len(),
        timeout: of("timeout.txt")?.len(),
        unviable: of("unviable.txt")?.len(),
    };
    println!("{package}, seed {}: {figures}", options.seed);
    for name in &missed {
        println!("missed{}: {name}", if is_admission(name) { " in the admission of a call" } else { "" });
    }
    ensure!(figures.tried() > 0, "no fault was tried: cargo-mutants ended with {status}");
    ensure!(
        figures.percent() >= WANTED_PERCENT,
        "{} % of the faults are noticed, {WANTED_PERCENT} % are wanted",
        figures.percent()
    );
    ensure!(!missed.iter().any(|name| is_admission(name)), "every fault in the admission of a call is to be noticed");
    Ok(())
}

/// Returns the features with which all of a crate is tested.
fn features(package: &str) -> Option<&'static str> {
    (package == "wasm-embedded-host").then_some("wasm-embedded-host/async")
}

/// Returns whether a fault is where the host decides about a call.
fn is_admission(name: &str) -> bool {
    name.starts_with("host/src/") && ADMISSION.iter().any(|part| name.contains(part))
}

/// Chooses `number` of the names by a seed, in the order of the list. A name keeps its place in the choice when others come or go.
fn sample<'a>(names: &[&'a str], seed: u64, number: usize) -> Vec<&'a str> {
    let key = |name: &str| Sha256::digest(format!("{seed} {name}"));
    let mut keys: Vec<_> = names.iter().map(|name| key(name)).collect();
    keys.sort_unstable();
    let Some(past) = number.checked_sub(1).map(|last| keys.get(last)) else { return Vec::new() };
    names.iter().copied().filter(|name| past.is_none_or(|past| key(name) <= *past)).collect()
}

/// Returns the files of these faults.
fn files<'a>(names: &[&'a str]) -> BTreeSet<&'a str> {
    names.iter().filter_map(|name| name.split(':').next()).collect()
}

/// Returns a regular expression that exactly these names match.
fn any_of(names: &[&str]) -> String {
    // Of `<` and `>`, the escaped forms are the borders of words.
    let is_special = |c: char| r"\.+*?()|[]{}^$".contains(c);
    let escaped = |name: &&str| {
        name.chars().flat_map(|c| is_special(c).then_some('\\').into_iter().chain([c])).collect::<String>()
    };
    format!("^(?:{})$", names.iter().map(escaped).collect::<Vec<_>>().join("|"))
}

impl Figures {
    /// Returns how many faults could be noticed.
    fn tried(&self) -> usize {
        self.caught + self.timeout + self.missed
    }

    /// Returns the share of them that were, rounded down.
    fn percent(&self) -> usize {
        ((self.caught + self.timeout) * 100).checked_div(self.tried()).unwrap_or_default()
    }
}

impl std::fmt::Display for Figures {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Figures { caught, missed, timeout, unviable } = self;
        let (noticed, tried, percent) = (caught + timeout, self.tried(), self.percent());
        write!(
            f,
            "{noticed} of {tried} faults noticed ({percent} %), {timeout} of these by a time limit; {missed} missed, {unviable} do not build"
        )
    }
}

#[cfg(test)]
mod tests {
    use super::{Figures, any_of, files, is_admission, sample};

    #[test]
    fn a_seed_chooses_the_same_faults_again_and_another_seed_others() {
        let names: Vec<String> = (0..200).map(|number| format!("fault {number}")).collect();
        let names: Vec<&str> = names.iter().map(String::as_str).collect();
        let first = sample(&names, 1, 20);
        assert_eq!(first.len(), 20);
        assert_eq!(first, sample(&names, 1, 20));
        assert_ne!(first, sample(&names, 2, 20));
        assert_eq!(sample(&names, 1, 500), names);
        assert_eq!(sample(&names, 1, 0), [""; 0]);
        // What is chosen of a part of the list was chosen of the whole list, or takes the place of what is gone.
        let without_first = sample(&names[1..], 1, 20);
        assert!(first.iter().filter(|name| without_first.contains(name)).count() >= 19);
    }

    #[test]
    fn names_are_matched_as_they_are_written() {
        assert_eq!(
            any_of(&["a.rs:1:2: replace || with <= in f", "b"]),
            r"^(?:a\.rs:1:2: replace \|\| with <= in f|b)$"
        );
        assert!(
            files(&["src/a.rs:1:2: replace", "src/a.rs:9:9: delete", "b.rs:1:1: x"]).iter().eq(&["b.rs", "src/a.rs"])
        );
    }

    #[test]
    fn the_admission_of_a_call_is_found_by_name() {
        assert!(is_admission("host/src/admit.rs:92:9: replace HalCtx::admit -> bool with true"));
        assert!(is_admission("host/src/i2c/plan.rs:157:9: replace <impl Ask for Plan<'_>>::check -> bool with true"));
        assert!(is_admission("host/src/limits.rs:95:20: replace <= with > in Asked::within"));
        assert!(!is_admission("host/src/digital.rs:20:5: replace level -> bool with true"));
        assert!(!is_admission("linux/src/spi/plan.rs:32:5: replace merge -> bool with true"));
    }

    #[test]
    fn a_fault_that_does_not_build_counts_for_nothing() {
        let figures = Figures { caught: 8, missed: 1, timeout: 1, unviable: 90 };
        assert_eq!((figures.tried(), figures.percent()), (10, 90));
        assert_eq!(Figures::default().percent(), 0);
    }
}
