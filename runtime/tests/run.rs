//! What holds of every run: virtual time, its end, and what is left of a guest.

use std::time::Duration;

use wasm_embedded_runtime::engine::EngineOptions;
use wasm_embedded_runtime::harness::{Outcome, run_component, run_program};
use wasm_embedded_runtime::policy::Policy;
use wasm_embedded_runtime::program::Program;
use wasm_embedded_runtime::run::{Breach, Exit, RunOptions};
use wasm_embedded_runtime::trust::Trust;
use wasm_embedded_sim::parts::Led;

fn component(name: &str) -> Vec<u8> {
    let path = format!("{}/../test-host/guests/wat/{name}.wat", env!("CARGO_MANIFEST_DIR"));
    wat::parse_file(path).unwrap_or_else(|error| panic!("{error}"))
}

fn policy(text: &str) -> Policy {
    Policy::parse("test.toml", text).expect("a valid policy")
}

fn run(name: &str, policy_text: &str, options: &RunOptions) -> Outcome {
    run_component(&component(name), &policy(policy_text), options).expect("a component that can be run")
}

fn timeout(timeout: Duration) -> RunOptions {
    RunOptions { timeout: Some(timeout), ..RunOptions::default() }
}

const LED: &str = "[gpio]\nLED = { sim = true, direction = \"output\", initial = \"low\", on-exit = \"low\" }\n\
                   [[part]]\nmodel = \"led\"\nnet = \"LED\"\n";

#[test]
fn a_trap_leaves_the_outputs_at_their_level() {
    let outcome = run("drives_and_traps", LED, &RunOptions::default());
    assert!(matches!(outcome.exit, Exit::Trap(_)), "{:?}", outcome.exit);
    let changes: Vec<&str> =
        outcome.trace.lines().filter_map(|line| line.split_once(' ').map(|(_, rest)| rest)).collect();
    assert_eq!(changes, ["LED high", "LED low"]);
    let led = outcome.board.part("led").expect("an LED");
    assert_eq!(outcome.board.sim().with_part::<Led, _>(led, |led, _| led.is_lit()), Some(false));
}

#[test]
fn an_output_without_a_level_at_exit_stays_as_it_is() {
    let policy = LED.replace(", on-exit = \"low\"", "");
    let outcome = run("drives_and_traps", &policy, &RunOptions::default());
    assert!(outcome.trace.trim_end().ends_with("LED high"), "{}", outcome.trace);
}

#[test]
fn active_low_is_applied_once_to_every_level() {
    let policy = LED.replace("\"output\"", "\"output\", active-low = true");
    let outcome = run("drives_and_traps", &policy, &RunOptions::default());
    let changes: Vec<&str> =
        outcome.trace.lines().filter_map(|line| line.split_once(' ').map(|(_, rest)| rest)).collect();
    assert_eq!(changes, ["LED low", "LED high"]);
}

#[test]
fn simulated_time_ends_a_guest_exactly_where_it_was_told_to() {
    let outcome = run("waits", "", &timeout(Duration::from_millis(1500)));
    assert_eq!(outcome.exit, Exit::Timeout);
    assert_eq!(outcome.at_ns, 1_500_000_000);
}

#[test]
fn a_guest_that_only_computes_is_stopped_too() {
    let outcome = run("spins", "[limits]\ncomputing-ms = 50", &RunOptions::default());
    let Exit::Limit { breach: Breach::Computing, backtrace } = outcome.exit else { panic!("{:?}", outcome.exit) };
    assert!(!backtrace.is_empty(), "it says where the guest was");
    assert_eq!(outcome.at_ns, 0);
}

#[test]
fn sleeping_takes_simulated_time_only() {
    let began = std::time::Instant::now();
    let outcome = run("sleeps", "", &timeout(Duration::from_secs(2)));
    assert_eq!(outcome.exit, Exit::Status(0));
    assert!((1_500_000_000..1_500_010_000).contains(&outcome.at_ns), "{}", outcome.at_ns);
    assert!(began.elapsed() < Duration::from_secs(1), "{:?}", began.elapsed());
    let cut_short = run("sleeps", "", &timeout(Duration::from_secs(1)));
    assert_eq!((cut_short.exit, cut_short.at_ns), (Exit::Timeout, 1_000_000_000));
}

#[test]
fn real_time_passes_as_the_simulated_does() {
    let mut options = timeout(Duration::from_millis(60));
    options.real_time = true;
    let began = std::time::Instant::now();
    let outcome = run("waits", "", &options);
    assert_eq!(outcome.at_ns, 60_000_000);
    assert!(began.elapsed() >= Duration::from_millis(60));
}

#[test]
fn the_message_of_a_panic_is_kept_beside_the_trap() {
    let outcome = run("speaks", "", &RunOptions::default());
    assert!(matches!(outcome.exit, Exit::Trap(_)));
    assert_eq!(outcome.said.panics, ["panicked at src/main.rs:7:5: no sensor"]);
    assert_eq!(outcome.said.stdout_text(), "21.5 degC\n");
    assert_eq!(outcome.said.log_text(), "escape \u{1b}[2J and\nline\n", "debug is below the default level");
}

#[test]
fn a_refused_label_is_told_to_the_operator_only() {
    let outcome = run("drives_and_traps", "", &RunOptions::default());
    assert_eq!(outcome.exit, Exit::Status(1));
    assert_eq!(outcome.said.refusals.len(), 1);
    assert_eq!(outcome.trace, "");
}

#[test]
fn a_program_is_run_again_on_another_board() {
    let program = Program::load(&component("drives_and_traps"), EngineOptions::default(), &Trust::default());
    let program = program.expect("a component");
    let run = || run_program(&program, &policy(LED), &RunOptions::default(), |_| ()).expect("it can be run");
    let (first, second) = (run(), run());
    assert_eq!((first.vcd, first.at_ns), (second.vcd, second.at_ns));
}

#[test]
fn random_numbers_come_from_the_seed() {
    let with_seed = |seed| run("random", "", &RunOptions { seed, ..RunOptions::default() }).at_ns;
    assert_eq!(with_seed(1), with_seed(1));
    assert_ne!(with_seed(1), with_seed(2));
}

#[test]
fn bytes_cut_off_anywhere_do_no_harm() {
    let bytes = component("speaks");
    for length in 0..bytes.len() {
        let cut = bytes.get(..length).expect("shorter");
        // The header alone is a component without a `run`, and the names at the end are not needed.
        if let Ok(program) = Program::load(cut, EngineOptions::default(), &Trust::default()) {
            assert!(program.check().is_err() || length > bytes.len() / 2, "{length} of {}", bytes.len());
        }
    }
}

/// POLICY.md: `fuel` counts instructions, and the bytes that are copied and filled.
#[test]
fn fuel_is_spent_by_the_byte_in_copies_and_fills() {
    let exit = |fuel: u32| run("copies", &format!("[limits]\nfuel = {fuel}\n"), &RunOptions::default()).exit;
    assert_eq!(exit(120_100), Exit::Status(0));
    for fuel in [60_100, 119_900] {
        assert!(matches!(exit(fuel), Exit::Limit { breach: Breach::Fuel, .. }), "{fuel} units are enough");
    }
}
