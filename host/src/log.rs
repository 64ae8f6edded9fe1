//! The guest's log and standard output.

use wasmtime::StoreContextMut;
use wasmtime::component::{Linker, WasmStr};

use crate::bindings::wasm_embedded::hal::log as wit;
use crate::limits::size;
use crate::linker::HalView;
use crate::refusal::Refusal;

/// How important a message is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Level {
    /// Something failed.
    Error,
    /// Something looks wrong.
    Warn,
    /// What an operator wants to see.
    Info,
    /// What a developer wants to see.
    Debug,
    /// Everything.
    Trace,
}

/// Where a guest's messages go. All text is the guest's: escape it before it reaches a terminal or a file.
pub trait Log: Send {
    /// Returns the least important level that is kept.
    fn max_level(&self) -> Option<Level>;

    /// Takes one message.
    fn log(&mut self, level: Level, target: &str, message: &str);

    /// Takes the message of a guest that is about to trap.
    fn panicked(&mut self, message: &str);

    /// Takes text for the guest's standard output.
    fn print(&mut self, text: &str);

    /// Is told what the host refused the guest.
    fn refused(&mut self, _refusal: &Refusal<'_>) {}

    /// Returns the time in nanoseconds, from any point on, by which the rate of messages is bounded. Without a clock it is not.
    fn now_ns(&self) -> Option<u64> {
        None
    }

    /// Is told how many messages were dropped since the last one, because there were too many.
    fn dropped(&mut self, _messages: u64) {}
}

/// A log that keeps nothing.
#[derive(Clone, Copy, Debug, Default)]
pub struct Silent;

impl Log for Silent {
    fn max_level(&self) -> Option<Level> {
        None
    }

    fn log(&mut self, _level: Level, _target: &str, _message: &str) {}

    fn panicked(&mut self, _message: &str) {}

    fn print(&mut self, _text: &str) {}
}

impl From<wit::Level> for Level {
    fn from(level: wit::Level) -> Level {
        match level {
            wit::Level::Error => Level::Error,
            wit::Level::Warn => Level::Warn,
            wit::Level::Info => Level::Info,
            wit::Level::Debug => Level::Debug,
            wit::Level::Trace => Level::Trace,
        }
    }
}

impl From<Level> for wit::Level {
    fn from(level: Level) -> wit::Level {
        match level {
            Level::Error => wit::Level::Error,
            Level::Warn => wit::Level::Warn,
            Level::Info => wit::Level::Info,
            Level::Debug => wit::Level::Debug,
            Level::Trace => wit::Level::Trace,
        }
    }
}

/// Adds the interface `wasm-embedded:hal/log`.
///
/// # Errors
///
/// Fails if the interface is there already.
pub fn add_to_linker<T: HalView>(linker: &mut Linker<T>) -> wasmtime::Result<()> {
    let mut instance = linker.instance("wasm-embedded:hal/log@0.5.0")?;
    instance.func_wrap("max-level", |mut store: StoreContextMut<'_, T>, (): ()| {
        let hal = store.data_mut().hal();
        hal.admission.interrupt.check()?;
        Ok((hal.admission.log.max_level().map(wit::Level::from),))
    })?;
    instance.func_wrap(
        "log",
        |mut store: StoreContextMut<'_, T>, (level, target, message): (wit::Level, WasmStr, WasmStr)| {
            with_log(&mut store, |store, log, limit| {
                if log.max_level() >= Some(level.into()) {
                    let (target, message) = (target.to_str(store)?, message.to_str(store)?);
                    log.log(level.into(), cut(&target, limit), cut(&message, limit));
                }
                Ok(())
            })
        },
    )?;
    instance.func_wrap("panicked", |mut store: StoreContextMut<'_, T>, (message,): (WasmStr,)| {
        with_log(&mut store, |store, log, limit| {
            log.panicked(cut(&message.to_str(store)?, limit));
            Ok(())
        })
    })?;
    instance.func_wrap("print", |mut store: StoreContextMut<'_, T>, (text,): (WasmStr,)| {
        with_log(&mut store, |store, log, limit| {
            log.print(cut(&text.to_str(store)?, limit));
            Ok(())
        })
    })
}

/// Calls `f` with the log and the limit of a text's bytes.
fn with_log<T: HalView>(
    store: &mut StoreContextMut<'_, T>,
    f: impl FnOnce(&StoreContextMut<'_, T>, &mut dyn Log, u32) -> wasmtime::Result<()>,
) -> wasmtime::Result<()> {
    let hal = store.data_mut().hal();
    hal.admission.interrupt.check()?;
    let limit = hal.admission.limits.text_bytes;
    let mut log = hal.log_out();
    let result = f(store, &mut *log, limit);
    store.data_mut().hal().admission.log = log;
    result
}

/// Returns the beginning of a text, at most `limit` bytes and whole characters.
fn cut(text: &str, limit: u32) -> &str {
    text.get(..text.floor_char_boundary(size(limit))).unwrap_or_default()
}
