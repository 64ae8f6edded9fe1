//! The components of scenarios, each loaded once.

use std::path::PathBuf;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use crate::cli::input::ComponentArgs;
use wasm_embedded_runtime::engine::EngineOptions;
use wasm_embedded_runtime::program::Program;
use wasm_embedded_scenario::Scenario;

/// What a component came to: a program, or why there is none.
type Loaded = Arc<OnceLock<Result<Program, String>>>;

/// The components of scenarios, each loaded once.
pub(super) struct Programs {
    /// The component of the scenarios that name none.
    default: Option<PathBuf>,
    loaded: Mutex<Vec<(PathBuf, EngineOptions, Loaded)>>,
}

impl Programs {
    pub(super) fn new(default: Option<PathBuf>) -> Programs {
        Programs { default, loaded: Mutex::default() }
    }

    /// Calls `with` with the program of a scenario.
    pub(super) fn with<T>(&self, scenario: &Scenario, with: impl FnOnce(&Program) -> T) -> Result<T, String> {
        let path = scenario.component.as_ref().or(self.default.as_ref());
        let path = path.ok_or("it names no component: add `component = \"FILE.wasm\"`, or use `--component`")?;
        let options = EngineOptions { interruptible: true, ..EngineOptions::of(&scenario.policy) };
        let loaded = {
            let mut all = self.loaded.lock().unwrap_or_else(PoisonError::into_inner);
            match all.iter().find(|(other, known, _)| other == path && *known == options) {
                Some((_, _, loaded)) => loaded.clone(),
                None => {
                    let loaded = Loaded::default();
                    all.push((path.clone(), options, loaded.clone()));
                    loaded
                }
            }
        };
        // Others that want the same wait here, and not for each other.
        let program = loaded.get_or_init(|| {
            let program = ComponentArgs::of(path.clone()).load(options).map_err(|failure| failure.plain())?;
            program.check().map_err(|error| format!("cannot run {}: {error}", path.display()))?;
            Ok(program)
        });
        program.as_ref().map(with).map_err(Clone::clone)
    }
}
