//! The JSON schema takes every policy of the repository and every key that the reader takes, and no other.

#[path = "../../tests/support/tables.rs"]
mod tables;

use std::fs;
use std::path::{Path, PathBuf};

use policy_schema::Schema;
use wasm_embedded_policy::Policy;

use self::tables::{TABLES, entries, key};

/// The folders that hold no policy of ours, or only refused ones.
const LEFT_OUT: [&str; 3] = ["target", "node_modules", "policy/tests/policies"];

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// Returns the folder of the policy's crate.
fn folder() -> PathBuf {
    root().join("policy")
}

/// Returns the TOML and Markdown files of the repository.
fn files(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        let is_hidden = path.file_name().is_some_and(|name| name.to_string_lossy().starts_with('.'));
        if path.is_symlink() || is_hidden || LEFT_OUT.iter().any(|left_out| path.ends_with(left_out)) {
            continue;
        }
        if path.is_dir() {
            files(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "toml" || extension == "md") {
            found.push(path);
        }
    }
}

/// Returns whether the reader takes a text, and the text has anything of a policy.
fn is_policy(path: &Path, text: &str) -> bool {
    let is_taken = match path.extension().is_some_and(|extension| extension == "toml") {
        true => Policy::load(path).is_ok(),
        false => Policy::parse("block", text).is_ok(),
    };
    is_taken && toml::from_str::<toml::Table>(text).is_ok_and(|table| !table.is_empty())
}

/// What the reader takes the schema takes too, and an editor marks an unknown key and a value of another type.
#[test]
fn the_json_schema_has_every_key_and_no_other() {
    let schema = Schema::new();
    for table in &TABLES {
        for (row, _) in table.rows() {
            let entries = entries(&row);
            let check = |entries: &[&str]| schema.check(&table.policy(entries));
            check(&entries).unwrap_or_else(|error| panic!("[{}] {row}: {error}", table.name));
            let policy = Policy::parse("values.toml", &table.policy(&entries)).expect("what the schema takes");
            assert!(!(table.read)(&policy).is_empty(), "[{}] {row} is read", table.name);
            let unknown: Vec<&str> = entries.iter().copied().chain(["no-such-key = 1"]).collect();
            assert!(check(&unknown).is_err(), "[{}] takes an unknown key beside {row}", table.name);
            for (index, entry) in entries.iter().enumerate() {
                let wrong = format!("{} = [[]]", key(entry));
                let mut changed = entries.clone();
                changed[index] = &wrong;
                assert!(check(&changed).is_err(), "[{}] takes {changed:?}", table.name);
            }
        }
    }
}

#[test]
fn the_schema_takes_every_policy_of_the_repository() {
    let (schema, mut found) = (Schema::new(), Vec::new());
    files(&root(), &mut found);
    let (mut in_files, mut in_pages) = (0, 0);
    for path in found {
        let text = fs::read_to_string(&path).expect("a text");
        if path.extension().is_some_and(|extension| extension == "toml") {
            if is_policy(&path, &text) {
                schema.check(&text).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
                in_files += 1;
            }
            continue;
        }
        for block in text.split("```toml\n").skip(1).filter_map(|rest| rest.split("```").next()) {
            if is_policy(&path, block) {
                schema.check(block).unwrap_or_else(|error| panic!("{}: {error}\n{block}", path.display()));
                in_pages += 1;
            }
        }
    }
    assert!(in_files >= 20 && in_pages >= 4, "{in_files} files and {in_pages} blocks are policies");
}

#[test]
fn the_schema_refuses_what_no_policy_can_say() {
    let schema = Schema::new();
    for (wrong, text) in [
        ("a key of no label", "[i2c.x]\nsim = true\nalow = [0x76]"),
        ("two buses behind a label", "[i2c.x]\nsim = true\npath = \"/dev/i2c-1\""),
        ("nothing behind a label", "[spi.x]\nfrequency = 1"),
        ("a limit past its range", "[limits]\nhandles = 0"),
        ("a model that no one has", "[[part]]\nmodel = \"bme281\"\ni2c = \"i2c\""),
        ("a thermometer hotter than any", "[[part]]\nmodel = \"bme280\"\ni2c = \"i2c\"\ntemperature = 500"),
        ("a fault without its key", "[[fault]]\nfault = \"stuck\"\nnet = \"LED\""),
        ("a section of no policy", "[gpios]\n"),
    ] {
        assert!(schema.check(text).is_err(), "{wrong}");
    }
}
