//! SPI devices and buses, for words of eight bits.

#[cfg(feature = "async")]
mod asynchronous;
mod exchange;

use core::fmt;
use core::num::NonZeroU32;

use embedded_hal::spi::{self, ErrorKind, Operation, SpiBus, SpiDevice};
use smallvec::SmallVec;
use wasmtime::StoreContextMut;
use wasmtime::component::{Linker, LinkerInstance, Resource, WasmList};

use crate::adapter::EmbeddedHal;
use crate::bindings::wasm_embedded::hal::spi as wit;
use crate::bindings::wasm_embedded::hal::types::Short;
use crate::ctx::{self, HalCtx};
use crate::grant::SpiGrant;
use crate::limits::{Asked, Limits, TooLong, check, count, malformed, no_memory, size};
use crate::linker::HalView;
use crate::open::add_opening;
use crate::progress::Progress;
use crate::reply::Reply;
use crate::short;
use crate::slot::{Slot, Slots};

#[cfg(feature = "async")]
pub use self::asynchronous::add_async_to_linker;
pub use self::exchange::{Exchange, Outcome, Step};

/// Why a transaction failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Error {
    /// Received data was lost.
    Overrun,
    /// Several controllers drive the bus.
    ModeFault,
    /// The received frame is malformed.
    FrameFormat,
    /// The chip select could not be driven.
    ChipSelectFault,
    /// Any other fault.
    Other,
    /// Past a limit of the hardware or its driver; nothing went out on the wires.
    TooLong,
    /// The hardware cannot do this; nothing went out on the wires.
    Unsupported,
    /// The bus could not be had in bounded time.
    Busy,
}

