//! Published crates that ask for a critical section or a time driver, and `block_on` in a plain `main`.

mod support;

use std::fs;
use std::time::Duration;

use wasm_embedded_runtime::board::Board;
use wasm_embedded_runtime::engine::EngineOptions;
use wasm_embedded_runtime::harness::{Outcome, run_program};
use wasm_embedded_runtime::policy::Policy;
use wasm_embedded_runtime::program::Program;
use wasm_embedded_runtime::run::{Exit, RunOptions};
use wasm_embedded_runtime::trust::Trust;
use wasm_embedded_sim::Drive;

const BOARD: &str = r#"
[i2c.bus]
sim = "bus"
allow = [0x48, 0x49]

[gpio]
PIN = { sim = true, direction = "input", bias = "pull-down" }
LED = { sim = true, direction = "output" }

[[part]]
model = "lm75"
i2c = "bus"
address = 0x48
temperature = 21.5
"#;

/// Runs a guest of `test-guests` with one argument. The pin rises after 10 ms.
fn run(name: &str, argument: &str) -> Outcome {
    let component = match name {
        "plain" => support::guest("test-guests", name),
        _ => support::guest_with("test-guests", name, "published"),
    };
    let bytes = fs::read(component).expect("the component can be read");
    let program = Program::load(&bytes, EngineOptions::default(), &Trust::default()).expect("it is a component");
    let policy = Policy::parse("published.toml", BOARD).unwrap_or_else(|error| panic!("{error:#?}"));
    // Of simulated time, for a guest that is never woken.
    let timeout = Some(Duration::from_secs(60));
    let options = RunOptions { args: vec![name.to_owned(), argument.to_owned()], timeout, ..RunOptions::default() };
    let prepare = |board: &Board| {
        let net = board.sim().net("PIN");
        board.sim().schedule(10_000_000, move |stage| stage.drive(net, Drive::High));
    };
    run_program(&program, &policy, &options, prepare).expect("it can be linked")
}

/// Runs a guest to its successful end, and returns what it printed.
fn said(name: &str, argument: &str) -> String {
    let outcome = run(name, argument);
    let (errors, panics) = (outcome.said.stderr_text(), &outcome.said.panics);
    assert_eq!(outcome.exit, Exit::Status(0), "{name} {argument}: {errors} {panics:?}");
    outcome.said.stdout_text().to_string()
}

/// Returns the microseconds that a guest over embassy-time printed last.
fn microseconds(text: &str) -> u64 {
    let last = text.lines().last().and_then(|line| line.strip_suffix(" us")).expect("it printed its time");
    last.parse().expect("a number")
}

#[test]
fn crates_that_ask_for_a_critical_section_have_one_without_std() {
    let text = said("sections", "");
    // Nobody is at the second address.
    assert_eq!(text, "1 counted, 21.5 last, nested: true\n");
}

#[test]
fn the_timers_of_embassy_time_end_on_the_hosts_clock() {
    for (task, us) in [("timer", 250_000), ("ticker", 2_000), ("tasks", 40_000), ("many", 19_000)] {
        let text = said("embassy", task);
        assert!((us..us + 100).contains(&microseconds(&text)), "{task}: {text}");
        if task == "tasks" {
            assert!(text.starts_with("in order: true\n"), "{text}");
        }
    }
}

#[test]
fn a_timeout_of_embassy_time_ends_a_wait_and_an_earlier_end_ends_the_timeout() {
    let text = said("embassy", "timeout");
    assert!(text.starts_with("first: true after 10 ms\nsecond: false after 50 ms\n"), "{text}");
    assert!((50_000..50_100).contains(&microseconds(&text)), "{text}");
}

#[test]
fn more_tasks_than_the_hal_has_room_for_are_told_so() {
    let outcome = run("embassy", "crowd");
    let text = format!("{} {:?}", outcome.said.stderr_text(), outcome.said.panics);
    assert_ne!(outcome.exit, Exit::Status(0));
    assert!(text.contains("more than 64 tasks wait for embassy-time at once"), "{text}");
}

#[test]
fn what_never_waits_for_the_host_runs_under_a_plain_main() {
    assert_eq!(said("plain", ""), "sum 55\n");
    let outcome = run("plain", "nobody");
    assert_ne!(outcome.exit, Exit::Status(0));
    let text = outcome.said.stderr_text().to_string();
    assert!(text.contains("every task of the guest waits for another one"), "{text}");
}
