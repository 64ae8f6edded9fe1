//! Guests that fail or do what they may not: the host stands, says what happened, and leaves the outputs safe.

mod support;

use std::fs;
use std::time::Duration;

use embedded_hal::i2c::Operation;
use wasm_embedded_host::{Access, Completion, I2cGrant, i2c};
use wasm_embedded_runtime::board::Board;
use wasm_embedded_runtime::engine::EngineOptions;
use wasm_embedded_runtime::harness::{Outcome, run_on, run_program};
use wasm_embedded_runtime::policy::Policy;
use wasm_embedded_runtime::program::Program;
use wasm_embedded_runtime::run::{Breach, Exit, RunOptions};
use wasm_embedded_runtime::trust::Trust;

const POLICY: &str = r#"
[i2c.bus]
sim = "i2c"
allow = [0x2a]

[spi.device]
sim = "spi"

[pwm.FAN]
sim = true
on-exit-percent = 10

[uart.serial]
sim = true

[uart.gps]
sim = true
access = "read-only"

[adc.POT]
sim = true

[gpio]
MOTOR = { sim = true, direction = "output", initial = "low", on-exit = "low" }

[[part]]
model = "scripted"
i2c = "i2c"
address = 0x2a
registers = [{ register = 0x00, bytes = [1] }]

[[part]]
model = "scripted"
name = "forbidden"
i2c = "i2c"
address = 0x50
registers = [{ register = 0x00, bytes = [1] }]
"#;

/// Has a guest do one kind of mischief.
fn misbehave(what: &str, options: RunOptions) -> Outcome {
    misbehave_with("", what, options)
}

/// Has a guest do one kind of mischief, with something more in its policy.
fn misbehave_with(more: &str, what: &str, options: RunOptions) -> Outcome {
    let policy =
        Policy::parse("mischief.toml", &format!("{POLICY}{more}")).unwrap_or_else(|error| panic!("{error:#?}"));
    let bytes = fs::read(support::guest("test-guests", "misbehave")).expect("the component can be read");
    let program = Program::load(&bytes, EngineOptions::of(&policy), &Trust::default()).expect("it is a component");
    let args = ["misbehave", what].map(String::from).to_vec();
    run_program(&program, &policy, &RunOptions { args, ..options }, |_| ()).expect("it can be linked")
}

/// The levels that the motor's net took, in order.
fn motor(outcome: &Outcome) -> Vec<&str> {
    outcome.trace.lines().filter_map(|line| line.split_once(" MOTOR ")).map(|(_, level)| level).collect()
}

/// What was on the wires, but for the fan, which gets its exit duty whatever the guest did.
fn wires(outcome: &Outcome) -> Vec<&str> {
    outcome.trace.lines().filter(|line| !line.contains(" FAN ")).collect()
}

#[test]
fn a_trap_leaves_the_outputs_at_their_exit_levels() {
    let outcome = misbehave("trap", RunOptions::default());
    let Exit::Trap(_) = outcome.exit else { panic!("{:?}", outcome.exit) };
    assert_eq!(motor(&outcome), ["high", "low"], "{}", outcome.trace);
}

#[test]
fn a_panic_shows_its_message_with_file_and_line_and_leaves_the_outputs_safe() {
    let outcome = misbehave("panic", RunOptions::default());
    let Exit::Trap(_) = outcome.exit else { panic!("{:?}", outcome.exit) };
    let said = outcome.said.stderr_text();
    assert!(said.contains("misbehave.rs:") && said.contains("the motor is on"), "{said}");
    assert_eq!(motor(&outcome), ["high", "low"], "{}", outcome.trace);
}

#[test]
fn the_exit_status_is_the_guests_own() {
    // WASI 0.2 knows success and failure only: std's `exit(3)` is a 1.
    assert_eq!(misbehave("exit", RunOptions::default()).exit, Exit::Status(1));
    assert_eq!(misbehave("error", RunOptions::default()).exit, Exit::Status(1));
}

#[test]
fn a_timeout_in_simulated_time_ends_waiting_polling_and_sleeping_guests() {
    for what in ["wait-forever", "poll-forever", "read-forever", "clock-forever", "sleep"] {
        let timeout = Some(Duration::from_millis(500));
        let outcome = misbehave(what, RunOptions { timeout, ..RunOptions::default() });
        assert_eq!(outcome.exit, Exit::Timeout, "{what}");
        assert!((500_000_000..510_000_000).contains(&outcome.at_ns), "{what} ended at {} ns", outcome.at_ns);
    }
    let timeout = Some(Duration::from_millis(500));
    let outcome = misbehave("wait-forever", RunOptions { timeout, ..RunOptions::default() });
    assert_eq!(motor(&outcome), ["high", "low"], "{}", outcome.trace);
}

