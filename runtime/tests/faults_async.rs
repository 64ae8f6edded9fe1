//! A fault that never strikes changes nothing of what an asynchronous guest sees.

mod support;

use std::fs;

use wasm_embedded_runtime::engine::EngineOptions;
use wasm_embedded_runtime::harness::{Outcome, run_program};
use wasm_embedded_runtime::policy::Policy;
use wasm_embedded_runtime::program::Program;
use wasm_embedded_runtime::run::{Exit, RunOptions};
use wasm_embedded_runtime::trust::Trust;

/// A reading of the thermometer lasts 48.5 ms, and the button is pressed during the first.
const BOARD: &str = r#"
[i2c.thermometer]
sim = true
frequency = 1_000
allow = [0x48]
[gpio]
BUTTON = { sim = true, direction = "input", bias = "pull-up", active-low = true }
SPARE = { sim = true, direction = "output" }
[limits]
transaction-time-ns = 500_000_000
[[part]]
model = "lm75"
i2c = "i2c"
address = 0x48
temperature = 21.5
[[part]]
model = "button"
net = "BUTTON"
presses = [{ at-ms = 10, for-ms = 20 }]
"#;

const DORMANT: [&str; 3] = [
    "fault = \"stuck\"\nnet = \"SPARE\"\nlevel = \"low\"\nfrom-ms = 900_000\n",
    "fault = \"nack-address\"\nlabel = \"thermometer\"\naddress = 0x48\nfrom-ms = 900_000\n",
    "fault = \"oversleep\"\nfactor = 2\nfrom-ms = 900_000\n",
];

fn run(program: &Program, fault: &str) -> Outcome {
    let policy = Policy::parse("board.toml", &format!("{BOARD}{fault}")).expect("a valid policy");
    let options = RunOptions { args: vec!["logger_async".to_owned()], ..RunOptions::default() };
    run_program(program, &policy, &options, |_| ()).expect("it can be linked")
}

#[test]
fn a_press_during_a_reading_is_told_with_a_dormant_fault_armed() {
    let bytes = fs::read(support::guest("examples", "logger_async")).expect("the component can be read");
    let program = Program::load(&bytes, EngineOptions::default(), &Trust::default()).expect("it is a component");
    let without = run(&program, "");
    assert_eq!(without.exit, Exit::Status(0), "{}", without.said.stderr_text());
    assert!(without.said.stdout_text().contains("pressed"), "{}", without.said.stdout_text());
    for fault in DORMANT {
        let with = run(&program, &format!("[[fault]]\n{fault}"));
        assert_eq!(with.said.stdout_text(), without.said.stdout_text(), "{fault}");
        assert_eq!((with.trace, with.at_ns), (without.trace.clone(), without.at_ns), "{fault}");
    }
}
