//! Several guests on one board at once: what each of them does is what it does alone, and who holds what is told.

mod support;

use std::fs;
use std::thread;
use std::time::{Duration, Instant};

use wasm_embedded_host::{Interrupt, Reason};
use wasm_embedded_runtime::board::Board;
use wasm_embedded_runtime::engine::EngineOptions;
use wasm_embedded_runtime::harness::{JointOutcome, run_program, run_programs};
use wasm_embedded_runtime::policy::Policy;
use wasm_embedded_runtime::program::Program;
use wasm_embedded_runtime::run::{Breach, Exit, RunOptions};
use wasm_embedded_runtime::trust::Trust;

const MS: u64 = 1_000_000;

fn load(bytes: &[u8]) -> Program {
    Program::load(bytes, EngineOptions::default(), &Trust::default()).expect("it is a component")
}

fn example(name: &str) -> Program {
    load(&fs::read(support::guest("examples", name)).expect("the component can be read"))
}

fn small(name: &str) -> Program {
    let path = format!("{}/../test-host/guests/wat/{name}.wat", env!("CARGO_MANIFEST_DIR"));
    load(&wat::parse_file(path).unwrap_or_else(|error| panic!("{error}")))
}

fn board() -> Policy {
    Policy::load(&support::workspace().join("examples/board.toml")).expect("the policy is valid")
}

/// Runs guests on the board of the examples.
fn together(guests: &[(&str, &Program)]) -> JointOutcome {
    run_programs(guests, &board(), &RunOptions::default(), |_| ()).expect("they can be linked")
}

fn exits(outcome: &JointOutcome) -> Vec<Exit> {
    outcome.ended.iter().map(|ended| ended.exit.clone()).collect()
}

/// Returns the transactions of a bus, without their times and without what was read: a part answers in the state that the last
/// guest left it in, such as the LM75 with the register that was read last. Fails if something else begins before one has ended.
fn transactions(trace: &str) -> Vec<String> {
    let (mut all, mut current) = (Vec::new(), None::<String>);
    for line in trace.lines().filter_map(|line| line.split_once(" board ")).map(|(_, event)| event) {
        if line == "start" {
            assert_eq!(current, None, "a transaction begins in another one");
            current = Some(String::new());
        }
        let transaction = current.as_mut().unwrap_or_else(|| panic!("{line} outside of a transaction"));
        transaction.push_str(if line.starts_with("< ") { "<" } else { line });
        transaction.push('\n');
        if line == "stop" {
            all.extend(current.take());
        }
    }
    assert_eq!(current, None, "a transaction has no end");
    all
}

/// Returns the changes of the LED, with their times.
fn led(trace: &str) -> Vec<&str> {
    trace.lines().filter(|line| line.contains(" LED ")).collect()
}

#[test]
fn guests_on_one_bus_do_what_they_do_alone_with_no_transaction_in_another() {
    let names = ["i2cdetect", "blinky", "thermometer"];
    let programs = names.map(example);
    let guests: Vec<(&str, &Program)> = names.into_iter().zip(&programs).collect();
    let outcome = together(&guests);
    assert_eq!(exits(&outcome), [Exit::Status(0), Exit::Status(0), Exit::Status(0)]);

    let mut alone = Vec::new();
    for ((name, program), said) in guests.iter().zip(&outcome.said) {
        let expected = support::workspace().join(format!("examples/expected/{name}.txt"));
        assert_eq!(said.stdout_text(), fs::read_to_string(expected).expect("what it prints is stored"), "{name}");
        let on_its_own = run_program(program, &board(), &RunOptions::default(), |_| ()).expect("it can be linked");
        alone.extend(transactions(&on_its_own.trace));
    }
    let mut seen = transactions(&outcome.trace);
    // The thermometer reads three registers between the reads of i2cdetect, and does not wait for their end.
    let last = seen.iter().rposition(|transaction| transaction.contains("repeated start")).expect("a register is read");
    assert!(last < seen.len() / 2, "the last register is transaction {last} of {}", seen.len());
    assert_eq!(seen.len(), alone.len());
    seen.sort();
    alone.sort();
    assert_eq!(seen, alone);
}

