//! The asynchronous functions.

use alloc::boxed::Box;
use alloc::vec::Vec;

use wasmtime::AsContextMut as _;
use wasmtime::component::{Access, Accessor, HasSelf, Linker, LinkerInstance, Resource, WasmList};

use super::exchange::{Exchange, Outcome, Step};
use super::{BusHandle, DeviceHandle, Kind, out_of_memory, permit, permit_list, too_long, wit};
use crate::calls::{Call, ReplyHandle};
use crate::ctx::HalCtx;
use crate::limits::{check, count, size};
use crate::linker::HalView;
use crate::progress::Progress;
use crate::short::{self, Waited};

/// A call that has begun.
struct Begun {
    progress: Progress<Outcome>,
    call: Call,
}

/// The kinds and how they are found.
const DEVICES: Kind = |hal| &mut hal.spi_devices;
const BUSES: Kind = |hal| &mut hal.spi_buses;

/// Adds the interface `wasm-embedded:hal/spi-async`.
///
/// # Errors
///
/// Fails if the interface is there already.
pub fn add_async_to_linker<T: HalView>(linker: &mut Linker<T>) -> wasmtime::Result<()> {
    let mut instance = linker.instance("wasm-embedded:hal/spi-async@0.5.0")?;
    add_kind::<T, DeviceHandle>(&mut instance, "device", DEVICES)?;
    add_kind::<T, BusHandle>(&mut instance, "bus", BUSES)?;
    instance.func_wrap_concurrent("device-transaction", |accessor, arguments| {
        Box::pin(async move {
            let begun = accessor.with(|access| begin_transaction(access, arguments))?;
            reply(accessor, begun).await
        })
    })?;
    instance.func_wrap_concurrent(
        "bus-transfer",
        |accessor, (bus, bytes, read_len): (Resource<BusHandle>, WasmList<u8>, u32)| {
            Box::pin(async move {
                let begun = accessor.with(|access| begin_one(access, BUSES, bus.rep(), bytes, read_len))?;
                reply(accessor, begun).await
            })
        },
    )?;
    instance.func_wrap_concurrent("bus-flush", |accessor, (bus,): (Resource<BusHandle>,)| {
        Box::pin(async move {
            let begun = accessor.with(|mut access| -> wasmtime::Result<_> {
                let hal = access.data_mut().hal();
                hal.interrupt.check()?;
                let Ok(call) = hal.begin_call() else { return Ok(Err(wit::Error::Busy)) };
                Ok(Ok((hal.spi_buses.get(bus.rep())?.device()?.start_flush(), call)))
            })?;
            let result = match begun {
                Ok((progress, _call)) => progress.end().await.map_err(wit::Error::from),
                Err(error) => Err(error),
            };
            Ok((result,))
        })
    })
}

/// Adds the functions that devices and buses share.
fn add_kind<T: HalView, H: 'static>(
    instance: &mut LinkerInstance<'_, T>,
    name: &str,
    kind: Kind,
) -> wasmtime::Result<()> {
    instance.func_wrap_concurrent(
        &alloc::format!("{name}-transfer-short"),
        move |accessor, (this, bytes, write_len, read_len): (Resource<H>, Waited, u32, u32)| {
            Box::pin(async move {
                let begun = accessor.with(|mut access| {
                    begin_short(access.data_mut().hal(), kind, this.rep(), bytes, write_len, read_len)
                })?;
                let read = end(begun).await.map(|(read, _)| read);
                Ok((read.map(|read| short::from_bytes(short::filled(&read))),))
            })
        },
    )?;
    instance.func_wrap_concurrent(
        &alloc::format!("{name}-write"),
        move |accessor, (this, bytes): (Resource<H>, WasmList<u8>)| {
            Box::pin(async move {
                let begun = accessor.with(|access| begin_one(access, kind, this.rep(), bytes, 0))?;
                Ok((end(begun).await.map(drop),))
            })
        },
    )
}

