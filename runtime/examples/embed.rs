//! Runs a component inside a program of your own, on simulated parts, and reads what it said and how it ended.
//!
//! Build the guest with `cargo guest --example thermometer` in the folder `examples` of the repository; then
//! `cargo run --example embed -- thermometer.wasm` prints what the guest printed, its log, and `exit: Status(0)` with the virtual time.

use std::error::Error;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use wasm_embedded_runtime::board::Board;
use wasm_embedded_runtime::engine::EngineOptions;
use wasm_embedded_runtime::output::Capture;
use wasm_embedded_runtime::policy::Policy;
use wasm_embedded_runtime::program::Program;
use wasm_embedded_runtime::run::{self, Ended, RunOptions};
use wasm_embedded_runtime::trust::Trust;

/// Which label the guest may open, at which address, and the part that stands there.
const POLICY: &str = r#"
[i2c.thermometer]
sim = "board"
allow = [0x48]

[[part]]
model = "lm75"
i2c = "board"
address = 0x48
temperature = 21.5
"#;

fn main() -> Result<(), Box<dyn Error>> {
    let path = std::env::args().nth(1).ok_or("name the component to run: embed guest.wasm")?;
    let (ended, said) = run_guest(&std::fs::read(path)?)?;
    print!("{}{}", said.stdout_text(), said.log_text());
    println!("exit: {:?} after {} ms of virtual time", ended.exit, ended.at_ns / 1_000_000);
    Ok(())
}

/// Runs a component to its end, or for 10 s of virtual time, and keeps what it says.
pub(crate) fn run_guest(component: &[u8]) -> Result<(Ended, Capture), Box<dyn Error>> {
    let policy = Policy::parse("embed.toml", POLICY)?;
    // Only compiled code has to be trusted: a component can do nothing that the policy does not grant.
    let program = Program::load(component, EngineOptions::of(&policy), &Trust::default())?;
    let mut board = Board::new(&policy)?;
    let options = RunOptions { timeout: Some(Duration::from_secs(10)), ..RunOptions::default() };
    let said = Arc::new(Mutex::new(Capture::default()));
    let ended = run::run(&program, &mut board, &policy, &options, said.clone())?;
    let said = std::mem::take(&mut *said.lock().unwrap_or_else(PoisonError::into_inner));
    Ok((ended, said))
}
