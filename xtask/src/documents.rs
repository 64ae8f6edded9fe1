//! What `docs/structure.md` and `docs/adding.md` say, held against the repository.

use std::fs;

use crate::process::root;

/// The pages whose files have to exist.
const PAGES: [&str; 2] = ["docs/structure.md", "docs/adding.md"];

fn read(file: &str) -> String {
    fs::read_to_string(root().join(file)).unwrap_or_else(|error| panic!("{file}: {error}"))
}

/// Returns what stands between backquotes.
fn quoted(text: &str) -> impl Iterator<Item = &str> {
    text.split('`').skip(1).step_by(2)
}

/// Returns the crates that a manifest uses, by their folders, without those of its tests.
fn uses(manifest: &str) -> Vec<String> {
    let mut uses = Vec::new();
    let mut is_used = false;
    for line in manifest.lines() {
        if line.starts_with('[') {
            is_used = line == "[dependencies]" || line.starts_with("[target.") && line.ends_with(".dependencies]");
        }
        let name = line.split([' ', '=']).next().unwrap_or_default();
        if let Some(folder) = name.strip_prefix("wasm-embedded-").filter(|_| is_used) {
            // A language's crate stands in `guests/`, and every other in a folder of its name.
            let in_guests = format!("guests/{folder}");
            uses.push(if root().join(&in_guests).exists() { in_guests } else { folder.to_owned() });
        }
    }
    uses.sort();
    uses
}

/// Returns the crates of the table, with what they use, in its order.
fn table(page: &str) -> Vec<(String, Vec<String>)> {
    let rows = page.lines().skip_while(|line| !line.starts_with("| crate ")).skip(2);
    let rows = rows.take_while(|line| line.starts_with('|'));
    rows.map(|row| {
        let cells: Vec<&str> = row.split('|').map(str::trim).collect();
        let [_, folder, _, used, ..] = cells[..] else { panic!("{row}") };
        let mut used: Vec<String> = quoted(used).map(str::to_owned).collect();
        used.sort();
        (folder.trim_matches('`').to_owned(), used)
    })
    .collect()
}

#[test]
fn every_file_that_the_pages_name_exists() {
    for page in PAGES {
        let text = read(page);
        let files: Vec<&str> = quoted(&text).filter(|quoted| quoted.contains('/') && !quoted.contains(' ')).collect();
        assert!(files.len() > 5, "{page} names {} files", files.len());
        for file in files {
            assert!(root().join(file).exists(), "{page} names {file}, which does not exist");
        }
    }
}

#[test]
fn crates_use_what_the_page_says_and_only_those_below_them() {
    let table = table(&read("docs/structure.md"));
    assert!(table.len() > 8, "the table has {} rows", table.len());
    for (row, (folder, used)) in table.iter().enumerate() {
        assert_eq!(
            &uses(&read(&format!("{folder}/Cargo.toml"))),
            used,
            "{folder} uses other crates than the page says"
        );
        for below in used {
            let place = table.iter().position(|(other, _)| other == below);
            assert!(place < Some(row), "{folder} uses {below}, which does not stand above it in the table");
        }
    }
}

/// What crates.io and docs.rs show of a crate: what it is, where it comes from, and all of its interface.
#[test]
fn each_published_crate_says_what_it_is_and_documents_all_features() {
    let workspace = read("Cargo.toml");
    let members = workspace.split_once("members = [").and_then(|(_, rest)| rest.split_once(']')).expect("members").0;
    let mut published = 0;
    for folder in members.split('"').skip(1).step_by(2) {
        let manifest = read(&format!("{folder}/Cargo.toml"));
        if manifest.contains("publish = false") {
            continue;
        }
        published += 1;
        for key in ["description", "documentation", "repository", "version", "keywords", "categories"] {
            let has = |line: &str| line.split([' ', '.', '=']).next() == Some(key);
            assert!(manifest.lines().any(has), "{folder}/Cargo.toml says no {key}");
        }
        // The command is no library: its page is its README.
        if manifest.contains("[features]") && folder != "test-host" {
            assert!(manifest.contains("[package.metadata.docs.rs]"), "{folder}: docs.rs would leave features out");
        }
        assert!(root().join(folder).join("README.md").exists(), "{folder} lacks a README");
    }
    assert!(published >= 14, "{published} crates are published");
}