/// Waits for the end of a call, if it has begun.
async fn end(begun: Result<Begun, wit::Error>) -> Result<(Vec<u8>, Call), wit::Error> {
    let Begun { progress, call } = begun?;
    Ok((progress.end().await?, call))
}

/// Waits for the end of a call and keeps what came in.
async fn reply<T: HalView>(
    accessor: &Accessor<T>,
    begun: Result<Begun, wit::Error>,
) -> wasmtime::Result<(Result<Resource<ReplyHandle>, wit::Error>,)> {
    match end(begun).await {
        Ok((read, call)) => accessor.with(|mut access| Ok((Ok(access.data_mut().hal().keep_reply(read, call)?),))),
        Err(error) => Ok((Err(error),)),
    }
}

fn begin_short(
    hal: &mut HalCtx,
    kind: Kind,
    handle: u32,
    bytes: Waited,
    write_len: u32,
    read_len: u32,
) -> wasmtime::Result<Result<Begun, wit::Error>> {
    if let Err(error) = permit(hal, kind, handle, write_len.into(), read_len.into())? {
        return Ok(Err(error));
    }
    let bytes = short::to_bytes(bytes.into());
    let Some(bytes) = bytes.get(..size(write_len)).filter(|_| size(read_len) <= short::BYTES) else {
        return Ok(Err(too_long(hal, kind, handle, write_len, read_len)?));
    };
    begin(hal, kind, handle, alloc::vec![Step { write_len, read_len, delay_ns: 0 }], bytes.to_vec())
}

fn begin_one<T: HalView>(
    mut access: Access<'_, T, HasSelf<T>>,
    kind: Kind,
    handle: u32,
    bytes: WasmList<u8>,
    read_len: u32,
) -> wasmtime::Result<Result<Begun, wit::Error>> {
    if let Err(error) = permit(access.data_mut().hal(), kind, handle, count(bytes.len()), read_len.into())? {
        return Ok(Err(error));
    }
    let Ok(write_len) = u32::try_from(bytes.len()) else { return Ok(Err(wit::Error::TooLong)) };
    let data = bytes.as_le_slice(&access).to_vec();
    let steps = alloc::vec![Step { write_len, read_len, delay_ns: 0 }];
    begin(access.data_mut().hal(), kind, handle, steps, data)
}

fn begin_transaction<T: HalView>(
    mut access: Access<'_, T, HasSelf<T>>,
    (device, records, bytes): (Resource<DeviceHandle>, WasmList<Step>, WasmList<u8>),
) -> wasmtime::Result<Result<Begun, wit::Error>> {
    let hal = access.data_mut().hal();
    hal.interrupt.check()?;
    let label = &hal.spi_devices.get(device.rep())?.label;
    if let Err(error) = check(label, &[hal.limits.count_of(records.len())], &mut *hal.log) {
        return Ok(Err(error.into()));
    }
    // At most as many as the limit just checked.
    let mut steps: Vec<Step> = Vec::with_capacity(records.len());
    for record in records.iter(access.as_context_mut())? {
        steps.push(record?);
    }
    if let Err(error) = permit_list(access.data_mut().hal(), device.rep(), &steps, bytes.len())? {
        return Ok(Err(error.into()));
    }
    let data = bytes.as_le_slice(&access).to_vec();
    begin(access.data_mut().hal(), DEVICES, device.rep(), steps, data)
}

/// Begins a transaction that is within the limits.
fn begin(
    hal: &mut HalCtx,
    kind: Kind,
    handle: u32,
    steps: Vec<Step>,
    bytes: Vec<u8>,
) -> wasmtime::Result<Result<Begun, wit::Error>> {
    let Ok(call) = hal.begin_call() else { return Ok(Err(wit::Error::Busy)) };
    let read = steps.iter().map(|step| u64::from(step.read_len)).sum();
    let Some(exchange) = Exchange::new(steps, bytes) else {
        // The bytes to write are as many as the steps say: what is missing is memory.
        return Ok(Err(out_of_memory(hal, kind, handle, read)?));
    };
    let progress = kind(hal).get(handle)?.device()?.start(exchange);
    Ok(Ok(Begun { progress, call }))
}
