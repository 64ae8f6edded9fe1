//! Digital pins. Levels are logical on the guest's side and electrical on the device's; [`PinGrant`] stands between them.

#[cfg(feature = "async")]
mod asynchronous;
#[cfg(feature = "component")]
mod component;
mod lowered;

use core::fmt;

use embedded_hal::digital::{self, InputPin, OutputPin, PinState};

use crate::adapter::EmbeddedHal;
use crate::admit::{Free, Name, Refused, denials};
use crate::completion::Completion;
use crate::ctx::HalCtx;
use crate::grant::PinGrant;
use crate::kind::{DeviceKind, Kept};
use crate::slot::Slots;
use crate::wit::digital as wit;

/// A level.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Level {
    /// 0.
    Low,
    /// 1.
    High,
}

#[cfg(feature = "async")]
pub use self::asynchronous::add_async_to_linker;
#[cfg(feature = "component")]
pub use self::component::add_to_linker;
pub use self::lowered::add_lowered_to_linker;

/// What is waited for at a pin, in electrical levels.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Condition {
    /// The pin is at a level, or comes to it.
    Level(Level),
    /// The pin changes to a level.
    Edge(Level),
    /// The pin changes.
    AnyEdge,
}

/// An edge of a pin that is watched, at its electrical level.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Edge {
    /// When the edge was seen, by the clock that the guest looks at.
    pub at_ns: u64,
    /// The level after it.
    pub level: Level,
    /// How many edges were lost between the one that was taken before and this one.
    pub missed: u32,
}

/// Why a pin could not be driven or read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Error {
    /// Any fault of the pin or its driver.
    Other,
    /// The pin cannot do this.
    Unsupported,
    /// The pin is held by something else.
    Busy,
}

/// A pin that is driven, at its electrical level.
pub trait Output: Send {
    /// Drives the pin.
    ///
    /// # Errors
    ///
    /// Fails as the hardware does.
    fn set(&mut self, level: Level) -> Result<(), Error>;
}

/// A pin that is read, at its electrical level.
pub trait Input: Send {
    /// Returns the level that the pin carries.
    ///
    /// # Errors
    ///
    /// Fails as the hardware does.
    fn level(&mut self) -> Result<Level, Error>;

    /// Begins to wait. Edges count from this call on, even those that are gone when somebody looks. Hardware that reports none
    /// is `Unsupported`.
    fn start_wait(&mut self, condition: Condition) -> Completion<Result<(), Error>> {
        let _ = condition;
        Completion::Ready(Err(Error::Unsupported))
    }

    /// Begins to keep edges, in the place of those that were kept before. The pin keeps a bounded number of them; the oldest goes
    /// when another comes. Hardware that reports none is `Unsupported`.
    ///
    /// # Errors
    ///
    /// Fails as the hardware does.
    fn watch(&mut self) -> Result<(), Error> {
        Err(Error::Unsupported)
    }

    /// Takes the oldest of the edges that were kept. The host asks a pin only while the guest watches it.
    ///
    /// # Errors
    ///
    /// Fails as the hardware does.
    fn take_edge(&mut self) -> Result<Option<Edge>, Error> {
        Err(Error::Unsupported)
    }

    /// Begins to wait until there is an edge to take: it ends at once if there is one.
    fn start_edge_wait(&mut self) -> Completion<Result<(), Error>> {
        Completion::Ready(Err(Error::Unsupported))
    }
}

/// A pin that is driven and read.
pub trait Io: Output + Input {}

/// The guest's handle of an output.
#[derive(Debug)]
pub struct OutputHandle(());
/// The guest's handle of an input.
#[derive(Debug)]
pub struct InputHandle(());
/// The guest's handle of an open-drain pin.
#[derive(Debug)]
pub struct IoHandle(());

/// What is kept of a pin beside its device.
#[derive(Debug)]
pub(crate) struct Pin {
    grant: PinGrant,
    /// The logical level that was last commanded.
    commanded: Level,
    /// Whether it is at its level on exit, and nothing was commanded since.
    is_safe: bool,
    /// Whether who has the handle watches the pin: nobody takes the edges of the one before.
    #[cfg(feature = "async")]
    is_watched: bool,
}

impl Pin {
    pub(crate) fn new(grant: PinGrant) -> Pin {
        Pin {
            grant,
            commanded: grant.initial,
            is_safe: false,
            #[cfg(feature = "async")]
            is_watched: false,
        }
    }
}

