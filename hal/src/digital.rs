//! Digital pins.

mod edges;
mod panic_on_error;

use core::fmt;

use embedded_hal::digital::{self, ErrorKind, PinState};

use crate::OpenError;
use crate::bindings::wasm_embedded::hal::digital as host;
use crate::call::imports::digital::{self as call, Condition};
use crate::place::Failure;

pub use edges::{Edge, Edges, Watched};
pub use panic_on_error::PanicOnError;

/// Why a pin could not be driven or read.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
#[non_exhaustive]
pub enum Error {
    /// Any fault of the pin or its driver.
    Other,
    /// The policy does not grant this.
    Denied,
    /// The hardware behind the label cannot do this.
    Unsupported,
    /// The pin is held by something else.
    Busy,
}

impl From<host::Error> for Error {
    fn from(error: host::Error) -> Error {
        match error {
            host::Error::Other => Error::Other,
            host::Error::Denied => Error::Denied,
            host::Error::Unsupported => Error::Unsupported,
            host::Error::Busy => Error::Busy,
        }
    }
}

impl From<Failure> for Error {
    fn from(failure: Failure) -> Error {
        match failure {
            Failure::Error(number) => call::error(number).into(),
            Failure::WrongLength | Failure::NoMemory => Error::Other,
        }
    }
}

impl digital::Error for Error {
    fn kind(&self) -> ErrorKind {
        ErrorKind::Other
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Error::Other => "the pin failed, the host's log says why",
            Error::Denied => "the policy does not grant this use of the pin",
            Error::Unsupported => "the pin cannot do this",
            Error::Busy => "the pin is in use",
        })
    }
}

impl core::error::Error for Error {}

/// A pin that is driven, push-pull or open-drain as the policy says.
///
/// It has the initial level of the policy before the guest starts. Levels are logical: the host applies `active-low`.
///
/// ```no_run
/// use embedded_hal::digital::OutputPin as _;
/// use wasm_embedded_hal::OutputPin;
///
/// OutputPin::open("LED")?.set_high()?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug)]
pub struct OutputPin(host::OutputPin);

/// A pin that is read.
///
/// Reads its level with embedded-hal, and waits for edges with embedded-hal-async.
///
/// ```no_run
/// use embedded_hal_async::digital::Wait as _;
/// use wasm_embedded_hal::InputPin;
///
/// #[wasm_embedded_hal::main]
/// async fn main() -> Result<(), Box<dyn std::error::Error>> {
///     let mut button = InputPin::open("button")?;
///     button.wait_for_rising_edge().await?;
///     println!("pressed");
///     Ok(())
/// }
/// ```
#[derive(Debug)]
pub struct InputPin(host::InputPin);

/// An open-drain pin: low is driven, high is released, and it can be read at any time.
///
/// ```no_run
/// use embedded_hal::digital::{InputPin as _, OutputPin as _};
/// use wasm_embedded_hal::IoPin;
///
/// let mut line = IoPin::open("data")?;
/// line.set_high()?;
/// let held_by_another = line.is_low()?;
/// # let _ = held_by_another;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug)]
pub struct IoPin(host::IoPin);

impl OutputPin {
    /// Opens the output that the policy keeps under `label`.
    ///
    /// # Errors
    ///
    /// Refused if the policy does not grant the label, or it is held already.
    pub fn open(label: &str) -> Result<OutputPin, OpenError> {
        host::OutputPin::open(label).map(OutputPin).map_err(|kind| OpenError::new(label, kind))
    }
}

impl InputPin {
    /// Opens the input that the policy keeps under `label`.
    ///
    /// # Errors
    ///
    /// Refused if the policy does not grant the label, or it is held already.
    pub fn open(label: &str) -> Result<InputPin, OpenError> {
        host::InputPin::open(label).map(InputPin).map_err(|kind| OpenError::new(label, kind))
    }
}

impl IoPin {
    /// Opens the open-drain pin that the policy keeps under `label`.
    ///
    /// # Errors
    ///
    /// Refused if the policy does not grant the label, or it is held already.
    pub fn open(label: &str) -> Result<IoPin, OpenError> {
        host::IoPin::open(label).map(IoPin).map_err(|kind| OpenError::new(label, kind))
    }
}

impl digital::ErrorType for OutputPin {
    type Error = Error;
}

impl digital::ErrorType for InputPin {
    type Error = Error;
}

impl digital::ErrorType for IoPin {
    type Error = Error;
}

/// The traits of a pin that is driven.
macro_rules! driven {
    ($pin:ty) => {
        impl digital::OutputPin for $pin {
            fn set_low(&mut self) -> Result<(), Error> {
                Ok(self.0.set(host::Level::Low)?)
            }

            fn set_high(&mut self) -> Result<(), Error> {
                Ok(self.0.set(host::Level::High)?)
            }

            fn set_state(&mut self, state: PinState) -> Result<(), Error> {
                Ok(self.0.set(if state == PinState::High { host::Level::High } else { host::Level::Low })?)
            }
        }

        /// Reports the level that was commanded, which need not be what the pin carries.
        impl digital::StatefulOutputPin for $pin {
            fn is_set_high(&mut self) -> Result<bool, Error> {
                Ok(self.0.commanded()? == host::Level::High)
            }

            fn is_set_low(&mut self) -> Result<bool, Error> {
                Ok(self.0.commanded()? == host::Level::Low)
            }

            fn toggle(&mut self) -> Result<(), Error> {
                Ok(self.0.toggle()?)
            }
        }
    };
}

/// The traits of a pin that is read.
macro_rules! read {
    ($pin:ty) => {
        impl digital::InputPin for $pin {
            fn is_high(&mut self) -> Result<bool, Error> {
                Ok(self.0.level()? == host::Level::High)
            }

            fn is_low(&mut self) -> Result<bool, Error> {
                Ok(self.0.level()? == host::Level::Low)
            }
        }
    };
}

/// Waiting for a pin.
macro_rules! waited {
    ($pin:ty, $wait:path) => {
        /// Other tasks of the guest go on meanwhile. Edges count from the first poll of a future on; dropping it ends the wait,
        /// and no later wait hears of an edge that came before it.
        impl embedded_hal_async::digital::Wait for $pin {
            async fn wait_for_high(&mut self) -> Result<(), Error> {
                Ok($wait(&self.0, Condition::High).await?)
            }

            async fn wait_for_low(&mut self) -> Result<(), Error> {
                Ok($wait(&self.0, Condition::Low).await?)
            }

            async fn wait_for_rising_edge(&mut self) -> Result<(), Error> {
                Ok($wait(&self.0, Condition::RisingEdge).await?)
            }

            async fn wait_for_falling_edge(&mut self) -> Result<(), Error> {
                Ok($wait(&self.0, Condition::FallingEdge).await?)
            }

            async fn wait_for_any_edge(&mut self) -> Result<(), Error> {
                Ok($wait(&self.0, Condition::AnyEdge).await?)
            }
        }
    };
}

driven!(OutputPin);
driven!(IoPin);
read!(InputPin);
read!(IoPin);
waited!(InputPin, call::input);
waited!(IoPin, call::io);
