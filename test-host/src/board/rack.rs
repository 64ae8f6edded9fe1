//! The labels of a board, for each of its guests.

mod lent;

use wasm_embedded_host::digital::{Input, Io, Output};
use wasm_embedded_host::{
    Access, DutyPart, HalCtx, HalCtxBuilder, I2cGrant, PinGrant, PwmGrant, adc, i2c, pwm, spi, uart,
};
use wasm_embedded_sim::Sim;

use self::lent::Lent;
use super::exits::Exit;
use crate::holders::Held;
use crate::turns::Turn;

/// The contexts of all guests. With several guests there is one more, the board's own: it leaves the outputs that no guest held.
#[derive(Debug)]
pub(super) struct Rack {
    first: HalCtxBuilder,
    /// Those of the other guests, and the board's own as the last; none, if there is one guest.
    others: Vec<HalCtxBuilder>,
    /// The turns of several guests in virtual time.
    turns: Vec<Turn>,
    /// How outputs are left when those who have them are stuck.
    exits: Vec<Exit>,
    /// Whether outputs are shared even if there is one guest: those of hardware, which nothing else reaches.
    shares_outputs: bool,
}

impl Rack {
    /// Makes room for guests with these names. Their time is virtual, unless they are told to be on hardware.
    pub(super) fn new(names: &[String], sim: &Sim, on_hardware: bool) -> Rack {
        if names.len() < 2 {
            return Rack {
                first: HalCtx::builder(),
                others: Vec::new(),
                turns: Vec::new(),
                exits: Vec::new(),
                shares_outputs: false,
            };
        }
        let mut guests = Held::nothing(names).map(|held| {
            let mut context = HalCtx::builder();
            context.claims(held);
            context
        });
        let first = guests.next().unwrap_or_else(HalCtx::builder);
        let others = guests.chain([HalCtx::builder()]).collect();
        let turns = if on_hardware { Vec::new() } else { Turn::of(names.len(), sim).collect() };
        Rack { first, others, turns, exits: Vec::new(), shares_outputs: false }
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

    /// States the clock behind a label.
    pub(super) fn frequency(&mut self, label: &str, frequency_hz: u32) {
        self.each(|hal| {
            hal.frequency(label, frequency_hz);
        });
    }

    pub(super) fn i2c_bus(&mut self, label: &str, bus: Box<dyn i2c::Bus>, grant: &I2cGrant) {
        self.add(
            bus,
            |lent| Box::new(lent),
            |hal, bus| {
                hal.i2c_bus(label, bus, grant.clone());
            },
        );
    }

    pub(super) fn spi_device(&mut self, label: &str, device: Box<dyn spi::Clocked>) {
        self.add(
            device,
            |lent| Box::new(lent),
            |hal, device| {
                hal.spi_device_object(label, device);
            },
        );
    }

    pub(super) fn spi_bus(&mut self, label: &str, bus: Box<dyn spi::Clocked>) {
        self.add(
            bus,
            |lent| Box::new(lent),
            |hal, bus| {
                hal.spi_bus_object(label, bus);
            },
        );
    }

    pub(super) fn output(&mut self, label: &str, pin: Box<dyn Output>, grant: PinGrant) {
        let on_exit = grant.on_exit.map(|level| grant.electrical(level));
        self.add_output(
            pin,
            on_exit.map(|level| move |pin: &mut Box<dyn Output>| pin.set(level).unwrap_or_default()),
            |lent| Box::new(lent),
            |hal, pin| {
                hal.output_object(label, pin, grant);
            },
        );
    }

    pub(super) fn input(&mut self, label: &str, pin: Box<dyn Input>, active_low: bool) {
        self.add(
            pin,
            |lent| Box::new(lent),
            |hal, pin| {
                hal.input_object(label, pin, active_low);
            },
        );
    }

    pub(super) fn io(&mut self, label: &str, pin: Box<dyn Io>, grant: PinGrant) {
        let on_exit = grant.on_exit.map(|level| grant.electrical(level));
        self.add_output(
            pin,
            on_exit.map(|level| move |pin: &mut Box<dyn Io>| pin.set(level).unwrap_or_default()),
            |lent| Box::new(lent),
            |hal, pin| {
                hal.io_object(label, pin, grant);
            },
        );
    }

    pub(super) fn pwm(&mut self, label: &str, output: Box<dyn pwm::Output>, grant: PwmGrant) {
        let leave = |part: DutyPart| {
            move |output: &mut Box<dyn pwm::Output>| {
                let duty = part.of(output.max_duty().max(1));
                output.set_duty(duty).unwrap_or_default();
            }
        };
        self.add_output(
            output,
            grant.on_exit.map(leave),
            |lent| Box::new(lent),
            |hal, output| {
                hal.pwm_object(label, output, grant);
            },
        );
    }

    pub(super) fn uart(&mut self, label: &str, port: Box<dyn uart::Port>, access: Access) {
        self.add(
            port,
            |lent| Box::new(lent),
            |hal, port| {
                hal.uart_object(label, port, access);
            },
        );
    }

    pub(super) fn adc(&mut self, label: &str, input: Box<dyn adc::Input>) {
        self.lend(input, |hal, lent| {
            hal.adc(label, lent);
        });
    }

    /// Adds a device: as it is for the only guest, and lent to each of several.
    fn add<D: ?Sized>(
        &mut self,
        device: Box<D>,
        object: fn(Lent<D>) -> Box<D>,
        put: impl Fn(&mut HalCtxBuilder, Box<D>),
    ) {
        if self.others.is_empty() {
            return put(&mut self.first, device);
        }
        self.lend(device, |hal, lent| put(hal, object(lent)));
    }

    /// Adds an output. If it is shared, `leave` leaves it at its level on exit: nobody is left to tell of a failure.
    fn add_output<D: ?Sized + Send + 'static>(
        &mut self,
        device: Box<D>,
        leave: Option<impl Fn(&mut Box<D>) + Send + Sync + 'static>,
        object: fn(Lent<D>) -> Box<D>,
        put: impl Fn(&mut HalCtxBuilder, Box<D>),
    ) {
        let Some(leave) = leave.filter(|_| self.shares_outputs) else { return self.add(device, object, put) };
        let lent = Lent::new(device);
        self.exits.push(lent.exit(leave));
        self.share(&lent, |hal, lent| put(hal, object(lent)));
    }

    /// Lends a device to each guest.
    fn lend<D: ?Sized>(&mut self, device: Box<D>, put: impl Fn(&mut HalCtxBuilder, Lent<D>)) {
        self.share(&Lent::new(device), put);
    }

    fn share<D: ?Sized>(&mut self, lent: &Lent<D>, put: impl Fn(&mut HalCtxBuilder, Lent<D>)) {
        let turns = self.turns.iter().cloned().map(Some).chain(std::iter::repeat(None));
        for (hal, turn) in std::iter::once(&mut self.first).chain(&mut self.others).zip(turns) {
            put(hal, lent.to(turn));
        }
    }
}
