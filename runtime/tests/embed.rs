//! The example for whoever embeds the runtime does what it says.

#[path = "../examples/embed.rs"]
#[allow(dead_code, reason = "`main` is the example's own")]
mod embed;
mod support;

use wasm_embedded_runtime::run::Exit;

#[test]
fn a_program_runs_a_guest_on_simulated_parts_and_reads_its_words_and_its_end() {
    let component = std::fs::read(support::guest("examples", "thermometer")).expect("the guest is built");
    let (ended, said) = embed::run_guest(&component).expect("the guest runs");
    assert_eq!(ended.exit, Exit::Status(0));
    assert!(ended.at_ns > 0, "the bus takes virtual time");
    assert!(said.stdout_text().contains("temperature: 21.5 degC"), "{}", said.stdout_text());
}
