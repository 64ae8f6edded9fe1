//! What a policy says is what is read, for every key and every default: `policy_values/TABLE.txt`. `BLESS=1` stores it.
//!
//! A row is what is written in the table, and on the next line what comes of it. Which tables and keys there are is asked of the policy's
//! reader, so that a new one without a row fails, and that a table that takes an unknown key does.

#[path = "support/tables.rs"]
mod tables;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::PathBuf;

use wasm_embedded_policy::{Policy, PolicyError};
use wasm_embedded_sim::parts::MODELS;

use self::tables::{TABLES, Table, debug, entries, key};

/// Returns the folder of the crate.
fn folder() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

/// Returns the key that says what kind of part or fault a table is.
fn kind_key(table: &str) -> Option<&'static str> {
    match table {
        "part" => Some("model"),
        "device" => Some("part"),
        "fault" => Some("fault"),
        _ => None,
    }
}

/// Returns the problems of a policy with what to do about each.
fn problems(text: &str) -> Vec<(String, String)> {
    match Policy::parse("values.toml", text) {
        Ok(_) => Vec::new(),
        Err(PolicyError::Invalid { problems, .. }) => problems
            .iter()
            .map(|problem| (problem.to_string(), problem.advice().unwrap_or_default().to_owned()))
            .collect(),
        Err(error) => panic!("{error}"),
    }
}

/// Returns the words that an advice lists after `kind`.
fn listed(advice: &str, kind: &str) -> BTreeSet<String> {
    let (_, list) = advice.split_once(kind).unwrap_or_else(|| panic!("{advice:?} has no {kind}"));
    list.split(", ").map(str::to_owned).collect()
}

/// Adds a key that no table has, and returns the keys that this one has.
fn known_keys(table: &Table, row: &str) -> BTreeSet<String> {
    let entries: Vec<&str> = entries(row).into_iter().chain(["no-such-key = 1"]).collect();
    let found = problems(&table.policy(&entries));
    let unknown = found.iter().find(|(message, _)| message.starts_with("unknown key `no-such-key` in "));
    let (_, advice) =
        unknown.unwrap_or_else(|| panic!("[{}] takes an unknown key beside {row}: {found:?}", table.name));
    listed(advice, "keys: ")
}

#[test]
fn what_the_file_says_is_what_is_read() {
    for table in &TABLES {
        let mut stored = String::new();
        let mut different = Vec::new();
        for (row, expected) in table.rows() {
            let policy = table.policy(&entries(&row));
            let policy = Policy::parse("values.toml", &policy)
                .unwrap_or_else(|error| panic!("{row}: {error} {:?}", problems(&policy)));
            let got = (table.read)(&policy);
            stored.push_str(&format!("{row}\n    {got}\n"));
            if got != expected {
                different.push(format!("{}: {row}\n  is read as {got}\n  instead of {expected}", table.name));
            }
        }
        if std::env::var_os("BLESS").is_some() {
            fs::write(table.path(), stored).expect("the values can be stored");
        } else {
            assert!(different.is_empty(), "{}", different.join("\n"));
        }
    }
}

#[test]
fn every_key_of_every_table_has_a_row_and_no_table_takes_another() {
    for table in &TABLES {
        // The keys of a part and of a fault are those of its kind.
        let mut known: BTreeMap<String, (BTreeSet<String>, BTreeSet<String>)> = BTreeMap::new();
        for (row, _) in table.rows() {
            let kind = entries(&row).into_iter().find(|entry| Some(key(entry)) == kind_key(table.name));
            let (keys, tried) = known.entry(kind.unwrap_or_default().to_owned()).or_default();
            keys.append(&mut known_keys(table, &row));
            tried.extend(entries(&row).into_iter().map(|entry| key(entry).to_owned()));
        }
        let common = |table: &str, key: &str| match table {
            // Said once for all kinds, by rows of one of them.
            "part" | "device" => matches!(key, "name" | "i2c" | "spi" | "uart" | "address"),
            "fault" => {
                let place = matches!(key, "label" | "part" | "device" | "net" | "address");
                place || matches!(key, "after" | "times" | "from-ms" | "until-ms" | "probability" | "seed")
            }
            _ => false,
        };
        let all_tried: BTreeSet<String> = known.values().flat_map(|(_, tried)| tried.iter().cloned()).collect();
        for (kind, (keys, tried)) in &known {
            let tried = |key: &String| tried.contains(key) || common(table.name, key) && all_tried.contains(key);
            // It needs a file: `courses.rs` reads some.
            let is_file = |key: &String| table.name == "part.course" && key == "csv";
            let missing: Vec<&String> = keys.iter().filter(|key| !tried(key) && !is_file(key)).collect();
            assert!(missing.is_empty(), "[{}] {kind}: no row has {missing:?}", table.name);
        }
    }
}

