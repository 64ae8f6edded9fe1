//! One guest whose exports pass every call on to the host.

use std::sync::OnceLock;
#[cfg(feature = "async")]
use std::task::{Context, Poll, Waker};

use wasm_embedded_host::{
    Access, HalCtx, HalCtxBuilder, I2cGrant, InputGrant, Interrupted, Limits, PinGrant, PwmGrant, SpiGrant,
};
use wasmtime::component::{Component, Instance, InstancePre, Linker, ResourceAny, Val};
use wasmtime::{Config, Engine, Store};

use crate::hardware::Hardware;

/// The clock of all buses of the lab: so a clock is a microsecond.
pub(crate) const FREQUENCY_HZ: u32 = 1_000_000;
/// Addresses that may be read and written, and those that may be read only.
pub(crate) const READ_WRITE: u8 = 0x50;
pub(crate) const READ_ONLY: u8 = 0x51;
pub(crate) const TEN_BIT_READ_WRITE: u16 = 0x150;
pub(crate) const TEN_BIT_READ_ONLY: u16 = 0x151;

/// The two kinds of engines that guests run on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Calls {
    /// For guests that import no asynchronous function.
    Blocking,
    /// For those that do.
    #[cfg(feature = "async")]
    Asynchronous,
}

impl Calls {
    /// The kinds that this build of the host has.
    pub(crate) const ALL: &[Calls] = &[
        Calls::Blocking,
        #[cfg(feature = "async")]
        Calls::Asynchronous,
    ];

    /// Returns the component for the engine, with its imports resolved.
    fn guest(self) -> &'static InstancePre<HalCtx> {
        static BLOCKING: OnceLock<InstancePre<HalCtx>> = OnceLock::new();
        #[cfg(feature = "async")]
        static ASYNCHRONOUS: OnceLock<InstancePre<HalCtx>> = OnceLock::new();
        match self {
            Calls::Blocking => BLOCKING.get_or_init(|| {
                let mut config = Config::new();
                config.concurrency_support(false);
                link(&config, include_bytes!("../every-call.wasm"), |_| Ok(()))
            }),
            #[cfg(feature = "async")]
            Calls::Asynchronous => ASYNCHRONOUS.get_or_init(|| {
                let bytes = include_bytes!("../every-call-async.wasm");
                link(Config::new().wasm_component_model_async(true), bytes, wasm_embedded_host::add_async_to_linker)
            }),
        }
    }
}

fn link(
    config: &Config,
    bytes: &[u8],
    more: impl FnOnce(&mut Linker<HalCtx>) -> wasmtime::Result<()>,
) -> InstancePre<HalCtx> {
    let engine = Engine::new(config).expect("the engine takes this configuration");
    let component = Component::new(&engine, bytes).expect("compiles");
    let mut linker = Linker::new(&engine);
    wasm_embedded_host::add_to_linker(&mut linker).expect("links");
    more(&mut linker).expect("links");
    linker.instantiate_pre(&component).expect("every import is there with its type")
}

/// Returns the names of all functions that a guest for this engine may import.
pub(crate) fn functions(calls: Calls) -> Vec<String> {
    let component = calls.guest().component();
    component.component_type().exports(component.engine()).map(|(name, _)| name.to_owned()).collect()
}

/// A guest with its devices.
pub(crate) struct Lab {
    calls: Calls,
    store: Store<HalCtx>,
    instance: Instance,
    pub(crate) hardware: Hardware,
}

/// How a call ended: with `ok`, with an error of the interface by its name, or with a trap.
pub(crate) type Ended = Result<(String, Option<Val>), wasmtime::Error>;

impl Lab {
    /// Makes a guest within limits.
    pub(crate) fn new(calls: Calls, limits: Limits) -> Lab {
        Lab::with(calls, |builder| {
            builder.limits(limits);
        })
    }

    /// Makes a guest, with more or other devices.
    pub(crate) fn with(calls: Calls, more: impl FnOnce(&mut HalCtxBuilder)) -> Lab {
        let hardware = Hardware::default();
        let mut hal = context(&hardware);
        more(&mut hal);
        let guest = calls.guest();
        let mut store = Store::new(guest.component().engine(), hal.build());
        let instance = match calls {
            Calls::Blocking => guest.instantiate(&mut store),
            #[cfg(feature = "async")]
            Calls::Asynchronous => block_on(guest.instantiate_async(&mut store)),
        };
        Lab { calls, store, instance: instance.expect("instantiates"), hardware }
    }

