//! The asynchronous functions.

use alloc::boxed::Box;
use alloc::vec::Vec;

use wasmtime::AsContextMut as _;
use wasmtime::component::{Access, Accessor, ComponentType, HasSelf, Lift, Linker, Resource, WasmList};

use super::transaction::{Step, Transaction};
use super::{Handle, Outcome, Request, permit, wit};
use crate::calls::{Call, ReplyHandle};
use crate::ctx::HalCtx;
use crate::limits::{check, count, malformed, no_memory, size};
use crate::linker::HalView;
use crate::progress::Progress;
use crate::short::{self, Waited};

/// `wit::Operation`, as a type of its own for the same reason as [`Waited`].
#[derive(Clone, Copy, Debug, ComponentType, Lift)]
#[component(record)]
struct Record {
    direction: wit::Direction,
    len: u32,
}

/// A call that has begun.
struct Begun {
    progress: Progress<Outcome>,
    call: Call,
}

/// What a call became.
type Ended<R> = wasmtime::Result<(Result<R, wit::Error>,)>;

/// Adds the interface `wasm-embedded:hal/i2c-async`.
///
/// # Errors
///
/// Fails if the interface is there already.
pub fn add_async_to_linker<T: HalView>(linker: &mut Linker<T>) -> wasmtime::Result<()> {
    let mut instance = linker.instance("wasm-embedded:hal/i2c-async@0.5.0")?;
    instance.func_wrap_concurrent("write-read-short", |accessor, arguments| {
        Box::pin(async move {
            let begun = accessor.with(|mut access| begin_short(access.data_mut().hal(), arguments))?;
            let read = end(begun).await.map(|(read, _)| read);
            Ok((read.map(|read| short::from_bytes(short::filled(&read))),))
        })
    })?;
    instance.func_wrap_concurrent("write", |accessor, arguments| {
        Box::pin(async move {
            let begun = accessor.with(|access| begin_write(access, arguments))?;
            Ok((end(begun).await.map(drop),))
        })
    })?;
    instance.func_wrap_concurrent("transaction", |accessor, arguments| Box::pin(transaction(accessor, arguments)))
}

async fn transaction<T: HalView>(
    accessor: &Accessor<T>,
    arguments: (Resource<Handle>, wit::Address, WasmList<Record>, WasmList<u8>),
) -> Ended<Resource<ReplyHandle>> {
    let begun = accessor.with(|access| begin_transaction(access, arguments))?;
    match end(begun).await {
        Ok((read, call)) => accessor.with(|mut access| Ok((Ok(access.data_mut().hal().keep_reply(read, call)?),))),
        Err(error) => Ok((Err(error),)),
    }
}

/// Waits for the end of a call, if it has begun.
async fn end(begun: Result<Begun, wit::Error>) -> Result<(Vec<u8>, Call), wit::Error> {
    let Begun { progress, call } = begun?;
    Ok((progress.end().await?, call))
}

fn begin_short(
    hal: &mut HalCtx,
    (bus, address, bytes, write_len, read_len): (Resource<Handle>, wit::Address, Waited, u32, u32),
) -> wasmtime::Result<Result<Begun, wit::Error>> {
    let request = Request {
        reads: read_len > 0,
        writes: write_len > 0 || read_len == 0,
        read: read_len.into(),
        written: write_len.into(),
        empty_read: false,
        runs: 1 + u64::from(read_len > 0 && write_len > 0),
    };
    if let Err(error) = allow(hal, &bus, address, request)? {
        return Ok(Err(error));
    }
    let bytes = short::to_bytes(bytes.into());
    let Some(bytes) = bytes.get(..size(write_len)).filter(|_| size(read_len) <= short::BYTES) else {
        let slot = hal.i2c.get(bus.rep())?;
        return Ok(Err(short::too_long(&slot.label, write_len, read_len, &mut *hal.log).into()));
    };
    let mut steps = Vec::with_capacity(2);
    if request.writes {
        steps.push(Step::Write(bytes.len()));
    }
    if request.reads {
        steps.push(Step::Read(size(read_len)));
    }
    begin(hal, &bus, address, steps, bytes.to_vec())
}

