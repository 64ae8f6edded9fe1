//! Carries out a script without std and without a port for it: the script is in the image, and whoever runs it writes it
//! there. The answers are printed at the end, since a microcontroller takes milliseconds for it; after a `!`, each at once.
#![no_std]
#![no_main]

extern crate alloc;

use alloc::string::String;
use alloc::vec::Vec;
use core::hint::black_box;
use core::str;

use conformance_guest::Labels;
use wasm_embedded_hal::print::println;
use wasm_embedded_hal::{OpenError, entry};

/// Room for the longest buffer of a script, 65,537 bytes, and what else there is.
const HEAP: usize = 96 * 1024;

/// How long a script can be.
const SCRIPT_BYTES: usize = 2048;

/// What the place of the script begins with; `wasm_embedded_conformance::write_script` knows it too.
const MARK: &[u8; 16] = b"conformance runs";

/// The script behind its mark.
static SCRIPT: [u8; MARK.len() + SCRIPT_BYTES] = {
    let mut place = [b' '; MARK.len() + SCRIPT_BYTES];
    let mut at = 0;
    while at < MARK.len() {
        place[at] = MARK[at];
        at += 1;
    }
    place
};

wasm_embedded_hal::arena!(HEAP);

entry!(main);

fn main() -> Result<(), OpenError> {
    // Nothing here may know what was compiled into it.
    let (_, script) = black_box(&SCRIPT).split_at(MARK.len());
    let script = str::from_utf8(script).unwrap_or("not a script");
    match script.strip_prefix('!') {
        Some(script) => conformance_guest::run(&mut Labels, script, &mut |line| println!("{line}")),
        None => {
            let mut answers = Vec::new();
            conformance_guest::run(&mut Labels, script, &mut |line| answers.push(String::from(line)));
            answers.iter().for_each(|line| println!("{line}"));
        }
    }
    Ok(())
}
