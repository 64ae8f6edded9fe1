//! How the imports find the context of their guest.

use wasmtime::StoreContextMut;
#[cfg(feature = "component")]
use wasmtime::component::Linker;

use crate::HalCtx;
#[cfg(feature = "component")]
use crate::{adc, clock, delay, digital, i2c, log, pwm, spi, uart};

/// A store's data that holds a context.
pub trait HalView: 'static {
    /// Returns the context of this guest.
    fn hal(&mut self) -> &mut HalCtx;

    /// Is called when the guest has waited, before it goes on: the place to give it new fuel.
    fn waited(_store: StoreContextMut<'_, Self>)
    where
        Self: Sized,
    {
    }
}

impl HalView for HalCtx {
    #[inline]
    fn hal(&mut self) -> &mut HalCtx {
        self
    }
}

/// Adds all interfaces of `wasm-embedded:hal`.
///
/// A host that lacks one of them calls the `add_to_linker` of the others' modules instead; a guest that needs the missing one
/// then fails to link, with the interface's name.
///
/// # Errors
///
/// Fails if one of the interfaces is there already.
#[cfg(feature = "component")]
pub fn add_to_linker<T: HalView>(linker: &mut Linker<T>) -> wasmtime::Result<()> {
    // Types only, but a component that uses them imports it.
    linker.instance("wasm-embedded:hal/types@0.5.0")?;
    i2c::add_to_linker(linker)?;
    spi::add_to_linker(linker)?;
    digital::add_to_linker(linker)?;
    pwm::add_to_linker(linker)?;
    uart::add_to_linker(linker)?;
    adc::add_to_linker(linker)?;
    delay::add_to_linker(linker)?;
    clock::add_to_linker(linker)?;
    log::add_to_linker(linker)
}

/// Adds the asynchronous interfaces of `wasm-embedded:hal`, beside those of [`add_to_linker`].
///
/// Only an engine with [`Config::concurrency_support`](wasmtime::Config::concurrency_support) takes them, which makes every call
/// slower: use another one for guests that import none of them.
///
/// # Errors
///
/// Fails if one of the interfaces is there already.
#[cfg(feature = "async")]
pub fn add_async_to_linker<T: HalView>(linker: &mut Linker<T>) -> wasmtime::Result<()> {
    crate::calls::add_to_linker(linker)?;
    i2c::add_async_to_linker(linker)?;
    spi::add_async_to_linker(linker)?;
    digital::add_async_to_linker(linker)?;
    uart::add_async_to_linker(linker)?;
    delay::add_async_to_linker(linker)
}
