//! The properties, with what is in the corpus and with some thousand inputs each.

use torture::target::{TARGETS, Target};

/// Where the sequences begin: another number, such as `SEED` in the environment, finds other inputs.
const SEED: u64 = 0x5eed;

/// Checks what is in the corpus, and as many inputs as `RUNS` in the environment says, or so many.
fn check(name: &str, runs: u64) {
    let (runs, seed) = (number("RUNS", runs), number("SEED", SEED));
    let target = Target::named(name).expect("there is such a property");
    let files = target.check_corpus();
    assert!(files > 0);
    target.check_random(runs, seed);
    println!("{name}: {files} files and {runs} inputs that follow from {seed}");
}

/// Returns a number of the environment, or another one.
fn number(name: &str, otherwise: u64) -> u64 {
    std::env::var(name).map_or(otherwise, |text| text.parse().unwrap_or_else(|_| panic!("{name}={text} is no number")))
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
fn any_bytes_on_a_serial_line_are_frames_or_text() {
    check("line", 20_000);
}

#[test]
fn any_flash_holds_a_whole_image_or_is_refused() {
    check("image", 20_000);
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
    let mut expected: Vec<&str> = TARGETS.iter().map(|target| target.name).collect();
    expected.sort_unstable();
    assert_eq!(names, expected);
}
