//! Instructions of one call in each language and in the older families, beside Rust's: `guests/counted` says how. Of the languages that
//! have no programs `transactions`, also the time of a start and of a call.

use std::fs;
use std::path::{Path, PathBuf};
use std::thread;

use anyhow::{Context as _, anyhow, ensure};

use super::lab::{Lab, Run};
use super::library;
use super::tools::Tools;
use crate::guests;
use crate::process::{self, exists, root};

/// The rounds of the shorter run; the longer has twice as many.
const ROUNDS: u64 = 500;

/// How many times Rust's instructions a language may take, in hundredths; then a module of the 0.4 family, and a component of 2026.
const LANGUAGE: u64 = 120;
const V04: u64 = 130;
const SPI_2026: u64 = 200;

/// A target that says how many rounds: none, and as many as the programs `transactions` do.
const REGISTERS: [&str; 2] = ["0, 0", "0x27, 0x10, 0, 0, 0, 0, 0, 0"];

/// Counts, prints, and fails if a language takes more than it may.
pub(super) fn check(tools: &Tools, lab: &Lab) -> anyhow::Result<()> {
    let (host, folder) = (&lab.host, &lab.folder);
    let rust = guests::built("counted");
    guests::build_package("test-guests", &["--bin", "counted", "--bin", "counted_spi"])?;
    guests::build_package("guest-spi-2026", &["--lib"])?;
    let mut languages = vec![("Rust", rust)];
    for (language, module) in modules(tools, folder)? {
        languages.push((language, adapted(host, folder, language, &module)?));
    }
    let boards = REGISTERS.map(|bytes| {
        let part = "model = \"scripted\"\ni2c = \"counted\"\naddress = 0x48\n";
        let label = "\n[i2c.counted]\nsim = \"counted\"\nallow = [0x48]\n";
        format!("{label}\n[[part]]\n{part}registers = [{{ register = 0, bytes = [{bytes}] }}]\n")
    });
    for (language, component) in &languages {
        let [short, long] = &boards;
        lab.times(
            language,
            &Run { limits: short, ..Run::new(component) },
            &Run { limits: long, ..Run::new(component) },
        )?;
    }
    if !exists(&mut process::command("valgrind", ["--version"])) {
        println!("instructions are not counted: valgrind is not installed: `apt-get install valgrind`");
        return Ok(());
    }
    let loopback = folder.join("loopback");
    library::compile(&root().join("guests/counted/loopback.c"), &loopback)?;
    compare(&loopback, "an I2C write-read of 1 and 8 bytes", &languages, |_| LANGUAGE)?;
    let v04 = folder.join("counted-v04.module.wasm");
    let mut compiler = clang(tools, "-std=c11");
    process::run(compiler.arg("-o").arg(&v04).arg(root().join("guests/counted/counted_v04.c")))?;
    let families = [
        ("Rust", guests::built("counted_spi")),
        ("0.4 family", adapted(host, folder, "v04", &v04)?),
        ("SPI hosts", adapted(host, folder, "spi-2026", &guests::built("guest_spi_2026"))?),
    ];
    compare(
        &loopback,
        "an SPI transfer of 32 bytes",
        &families,
        |name| if name == "SPI hosts" { SPI_2026 } else { V04 },
    )
}

/// Fails if one of these takes more than so many hundredths of the first one's instructions.
fn compare(loopback: &Path, call: &str, guests: &[(&str, PathBuf)], most: impl Fn(&str) -> u64) -> anyhow::Result<()> {
    let mut first = None;
    for (name, component) in guests {
        let taken = count(loopback, component)?;
        println!("{:<12} {name:<15} {taken:>10}  instructions for {call}", "counted");
        let most = *first.get_or_insert(taken) * most(name) / 100;
        ensure!(taken <= most, "{call} in {name} takes {taken} instructions, and should take {most} at most");
    }
    Ok(())
}

/// Makes a component that the library runs.
fn adapted(host: &Path, folder: &Path, name: &str, guest: &Path) -> anyhow::Result<PathBuf> {
    let component = folder.join(format!("counted-{name}.wasm"));
    process::output(process::command(host, ["adapt"]).arg(guest).arg("-o").arg(&component))?;
    Ok(component)
}

/// Returns the compiler of C for a module.
fn clang(tools: &Tools, standard: &str) -> std::process::Command {
    let mut compiler = tools.zig(&["cc", "-target", "wasm32-freestanding", standard, "-Os", "-fno-sanitize=undefined"]);
    compiler.args(["-nostdlib", "-Wl,--no-entry", "-Wl,-z,stack-size=16384"]);
    compiler
}

/// Compiles the guests of the other languages.
fn modules(tools: &Tools, folder: &Path) -> anyhow::Result<[(&'static str, PathBuf); 3]> {
    let guests = root().join("guests");
    let module = |language: &str| folder.join(format!("counted-{language}.module.wasm"));
    let c = module("c");
    let mut compiler = clang(tools, "-std=c99");
    compiler.arg("-o").arg(&c).arg(guests.join("counted/counted.c")).arg(guests.join("c/wasm_embedded_hal.c"));
    process::run(&mut compiler)?;
    let zig = module("zig");
    process::run(&mut super::zig_of(tools, &guests.join("counted/counted.zig"), &zig))?;
    // The compiler takes files of its own folder only.
    let source = tools.assemblyscript().join("counted.ts");
    fs::copy(guests.join("counted/counted.ts"), &source).context("cannot copy counted.ts")?;
    let assemblyscript = module("assemblyscript");
    process::run(tools.asc(Path::new("counted.ts")).arg("-o").arg(&assemblyscript))?;
    Ok([("C", c), ("Zig", zig), ("AssemblyScript", assemblyscript)])
}

/// Returns the instructions of one round. The two runs go at the same time: each is slow, and neither is timed.
fn count(loopback: &Path, component: &Path) -> anyhow::Result<u64> {
    let [short, long] = thread::scope(|scope| {
        let runs = [ROUNDS, 2 * ROUNDS].map(|rounds| scope.spawn(move || total(loopback, component, rounds)));
        runs.map(|run| run.join().unwrap_or_else(|_| Err(anyhow!("counting panicked"))))
    });
    Ok(long?.saturating_sub(short?) / ROUNDS)
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
