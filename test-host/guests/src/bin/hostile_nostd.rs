//! The hostile guests that are about calls, without std: each does one thing that no guest should do, by the name that a part on the bus
//! `task` has in its first registers.
#![no_std]
#![no_main]

extern crate alloc;

#[path = "hostile/authority.rs"]
mod authority;
#[path = "hostile/raw.rs"]
mod raw;
#[path = "hostile/sizes.rs"]
mod sizes;

use alloc::boxed::Box;
use alloc::format;

use embedded_hal::i2c::I2c as _;
use wasm_embedded_hal::{I2c, arena, entry};

entry!(main);
arena!(12 << 20);

type Failure = Box<dyn core::error::Error>;

fn main() -> Result<(), Failure> {
    wasm_embedded_hal::log::init();
    let mut what = [0; 32];
    I2c::open("task")?.write_read(0x20_u8, &[0], &mut what)?;
    let what = str::from_utf8(&what)?.trim();
    let known = sizes::run(what)? || authority::run(what)?;
    if known { Ok(()) } else { Err(format!("there is no hostile guest {what:?}").into()) }
}

/// Fails unless a call was refused with this error.
fn refused(what: &str, result: Result<u32, u8>, error: u8) -> Result<(), Failure> {
    match result {
        Err(got) if got == error => Ok(()),
        other => Err(format!("{what}: {other:?}, and not Err({error})").into()),
    }
}

/// Logs a line.
fn say(text: &str) {
    log::info!("{text}");
}

/// Says that all that was tried was refused as it should.
fn typed() {
    say("typed");
}

/// Opens something that the policy grants.
fn granted(opened: Result<u32, u8>) -> Result<u32, Failure> {
    opened.map_err(|error| format!("cannot open what is granted: error {error}").into())
}
