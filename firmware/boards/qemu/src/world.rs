//! The simulated board of one guest, with its labels on it.

use alloc::boxed::Box;
use alloc::string::String;
use alloc::sync::Arc;
use alloc::vec::Vec;

use embedded_hal::i2c::{self, I2c, SevenBitAddress, TenBitAddress};
use embedded_hal::spi::{self, SpiBus, SpiDevice};
use firmware_core::{World, say};
use wasm_embedded_host::i2c::BothWidths;
use wasm_embedded_host::spi::EmbeddedHalBus;
use wasm_embedded_host::{EmbeddedHal, HalCtxBuilder, PinGrant, SpiGrant, digital};
use wasm_embedded_image::Policy;
use wasm_embedded_policy::chip::{ChipBus, ChipPin, I2cPins, SpiPins};
use wasm_embedded_policy::{Bias, I2c as Bus, Label, Pin, PinDirection, Select, Spi};
use wasm_embedded_sim::model::{SpiPlace, Wires};
use wasm_embedded_sim::{Event, Level, PartId, Pull, Sim, SpiSettings, Topology, TraceSink};

use crate::{BOARD, METER, options, parts, peripherals};

/// What one look at a clock takes, as under `wasm-embedded-rt`.
const LOOK_NS: u64 = 1_000;

/// A simulated board in virtual time, which does not wait.
struct SimWorld {
    sim: Sim,
    guest: String,
    displays: Vec<(String, PartId)>,
}

/// Builds the board of a policy.
pub(crate) fn open(policy: &Policy, hal: &mut HalCtxBuilder) -> Result<Arc<dyn World>, String> {
    let sim = Sim::new();
    // In the order of `wasm-embedded-rt`, so that the same happens on the wires.
    for label in &policy.pins {
        add_bias(&sim, label)?;
    }
    for label in &policy.pins {
        add_pin(&sim, label, hal)?;
    }
    for label in &policy.pwm {
        peripherals::add_pwm(&sim, label, hal)?;
    }
    let mut wires = Wires::default();
    for label in &policy.uart {
        wires.uart.insert(&label.label, peripherals::add_uart(&sim, label, hal)?);
    }
    for label in &policy.adc {
        peripherals::add_adc(&sim, label, hal)?;
    }
    for label in &policy.i2c {
        add_i2c(&sim, label, hal)?;
    }
    for label in &policy.spi {
        add_spi(&sim, label, &mut wires, hal)?;
    }
    let mut displays = Vec::new();
    for part in &policy.devices {
        let id = parts::add(&sim, part, &wires)?;
        displays.push((part.name.clone(), id));
    }
    for label in &policy.spi {
        send_init_clocks(&sim, label);
    }
    // From here on, as under `wasm-embedded-rt`: the board is there before the guest is.
    if options::get().trace {
        sim.trace_to(Box::new(Tracer(policy.name.clone())));
    }
    Ok(Arc::new(SimWorld { sim, guest: policy.name.clone(), displays }))
}

impl World for SimWorld {
    fn now_ns(&self) -> u64 {
        self.sim.now_ns()
    }

    fn look_ns(&self) -> u64 {
        self.sim.advance_ns(LOOK_NS);
        self.sim.now_ns()
    }

    fn wait_until(&self, at_ns: u64) {
        self.sim.advance_ns(at_ns.saturating_sub(self.sim.now_ns()));
    }

    fn ended(&self) {
        for (name, id) in &self.displays {
            for (row, dots) in parts::rows(&self.sim, *id).into_iter().enumerate() {
                say(&BOARD, format_args!("{} {name} {row:02} {dots}", self.guest));
            }
        }
    }
}

/// What is simulated, on a board that has nothing else.
pub(crate) fn only_simulated(label: &str) -> String {
    alloc::format!("label `{label}` is hardware: this board only simulates (`sim = true`)")
}

fn net_of(label: &Label<Pin, ChipPin>) -> Result<&str, String> {
    match &label.backend {
        ChipPin::Sim(net) => Ok(net),
        ChipPin::Pin(_) => Err(only_simulated(&label.label)),
    }
}

fn add_bias(sim: &Sim, label: &Label<Pin, ChipPin>) -> Result<(), String> {
    let net = sim.net(net_of(label)?);
    match label.bias {
        None | Some(Bias::None) => {}
        Some(Bias::PullUp) => sim.set_pull(net, Pull::Up),
        Some(Bias::PullDown) => sim.set_pull(net, Pull::Down),
    }
    Ok(())
}

