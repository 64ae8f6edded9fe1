//! The start page of each language, run as it is written: the program is its first block of code, and the commands those of its `sh`
//! blocks, but for the installation, which [`Tools`](super::tools::Tools) has done.

use std::env;
use std::fs;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, ensure};

use super::tools::Tools;
use crate::process::{self, command, root};

/// A language's folder in `guests/`, the name of its blocks of code, and what its program needs in the same folder.
const PAGES: [(&str, &str, &[&str]); 3] = [
    ("c", "c", &["c/wasm_embedded_hal.c", "c/wasm_embedded_hal.h"]),
    ("zig", "zig", &["zig/wasm_embedded_hal.zig", "c/wasm_embedded_hal.c", "c/wasm_embedded_hal.h"]),
    ("assemblyscript", "ts", &[]),
];

/// How often the LED changes: five times by the program, and once more when it has ended and the policy switches it off.
const EDGES: usize = 6;

/// Runs every page on the board of the examples, where each toggles an LED five times.
pub(super) fn check(tools: &Tools, host: &Path, folder: &Path) -> anyhow::Result<()> {
    for (language, extension, files) in PAGES {
        let folder = folder.join("pages").join(language);
        if folder.exists() {
            fs::remove_dir_all(&folder).with_context(|| format!("cannot empty {}", folder.display()))?;
        }
        fs::create_dir_all(&folder).with_context(|| format!("cannot make {}", folder.display()))?;
        let page = root().join("guests").join(language).join("README.md");
        let text = fs::read_to_string(&page).with_context(|| format!("cannot read {}", page.display()))?;
        let program = blocks(&text, extension).into_iter().next();
        let program = program.with_context(|| format!("{} shows no program", page.display()))?;
        fs::write(folder.join("blinky").with_extension(extension), program)?;
        for file in files {
            let from = root().join("guests").join(file);
            fs::copy(&from, folder.join(from.file_name().context("a file has a name")?))?;
        }
        fs::copy(root().join("examples/board.toml"), folder.join("board.toml"))?;
        tools.link_packages(&folder)?;

        let mut script = String::new();
        for block in blocks(&text, "sh") {
            script.extend(
                block.split_inclusive('\n').filter(|line| !line.starts_with("pip ") && !line.starts_with("npm ")),
            );
        }
        let script = script.replace("run blinky.wasm", "run blinky.wasm --trace blinky.vcd");
        let mut path = vec![tools.programs(), host.parent().map(PathBuf::from).unwrap_or_default()];
        path.extend(env::split_paths(&env::var_os("PATH").unwrap_or_default()));
        let mut shell = command("sh", ["-e", "-c", &script]);
        process::run(shell.current_dir(&folder).env("PATH", env::join_paths(path)?))
            .with_context(|| format!("the commands of {} fail", page.display()))?;
        let trace = fs::read_to_string(folder.join("blinky.vcd")).context("the page's program left no trace")?;
        let edges = changes(&trace, "LED").with_context(|| format!("the trace of {language} has no LED"))?;
        ensure!(edges == EDGES, "the LED of {} changed {edges} times, and should {EDGES} times", page.display());
    }
    Ok(())
}

/// Returns the blocks of code of a page that are marked with a language.
fn blocks(page: &str, language: &str) -> Vec<String> {
    let mut blocks = Vec::new();
    let mut rest = page;
    let fence = format!("```{language}\n");
    while let Some((_, after)) = rest.split_once(&fence) {
        let (block, after) = after.split_once("```").unwrap_or((after, ""));
        blocks.push(block.to_owned());
        rest = after;
    }
    blocks
}

/// Returns how often a signal changes after its first value in a VCD.
fn changes(trace: &str, signal: &str) -> Option<usize> {
    let declared = trace.lines().find(|line| line.starts_with("$var") && line.contains(&format!(" {signal} ")))?;
    let id = declared.split_whitespace().nth(3)?;
    let values: Vec<_> = trace
        .lines()
        .filter_map(|line| line.split_at_checked(1))
        .filter(|(value, of)| *of == id && (*value == "0" || *value == "1"))
        .map(|(value, _)| value)
        .collect();
    Some(values.windows(2).filter(|pair| pair[0] != pair[1]).count())
}

/// Links a file or folder under another name.
pub(super) fn link(from: &Path, to: &Path) -> anyhow::Result<()> {
    symlink(from, to).with_context(|| format!("cannot link {}", to.display()))
}
