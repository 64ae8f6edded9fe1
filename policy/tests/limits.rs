//! Every limit of the table is one in all places: in files, in refusals, in images, in the JSON schema and in POLICY.md. A new row of
//! the table is tried here without a further word.

use std::fs;
use std::path::Path;

use wasm_embedded_policy::chip::ChipPolicy;
use wasm_embedded_policy::{LIMITS, Limit, Limits, OnChip, Policy, PolicyError, Problem, schema};
use wasm_embedded_sim::model::Catalog;

/// Returns the limits of a policy that states one.
fn stated(key: &str, value: &str) -> Limits {
    let text = format!("[limits]\n{key} = {value}\n");
    Policy::parse("limits.toml", &text).unwrap_or_else(|error| panic!("{text}: {error}")).limits
}

/// Returns the only problem of a policy that states a limit.
fn problem(key: &str, value: &str) -> Problem {
    let text = format!("[limits]\n{key} = {value}\n");
    let Err(PolicyError::Invalid { mut problems, .. }) = Policy::parse("limits.toml", &text) else {
        panic!("{text} is taken")
    };
    assert_eq!(problems.len(), 1, "{text}: {problems:?}");
    problems.remove(0)
}

/// Values that a limit can have: both ends, the default, and what lies between.
fn values(limit: &Limit) -> Vec<u64> {
    let (first, last) = (*limit.range.start(), *limit.range.end());
    let mut values = vec![first, last, first.midpoint(last)];
    values.extend(limit.default);
    values
}

#[test]
fn every_limit_is_read_within_its_range() {
    for limit in &LIMITS {
        for value in values(limit) {
            assert_eq!(stated(limit.key, &value.to_string()).stated(limit.key), Some(value), "{}", limit.key);
        }
        if limit.can_be_off {
            assert_eq!(stated(limit.key, "\"off\"").stated(limit.key), Some(0), "{}", limit.key);
        } else {
            problem(limit.key, "\"off\"");
        }
        assert_eq!(Limits::default().stated(limit.key), None, "{}", limit.key);
        assert!(limit.default.is_none_or(|default| limit.range.contains(&default)), "{}", limit.key);
    }
}

#[test]
fn every_limit_is_refused_past_its_range_with_its_line_and_a_slip_with_its_key() {
    for limit in &LIMITS {
        let (first, last) = (*limit.range.start(), *limit.range.end());
        let below = first.checked_sub(1).filter(|_| !limit.can_be_off);
        for value in below.into_iter().chain([last + 1]) {
            let problem = problem(limit.key, &value.to_string());
            assert_eq!(problem.line(), 2, "{}", limit.key);
            let message = problem.to_string().replace('_', "");
            for part in [limit.key, &first.to_string(), &last.to_string()] {
                assert!(message.contains(part), "{}: {message}", limit.key);
            }
        }
        let slip = problem(&format!("{}x", limit.key), &first.to_string());
        assert_eq!(slip.line(), 2);
        let advice = slip.advice().unwrap_or_default();
        assert!(advice.contains(limit.key), "{}: {advice}", limit.key);
    }
}

#[test]
fn every_limit_survives_the_codec_and_a_microcontroller_keeps_or_refuses_it() {
    for limit in &LIMITS {
        for value in values(limit) {
            let mut limits = Limits::default();
            limits.state(limit.key, value).unwrap_or_else(|_| panic!("{} = {value}", limit.key));
            let policy = ChipPolicy { limits, ..ChipPolicy::default() };
            let read = ChipPolicy::from_bytes(&policy.to_bytes()).expect("a policy");
            assert_eq!(read.limits, limits, "{} = {value}", limit.key);
            let kept = limits.on_chip().map(|kept| kept.stated(limit.key));
            match limit.on_chip {
                OnChip::KeepsWord(_) if u32::try_from(value).is_err() => assert!(kept.is_err(), "{}", limit.key),
                OnChip::Keeps | OnChip::KeepsWith(_) | OnChip::KeepsWord(_) => {
                    assert_eq!(kept, Ok(Some(value)), "{}", limit.key);
                }
                OnChip::Refuses(_) => assert!(kept.is_err_and(|unkept| unkept.key == limit.key), "{}", limit.key),
                OnChip::Nothing => assert_eq!(kept, Ok(None), "{}", limit.key),
            }
        }
    }
}

#[test]
fn every_limit_is_in_the_json_schema_and_in_the_page_with_its_default() {
    let schema = schema(&Catalog::new());
    let page = Path::new(env!("CARGO_MANIFEST_DIR")).join("../test-host/POLICY.md");
    let page = fs::read_to_string(page).expect("POLICY.md");
    for limit in &LIMITS {
        let found = &schema["properties"]["limits"]["properties"][limit.key];
        assert_eq!(found["description"], limit.bounds, "{}", limit.key);
        assert_eq!(found["default"].as_u64(), limit.default, "{}", limit.key);
        let row = format!("| `{}` | {} | ", limit.key, limit.bounds);
        let row = page.lines().find_map(|line| line.strip_prefix(&row)).unwrap_or_else(|| panic!("{row}: no row"));
        assert!(limit.default.is_none_or(|default| row.starts_with(&default.to_string())), "{}: {row}", limit.key);
    }
}
