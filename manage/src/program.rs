//! The program that runs components.

use std::path::{Path, PathBuf};
use std::process::Command;

use crate::config::ApplicationConfig;
use crate::name::{Key, Value};

/// What stands before a key in the environment of `run`.
const VALUE: &str = "WASM_EMBEDDED_CONFIG.";

/// The program that runs components: `wasm-embedded-rt`, which is usually this program itself.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Program {
    path: PathBuf,
    key: Option<PathBuf>,
}

impl Program {
    /// Takes the program at a path. `key` is what compiled components are sealed with.
    #[must_use]
    pub fn new(path: impl Into<PathBuf>, key: Option<PathBuf>) -> Program {
        Program { path: path.into(), key }
    }

    /// Returns the call that runs a component. Time is real: an application of a board is there for what is around it.
    pub(crate) fn run<'v>(
        &self,
        config: &ApplicationConfig,
        component: &Path,
        values: impl Iterator<Item = (&'v Key, &'v Value)>,
    ) -> Command {
        let parent = format!("--parent={}", std::process::id());
        let mut command = self.call(&["run", "--json", "--real-time", &parent], component, config);
        // Not as arguments, which every user of the machine can see.
        command.envs(values.map(|(key, value)| (format!("{VALUE}{key}"), value.as_str())));
        command.arg("--").args(&config.arguments);
        command
    }

    /// Returns the call that says whether a component can be run, and compiles it meanwhile.
    pub(crate) fn check(&self, config: &ApplicationConfig, component: &Path) -> Command {
        self.call(&["check"], component, config)
    }

    /// Returns the call that shows who answers on an I2C bus of an application.
    pub(crate) fn i2c_detect(&self, config: &ApplicationConfig, label: &str) -> Command {
        let mut command = Command::new(&self.path);
        // The label is somebody else's text, and could look like an option.
        command.args(["i2c", "detect"]).arg("--policy").arg(&config.policy).arg("--").arg(label);
        command
    }

    fn call(&self, words: &[&str], component: &Path, config: &ApplicationConfig) -> Command {
        let mut command = Command::new(&self.path);
        command.args(words).arg(component).arg("--policy").arg(&config.policy);
        if let Some(key) = &self.key {
            command.arg("--key").arg(key);
        }
        command
    }
}
