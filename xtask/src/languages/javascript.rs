//! Guests in JavaScript and TypeScript.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, ensure};

use super::lab::{EXAMPLES, Lab, Run};
use super::pages::{Page, link};
use super::tools;
use crate::process::{self, command, root};

const LANGUAGE: &str = "JavaScript";

/// The name of the npm package.
const PACKAGE: &str = "wasm-embedded-hal-js";

/// Builds the examples and runs them; or says why they cannot be built.
pub(super) fn check(lab: &Lab) -> anyhow::Result<Result<(), String>> {
    let package = lab.folder.join("javascript");
    if let Err(reason) = tools::package(&root().join("guests/javascript"), &package)? {
        return Ok(Err(reason));
    }
    process::run(command("node", ["node_modules/typescript/bin/tsc", "-p", "."]).current_dir(&package))
        .context("the types of guests/javascript are wrong")?;
    // The programs import the package by its name.
    let modules = package.join("node_modules");
    if !modules.join(PACKAGE).exists() {
        link(&package, &modules.join(PACKAGE))?;
    }
    for example in EXAMPLES {
        let component = build(lab, &package, "examples", example)?;
        lab.is_like_rust(LANGUAGE, example, &Run::new(&component))?;
    }
    ranges(lab, &build(lab, &package, "tests", "ranges")?)?;
    let long = build(lab, &package, "tests", "transactions")?;
    let short = lab.folder.join(format!("thermometer-{LANGUAGE}.wasm"));
    lab.times(LANGUAGE, &Run::new(&short), &Run::new(&long))?;
    let page = Page { language: "javascript", code: "ts", extension: "ts", files: &[], programs: &[] };
    page.check(&lab.host, &lab.folder, |folder| {
        let modules = folder.join("node_modules");
        fs::create_dir_all(modules.join(".bin"))?;
        link(&package, &modules.join(PACKAGE))?;
        link(&package.join("bin/build.mjs"), &modules.join(".bin/wasm-embedded-js"))
    })?;
    Ok(Ok(()))
}

/// Builds a program, and returns its component.
fn build(lab: &Lab, package: &Path, folder: &str, name: &str) -> anyhow::Result<PathBuf> {
    let folder = package.join(folder);
    let source = [folder.join(name).with_extension("ts"), folder.join(name).with_extension("js")];
    let source = source.iter().find(|source| source.exists()).with_context(|| format!("there is no {name}"))?;
    let component = lab.folder.join(format!("{name}-{LANGUAGE}.wasm"));
    let mut node = command("node", ["bin/build.mjs"]);
    process::run(node.current_dir(package).arg(source).arg("-o").arg(&component))?;
    Ok(component)
}

/// Fails unless every value that does not fit throws, the guest goes on after each, and `console` is there.
fn ranges(lab: &Lab, component: &Path) -> anyhow::Result<()> {
    let output = lab.run(&Run::new(component), "ranges", &[])?;
    let (printed, told) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    let (shown, checked) = printed.split_once('\n').unwrap_or_default();
    ensure!(shown == r#"shown: 1 true null undefined {"a":[1]} [01 ff]"#, "console.log shows {printed} {told}");
    ensure!(told.contains("warn  console: a warning of 1"), "console.warn tells {told}");
    // The program ends with an error of its own, once it has checked everything.
    ensure!(told.contains("error console: Error: the end"), "the checks of ranges in JavaScript: {told}");
    ensure!(output.status.code() == Some(1), "an error that nobody catches ends a guest with {}", output.status);
    let checked = checked.strip_suffix(" checks passed\n").and_then(|number| number.parse::<usize>().ok());
    let source = fs::read_to_string(root().join("guests/javascript/tests/ranges.ts"))?;
    // More than there are lines that check something: most lines check several values.
    let least = source.lines().filter(|line| line.contains("throws(") || line.contains("equal(")).count();
    ensure!(checked.is_some_and(|checked| checked > least), "only so many ranges were checked: {printed}");
    Ok(())
}
