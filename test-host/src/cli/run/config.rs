//! The configuration values of the guests.

use std::collections::BTreeMap;
use std::env;

/// What stands before a key in the environment. `serve` gives values that way: other users of the machine can see arguments.
const IN_ENVIRONMENT: &str = "WASM_EMBEDDED_CONFIG.";

/// Reads `KEY=VALUE`.
pub(super) fn pair(text: &str) -> Result<(String, String), &'static str> {
    match text.split_once('=') {
        Some((key, value)) if !key.is_empty() => Ok((key.to_owned(), value.to_owned())),
        _ => Err("write KEY=VALUE"),
    }
}

/// Returns the values: those of the command line, before those of the environment.
pub(super) fn values(given: &[(String, String)]) -> BTreeMap<String, String> {
    let key = |name: &str| name.strip_prefix(IN_ENVIRONMENT).map(str::to_owned);
    // What is not text was given by nobody who knows of this.
    let inherited = env::vars_os().filter_map(|(name, value)| Some((key(name.to_str()?)?, value.into_string().ok()?)));
    inherited.chain(given.iter().cloned()).collect()
}
