//! The guests of `cargo xtask hostile`: each does one thing that no guest should do, by the name in its first argument.
//!
//! One that expects typed errors checks each of them and then prints `typed`; one that is to be stopped does not come to its end.

extern crate alloc;

mod authority;
mod machine;
mod output;
mod peripherals;
mod raw;
mod sizes;

type Failure = Box<dyn std::error::Error>;

fn main() -> Result<(), Failure> {
    let what = std::env::args().nth(1).unwrap_or_default();
    let known = sizes::run(&what)?
        || authority::run(&what)?
        || machine::run(&what)?
        || output::run(&what)?
        || peripherals::run(&what)?;
    if known { Ok(()) } else { Err(format!("there is no hostile guest {what:?}").into()) }
}

/// Fails unless a call was refused with this error.
fn refused(what: &str, result: Result<u32, u8>, error: u8) -> Result<(), Failure> {
    match result {
        Err(got) if got == error => Ok(()),
        other => Err(format!("{what}: {other:?}, and not Err({error})").into()),
    }
}

/// Prints a line.
fn say(text: &str) {
    println!("{text}");
}

/// Says that all that was tried was refused as it should.
fn typed() {
    say("typed");
}

/// Opens something that the policy grants.
fn granted(opened: Result<u32, u8>) -> Result<u32, Failure> {
    opened.map_err(|error| format!("cannot open what is granted: error {error}").into())
}
