//! I2C buses. Addresses are right-aligned: 0x76 is the address, not 0xec.

#[cfg(feature = "async")]
mod asynchronous;
mod transaction;
mod ungranted;

use core::fmt;

use embedded_hal::i2c::{self, ErrorKind, I2c, NoAcknowledgeSource, Operation, SevenBitAddress, TenBitAddress};
use smallvec::SmallVec;
use wasmtime::StoreContextMut;
use wasmtime::component::{Linker, Resource, ResourceType, WasmList, WasmStr};

use crate::adapter::EmbeddedHal;
use crate::bindings::wasm_embedded::hal::i2c as wit;
use crate::bindings::wasm_embedded::hal::types::{OpenError, Short};
use crate::ctx::HalCtx;
use crate::grant::I2cGrant;
use crate::limits::{Limits, TooLong, check, count, malformed, no_memory, size};
use crate::linker::HalView;
use crate::log::Log;
use crate::progress::Progress;
use crate::refusal::Refusal;
use crate::reply::Reply;
use crate::short;
use crate::slot::Slot;

#[cfg(feature = "async")]
pub use self::asynchronous::add_async_to_linker;
pub use self::transaction::{Outcome, Step, Transaction};
pub(crate) use self::ungranted::Ungranted;
pub use self::ungranted::{eight_bit_form_of, reserved};

/// The address of a target, without the read/write bit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Address {
    /// 0x00 to 0x7f; what a guest sends may be greater, and is refused.
    SevenBit(u8),
    /// 0x000 to 0x3ff; what a guest sends may be greater, and is refused.
    TenBit(u16),
}

/// Why a transaction failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Error {
    /// A START or STOP at the wrong place, or a line held by something.
    Bus,
    /// Another controller won the bus.
    ArbitrationLoss,
    /// Something was not acknowledged.
    NoAcknowledge(NoAcknowledgeSource),
    /// Received data was lost.
    Overrun,
    /// Any other fault.
    Other,
    /// Past a limit of the hardware or its driver; nothing went out on the wires.
    TooLong,
    /// The hardware cannot do this; nothing went out on the wires.
    Unsupported,
    /// The bus could not be had in bounded time.
    Busy,
}

/// An I2C bus as the host needs it.
pub trait Bus: Send {
    /// Carries out one transaction, with the contract of [`embedded_hal::i2c::I2c::transaction`]: atomic, and the bus idle after
    /// it, whatever happens. Fills every read buffer, or fails.
    ///
    /// # Errors
    ///
    /// Fails as the hardware does.
    fn transaction(&mut self, address: Address, operations: &mut [Operation<'_>]) -> Result<(), Error>;

    /// Begins a transaction that the guest waits for together with other things, after all that were begun before. A bus that
    /// cannot do anything beside its caller carries it out at once.
    fn start(&mut self, transaction: Transaction) -> Progress<Outcome> {
        Progress::Done(transaction.run(|address, operations| self.transaction(address, operations)))
    }
}

/// The guest's handle of a bus.
#[derive(Debug)]
pub struct Handle(());

/// A bus of embedded-hal that can address targets of seven bits and of ten. Under
/// [`EmbeddedHal`](crate::EmbeddedHal), addresses of ten bits are [`Error::Unsupported`].
#[derive(Clone, Copy, Debug)]
pub struct BothWidths<B>(pub B);

/// What is known of a transaction before it starts.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Request {
    reads: bool,
    writes: bool,
    read: u64,
    written: u64,
    /// Whether a run of reads has no bytes at all, for which I2C has no form.
    empty_read: bool,
    /// Runs of operations in one direction, each of which has a START and an address.
    runs: u64,
}

/// The clocks of a START with an address, or of a byte: eight bits and the acknowledgement. UM10204 Rev. 7.0, section 3.1.5.
const CLOCKS_OF_A_BYTE: u64 = 9;
/// What START and STOP take, in clocks: at most one each.
const CLOCKS_OF_A_CONDITION: u64 = 1;

/// A bus under its label.
pub(crate) type BusSlot = Slot<dyn Bus, I2cGrant>;

/// Adds the interface `wasm-embedded:hal/i2c`.
///
/// # Errors
///
/// Fails if the interface is there already.
pub fn add_to_linker<T: HalView>(linker: &mut Linker<T>) -> wasmtime::Result<()> {
    let mut instance = linker.instance("wasm-embedded:hal/i2c@0.5.0")?;
    instance.resource("bus", ResourceType::host::<Handle>(), |mut store, handle| {
        let hal = store.data_mut().hal();
        let slot = hal.i2c.get(handle)?;
        slot.open = slot.open.saturating_sub(1);
        hal.close_handle();
        Ok(())
    })?;
    instance.func_wrap("[static]bus.open", |mut store: StoreContextMut<'_, T>, (label,): (WasmStr,)| {
        store.data_mut().hal().interrupt.check()?;
        let label = label.to_str(&store)?.into_owned();
        Ok((open(store.data_mut().hal(), &label).map(Resource::<Handle>::new_own),))
    })?;
    instance.func_wrap("[method]bus.read", read::<T>)?;
    instance.func_wrap("[method]bus.write", write::<T>)?;
    instance.func_wrap("[method]bus.write-read", write_read::<T>)?;
    instance.func_wrap("[method]bus.write-read-short", write_read_short::<T>)?;
    instance.func_wrap("[method]bus.transaction", transaction::<T>)
}

