//! Whatever a policy file holds: it is refused with places in it, or there is a board for it.

use miette::{GraphicalReportHandler, GraphicalTheme};
use wasm_embedded_runtime::board::Board;
use wasm_embedded_runtime::policy::{MAX_POLICY_BYTES, MAX_PROBLEMS, Policy, PolicyError};

use crate::target::{Files, read_folder, workspace};

/// The most that one problem takes on a screen: some lines of the file, each bounded, and an advice.
const MAX_SHOWN_BYTES: usize = 64 << 10;

/// What policies are made of, for those that are nearly right.
const WORDS: &[&str] = &[
    "\n[[part]]\nmodel = \"eeprom24\"\ni2c = \"board\"\n",
    "\n[[fault]]\nfault = \"nack-address\"\n",
    "\n[limits]\n",
    "\n[gpio]\n",
    "true",
    "-1",
    "0x7f",
    "1e308",
    "nan",
    "9223372036854775807",
    "18446744073709551616",
    "\"\"",
    "[]",
    "{}",
    "[[",
    "\"\"\"",
    "\u{202e}",
    "\0",
    "\r\n",
    "sim = true\n",
    "pin = 17\n",
    "1979-05-27T07:32:00Z",
];

/// Checks a policy file.
///
/// # Panics
///
/// Something does not hold.
pub fn check(bytes: &[u8]) {
    match Policy::parse_bytes("policy.toml", bytes) {
        Ok(mut policy) => {
            let text = std::str::from_utf8(bytes).expect("a policy is text");
            // The faults of a policy are a fault file if there is nothing else in it; mostly it is refused, and nothing changes.
            let faults = policy.faults.len();
            if policy.add_faults("faults.toml", text).is_err() {
                assert_eq!(policy.faults.len(), faults, "a fault file that is refused adds nothing");
            }
            if !policy.has_hardware() {
                // A part may still be impossible, as contents that do not fit are.
                drop(Board::new(&policy));
            }
        }
        Err(error) => refused(bytes, &error),
    }
}

/// Checks why a policy is refused.
fn refused(bytes: &[u8], error: &PolicyError) {
    let lines = bytes.iter().filter(|&&byte| byte == b'\n').count() + 1;
    match error {
        PolicyError::NotText { line, offset, .. } => {
            assert!(*line <= lines && *offset < bytes.len(), "line {line}, byte {offset}");
            assert!(std::str::from_utf8(bytes).is_err());
        }
        PolicyError::Invalid { problems, .. } => {
            assert!((1..=MAX_PROBLEMS).contains(&problems.len()), "it is refused with {} problems", problems.len());
            let show = GraphicalReportHandler::new_themed(GraphicalTheme::unicode_nocolor());
            for problem in problems {
                assert!((1..=lines).contains(&problem.line()), "line {} of {lines}", problem.line());
                assert!(!problem.to_string().is_empty());
                let mut shown = String::new();
                show.render_report(&mut shown, problem).expect("a problem can be shown");
                assert!(shown.len() <= MAX_SHOWN_BYTES, "a problem takes {} bytes", shown.len());
                assert!(shown.chars().all(|char| char == '\n' || !char.is_control()), "{shown:?} goes to a terminal");
            }
        }
        PolicyError::TooLong { .. } => assert!(bytes.len() > MAX_POLICY_BYTES),
        other => panic!("{other} without a file"),
    }
}

/// The policies of this repository.
pub(crate) fn files() -> Files {
    let folders = ["fuzz/corpus/policy", "policy/tests/policies", "drivers-demo/policies", "examples"];
    let files = folders.iter().flat_map(|folder| read_folder(&workspace().join(folder), "")).collect();
    Files { files, words: WORDS }
}
