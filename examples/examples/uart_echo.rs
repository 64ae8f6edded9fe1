//! Sends lines over a serial port and prints what comes back.
//!
//! Wiring: label `SERIAL`, a port whose TX and RX are tied together. In `board.toml` a part sends everything back.
//!
//! ```text
//! $ cargo run --example uart_echo
//! "hello" came back after 1.1 ms
//! "the wires are tied together" came back after 5.0 ms
//! ```

use std::error::Error;

use embedded_io::{Read, Write};
use wasm_embedded_hal::{Instant, Uart};

fn main() -> Result<(), Box<dyn Error>> {
    let mut port = Uart::open("SERIAL")?;
    for line in ["hello", "the wires are tied together"] {
        let sent = Instant::now();
        writeln!(port, "{line}")?;
        let mut buffer = [0; 80];
        let echo = read_line(&mut port, &mut buffer)?;
        let ms = sent.elapsed().as_secs_f64() * 1000.0;
        println!("{:?} came back after {ms:.1} ms", String::from_utf8_lossy(echo));
    }
    Ok(())
}

/// Reads up to the end of a line, of an input or of the buffer.
fn read_line<'b, R: Read>(input: &mut R, buffer: &'b mut [u8]) -> Result<&'b [u8], R::Error> {
    let mut len = 0;
    while let Some(slot) = buffer.get_mut(len..=len) {
        if input.read(slot)? == 0 || slot == b"\n" {
            break;
        }
        len += 1;
    }
    Ok(buffer.get(..len).unwrap_or_default())
}