/// Opens a label; a bus may have several handles.
fn open(hal: &mut HalCtx, label: &str) -> Result<u32, OpenError> {
    let Some((handle, _)) = hal.i2c.find(label) else {
        return Err(hal.no_such(label, "an I2C bus"));
    };
    hal.open_handle()?;
    if let Ok(slot) = hal.i2c.get(handle) {
        slot.open = slot.open.saturating_add(1);
    }
    Ok(handle)
}

fn read<T: HalView>(
    mut store: StoreContextMut<'_, T>,
    (bus, address, len): (Resource<Handle>, wit::Address, u32),
) -> wasmtime::Result<(Result<Reply, wit::Error>,)> {
    let hal = store.data_mut().hal();
    hal.interrupt.check()?;
    let slot = hal.i2c.get(bus.rep())?;
    let request = Request { reads: true, read: len.into(), empty_read: len == 0, runs: 1, ..Request::default() };
    if let Err(error) = permit(slot, address.into(), request, &hal.limits, &mut *hal.log) {
        return Ok((Err(error),));
    }
    let Some(mut reply) = hal.reply.take(size(len)) else {
        return Ok((Err(no_memory(&slot.label, len.into(), &mut *hal.log).into()),));
    };
    let result = slot.device()?.transaction(address.into(), &mut [Operation::Read(reply.bytes())]);
    Ok((hal.reply.finish(reply, result.map_err(wit::Error::from)),))
}

fn write<T: HalView>(
    mut store: StoreContextMut<'_, T>,
    (bus, address, bytes): (Resource<Handle>, wit::Address, WasmList<u8>),
) -> wasmtime::Result<(Result<(), wit::Error>,)> {
    let hal = store.data_mut().hal();
    hal.interrupt.check()?;
    let slot = hal.i2c.get(bus.rep())?;
    let request = Request { writes: true, written: count(bytes.len()), runs: 1, ..Request::default() };
    if let Err(error) = permit(slot, address.into(), request, &hal.limits, &mut *hal.log) {
        return Ok((Err(error),));
    }
    let mut device = slot.lend()?;
    let result = device.transaction(address.into(), &mut [Operation::Write(bytes.as_le_slice(&store))]);
    store.data_mut().hal().i2c.get(bus.rep())?.give_back(device);
    Ok((result.map_err(wit::Error::from),))
}

fn write_read<T: HalView>(
    mut store: StoreContextMut<'_, T>,
    (bus, address, bytes, len): (Resource<Handle>, wit::Address, WasmList<u8>, u32),
) -> wasmtime::Result<(Result<Reply, wit::Error>,)> {
    let hal = store.data_mut().hal();
    hal.interrupt.check()?;
    let slot = hal.i2c.get(bus.rep())?;
    let written = count(bytes.len());
    let request = Request { reads: true, writes: true, read: len.into(), written, empty_read: len == 0, runs: 2 };
    if let Err(error) = permit(slot, address.into(), request, &hal.limits, &mut *hal.log) {
        return Ok((Err(error),));
    }
    let Some(mut reply) = hal.reply.take(size(len)) else {
        return Ok((Err(no_memory(&slot.label, len.into(), &mut *hal.log).into()),));
    };
    let mut device = slot.lend()?;
    let operations = &mut [Operation::Write(bytes.as_le_slice(&store)), Operation::Read(reply.bytes())];
    let result = device.transaction(address.into(), operations);
    let hal = store.data_mut().hal();
    hal.i2c.get(bus.rep())?.give_back(device);
    Ok((hal.reply.finish(reply, result.map_err(wit::Error::from)),))
}

