//! Carries out the script that comes over the serial port `script`, up to a byte 0, and sends the answers back. It needs nothing of WASI,
//! so a host may run its core module alone.
#![no_std]
#![no_main]

extern crate alloc;

use alloc::string::String;
use alloc::vec::Vec;

use conformance_guest::Labels;
use embedded_io::{Read as _, Write as _};
use wasm_embedded_hal::{Error, Uart, arena, entry};

entry!(main);
arena!(512 * 1024);

/// What ends a script.
const END: u8 = 0;

fn main() -> Result<(), Error> {
    let mut port = Uart::open("script")?;
    let mut script = Vec::new();
    let mut byte = [END];
    while port.read(&mut byte)? == 1 && byte != [END] {
        script.extend(byte);
    }
    let script = String::from_utf8_lossy(&script);
    let mut sent = Ok(());
    conformance_guest::run(&mut Labels, &script, &mut |line| {
        let line = alloc::format!("{line}\n");
        sent = sent.and_then(|()| port.write_all(line.as_bytes()));
    });
    Ok(sent?)
}
