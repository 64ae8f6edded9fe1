//! For readers of files that hold a policy, or parts of one: tables and values with the complaints of the policy's own reader.
//!
//! ```
//! use wasm_embedded_policy::read::{Context, read};
//!
//! let text = "name = \"fan\"\nlimt = 5";
//! let error = read("fan.toml", text, Context::default(), |table| {
//!     let _ = table.require("name", "what it is called");
//!     let _ = table.get("limit");
//!     table.finish();
//! });
//! let problems = error.unwrap_err();
//! assert_eq!(problems[0].to_string(), "unknown key `limt` in the file");
//! assert_eq!(problems[0].advice(), Some("did you mean `limit`? keys: limit, name"));
//! ```

use std::path::Path;

use toml::de::DeTable;
use wasm_embedded_sim::model::{Control, Input, Value as Setpoint, ValueKind};

pub use crate::file::context::Context;
pub use crate::file::problem::{Finding, Findings};
pub use crate::file::reader::{Table, Value};

use crate::file::fault::{self, Fault};
use crate::file::part::{read_input, read_kind};
use crate::file::problem::{PolicyError, Problem};
use crate::{MAX_POLICY_BYTES, Policy};

/// Reads a text with `with`; what is wrong with it comes back in the order of the file.
///
/// # Errors
///
/// The text is longer than [`MAX_POLICY_BYTES`] or invalid TOML, or `with` complained.
pub fn read<T>(name: &str, text: &str, context: Context, with: impl FnOnce(Table<'_>) -> T) -> Result<T, Vec<Problem>> {
    let findings = Findings::new(context);
    let mut answer = None;
    if text.len() > MAX_POLICY_BYTES {
        let message = format!("the file is longer than {} KiB", MAX_POLICY_BYTES / 1024);
        findings.add(Finding::new(message, 0..0, "here"));
    } else {
        match DeTable::parse(text) {
            Ok(document) => {
                let table = Table::new("the file".to_owned(), document.span(), document.get_ref(), &findings);
                answer = Some(with(table));
            }
            Err(error) => {
                let span = error.span().unwrap_or_default();
                findings.add(Finding::new(format!("invalid TOML: {}", error.message()), span, "here"));
            }
        }
    }
    match (answer, findings.is_empty()) {
        (Some(answer), true) => Ok(answer),
        _ => Err(match findings.into_error("the file", name, text) {
            PolicyError::Invalid { problems, .. } => problems,
            _ => Vec::new(),
        }),
    }
}

/// Returns what a file of this name is read with.
#[must_use]
pub fn context_of(path: &Path) -> Context {
    Context { folder: path.parent().map(Path::to_owned), ..Context::default() }
}

/// Reads the tables of a policy from a table of another file.
#[must_use]
pub fn policy(table: Table<'_>) -> Policy {
    let findings = table.findings;
    let mut policy = Policy::default();
    policy.read(table);
    if findings.is_empty() {
        policy.check(findings);
    }
    policy
}

/// Reads a fault at a place of `policy`.
#[must_use]
pub fn fault(value: &Value<'_>, policy: &Policy) -> Option<Fault> {
    let fault = Fault::read(value)?;
    fault::check(policy, std::slice::from_ref(&fault), value.findings());
    Some(fault)
}

/// Reads a value for a control, or a course over time.
#[must_use]
pub fn input(value: &Value<'_>, control: &Control) -> Option<Input> {
    read_input(value, control)
}

/// Reads a value of a kind.
#[must_use]
pub fn setpoint(value: &Value<'_>, kind: &ValueKind) -> Option<Setpoint> {
    read_kind(value, kind)
}