fn write_read_short<T: HalView>(
    mut store: StoreContextMut<'_, T>,
    (bus, address, bytes, write_len, read_len): (Resource<Handle>, wit::Address, Short, u32, u32),
) -> wasmtime::Result<(Result<Short, wit::Error>,)> {
    let hal = store.data_mut().hal();
    hal.interrupt.check()?;
    let slot = hal.i2c.get(bus.rep())?;
    let request = Request {
        reads: read_len > 0,
        writes: write_len > 0 || read_len == 0,
        read: read_len.into(),
        written: write_len.into(),
        empty_read: false,
        runs: 1 + u64::from(read_len > 0 && write_len > 0),
    };
    if let Err(error) = permit(slot, address.into(), request, &hal.limits, &mut *hal.log) {
        return Ok((Err(error),));
    }
    let (written, mut read) = (short::to_bytes(bytes), [0; short::BYTES]);
    let (Some(written), Some(buffer)) = (written.get(..size(write_len)), read.get_mut(..size(read_len))) else {
        return Ok((Err(short::too_long(&slot.label, write_len, read_len, &mut *hal.log).into()),));
    };
    let device = slot.device()?;
    let result = match (written, buffer) {
        (written, []) => device.transaction(address.into(), &mut [Operation::Write(written)]),
        ([], buffer) => device.transaction(address.into(), &mut [Operation::Read(buffer)]),
        (written, buffer) => {
            device.transaction(address.into(), &mut [Operation::Write(written), Operation::Read(buffer)])
        }
    };
    Ok((result.map(|()| short::from_bytes(read)).map_err(wit::Error::from),))
}

fn transaction<T: HalView>(
    mut store: StoreContextMut<'_, T>,
    (bus, address, records, bytes): (Resource<Handle>, wit::Address, WasmList<wit::Operation>, WasmList<u8>),
) -> wasmtime::Result<(Result<Reply, wit::Error>,)> {
    let hal = store.data_mut().hal();
    hal.interrupt.check()?;
    let label = &hal.i2c.get(bus.rep())?.label;
    if let Err(error) = check(label, &[hal.limits.count_of(records.len())], &mut *hal.log) {
        return Ok((Err(error.into()),));
    }
    // At most as many as the limit just checked.
    let mut plan: SmallVec<[wit::Operation; 16]> = SmallVec::new();
    for record in records.iter(&mut store)? {
        plan.push(record?);
    }
    let request = Request::of(&plan);
    let hal = store.data_mut().hal();
    let slot = hal.i2c.get(bus.rep())?;
    if let Err(error) = permit(slot, address.into(), request, &hal.limits, &mut *hal.log) {
        return Ok((Err(error),));
    }
    if request.written != count(bytes.len()) {
        return Ok((Err(malformed(&slot.label, request.written, count(bytes.len()), &mut *hal.log).into()),));
    }
    let Some(mut reply) = usize::try_from(request.read).ok().and_then(|read| hal.reply.take(read)) else {
        return Ok((Err(no_memory(&slot.label, request.read, &mut *hal.log).into()),));
    };
    let mut result = Ok(());
    if !plan.is_empty() {
        let mut device = slot.lend()?;
        let (mut data, mut room) = (bytes.as_le_slice(&store), reply.bytes());
        let mut operations: SmallVec<[Operation<'_>; 16]> = SmallVec::new();
        for record in &plan {
            operations.push(match record.direction {
                // The sums of the lengths are the lengths of the slices: nothing is cut.
                wit::Direction::Write => Operation::Write(data.split_off(..size(record.len)).unwrap_or_default()),
                wit::Direction::Read => Operation::Read(room.split_off_mut(..size(record.len)).unwrap_or_default()),
            });
        }
        result = device.transaction(address.into(), &mut operations);
        drop(operations);
        store.data_mut().hal().i2c.get(bus.rep())?.give_back(device);
    }
    let hal = store.data_mut().hal();
    Ok((hal.reply.finish(reply, result.map_err(wit::Error::from)),))
}

impl Request {
    /// Sums up a list of operations.
    pub(crate) fn of(plan: &[wit::Operation]) -> Request {
        let mut request = Request { ..Request::default() };
        let mut run = None;
        for record in plan {
            let is_read = matches!(record.direction, wit::Direction::Read);
            let len = u64::from(record.len);
            match run {
                Some((was_read, sum)) if was_read == is_read => run = Some((is_read, sum + len)),
                ended => {
                    request.runs += 1;
                    request.empty_read |= ended == Some((true, 0));
                    run = Some((is_read, len));
                }
            }
            // At most 2^32 operations of 2^32 bytes: the sums fit.
            if is_read {
                request.reads = true;
                request.read += len;
            } else {
                request.writes = true;
                request.written += len;
            }
        }
        request.empty_read |= run == Some((true, 0));
        request
    }

    /// Returns how many clocks of the bus the transaction takes.
    #[inline]
    fn clocks(&self) -> u64 {
        let bytes = self.read.saturating_add(self.written).saturating_add(self.runs);
        bytes.saturating_mul(CLOCKS_OF_A_BYTE).saturating_add((self.runs + 1) * CLOCKS_OF_A_CONDITION)
    }
}

/// Checks a transaction against the grant and the limits.
pub(crate) fn permit(
    slot: &BusSlot,
    address: Address,
    request: Request,
    limits: &Limits,
    log: &mut dyn Log,
) -> Result<(), wit::Error> {
    if !slot.grant.permits(address, request.reads, request.writes) {
        let read_only = slot.grant.permits(address, true, false);
        let doubled = match address {
            Address::SevenBit(byte) => slot.grant.permits(Address::SevenBit(byte >> 1), true, false),
            Address::TenBit(_) => false,
        };
        log.refused(&Refusal::Address { label: &slot.label, address, read_only, doubled });
        return Err(wit::Error::Denied);
    }
    let time = limits.time(request.clocks(), slot.grant.clock_hz(), 0);
    check(&slot.label, &[limits.bytes(request.written, request.read), time], log)?;
    if request.empty_read { Err(wit::Error::Unsupported) } else { Ok(()) }
}

impl From<TooLong> for wit::Error {
    fn from(_: TooLong) -> wit::Error {
        wit::Error::TooLong
    }
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Address::SevenBit(address) => write!(f, "{address:#04x}"),
            Address::TenBit(address) => write!(f, "{address:#05x} (10-bit)"),
        }
    }
}

