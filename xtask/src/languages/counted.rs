//! Instructions of one I2C write-read of 1 and 8 bytes in each language, beside Rust's: `guests/counted` says how.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, ensure};

use super::library;
use super::tools::Tools;
use crate::guests;
use crate::process::{self, exists, root};

/// The rounds of the shorter run; the longer has twice as many.
const ROUNDS: u64 = 500;

/// How many times Rust's instructions a language may take, in hundredths.
const MOST: u64 = 120;

/// Counts, prints, and fails if a language takes more than it may.
pub(super) fn check(tools: &Tools, host: &Path, folder: &Path) -> anyhow::Result<()> {
    if !exists(&mut process::command("valgrind", ["--version"])) {
        println!("instructions are not counted: valgrind is not installed: `apt-get install valgrind`");
        return Ok(());
    }
    let loopback = folder.join("loopback");
    library::compile(&root().join("guests/counted/loopback.c"), &loopback)?;
    guests::build_package("test-guests", &["--bin", "counted"])?;
    let rust = count(&loopback, &guests::built("counted"))?;
    println!("{:<12} {:<15} {rust:>10}  instructions for an I2C write-read of 1 and 8 bytes", "counted", "Rust");
    for (language, module) in modules(tools, folder)? {
        let component = folder.join(format!("counted-{language}.wasm"));
        process::output(process::command(host, ["adapt"]).arg(&module).arg("-o").arg(&component))?;
        let taken = count(&loopback, &component)?;
        println!("{:<12} {language:<15} {taken:>10}", "counted");
        let most = rust * MOST / 100;
        ensure!(taken <= most, "a write-read in {language} takes {taken} instructions, and should take {most} at most");
    }
    Ok(())
}

/// Compiles the guests of the other languages.
fn modules(tools: &Tools, folder: &Path) -> anyhow::Result<[(&'static str, PathBuf); 3]> {
    let guests = root().join("guests");
    let module = |language: &str| folder.join(format!("counted-{language}.module.wasm"));
    let c = module("c");
    let mut compiler =
        tools.zig(&["cc", "-target", "wasm32-freestanding", "-std=c99", "-Os", "-fno-sanitize=undefined"]);
    compiler.args(["-nostdlib", "-Wl,--no-entry", "-Wl,-z,stack-size=16384", "-o"]).arg(&c);
    process::run(compiler.arg(guests.join("counted/counted.c")).arg(guests.join("c/wasm_embedded_hal.c")))?;
    let zig = module("zig");
    process::run(&mut super::zig_of(tools, &guests.join("counted/counted.zig"), &zig))?;
    // The compiler takes files of its own folder only.
    let source = tools.assemblyscript().join("counted.ts");
    fs::copy(guests.join("counted/counted.ts"), &source).context("cannot copy counted.ts")?;
    let assemblyscript = module("assemblyscript");
    process::run(tools.asc(Path::new("counted.ts")).arg("-o").arg(&assemblyscript))?;
    Ok([("C", c), ("Zig", zig), ("AssemblyScript", assemblyscript)])
}

/// Returns the instructions of one round.
fn count(loopback: &Path, component: &Path) -> anyhow::Result<u64> {
    let [short, long] = [ROUNDS, 2 * ROUNDS].map(|rounds| total(loopback, component, rounds));
    Ok((long?.saturating_sub(short?)) / ROUNDS)
}

/// Returns the instructions of a whole run.
fn total(loopback: &Path, component: &Path, rounds: u64) -> anyhow::Result<u64> {
    let mut valgrind = process::command("valgrind", ["--tool=callgrind", "--callgrind-out-file=/dev/null"]);
    let output = valgrind.arg(loopback).arg(component).arg(rounds.to_string()).output().context("valgrind")?;
    let said = String::from_utf8_lossy(&output.stderr);
    ensure!(output.status.success(), "valgrind ended with {}:\n{said}", output.status);
    let total = said.lines().find_map(|line| line.split_once("Collected : ")?.1.trim().parse().ok());
    total.with_context(|| format!("valgrind states no count:\n{said}"))
}
