//! The blocking functions, as core modules call them.

use alloc::format;

use wasmtime::{Caller, Linker, Result};

use super::plan::Plan;
use super::{Bus, BusHandle, DeviceHandle, Step, flush, wit};
use crate::grant::SpiGrant;
use crate::kind::DeviceKind;
use crate::linker::HalView;
use crate::lowered::abi::{self, Allowance, List};
use crate::lowered::calls;
use crate::lowered::guest::enter;
use crate::transfer;
use crate::wit::types::Short;

/// The interface.
const SPI: &str = "wasm-embedded:hal/spi@0.5.0";

/// Adds the interface `wasm-embedded:hal/spi`, as core functions.
///
/// # Errors
///
/// Fails if the interface is there already.
pub fn add_lowered_to_linker<T: HalView>(linker: &mut Linker<T>) -> Result<()> {
    add_kind::<T, DeviceHandle>(linker, "device")?;
    add_kind::<T, BusHandle>(linker, "bus")?;
    linker.func_wrap(SPI, "[method]device.transaction", transaction::<T>)?;
    linker.func_wrap(SPI, "[method]bus.flush", |mut caller: Caller<'_, T>, bus: u32, to: u32| {
        let (memory, hal) = enter(&mut caller)?;
        let bus = hal.guest.handles.get::<BusHandle>(bus)?;
        let made = flush(hal, bus);
        calls::put_nothing::<wit::Error, _>(memory, to, made)
    })?;
    Ok(())
}

/// Adds a resource, how it is opened, and the methods that devices and buses share.
fn add_kind<T: HalView, K: DeviceKind<Device = dyn Bus, Grant = SpiGrant>>(
    linker: &mut Linker<T>,
    name: &str,
) -> Result<()> {
    calls::add_opening::<T, K>(linker, SPI, name)?;
    linker.func_wrap(SPI, &format!("[method]{name}.read"), read::<T, K>)?;
    linker.func_wrap(SPI, &format!("[method]{name}.write"), write::<T, K>)?;
    linker.func_wrap(SPI, &format!("[method]{name}.transfer"), transfer::<T, K>)?;
    linker.func_wrap(SPI, &format!("[method]{name}.transfer-short"), transfer_short::<T, K>)?;
    Ok(())
}

fn read<T: HalView, K: DeviceKind<Device = dyn Bus, Grant = SpiGrant>>(
    mut caller: Caller<'_, T>,
    this: u32,
    len: u32,
    to: u32,
) -> Result<()> {
    let (_, hal) = enter(&mut caller)?;
    let this = hal.guest.handles.get::<K>(this)?;
    let filled = transfer::read::<K, _>(hal, this, &Plan::read(len), &[]);
    calls::put_list::<T, wit::Error, _>(&mut caller, to, filled)
}

fn write<T: HalView, K: DeviceKind<Device = dyn Bus, Grant = SpiGrant>>(
    mut caller: Caller<'_, T>,
    this: u32,
    at: u32,
    len: u32,
    to: u32,
) -> Result<()> {
    let (memory, hal) = enter(&mut caller)?;
    let this = hal.guest.handles.get::<K>(this)?;
    let bytes = abi::bytes(memory, List { at, len }, &mut Allowance::of(hal))?;
    let made = transfer::write::<K, _>(hal, this, &Plan::write(bytes.len()), bytes);
    calls::put_nothing::<wit::Error, _>(memory, to, made)
}

fn transfer<T: HalView, K: DeviceKind<Device = dyn Bus, Grant = SpiGrant>>(
    mut caller: Caller<'_, T>,
    this: u32,
    at: u32,
    len: u32,
    read_len: u32,
    to: u32,
) -> Result<()> {
    let (memory, hal) = enter(&mut caller)?;
    let this = hal.guest.handles.get::<K>(this)?;
    let bytes = abi::bytes(memory, List { at, len }, &mut Allowance::of(hal))?;
    let filled = transfer::read::<K, _>(hal, this, &Plan::transfer(bytes.len(), read_len), bytes);
    calls::put_list::<T, wit::Error, _>(&mut caller, to, filled)
}

fn transfer_short<T: HalView, K: DeviceKind<Device = dyn Bus, Grant = SpiGrant>>(
    mut caller: Caller<'_, T>,
    this: u32,
    low: u64,
    high: u64,
    write_len: u32,
    read_len: u32,
    to: u32,
) -> Result<()> {
    let (memory, hal) = enter(&mut caller)?;
    let this = hal.guest.handles.get::<K>(this)?;
    let lens = [write_len, read_len];
    let made = transfer::short::<K, _>(hal, this, &Plan::short(lens), Short { low, high }, lens);
    calls::put_short::<wit::Error, _>(memory, to, made)
}

fn transaction<T: HalView>(
    mut caller: Caller<'_, T>,
    device: u32,
    operations_at: u32,
    operations_len: u32,
    at: u32,
    len: u32,
    to: u32,
) -> Result<()> {
    let (memory, hal) = enter(&mut caller)?;
    let device = hal.guest.handles.get::<DeviceHandle>(device)?;
    let mut allowance = Allowance::of(hal);
    let records = abi::records::<12>(memory, List { at: operations_at, len: operations_len }, &mut allowance)?;
    let bytes = abi::bytes(memory, List { at, len }, &mut allowance)?;
    let steps = calls::steps::<DeviceHandle, Step, 12>(hal, device, records, |record| {
        let [write_len, read_len, delay_ns] = [0, 4, 8].map(|at| abi::word(record, at));
        Ok(Step { write_len, read_len, delay_ns })
    })?;
    let filled =
        steps.and_then(|steps| transfer::read::<DeviceHandle, _>(hal, device, &Plan::list(&steps, bytes.len()), bytes));
    calls::put_list::<T, wit::Error, _>(&mut caller, to, filled)
}
