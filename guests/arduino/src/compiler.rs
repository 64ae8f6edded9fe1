//! Zig's C++ compiler, which is clang with a C library for WebAssembly.

use std::process::{Command, Stdio};

use crate::Error;

/// The version that the core is tested with, of PyPI's `ziglang`.
pub(crate) const VERSION: &str = "0.17.1";

/// A compiler that is installed.
#[derive(Clone, Debug)]
pub(crate) struct Compiler {
    program: &'static str,
    arguments: &'static [&'static str],
    /// What it says its version is.
    pub(crate) version: String,
}

/// Where it may be: in PATH, or as a package of Python.
const PLACES: [(&str, &[&str]); 3] = [("zig", &[]), ("python3", &["-m", "ziglang"]), ("python", &["-m", "ziglang"])];

impl Compiler {
    /// Finds a compiler.
    pub(crate) fn find() -> Result<Compiler, Error> {
        for (program, arguments) in PLACES {
            let mut asked = Command::new(program);
            asked.args(arguments).arg("version").stdin(Stdio::null()).stderr(Stdio::null());
            // What is missing or answers otherwise is left out: the next place may have it.
            if let Ok(output) = asked.output()
                && output.status.success()
                && let Ok(version) = String::from_utf8(output.stdout)
            {
                return Ok(Compiler { program, arguments, version: version.trim().to_owned() });
            }
        }
        Err(Error::NoCompiler)
    }

    /// Returns a call of the compiler for C++.
    pub(crate) fn cpp(&self) -> Command {
        let mut command = Command::new(self.program);
        command.args(self.arguments).arg("c++");
        command
    }

    /// Returns the words by which it is called.
    pub(crate) fn name(&self) -> String {
        [&[self.program], self.arguments].concat().join(" ")
    }
}