/// What clocks words for a guest: a device behind a chip select, or a bus without one.
pub trait Clocked: Send {
    /// Carries out operations: for a device under one chip select, with the contract of
    /// [`embedded_hal::spi::SpiDevice::transaction`]. Fills every read buffer, or fails.
    ///
    /// # Errors
    ///
    /// Fails as the hardware does.
    fn run(&mut self, operations: &mut [Operation<'_, u8>]) -> Result<(), Error>;

    /// Returns when the bus is idle. A device is so at the end of every transaction.
    ///
    /// # Errors
    ///
    /// Fails as the hardware does.
    fn flush(&mut self) -> Result<(), Error> {
        Ok(())
    }

    /// Begins a transaction that the guest waits for together with other things, after all that were begun before on the same
    /// bus. Hardware that cannot do anything beside its caller carries it out at once.
    fn start(&mut self, exchange: Exchange) -> Progress<Outcome> {
        Progress::Done(exchange.run(|operations| self.run(operations)))
    }

    /// Begins to wait until all that was begun before is done and the bus is idle.
    fn start_flush(&mut self) -> Progress<Result<(), Error>> {
        Progress::Done(self.flush())
    }
}

/// The guest's handle of a device.
#[derive(Debug)]
pub struct DeviceHandle(());
/// The guest's handle of a bus.
#[derive(Debug)]
pub struct BusHandle(());

/// A bus of embedded-hal without chip select. Of devices, [`EmbeddedHal`](crate::EmbeddedHal) makes what a host needs.
#[derive(Clone, Copy, Debug)]
pub struct EmbeddedHalBus<B>(pub B);

/// The clocks of a word of eight bits.
const CLOCKS_OF_A_WORD: u64 = 8;

/// What is under labels: devices, or buses.
pub(crate) type ClockedSlots = Slots<dyn Clocked, SpiGrant>;
/// Finds them in a context.
type Kind = ctx::Kind<dyn Clocked, SpiGrant>;

/// Adds the interface `wasm-embedded:hal/spi`.
///
/// # Errors
///
/// Fails if the interface is there already.
pub fn add_to_linker<T: HalView>(linker: &mut Linker<T>) -> wasmtime::Result<()> {
    let mut instance = linker.instance("wasm-embedded:hal/spi@0.5.0")?;
    add_kind::<T, DeviceHandle>(&mut instance, "device", "an SPI device", |hal| &mut hal.spi_devices)?;
    add_kind::<T, BusHandle>(&mut instance, "bus", "an SPI bus", |hal| &mut hal.spi_buses)?;
    instance.func_wrap("[method]device.transaction", transaction::<T>)?;
    instance.func_wrap("[method]bus.flush", |mut store: StoreContextMut<'_, T>, (bus,): (Resource<BusHandle>,)| {
        let hal = store.data_mut().hal();
        hal.interrupt.check()?;
        Ok((hal.spi_buses.get(bus.rep())?.device()?.flush().map_err(wit::Error::from),))
    })
}

/// Adds a resource, how it is opened, and the methods that devices and buses share.
fn add_kind<T: HalView, H: 'static>(
    instance: &mut LinkerInstance<'_, T>,
    name: &str,
    kind_name: &'static str,
    kind: Kind,
) -> wasmtime::Result<()> {
    add_opening::<T, _, _, H>(instance, name, kind_name, kind)?;
    instance.func_wrap(
        &alloc::format!("[method]{name}.read"),
        move |mut store: StoreContextMut<'_, T>, (this, len): (Resource<H>, u32)| {
            let hal = store.data_mut().hal();
            if let Err(error) = permit(hal, kind, this.rep(), 0, len.into())? {
                return Ok((Err(error),));
            }
            let Some(mut reply) = hal.reply.take(size(len)) else {
                return Ok((Err(out_of_memory(hal, kind, this.rep(), len.into())?),));
            };
            let result = kind(hal).get(this.rep())?.device()?.run(&mut [Operation::Read(reply.bytes())]);
            Ok((hal.reply.finish(reply, result.map_err(wit::Error::from)),))
        },
    )?;
    instance.func_wrap(
        &alloc::format!("[method]{name}.write"),
        move |mut store: StoreContextMut<'_, T>, (this, bytes): (Resource<H>, WasmList<u8>)| {
            let hal = store.data_mut().hal();
            if let Err(error) = permit(hal, kind, this.rep(), count(bytes.len()), 0)? {
                return Ok((Err(error),));
            }
            let mut device = kind(hal).get(this.rep())?.lend()?;
            let result = device.run(&mut [Operation::Write(bytes.as_le_slice(&store))]);
            kind(store.data_mut().hal()).get(this.rep())?.give_back(device);
            Ok((result.map_err(wit::Error::from),))
        },
    )?;
    instance.func_wrap(
        &alloc::format!("[method]{name}.transfer"),
        move |mut store: StoreContextMut<'_, T>, (this, bytes, len): (Resource<H>, WasmList<u8>, u32)| {
            let hal = store.data_mut().hal();
            if let Err(error) = permit(hal, kind, this.rep(), count(bytes.len()), len.into())? {
                return Ok((Err(error),));
            }
            let Some(mut reply) = hal.reply.take(size(len)) else {
                return Ok((Err(out_of_memory(hal, kind, this.rep(), len.into())?),));
            };
            let mut device = kind(hal).get(this.rep())?.lend()?;
            let result = device.run(&mut [Operation::Transfer(reply.bytes(), bytes.as_le_slice(&store))]);
            let hal = store.data_mut().hal();
            kind(hal).get(this.rep())?.give_back(device);
            Ok((hal.reply.finish(reply, result.map_err(wit::Error::from)),))
        },
    )?;
    instance.func_wrap(
        &alloc::format!("[method]{name}.transfer-short"),
        move |mut store: StoreContextMut<'_, T>, (this, bytes, write_len, read_len): (Resource<H>, Short, u32, u32)| {
            let hal = store.data_mut().hal();
            if let Err(error) = permit(hal, kind, this.rep(), write_len.into(), read_len.into())? {
                return Ok((Err(error),));
            }
            let device = kind(hal).get(this.rep())?.device()?;
            match transfer_short(device, bytes, write_len, read_len) {
                Some(result) => Ok((result.map_err(wit::Error::from),)),
                None => Ok((Err(too_long(hal, kind, this.rep(), write_len, read_len)?),)),
            }
        },
    )
}

/// Transfers what fits into integers, or nothing if a length does not.
fn transfer_short(
    device: &mut dyn Clocked,
    bytes: Short,
    write_len: u32,
    read_len: u32,
) -> Option<Result<Short, Error>> {
    let (written, mut read) = (short::to_bytes(bytes), [0; short::BYTES]);
    let (written, buffer) = (written.get(..size(write_len))?, read.get_mut(..size(read_len))?);
    let operation = match (written, buffer) {
        (written, []) => Operation::Write(written),
        ([], buffer) => Operation::Read(buffer),
        (written, buffer) => Operation::Transfer(buffer, written),
    };
    Some(device.run(&mut [operation]).map(|()| short::from_bytes(read)))
}

