//! `cargo xtask pi`: the Linux back end on an emulated Raspberry Pi 3B, with Debian's kernel.

mod archive;
mod board;
mod channels;
mod check;
mod checks;
mod conformance;
mod device_tree;
mod initrd;
mod machine;
mod native;
mod outside;
mod programs;
mod qmp;
mod recordings;
mod session;
mod setup;
mod tools;

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Instant;

use anyhow::{Context as _, bail};
use clap::Args;

use self::board::Board;
use self::check::{Check, Outcome, Verdict};
use self::conformance::Suite;
use self::machine::Machine;
use crate::steps::Done;

/// Options of `cargo xtask pi`.
#[derive(Debug, Args)]
pub(crate) struct Options {
    /// Runs only the checks whose name contains this text.
    #[arg(long, value_name = "TEXT")]
    only: Option<String>,
    /// Leaves a part off the board, to see that checks fail without it.
    #[arg(long, value_name = "PART")]
    without: Vec<String>,
    /// Runs this shell command in the Pi instead of the checks, and shows what it prints.
    #[arg(long, value_name = "COMMAND", conflicts_with = "only")]
    run: Option<String>,
    /// Puts this file into the Pi's folder /app too, where commands run.
    #[arg(long, value_name = "FILE")]
    with: Vec<PathBuf>,
}

/// Sets the Pi up if it is not, boots it and does what the options say.
pub(crate) fn run(options: &Options) -> anyhow::Result<()> {
    let board = Board::without(&options.without)?;
    let only = options.only.as_deref().unwrap_or_default();
    let selected: Vec<Check> = all().filter(|check| check.name.contains(only)).collect();
    let suite = Suite::select(only);
    if selected.is_empty() && suite.is_empty() {
        let names: Vec<_> = all().map(|check| check.name).collect();
        bail!("no check has {only:?} in its name; they are:\n{}\nconformance: RULE", names.join("\n"));
    }
    if let Some(reason) = setup::ensure()? {
        bail!("{reason}");
    }
    match &options.run {
        Some(command) => show(command, &board, &options.with),
        None => examine(&selected, suite, &board, &options.with),
    }
}

/// Runs all checks where the Pi is set up; it is a step of `cargo xtask test`, which installs nothing by itself.
pub(crate) fn check() -> anyhow::Result<Done> {
    if let Some(reason) = setup::missing() {
        return Ok(Done::Skipped(reason));
    }
    examine(&all().collect::<Vec<_>>(), Suite::select(""), &Board::without(&[])?, &[])?;
    Ok(Done::Passed)
}

fn all() -> impl Iterator<Item = Check> {
    let of_programs = [
        checks::HOST,
        recordings::RECORDED,
        channels::CHANNELS,
        native::NATIVE,
        tools::TOOLS,
        tools::STOPS,
        checks::UNPLUGGED,
    ];
    checks::BOARD.iter().chain(of_programs.into_iter().flatten()).copied()
}

/// Boots the Pi, runs the checks in it and then the conformance suite, and judges them.
fn examine(checks: &[Check], mut suite: Suite, board: &Board, files: &[PathBuf]) -> anyhow::Result<()> {
    let folder = setup::folder();
    let of_suite = suite.commands();
    let commands: Vec<_> =
        checks.iter().map(|check| check.command).chain(of_suite.iter().map(String::as_str)).collect();
    let mut files = files.to_vec();
    if checks.iter().any(Check::needs_programs) || !suite.is_empty() {
        files.extend(programs::build(&folder)?);
    }
    let mut left = checks.iter();
    let mut at_the_end = Vec::new();
    let mut failed = 0;
    in_the_pi(&folder, &commands, board, &files, |outcome| {
        let Some(check) = left.next() else { return suite.take(&outcome) };
        if check.flash.is_some() {
            at_the_end.push((check, outcome));
        } else if !report(check, &outcome, &folder) {
            failed += 1;
        }
        Ok(())
    })?;
    // Only now is the flash's image what the Pi left.
    failed += at_the_end.iter().filter(|(check, outcome)| !report(check, outcome, &folder)).count();
    let missing = left.len();
    if missing > 0 {
        bail!("the Pi left {missing} of {} checks out", checks.len());
    }
    let (rules, broken) = suite.report();
    println!("== {} of {} checks passed, and {} of {rules} rules", checks.len() - failed, checks.len(), rules - broken);
    if failed + broken > 0 {
        bail!(
            "{failed} checks and {broken} rules failed on the emulated Pi; all it printed is in target/pi/serial.log"
        );
    }
    Ok(())
}

/// Prints what became of a check, and returns whether it passed.
fn report(check: &Check, outcome: &Outcome, folder: &Path) -> bool {
    let verdict = check.judge(outcome, folder);
    let took = outcome.took.as_secs_f64();
    match &verdict {
        Verdict::Passed(seen) => println!("passed  {}: {seen} ({took:.1} s)", check.name),
        Verdict::Failed(reasons) => {
            println!("FAILED  {}: {} ({took:.1} s)", check.name, reasons.join("; "));
            outcome.lines.iter().for_each(|line| println!("        | {line}"));
        }
    }
    matches!(verdict, Verdict::Passed(_))
}

/// Boots the Pi, runs one command in it and shows what it prints.
fn show(command: &str, board: &Board, files: &[PathBuf]) -> anyhow::Result<()> {
    let mut failed = false;
    let folder = setup::folder();
    let files = [programs::build(&folder)?, files.to_vec()].concat();
    in_the_pi(&folder, &[command], board, &files, |Outcome { exit, lines, took, .. }| {
        lines.iter().for_each(|line| println!("{line}"));
        println!("== exit status {exit} after {:.1} s", took.as_secs_f64());
        failed = exit != 0;
        Ok(())
    })?;
    if failed {
        bail!("the command failed in the Pi");
    }
    Ok(())
}

/// Boots the Pi, runs commands in it one after the other, and waits until it is off.
fn in_the_pi(
    folder: &Path,
    commands: &[&str],
    board: &Board,
    files: &[PathBuf],
    mut ran: impl FnMut(Outcome) -> anyhow::Result<()>,
) -> anyhow::Result<()> {
    let lock = folder.join("lock");
    let lock = fs::File::create(&lock).with_context(|| format!("cannot write {}", lock.display()))?;
    // Two runs would share the image of the flash. The system opens the lock when this ends, in whatever way.
    if lock.try_lock().is_err() {
        println!("== another run uses target/pi: waiting for it");
        lock.lock().context("cannot wait for the other run")?;
    }
    device_tree::change(&folder.join("board.dtb"), &folder.join("pi.dtb"))?;
    initrd::pack(folder, commands, files)?;
    let start = Instant::now();
    let mut machine = Machine::boot(folder, board)?;
    let greeting = session::booted(&mut machine)?;
    println!("== booted after {:.1} s", start.elapsed().as_secs_f64());
    greeting.iter().filter(|line| !line.is_empty()).for_each(|line| println!("   the Pi: {line}"));
    while let Some(outcome) = session::next(&mut machine, folder)? {
        ran(outcome)?;
    }
    machine.wait()?;
    println!("== off after {:.1} s", start.elapsed().as_secs_f64());
    Ok(())
}

/// Returns the last lines of a file.
fn tail(file: &Path) -> anyhow::Result<String> {
    let text = fs::read(file).with_context(|| format!("cannot read {}", file.display()))?;
    let text = String::from_utf8_lossy(&text);
    let lines: Vec<_> = text.lines().collect();
    Ok(lines[lines.len().saturating_sub(15)..].join("\n"))
}
