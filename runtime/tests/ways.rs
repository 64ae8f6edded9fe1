//! The two ways in which a guest's calls come to the host: both leave the same on the wires, in the log and of the guest.

mod support;

use std::fs;

use wasm_embedded_image::Image;
use wasm_embedded_runtime::engine::{EngineOptions, Way};
use wasm_embedded_runtime::harness::{Outcome, run_program};
use wasm_embedded_runtime::microcontroller::{self, Board, MakeError};
use wasm_embedded_runtime::policy::Policy;
use wasm_embedded_runtime::program::{LoadError, Program, Whole};
use wasm_embedded_runtime::run::{Exit, RunOptions};
use wasm_embedded_runtime::trust::Trust;
use wasmtime::{Engine, Precompiled};

/// The board of the examples.
const BOARD: &str = "examples/board.toml";
const WEATHER: &str = "drivers-demo/policies/weather.toml";
const WEATHER_PICO2: &str = "firmware/policies/weather_spi.toml";
const WEATHER_SPI: &str = "drivers-demo/policies/weather_spi.toml";

/// Guests without std, all of which can be lowered, and their boards. Some find less on theirs than they ask for.
const GUESTS: [(&str, &str, &str); 10] = [
    ("drivers-demo", "weather_nostd", WEATHER),
    ("drivers-demo", "weather_nostd", BOARD),
    ("drivers-demo", "weather_spi_nostd", WEATHER_SPI),
    ("examples", "thermometer_nostd", BOARD),
    ("examples", "i2cdetect_nostd", BOARD),
    ("examples", "spi_id_nostd", BOARD),
    ("examples", "blinky_nostd", BOARD),
    ("test-guests", "mcu_panics", BOARD),
    ("test-guests", "mcu_blinky", BOARD),
    ("test-guests", "mcu_refused", WEATHER),
];

/// What the guest `hostile_nostd` says when all that it tried was refused.
const TYPED: &str = "typed";

/// Its tasks, but those that take long.
const HOSTILE: [&str; 32] = [
    "read-lengths",
    "million-operations",
    "many-operations",
    "sum-of-reads",
    "aliased-poll",
    "long-write",
    "list-out-of-bounds",
    "list-misaligned",
    "list-wraps",
    "bad-case",
    "bad-address-case",
    "bad-text",
    "gibibyte-label",
    "odd-shapes",
    "no-memory-left",
    "near-labels",
    "path-labels",
    "addresses",
    "reserved-addresses",
    "ten-bit-prefix",
    "ten-bit-addresses",
    "read-only",
    "directions",
    "open-twice",
    "long-delays",
    "slow-clock",
    "use-after-drop",
    "double-drop",
    "forged-handle",
    "handle-of-another-type",
    "hoard",
    "there is none",
];

/// Returns the policy in a file of the workspace, with something more in it.
fn policy(file: &str, more: &str) -> Policy {
    let text = fs::read_to_string(support::workspace().join(file)).expect("the policy can be read");
    Policy::parse(file, &format!("{text}\n{more}")).unwrap_or_else(|error| panic!("{error:#?}"))
}

fn load(bytes: &[u8], policy: &Policy, way: Way) -> Result<Program, LoadError> {
    Program::load(bytes, EngineOptions { way, ..EngineOptions::of(policy) }, &Trust::default())
}

fn run(program: &Program, policy: &Policy) -> Outcome {
    let options = RunOptions { timeout: Some(std::time::Duration::from_secs(3)), ..RunOptions::default() };
    run_program(program, policy, &options, |_| ()).expect("it can be linked")
}

/// Returns how a guest ended, and the functions that it was in then.
fn ended(exit: &Exit) -> (String, Vec<String>) {
    let (why, backtrace) = match exit {
        Exit::Trap(trap) => (trap.reason.clone(), &trap.backtrace[..]),
        Exit::Limit { breach, backtrace } => (format!("{breach:?}"), &backtrace[..]),
        other => (format!("{other:?}"), &[][..]),
    };
    let place = |frame: &String| frame.split_once(':').map_or_else(String::new, |(_, place)| place.trim().to_owned());
    (why, backtrace.iter().map(place).collect())
}