#[test]
fn two_runs_of_the_same_guests_are_the_same() {
    let names = ["logger_async", "blinky", "i2cdetect", "clock", "uart_echo"];
    let programs = names.map(example);
    let guests: Vec<(&str, &Program)> = names.into_iter().zip(&programs).collect();
    let (first, second) = (together(&guests), together(&guests));
    assert_eq!(first.trace, second.trace);
    assert_eq!(first.vcd, second.vcd);
    assert_eq!(first.order, second.order);
    for (one, other) in first.said.iter().zip(&second.said) {
        assert_eq!(one.stdout_text(), other.stdout_text());
    }
    assert_eq!(exits(&first), vec![Exit::Status(0); names.len()]);
}

#[test]
fn asynchronous_guests_and_blocking_ones_have_their_times_as_alone() {
    let names = ["button_async", "thermometer", "logger_async"];
    let programs = names.map(example);
    // The two that wait for the button cannot both hold it.
    for pair in [[0, 1], [2, 1]] {
        let guests = pair.map(|number: usize| (names[number], &programs[number]));
        let outcome = together(&guests);
        for ((name, _), said) in guests.iter().zip(&outcome.said) {
            let expected = support::workspace().join(format!("examples/expected/{name}.txt"));
            assert_eq!(said.stdout_text(), fs::read_to_string(expected).expect("what it prints is stored"), "{name}");
        }
    }
}

#[test]
fn a_guest_that_waits_goes_on_when_its_wait_is_over() {
    // Blinky changes its LED every 500 ms, and another guest's wait of an hour is none of its business.
    let programs = [small("waits"), example("blinky")];
    let options = RunOptions { timeout: Some(Duration::from_secs(10)), ..RunOptions::default() };
    let guests = [("waits", &programs[0]), ("blinky", &programs[1])];
    let outcome = run_programs(&guests, &board(), &options, |_| ()).expect("they can be linked");
    assert_eq!(exits(&outcome), [Exit::Timeout, Exit::Status(0)]);
    assert_eq!(outcome.order, [1, 0]);
    assert_eq!(outcome.ended[0].at_ns, 10_000 * MS);
    assert_eq!(outcome.ended[1].at_ns / MS, 5_000);
    let alone = run_program(&programs[1], &board(), &options, |_| ()).expect("it can be linked");
    assert_eq!(led(&outcome.trace), led(&alone.trace));
}

#[test]
fn what_a_guest_holds_is_refused_to_others_with_its_name() {
    let blinky = example("blinky");
    let outcome = together(&[("first.wasm", &blinky), ("second.wasm", &blinky)]);
    assert_eq!(exits(&outcome), [Exit::Status(0), Exit::Status(1)]);
    assert_eq!(outcome.said[1].refusals, ["the guest asked for \"LED\", which first.wasm holds"]);
    assert!(outcome.said[0].refusals.is_empty());
    assert_eq!(outcome.order, [1, 0]);
    assert_eq!(outcome.said[1].stdout_text(), "");
}

#[test]
fn a_guest_that_traps_leaves_its_outputs_at_once_and_the_others_go_on() {
    let programs = [example("thermometer"), small("drives_and_traps"), small("sleeps")];
    let outcome = together(&[("thermometer", &programs[0]), ("traps", &programs[1]), ("sleeps", &programs[2])]);
    assert_eq!(outcome.ended[0].exit, Exit::Status(0));
    assert!(matches!(outcome.ended[1].exit, Exit::Trap(_)), "{:?}", outcome.ended[1]);
    assert_eq!(outcome.ended[2].exit, Exit::Status(0));
    assert!(outcome.ended[2].at_ns > 1_500 * MS);
    let led = led(&outcome.trace);
    let [high, low] = led.as_slice() else { panic!("{led:?}") };
    assert!(high.ends_with("LED high") && low.ends_with("LED low") && low.starts_with("0.00"), "{led:?}");
}

#[test]
fn an_output_is_another_guest_s_when_its_holder_has_ended() {
    let programs = [small("drives_and_traps"), small("waits_and_drives")];
    let outcome = together(&[("traps", &programs[0]), ("drives", &programs[1])]);
    assert!(matches!(outcome.ended[0].exit, Exit::Trap(_)));
    assert_eq!(outcome.ended[1].exit, Exit::Status(0), "{:?}", outcome.said[1].refusals);
    let changes: Vec<&str> = led(&outcome.trace).iter().filter_map(|line| Some(line.split_once('.')?.0)).collect();
    assert_eq!(changes, ["0", "0", "1", "1"], "{}", outcome.trace);
}

