//! A guest's memory stays as it is, whatever sizes its transactions have.

mod support;

use std::fs;

use wasm_embedded_runtime::engine::EngineOptions;
use wasm_embedded_runtime::harness::run_program;
use wasm_embedded_runtime::policy::Policy;
use wasm_embedded_runtime::program::Program;
use wasm_embedded_runtime::run::{Exit, RunOptions};
use wasm_embedded_runtime::trust::Trust;

const BOARD: &str = r#"
[i2c.bus]
sim = "bus"
frequency = 400_000
allow = [0x48]

[spi.device]
sim = "spi"
frequency = 1_000_000

[limits]
transaction-time-ns = 1_000_000_000

[[part]]
model = "lm75"
i2c = "bus"
address = 0x48

[[part]]
model = "w25q"
spi = "device"
"#;

#[test]
fn transactions_of_any_sizes_take_one_page_of_memory_at_most() {
    let bytes = fs::read(support::guest("test-guests", "growing")).expect("the component can be read");
    let program = Program::load(&bytes, EngineOptions::default(), &Trust::default()).expect("it is a component");
    let policy = Policy::parse("growing.toml", BOARD).unwrap_or_else(|error| panic!("{error:#?}"));
    for bus in ["i2c", "i2c-async", "spi", "spi-async"] {
        let args = ["growing", bus].map(str::to_owned).to_vec();
        let options = RunOptions { args, ..RunOptions::default() };
        let outcome = run_program(&program, &policy, &options, |_| ()).expect("it can be linked");
        assert_eq!(outcome.exit, Exit::Status(0), "{bus}: {}", outcome.said.stderr_text());
        let said = outcome.said.stdout_text();
        // No size needs more than 1,100 bytes, and a page has 65,536.
        let flat = ["74 transactions, 0 more pages\n", "74 transactions, 1 more pages\n"];
        assert!(flat.contains(&said.as_ref()), "{bus}: {said}");
    }
}
