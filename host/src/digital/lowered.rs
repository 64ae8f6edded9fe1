//! The functions, as core modules call them.

use alloc::format;

use wasmtime::{Caller, Linker, Result};

use super::{Input, InputHandle, IoHandle, Output, OutputHandle, Pin, commanded, level, set, wit};
use crate::kind::DeviceKind;
use crate::linker::HalView;
use crate::lowered::guest::enter;
use crate::lowered::{abi, calls};
use crate::wit::Cases as _;

/// The interface.
const DIGITAL: &str = "wasm-embedded:hal/digital@0.5.0";

/// Adds the interface `wasm-embedded:hal/digital`, as core functions.
///
/// # Errors
///
/// Fails if the interface is there already.
pub fn add_lowered_to_linker<T: HalView>(linker: &mut Linker<T>) -> Result<()> {
    calls::add_opening::<T, OutputHandle>(linker, DIGITAL, "output-pin")?;
    calls::add_opening::<T, InputHandle>(linker, DIGITAL, "input-pin")?;
    calls::add_opening::<T, IoHandle>(linker, DIGITAL, "io-pin")?;
    add_driving::<T, OutputHandle>(linker, "output-pin")?;
    add_driving::<T, IoHandle>(linker, "io-pin")?;
    add_reading::<T, InputHandle>(linker, "input-pin")?;
    add_reading::<T, IoHandle>(linker, "io-pin")
}

/// Adds the methods of a pin that is driven.
fn add_driving<T: HalView, K: DeviceKind<Device: Output, Grant = Pin>>(
    linker: &mut Linker<T>,
    name: &str,
) -> Result<()> {
    linker.func_wrap(
        DIGITAL,
        &format!("[method]{name}.set"),
        |mut caller: Caller<'_, T>, pin: u32, level: u32, to: u32| {
            let (memory, hal) = enter(&mut caller)?;
            let pin = hal.guest.handles.get::<K>(pin)?;
            let level: wit::Level = abi::case(level)?;
            let made = set::<K>(hal, pin, |_| level.into());
            calls::put_nothing::<wit::Error, _>(memory, to, made)
        },
    )?;
    linker.func_wrap(DIGITAL, &format!("[method]{name}.toggle"), |mut caller: Caller<'_, T>, pin: u32, to: u32| {
        let (memory, hal) = enter(&mut caller)?;
        let pin = hal.guest.handles.get::<K>(pin)?;
        let made = set::<K>(hal, pin, |commanded| !commanded);
        calls::put_nothing::<wit::Error, _>(memory, to, made)
    })?;
    linker.func_wrap(
        DIGITAL,
        &format!("[method]{name}.commanded"),
        |mut caller: Caller<'_, T>, pin: u32, to: u32| {
            let (memory, hal) = enter(&mut caller)?;
            let pin = hal.guest.handles.get::<K>(pin)?;
            let made = commanded::<K>(hal, pin).map(|level| level.map(|level| wit::Level::from(level).number()));
            calls::put_byte::<wit::Error, _>(memory, to, made)
        },
    )?;
    Ok(())
}

/// Adds the methods of a pin that is read.
fn add_reading<T: HalView, K: DeviceKind<Device: Input, Grant = Pin>>(
    linker: &mut Linker<T>,
    name: &str,
) -> Result<()> {
    linker.func_wrap(DIGITAL, &format!("[method]{name}.level"), |mut caller: Caller<'_, T>, pin: u32, to: u32| {
        let (memory, hal) = enter(&mut caller)?;
        let pin = hal.guest.handles.get::<K>(pin)?;
        let made = level::<K>(hal, pin).map(|level| level.map(|level| wit::Level::from(level).number()));
        calls::put_byte::<wit::Error, _>(memory, to, made)
    })?;
    Ok(())
}