/// Refuses a short transfer whose lengths are not short.
#[cold]
fn too_long(hal: &mut HalCtx, kind: Kind, handle: u32, write_len: u32, read_len: u32) -> wasmtime::Result<wit::Error> {
    let label = kind(hal).get(handle)?.label.clone();
    Ok(short::too_long(&label, write_len, read_len, &mut *hal.log).into())
}

/// Refuses a reading for which the host has no memory.
#[cold]
fn out_of_memory(hal: &mut HalCtx, kind: Kind, handle: u32, bytes: u64) -> wasmtime::Result<wit::Error> {
    let label = kind(hal).get(handle)?.label.clone();
    Ok(no_memory(&label, bytes, &mut *hal.log).into())
}

fn transaction<T: HalView>(
    mut store: StoreContextMut<'_, T>,
    (device, records, bytes): (Resource<DeviceHandle>, WasmList<wit::Operation>, WasmList<u8>),
) -> wasmtime::Result<(Result<Reply, wit::Error>,)> {
    let hal = store.data_mut().hal();
    hal.interrupt.check()?;
    let label = &hal.spi_devices.get(device.rep())?.label;
    if let Err(error) = check(label, &[hal.limits.count_of(records.len())], &mut *hal.log) {
        return Ok((Err(error.into()),));
    }
    // At most as many as the limit just checked.
    let mut plan: SmallVec<[Step; 16]> = SmallVec::new();
    for record in records.iter(&mut store)? {
        plan.push(record?.into());
    }
    let hal = store.data_mut().hal();
    let read = match permit_list(hal, device.rep(), &plan, bytes.len())? {
        Ok(read) => read,
        Err(error) => return Ok((Err(error.into()),)),
    };
    let Some(mut reply) = hal.reply.take(read) else {
        return Ok((Err(out_of_memory(hal, |hal| &mut hal.spi_devices, device.rep(), count(read))?),));
    };
    let mut lent = hal.spi_devices.get(device.rep())?.lend()?;
    let result = lent.run(&mut operations(&plan, bytes.as_le_slice(&store), reply.bytes()));
    store.data_mut().hal().spi_devices.get(device.rep())?.give_back(lent);
    Ok((store.data_mut().hal().reply.finish(reply, result.map_err(wit::Error::from)),))
}

/// Turns the records of the interface into operations over the bytes to write and the room to read into, whose lengths are the
/// sums of the records'.
fn operations<'a>(plan: &[Step], mut bytes: &'a [u8], mut room: &'a mut [u8]) -> SmallVec<[Operation<'a, u8>; 16]> {
    let mut operations = SmallVec::new();
    for record in plan {
        let written = bytes.split_off(..size(record.write_len)).unwrap_or_default();
        let read = room.split_off_mut(..size(record.read_len)).unwrap_or_default();
        match (written, read) {
            ([], []) => {}
            (written, []) => operations.push(Operation::Write(written)),
            ([], read) => operations.push(Operation::Read(read)),
            (written, read) => operations.push(Operation::Transfer(read, written)),
        }
        if record.delay_ns > 0 {
            operations.push(Operation::DelayNs(record.delay_ns));
        }
    }
    // No operations, and operations of no words, are a pulse of chip select.
    if operations.is_empty() {
        operations.push(Operation::Write(&[]));
    }
    operations
}

/// What the operations of one transaction add up to, for guests and operators alike.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Sums {
    /// Bytes to be written.
    written: u64,
    /// Bytes to be kept.
    read: u64,
    /// Words on the wires: those of an operation's longer half.
    words: u64,
    delay_ns: u64,
}

impl Sums {
    /// Adds an operation.
    #[inline]
    pub(crate) fn add(&mut self, write_len: u64, read_len: u64, delay_ns: u32) {
        self.written += write_len;
        self.read += read_len;
        self.words += write_len.max(read_len);
        self.delay_ns += u64::from(delay_ns);
    }

    /// Returns what the transaction asks for, beside the limits.
    #[inline]
    pub(crate) fn asked(self, limits: &Limits, frequency_hz: Option<NonZeroU32>) -> [Asked; 3] {
        let clocks = self.words.saturating_mul(CLOCKS_OF_A_WORD);
        let time = limits.time(clocks, frequency_hz, self.delay_ns);
        [limits.bytes(self.written, self.read), limits.delay(self.delay_ns), time]
    }
}

