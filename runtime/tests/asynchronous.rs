//! Guests that do several things at once: in virtual time, on buses that are never shared within a transaction, and without
//! leaving anything behind.

mod support;

use std::fs;
use std::sync::{Arc, Mutex, OnceLock};
use std::time::Duration;

use wasm_embedded_host::{Interrupt, Reason};
use wasm_embedded_runtime::board::Board;
use wasm_embedded_runtime::engine::EngineOptions;
use wasm_embedded_runtime::harness::{Outcome, run_program};
use wasm_embedded_runtime::output::Capture;
use wasm_embedded_runtime::policy::Policy;
use wasm_embedded_runtime::program::Program;
use wasm_embedded_runtime::run::{self, Exit, RunOptions};
use wasm_embedded_runtime::trust::Trust;
use wasm_embedded_sim::Drive;

const MS: u64 = 1_000_000;

/// A board that does nothing by itself.
fn policy() -> Policy {
    board("")
}

/// A board whose parts keep no record of what they were told, however long it is.
fn stress_policy() -> Policy {
    board("model = \"lm75\"\naddress = 0x48\ntemperature = 1.0\n")
}

/// A board with one more kind of part on each bus.
fn board(part: &str) -> Policy {
    let mut text = String::from(
        r#"
        [spi.device]
        sim = "spi"
        frequency = 1_000_000

        [uart.SERIAL]
        sim = true
        baud = 9600

        [[part]]
        model = "echo"
        uart = "SERIAL"

        [gpio]
        PIN = { sim = true, direction = "input", bias = "pull-down" }

        [[part]]
        model = "w25q"
        spi = "device"
        "#,
    );
    for bus in ["bus", "second", "third", "fourth"] {
        text += &format!(
            r#"
            [i2c.{bus}]
            sim = "{bus}"
            frequency = 100_000
            allow = [0x2a, 0x48]

            [[part]]
            model = "scripted"
            name = "{bus}-registers"
            i2c = "{bus}"
            address = 0x2a
            registers = [{{ register = 0x00, bytes = [1, 2, 3] }}]
            "#,
        );
        if !part.is_empty() {
            text += &format!("[[part]]\nname = \"{bus}-part\"\ni2c = \"{bus}\"\n{part}");
        }
    }
    Policy::parse("asynchronous.toml", &text).unwrap_or_else(|error| panic!("{error:#?}"))
}

/// Returns the guest, compiled once.
fn program() -> &'static Program {
    static PROGRAM: OnceLock<Program> = OnceLock::new();
    PROGRAM.get_or_init(|| {
        let bytes = fs::read(support::guest("test-guests", "tasks")).expect("the component can be read");
        Program::load(&bytes, EngineOptions::default(), &Trust::default()).expect("it is a component")
    })
}

/// Runs the guest with arguments, on a board that is prepared.
fn run_on(arguments: &[&str], options: RunOptions, prepare: impl FnOnce(&Board)) -> Outcome {
    let args = ["tasks"].iter().chain(arguments).map(|argument| (*argument).to_owned()).collect();
    let policy = if arguments.first() == Some(&"stress") { stress_policy() } else { policy() };
    run_program(program(), &policy, &RunOptions { args, ..options }, prepare).expect("it can be linked")
}

/// Runs the guest to its successful end.
fn run_well(arguments: &[&str]) -> Outcome {
    let outcome = run_on(arguments, RunOptions::default(), |_| ());
    assert_eq!(
        outcome.exit,
        Exit::Status(0),
        "{arguments:?}: {} {:?}",
        outcome.said.stderr_text(),
        outcome.said.panics
    );
    outcome
}

/// The events of the trace that contain a text, each with its time in nanoseconds if the trace begins with one.
fn lines<'a>(outcome: &'a Outcome, text: &str) -> Vec<&'a str> {
    outcome.trace.lines().filter(|line| line.contains(text)).collect()
}

