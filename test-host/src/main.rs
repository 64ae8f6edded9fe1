//! The command `wasm-embedded-rt`: runs WebAssembly components that use embedded-hal drivers, on the hardware of this machine or on a
//! simulated board. It is the crate `wasm-embedded-runtime` with a command line.
#![allow(
    rustdoc::broken_intra_doc_links,
    reason = "texts of options are help, in which `[limits]` is a table of the policy"
)]

mod cli;
mod describe;
mod display;
mod reach;
mod screen;

use std::process::ExitCode;

fn main() -> ExitCode {
    cli::main()
}
