//! The labels of a board, for each of its guests.

mod guest_device;

use std::sync::{Arc, Mutex};

use wasm_embedded_host::digital::{Input, Io, Output};
use wasm_embedded_host::{
    Access, DutyPart, HalCtx, HalCtxBuilder, I2cGrant, InputGrant, PinGrant, PwmGrant, Shared, SpiGrant, adc, i2c, pwm,
    spi, uart,
};
use wasm_embedded_sim::Sim;

use self::guest_device::GuestDevice;
use super::exits::Exit;
use crate::label_locks::GuestLocks;
use crate::policy::Select;
use crate::record::{Tap, Tape, Tapped};
use crate::turns::Turn;

/// The contexts of all guests. With several guests there is one more, the board's own: it leaves the outputs that no guest held.
#[derive(Debug)]
pub(super) struct GuestContexts {
    first: HalCtxBuilder,
    /// Those of the other guests, and the board's own as the last; none, if there is one guest.
    others: Vec<HalCtxBuilder>,
    /// The turns of several guests in virtual time.
    turns: Vec<Turn>,
    /// How outputs are left when those who have them are stuck.
    exits: Vec<Exit>,
    /// Whether outputs are shared even if there is one guest: those of hardware, which nothing else reaches.
    shares_outputs: bool,
    /// Where calls are kept or answered from.
    tape: Option<(Tape, Sim)>,
}

/// Puts a device with `$put`, behind the tape if there is one.
macro_rules! put {
    ($contexts:ident, $label:ident, $device:ident, |$hal:ident, $end:ident| $put:expr) => {
        match $contexts.tap($label) {
            Some(tap) => $contexts.add(Tapped::new($device, tap), |$hal, $end| _ = $put),
            None => $contexts.add($device, |$hal, $end| _ = $put),
        }
    };
    ($contexts:ident, $label:ident, $device:ident, $leave:expr, |$hal:ident, $end:ident| $put:expr) => {
        match $contexts.tap($label) {
            Some(tap) => $contexts.add_output(Tapped::new($device, tap), $leave, |$hal, $end| _ = $put),
            None => $contexts.add_output($device, $leave, |$hal, $end| _ = $put),
        }
    };
}

impl GuestContexts {
    /// Makes room for guests with these names. Their time is virtual, unless they are told to be on hardware.
    pub(super) fn new(names: &[String], sim: &Sim, on_hardware: bool) -> GuestContexts {
        if names.len() < 2 {
            return GuestContexts {
                first: HalCtx::builder(),
                others: Vec::new(),
                turns: Vec::new(),
                exits: Vec::new(),
                shares_outputs: false,
                tape: None,
            };
        }
        let mut guests = GuestLocks::none(names).map(|locks| {
            let mut context = HalCtx::builder();
            context.claims(locks);
            context
        });
        let first = guests.next().unwrap_or_else(HalCtx::builder);
        let others = guests.chain([HalCtx::builder()]).collect();
        let turns = if on_hardware { Vec::new() } else { Turn::of(names.len(), sim).collect() };
        GuestContexts { first, others, turns, exits: Vec::new(), shares_outputs: false, tape: None }
    }

    /// Returns the context of the first guest.
    pub(super) fn first(&mut self) -> &mut HalCtxBuilder {
        &mut self.first
    }

    /// Returns the context of a guest.
    pub(super) fn guest(&mut self, number: usize) -> Option<&mut HalCtxBuilder> {
        match number.checked_sub(1) {
            None => Some(&mut self.first),
            Some(other) => self.others.split_last_mut()?.1.get_mut(other),
        }
    }

    /// Returns the turns of a guest among others in virtual time.
    pub(super) fn turn(&self, number: usize) -> Option<&Turn> {
        self.turns.get(number)
    }

    /// Leaves all outputs at their levels on exit.
    pub(super) fn make_safe(&mut self) {
        self.others.last_mut().unwrap_or(&mut self.first).build().make_safe();
    }

    /// Has the outputs that follow shared with the board, as hardware needs it.
    pub(super) fn share_outputs(&mut self) {
        self.shares_outputs = true;
    }

    /// Adds how an output is left beside whoever has it.
    pub(super) fn add_exit(&mut self, exit: Exit) {
        self.exits.push(exit);
    }

    /// Returns how outputs are left when those who have them are stuck.
    pub(super) fn exits(&self) -> &[Exit] {
        &self.exits
    }

    /// Does the same with every context.
    pub(super) fn each(&mut self, act: impl FnMut(&mut HalCtxBuilder)) {
        std::iter::once(&mut self.first).chain(&mut self.others).for_each(act);
    }

    /// Has all calls go over a tape from now on.
    pub(super) fn tape(&mut self, tape: &Tape, sim: &Sim) {
        self.tape = Some((tape.clone(), sim.clone()));
    }

    fn tap(&self, label: &str) -> Option<Tap> {
        self.tape.as_ref().map(|(tape, sim)| Tap::new(tape, label, sim))
    }

