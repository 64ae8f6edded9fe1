//! The arguments and the output of libtest, which Rust's test programs have.
//!
//! On WebAssembly a panic ends the whole program. So each test has a call of its own here, and what libtest would say of all of them is
//! put together. `rustc --test`, "The rustc book", chapter "Tests", lists the arguments.

use std::fmt::Write as _;
use std::path::Path;
use std::thread;
use std::time::Duration;

/// The arguments that have a value in the next one.
const WITH_VALUE: [&str; 6] = ["--skip", "--test-threads", "--format", "--color", "--logfile", "-Z"];

/// The digits of the hash in the name of a test program.
const HASH_DIGITS: usize = 16;

/// The arguments of a test program.
pub(super) struct Arguments(Vec<String>);

/// What came of a test, with what it said.
pub(super) enum Outcome {
    Passed(String),
    Failed(String),
    Ignored,
}

impl Outcome {
    pub(super) fn output(&self) -> &str {
        match self {
            Outcome::Passed(output) | Outcome::Failed(output) => output,
            Outcome::Ignored => "",
        }
    }
}

impl Arguments {
    pub(super) fn new(args: &[String]) -> Arguments {
        Arguments(args.to_vec())
    }

    fn has(&self, names: &[&str]) -> bool {
        self.0.iter().any(|arg| names.contains(&arg.as_str()))
    }

    pub(super) fn is_list(&self) -> bool {
        self.has(&["--list", "--help", "-h"])
    }

    /// Returns whether they name one test: `--exact` with one name.
    pub(super) fn is_one_test(&self) -> bool {
        self.has(&["--exact"]) && self.filters().count() == 1 && !self.has(&["--skip"])
    }

    pub(super) fn runs_ignored(&self) -> bool {
        self.has(&["--ignored", "--include-ignored"])
    }

    pub(super) fn shows_output(&self) -> bool {
        self.has(&["--nocapture", "--no-capture", "--show-output"])
    }

    /// Returns how many tests run at once.
    pub(super) fn threads(&self) -> usize {
        let stated = self.0.iter().zip(self.0.iter().skip(1)).find(|(arg, _)| *arg == "--test-threads");
        let joined = self.0.iter().find_map(|arg| arg.strip_prefix("--test-threads="));
        let stated = stated.map(|(_, value)| value.as_str()).or(joined).and_then(|value| value.parse().ok());
        stated.unwrap_or_else(|| thread::available_parallelism().map_or(1, usize::from)).max(1)
    }

    /// Returns the names, or parts of them, that choose tests.
    fn filters(&self) -> impl Iterator<Item = &String> {
        let before = std::iter::once(None).chain(self.0.iter().map(Some));
        let pairs = self.0.iter().zip(before);
        pairs.filter_map(|(arg, before)| {
            let is_value = before.is_some_and(|before| WITH_VALUE.contains(&before.as_str()));
            (!arg.starts_with('-') && !is_value).then_some(arg)
        })
    }

    /// Returns whether they leave tests out.
    pub(super) fn chooses(&self) -> bool {
        !self.choosing().is_empty()
    }

    /// Returns the arguments that choose tests.
    fn choosing(&self) -> Vec<String> {
        let skips = self.0.iter().zip(self.0.iter().skip(1)).filter(|(arg, _)| *arg == "--skip");
        let skips = skips.flat_map(|(arg, value)| [arg.clone(), value.clone()]);
        let joined = self.0.iter().filter(|arg| arg.starts_with("--skip=")).cloned();
        let flags = self.0.iter().filter(|arg| ["--exact", "--ignored", "--include-ignored"].contains(&arg.as_str()));
        self.filters().cloned().chain(skips).chain(joined).chain(flags.cloned()).collect()
    }

    pub(super) fn for_list(&self) -> Vec<String> {
        [self.choosing(), ["--list", "--format", "terse"].map(str::to_owned).to_vec()].concat()
    }

    pub(super) fn for_ignored(&self) -> Vec<String> {
        [self.for_list(), vec!["--ignored".to_owned()]].concat()
    }

    /// Returns the arguments of the call for one test. Its output is not captured: what a panic leaves of that is nothing.
    pub(super) fn for_one(&self, name: &str) -> Vec<String> {
        let ignored = self.runs_ignored().then(|| "--include-ignored".to_owned());
        let one = ["--exact", name, "--nocapture"].map(str::to_owned);
        one.into_iter().chain(ignored).collect()
    }
}

