//! The simulated board of one guest, with its labels on it.

use alloc::boxed::Box;
use alloc::string::String;
use alloc::sync::Arc;
use alloc::vec::Vec;

use embedded_hal::i2c::{self, I2c, SevenBitAddress, TenBitAddress};
use embedded_hal::spi::{self, MODE_0, MODE_1, MODE_2, MODE_3, SpiBus, SpiDevice};
use firmware_core::{World, grants, say};
use wasm_embedded_host::i2c::BothWidths;
use wasm_embedded_host::spi::EmbeddedHalBus;
use wasm_embedded_host::{EmbeddedHal, HalCtxBuilder, InputGrant, SpiGrant, digital};
use wasm_embedded_image::Policy;
use wasm_embedded_image::policy::{self, Bias, Direction, I2cBus, I2cLabel, PinLabel, PinPlace, SpiLabel};
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
    for part in &policy.parts {
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

fn net_of(label: &PinLabel) -> Result<&str, String> {
    match &label.place {
        PinPlace::Sim { net } => Ok(net),
        PinPlace::Pin { .. } => Err(only_simulated(&label.label)),
    }
}

fn add_bias(sim: &Sim, label: &PinLabel) -> Result<(), String> {
    let net = sim.net(net_of(label)?);
    match label.bias {
        Bias::None => {}
        Bias::PullUp => sim.set_pull(net, Pull::Up),
        Bias::PullDown => sim.set_pull(net, Pull::Down),
    }
    Ok(())
}

fn add_pin(sim: &Sim, label: &PinLabel, hal: &mut HalCtxBuilder) -> Result<(), String> {
    let (net, grant) = (sim.net(net_of(label)?), grants::pin(label));
    let high = grant.initial == digital::Level::High;
    let initial = Level::from(high != grant.active_low);
    match label.direction {
        Direction::Output => hal.output(&label.label, EmbeddedHal(sim.output(net, initial)), grant),
        Direction::Input => {
            hal.input(&label.label, EmbeddedHal(sim.input(net)), InputGrant { active_low: label.active_low })
        }
        Direction::OpenDrain => hal.io(&label.label, EmbeddedHal(sim.open_drain(net, initial)), grant),
    };
    Ok(())
}

fn add_i2c(sim: &Sim, label: &I2cLabel, hal: &mut HalCtxBuilder) -> Result<(), String> {
    let I2cBus::Sim { name } = &label.bus else { return Err(only_simulated(&label.label)) };
    // The tool has given all labels of a bus the same frequency.
    let bus = sim.i2c_bus(name, label.frequency_hz);
    hal.i2c(&label.label, BothWidths(Counted(sim.i2c(bus))), grants::i2c(label));
    Ok(())
}

fn add_spi<'a>(sim: &Sim, label: &'a SpiLabel, wires: &mut Wires<'a>, hal: &mut HalCtxBuilder) -> Result<(), String> {
    let policy::SpiBus::Sim { name } = &label.bus else { return Err(only_simulated(&label.label)) };
    let (bus, settings, grant) = (sim.spi_bus(name), settings(label), SpiGrant::at_hz(label.frequency_hz));
    if label.selected {
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
fn send_init_clocks(sim: &Sim, label: &SpiLabel) {
    let policy::SpiBus::Sim { name } = &label.bus else { return };
    let mut bus = sim.spi(sim.spi_bus(name), settings(label));
    for _ in 0..label.init_clocks.div_ceil(8) {
        // A simulated bus without a device has nothing to fail.
        let _ = bus.write(&[0xff]);
    }
}

fn settings(label: &SpiLabel) -> SpiSettings {
    let mode = match label.mode {
        0 => MODE_0,
        1 => MODE_1,
        2 => MODE_2,
        _ => MODE_3,
    };
    SpiSettings {
        frequency_hz: label.frequency_hz,
        mode,
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
