//! Guests in other languages: builds the examples of each with its own compiler, runs them, and compares what they print and what was on
//! the wires with the Rust guest of the same name.

mod arduino;
mod counted;
mod go;
mod javascript;
mod lab;
mod library;
mod pages;
mod python;
pub(crate) mod tools;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, bail, ensure};
use clap::Args;

use self::lab::{EXAMPLES, Lab, Run};
use self::tools::Tools;
pub(crate) use self::tools::package;
use crate::process::{self, root, target_dir};
use crate::steps::Done;
use crate::{guests, program};

/// The most that i2cdetect in AssemblyScript may take.
const ASSEMBLYSCRIPT_BYTES: u64 = 8 << 10;

/// A language that guests are written in.
struct Language {
    name: &'static str,
    /// Returns the command that compiles an example to a core module.
    compile: fn(&Tools, example: &str, module: &Path) -> Command,
}

const LANGUAGES: [Language; 4] = [
    Language { name: "C", compile: c },
    Language { name: "C++", compile: cpp },
    Language { name: "Zig", compile: zig },
    Language { name: "AssemblyScript", compile: assemblyscript },
];

/// Options of `cargo xtask guests`.
#[derive(Debug, Args)]
pub(crate) struct Options {
    /// Runs them on this program instead of building one.
    #[arg(long, value_name = "FILE")]
    host: Option<PathBuf>,
}

/// Builds the guests in Rust and those in other languages, and runs the latter.
pub(crate) fn run(options: &Options) -> anyhow::Result<()> {
    guests::build()?;
    let host = match &options.host {
        Some(host) => host.canonicalize().with_context(|| format!("cannot find {}", host.display()))?,
        None => program::build()?,
    };
    match compare(host)? {
        Done::Passed => Ok(()),
        Done::Skipped(reason) => bail!(reason),
    }
}

/// Runs them as a step of `cargo xtask test`.
pub(crate) fn check() -> anyhow::Result<Done> {
    guests::build_package("examples", &["--examples"])?;
    compare(program::build()?)
}

fn compare(host: PathBuf) -> anyhow::Result<Done> {
    let folder = target_dir().join("languages");
    fs::create_dir_all(&folder).with_context(|| format!("cannot make {}", folder.display()))?;
    let tools = match Tools::install(&folder)? {
        Ok(tools) => tools,
        Err(reason) => return Ok(Done::Skipped(reason)),
    };
    let lab = Lab::new(host.clone(), folder.clone())?;
    for example in EXAMPLES {
        for language in &LANGUAGES {
            let module = folder.join(format!("{example}-{}.module.wasm", language.name));
            process::run(&mut (language.compile)(&tools, example, &module))?;
            let component = folder.join(format!("{example}-{}.wasm", language.name));
            let mut adapt = process::command(&host, ["adapt"]);
            process::output(adapt.arg(&module).arg("-o").arg(&component))?;
            lab.is_like_rust(language.name, example, &Run::new(&component))?;
        }
        let component = folder.join(format!("{example}-Arduino.wasm"));
        let sketch = root().join("guests/arduino/examples").join(example);
        arduino::build(&tools, &host, &folder, &sketch, &[], &component)?;
        lab.is_like_rust("Arduino", example, &Run::new(&component))?;
    }
    let bytes = fs::metadata(folder.join("i2cdetect-AssemblyScript.wasm"))?.len();
    ensure!(
        bytes <= ASSEMBLYSCRIPT_BYTES,
        "i2cdetect in AssemblyScript has {bytes} bytes, and should have {ASSEMBLYSCRIPT_BYTES} at most"
    );
    arduino::check(&tools, &host, &folder)?;
    counted::check(&tools, &lab)?;
    pages::check(&tools, &host, &folder)?;
    tools.check_transform(&folder)?;
    if let Err(reason) = library::check(&folder)? {
        return Ok(Done::Skipped(reason));
    }
    for check in [go::check, javascript::check, python::check] {
        if let Err(reason) = check(&lab)? {
            return Ok(Done::Skipped(reason));
        }
    }
    Ok(Done::Passed)
}

fn c(tools: &Tools, example: &str, module: &Path) -> Command {
    clang(tools, &["cc", "-std=c99"], example, module)
}

/// The same files: they are C++ too.
fn cpp(tools: &Tools, example: &str, module: &Path) -> Command {
    clang(tools, &["c++", "-x", "c++", "-std=c++17", "-fno-exceptions", "-fno-rtti"], example, module)
}

fn clang(tools: &Tools, language: &[&str], example: &str, module: &Path) -> Command {
    let folder = root().join("guests/c");
    let mut compiler = tools.zig(language);
    compiler.args(["-target", "wasm32-freestanding", "-Wall", "-Wextra", "-Werror"]);
    compiler.args(["-Os", "-fno-sanitize=undefined", "-nostdlib", "-Wl,--no-entry", "-Wl,-z,stack-size=16384", "-o"]);
    compiler.arg(module).arg(folder.join(format!("examples/{example}.c"))).arg(folder.join("wasm_embedded_hal.c"));
    compiler
}

fn zig(tools: &Tools, example: &str, module: &Path) -> Command {
    zig_of(tools, &root().join(format!("guests/zig/examples/{example}.zig")), module)
}

/// Returns the command that compiles a file of Zig's.
fn zig_of(tools: &Tools, source: &Path, module: &Path) -> Command {
    let folder = root().join("guests");
    let mut compiler = tools.zig(&["build-exe", "-target", "wasm32-freestanding", "-O", "ReleaseSmall", "-fno-entry"]);
    compiler.args(["--stack", "16384"]).arg(format!("-femit-bin={}", module.display()));
    compiler.args(["--dep", "wasm_embedded_hal"]);
    compiler.arg(format!("-Mroot={}", source.display()));
    compiler.args(["-cflags", "-Os", "--"]).arg(folder.join("c/wasm_embedded_hal.c"));
    compiler.arg(format!("-Mwasm_embedded_hal={}", folder.join("zig/wasm_embedded_hal.zig").display()));
    compiler
}

fn assemblyscript(tools: &Tools, example: &str, module: &Path) -> Command {
    let mut compiler = tools.asc(&PathBuf::from(format!("examples/{example}.ts")));
    compiler.arg("-o").arg(module);
    compiler
}

impl Tools {
    /// Fails unless the transform of AssemblyScript's compiler warns of a byte that is shifted by 8, and not of one that is widened first.
    fn check_transform(&self, folder: &Path) -> anyhow::Result<()> {
        let mut told = Vec::new();
        for (name, expression) in [("shifted", "(buf[0] << 8) | buf[1]"), ("widened", "(<u16>buf[0] << 8) | buf[1]")] {
            let file = self.assemblyscript().join(name).with_extension("ts");
            let text = format!(
                "export function run(): i32 {{\n  const buf = new Uint8Array(2);\n  return {expression};\n}}\nexport {{ cabi_import_realloc }} from \"./assembly\";\n"
            );
            fs::write(&file, text).with_context(|| format!("cannot write {}", file.display()))?;
            let output =
                self.asc(Path::new(&format!("{name}.ts"))).arg("-o").arg(folder.join("shift.wasm")).output()?;
            if !output.status.success() {
                bail!("asc does not compile {expression}: {}", String::from_utf8_lossy(&output.stderr));
            }
            told.push(String::from_utf8_lossy(&output.stderr).contains(&format!("WARNING {name}.ts:3:")));
        }
        ensure!(told == [true, false], "the transform must warn of a shifted byte, and only of that: {told:?}");
        Ok(())
    }
}