/// Loads a guest for both ways.
fn both(name: &str, bytes: &[u8], policy: &Policy) -> [Program; 2] {
    let component = load(bytes, policy, Way::Component).unwrap_or_else(|error| panic!("{name}: {error:?}"));
    let lowered = load(bytes, policy, Way::Lowered).unwrap_or_else(|error| panic!("{name}: {error}"));
    assert_eq!((component.whole(), lowered.whole()), (Some(&Whole::Chosen), None));
    assert_eq!((component.imports(), component.exports()), (lowered.imports(), lowered.exports()), "{name}");
    [component, lowered]
}

/// Runs a guest both ways, and compares all that can be seen of it.
fn compare(name: &str, bytes: &[u8], policy: &Policy) -> Outcome {
    same(name, &both(name, bytes, policy), policy)
}

/// Runs a guest that is loaded for both ways, and compares all that can be seen of it.
fn same(name: &str, programs: &[Program; 2], policy: &Policy) -> Outcome {
    let [component, lowered] = programs.each_ref().map(|program| run(program, policy));
    let ((why, frames), (lowered_why, lowered_frames)) = (ended(&component.exit), ended(&lowered.exit));
    assert_eq!((why, component.at_ns), (lowered_why, lowered.at_ns), "{name}");
    // A call of a component comes and goes through its helper module, which has frames of its own then.
    let (own, helpers): (Vec<_>, Vec<_>) = frames.into_iter().partition(|frame| lowered_frames.contains(frame));
    assert_eq!(own, lowered_frames, "{name}");
    assert!(helpers.len() <= 2, "{name}: {helpers:?}");
    assert_eq!(component.said.stderr_text(), lowered.said.stderr_text(), "{name}");
    assert_eq!(format!("{:?}", component.said), format!("{:?}", lowered.said), "{name}");
    assert_eq!(component.trace, lowered.trace, "{name}");
    assert_eq!(component.vcd, lowered.vcd, "{name}");
    lowered
}

#[test]
fn guests_without_std_leave_the_same_on_both_ways() {
    let (mut on_wires, mut trapped) = (0, 0);
    for (package, name, file) in GUESTS {
        let bytes = fs::read(support::guest(package, name)).expect("the component can be read");
        let outcome = compare(name, &bytes, &policy(file, ""));
        on_wires += usize::from(!outcome.trace.is_empty());
        trapped += usize::from(matches!(outcome.exit, Exit::Trap(_)));
    }
    assert!(on_wires > 5 && trapped > 0, "{on_wires} guests used wires, {trapped} trapped");
}

#[test]
fn guests_that_mean_harm_end_the_same_on_both_ways() {
    const POLICY: &str = "xtask/src/hostile/policy.toml";
    let bytes = fs::read(support::guest("test-guests", "hostile_nostd")).expect("the component can be read");
    let programs = both("hostile_nostd", &bytes, &policy(POLICY, ""));
    let (mut typed, mut trapped) = (0, 0);
    for task in HOSTILE {
        let place = format!("{task:<32}").into_bytes();
        let part = format!(
            "model = \"scripted\"\nname = \"task\"\ni2c = \"task\"\naddress = 0x20\nregisters = [{{ register = 0, bytes = {place:?} }}]"
        );
        let policy = policy(POLICY, &format!("[i2c.task]\nsim = \"task\"\nallow = [0x20]\n[[part]]\n{part}\n"));
        let outcome = same(task, &programs, &policy);
        let log = outcome.said.log_text();
        assert_eq!(log.contains("there is no hostile guest"), task == "there is none", "{task}: {log}");
        typed += usize::from(log.contains(TYPED));
        trapped += usize::from(matches!(outcome.exit, Exit::Trap(_)));
    }
    assert!(typed > 12 && trapped > 10, "{typed} were refused, {trapped} trapped");
}

#[test]
fn a_guest_without_std_is_lowered_by_itself_and_one_with_std_says_why_it_is_not() {
    let policy = Policy::default();
    let load = |package, name| {
        let bytes = fs::read(support::guest(package, name)).expect("the component can be read");
        load(&bytes, &policy, Way::Auto).expect("it is a component")
    };
    assert_eq!(load("drivers-demo", "weather_nostd").whole(), None);
    let Some(Whole::Import(interface)) = load("drivers-demo", "weather").whole().cloned() else {
        panic!("std imports what only components are given");
    };
    assert!(interface.starts_with("wasi:"), "{interface}");
}