/// A value that is refused without a word would leave its table out of a policy that is taken.
#[test]
fn no_key_takes_a_value_of_another_type_in_silence() {
    for table in &TABLES {
        for (row, _) in table.rows() {
            let entries = entries(&row);
            for (index, entry) in entries.iter().enumerate() {
                let wrong = format!("{} = [[]]", key(entry));
                let mut changed = entries.clone();
                changed[index] = &wrong;
                assert!(!problems(&table.policy(&changed)).is_empty(), "[{}] takes {changed:?}", table.name);
            }
        }
    }
}

#[test]
fn every_section_part_and_fault_has_rows() {
    let unknown = problems("no-such-section = 1\n");
    let names: BTreeSet<String> = TABLES.iter().map(|table| table.name.to_owned()).collect();
    let sections = listed(&unknown[0].1, "keys: ");
    assert!(sections.is_subset(&names), "{sections:?} have no rows but {names:?}");
    for (table, kind) in [("part", "model"), ("fault", "fault")] {
        let table = TABLES.iter().find(|found| found.name == table).expect("a table");
        let kinds = if table.name == "part" {
            // An advice names no more than the first of so many.
            MODELS.iter().map(|model| model.name.to_owned()).collect()
        } else {
            let advice = problems(&table.policy(&[&format!("{kind} = \"no such\"")]));
            let advice = advice.iter().map(|(_, advice)| advice).find(|advice| advice.contains("allowed values: "));
            listed(advice.expect("the kinds"), "allowed values: ")
        };
        let rows = table.rows();
        for name in kinds {
            let entry = format!("{kind} = \"{name}\"");
            assert!(rows.iter().any(|(row, _)| entries(row).contains(&entry.as_str())), "no row has {entry}");
        }
    }
}

#[test]
fn without_its_table_nothing_is_started_again_or_logged_otherwise() {
    let policy = Policy::parse("empty.toml", "").expect("an empty policy");
    assert_eq!(debug(&policy.restart), "Restart { when: Never, first_ms: 1000, longest_ms: 60000, attempts: 0 }");
    assert_eq!((debug(&policy.log_level), debug(&policy.faults)), ("None".to_owned(), "[]".to_owned()));
}

/// Returns the problems of a row in which one entry has another value.
fn with_value(table: &Table, entries: &[&str], index: usize, value: &str) -> Vec<String> {
    let changed = format!("{} = {value}", key(entries[index]));
    let mut entries = entries.to_vec();
    entries[index] = &changed;
    problems(&table.policy(&entries)).into_iter().map(|(message, _)| message).collect()
}

/// Reads a whole number as a message or a row has it.
fn whole(text: &str) -> Option<i128> {
    let plain = text.trim().replace(['_', ','], "");
    plain.strip_prefix("0x").map_or_else(|| plain.parse().ok(), |digits| i128::from_str_radix(digits, 16).ok())
}

#[test]
fn a_whole_number_is_taken_up_to_both_ends_of_its_range_and_a_list_up_to_its_length() {
    let (mut ranges, mut lists) = (0, 0);
    for table in &TABLES {
        for (row, _) in table.rows() {
            let entries = entries(&row);
            for (index, entry) in entries.iter().enumerate() {
                let value = entry.split_once('=').map_or("", |(_, value)| value.trim());
                let refused = |value: &str, text: &str| {
                    with_value(table, &entries, index, value).iter().any(|message| message.contains(text))
                };
                if whole(value).is_some() {
                    // TOML has integers of 64 bits.
                    let past = with_value(table, &entries, index, "-9223372036854775807");
                    let range = past.iter().find_map(|message| {
                        let (_, range) = message.split_once(" must be ")?;
                        let (range, _) = range.split_once(", not ")?;
                        let (first, last) = range.split_once(" to ")?;
                        Some((range, whole(first)?, whole(last)?))
                    });
                    let Some((range, first, last)) = range else { continue };
                    ranges += 1;
                    for (number, is_past) in [(first, false), (last, false), (first - 1, true), (last + 1, true)] {
                        let number = number.to_string();
                        assert_eq!(refused(&number, range), is_past, "[{}] {entry} with {number}: {range}", table.name);
                    }
                }
                if let Some(first) = value.strip_prefix('[').and_then(|list| list.split([',', ']']).next()) {
                    let of = |count: usize| format!("[{}]", vec![first; count].join(", "));
                    let past = with_value(table, &entries, index, &of(2_000));
                    let most = past.iter().find_map(|message| {
                        let (_, most) = message.split_once(" must have at most ")?;
                        most.split(' ').next().and_then(|most| most.parse::<usize>().ok())
                    });
                    let Some(most) = most else { continue };
                    lists += 1;
                    let text = format!("must have at most {most}");
                    assert!(!refused(&of(most), &text) && refused(&of(most + 1), &text), "[{}] {entry}", table.name);
                }
            }
        }
    }
    assert!(ranges > 40 && lists > 0, "{ranges} ranges and {lists} lists were tried");
}