    /// Calls a function.
    pub(crate) fn call(&mut self, name: &str, arguments: &[Val]) -> Ended {
        let function = self.instance.get_func(&mut self.store, name).unwrap_or_else(|| panic!("no function {name}"));
        let mut results = vec![Val::Bool(false); function.ty(&self.store).results().len()];
        match self.calls {
            Calls::Blocking => function.call(&mut self.store, arguments, &mut results)?,
            #[cfg(feature = "async")]
            Calls::Asynchronous => block_on(function.call_async(&mut self.store, arguments, &mut results))?,
        }
        Ok(match results.pop() {
            Some(Val::Result(Err(error))) => match error.map(|error| *error) {
                Some(Val::Enum(name)) => (name, None),
                other => panic!("{name}: an error without a name: {other:?}"),
            },
            Some(Val::Result(Ok(value))) => ("ok".to_owned(), value.map(|value| *value)),
            value => ("ok".to_owned(), value),
        })
    }

    /// Opens a label, and returns the handle or the error's name.
    pub(crate) fn open(&mut self, function: &str, label: &str) -> Result<ResourceAny, String> {
        match self.call(function, &[Val::String(label.into())]).expect("opening does not trap") {
            (_, Some(Val::Resource(handle))) => Ok(handle),
            (error, _) => Err(error),
        }
    }

    /// Drops a handle, as a guest does.
    pub(crate) fn drop_handle(&mut self, handle: ResourceAny) {
        match self.calls {
            Calls::Blocking => handle.resource_drop(&mut self.store),
            #[cfg(feature = "async")]
            Calls::Asynchronous => block_on(handle.resource_drop_async(&mut self.store)),
        }
        .expect("a handle can be dropped");
    }
}

/// Returns the name that a test compares: of the result, or of the trap.
pub(crate) fn name(ended: Ended) -> String {
    match ended {
        Ok((name, _)) => name,
        Err(error) => match error.downcast_ref::<Interrupted>() {
            Some(Interrupted(reason)) => format!("interrupted: {reason:?}"),
            None => format!("trap: {:#}", error.root_cause()),
        },
    }
}

/// A context with one label of each kind, and with what there is beside that.
pub(crate) fn context(hardware: &Hardware) -> HalCtxBuilder {
    let grant = I2cGrant::none()
        .allow(READ_WRITE)
        .allow_range(READ_ONLY..=READ_ONLY, Access::ReadOnly)
        .allow_ten_bit(TEN_BIT_READ_WRITE..=TEN_BIT_READ_WRITE, Access::ReadWrite)
        .allow_ten_bit(TEN_BIT_READ_ONLY..=TEN_BIT_READ_ONLY, Access::ReadOnly);
    let device = || hardware.clone();
    let mut hal = HalCtx::builder();
    hal.i2c("i2c", device(), grant.frequency_hz(FREQUENCY_HZ));
    hal.spi_device("device", device(), SpiGrant::at_hz(FREQUENCY_HZ));
    hal.spi_bus("bus", device(), SpiGrant::at_hz(FREQUENCY_HZ));
    hal.output("output", device(), PinGrant::default()).input("input", device(), InputGrant::default());
    hal.io("io", device(), PinGrant::default()).pwm("pwm", device(), PwmGrant::default());
    hal.uart("port", device(), Access::ReadWrite).uart("listener", device(), Access::ReadOnly);
    hal.adc("adc", device()).clock(device()).delay(device()).log(device());
    hal.interrupt(hardware.interrupt.clone());
    hal
}

/// Polls a future that waits for nothing outside of it.
#[cfg(feature = "async")]
fn block_on<F: Future>(future: F) -> F::Output {
    let mut future = std::pin::pin!(future);
    let mut context = Context::from_waker(Waker::noop());
    for _ in 0..10_000 {
        if let Poll::Ready(output) = future.as_mut().poll(&mut context) {
            return output;
        }
    }
    panic!("a call waits for a device that is always ready");
}
