//! `wat FILE`: reads WebAssembly text from its input and writes it as binary to FILE, for `cargo xtask hostile`. xtask does not parse
//! it itself: the parser takes longer to compile than all of xtask, and `cargo xtask demo` has no use for it.

use std::ffi::OsStr;
use std::io::Read as _;
use std::process::ExitCode;

fn main() -> ExitCode {
    let Some(file) = std::env::args_os().nth(1) else {
        eprintln!("usage: wat FILE < TEXT");
        return ExitCode::FAILURE;
    };
    match convert(&file) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: cannot make {}: {error}", file.display());
            ExitCode::FAILURE
        }
    }
}

fn convert(file: &OsStr) -> Result<(), Box<dyn std::error::Error>> {
    let mut text = String::new();
    std::io::stdin().read_to_string(&mut text)?;
    Ok(std::fs::write(file, wat::parse_str(text)?)?)
}
