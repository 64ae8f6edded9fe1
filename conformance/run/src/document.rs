//! The published figures and exceptions: `docs/conformance.md`.

use std::env;
use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use anyhow::{Context as _, bail};
use wasm_embedded_conformance::{Counts, Report, Verdict, pi, pico2};

const INTRODUCTION: &str = "# Conformance

What `cargo xtask conformance` says of this project's hosts; [the suite](../conformance/README.md) tells how it knows. This file is
made by it, and a check compares them: `BLESS=1 cargo xtask conformance` writes it anew. What it says of the emulated Raspberry Pi and
of the Pico 2 in software is what `cargo xtask pi` and `cargo xtask pico2` demand, which examine them and fail if a rule is broken.

A rule that passes does so by a guest over the blocking traits, by one over the asynchronous ones, or by both, with the same events
on every wire and the same answers. Rules of waiting and dropping have the second only; those of long delays the first only.

| host | passed | by the blocking guest | by the asynchronous guest | failed | not applicable |
| --- | --- | --- | --- | --- | --- |
";

/// Compares a file with what the reports say, or writes it if `BLESS` is set.
pub(crate) fn check(file: &Path, reports: &[Report]) -> anyhow::Result<()> {
    let text = text(reports);
    if env::var_os("BLESS").is_some() {
        return fs::write(file, text).with_context(|| format!("cannot write {}", file.display()));
    }
    let stored = fs::read_to_string(file).with_context(|| format!("cannot read {}", file.display()))?;
    match stored.lines().zip(text.lines()).find(|(stored, now)| stored != now) {
        Some((stored, now)) => {
            bail!("{} says\n  {stored}\nand it is now\n  {now}\n(BLESS=1 writes it anew)", file.display())
        }
        None if stored.lines().count() != text.lines().count() => {
            bail!("{} is not complete (BLESS=1 writes it anew)", file.display())
        }
        None => Ok(()),
    }
}

fn text(reports: &[Report]) -> String {
    let mut text = INTRODUCTION.to_owned();
    let demanded = [pi::demanded(), pico2::demanded()];
    let reports = || reports.iter().chain(&demanded);
    // Writing to a string does not fail.
    for report in reports() {
        let Counts { passed, failed, not_applicable, blocking, asynchronous } = report.counts();
        let _ = writeln!(
            text,
            "| {} | {passed} | {blocking} | {asynchronous} | {failed} | {not_applicable} |",
            report.host
        );
    }
    for report in reports().filter(|report| report.counts().not_applicable > 0) {
        let _ = write!(
            text,
            "\n## {}: what is not applicable\n\n| rule | what it says | why not |\n| --- | --- | --- |\n",
            report.host
        );
        for line in &report.lines {
            if let Verdict::NotApplicable(why) = &line.verdict {
                let _ = writeln!(text, "| {} | {} | {why} |", line.rule.id, line.rule.text);
            }
        }
    }
    text
}
