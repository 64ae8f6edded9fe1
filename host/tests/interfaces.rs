//! The imports that the host defines are those of the WIT package: every one, with its types.

use embedded_hal::delay::DelayNs;
use wasm_embedded_host::{EmbeddedHal, HalCtx, adc, add_to_linker, clock, delay, digital, i2c, log, pwm, spi, uart};
use wasmtime::component::{Component, Linker};
use wasmtime::{Config, Engine, Store};

/// A component that imports everything in the package, made by `cargo xtask bindings`.
const EVERY_IMPORT: &[u8] = include_bytes!("every-call.wasm");

fn engine() -> Engine {
    let mut config = Config::new();
    config.concurrency_support(false);
    Engine::new(&config).expect("the engine takes this configuration")
}

#[test]
fn every_import_of_the_package_is_defined_with_its_types() {
    let engine = engine();
    let component = Component::new(&engine, EVERY_IMPORT).expect("compiles");
    let imported: Vec<_> = component.component_type().imports(&engine).map(|(name, _)| name.to_owned()).collect();
    for interface in ["i2c", "spi", "digital", "pwm", "uart", "adc", "delay", "clock", "log"] {
        let name = format!("wasm-embedded:hal/{interface}@0.5.0");
        assert!(imported.contains(&name), "the component must import the whole package: {imported:?}");
    }
    let mut linker: Linker<HalCtx> = Linker::new(&engine);
    add_to_linker(&mut linker).expect("links");
    let mut store = Store::new(&engine, HalCtx::builder().build());
    linker.instantiate(&mut store, &component).expect("every import is there with its type");
}

#[test]
fn a_host_without_an_interface_names_it_when_a_guest_needs_it() {
    let engine = engine();
    let component = Component::new(&engine, EVERY_IMPORT).expect("compiles");
    let mut linker: Linker<HalCtx> = Linker::new(&engine);
    linker.instance("wasm-embedded:hal/types@0.5.0").expect("new");
    i2c::add_to_linker(&mut linker).expect("links");
    digital::add_to_linker(&mut linker).expect("links");
    pwm::add_to_linker(&mut linker).expect("links");
    uart::add_to_linker(&mut linker).expect("links");
    adc::add_to_linker(&mut linker).expect("links");
    clock::add_to_linker(&mut linker).expect("links");
    delay::add_to_linker(&mut linker).expect("links");
    log::add_to_linker(&mut linker).expect("links");
    let mut store = Store::new(&engine, HalCtx::builder().build());
    let error = linker.instantiate(&mut store, &component).expect_err("spi is missing");
    assert!(format!("{error:?}").contains("wasm-embedded:hal/spi@0.5.0"), "{error:?}");
    spi::add_to_linker(&mut linker).expect("links");
    linker.instantiate(&mut store, &component).expect("now everything is there");
}

#[test]
fn a_context_drives_its_outputs_to_their_exit_levels_when_it_goes() {
    use std::sync::{Arc, Mutex};

    use embedded_hal::digital::{ErrorType, OutputPin};
    use wasm_embedded_host::PinGrant;
    use wasm_embedded_host::digital::Level;

    struct Pin(Arc<Mutex<Vec<bool>>>);
    impl ErrorType for Pin {
        type Error = core::convert::Infallible;
    }
    impl OutputPin for Pin {
        fn set_low(&mut self) -> Result<(), Self::Error> {
            self.0.lock().expect("lock").push(false);
            Ok(())
        }
        fn set_high(&mut self) -> Result<(), Self::Error> {
            self.0.lock().expect("lock").push(true);
            Ok(())
        }
    }
    struct NoDelay;
    impl DelayNs for NoDelay {
        fn delay_ns(&mut self, _ns: u32) {}
    }
    let levels = Arc::new(Mutex::new(Vec::new()));
    let mut builder = HalCtx::builder();
    let low = PinGrant { on_exit: Some(Level::Low), ..PinGrant::default() };
    let pin = || EmbeddedHal(Pin(levels.clone()));
    builder.delay(EmbeddedHal(NoDelay)).output("motor", pin(), low);
    builder.output("valve", pin(), PinGrant { active_low: true, ..low });
    builder.output("lamp", pin(), PinGrant::default());
    drop(builder.build());
    // The motor low, the valve low for the guest and so high on its wire, the lamp left as it was.
    assert_eq!(*levels.lock().expect("lock"), [false, true]);
}
