//! Guests in Python: all programs in one component, since each has an interpreter of its own to compile.

use std::fs;
use std::path::Path;

use anyhow::{Context as _, ensure};

use super::lab::{EXAMPLES, Lab, Run};
use super::pages::Page;
use super::tools;
use crate::process::{self, command, root};

const LANGUAGE: &str = "Python";

/// What the policy must allow.
const LIMITS: &str = "\n[limits]\ncode-bytes = 16_777_216\n";

/// What the published drivers return on the parts of `tests/drivers.toml`. The last two are wrong below zero: senlib's LM75 is at
/// -18.5 degC, and the ADT7422 at -25 degC.
const DRIVERS: &str = "\
(12, 0.0625, 750.0) continuous -10.5
-10.5
1 (439.09515380859375, 27.238000869750977, 48.80674362182617)
15.0 69964
{'temperature': 237.5}
SMBus opened
487.0
";

/// Builds the component and runs its programs; or says why it cannot be built.
pub(super) fn check(lab: &Lab) -> anyhow::Result<Result<(), String>> {
    let python = match tools::venv(&lab.folder.join("python"), &root().join("guests/python/requirements.txt"))? {
        Ok(python) => python,
        Err(reason) => return Ok(Err(reason)),
    };
    let package = lab.folder.join("python-package");
    tools::copy(&root().join("guests/python"), &package)?;
    let mut pip = command(&python, ["-m", "pip", "install", "--quiet", "--no-deps", "--force-reinstall"]);
    if process::run(pip.arg(&package)).is_err() {
        return Ok(Err("the library cannot be installed: `pip install ./guests/python` says why".into()));
    }
    let component = lab.folder.join("every_program-Python.wasm");
    // From the copy, since componentize-py leaves its own compiled modules among the sources.
    let tests = package.join("tests");
    let mut build = command(&python, ["-m", "wasm_embedded_hal"]);
    build.arg(tests.join("every_program.py")).arg("-p").arg(package.join("examples"));
    process::run(build.arg("-o").arg(&component).env("PYTHONDONTWRITEBYTECODE", "1"))?;

    for example in EXAMPLES {
        lab.is_like_rust(LANGUAGE, example, &of(&component, &[example]))?;
    }
    drivers(lab, &component, &tests.join("drivers.toml"))?;
    ranges(lab, &component)?;
    ends(lab, &component)?;
    lab.times(LANGUAGE, &of(&component, &["thermometer"]), &of(&component, &["transactions"]))?;
    let programs = [python.parent().context("a program is in a folder")?.to_path_buf()];
    let page = Page { language: "python", code: "python", extension: "py", files: &[], programs: &programs };
    page.check(&lab.host, &lab.folder, |_| Ok(()))?;
    Ok(Ok(()))
}

fn of<'a>(component: &'a Path, arguments: &'a [&'a str]) -> Run<'a> {
    Run { limits: LIMITS, arguments, ..Run::new(component) }
}

/// Fails unless the published drivers return what they should on their parts, and do every exchange that the parts expect.
fn drivers(lab: &Lab, component: &Path, policy: &Path) -> anyhow::Result<()> {
    let output = process::output(lab.command(component, policy).args(["--", "drivers"]))?;
    let printed = String::from_utf8(output).context("the drivers print text")?;
    ensure!(printed == DRIVERS, "the published drivers returned\n{printed}\nand not\n{DRIVERS}");
    Ok(())
}

/// Fails unless every value that does not fit raises an exception, and the guest goes on after each.
fn ranges(lab: &Lab, component: &Path) -> anyhow::Result<()> {
    let output = lab.run(&of(component, &["ranges"]), "ranges", &[])?;
    let told = String::from_utf8_lossy(&output.stderr);
    ensure!(output.status.success(), "the checks of ranges in Python: {told}");
    let printed = String::from_utf8_lossy(&output.stdout);
    let source = fs::read_to_string(root().join("guests/python/tests/ranges.py"))?;
    let checked = printed.strip_suffix(" checks passed\n").and_then(|number| number.parse::<usize>().ok());
    // More than there are lines that check something: most lines check several values.
    let least = source.lines().filter(|line| line.contains("raises(") || line.contains("equal(")).count();
    ensure!(checked.is_some_and(|checked| checked > least), "only so many ranges were checked: {printed}");
    Ok(())
}

/// Fails unless the page's words on the end of a guest and on its top level are true.
fn ends(lab: &Lab, component: &Path) -> anyhow::Result<()> {
    let mut frozen = Vec::new();
    for (how, status) in [("return", 0), ("0", 0), ("3", 1), ("raise", 1)] {
        // With seeds of their own, so that what is drawn while the guest runs differs.
        let seed = frozen.len().to_string();
        let output = lab.run(&of(component, &["ends", how]), "ends", &["--seed", &seed])?;
        ensure!(output.status.code() == Some(status), "`{how}` ends a guest in Python with {}", output.status);
        let told = String::from_utf8_lossy(&output.stderr);
        ensure!(told.contains("ValueError: nothing to show") == (how == "raise"), "`{how}` told {told}");
        frozen.push(String::from_utf8_lossy(&output.stdout).into_owned());
    }
    let lines = |name: &str| {
        let mut lines: Vec<_> =
            frozen.iter().flat_map(|text| text.lines()).filter(|line| line.starts_with(name)).collect();
        lines.sort_unstable();
        lines.dedup();
        lines.len()
    };
    ensure!(lines("frozen:") == 1, "what a top level draws must be the same in every run: {frozen:?}");
    ensure!(lines("drawn:") == frozen.len(), "what `main` draws must differ from seed to seed: {frozen:?}");
    Ok(())
}