#[test]
fn transactions_on_two_buses_take_the_time_of_one() {
    let outcome = run_well(&["two-buses"]);
    // START, address and 40 bytes of nine bits at 100 kHz, and STOP.
    assert!((3_690_000..3_750_000).contains(&outcome.at_ns), "{} ns", outcome.at_ns);
}

#[test]
fn transactions_on_one_bus_come_in_order_and_never_interleave() {
    let outcome = run_well(&["one-bus"]);
    let mut written = Vec::new();
    let mut open = false;
    for line in outcome.trace.lines() {
        if line.ends_with("bus start") {
            assert!(!open, "a START inside a transaction: {}", outcome.trace);
            open = true;
            written.push(String::new());
        } else if line.ends_with("stop") {
            open = false;
        } else if let Some(last) = written.last_mut() {
            last.push_str(line.rsplit_once("bus").map_or(line, |(_, rest)| rest));
        }
    }
    assert_eq!(written.len(), 6, "{}", outcome.trace);
    assert_eq!(written[..3], written[3..], "each task has its turn: {}", outcome.trace);
    assert_ne!(written[0], written[1]);
}

#[test]
fn a_transaction_that_is_dropped_at_any_time_leaves_its_bus_usable() {
    for (task, after) in [("drop-i2c", "[1, 2, 3"), ("drop-spi", "[ef, 40, 16]")] {
        let (mut dropped, mut ended) = (0, 0);
        for us in (0..=2_500).step_by(50) {
            let outcome = run_well(&[task, &(us * 1_000 + 1).to_string()]);
            let said = outcome.said.stdout_text();
            assert!(said.contains(after), "{task} {us} us: {said}");
            *(if said.starts_with("dropped") { &mut dropped } else { &mut ended }) += 1;
            let (begins, ends) = match task {
                "drop-i2c" => (lines(&outcome, " bus start").len(), lines(&outcome, " stop").len()),
                _ => (lines(&outcome, " select").len(), lines(&outcome, " deselect").len()),
            };
            assert_eq!((begins, ends), (2, 2), "{task} {us} us: {}", outcome.trace);
        }
        assert!(dropped > 2 && ended > 2, "{task}: {dropped} dropped, {ended} ended");
    }
}

/// Each gives its call back, and neither the host nor the guest keeps anything of it.
#[test]
fn waits_that_are_dropped_cost_nothing_and_leave_nothing_on_the_board() {
    let text = "[limits]\ncalls = 2\n[gpio]\nPIN = { sim = true, direction = \"input\", bias = \"pull-down\" }\n\
                [uart.SERIAL]\nsim = true\n";
    let policy = Policy::parse("waits.toml", text).unwrap_or_else(|error| panic!("{error:#?}"));
    let mut board = Board::new(&policy).expect("a board");
    let options =
        RunOptions { args: ["tasks", "drop-waits", "5000"].map(String::from).to_vec(), ..RunOptions::default() };
    let heard = Arc::new(Mutex::new(Capture::default()));
    let ended = run::run(program(), &mut board, &policy, &options, heard.clone()).expect("it can be linked");
    let heard = heard.lock().expect("nobody panicked");
    assert_eq!(ended.exit, Exit::Status(0), "{} {:?}", heard.stderr_text(), heard.refusals);
    assert_eq!(heard.stdout_text(), "0 ended, 0 pages more\n");
    assert_eq!(board.sim().next_ns(), None, "no delay of an hour is left");
}

#[test]
fn a_transaction_that_is_dropped_before_its_turn_never_begins() {
    let outcome = run_well(&["drop-queued"]);
    assert_eq!(lines(&outcome, " bus start").len(), 1, "{}", outcome.trace);
}

#[test]
fn blocking_calls_wait_for_their_turn_on_a_bus_and_let_other_buses_go_on() {
    let outcome = run_well(&["blocking-beside"]);
    let order: Vec<_> = outcome
        .trace
        .lines()
        .filter(|line| line.contains(" start") || line.contains(" stop"))
        .map(|line| line.split_once(' ').map_or(line, |(_, rest)| rest))
        .collect();
    let ours: Vec<_> = order.iter().filter(|line| line.contains("bus")).map(|line| line.rsplit(' ').next()).collect();
    assert_eq!(ours.len(), 4, "{order:?}");
    assert!(ours[0] == ours[2] && ours[1] == ours[3] && ours[0] != ours[1], "{order:?}");
    assert!(order[1].contains("second") && order[2].contains("second"), "{order:?}");
}