fn begin_write<T: HalView>(
    mut access: Access<'_, T, HasSelf<T>>,
    (bus, address, bytes): (Resource<Handle>, wit::Address, WasmList<u8>),
) -> wasmtime::Result<Result<Begun, wit::Error>> {
    let request = Request { writes: true, written: count(bytes.len()), runs: 1, ..Request::default() };
    if let Err(error) = allow(access.data_mut().hal(), &bus, address, request)? {
        return Ok(Err(error));
    }
    let data = bytes.as_le_slice(&access).to_vec();
    begin(access.data_mut().hal(), &bus, address, alloc::vec![Step::Write(data.len())], data)
}

fn begin_transaction<T: HalView>(
    mut access: Access<'_, T, HasSelf<T>>,
    (bus, address, records, bytes): (Resource<Handle>, wit::Address, WasmList<Record>, WasmList<u8>),
) -> wasmtime::Result<Result<Begun, wit::Error>> {
    let hal = access.data_mut().hal();
    let label = &hal.i2c.get(bus.rep())?.label;
    if let Err(error) = check(label, &[hal.limits.count_of(records.len())], &mut *hal.log) {
        return Ok(Err(error.into()));
    }
    // At most as many as the limit just checked.
    let mut plan: Vec<wit::Operation> = Vec::with_capacity(records.len());
    for record in records.iter(access.as_context_mut())? {
        let Record { direction, len } = record?;
        plan.push(wit::Operation { direction, len });
    }
    let request = Request::of(&plan);
    if let Err(error) = allow(access.data_mut().hal(), &bus, address, request)? {
        return Ok(Err(error));
    }
    if request.written != count(bytes.len()) {
        let hal = access.data_mut().hal();
        let slot = hal.i2c.get(bus.rep())?;
        return Ok(Err(malformed(&slot.label, request.written, count(bytes.len()), &mut *hal.log).into()));
    }
    let data = bytes.as_le_slice(&access).to_vec();
    let steps = plan.iter().map(|record| match record.direction {
        wit::Direction::Read => Step::Read(size(record.len)),
        wit::Direction::Write => Step::Write(size(record.len)),
    });
    begin(access.data_mut().hal(), &bus, address, steps.collect(), data)
}

/// Checks that the guest may run, and a transaction against the grant and the limits.
fn allow(
    hal: &mut HalCtx,
    bus: &Resource<Handle>,
    address: wit::Address,
    request: Request,
) -> wasmtime::Result<Result<(), wit::Error>> {
    hal.interrupt.check()?;
    let slot = hal.i2c.get(bus.rep())?;
    Ok(permit(slot, address.into(), request, &hal.limits, &mut *hal.log))
}

/// Begins a transaction that is within the grant and the limits.
fn begin(
    hal: &mut HalCtx,
    bus: &Resource<Handle>,
    address: wit::Address,
    steps: Vec<Step>,
    bytes: Vec<u8>,
) -> wasmtime::Result<Result<Begun, wit::Error>> {
    let Ok(call) = hal.begin_call() else { return Ok(Err(wit::Error::Busy)) };
    let read = steps.iter().map(|step| if let Step::Read(len) = step { count(*len) } else { 0 }).sum();
    let Some(transaction) = Transaction::new(address.into(), steps, bytes) else {
        // The bytes to write are as many as the steps say: what is missing is memory.
        let slot = hal.i2c.get(bus.rep())?;
        return Ok(Err(no_memory(&slot.label, read, &mut *hal.log).into()));
    };
    let progress = match transaction.steps() {
        [] => Progress::Done(Ok(Vec::new())),
        _ => hal.i2c.get(bus.rep())?.device()?.start(transaction),
    };
    Ok(Ok(Begun { progress, call }))
}
