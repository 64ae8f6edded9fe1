//! `arduino build`: a component of a sketch and its libraries.

use std::fs;
use std::path::PathBuf;

use clap::Args;
use serde_json::json;
use wasm_embedded_arduino::{Error, Options, build};
use wasm_embedded_runtime::cache::Cache;

use crate::cli::apart::Files;
use crate::cli::failure::{self, Failure};
use crate::cli::{json, status};

/// Makes a component of an Arduino sketch and the libraries it uses
#[derive(Args)]
#[command(after_help = AFTER_HELP)]
pub(super) struct Opts {
    /// The sketch: its folder, or its `.ino` file
    #[arg(value_name = "SKETCH")]
    sketch: PathBuf,

    /// Folder of a library that the sketch uses, or that another library does. May be given several times
    #[arg(short, long, value_name = "DIR")]
    library: Vec<PathBuf>,

    /// Defines a name for the preprocessor, such as a board that a library knows. May be given several times
    #[arg(short = 'D', long, value_name = "NAME[=VALUE]")]
    define: Vec<String>,

    /// File for the component
    #[arg(short, long, value_name = "FILE")]
    output: PathBuf,

    /// Keeps the checks of undefined behaviour: a guest that runs into one ends, and says where
    #[arg(long)]
    debug: bool,

    /// Folder for what is made on the way, which makes the next build faster [default: ~/.cache/wasm-embedded-rt-arduino]
    #[arg(long, value_name = "DIR")]
    build_folder: Option<PathBuf>,
}

const AFTER_HELP: &str = "\
The compiler is Zig's: `pip install ziglang==0.17.1` installs it. It is found in PATH as `zig`, or as `python3 -m ziglang`.

Wire is the label i2c0, Wire1 i2c1, SPI spi0, Serial1 uart1, pin 4 D4 and input A0 A0. A file `labels.h` in the sketch's folder names \
others. `setup` runs once, and `loop` until a time-out or until the sketch calls `exit`.

Examples:
  wasm-embedded-rt arduino build blink -o blink.wasm
  wasm-embedded-rt arduino build station --library libraries/BME280 -o station.wasm
  wasm-embedded-rt run blink.wasm --policy board.toml --timeout 10s

Exit status:
    0  success
   64  the command line is wrong
  119  a file cannot be written, or no compiler is installed
  121  the sketch or a library is missing, or cannot be compiled";

pub(super) fn run(opts: &Opts) -> Result<u8, Failure> {
    let mut files = Files::new();
    files.read("the sketch", &opts.sketch);
    files.written("--output", &opts.output)?;
    let own = || Some(Cache::folder_of_user()?.with_file_name("wasm-embedded-rt-arduino"));
    let Some(folder) = opts.build_folder.clone().or_else(own) else {
        return Err(Failure::new(status::USAGE, "no folder to build in: HOME is not set; --build-folder names one"));
    };
    let mut options = Options::new(&opts.sketch, folder);
    options.libraries.clone_from(&opts.library);
    options.defines.clone_from(&opts.define);
    options.debug = opts.debug;
    let built = build(&options).map_err(|error| {
        let status = match error {
            Error::NoCompiler | Error::Start { .. } => status::HOST,
            _ => status::COMPONENT,
        };
        Failure::new(status, error).context(format!("cannot build {}", opts.sketch.display()))
    })?;
    for remark in &built.remarks {
        failure::remark(remark);
    }
    let adapted = wasm_embedded_adapt::adapt(&built.module).map_err(|error| {
        Failure::new(status::COMPONENT, error).context(format!("cannot make a component of {}", opts.sketch.display()))
    })?;
    let name = opts.output.display();
    fs::write(&opts.output, &adapted.component)
        .map_err(|error| Failure::file(format!("cannot write {name}"), error))?;
    let len = adapted.component.len();
    json::answer(
        "arduino-build",
        json!({ "file": name.to_string(), "bytes": len }),
        &format!("{name}: {len} bytes\n"),
    )?;
    Ok(0)
}
