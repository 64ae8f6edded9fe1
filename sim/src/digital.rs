//! Pins of the controller, on nets.
//!
//! Every access takes one microsecond of virtual time, so that a driver which polls a pin makes time pass. A pin that is dropped
//! keeps its level, as the registers of a real one do; the next pin made for the net takes over.

use core::convert::Infallible;

use embedded_hal::digital::{ErrorType, InputPin, OutputPin, PinState, StatefulOutputPin};

use crate::circuit::{Awaited, Driver};
use crate::edges::SimEdges;
use crate::future::SimWait;
use crate::net::{Drive, Level, Net};
use crate::remote::SimRemote;
use crate::sim::Sim;

/// What driving or reading a pin takes. Asking what was commanded takes nothing: no wire is looked at.
pub const ACCESS_NS: u64 = 1_000;

/// A push-pull output. Made by [`Sim::output`].
#[derive(Debug)]
pub struct SimOutput {
    pin: Pin,
}

/// An input. Made by [`Sim::input`].
#[derive(Debug)]
pub struct SimInput {
    pin: Pin,
}

/// An open-drain pin, which drives low and releases high, and whose input is always on. Made by [`Sim::open_drain`].
#[derive(Debug)]
pub struct SimIoPin {
    pin: Pin,
}

impl SimOutput {
    pub(crate) fn new(sim: &Sim, net: Net, initial: Level) -> SimOutput {
        SimOutput { pin: Pin::new(sim, net, initial, Drive::from(initial)) }
    }

    /// Returns what drives this output when whoever has it is stuck.
    #[must_use]
    pub fn remote(&self) -> SimRemote {
        SimRemote::output(&self.pin.sim, self.pin.net, self.pin.handle)
    }
}

impl SimInput {
    pub(crate) fn new(sim: &Sim, net: Net) -> SimInput {
        SimInput { pin: Pin::new(sim, net, Level::High, Drive::Released) }
    }
}

impl SimIoPin {
    pub(crate) fn new(sim: &Sim, net: Net, initial: Level) -> SimIoPin {
        SimIoPin { pin: Pin::new(sim, net, initial, open_drain(initial)) }
    }

    /// Returns what drives this pin when whoever has it is stuck.
    #[must_use]
    pub fn remote(&self) -> SimRemote {
        SimRemote::open_drain(&self.pin.sim, self.pin.net, self.pin.handle)
    }
}

impl SimInput {
    /// Begins to keep the pin's edges.
    #[must_use]
    pub fn watch(&self) -> SimEdges {
        self.pin.sim.watch(self.pin.net)
    }

    /// Begins to wait at the pin, for a task that waits for it together with other things.
    pub fn start_wait(&self, awaited: Awaited) -> SimWait {
        self.pin.sim.wait_for(self.pin.net, awaited)
    }
}

impl SimIoPin {
    /// Begins to keep the pin's edges, those that it drives itself among them.
    #[must_use]
    pub fn watch(&self) -> SimEdges {
        self.pin.sim.watch(self.pin.net)
    }

    /// Begins to wait at the pin, for a task that waits for it together with other things.
    pub fn start_wait(&self, awaited: Awaited) -> SimWait {
        self.pin.sim.wait_for(self.pin.net, awaited)
    }
}

impl ErrorType for SimOutput {
    type Error = Infallible;
}

impl ErrorType for SimInput {
    type Error = Infallible;
}

impl ErrorType for SimIoPin {
    type Error = Infallible;
}

impl OutputPin for SimOutput {
    fn set_low(&mut self) -> Result<(), Infallible> {
        self.set_state(PinState::Low)
    }

    fn set_high(&mut self) -> Result<(), Infallible> {
        self.set_state(PinState::High)
    }

    fn set_state(&mut self, state: PinState) -> Result<(), Infallible> {
        let level = Level::from(state);
        self.pin.set(level, Drive::from(level));
        Ok(())
    }
}

impl StatefulOutputPin for SimOutput {
    fn is_set_high(&mut self) -> Result<bool, Infallible> {
        Ok(self.pin.commanded == Level::High)
    }

    fn is_set_low(&mut self) -> Result<bool, Infallible> {
        Ok(self.pin.commanded == Level::Low)
    }

    fn toggle(&mut self) -> Result<(), Infallible> {
        let level = !self.pin.commanded;
        self.pin.set(level, Drive::from(level));
        Ok(())
    }
}

impl InputPin for SimInput {
    fn is_high(&mut self) -> Result<bool, Infallible> {
        Ok(self.pin.level() == Level::High)
    }

    fn is_low(&mut self) -> Result<bool, Infallible> {
        Ok(self.pin.level() == Level::Low)
    }
}

impl OutputPin for SimIoPin {
    fn set_low(&mut self) -> Result<(), Infallible> {
        self.set_state(PinState::Low)
    }

    fn set_high(&mut self) -> Result<(), Infallible> {
        self.set_state(PinState::High)
    }

    fn set_state(&mut self, state: PinState) -> Result<(), Infallible> {
        let level = Level::from(state);
        self.pin.set(level, open_drain(level));
        Ok(())
    }
}

impl StatefulOutputPin for SimIoPin {
    fn is_set_high(&mut self) -> Result<bool, Infallible> {
        Ok(self.pin.commanded == Level::High)
    }

    fn is_set_low(&mut self) -> Result<bool, Infallible> {
        Ok(self.pin.commanded == Level::Low)
    }

    fn toggle(&mut self) -> Result<(), Infallible> {
        let level = !self.pin.commanded;
        self.pin.set(level, open_drain(level));
        Ok(())
    }
}

impl InputPin for SimIoPin {
    fn is_high(&mut self) -> Result<bool, Infallible> {
        Ok(self.pin.level() == Level::High)
    }

    fn is_low(&mut self) -> Result<bool, Infallible> {
        Ok(self.pin.level() == Level::Low)
    }
}

pub(crate) fn open_drain(level: Level) -> Drive {
    match level {
        Level::Low => Drive::Low,
        Level::High => Drive::Released,
    }
}

/// A driver on a net that is the controller's.
#[derive(Debug)]
struct Pin {
    sim: Sim,
    net: Net,
    handle: usize,
    commanded: Level,
}

impl Pin {
    fn new(sim: &Sim, net: Net, commanded: Level, drive: Drive) -> Pin {
        let mut board_state = sim.lock();
        let handle = board_state.circuit.new_handle();
        board_state.circuit.take_over(net, Driver::Handle(handle), drive);
        board_state.settle();
        drop(board_state);
        Pin { sim: sim.clone(), net, handle, commanded }
    }

    fn set(&mut self, level: Level, drive: Drive) {
        self.commanded = level;
        let mut board_state = self.sim.lock();
        board_state.circuit.drive(self.net, Driver::Handle(self.handle), drive);
        board_state.advance(ACCESS_NS);
        board_state.circuit.call_hook();
    }

    fn level(&self) -> Level {
        let mut board_state = self.sim.lock();
        let level = board_state.circuit.level(self.net);
        board_state.advance(ACCESS_NS);
        board_state.circuit.call_hook();
        level
    }
}

impl Drop for Pin {
    fn drop(&mut self) {
        self.sim.lock().circuit.leave(self.net, Driver::Handle(self.handle));
    }
}