#[test]
fn waits_at_a_pin_end_as_embedded_hal_async_says() {
    // The pin rises after 10 ms and falls after 20 ms, and again after 30 and 40 ms.
    let prepare = |board: &Board| {
        let net = board.sim().net("PIN");
        for (at, drive) in [(10, Drive::High), (20, Drive::Low), (30, Drive::High), (40, Drive::Low)] {
            board.sim().schedule(at * MS, move |stage| stage.drive(net, drive));
        }
    };
    // W-01 and W-02, W-04 to W-06, W-07, W-09, W-03 and W-08.
    for (which, ms) in [(0, 10), (1, 0), (2, 10), (3, 20), (4, 10), (5, 20), (6, 30), (7, 25)] {
        let outcome = run_on(&["wait", &which.to_string()], RunOptions::default(), prepare);
        assert_eq!(outcome.exit, Exit::Status(0), "{which}: {}", outcome.said.stderr_text());
        assert!((ms * MS..=ms * MS + 10_000).contains(&outcome.at_ns), "wait {which} ended at {} ns", outcome.at_ns);
        if which == 7 {
            assert!(outcome.said.stdout_text().starts_with("high when seen: false"), "{}", outcome.said.stdout_text());
        }
    }
}

#[test]
fn a_read_of_a_serial_port_that_is_dropped_at_any_time_loses_no_byte() {
    let mut with_drops = 0;
    for us in [1, 100, 500, 1_041, 1_042, 2_000, 3_500, 20_000] {
        let said = run_well(&["serial", &us.to_string()]).said.stdout_text();
        assert!(said.starts_with("whole: true"), "{us} us: {said}");
        with_drops += usize::from(said.ends_with("true\n"));
    }
    assert!((2..8).contains(&with_drops), "some delays end before a byte comes, some do not: {with_drops}");
}

#[test]
fn the_primitives_of_embassy_work() {
    assert_eq!(run_well(&["embassy"]).said.stdout_text(), "[1, 2, 3, 0]\n");
}

#[test]
fn two_runs_are_the_same() {
    let (first, second) = (run_well(&["stress", "640"]), run_well(&["stress", "640"]));
    assert_eq!((first.trace, first.at_ns), (second.trace, second.at_ns));
}

#[test]
fn a_guest_that_waits_for_what_never_comes_is_told_so() {
    let outcome = run_on(&["forever"], RunOptions::default(), |_| ());
    let Exit::Trap(trap) = outcome.exit else { panic!("{:?}", outcome.exit) };
    assert_eq!(trap.reason, "every task of the guest waits, and nothing is left to happen on the board");
}

#[test]
fn a_guest_whose_tasks_wait_for_each_other_is_told_so() {
    let outcome = run_on(&["nobody"], RunOptions::default(), |_| ());
    assert!(matches!(outcome.exit, Exit::Trap(_)), "{:?}", outcome.exit);
    assert!(outcome.said.stderr_text().contains("every task of the guest waits for another one"));
}

#[test]
fn a_timeout_ends_a_guest_that_waits() {
    let options = RunOptions { timeout: Some(Duration::from_millis(5)), ..RunOptions::default() };
    let outcome = run_on(&["forever"], options, |_| ());
    assert_eq!((outcome.exit, outcome.at_ns), (Exit::Timeout, 5 * MS));
}