/// Returns the board of the examples with these limits.
fn limited(limits: &str) -> Policy {
    let text = fs::read_to_string(support::workspace().join("examples/board.toml")).expect("the policy can be read");
    Policy::parse("board.toml", &format!("{text}\n[limits]\n{limits}\n")).expect("a valid policy")
}

/// Returns the limit that ended the first guest, where the others ended well.
fn breach(outcome: &JointOutcome) -> Breach {
    let (first, others) = outcome.ended.split_first().expect("a guest");
    assert!(others.iter().all(|ended| ended.exit == Exit::Status(0)), "{:?}", outcome.ended);
    let Exit::Limit { breach, .. } = first.exit else { panic!("{:?}", first.exit) };
    breach
}

#[test]
fn a_guest_that_only_computes_is_stopped_and_those_that_wait_for_it_are_not() {
    let programs = [small("spins"), small("sleeps"), example("blinky")];
    let guests = [("spins", &programs[0]), ("sleeps", &programs[1]), ("blinky", &programs[2])];
    for (limit, expected) in [("computing-ms", Breach::Computing), ("processor-time-ms", Breach::ProcessorTime)] {
        let policy = limited(&format!("{limit} = 1500"));
        let outcome = run_programs(&guests, &policy, &RunOptions::default(), |_| ()).expect("they can be linked");
        assert_eq!(breach(&outcome), expected);
    }
}

#[test]
fn limits_of_size_are_those_of_each_guest() {
    let programs = [example("blinky"), small("sleeps"), small("ok")];
    let guests = [("blinky", &programs[0]), ("sleeps", &programs[1]), ("ok", &programs[2])];
    let policy = limited("memory-bytes = 65536");
    let outcome = run_programs(&guests, &policy, &RunOptions::default(), |_| ()).expect("they can be linked");
    assert!(matches!(breach(&outcome), Breach::Memory { allowed: 65_536, .. }), "{:?}", outcome.ended);
    // Three guests with what two of them would not have together.
    let programs = [example("blinky"), example("thermometer"), example("clock")];
    let guests = [("blinky", &programs[0]), ("thermometer", &programs[1]), ("clock", &programs[2])];
    let policy = limited("memory-bytes = 1500000");
    let outcome = run_programs(&guests, &policy, &RunOptions::default(), |_| ()).expect("they can be linked");
    assert_eq!(exits(&outcome), [Exit::Status(0), Exit::Status(0), Exit::Status(0)]);
}

#[test]
fn a_part_that_panics_ends_the_guest_that_used_it_and_the_others_go_on() {
    let programs = [small("sleeps"), example("blinky")];
    let guests = [("sleeps", &programs[0]), ("blinky", &programs[1])];
    let panics = |board: &Board| {
        board.sim().schedule(1_200 * MS, |_| panic!("a part is broken"));
    };
    let outcome = run_programs(&guests, &board(), &RunOptions::default(), panics).expect("they can be linked");
    let mut exits = exits(&outcome);
    exits.sort_by_key(|exit| matches!(exit, Exit::HostPanicked(_)));
    assert_eq!(exits, [Exit::Status(0), Exit::HostPanicked("a part is broken".to_owned())]);
    assert!(led(&outcome.trace).last().is_some_and(|line| line.ends_with("low")), "{}", outcome.trace);
}

#[test]
fn what_stops_the_program_stops_every_guest_also_one_that_computes() {
    let programs = [small("spins"), small("waits"), example("button_async")];
    let guests = [("spins", &programs[0]), ("waits", &programs[1]), ("button", &programs[2])];
    let stop = Interrupt::default();
    let request = stop.clone();
    let stopper = thread::spawn(move || {
        thread::sleep(Duration::from_millis(200));
        request.request(Reason::Killed);
        Instant::now()
    });
    let options = RunOptions { stop: Some(stop), ..RunOptions::default() };
    let outcome = run_programs(&guests, &board(), &options, |_| ()).expect("they can be linked");
    let took = stopper.join().expect("it only sleeps").elapsed();
    assert_eq!(exits(&outcome), vec![Exit::Stopped; 3]);
    assert!(took < Duration::from_secs(2), "{took:?}");
}