    /// Adds an I2C bus that gives turns by itself: each guest has a handle of its own.
    pub(super) fn queued_i2c(&mut self, label: &str, bus: &(impl i2c::Bus + Clone + 'static), grant: &I2cGrant) {
        match self.tap(label) {
            Some(tap) => self.each(|hal| _ = hal.i2c(label, Tapped::new(bus.clone(), tap.clone()), grant.clone())),
            None => self.each(|hal| _ = hal.i2c(label, bus.clone(), grant.clone())),
        }
    }

    /// Adds a device on SPI whose bus gives turns by itself, or the bus: each guest has a handle of its own.
    pub(super) fn queued_spi(
        &mut self,
        label: &str,
        device: &(impl spi::Bus + Clone + 'static),
        select: Select,
        grant: SpiGrant,
    ) {
        fn put(hal: &mut HalCtxBuilder, label: &str, device: impl spi::Bus + 'static, select: Select, grant: SpiGrant) {
            match select {
                Select::Own => _ = hal.spi_device(label, device, grant),
                Select::None => _ = hal.spi_bus(label, device, grant),
            }
        }
        match self.tap(label) {
            Some(tap) => self.each(|hal| put(hal, label, Tapped::new(device.clone(), tap.clone()), select, grant)),
            None => self.each(|hal| put(hal, label, device.clone(), select, grant)),
        }
    }

    pub(super) fn i2c(&mut self, label: &str, bus: impl i2c::Bus + 'static, grant: &I2cGrant) {
        put!(self, label, bus, |hal, bus| hal.i2c(label, bus, grant.clone()));
    }

    pub(super) fn spi_device(&mut self, label: &str, device: impl spi::Bus + 'static, grant: SpiGrant) {
        put!(self, label, device, |hal, device| hal.spi_device(label, device, grant));
    }

    pub(super) fn spi_bus(&mut self, label: &str, bus: impl spi::Bus + 'static, grant: SpiGrant) {
        put!(self, label, bus, |hal, bus| hal.spi_bus(label, bus, grant));
    }

    pub(super) fn output(&mut self, label: &str, pin: impl Output + 'static, grant: PinGrant) {
        put!(self, label, pin, leaves(grant), |hal, pin| hal.output(label, pin, grant));
    }

    pub(super) fn input(&mut self, label: &str, pin: impl Input + 'static, grant: InputGrant) {
        put!(self, label, pin, |hal, pin| hal.input(label, pin, grant));
    }

    pub(super) fn io(&mut self, label: &str, pin: impl Io + 'static, grant: PinGrant) {
        put!(self, label, pin, leaves(grant), |hal, pin| hal.io(label, pin, grant));
    }

    pub(super) fn pwm(&mut self, label: &str, output: impl pwm::Output + 'static, grant: PwmGrant) {
        put!(self, label, output, leaves_duty(grant), |hal, output| hal.pwm(label, output, grant));
    }

    pub(super) fn uart(&mut self, label: &str, port: impl uart::Port + 'static, access: Access) {
        put!(self, label, port, |hal, port| hal.uart(label, port, access));
    }

    pub(super) fn adc(&mut self, label: &str, input: impl adc::Input + 'static) {
        put!(self, label, input, |hal, input| hal.adc(label, input));
    }

    /// Adds a device: the only guest's own, or guest_device to each of several.
    fn add<D: Send>(&mut self, device: D, put: impl Fn(&mut HalCtxBuilder, Shared<GuestDevice<D>>)) {
        if self.others.is_empty() {
            put(&mut self.first, GuestDevice::alone(device));
        } else {
            self.share(&Arc::new(Mutex::new(device)), put);
        }
    }

    /// Adds an output. If it is shared, `leave` leaves it at its level on exit: nobody is left to tell of a failure.
    fn add_output<D: Send + 'static>(
        &mut self,
        device: D,
        leave: Option<impl Fn(&mut D) + Send + Sync + 'static>,
        put: impl Fn(&mut HalCtxBuilder, Shared<GuestDevice<D>>),
    ) {
        let Some(leave) = leave.filter(|_| self.shares_outputs) else { return self.add(device, put) };
        let device = Arc::new(Mutex::new(device));
        self.exits.push(Exit::of(&device, leave));
        self.share(&device, put);
    }

    fn share<D: Send>(&mut self, device: &Arc<Mutex<D>>, put: impl Fn(&mut HalCtxBuilder, Shared<GuestDevice<D>>)) {
        let turns = self.turns.iter().cloned().map(Some).chain(std::iter::repeat(None));
        for (hal, turn) in std::iter::once(&mut self.first).chain(&mut self.others).zip(turns) {
            put(hal, GuestDevice::shared(device.clone(), turn));
        }
    }
}

/// Returns how a pin is left at its level on exit.
fn leaves<P: Output>(grant: PinGrant) -> Option<impl Fn(&mut P) + Send + Sync + 'static> {
    let level = grant.electrical(grant.on_exit?);
    Some(move |pin: &mut P| pin.set(level).unwrap_or_default())
}

/// Returns how a PWM output is left at its duty on exit.
fn leaves_duty<O: pwm::Output>(grant: PwmGrant) -> Option<impl Fn(&mut O) + Send + Sync + 'static> {
    let part: DutyPart = grant.on_exit?;
    Some(move |output: &mut O| {
        let duty = part.of(output.max_duty().max(1));
        output.set_duty(duty).unwrap_or_default();
    })
}