#[test]
fn a_guest_that_only_computes_is_stopped_too() {
    let outcome = misbehave_with("[limits]\ncomputing-ms = 200", "spin", RunOptions::default());
    assert!(matches!(outcome.exit, Exit::Limit { breach: Breach::Computing, .. }), "{:?}", outcome.exit);
}

#[test]
fn a_label_that_is_not_in_the_policy_cannot_be_opened() {
    let outcome = misbehave("unknown-label", RunOptions::default());
    assert_eq!(outcome.exit, Exit::Status(1));
    assert!(outcome.said.stderr_text().contains("cannot open \"bu\""), "{}", outcome.said.stderr_text());
    let refusals = outcome.said.refusals.join("\n");
    assert!(refusals.contains("\"bu\""), "the operator is told which: {refusals}");
}

#[test]
fn a_label_of_another_kind_cannot_be_opened() {
    let outcome = misbehave("wrong-kind", RunOptions::default());
    assert_eq!(outcome.exit, Exit::Status(1));
    assert!(outcome.said.stderr_text().contains("another kind of hardware"), "{}", outcome.said.stderr_text());
}

#[test]
fn a_pin_is_held_once_and_can_be_opened_again_when_it_is_free() {
    let outcome = misbehave("twice", RunOptions::default());
    assert_eq!(outcome.exit, Exit::Status(0), "{}", outcome.said.stderr_text());
    assert_eq!(outcome.said.stdout_text(), "cannot open \"MOTOR\": the label is already held\nagain\n");
}

#[test]
fn an_address_that_is_not_granted_sees_no_traffic() {
    let outcome = misbehave("not-granted", RunOptions::default());
    assert_eq!(outcome.exit, Exit::Status(0), "{}", outcome.said.stderr_text());
    let printed = outcome.said.stdout_text();
    assert_eq!(printed.lines().count(), 16);
    assert!(printed.lines().all(|line| line.ends_with("Err(Denied)")), "{printed}");
    assert_eq!(wires(&outcome), [""; 0], "nothing goes out on the wires");
    assert!(outcome.said.refusals.iter().any(|refusal| refusal.contains("0x50") && refusal.contains("[i2c.bus]")));
}

#[test]
fn handles_are_counted_and_come_back() {
    let outcome = misbehave("handles", RunOptions::default());
    assert_eq!(outcome.exit, Exit::Status(0), "{}", outcome.said.stderr_text());
    let printed = outcome.said.stdout_text();
    assert!(printed.starts_with("64 handles, then: cannot open \"bus\"") && printed.ends_with("again\n"), "{printed}");
}

#[test]
fn lengths_past_the_limit_are_refused_before_anything_is_allocated() {
    let outcome = misbehave("huge", RunOptions::default());
    assert_eq!(outcome.exit, Exit::Status(0), "{}", outcome.said.stderr_text());
    let printed = outcome.said.stdout_text();
    // The numbers of `too-long` in the two enums.
    let (i2c, spi) = ("failed 1, error 8", "failed 1, error 6");
    assert_eq!(printed.lines().filter(|line| line.ends_with(i2c) && !line.starts_with("spi")).count(), 6, "{printed}");
    assert_eq!(printed.lines().filter(|line| line.ends_with(spi) && line.starts_with("spi")).count(), 3, "{printed}");
    assert_eq!(wires(&outcome), [""; 0], "nothing goes out on the wires");
    let refusals = outcome.said.refusals.join("\n");
    assert!(refusals.contains("transaction-bytes") && refusals.contains("operations"), "{refusals}");
}

#[test]
fn a_duty_past_the_greatest_changes_nothing_and_the_output_is_left_at_its_exit_duty() {
    let outcome = misbehave("duty", RunOptions::default());
    assert_eq!(outcome.exit, Exit::Status(0), "{}", outcome.said.stderr_text());
    assert_eq!(outcome.said.stdout_text(), "Err(OutOfRange) Err(OutOfRange)\n");
    let duties: Vec<_> =
        outcome.trace.lines().filter_map(|line| line.split_once(" pwm ")).map(|(_, pwm)| pwm).collect();
    assert_eq!(duties, ["high for 600000 ns of 1000000 ns", "high for 100000 ns of 1000000 ns"]);
}

#[test]
fn a_port_that_is_granted_for_listening_sends_nothing() {
    let outcome = misbehave("listen-only", RunOptions::default());
    assert_eq!(outcome.said.stdout_text(), "Err(Denied)\n");
    assert_eq!(wires(&outcome), [""; 0], "nothing goes out on the wires");
    assert_eq!(outcome.said.refusals, ["uart \"gps\": the port is read-only (`access` in [uart.gps])"]);
}

