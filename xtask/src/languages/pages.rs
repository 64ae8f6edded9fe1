//! The start page of each language, run as it is written: the program is its first block of code, and the commands those of its `sh`
//! blocks, but for the installation, which [`Tools`](super::tools::Tools) has done.

use std::env;
use std::fs;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, ensure};

use super::tools::Tools;
use crate::process::{self, command, root};

/// How often the LED changes: five times by the program, and once more when it has ended and the policy switches it off.
const EDGES: usize = 6;

/// The start page of a language.
pub(super) struct Page<'a> {
    /// Its folder in `guests/`.
    pub(super) language: &'a str,
    /// The name of its blocks of code, and the ending of the program's file.
    pub(super) code: &'a str,
    pub(super) extension: &'a str,
    /// What the program needs in the same folder, in `guests/`.
    pub(super) files: &'a [&'a str],
    /// Where its tools are.
    pub(super) programs: &'a [PathBuf],
}

/// Runs the pages of the languages whose compilers make core modules.
pub(super) fn check(tools: &Tools, host: &Path, folder: &Path) -> anyhow::Result<()> {
    let programs = [tools.programs()];
    let page = |language, extension, files| Page { language, code: extension, extension, files, programs: &programs };
    let c = ["c/wasm_embedded_hal.c", "c/wasm_embedded_hal.h"];
    page("c", "c", &c).check(host, folder, |_| Ok(()))?;
    let zig = ["zig/wasm_embedded_hal.zig", "c/wasm_embedded_hal.c", "c/wasm_embedded_hal.h"];
    page("zig", "zig", &zig).check(host, folder, |_| Ok(()))?;
    page("assemblyscript", "ts", &[]).check(host, folder, |folder| tools.link_packages(folder))
}

impl Page<'_> {
    /// Runs the page on the board of the examples, and its own limits, where it toggles an LED five times. `install` does what the lines
    /// with `pip` and `npm` do.
    pub(super) fn check(
        &self,
        host: &Path,
        folder: &Path,
        install: impl FnOnce(&Path) -> anyhow::Result<()>,
    ) -> anyhow::Result<()> {
        let folder = folder.join("pages").join(self.language);
        if folder.exists() {
            fs::remove_dir_all(&folder).with_context(|| format!("cannot empty {}", folder.display()))?;
        }
        fs::create_dir_all(&folder).with_context(|| format!("cannot make {}", folder.display()))?;
        let page = root().join("guests").join(self.language).join("README.md");
        let text = fs::read_to_string(&page).with_context(|| format!("cannot read {}", page.display()))?;
        let program = blocks(&text, self.code).into_iter().next();
        let program = program.with_context(|| format!("{} shows no program", page.display()))?;
        fs::write(folder.join("blinky").with_extension(self.extension), program)?;
        for file in self.files {
            let from = root().join("guests").join(file);
            fs::copy(&from, folder.join(from.file_name().context("a file has a name")?))?;
        }
        let board = fs::read_to_string(root().join("examples/board.toml"))? + "\n" + &blocks(&text, "toml").concat();
        fs::write(folder.join("board.toml"), board)?;
        install(&folder)?;

        let installs = ["pip ", "npm "];
        let mut script = String::new();
        for block in blocks(&text, "sh") {
            let lines = block.split_inclusive('\n');
            script.extend(lines.filter(|line| !installs.iter().any(|install| line.starts_with(install))));
        }
        let script = script.replace("run blinky.wasm", "run blinky.wasm --trace blinky.vcd");
        let mut path = self.programs.to_vec();
        path.push(host.parent().map(PathBuf::from).unwrap_or_default());
        path.extend(env::split_paths(&env::var_os("PATH").unwrap_or_default()));
        let mut shell = command("sh", ["-e", "-c", &script]);
        process::run(shell.current_dir(&folder).env("PATH", env::join_paths(path)?))
            .with_context(|| format!("the commands of {} fail", page.display()))?;
        let trace = fs::read_to_string(folder.join("blinky.vcd")).context("the page's program left no trace")?;
        let edges = changes(&trace, "LED").with_context(|| format!("the trace of {} has no LED", page.display()))?;
        ensure!(edges == EDGES, "the LED of {} changed {edges} times, and should {EDGES} times", page.display());
        Ok(())
    }
}

/// Returns the blocks of code of a page that are marked with a language.
pub(super) fn blocks(page: &str, language: &str) -> Vec<String> {
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
pub(super) fn changes(trace: &str, signal: &str) -> Option<usize> {
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
