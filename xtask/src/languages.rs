//! Guests in other languages: builds the examples of each with its own compiler, runs them, and compares what they print and what was on
//! the wires with the Rust guest of the same name.

mod pages;
mod tools;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, bail, ensure};

use self::tools::Tools;
use crate::process::{self, cargo, root, target_dir};
use crate::steps::Done;
use crate::{guests, targets};

/// The programs that exist in every language.
const EXAMPLES: [&str; 4] = ["i2cdetect", "thermometer", "blinky", "button"];

/// A language that guests are written in.
struct Language {
    name: &'static str,
    /// Returns the command that compiles an example to a core module.
    compile: fn(&Tools, example: &str, module: &Path) -> Command,
}

const LANGUAGES: [Language; 3] = [
    Language { name: "C", compile: c },
    Language { name: "Zig", compile: zig },
    Language { name: "AssemblyScript", compile: assemblyscript },
];

/// What a run of a guest left.
#[derive(PartialEq, Eq)]
struct Left {
    printed: String,
    trace: Vec<u8>,
}

/// Runs them as a step of `cargo xtask test`.
pub(crate) fn check() -> anyhow::Result<Done> {
    let folder = target_dir().join("languages");
    fs::create_dir_all(&folder).with_context(|| format!("cannot make {}", folder.display()))?;
    let tools = match Tools::install(&folder)? {
        Ok(tools) => tools,
        Err(reason) => return Ok(Done::Skipped(reason)),
    };
    guests::build_package("examples", &["--examples"])?;
    let native = targets::native()?;
    process::run(&mut cargo(["build", "--quiet", "--package", "wasm-embedded-rt", "--target", &native]))?;
    let host = target_dir().join(native).join("debug/wasm-embedded-rt");

    println!("{:<12} {:<15} {:>10}  like the Rust guest", "guest", "language", "bytes");
    for example in EXAMPLES {
        let rust = guests::built_example(example);
        let wanted = run(&host, &rust, &folder)?;
        line(example, "Rust", &rust)?;
        for language in &LANGUAGES {
            let module = folder.join(format!("{example}-{}.module.wasm", language.name));
            process::run(&mut (language.compile)(&tools, example, &module))?;
            let component = folder.join(format!("{example}-{}.wasm", language.name));
            let mut adapt = process::command(&host, ["adapt"]);
            process::output(adapt.arg(&module).arg("-o").arg(&component))?;
            let left = run(&host, &component, &folder)?;
            let what = format!("{example} in {}", language.name);
            ensure!(left.printed == wanted.printed, "{what} printed\n{}\nand not\n{}", left.printed, wanted.printed);
            ensure!(left.trace == wanted.trace, "{what} left another trace than the Rust guest: {}", folder.display());
            line(example, language.name, &component)?;
        }
    }
    pages::check(&tools, &host, &folder)?;
    tools.check_transform(&folder)?;
    Ok(Done::Passed)
}

/// Runs a guest on the board of the examples.
fn run(host: &Path, component: &Path, folder: &Path) -> anyhow::Result<Left> {
    let trace = folder.join(component.file_stem().context("a component has a name")?).with_extension("vcd");
    let mut host = process::command(host, ["run"]);
    host.arg(component).arg("--policy").arg(root().join("examples/board.toml")).arg("--trace").arg(&trace);
    let printed = String::from_utf8(process::output(&mut host)?).context("a guest printed something else than text")?;
    Ok(Left { printed, trace: fs::read(&trace).with_context(|| format!("cannot read {}", trace.display()))? })
}

fn line(example: &str, language: &str, component: &Path) -> anyhow::Result<()> {
    println!("{example:<12} {language:<15} {:>10}", fs::metadata(component)?.len());
    Ok(())
}

fn c(tools: &Tools, example: &str, module: &Path) -> Command {
    let folder = root().join("guests/c");
    let mut compiler = tools.zig(&["cc", "-target", "wasm32-freestanding", "-std=c99", "-Wall", "-Wextra", "-Werror"]);
    compiler.args(["-Os", "-fno-sanitize=undefined", "-nostdlib", "-Wl,--no-entry", "-Wl,-z,stack-size=16384", "-o"]);
    compiler.arg(module).arg(folder.join(format!("examples/{example}.c"))).arg(folder.join("wasm_embedded_hal.c"));
    compiler
}

fn zig(tools: &Tools, example: &str, module: &Path) -> Command {
    let folder = root().join("guests");
    let mut compiler = tools.zig(&["build-exe", "-target", "wasm32-freestanding", "-O", "ReleaseSmall", "-fno-entry"]);
    compiler.args(["--stack", "16384"]).arg(format!("-femit-bin={}", module.display()));
    compiler.args(["--dep", "wasm_embedded_hal"]);
    compiler.arg(format!("-Mroot={}", folder.join(format!("zig/examples/{example}.zig")).display()));
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