/// Checks the sums of a transaction against the limits, and that its bytes to write are there. Returns how many are read.
fn permit_list(hal: &mut HalCtx, device: u32, plan: &[Step], bytes: usize) -> wasmtime::Result<Result<usize, TooLong>> {
    let mut sums = Sums::default();
    for step in plan {
        sums.add(step.write_len.into(), step.read_len.into(), step.delay_ns);
    }
    let Slot { label, grant, .. } = hal.spi_devices.get(device)?;
    if let Err(error) = check(label, &sums.asked(&hal.limits, grant.clock_hz()), &mut *hal.log) {
        return Ok(Err(error));
    }
    if sums.written != count(bytes) {
        return Ok(Err(malformed(label, sums.written, count(bytes), &mut *hal.log)));
    }
    Ok(usize::try_from(sums.read).map_err(|_| no_memory(label, sums.read, &mut *hal.log)))
}

/// Checks that the guest may run, and a call's lengths against the limits.
fn permit(
    hal: &mut HalCtx,
    kind: Kind,
    handle: u32,
    written: u64,
    read: u64,
) -> wasmtime::Result<Result<(), wit::Error>> {
    hal.interrupt.check()?;
    let frequency_hz = kind(hal).get(handle)?.grant.clock_hz();
    let clocks = written.max(read).saturating_mul(CLOCKS_OF_A_WORD);
    let asked = [hal.limits.bytes(written, read), hal.limits.time(clocks, frequency_hz, 0)];
    if asked.iter().all(|asked| asked.within()) {
        return Ok(Ok(()));
    }
    let label = kind(hal).get(handle)?.label.clone();
    Ok(check(&label, &asked, &mut *hal.log).map_err(wit::Error::from))
}

impl From<TooLong> for wit::Error {
    fn from(_: TooLong) -> wit::Error {
        wit::Error::TooLong
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Error::Overrun => "the controller lost received bytes",
            Error::ModeFault => "another controller drives the bus",
            Error::FrameFormat => "the received frame is malformed",
            Error::ChipSelectFault => "the controller could not drive the chip select",
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
            Error::Overrun => wit::Error::Overrun,
            Error::ModeFault => wit::Error::ModeFault,
            Error::FrameFormat => wit::Error::FrameFormat,
            Error::ChipSelectFault => wit::Error::ChipSelectFault,
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
            ErrorKind::Overrun => Error::Overrun,
            ErrorKind::ModeFault => Error::ModeFault,
            ErrorKind::FrameFormat => Error::FrameFormat,
            ErrorKind::ChipSelectFault => Error::ChipSelectFault,
            // The foreign enum is non-exhaustive.
            _ => Error::Other,
        }
    }
}

/// Converts an error of embedded-hal.
fn from_hal<E: spi::Error>(error: E) -> Error {
    error.kind().into()
}

impl<D: SpiDevice + Send> Clocked for EmbeddedHal<D> {
    #[inline]
    fn run(&mut self, operations: &mut [Operation<'_, u8>]) -> Result<(), Error> {
        self.0.transaction(operations).map_err(from_hal)
    }
}

impl<B: SpiBus + Send> Clocked for EmbeddedHalBus<B> {
    fn run(&mut self, operations: &mut [Operation<'_, u8>]) -> Result<(), Error> {
        for operation in operations {
            match operation {
                Operation::Read(buffer) => self.0.read(buffer),
                Operation::Write(bytes) => self.0.write(bytes),
                Operation::Transfer(buffer, bytes) => self.0.transfer(buffer, bytes),
                Operation::TransferInPlace(buffer) => self.0.transfer_in_place(buffer),
                // The interface has no delays on a bus.
                Operation::DelayNs(_) => return Err(Error::Unsupported),
            }
            .map_err(from_hal)?;
        }
        Ok(())
    }

    fn flush(&mut self) -> Result<(), Error> {
        self.0.flush().map_err(from_hal)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn records_become_the_operations_they_describe() {
        let record = |write_len, read_len, delay_ns| Step { write_len, read_len, delay_ns };
        let plan = [record(1, 0, 5), record(0, 2, 0), record(0, 0, 0), record(2, 1, 0)];
        let mut room = [0; 3];
        let operations = operations(&plan, &[1, 2, 3], &mut room);
        let expected: [Operation<'_, u8>; 4] = [
            Operation::Write(&[1]),
            Operation::DelayNs(5),
            Operation::Read(&mut [0; 2]),
            Operation::Transfer(&mut [0], &[2, 3]),
        ];
        assert_eq!(operations.as_slice(), expected);
    }
}
