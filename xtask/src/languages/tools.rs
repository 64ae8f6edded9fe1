//! The compilers of other languages: from PyPI and npm, pinned by hash, in `target/`.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::Context as _;

use super::pages::link;
use crate::process::{self, command, exists, root};

/// Compilers that are installed.
#[derive(Debug)]
pub(super) struct Tools {
    python: PathBuf,
    assemblyscript: PathBuf,
}

impl Tools {
    /// Installs what is missing into a folder, or says why it cannot be.
    pub(super) fn install(folder: &Path) -> anyhow::Result<Result<Tools, String>> {
        let python = match venv(&folder.join("venv"), &root().join("guests/requirements.txt"))? {
            Ok(python) => python,
            Err(reason) => return Ok(Err(reason)),
        };
        let assemblyscript = folder.join("assemblyscript");
        if let Err(reason) = package(&root().join("guests/assemblyscript"), &assemblyscript)? {
            return Ok(Err(reason));
        }
        Ok(Ok(Tools { python, assemblyscript }))
    }

    /// Returns a call of Python, with the packages of `guests/requirements.txt`.
    pub(super) fn python(&self, arguments: &[&str]) -> Command {
        command(&self.python, arguments)
    }

    /// Returns a call of Zig, whose `cc` is clang.
    pub(super) fn zig(&self, arguments: &[&str]) -> Command {
        let mut zig = command(&self.python, ["-m", "ziglang"]);
        zig.args(arguments);
        zig
    }

    /// Returns a call of AssemblyScript's compiler for a file in its folder.
    pub(super) fn asc(&self, file: &Path) -> Command {
        let mut asc = command("node", ["node_modules/assemblyscript/bin/asc.js"]);
        asc.current_dir(&self.assemblyscript).arg(file);
        asc
    }

    /// Returns the folder of Python's programs.
    pub(super) fn programs(&self) -> PathBuf {
        self.python.parent().map(PathBuf::from).unwrap_or_default()
    }

    /// Makes the npm packages that a program needs appear installed in its folder.
    pub(super) fn link_packages(&self, folder: &Path) -> anyhow::Result<()> {
        let modules = folder.join("node_modules");
        fs::create_dir_all(modules.join(".bin"))?;
        link(&self.assemblyscript, &modules.join("wasm-embedded-hal"))?;
        let compiler = self.assemblyscript.join("node_modules/assemblyscript");
        link(&compiler, &modules.join("assemblyscript"))?;
        link(&compiler.join("bin/asc.js"), &modules.join(".bin/asc"))
    }

    /// Returns the folder of the AssemblyScript package, which may be written to.
    pub(super) fn assemblyscript(&self) -> &Path {
        &self.assemblyscript
    }
}

/// Installs the packages of a file of requirements into a folder, unless they are there, and returns its Python; or says why it cannot.
pub(crate) fn venv(folder: &Path, requirements: &Path) -> anyhow::Result<Result<PathBuf, String>> {
    let python = folder.join("bin/python");
    let name = requirements.strip_prefix(root()).unwrap_or(requirements).display();
    if is_same(requirements, &folder.join("requirements.txt")) {
        return Ok(Ok(python));
    }
    println!("== installing {name} into {}", folder.display());
    if !exists(command("python3", ["-m", "venv"]).arg("--help")) {
        return Ok(Err("Python has no venv: `apt-get install python3-venv`".into()));
    }
    process::run(command("python3", ["-m", "venv"]).arg(folder))?;
    let mut pip = command(&python, ["-m", "pip", "install", "--quiet", "--no-deps", "--require-hashes", "-r"]);
    if process::run(pip.arg(requirements)).is_err() {
        return Ok(Err(format!("the packages cannot be installed: `pip install -r {name}` says why")));
    }
    fs::copy(requirements, folder.join("requirements.txt"))?;
    Ok(Ok(python))
}

/// Copies an npm package into a folder and installs what it depends on, unless that is there; or says why it cannot.
pub(crate) fn package(source: &Path, folder: &Path) -> anyhow::Result<Result<(), String>> {
    let name = source.strip_prefix(root()).unwrap_or(source).display();
    let is_new = !is_same(&source.join("package-lock.json"), &folder.join("installed.json"));
    copy(source, folder)?;
    if is_new {
        println!("== installing what {name} needs into {}", folder.display());
        if !exists(&mut command("npm", ["--version"])) {
            return Ok(Err("npm is not installed: `apt-get install npm`".into()));
        }
        if process::run(command("npm", ["ci", "--silent"]).current_dir(folder)).is_err() {
            return Ok(Err(format!("an npm package cannot be installed: `npm ci` in {name} says why")));
        }
        fs::copy(source.join("package-lock.json"), folder.join("installed.json"))?;
    }
    Ok(Ok(()))
}

/// Returns whether two files are there and the same.
fn is_same(one: &Path, other: &Path) -> bool {
    match (fs::read(one), fs::read(other)) {
        (Ok(one), Ok(other)) => one == other,
        _ => false,
    }
}

/// Copies a folder, but what was installed into it.
pub(super) fn copy(from: &Path, to: &Path) -> anyhow::Result<()> {
    fs::create_dir_all(to).with_context(|| format!("cannot make {}", to.display()))?;
    for entry in fs::read_dir(from).with_context(|| format!("cannot read {}", from.display()))? {
        let entry = entry?;
        let (path, target) = (entry.path(), to.join(entry.file_name()));
        if entry.file_name() == "node_modules" {
            continue;
        }
        if path.is_dir() {
            copy(&path, &target)?;
        } else {
            fs::copy(&path, &target).with_context(|| format!("cannot copy {}", path.display()))?;
        }
    }
    Ok(())
}
