//! Compiles a sketch with its libraries and the core.

use std::fs;
use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::path::PathBuf;
use std::process::{self, Stdio};

use crate::Error;
use crate::compiler::{Compiler, VERSION};
use crate::core;
use crate::library::Library;
use crate::sketch::Sketch;

/// The version of Arduino's builder that libraries are told they meet: 1.8.19.
const ARDUINO: &str = "10819";

/// What is compiled for: a C library comes with it, whose calls of WASI are linked only where they are made.
const TARGET: &str = "wasm32-wasi";

/// The guest's stack, in bytes: of 32 KB and more for data and heap, as much as a policy grants.
const STACK: &str = "65536";

/// What is to be built.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Options {
    /// The sketch: its folder, or its main file.
    pub sketch: PathBuf,
    /// Folders of libraries.
    pub libraries: Vec<PathBuf>,
    /// Names that are defined for the sketch and its libraries, `NAME` or `NAME=VALUE`: which of the boards that a library knows is
    /// meant, for example.
    pub defines: Vec<String>,
    /// Keeps the checks of undefined behaviour, which end the guest with a sentence.
    pub debug: bool,
    /// Where files are put that are made on the way. What is kept there from an earlier build makes the next one faster.
    pub folder: PathBuf,
}

impl Options {
    /// Returns options for a sketch without libraries.
    pub fn new(sketch: impl Into<PathBuf>, folder: impl Into<PathBuf>) -> Options {
        Options {
            sketch: sketch.into(),
            libraries: Vec::new(),
            defines: Vec::new(),
            debug: false,
            folder: folder.into(),
        }
    }
}

/// A sketch that was built.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Built {
    /// The core module, of which `wasm-embedded-adapt` makes a component.
    pub module: Vec<u8>,
    /// What the user should know: a sentence each.
    pub remarks: Vec<String>,
}

/// Builds a sketch.
///
/// # Errors
///
/// An [`Error`] if files are missing, no compiler is installed, or it refuses the code.
pub fn build(options: &Options) -> Result<Built, Error> {
    let sketch = Sketch::read(&options.sketch)?;
    let libraries = options.libraries.iter().map(|folder| Library::read(folder)).collect::<Result<Vec<_>, _>>()?;
    let compiler = Compiler::find()?;

    fs::create_dir_all(&options.folder).map_err(Error::file("make", &options.folder))?;
    let folder = options.folder.canonicalize().map_err(Error::file("find", &options.folder))?;
    let core = folder.join("core");
    core::write(&core)?;
    // Sketches of one name do not meet, nor do two builds of one sketch at the same time.
    let mut hasher = DefaultHasher::new();
    sketch.folder.hash(&mut hasher);
    let own = folder.join(format!("{}-{:016x}", sketch.name, hasher.finish()));
    let tabs = own.join(format!("{}.ino.cpp", sketch.name));
    core::write_changed(&tabs, &sketch.text)?;
    let module = own.join(format!("{}.wasm", process::id()));

    let mut command = compiler.cpp();
    command.args(["-target", TARGET, "-fno-exceptions", "-fno-rtti", "-fno-threadsafe-statics", "-w"]);
    command.args(["-mexec-model=reactor", "-DHAL_REACTOR"]).arg(format!("-Wl,-z,stack-size={STACK}"));
    // A sanitizer that traps says nothing; without a sanitizer, what is undefined is what the machine makes of it.
    command.args(match options.debug {
        true => ["-O1", "-g", "-fsanitize=undefined"].as_slice(),
        false => ["-Os", "-fno-sanitize=undefined", "-Wl,--strip-all"].as_slice(),
    });
    if options.debug {
        command.arg("-fno-sanitize-trap=undefined");
    }
    for define in [&format!("ARDUINO={ARDUINO}"), "ARDUINO_ARCH_WASM", "ARDUINO_WASM_EMBEDDED"] {
        command.arg(format!("-D{define}"));
    }
    command.args(options.defines.iter().map(|define| format!("-D{define}")));
    if sketch.folder.join("labels.h").is_file() {
        command.arg(format!("-DSKETCH_LABELS=\"{}\"", sketch.folder.join("labels.h").display()));
    }
    command.arg("-I").arg(&core).arg("-I").arg(&sketch.folder);
    for include in libraries.iter().flat_map(|library| &library.includes) {
        command.arg("-I").arg(include);
    }
    // The core comes first, so that its `exit` is the one that is linked.
    command.arg("-o").arg(&module).args(core::sources().map(|name| core.join(name)));
    command.arg(&tabs).args(&sketch.sources);
    command.args(libraries.iter().flat_map(|library| &library.sources));

    let started = command.stdin(Stdio::null()).output();
    let output = started.map_err(|source| Error::Start { compiler: compiler.name(), source })?;
    if !output.status.success() {
        let messages = String::from_utf8_lossy(&output.stderr).trim_end().to_owned();
        return Err(Error::Compile { messages, hint: hint(&libraries) });
    }
    let bytes = fs::read(&module).map_err(Error::file("read", &module))?;
    fs::remove_file(&module).map_err(Error::file("remove", &module))?;
    Ok(Built { module: bytes, remarks: remarks(&libraries, &compiler) })
}

/// Returns what may help when something does not compile.
fn hint(libraries: &[Library]) -> String {
    let mut hint = String::new();
    for library in libraries {
        for missing in library.missing(libraries) {
            hint += &format!("\nThe library {} needs {missing}: give its folder with --library too.", library.name);
        }
    }
    hint
}

/// Returns what the user should know of what was built.
fn remarks(libraries: &[Library], compiler: &Compiler) -> Vec<String> {
    let mut remarks = Vec::new();
    for library in libraries {
        if let Some(boards) = &library.made_for {
            remarks.push(format!(
                "the library {} says that it is for {boards}: it may not do here what it does there",
                library.name
            ));
        }
    }
    if !compiler.version.starts_with("0.17.") {
        let name = compiler.name();
        remarks.push(format!("{name} is version {}, and sketches are tested with {VERSION}", compiler.version));
    }
    remarks
}