#[test]
fn what_cannot_be_lowered_is_refused_only_if_that_was_asked_for() {
    let policy = Policy::default();
    let bytes = wat::parse_str("(component (core module $m))").expect("a component");
    let whole = load(&bytes, &policy, Way::Auto).expect("it is a component").whole().cloned();
    assert!(matches!(whole, Some(Whole::Shape(_))), "{whole:?}");
    let error = load(&bytes, &policy, Way::Lowered).expect_err("it has nothing to run");
    assert!(error.to_string().contains("leave out `--path lowered`"), "{error}");
}

#[test]
fn a_component_with_other_types_is_refused_with_the_same_words_on_every_way() {
    let bytes = fs::read(support::guest("drivers-demo", "weather_nostd")).expect("the component can be read");
    let policy = Policy::default();
    // A later version of the package, and an interface that there is not: their names have the same lengths.
    for (from, to) in [("wasm-embedded:hal/i2c@0.5.0", "wasm-embedded:hal/i2c@0.7.0"), ("hal/i2c@", "hal/i3c@")] {
        let changed = replace(&bytes, from.as_bytes(), to.as_bytes());
        let says = |way| match load(&changed, &policy, way) {
            Ok(program) => program.check().expect_err("nothing of that name is there").to_string(),
            Err(error) => error.to_string(),
        };
        assert_eq!(says(Way::Auto), says(Way::Component), "{to}");
        assert!(says(Way::Auto).contains(to), "{}", says(Way::Auto));
    }
}

/// Returns bytes with each place of some of them replaced.
fn replace(bytes: &[u8], from: &[u8], to: &[u8]) -> Vec<u8> {
    let mut changed = bytes.to_vec();
    for at in 0..changed.len().saturating_sub(from.len()) {
        if changed[at..].starts_with(from) {
            changed[at..at + to.len()].copy_from_slice(to);
        }
    }
    assert_ne!(changed, bytes);
    changed
}

#[test]
fn compiled_code_is_run_the_way_it_was_compiled() {
    let policy = policy(BOARD, "");
    let bytes = fs::read(support::guest("examples", "i2cdetect_nostd")).expect("the component can be read");
    for (way, whole) in [(Way::Auto, None), (Way::Component, Some(Whole::Compiled))] {
        let options = EngineOptions { way, ..EngineOptions::of(&policy) };
        let (code, digest) =
            wasm_embedded_runtime::program::compile(&bytes, options, None, None).expect("it is a component");
        let refused = Program::load(&code, EngineOptions::of(&policy), &Trust::default());
        assert!(matches!(refused, Err(LoadError::Untrusted(_))), "nobody vouches for it");
        let program = Program::load(&code, EngineOptions::of(&policy), &Trust::only(vec![digest])).expect("it fits");
        assert_eq!(program.whole(), whole.as_ref());
        let outcome = run(&program, &policy);
        assert_eq!(outcome.exit, Exit::Status(0), "{}", outcome.said.stderr_text());
    }
}

#[test]
fn the_limit_of_instances_is_that_of_the_component() {
    let policy = policy(BOARD, "[limits]\ninstances = 2");
    let bytes = fs::read(support::guest("examples", "i2cdetect_nostd")).expect("the component can be read");
    let outcome = compare("i2cdetect_nostd", &bytes, &policy);
    assert!(matches!(outcome.exit, Exit::Limit { .. }), "{:?}", outcome.exit);
}

#[test]
fn an_image_for_a_microcontroller_is_of_the_core_module_and_keeps_the_limit_of_instances() {
    let bytes = fs::read(support::guest("drivers-demo", "weather_spi_nostd")).expect("the component can be read");
    let pack = |more: &str| microcontroller::pack(&bytes, &policy(WEATHER_PICO2, more), Board::Pico2, "weather");
    let image = pack("").expect("it fits");
    let image = Image::verify(&image).expect("it is whole");
    assert_eq!(Engine::detect_precompiled(image.code()), Some(Precompiled::Module));
    let error = pack("[limits]\ninstances = 2").expect_err("it has three");
    assert!(matches!(error, MakeError::Instances { asked: 3, allowed: 2 }), "{error}");
    let whole = wat::parse_str("(component (core module $m))").expect("a component");
    let error =
        microcontroller::pack(&whole, &policy(WEATHER_PICO2, ""), Board::Pico2, "none").expect_err("nothing runs");
    assert!(matches!(error, MakeError::Link(_)), "{error}");
}
