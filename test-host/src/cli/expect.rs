//! `--expect`: an expectation file of the 0.4 family, as a policy and the calls that must take place.

#[cfg(feature = "compile")]
use std::fs;
use std::path::Path;

use wasm_embedded_runtime::policy::Policy;
use wasm_embedded_runtime::record::Recording;

use super::failure::Failure;
use super::status;

/// Reads an expectation file.
#[cfg(feature = "compile")]
pub(super) fn load(path: &Path) -> Result<(Policy, Recording), Failure> {
    let name = path.display();
    let named = |failure: Failure| failure.context(format!("cannot use the expectation file {name}"));
    let text = fs::read_to_string(path).map_err(|error| named(Failure::new(status::POLICY, error)))?;
    let expected =
        wasm_embedded_adapt::expectations(&text).map_err(|error| named(Failure::new(status::POLICY, error)))?;
    let policy = Policy::parse(&format!("the policy made of {name}"), &expected.policy)
        .map_err(|error| named(Failure::new(status::POLICY, error)))?;
    let recording =
        Recording::parse(&expected.recording).map_err(|error| named(Failure::new(status::POLICY, error)))?;
    Ok((policy, recording))
}

/// Refuses it: without a compiler, this program runs no guests of that family.
#[cfg(not(feature = "compile"))]
pub(super) fn load(path: &Path) -> Result<(Policy, Recording), Failure> {
    let name = path.display();
    Err(Failure::new(
        status::POLICY,
        format!(
            "cannot use the expectation file {name}: this program was built without a compiler (feature `compile`) for the guests it is for"
        ),
    ))
}
