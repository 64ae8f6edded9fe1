//! `adapt`: a component of a core module, or of a guest of an older family.

use std::fs::{self, OpenOptions};
use std::io::Write as _;
use std::path::PathBuf;

use clap::Args;
use serde_json::json;
use wasm_embedded_adapt::{Family, Labels};

use super::apart::Files;
use super::failure::{self, Failure};
use super::input;
use super::{json, status};

/// Makes a component of a core module, or of a guest of an older family
#[derive(Args)]
#[command(after_help = AFTER_HELP)]
pub(super) struct Opts {
    /// The core module or component: a `.wasm` file
    #[arg(value_name = "FILE")]
    module: PathBuf,

    /// File for the component
    #[arg(short, long, value_name = "FILE")]
    output: PathBuf,

    /// Writes a policy to start from into a new file, with labels as a module of the 0.4 family asks for them
    #[arg(long, value_name = "FILE")]
    policy: Option<PathBuf>,
}

const AFTER_HELP: &str = "\
`run`, `check` and `compile` do the same by themselves. A core module of C, Zig, AssemblyScript or another language imports the functions \
of `wasm-embedded:hal` by their canonical names.

A module of the 0.4 family imports `i2c`, `spi`, `gpio` or `uart`. Bus N of it is the label i2cN, spiN or uartN, and pin N of port P \
is the label gpioP-N. The policy sets baud rates and pins, and the host ignores those that the module names. A function returns 0, or a \
negative number: -1 no memory, -2 a fault of the wires, -3 the label cannot be opened, -4 a wrong argument, -5 refused.

A component for the WASI SPI hosts of 2026 imports `wasi:spi/spi` and others without a version. One for the drafts of WASI I2C and \
WASI GPIO imports `wasi:i2c/i2c@0.2.0-draft`, `wasi:gpio/digital@0.2.0` or `wasi:gpio/pwm@0.2.0`. A name that it opens is a label.

Examples:
  wasm-embedded-rt adapt scan.wasm -o scan.component.wasm
  wasm-embedded-rt adapt old.wasm -o old.component.wasm --policy old.toml

Exit status:
    0  success
   64  the command line is wrong
  119  a file cannot be written
  121  the module is missing, or no component can be made of it";

pub(super) fn run(opts: &Opts) -> Result<u8, Failure> {
    let mut files = Files::new();
    files.read("the module", &opts.module);
    files.written("--output", &opts.output)?;
    if let Some(policy) = &opts.policy {
        files.written("--policy", policy)?;
    }
    let bytes = input::read_component(&opts.module)?;
    let adapted = wasm_embedded_adapt::adapt(&bytes).map_err(|error| cannot(&opts.module, error))?;
    let name = opts.output.display();
    fs::write(&opts.output, &adapted.component)
        .map_err(|error| Failure::file(format!("cannot write {name}"), error))?;
    if let Some(path) = &opts.policy {
        // Made anew, and never over a policy that somebody wrote.
        let written = OpenOptions::new()
            .write(true)
            .create_new(true)
            .open(path)
            .and_then(|mut file| file.write_all(adapted.policy().as_bytes()));
        written.map_err(|error| Failure::file(format!("cannot write {}", path.display()), error))?;
    }
    let (len, family) = (adapted.component.len(), adapted.family.to_string());
    let fields = json!({
        "file": name.to_string(), "bytes": len, "family": family,
        "policy": opts.policy.as_ref().map(|path| path.display().to_string()),
    });
    json::answer("adapt", fields, &format!("{name}: {len} bytes, made of {family}\n"))?;
    Ok(0)
}

/// Makes a component of what was read if it is a core module, and says so. A component stays as it is.
pub(super) fn adapted(path: &std::path::Path, bytes: Vec<u8>, labels: Labels) -> Result<Vec<u8>, Failure> {
    match wasm_embedded_adapt::family(&bytes) {
        Ok(family) if labels == Labels::Arguments && family != Some(Family::V04) => Err(Failure::new(
            status::COMPONENT,
            format!(
                "{} is no module of the 0.4 family, which expectation files are for: give the module itself, and no component that was made of it",
                path.display()
            ),
        )),
        Ok(None) => Ok(bytes),
        Ok(Some(family)) => {
            let adapted = wasm_embedded_adapt::adapt_with(&bytes, labels).map_err(|error| cannot(path, error))?;
            failure::remark(&format!("{} is {family}: a component was made of it", path.display()));
            Ok(adapted.component)
        }
        Err(error) => Err(cannot(path, error)),
    }
}

fn cannot(path: &std::path::Path, error: wasm_embedded_adapt::Error) -> Failure {
    Failure::new(status::COMPONENT, error).context(format!("cannot make a component of {}", path.display()))
}