#[test]
fn outputs_ports_and_inputs_are_held_once() {
    let outcome = misbehave("once", RunOptions::default());
    let printed = outcome.said.stdout_text();
    assert_eq!(printed.lines().filter(|line| line.ends_with("the label is already held)")).count(), 3, "{printed}");
    assert!(printed.ends_with("another kind of hardware)\n"), "{printed}");
}

#[test]
fn serial_lengths_past_the_limit_are_refused_and_a_broken_handle_is_a_trap() {
    let outcome = misbehave("huge-uart", RunOptions::default());
    let Exit::Trap(_) = outcome.exit else { panic!("{:?}", outcome.exit) };
    assert_eq!(outcome.said.stdout_text(), "failed 1, error 23\n".repeat(3));
    assert_eq!(wires(&outcome), [""; 0], "nothing goes out on the wires");
}

/// The panic is in the middle of a call, with the board's bus in the host's hands.
#[test]
fn a_panic_on_a_bus_ends_its_guest_and_leaves_the_outputs_safe() {
    let fault = "[[fault]]\nfault = \"panic\"\ndevice = \"scripted\"\nafter = 1\n";
    let outcome = misbehave_with(fault, "poll-with-motor", RunOptions::default());
    let Exit::HostPanicked(message) = &outcome.exit else { panic!("{:?}", outcome.exit) };
    assert!(message.contains("makes a simulated part panic"), "{message}");
    assert_eq!(motor(&outcome).last(), Some(&"low"), "{}", outcome.trace);
    assert!(outcome.trace.contains("fault panic"), "{}", outcome.trace);
}

#[test]
fn a_part_that_panics_ends_its_guest_only() {
    let component = fs::read(support::guest("test-guests", "misbehave")).expect("a component");
    let policy = Policy::parse("board.toml", POLICY).expect("a valid policy");
    let program = Program::load(&component, EngineOptions::of(&policy), &Trust::default()).expect("a component");
    let args = vec!["misbehave".to_owned(), "wait-forever".to_owned()];
    let options = RunOptions { args, ..RunOptions::default() };
    let panics = |board: &wasm_embedded_runtime::board::Board| {
        board.sim().schedule(1_000_000, |_| panic!("a part is broken"));
    };
    let outcome = run_program(&program, &policy, &options, panics).expect("it runs");
    assert_eq!(outcome.exit, Exit::HostPanicked("a part is broken".to_owned()));
    assert_eq!(motor(&outcome).last(), Some(&"low"), "{}", outcome.trace);

    let timeout = Some(Duration::from_millis(10));
    let outcome = run_program(&program, &policy, &RunOptions { timeout, ..options }, |_| ()).expect("it runs");
    assert_eq!(outcome.exit, Exit::Timeout, "the next guest is not concerned");
}

/// A bus whose driver panics, beside the guest or in its call.
struct Broken;

impl i2c::Bus for Broken {
    fn transaction(&mut self, _address: i2c::Address, _operations: &mut [Operation<'_>]) -> Result<(), i2c::Error> {
        panic!("a driver is broken")
    }

    fn start(&mut self, _transaction: i2c::Transaction) -> Completion<i2c::Outcome> {
        Completion::pending(async { panic!("a driver is broken") })
    }
}

#[test]
fn a_bus_that_panics_ends_blocking_and_asynchronous_guests_with_the_host_s_status_and_safe_outputs() {
    let text = "[gpio]\nLED = { sim = true, direction = \"output\", on-exit = \"high\" }\n\
        BUTTON = { sim = true, direction = \"input\", bias = \"pull-down\" }\n";
    let policy = Policy::parse("board.toml", text).expect("a valid policy");
    for name in ["thermometer", "logger_async"] {
        let component = fs::read(support::guest("examples", name)).expect("a component");
        let program = Program::load(&component, EngineOptions::of(&policy), &Trust::default()).expect("a component");
        let mut board = Board::new(&policy).expect("a board");
        let grant = I2cGrant::none().allow_range(0x08..=0x77, Access::ReadWrite);
        board.hal().i2c("thermometer", Broken, grant);
        let outcome = run_on(&program, board, &policy, &RunOptions::default()).expect("it runs");
        assert_eq!(outcome.exit, Exit::HostPanicked("a driver is broken".to_owned()), "{name}");
        assert!(outcome.trace.trim_end().ends_with("LED high"), "{name}: {}", outcome.trace);
    }
}
