//! The blocking functions, as core modules call them.

use wasmtime::{Caller, Linker, Result};

use super::plan::Plan;
use super::{Address, Handle, Step, wit};
use crate::limits::size;
use crate::linker::HalView;
use crate::lowered::abi::{self, Allowance, List};
use crate::lowered::guest::enter;
use crate::lowered::{Violation, calls};
use crate::transfer;
use crate::wit::types::Short;

/// The interface.
const I2C: &str = "wasm-embedded:hal/i2c@0.5.0";

/// Adds the interface `wasm-embedded:hal/i2c`, as core functions.
///
/// # Errors
///
/// Fails if the interface is there already.
pub fn add_lowered_to_linker<T: HalView>(linker: &mut Linker<T>) -> Result<()> {
    calls::add_opening::<T, Handle>(linker, I2C, "bus")?;
    linker.func_wrap(I2C, "[method]bus.read", read::<T>)?;
    linker.func_wrap(I2C, "[method]bus.write", write::<T>)?;
    linker.func_wrap(I2C, "[method]bus.write-read", write_read::<T>)?;
    linker.func_wrap(I2C, "[method]bus.write-read-short", write_read_short::<T>)?;
    linker.func_wrap(I2C, "[method]bus.transaction", transaction::<T>)?;
    Ok(())
}

/// Lifts an address: the case of the variant, and the integer that both cases share.
#[inline]
fn address(width: u32, number: u32) -> Result<Address, Violation> {
    // What does not fit the case's integer is cut off. Canonical ABI, `lift_flat_unsigned`.
    let [low, high, ..] = number.to_le_bytes();
    match width {
        0 => Ok(Address::SevenBit(low)),
        1 => Ok(Address::TenBit(u16::from_le_bytes([low, high]))),
        other => Err(Violation::Case(other)),
    }
}

fn read<T: HalView>(mut caller: Caller<'_, T>, bus: u32, width: u32, target: u32, len: u32, to: u32) -> Result<()> {
    let (_, hal) = enter(&mut caller)?;
    let bus = hal.guest.handles.get::<Handle>(bus)?;
    let target = address(width, target)?;
    let filled = transfer::read::<Handle, _>(hal, bus, &Plan::read(target, len), &[]);
    calls::put_list::<T, wit::Error, _>(&mut caller, to, filled)
}

fn write<T: HalView>(
    mut caller: Caller<'_, T>,
    bus: u32,
    width: u32,
    target: u32,
    at: u32,
    len: u32,
    to: u32,
) -> Result<()> {
    let (memory, hal) = enter(&mut caller)?;
    let bus = hal.guest.handles.get::<Handle>(bus)?;
    let target = address(width, target)?;
    let bytes = abi::bytes(memory, List { at, len }, &mut Allowance::of(hal))?;
    let made = transfer::write::<Handle, _>(hal, bus, &Plan::write(target, bytes.len()), bytes);
    calls::put_nothing::<wit::Error, _>(memory, to, made)
}

#[expect(clippy::too_many_arguments, reason = "as the canonical ABI has them")]
fn write_read<T: HalView>(
    mut caller: Caller<'_, T>,
    bus: u32,
    width: u32,
    target: u32,
    at: u32,
    len: u32,
    read_len: u32,
    to: u32,
) -> Result<()> {
    let (memory, hal) = enter(&mut caller)?;
    let bus = hal.guest.handles.get::<Handle>(bus)?;
    let target = address(width, target)?;
    let bytes = abi::bytes(memory, List { at, len }, &mut Allowance::of(hal))?;
    let filled = transfer::read::<Handle, _>(hal, bus, &Plan::write_read(target, bytes.len(), read_len), bytes);
    calls::put_list::<T, wit::Error, _>(&mut caller, to, filled)
}

#[expect(clippy::too_many_arguments, reason = "as the canonical ABI has them")]
fn write_read_short<T: HalView>(
    mut caller: Caller<'_, T>,
    bus: u32,
    width: u32,
    target: u32,
    low: u64,
    high: u64,
    write_len: u32,
    read_len: u32,
    to: u32,
) -> Result<()> {
    let (memory, hal) = enter(&mut caller)?;
    let bus = hal.guest.handles.get::<Handle>(bus)?;
    let target = address(width, target)?;
    let lens = [write_len, read_len];
    let made = transfer::short::<Handle, _>(hal, bus, &Plan::short(target, lens), Short { low, high }, lens);
    calls::put_short::<wit::Error, _>(memory, to, made)
}

#[expect(clippy::too_many_arguments, reason = "as the canonical ABI has them")]
fn transaction<T: HalView>(
    mut caller: Caller<'_, T>,
    bus: u32,
    width: u32,
    target: u32,
    operations_at: u32,
    operations_len: u32,
    at: u32,
    len: u32,
    to: u32,
) -> Result<()> {
    let (memory, hal) = enter(&mut caller)?;
    let bus = hal.guest.handles.get::<Handle>(bus)?;
    let target = address(width, target)?;
    let mut allowance = Allowance::of(hal);
    let records = abi::records::<8>(memory, List { at: operations_at, len: operations_len }, &mut allowance)?;
    let bytes = abi::bytes(memory, List { at, len }, &mut allowance)?;
    let steps = calls::steps::<Handle, Step, 8>(hal, bus, records, |record| {
        let [direction, ..] = *record;
        let len = size(abi::word(record, 4));
        Ok(match abi::case(direction.into())? {
            wit::Direction::Read => Step::Read(len),
            wit::Direction::Write => Step::Write(len),
        })
    })?;
    let filled =
        steps.and_then(|steps| transfer::read::<Handle, _>(hal, bus, &Plan::list(target, &steps, bytes.len()), bytes));
    calls::put_list::<T, wit::Error, _>(&mut caller, to, filled)
}
