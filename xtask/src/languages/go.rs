//! Guests in Go.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, ensure};

use super::lab::{EXAMPLES, Lab, Run};
use super::pages::{Page, link};
use super::tools;
use crate::process::{self, command, root};

const LANGUAGE: &str = "Go";

/// What the policy must allow: `fmt` has much code.
const LIMITS: &str = "\n[limits]\ncode-bytes = 16_777_216\n";

/// Go's runtime reads the clock while it starts, and a reading takes 1 µs of simulated time.
const LATE_NS: u64 = 10_000;

/// Builds the examples and runs them; or says why they cannot be built.
pub(super) fn check(lab: &Lab) -> anyhow::Result<Result<(), String>> {
    let python = match tools::venv(&lab.folder.join("go"), &root().join("guests/go/requirements.txt"))? {
        Ok(python) => python,
        Err(reason) => return Ok(Err(reason)),
    };
    let programs = python.parent().context("a program is in a folder")?.to_path_buf();
    for example in EXAMPLES {
        let component = build(lab, &programs, &format!("examples/{example}"))?;
        lab.is_like_rust(LANGUAGE, example, &Run { late_ns: LATE_NS, ..of(&component) })?;
    }
    let short = lab.folder.join("thermometer-Go.wasm");
    let long = build(lab, &programs, "examples/transactions")?;
    lab.times(LANGUAGE, &of(&short), &of(&long))?;
    bounds(lab, &build(lab, &programs, "tests/bounds")?)?;
    let page = Page { language: "go", code: "go", extension: "go", files: &[], programs: &[programs] };
    page.check(&lab.host, &lab.folder, |folder| link(root(), &folder.join("wasm-embedded-hal")))?;
    Ok(Ok(()))
}

fn of(component: &Path) -> Run<'_> {
    Run { limits: LIMITS, ..Run::new(component) }
}

/// Fails unless every value at a bound gets the error that it should, and the guest goes on after each.
fn bounds(lab: &Lab, component: &Path) -> anyhow::Result<()> {
    let output = lab.run(&of(component), "bounds", &[])?;
    let told = String::from_utf8_lossy(&output.stderr);
    ensure!(output.status.success(), "the checks of bounds in Go: {told}");
    let printed = String::from_utf8_lossy(&output.stdout);
    let source = fs::read_to_string(root().join("guests/go/tests/bounds/main.go"))?;
    let checked = printed.strip_suffix(" calls checked\n").and_then(|number| number.parse::<usize>().ok());
    // More than there are lines that check something: those in loops check several values.
    let least = source.lines().filter(|line| line.contains("expect(") || line.contains("that(")).count();
    ensure!(checked.is_some_and(|checked| checked > least), "only so many bounds were checked: {printed}");
    Ok(())
}

/// Builds a program as the page says, makes a component of it, and returns that.
fn build(lab: &Lab, programs: &Path, source: &str) -> anyhow::Result<PathBuf> {
    let name = source.rsplit_once('/').map_or(source, |(_, name)| name);
    let module = lab.folder.join(format!("{name}-{LANGUAGE}.module.wasm"));
    let mut go = go(&programs.join("go"), lab);
    go.current_dir(root().join("guests/go")).args([
        "build",
        "-trimpath",
        "-buildmode=c-shared",
        "-ldflags=-s -w",
        "-o",
    ]);
    process::run(go.arg(&module).arg(format!("./{source}")))?;
    let component = lab.folder.join(format!("{name}-{LANGUAGE}.wasm"));
    let mut adapt = process::command(&lab.host, ["adapt"]);
    process::output(adapt.arg(&module).arg("-o").arg(&component))?;
    Ok(component)
}

/// Returns a call of Go for guests, which fetches nothing.
fn go(program: &Path, lab: &Lab) -> Command {
    let mut go = command(program, [""; 0]);
    go.env("GOOS", "wasip1").env("GOARCH", "wasm").env("GOTOOLCHAIN", "local").env("GOPROXY", "off");
    go.env("GOCACHE", lab.folder.join("go-cache")).env("GOFLAGS", "");
    go
}