/// Returns whether a component is a test program, by its name: cargo gives those the hash of their build, `name-0123456789abcdef.wasm`.
pub(super) fn is_test_program(component: &Path) -> bool {
    let stem = component.file_stem().unwrap_or_default().to_string_lossy();
    let hash = stem.rsplit_once('-').map_or("", |(_, hash)| hash);
    hash.len() == HASH_DIGITS && hash.bytes().all(|byte| byte.is_ascii_hexdigit())
}

/// Returns what a test said, without what libtest said of it.
pub(super) fn own_output(stdout: &str, name: &str) -> String {
    let about = format!("test {name} ... ");
    let mut output = String::new();
    for line in stdout.split_inclusive('\n') {
        let text = line.trim_end();
        if text == "running 1 test" || text.starts_with("test result: ") {
            continue;
        }
        match text.strip_prefix(&about) {
            Some("ok" | "FAILED" | "ignored") => {}
            // The test's first line may follow on the same one.
            Some(rest) => output.extend([rest.strip_suffix("ok").unwrap_or(rest), "\n"]),
            // A panic ended the line: its message is told apart.
            None if text.is_empty() || text == "ok" || text == about.trim_end() => {}
            None => output += line,
        }
    }
    if output.trim().is_empty() { String::new() } else { output }
}

/// Returns whether libtest left a test out, as one that is to panic where that ends the program.
pub(super) fn is_ignored(stdout: &str, name: &str) -> bool {
    stdout.lines().any(|line| line.starts_with(&format!("test {name}")) && line.contains("... ignored"))
}

/// Says that so many tests begin.
pub(super) fn begin(count: usize) -> String {
    format!("\nrunning {count} test{}\n", if count == 1 { "" } else { "s" })
}

/// What came of all tests.
#[derive(Default)]
pub(super) struct Summary {
    passed: usize,
    ignored: usize,
    failed: Vec<(String, String)>,
}

impl Summary {
    /// Adds a test, and says what came of it.
    pub(super) fn add(&mut self, name: &str, outcome: Outcome) -> String {
        let word = match outcome {
            Outcome::Passed(_) => {
                self.passed += 1;
                "ok"
            }
            Outcome::Ignored => {
                self.ignored += 1;
                "ignored"
            }
            Outcome::Failed(output) => {
                self.failed.push((name.to_owned(), output));
                "FAILED"
            }
        };
        format!("test {name} ... {word}\n")
    }

    pub(super) fn has_failed(&self) -> bool {
        !self.failed.is_empty()
    }

    /// Says what failed, and counts.
    pub(super) fn end(&mut self, filtered: usize, time: Duration) -> String {
        self.failed.sort();
        let mut text = String::new();
        if self.has_failed() {
            text += "\nfailures:\n";
            for (name, output) in &self.failed {
                // Writing to a string cannot fail.
                let _ = write!(text, "\n---- {name} ----\n{output}");
            }
            text += "\n\nfailures:\n";
            text.extend(self.failed.iter().map(|(name, _)| format!("    {name}\n")));
        }
        let word = if self.has_failed() { "FAILED" } else { "ok" };
        let _ = writeln!(
            text,
            "\ntest result: {word}. {} passed; {} failed; {} ignored; 0 measured; {filtered} filtered out; finished in {:.2}s\n",
            self.passed,
            self.failed.len(),
            self.ignored,
            time.as_secs_f64()
        );
        text
    }
}

#[cfg(test)]
mod tests {
    use super::{Arguments, own_output};

    fn arguments(text: &str) -> Arguments {
        Arguments(text.split_whitespace().map(str::to_owned).collect())
    }

    #[test]
    fn values_of_arguments_are_no_filters() {
        let filters = |text: &str| arguments(text).filters().cloned().collect::<Vec<_>>();
        assert_eq!(filters("fan --skip slow --test-threads 2 on --format pretty"), ["fan", "on"]);
        assert!(arguments("--exact fan --nocapture").is_one_test());
        assert!(!arguments("--exact fan on").is_one_test());
        assert!(!arguments("fan").is_one_test());
        assert_eq!(arguments("--test-threads 3").threads(), 3);
        assert_eq!(arguments("--test-threads=3").threads(), 3);
        assert_eq!(
            arguments("fan --skip slow -q --ignored").for_list(),
            ["fan", "--skip", "slow", "--ignored", "--list", "--format", "terse"]
        );
    }

    #[test]
    fn what_a_test_said_is_without_what_libtest_said_of_it() {
        let said = "\nrunning 1 test\ntest a::b ... 21.5 C\nok\n\ntest result: ok. 1 passed; 0 failed\n\n";
        assert_eq!(own_output(said, "a::b"), "21.5 C\n");
        assert_eq!(own_output("\nrunning 1 test\ntest a ... ok\n\ntest result: ok. 1 passed\n\n", "a"), "");
    }
}
