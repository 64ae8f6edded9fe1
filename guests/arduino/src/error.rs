//! Why a sketch cannot be built.

use std::io;
use std::path::PathBuf;

/// Why a sketch cannot be built.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// A file or folder cannot be read or written.
    #[error("cannot {action} {}", path.display())]
    File {
        /// What was tried.
        action: &'static str,
        /// With what.
        path: PathBuf,
        /// Why not.
        #[source]
        source: io::Error,
    },
    /// A folder holds no sketch.
    #[error("{} holds no sketch: its main file is {wanted}", folder.display())]
    NoSketch {
        /// The folder.
        folder: PathBuf,
        /// The name that its main file should have.
        wanted: String,
    },
    /// A folder holds no library.
    #[error("{} holds no library: a library has a folder `src`, or headers beside each other", .0.display())]
    NoLibrary(PathBuf),
    /// A library brings machine code.
    #[error(
        "the library {name} brings code that is compiled for a board already (`{key}` in {}), which no guest can run",
        properties.display()
    )]
    Precompiled {
        /// The library.
        name: String,
        /// The key of its properties that says so.
        key: &'static str,
        /// The file with its properties.
        properties: PathBuf,
    },
    /// No compiler was found.
    #[error("no C++ compiler for WebAssembly is here: `pip install ziglang=={wanted}` installs one, or put `zig` into PATH", wanted = crate::compiler::VERSION)]
    NoCompiler,
    /// The compiler cannot be started.
    #[error("the compiler {compiler} cannot be started")]
    Start {
        /// The command.
        compiler: String,
        /// Why not.
        #[source]
        source: io::Error,
    },
    /// The compiler refuses the sketch or a library.
    #[error("the sketch cannot be compiled\n{messages}{hint}")]
    Compile {
        /// What the compiler says.
        messages: String,
        /// What may help.
        hint: String,
    },
}

impl Error {
    /// Returns the closure that makes an error of a failure with a file.
    pub(crate) fn file(action: &'static str, path: impl Into<PathBuf>) -> impl FnOnce(io::Error) -> Error {
        move |source| Error::File { action, path: path.into(), source }
    }
}
