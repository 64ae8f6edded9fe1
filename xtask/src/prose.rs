//! `cargo xtask prose`: phrases that were replaced stay replaced, in what people read.

use std::path::Path;
use std::{fs, io};

use anyhow::{Context as _, bail};

use crate::process::root;
use crate::steps::Done;

/// Where the texts are: help and messages as the tests store them, and documents. CONTRIBUTING.md quotes what it warns of.
const PLACES: [&str; 14] = [
    "README.md",
    "SECURITY.md",
    "THREAT_MODEL.md",
    "docs/status.md",
    "docs/scenarios.md",
    "docs/guest-tests.md",
    "docs/native-tests.md",
    "docs/record.md",
    "docs/ci.md",
    "test-host/POLICY.md",
    "test-host/README.md",
    "test-host/tests/cli",
    "policy/README.md",
    "policy/tests/policies",
];

/// Phrases that this project used, each with what to write in its place.
const REPLACED: [(&str, &str); 16] = [
    ("what there is not", "this host lacks it"),
    ("time was over", "ran longer than its timeout"),
    ("time is over", "ran longer than its timeout"),
    ("past the limit of", "takes 183 ms, the limit is 50 ms"),
    ("would raise it", "(`key` in [limits])"),
    ("which it cannot be", "unknown value \"x\" for `key`"),
    ("is no label", "a label must not be empty"),
    ("is no address", "must be an address"),
    ("is no name", "must be a name"),
    ("is no range", "must be a range"),
    ("this is no ", "invalid"),
    ("stands for hardware", "is hardware"),
    ("may not open it", "lacks the permission to open it"),
    ("in whatever way", "for any reason"),
    ("of equal ones", "ties go to the first"),
    ("what is no TOML", "invalid TOML"),
];

/// Looks for every phrase in every place.
///
/// # Errors
///
/// A place cannot be read, or a phrase is back.
pub(crate) fn check() -> anyhow::Result<Done> {
    let mut found = Vec::new();
    for place in PLACES {
        look(&root().join(place), &mut found).with_context(|| format!("cannot read {place}"))?;
    }
    if !found.is_empty() {
        bail!("phrases that this project replaced are back (CONTRIBUTING.md, \"How we write\"):\n{}", found.join("\n"));
    }
    Ok(Done::Passed)
}

/// Looks into a file, or into every file of a folder.
fn look(path: &Path, found: &mut Vec<String>) -> io::Result<()> {
    if path.is_dir() {
        let mut files = fs::read_dir(path)?.map(|entry| Ok(entry?.path())).collect::<io::Result<Vec<_>>>()?;
        files.sort();
        return files.iter().try_for_each(|file| look(file, found));
    }
    let text = fs::read_to_string(path)?;
    let name = path.strip_prefix(root()).unwrap_or(path).display();
    found.extend(
        phrases(&text)
            .map(|(line, phrase, better)| format!("{name}:{line}: \"{phrase}\": write, for instance, \"{better}\"")),
    );
    Ok(())
}

/// Returns the phrases of a text with their lines, from 1. A phrase that a line's end cuts is found as well.
fn phrases(text: &str) -> impl Iterator<Item = (usize, &'static str, &'static str)> {
    let lines: Vec<&str> = text.lines().map(str::trim).collect();
    let joined = lines.join(" ").to_lowercase();
    let mut starts = vec![0];
    starts.extend(lines.iter().scan(0, |at, line| {
        *at += line.to_lowercase().len() + 1;
        Some(*at)
    }));
    REPLACED.into_iter().filter_map(move |(phrase, better)| {
        let at = joined.find(&phrase.to_lowercase())?;
        Some((starts.partition_point(|start| *start <= at), phrase, better))
    })
}

#[cfg(test)]
mod tests {
    use super::{Done, check, phrases};

    #[test]
    fn a_replaced_phrase_is_found_with_its_line_even_across_lines() {
        let text = "one line\nthe guest's Time\n  was over, it says\nand 5 is past the limit of 4\n";
        let found: Vec<_> = phrases(text).map(|(line, phrase, _)| (line, phrase)).collect();
        assert_eq!(found, [(2, "time was over"), (4, "past the limit of")]);
        assert_eq!(phrases("plain English").count(), 0);
    }

    #[test]
    fn the_texts_that_people_read_have_none() {
        assert!(matches!(check(), Ok(Done::Passed)), "{:#}", check().expect_err("phrases"));
    }
}
