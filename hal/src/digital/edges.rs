//! The edges of a pin, each with its time.

use embedded_hal::digital::PinState;

use super::{Error, InputPin, IoPin};
use crate::bindings::wasm_embedded::hal::digital::Level;
use crate::bindings::wasm_embedded::hal::digital_async as host;
use crate::call::imports::digital as call;

/// An edge of a pin that is watched.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Edge {
    /// When the kernel of the host saw the edge, in nanoseconds on the clock of [`Instant`](crate::Instant).
    pub at_ns: u64,
    /// The level after the edge.
    pub level: PinState,
    /// How many edges were lost between the one before and this one: more than 1,024 came before the guest took them, or they came
    /// faster than the kernel could tell of them. What counts edges adds `1 + missed`.
    pub missed: u32,
}

/// A pin whose edges can be had.
pub trait Watched: sealed::Watched {}

impl Watched for InputPin {}
impl Watched for IoPin {}

/// The edges of a pin since [`InputPin::edges`] was called: none is lost while the guest does something else, up to 1,024 of them.
///
/// For encoders, flow meters, infrared remote controls and the pulses of an HC-SR04, which are over before a guest has read the pin.
///
/// ```no_run
/// use embedded_hal::digital::PinState;
/// use wasm_embedded_hal::InputPin;
///
/// #[wasm_embedded_hal::main]
/// async fn main() -> Result<(), Box<dyn std::error::Error>> {
///     let mut echo = InputPin::open("echo")?;
///     let mut edges = echo.edges()?;
///     let begin = edges.next().await?;
///     let end = edges.next().await?;
///     println!("a pulse of {} us", (end.at_ns - begin.at_ns) / 1_000);
///     Ok(())
/// }
/// ```
///
/// As a `Stream` of the futures crates: `stream::unfold(edges, |mut edges| async { Some((edges.next().await, edges)) })`.
#[derive(Debug)]
pub struct Edges<'p, P: Watched> {
    pin: &'p mut P,
}

impl InputPin {
    /// Begins to keep the pin's edges, from now on.
    ///
    /// # Errors
    ///
    /// The hardware reports no edges, or the pin failed.
    pub fn edges(&mut self) -> Result<Edges<'_, InputPin>, Error> {
        Edges::of(self)
    }
}

impl IoPin {
    /// Begins to keep the pin's edges, from now on, those that the guest drives among them.
    ///
    /// # Errors
    ///
    /// The hardware reports no edges, as Linux does not of open-drain pins, or the pin failed.
    pub fn edges(&mut self) -> Result<Edges<'_, IoPin>, Error> {
        Edges::of(self)
    }
}

impl<'p, P: Watched> Edges<'p, P> {
    fn of(pin: &'p mut P) -> Result<Edges<'p, P>, Error> {
        pin.watch()?;
        Ok(Edges { pin })
    }

    /// Takes the oldest edge, if there is one, without waiting.
    ///
    /// # Errors
    ///
    /// The pin failed.
    pub fn take(&mut self) -> Result<Option<Edge>, Error> {
        Ok(self.pin.take_edge()?.map(|edge| Edge {
            at_ns: edge.at_ns,
            level: if edge.level == Level::High { PinState::High } else { PinState::Low },
            missed: edge.missed,
        }))
    }

    /// Takes the oldest edge, and waits for one if there is none. Other tasks of the guest go on meanwhile; dropping the future loses
    /// no edge.
    ///
    /// # Errors
    ///
    /// The pin failed.
    pub async fn next(&mut self) -> Result<Edge, Error> {
        loop {
            if let Some(edge) = self.take()? {
                return Ok(edge);
            }
            self.pin.wait_edge().await?;
        }
    }
}

mod sealed {
    use super::{Error, host};

    /// What the host offers for the edges of a pin.
    pub trait Watched {
        fn watch(&mut self) -> Result<(), Error>;
        fn take_edge(&mut self) -> Result<Option<host::Edge>, Error>;
        fn wait_edge(&mut self) -> impl Future<Output = Result<(), Error>>;
    }
}

/// Passes the calls on for one kind of pin.
macro_rules! watched {
    ($pin:ty, $watch:path, $take:path, $wait:path) => {
        impl sealed::Watched for $pin {
            fn watch(&mut self) -> Result<(), Error> {
                Ok($watch(&self.0)?)
            }

            fn take_edge(&mut self) -> Result<Option<host::Edge>, Error> {
                Ok($take(&self.0)?)
            }

            async fn wait_edge(&mut self) -> Result<(), Error> {
                Ok($wait(&self.0).await?)
            }
        }
    };
}
watched!(InputPin, host::watch_input, host::take_edge_input, call::input_edge);
watched!(IoPin, host::watch_io, host::take_edge_io, call::io_edge);
