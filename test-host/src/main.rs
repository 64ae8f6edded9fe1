//! The command `wasm-embedded-rt`: runs WebAssembly components that use embedded-hal drivers, on the hardware of this machine or on a
//! simulated board. It is the crate `wasm-embedded-runtime` with a command line.

mod cli;
mod describe;
mod display;
mod reach;
mod screen;

use std::process::ExitCode;

fn main() -> ExitCode {
    cli::main()
}
