//! Published drivers, each used as its documentation says, over the types of `wasm-embedded-hal`.
//!
//! The argument is the name of a use: `sht31`, `mcp9808-cold`. What it reads goes to the standard output, and
//! `runtime/tests/drivers_that_run/rows.rs` says what that is. The board is `board.toml`.

mod clocks;
mod converters;
mod displays;
mod expanders;
mod light;
mod pins;
mod screens;
mod sensors;
mod supplies;

use std::fmt::Debug;
use std::process::ExitCode;

use wasm_embedded_hal::I2c;

/// A use of a driver.
struct Use {
    /// What the argument calls it: the driver's name, and how it is used if there are several ways.
    name: &'static str,
    /// Uses the driver.
    run: fn() -> Outcome,
}

/// All uses, by group.
const USES: &[&[Use]] = &[
    clocks::USES,
    converters::USES,
    displays::USES,
    expanders::USES,
    light::USES,
    pins::USES,
    sensors::USES,
    supplies::USES,
    screens::USES,
];

/// Lists the uses of a group.
macro_rules! uses {
    ($($name:literal $run:ident,)*) => {
        pub(crate) const USES: &[crate::Use] = &[$(crate::Use { name: $name, run: $run }),*];
    };
}
use uses;

type Outcome = Result<(), Failure>;

/// What ends a use: the text of whatever a driver returned.
struct Failure(String);

impl<E: Debug> From<E> for Failure {
    fn from(error: E) -> Failure {
        Failure(format!("{error:?}"))
    }
}

/// Opens the I2C bus behind a label.
fn i2c(label: &str) -> Result<I2c, Failure> {
    Ok(I2c::open(label)?)
}

fn main() -> ExitCode {
    let Some(name) = std::env::args().nth(1) else {
        USES.iter().copied().flatten().for_each(|use_| println!("{}", use_.name));
        return ExitCode::SUCCESS;
    };
    let Some(use_) = USES.iter().copied().flatten().find(|use_| use_.name == name) else {
        eprintln!("there is no `{name}`; without an argument the program lists what there is");
        return ExitCode::from(2);
    };
    match (use_.run)() {
        Ok(()) => ExitCode::SUCCESS,
        Err(Failure(error)) => {
            println!("error: {error}");
            ExitCode::FAILURE
        }
    }
}
