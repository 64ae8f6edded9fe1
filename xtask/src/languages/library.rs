//! The host as a C library: the example in C, and a program in Python by cffi, run the guest `thermometer` with a thermometer of their own.

use std::path::{Path, PathBuf};

use anyhow::ensure;

use super::tools;
use crate::process::{self, root, target_dir};
use crate::{guests, program, targets};

/// The shared library.
const LIBRARY: &str = "libwasm_embedded.so";

/// What the guest says of the thermometer of both programs.
const SAID: &str = "temperature: 21.5 degC\nhysteresis: 75.0 degC\nlimit: 80.0 degC\n";

/// Runs both, or says why it cannot install cffi.
pub(super) fn check(folder: &Path) -> anyhow::Result<Result<(), String>> {
    let guest = guests::built_example("thermometer");
    let program = folder.join("thermometer-in-c");
    compile(&root().join("capi/examples/thermometer.c"), &program)?;
    let said = String::from_utf8(process::output(&mut process::command(&program, [&guest]))?)?;
    ensure!(said == SAID, "the example of the C library printed\n{said}\nand not\n{SAID}");

    let tests = root().join("capi/tests");
    let python = match tools::venv(&folder.join("cffi"), &tests.join("requirements.txt"))? {
        Ok(python) => python,
        Err(reason) => return Ok(Err(reason)),
    };
    let mut check = process::command(&python, [tests.join("check_cffi.py"), libraries()?.join(LIBRARY)]);
    process::run(check.arg(root().join("capi/include/wasm_embedded.h")).arg(&guest))?;
    println!("{:<12} {:<15}", "C library", "C, Python");
    Ok(Ok(()))
}

/// Returns where the tests' build leaves the library, which it makes if it is not there.
fn libraries() -> anyhow::Result<PathBuf> {
    let folder = target_dir().join(targets::native()?).join("debug/deps");
    if !folder.join(LIBRARY).exists() {
        program::build()?;
    }
    Ok(folder)
}

/// Compiles a program in C against the library.
pub(super) fn compile(source: &Path, program: &Path) -> anyhow::Result<()> {
    let libraries = libraries()?;
    let mut compiler = process::command("cc", ["-std=c11", "-O2", "-Wall", "-Wextra", "-Werror", "-I"]);
    compiler.arg(root().join("capi/include")).arg(source).arg("-o").arg(program).arg("-L").arg(&libraries);
    process::run(compiler.arg("-lwasm_embedded").arg(format!("-Wl,-rpath,{}", libraries.display())))
}
