//! Arduino sketches: built by the command itself, with the compiler of `guests/requirements.txt`.

mod published;

use std::env;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, ensure};

use super::pages::{blocks, changes};
use super::tools::Tools;
use crate::process::{self, root};

/// The status of a guest that ran until its time-out.
const TIMED_OUT: i32 = 123;

/// How often the page's LED changes in its 10 s: every half second, first at once.
const EDGES: usize = 20;

/// Sketches of `guests/arduino/tests`, with the libraries that they use. Each has a policy and what it prints beside it.
const SKETCHES: [(&str, &[&str]); 4] =
    [("features", &[]), ("flash", &["OldFlash"]), ("interrupts", &[]), ("station", &["ClimateSensor", "BusDevice"])];

/// Builds the sketches with libraries of our own and with published ones, and compares what they print.
pub(super) fn check(tools: &Tools, host: &Path, folder: &Path) -> anyhow::Result<()> {
    let tests = root().join("guests/arduino/tests");
    for (name, libraries) in SKETCHES {
        let libraries: Vec<_> = libraries.iter().map(|library| tests.join("libraries").join(library)).collect();
        run(tools, host, folder, &tests.join(name), &libraries, &[])?;
    }
    page(tools, host, folder)?;
    sanitizer(tools, host, folder)?;
    published::check(tools, host, folder)
}

/// Runs the start page as it is written: its sketch, its policy and its commands, but for the installation.
fn page(tools: &Tools, host: &Path, folder: &Path) -> anyhow::Result<()> {
    let folder = folder.join("pages/arduino");
    fs::create_dir_all(folder.join("blinky")).with_context(|| format!("cannot make {}", folder.display()))?;
    let page =
        fs::read_to_string(root().join("guests/arduino/README.md")).context("cannot read the page of Arduino")?;
    let first = |language: &str| blocks(&page, language).into_iter().next().context("the page lacks a block");
    fs::write(folder.join("blinky/blinky.ino"), first("cpp")?)?;
    fs::write(folder.join("board.toml"), first("toml")?)?;
    let script: String = first("sh")?.split_inclusive('\n').filter(|line| !line.starts_with("pip ")).collect();
    let script = script.replace("run blinky.wasm", "run blinky.wasm --trace blinky.vcd");
    let mut path = vec![tools.programs(), host.parent().map(PathBuf::from).unwrap_or_default()];
    path.extend(env::split_paths(&env::var_os("PATH").unwrap_or_default()));
    let mut shell = process::command("sh", ["-e", "-c", &script]);
    let status = shell.current_dir(&folder).env("PATH", env::join_paths(path)?).status()?;
    ensure!(
        status.code() == Some(TIMED_OUT),
        "the page's sketch ended with {status}, and should run until its time-out"
    );
    let trace = fs::read_to_string(folder.join("blinky.vcd")).context("the page's sketch left no trace")?;
    let edges = changes(&trace, "D13").context("the trace has no D13")?;
    ensure!(edges == EDGES, "the LED of the page's sketch changed {edges} times, and should {EDGES} times");
    Ok(())
}

/// Builds a sketch, runs it on the board beside it, and fails unless it prints what stands there too.
fn run(
    tools: &Tools,
    host: &Path,
    folder: &Path,
    sketch: &Path,
    libraries: &[PathBuf],
    defines: &[&str],
) -> anyhow::Result<()> {
    let name = sketch.file_name().context("a sketch has a name")?.to_string_lossy();
    let component = folder.join(format!("{name}-sketch.wasm"));
    let mut build = building(tools, host, folder, sketch, libraries, &component)?;
    process::output(build.args(defines.iter().flat_map(|define| ["--define", define])))?;
    let mut run = process::command(host, ["run", "--timeout", "60s"]);
    run.arg(&component).arg("--policy").arg(sketch.join("board.toml"));
    let printed = String::from_utf8(process::output(&mut run)?).context("a sketch printed something else than text")?;
    let file = sketch.join("expected.txt");
    let expected = fs::read_to_string(&file).with_context(|| format!("cannot read {}", file.display()))?;
    ensure!(printed == expected, "the sketch {name} printed\n{printed}\nand not\n{expected}");
    println!("{name:<12} {:<15} {:>10}", "Arduino", fs::metadata(&component)?.len());
    Ok(())
}

/// Builds a component of a sketch.
pub(super) fn build(
    tools: &Tools,
    host: &Path,
    folder: &Path,
    sketch: &Path,
    libraries: &[PathBuf],
    component: &Path,
) -> anyhow::Result<()> {
    process::output(&mut building(tools, host, folder, sketch, libraries, component)?)?;
    Ok(())
}

fn building(
    tools: &Tools,
    host: &Path,
    folder: &Path,
    sketch: &Path,
    libraries: &[PathBuf],
    component: &Path,
) -> anyhow::Result<std::process::Command> {
    let mut path = vec![tools.programs()];
    path.extend(env::split_paths(&env::var_os("PATH").unwrap_or_default()));
    let mut build = process::command(host, ["arduino", "build"]);
    build.arg(sketch).arg("-o").arg(component).arg("--build-folder").arg(folder.join("arduino"));
    for library in libraries {
        build.arg("--library").arg(library);
    }
    build.env("PATH", env::join_paths(path)?);
    Ok(build)
}

/// Fails unless a build with `--debug` says what undefined behaviour a sketch runs into, and one without goes on.
fn sanitizer(tools: &Tools, host: &Path, folder: &Path) -> anyhow::Result<()> {
    let sketch = root().join("guests/arduino/tests/undefined");
    let component = folder.join("undefined-sketch.wasm");
    let mut ended = Vec::new();
    for debug in [false, true] {
        let mut build = building(tools, host, folder, &sketch, &[], &component)?;
        build.args(debug.then_some("--debug"));
        process::output(&mut build)?;
        let mut run = process::command(host, ["run", "--timeout", "60s"]);
        let run = run.arg(&component).arg("--policy").arg(sketch.join("board.toml")).output()?;
        let said = String::from_utf8_lossy(&[run.stdout, run.stderr].concat()).into_owned();
        ended.push((run.status.code(), said.contains("shift exponent 40 is too large")));
    }
    ensure!(ended == [(Some(0), false), (Some(122), true)], "the sanitizer's sketch ended as {ended:?}");
    Ok(())
}