/// Returns the board of the examples with an analogue input of this machine, whose files are in `folder`: all lives in the machine's
/// time then, and guests are not told when to run.
#[cfg(target_os = "linux")]
fn board_with_hardware(folder: &std::path::Path) -> Policy {
    for (file, text) in [("name", "adc"), ("in_voltage0_raw", "1000"), ("in_voltage0_scale", "0.5")] {
        fs::write(folder.join(file), format!("{text}\n")).expect("a file");
    }
    let text = fs::read_to_string(support::workspace().join("examples/board.toml")).expect("the policy can be read");
    let (text, _) = text.split_once("[[part]]\nmodel = \"voltage\"").expect("a voltage at the input");
    let (before, input) = text.split_once("[adc.POT]").expect("an analogue input");
    let (_, after) = input.split_once("[gpio]").expect("pins follow");
    let input = format!("path = \"{}\"\nchannel = 0\nresolution-bits = 12", folder.display());
    let text = format!("{before}[adc.POT]\n{input}\n\n[gpio]{after}");
    let policy = Policy::parse("board.toml", &text).expect("a valid policy");
    assert!(policy.has_hardware());
    policy
}

#[test]
#[cfg(target_os = "linux")]
fn in_the_machine_s_time_guests_run_beside_each_other_and_transactions_stay_whole() {
    let folder = tempfile::tempdir().expect("a folder");
    let programs = ["i2cdetect", "thermometer"].map(example);
    let [detects, measures] = &programs;
    let names = ["detects", "measures", "detects too", "measures too"];
    let guests: Vec<_> = names.into_iter().zip([detects, measures, detects, measures]).collect();
    let outcome = run_programs(&guests, &board_with_hardware(folder.path()), &RunOptions::default(), |_| ());
    let outcome = outcome.expect("they can be linked");
    assert_eq!(exits(&outcome), vec![Exit::Status(0); 4]);
    for (number, name) in ["i2cdetect", "thermometer", "i2cdetect", "thermometer"].into_iter().enumerate() {
        let expected = support::workspace().join(format!("examples/expected/{name}.txt"));
        let said = outcome.said[number].stdout_text();
        assert_eq!(said, fs::read_to_string(expected).expect("what it prints is stored"), "{name}");
    }
    assert_eq!(transactions(&outcome.trace).len(), 2 * (112 + 3));
}

#[test]
#[cfg(target_os = "linux")]
fn in_the_machine_s_time_a_guest_is_not_held_up_and_a_held_label_is_refused() {
    let folder = tempfile::tempdir().expect("a folder");
    let (computes, holds, wants) = (small("spins"), small("waits_and_drives"), small("waits_and_drives"));
    let guests = [("computes", &computes), ("one", &holds), ("other", &wants)];
    let options = RunOptions { timeout: Some(Duration::from_secs(3)), ..RunOptions::default() };
    let outcome = run_programs(&guests, &board_with_hardware(folder.path()), &options, |_| ());
    let outcome = outcome.expect("they can be linked");
    assert_eq!(outcome.ended[0].exit, Exit::Timeout);
    assert_eq!(outcome.order.last(), Some(&0), "who computes holds nobody up");
    // Both want the LED after a second. Whoever is second is refused, or finds that the first has ended already.
    for (number, other) in [(1, "other"), (2, "one")] {
        let refusals = &outcome.said[number].refusals;
        match &outcome.ended[number].exit {
            Exit::Status(0) => assert_eq!(refusals, &Vec::<String>::new()),
            exit => {
                assert_eq!(exit, &Exit::Status(1));
                assert_eq!(refusals, &[format!("the guest asked for \"LED\", which {other} holds")]);
            }
        }
    }
    assert!(
        outcome
            .trace
            .trim_end()
            .lines()
            .rfind(|line| line.contains(" LED "))
            .is_some_and(|line| line.ends_with("LED low"))
    );
}

#[test]
#[cfg(target_os = "linux")]
fn in_the_machine_s_time_each_guest_s_computing_is_its_own() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut policy = board_with_hardware(folder.path());
    policy.limits.state("computing-ms", 400).expect("a limit");
    let programs = [small("spins"), small("sleeps")];
    let guests = [("spins", &programs[0]), ("sleeps", &programs[1]), ("sleeps too", &programs[1])];
    let outcome = run_programs(&guests, &policy, &RunOptions::default(), |_| ()).expect("they can be linked");
    assert_eq!(breach(&outcome), Breach::Computing);
}
