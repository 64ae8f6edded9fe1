//! `test`: guests in scenarios, from outside.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use serde_json::Value;
use tempfile::TempDir;

use crate::program::run;

mod program;

/// The scenarios that are shown.
const SHOWN: [&str; 4] = ["fan", "presses", "sensor", "station"];

fn workspace() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

/// Builds the guests of the scenarios, and returns the folder of their components.
fn guests() -> PathBuf {
    let marked = |folder: &&Path| folder.join("CACHEDIR.TAG").exists();
    let target = Path::new(env!("CARGO_TARGET_TMPDIR")).ancestors().filter(marked).last().expect("cargo marks it");
    let status = Command::new(env!("CARGO"))
        .args(["build", "--quiet", "--bins", "--target", "wasm32-wasip2", "--profile", "guest"])
        .args(["--package", "scenario-guests", "--target-dir"])
        .arg(target)
        .current_dir(workspace())
        .status()
        .expect("cargo starts");
    assert!(status.success(), "the guests do not build: {status}");
    target.join("wasm32-wasip2/guest")
}

/// Puts the scenarios that are shown into a folder, with their guests; `suffix` is that of other guests under the same names.
fn folder(suffix: &str) -> TempDir {
    let (folder, guests) = (tempfile::tempdir().expect("a folder"), guests());
    for name in SHOWN {
        let scenario = workspace().join(format!("scenario/guests/scenarios/{name}.toml"));
        fs::copy(scenario, folder.path().join(format!("{name}.toml"))).expect("a scenario");
        let guest = guests.join(format!("{name}{suffix}.wasm"));
        fs::copy(guest, folder.path().join(format!("{name}.wasm"))).expect("a guest");
    }
    folder
}

fn text(output: &Output) -> String {
    format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr))
}

fn files() -> Vec<String> {
    SHOWN.iter().map(|name| format!("{name}.toml")).collect()
}

fn test(folder: &TempDir, more: &[&str]) -> Output {
    let files = files();
    let args: Vec<&str> =
        ["test"].into_iter().chain(files.iter().map(String::as_str)).chain(more.iter().copied()).collect();
    run(folder, &args)
}

#[test]
fn every_scenario_that_is_shown_passes() {
    let folder = folder("");
    let output = test(&folder, &["--steps"]);
    assert_eq!(output.status.code(), Some(0), "{}", text(&output));
    assert!(text(&output).contains("4 scenarios: 4 passed, 0 failed"), "{}", text(&output));
    assert!(!folder.path().join("scenario-failures").exists());
}

#[test]
fn every_scenario_that_is_shown_fails_with_a_guest_that_has_a_fault() {
    let folder = folder("_faulty");
    let output = test(&folder, &[]);
    assert_eq!(output.status.code(), Some(1), "{}", text(&output));
    assert!(text(&output).contains("4 scenarios: 0 passed, 4 failed"), "{}", text(&output));
    for (name, seen) in [
        ("fan", "expect FAN high within 1.1 s"),
        ("presses", "expect LAMP high"),
        ("sensor", "the guest ended: status 1"),
        ("station", "seen: it shows \"21.0 C\""),
    ] {
        assert!(text(&output).contains(seen), "{name}: {}", text(&output));
    }
}

/// Holds a value against a JSON Schema, as far as the schemas of this project go.
fn fits(root: &Value, schema: &Value, value: &Value, place: &str) -> Result<(), String> {
    let schema = match schema["$ref"].as_str() {
        Some(reference) => root.pointer(reference.trim_start_matches('#')).ok_or(format!("{reference} is missing"))?,
        None => schema,
    };
    if let Some(types) = schema.get("type") {
        let types = types.as_array().cloned().unwrap_or_else(|| vec![types.clone()]);
        let is = |name: &Value| match name.as_str() {
            Some("object") => value.is_object(),
            Some("array") => value.is_array(),
            Some("string") => value.is_string(),
            Some("integer") => value.is_i64() || value.is_u64(),
            Some("number") => value.is_number(),
            Some("boolean") => value.is_boolean(),
            Some("null") => value.is_null(),
            _ => false,
        };
        if !types.iter().any(is) {
            return Err(format!("{place} is {value}, not {types:?}"));
        }
    }
    if schema.get("enum").and_then(Value::as_array).is_some_and(|words| !words.contains(value)) {
        return Err(format!("{place} is {value}, which is not one of its words"));
    }
    for key in schema["required"].as_array().into_iter().flatten().filter_map(Value::as_str) {
        value.get(key).ok_or(format!("{place} lacks {key}"))?;
    }
    for (key, field) in value.as_object().into_iter().flatten() {
        match schema["properties"].get(key) {
            Some(property) => fits(root, property, field, &format!("{place}.{key}"))?,
            None if schema["additionalProperties"] == false => return Err(format!("{place} has {key}")),
            None => {}
        }
    }
    for (number, item) in value.as_array().into_iter().flatten().enumerate() {
        fits(root, &schema["items"], item, &format!("{place}[{number}]"))?;
    }
    Ok(())
}