#[test]
fn a_guest_that_is_killed_leaves_no_transaction_half_done_and_begins_no_queued_one() {
    let mut running = 0;
    // Three tasks with two writes each, and a device that is selected twice.
    for (arguments, begin, end, all) in
        [(&["one-bus"][..], " bus start", " stop", 6), (&["drop-spi", "9999999"], " select", " deselect", 2)]
    {
        for us in (1..1000).step_by(17) {
            let stop = Interrupt::default();
            let options = RunOptions { stop: Some(stop.clone()), ..RunOptions::default() };
            let outcome = run_on(arguments, options, |board| {
                board.sim().schedule(us * 1000, move |_| stop.request(Reason::Killed));
            });
            let (begins, ends) = (lines(&outcome, begin).len(), lines(&outcome, end).len());
            assert_eq!(begins, ends, "{arguments:?} killed at {us} us: {}", outcome.trace);
            running += usize::from(outcome.exit == Exit::Stopped && (1..all).contains(&begins));
        }
    }
    assert!(running > 20, "{running} were killed while they ran");
}

#[test]
fn calls_past_the_limit_are_refused_and_the_others_go_on() {
    let outcome = run_well(&["calls"]);
    // 64 handles, so 64 calls at most; the rest could not open the bus.
    assert_eq!(outcome.said.stdout_text(), "0 refused: None\n");
    let text = "[limits]\ncalls = 10\n[i2c.bus]\nsim = \"bus\"\nallow = [0x2a]\n[[part]]\nmodel = \"scripted\"\ni2c = \"bus\"\n\
                address = 0x2a\nregisters = [{ register = 0x00, bytes = [1] }]\n";
    let policy = Policy::parse("calls.toml", text).unwrap_or_else(|error| panic!("{error:#?}"));
    let options = RunOptions { args: vec!["tasks".into(), "calls".into()], ..RunOptions::default() };
    let outcome = run_program(program(), &policy, &options, |_| ()).expect("it can be linked");
    assert_eq!(outcome.said.stdout_text(), "190 refused: Some(Busy)\n", "{:?}", outcome.exit);
    assert!(outcome.said.refusals[0].contains("`calls` in [limits]"), "{:?}", outcome.said.refusals);
}

#[test]
fn many_tasks_lose_no_wake_up_and_no_memory() {
    let resident = || {
        let pages = fs::read_to_string("/proc/self/statm").expect("Linux tells");
        pages.split(' ').nth(1).and_then(|pages| pages.parse::<u64>().ok()).expect("a number")
    };
    let stress = |transactions: &str| {
        let policy = stress_policy();
        let mut board = Board::new(&policy).expect("a board");
        let args = ["tasks", "stress", transactions].map(String::from).to_vec();
        let heard = Arc::new(Mutex::new(Capture::default()));
        let options = RunOptions { args, ..RunOptions::default() };
        let ended = run::run(program(), &mut board, &policy, &options, heard.clone());
        let exit = ended.expect("it can be linked").exit;
        let heard = heard.lock().expect("nobody panicked");
        assert_eq!(exit, Exit::Status(0), "{}", heard.stderr_text());
        heard.stdout_text()
    };
    assert_eq!(stress("3200"), "3200 transactions, 0 pages more\n");
    // More of them if somebody has the time: see CONTRIBUTING.md.
    let transactions = std::env::var("STRESS_TRANSACTIONS").unwrap_or_else(|_| "100000".to_owned());
    let before = resident();
    assert_eq!(stress(&transactions), format!("{transactions} transactions, 0 pages more\n"));
    let after = resident();
    // 4 MiB in pages of 4 KiB; a byte lost with each transaction and task would be more.
    println!("{before} pages, then {after}");
    assert!(after < before + 1024, "{before} pages, then {after}");
}

#[test]
fn a_blocking_guest_has_nothing_of_the_asynchronous_ones() {
    for (package, name) in [("examples", "blinky_nostd"), ("examples", "button"), ("test-guests", "contract")] {
        let bytes = fs::read(support::guest(package, name)).expect("the component can be read");
        let program = Program::load(&bytes, EngineOptions::default(), &Trust::default()).expect("it is a component");
        let names = program.imports().into_iter().map(|import| import.name).chain(program.exports());
        let strange: Vec<_> = names.filter(|name| name.contains("async") || name.contains("hal/entry")).collect();
        assert_eq!(strange, Vec::<String>::new(), "{name}");
    }
}
