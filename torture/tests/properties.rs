//! The properties, with what is in the corpus and with some thousand inputs each.

use torture::target::{TARGETS, Target};

/// Where the sequences begin: another number finds other inputs.
const SEED: u64 = 0x5eed;

/// Checks what is in the corpus, and as many inputs as `RUNS` in the environment says, or so many.
fn check(name: &str, runs: u64) {
    let runs = std::env::var("RUNS").ok().and_then(|runs| runs.parse().ok()).unwrap_or(runs);
    let target = Target::named(name).expect("there is such a property");
    assert!(target.check_corpus() > 0);
    target.check_random(runs, SEED);
}

#[test]
fn any_policy_is_refused_or_has_a_board() {
    check("policy", 3000);
}

#[test]
fn any_list_of_operations_is_treated_as_the_model_says() {
    check("operations", 20_000);
}

#[test]
fn any_file_is_refused_or_a_component() {
    check("component", 1000);
}

#[test]
fn any_calls_of_a_guest_leave_the_board_as_it_should_be() {
    check("calls", 5000);
}

#[test]
fn any_part_answers_whatever_comes() {
    check("parts", 10_000);
}

#[test]
fn any_traffic_is_found_again_in_its_trace() {
    check("trace", 3000);
}

#[test]
fn every_property_is_a_target_of_the_fuzzer() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../fuzz/fuzz_targets");
    let files = std::fs::read_dir(folder).expect("the targets").flatten();
    let mut names: Vec<String> = files.map(|file| file.file_name().to_string_lossy().replace(".rs", "")).collect();
    names.sort();
    let mut expected = TARGETS.map(|target| target.name);
    expected.sort_unstable();
    assert_eq!(names, expected);
}