#[test]
fn outcomes_as_json_fit_their_schema_and_do_not_depend_on_the_jobs() {
    let folder = folder("_faulty");
    let schema = fs::read_to_string(workspace().join("docs/test.schema.json")).expect("the schema");
    let schema: Value = serde_json::from_str(&schema).expect("JSON");
    let outcome = |jobs: &str| {
        let output = test(&folder, &["--json", "--jobs", jobs, "--retries", "1"]);
        serde_json::from_slice::<Value>(&output.stdout).unwrap_or_else(|error| panic!("{error}: {}", text(&output)))
    };
    let one = outcome("1");
    fits(&schema, &schema, &one, "the outcome").expect("as the schema says");
    assert!(fits(&schema, &schema, &serde_json::json!({ "scenarios": [{}], "passed": 0, "failed": 1 }), "").is_err());
    assert_eq!(one["scenarios"][0]["attempts"], 2);
    assert_eq!(one, outcome("3"));
}

#[test]
fn a_failure_leaves_a_waveform_pictures_and_what_the_guest_said() {
    let folder = folder("_faulty");
    let output = run(&folder, &["test", "station.toml", "fan.toml", "sensor.toml"]);
    assert_eq!(output.status.code(), Some(1), "{}", text(&output));
    let left = |name: &str| fs::read(folder.path().join("scenario-failures").join(name)).expect(name);
    assert!(left("station/oled.png").starts_with(b"\x89PNG"));
    assert!(String::from_utf8_lossy(&left("sensor/guest.log")).contains("output 21.5 C"));
    // From two seconds before to one after, and no wire changes twice at one time.
    let vcd = String::from_utf8_lossy(&left("fan/failure.vcd")).into_owned();
    let times: Vec<u64> = vcd.lines().filter_map(|line| line.strip_prefix('#')?.parse().ok()).collect();
    let (first, last) = (times.first().expect("a time"), times.last().expect("a time"));
    assert!((2_900_000_000..=3_100_000_000).contains(&(last - first)), "{first} to {last}");
    assert!(times.is_sorted_by(|one, other| one < other));
    for instant in vcd.split("\n#").skip(2) {
        let changes: Vec<&str> = instant.lines().skip(1).filter(|line| line.starts_with(['0', '1'])).collect();
        let mut wires: Vec<&str> = changes.iter().map(|change| &change[1..]).collect();
        wires.sort_unstable();
        let count = wires.len();
        wires.dedup();
        assert_eq!(wires.len(), count, "a wire changes twice: {instant}");
    }
}

#[test]
fn files_that_cannot_be_run_are_told_apart_from_scenarios_that_fail() {
    let folder = folder("");
    fs::write(folder.path().join("slip.toml"), "policy = {}\n[[step]]\nwiat = \"1s\"\n").expect("a file");
    let output = run(&folder, &["test", "slip.toml", "fan.toml", "--junit", "out.xml"]);
    assert_eq!(output.status.code(), Some(120), "{}", text(&output));
    assert!(text(&output).contains("does not say what to do") && text(&output).contains("passed fan.toml"));
    let xml = fs::read_to_string(folder.path().join("out.xml")).expect("JUnit XML");
    assert!(xml.contains("tests=\"2\" failures=\"0\" errors=\"1\""), "{xml}");
    assert_eq!(run(&folder, &["test", "fan.toml", "--filter", "nothing"]).status.code(), Some(64));
    let filtered = run(&folder, &["test", "fan.toml", "sensor.toml", "--filter", "unplugged", "--tap"]);
    assert!(text(&filtered).starts_with("TAP version 14\n1..1\nok 1 - sensor.toml"), "{}", text(&filtered));
}