impl Kept for Pin {
    #[inline]
    fn closed(&mut self) {
        #[cfg(feature = "async")]
        {
            self.is_watched = false;
        }
    }
}

/// Drives the outputs of one kind to their levels on exit. A pin that fails is passed over: the others matter as much.
pub(crate) fn make_safe<D: Output + ?Sized>(slots: &mut Slots<D, Pin>, is_its_own: &mut dyn FnMut(&str) -> bool) {
    for slot in slots.iter_mut() {
        let Some(level) = slot.grant.grant.on_exit.filter(|_| !slot.grant.is_safe) else { continue };
        if !is_its_own(&slot.label) {
            continue;
        }
        let electrical = slot.grant.grant.electrical(level);
        slot.grant.commanded = level;
        if let Ok(device) = slot.device() {
            // One that failed is tried again at the next occasion.
            let is_safe = device.set(electrical).is_ok();
            slot.grant.is_safe = is_safe;
        }
    }
}

/// Drives a pin to what `level` makes of the level commanded last.
#[inline]
fn set<K: DeviceKind<Device: Output, Grant = Pin>>(
    hal: &mut HalCtx,
    handle: u32,
    level: impl FnOnce(Level) -> Level,
) -> Result<Result<(), Error>, Refused> {
    let slot = hal.admit::<K>(handle, &Free)?.slot;
    let level = level(slot.grant.commanded);
    let electrical = slot.grant.grant.electrical(level);
    slot.grant.is_safe = false;
    let result = slot.device()?.set(electrical);
    if result.is_ok() {
        slot.grant.commanded = level;
    }
    Ok(result)
}

/// Returns the logical level that was last commanded.
#[inline]
fn commanded<K: DeviceKind<Device: Output, Grant = Pin>>(
    hal: &mut HalCtx,
    handle: u32,
) -> Result<Result<Level, Error>, Refused> {
    Ok(Ok(hal.admit::<K>(handle, &Free)?.slot.grant.commanded))
}

/// Returns the logical level on a pin.
#[inline]
pub(crate) fn level<'n, K: DeviceKind<Device: Input, Grant = Pin>>(
    hal: &mut HalCtx,
    name: impl Name<'n>,
) -> Result<Result<Level, Error>, Refused> {
    let slot = hal.admit::<K>(name, &Free)?.slot;
    Ok(slot.device()?.level().map(|level| slot.grant.grant.electrical(level)))
}

// No level is past a limit.
denials!(wit::Error, too long: Other, out of memory: Other);

impl core::ops::Not for Level {
    type Output = Level;

    fn not(self) -> Level {
        match self {
            Level::Low => Level::High,
            Level::High => Level::Low,
        }
    }
}

impl From<Level> for PinState {
    fn from(level: Level) -> PinState {
        match level {
            Level::Low => PinState::Low,
            Level::High => PinState::High,
        }
    }
}

impl From<wit::Level> for Level {
    fn from(level: wit::Level) -> Level {
        match level {
            wit::Level::Low => Level::Low,
            wit::Level::High => Level::High,
        }
    }
}

impl From<Level> for wit::Level {
    fn from(level: Level) -> wit::Level {
        match level {
            Level::Low => wit::Level::Low,
            Level::High => wit::Level::High,
        }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Error::Other => "the pin or its driver failed",
            Error::Unsupported => "the pin cannot do this",
            Error::Busy => "the pin is in use elsewhere",
        })
    }
}

impl core::error::Error for Error {}

impl From<Error> for wit::Error {
    fn from(error: Error) -> wit::Error {
        match error {
            Error::Other => wit::Error::Other,
            Error::Unsupported => wit::Error::Unsupported,
            Error::Busy => wit::Error::Busy,
        }
    }
}

/// Converts an error of embedded-hal, whose only kind says nothing more.
fn from_hal<E: digital::Error>(_error: E) -> Error {
    Error::Other
}

impl<P: OutputPin + Send> Output for EmbeddedHal<P> {
    fn set(&mut self, level: Level) -> Result<(), Error> {
        self.0.set_state(level.into()).map_err(from_hal)
    }
}

impl<P: InputPin + Send> Input for EmbeddedHal<P> {
    fn level(&mut self) -> Result<Level, Error> {
        self.0.is_high().map(|high| if high { Level::High } else { Level::Low }).map_err(from_hal)
    }
}

impl<P: OutputPin + InputPin + Send> Io for EmbeddedHal<P> {}
