//! Why a scenario is refused.

use std::path::PathBuf;

use wasm_embedded_policy::escape;
use wasm_embedded_policy::{PolicyError, Problem};

/// Why a scenario is refused. Nothing has run when this is returned.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ScenarioError {
    /// The file cannot be read.
    #[error("cannot read the scenario {}", escape::line(&path.display().to_string()))]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// What the operating system said.
        source: std::io::Error,
    },
    /// The file says something that is not valid.
    #[error("the scenario {} is refused: {}", escape::line(name), count(problems.len()))]
    Invalid {
        /// The file.
        name: String,
        /// What is wrong, in the order of the file.
        problems: Vec<Problem>,
    },
    /// The policy that it names is refused.
    #[error("the scenario {} names a policy that is refused", escape::line(name))]
    Policy {
        /// The file of the scenario.
        name: String,
        /// Why.
        source: Box<PolicyError>,
    },
}

fn count(problems: usize) -> String {
    match problems {
        1 => "1 problem".to_owned(),
        problems => format!("{problems} problems"),
    }
}
