//! The command `wasm-embedded-rt`: see [`wasm_embedded_rt`].

use std::process::ExitCode;

fn main() -> ExitCode {
    wasm_embedded_rt::cli::main()
}
