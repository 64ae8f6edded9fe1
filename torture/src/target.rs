//! The properties by name, with bytes for each.

use std::fmt::Write as _;
use std::fs;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};

use crate::random::Random;
#[cfg(feature = "compile")]
use crate::{calls, component, operations};
use crate::{image, line, parts, policy, trace};

/// A property.
#[derive(Clone, Copy, Debug)]
pub struct Target {
    /// Its name, which is that of its module and of its target in `fuzz/`.
    pub name: &'static str,
    check: fn(&[u8]),
    /// The longest bytes that it makes much of.
    length: usize,
    /// What its files are made of, if it takes files.
    files: Option<fn() -> Files>,
}

/// Files that are as they should be, for those that are nearly so.
#[derive(Debug, Default)]
pub(crate) struct Files {
    pub(crate) files: Vec<Vec<u8>>,
    pub(crate) words: &'static [&'static str],
}

/// All properties.
pub const TARGETS: &[Target] = &[
    Target { name: "policy", check: policy::check, length: 0, files: Some(policy::files) },
    #[cfg(feature = "compile")]
    Target { name: "operations", check: operations::check, length: 160, files: None },
    #[cfg(feature = "compile")]
    Target { name: "component", check: component::check, length: 0, files: Some(component::files) },
    #[cfg(feature = "compile")]
    Target { name: "calls", check: calls::check, length: 400, files: None },
    Target { name: "parts", check: parts::check, length: 400, files: None },
    Target { name: "image", check: image::check, length: 0, files: Some(image::files) },
    Target { name: "line", check: line::check, length: 0, files: Some(line::files) },
    Target { name: "trace", check: trace::check, length: 300, files: None },
];

impl Target {
    /// Returns the property of this name.
    #[must_use]
    pub fn named(name: &str) -> Option<Target> {
        TARGETS.iter().copied().find(|target| target.name == name)
    }

    /// Checks what is in the corpus, and returns how many files that was.
    ///
    /// # Panics
    ///
    /// The property does not hold for one of them, or there is none.
    #[must_use]
    pub fn check_corpus(self) -> usize {
        let folder = workspace().join("fuzz/corpus").join(self.name);
        let files = read_folder(&folder, "");
        assert!(!files.is_empty(), "there is nothing in {}", folder.display());
        files.iter().for_each(|bytes| self.check(bytes));
        files.len()
    }

    /// Checks so many inputs, which follow from the seed.
    ///
    /// # Panics
    ///
    /// The property does not hold: after a line with the input in hexadecimal digits.
    pub fn check_random(self, runs: u64, seed: u64) {
        let files = self.files.map(|files| files()).unwrap_or_default();
        let all: Vec<&[u8]> = files.files.iter().map(Vec::as_slice).collect();
        let mut random = Random::new(seed);
        for _ in 0..runs {
            let bytes = if all.is_empty() { random.bytes(self.length) } else { random.nearly(&all, files.words) };
            self.check(&bytes);
        }
    }

    /// Checks one input.
    ///
    /// # Panics
    ///
    /// The property does not hold: after a line with the input in hexadecimal digits.
    pub fn check(self, bytes: &[u8]) {
        if let Err(panic) = catch_unwind(AssertUnwindSafe(|| (self.check)(bytes))) {
            let digits = bytes.iter().fold(String::new(), |mut digits, byte| {
                // Writing to memory does not fail.
                let _ = write!(digits, "{byte:02x}");
                digits
            });
            eprintln!("`{}` does not hold for {digits}", self.name);
            std::panic::resume_unwind(panic);
        }
    }
}

/// Returns what is in the files of a folder whose names end so, in the order of their names.
pub(crate) fn read_folder(folder: &Path, ending: &str) -> Vec<Vec<u8>> {
    let mut paths: Vec<PathBuf> =
        fs::read_dir(folder).into_iter().flatten().flatten().map(|entry| entry.path()).collect();
    paths.retain(|path| path.is_file() && path.to_string_lossy().ends_with(ending));
    paths.sort();
    paths.iter().filter_map(|path| fs::read(path).ok()).collect()
}

/// Returns the folder of the workspace.
pub(crate) fn workspace() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap_or(Path::new("."))
}