fn add_pin(sim: &Sim, label: &Label<Pin, ChipPin>, hal: &mut HalCtxBuilder) -> Result<(), String> {
    let (net, grant) = (sim.net(net_of(label)?), PinGrant::from(&label.settings));
    let high = grant.initial == digital::Level::High;
    let initial = Level::from(high != grant.active_low);
    match label.direction {
        PinDirection::Output => hal.output(&label.label, EmbeddedHal(sim.output(net, initial)), grant),
        PinDirection::Input => hal.input(&label.label, EmbeddedHal(sim.input(net)), (&label.settings).into()),
        PinDirection::OpenDrain => hal.io(&label.label, EmbeddedHal(sim.open_drain(net, initial)), grant),
    };
    Ok(())
}

fn add_i2c(sim: &Sim, label: &Label<Bus, ChipBus<I2cPins>>, hal: &mut HalCtxBuilder) -> Result<(), String> {
    let ChipBus::Sim(name) = &label.backend else { return Err(only_simulated(&label.label)) };
    // The tool has given all labels of a bus the same frequency.
    let bus = sim.i2c_bus(name, label.frequency_hz());
    hal.i2c(&label.label, BothWidths(Counted(sim.i2c(bus))), (&label.settings).into());
    Ok(())
}

fn add_spi<'a>(
    sim: &Sim,
    label: &'a Label<Spi, ChipBus<SpiPins>>,
    wires: &mut Wires<'a>,
    hal: &mut HalCtxBuilder,
) -> Result<(), String> {
    let ChipBus::Sim(name) = &label.backend else { return Err(only_simulated(&label.label)) };
    let (bus, settings, grant) = (sim.spi_bus(name), settings(label), SpiGrant::from(&label.settings));
    if label.select == Select::Own {
        let select = sim.spi_select(bus, &label.label, settings);
        hal.spi_device(&label.label, EmbeddedHal(Counted(sim.spi_device(select))), grant);
        wires.spi.insert(&label.label, SpiPlace::Select(bus, select));
    } else {
        hal.spi_bus(&label.label, EmbeddedHalBus(sim.spi(bus, settings)), grant);
        wires.spi.insert(&label.label, SpiPlace::Bus(bus));
    }
    Ok(())
}

/// Clocks ones with no device selected, when all parts are there to hear them.
fn send_init_clocks(sim: &Sim, label: &Label<Spi, ChipBus<SpiPins>>) {
    let ChipBus::Sim(name) = &label.backend else { return };
    let mut bus = sim.spi(sim.spi_bus(name), settings(label));
    for _ in 0..label.init_clocks.div_ceil(8) {
        // A simulated bus without a device has nothing to fail.
        let _ = bus.write(&[0xff]);
    }
}

fn settings(label: &Label<Spi, ChipBus<SpiPins>>) -> SpiSettings {
    SpiSettings {
        frequency_hz: label.frequency_hz,
        mode: label.mode,
        select_setup_ns: label.select_setup_ns.into(),
        select_hold_ns: label.select_hold_ns.into(),
    }
}

/// A device whose instructions are not the guest's.
struct Counted<D>(D);

impl<D: i2c::ErrorType> i2c::ErrorType for Counted<D> {
    type Error = D::Error;
}

impl<D: I2c<SevenBitAddress>> I2c<SevenBitAddress> for Counted<D> {
    fn transaction(&mut self, address: u8, operations: &mut [i2c::Operation<'_>]) -> Result<(), D::Error> {
        METER.outside(|| self.0.transaction(address, operations))
    }
}

impl<D: I2c<TenBitAddress>> I2c<TenBitAddress> for Counted<D> {
    fn transaction(&mut self, address: u16, operations: &mut [i2c::Operation<'_>]) -> Result<(), D::Error> {
        METER.outside(|| self.0.transaction(address, operations))
    }
}

impl<D: spi::ErrorType> spi::ErrorType for Counted<D> {
    type Error = D::Error;
}

impl<D: SpiDevice> SpiDevice for Counted<D> {
    fn transaction(&mut self, operations: &mut [spi::Operation<'_, u8>]) -> Result<(), D::Error> {
        METER.outside(|| self.0.transaction(operations))
    }
}

/// Prints what happens on the wires.
struct Tracer(String);

impl TraceSink for Tracer {
    fn event(&mut self, event: &Event, topology: &Topology) {
        say(&BOARD, format_args!("{} trace {}", self.0, event.text(topology)));
    }
}