impl From<wit::Address> for Address {
    fn from(address: wit::Address) -> Address {
        match address {
            wit::Address::SevenBit(address) => Address::SevenBit(address),
            wit::Address::TenBit(address) => Address::TenBit(address),
        }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Error::Bus => "a device holds a line of the bus, or the transfer broke off",
            Error::ArbitrationLoss => "another controller won the bus",
            Error::NoAcknowledge(NoAcknowledgeSource::Address | NoAcknowledgeSource::Unknown) => {
                "no device acknowledged"
            }
            Error::NoAcknowledge(NoAcknowledgeSource::Data) => "the device did not acknowledge a byte",
            Error::Overrun => "the controller lost received bytes",
            Error::Other => "the bus or its driver failed",
            Error::TooLong => "the transfer is too long for the hardware",
            Error::Unsupported => "the hardware cannot do this",
            Error::Busy => "the bus is in use elsewhere",
        })
    }
}

impl core::error::Error for Error {}

impl From<Error> for wit::Error {
    fn from(error: Error) -> wit::Error {
        match error {
            Error::Bus => wit::Error::Bus,
            Error::ArbitrationLoss => wit::Error::ArbitrationLoss,
            Error::NoAcknowledge(NoAcknowledgeSource::Address) => wit::Error::NoAcknowledgeAddress,
            Error::NoAcknowledge(NoAcknowledgeSource::Data) => wit::Error::NoAcknowledgeData,
            Error::NoAcknowledge(NoAcknowledgeSource::Unknown) => wit::Error::NoAcknowledgeUnknown,
            Error::Overrun => wit::Error::Overrun,
            Error::Other => wit::Error::Other,
            Error::TooLong => wit::Error::TooLong,
            Error::Unsupported => wit::Error::Unsupported,
            Error::Busy => wit::Error::Busy,
        }
    }
}

/// Converts the kind of an embedded-hal error.
impl From<ErrorKind> for Error {
    fn from(kind: ErrorKind) -> Error {
        match kind {
            ErrorKind::Bus => Error::Bus,
            ErrorKind::ArbitrationLoss => Error::ArbitrationLoss,
            ErrorKind::NoAcknowledge(source) => Error::NoAcknowledge(source),
            ErrorKind::Overrun => Error::Overrun,
            // The foreign enum is non-exhaustive.
            _ => Error::Other,
        }
    }
}

/// Converts an error of embedded-hal.
fn from_hal<E: i2c::Error>(error: E) -> Error {
    error.kind().into()
}

impl<B: I2c<SevenBitAddress> + Send> Bus for EmbeddedHal<B> {
    #[inline]
    fn transaction(&mut self, address: Address, operations: &mut [Operation<'_>]) -> Result<(), Error> {
        match address {
            Address::SevenBit(address) => self.0.transaction(address, operations).map_err(from_hal),
            Address::TenBit(_) => Err(Error::Unsupported),
        }
    }
}

impl<B: I2c<SevenBitAddress> + I2c<TenBitAddress> + Send> Bus for BothWidths<B> {
    #[inline]
    fn transaction(&mut self, address: Address, operations: &mut [Operation<'_>]) -> Result<(), Error> {
        match address {
            Address::SevenBit(address) => self.0.transaction(address, operations).map_err(from_hal),
            Address::TenBit(address) => self.0.transaction(address, operations).map_err(from_hal),
        }
    }
}
