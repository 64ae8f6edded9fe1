//! The handle of a simulated board.

use alloc::boxed::Box;
use alloc::string::String;
use alloc::sync::Arc;
use alloc::vec::Vec;
use core::any::Any;
use core::fmt;

use spin::{Mutex, MutexGuard};

use crate::adc::{AdcSettings, SimAdc};
use crate::board_state::BoardState;
use crate::chip::SimChip;
use crate::controls::ControlError;
use crate::delay::SimDelay;
use crate::digital::{SimInput, SimIoPin, SimOutput};
use crate::fault::{Fault, FaultId, When};
use crate::i2c::bus::I2cBus;
use crate::i2c::{I2cBusId, SimI2c};
use crate::model::Input;
use crate::model::spec::Place;
use crate::net::{Level, Net, Pull};
use crate::part::{Board, Part, PartId};
use crate::pwm::{PwmSettings, SimPwm};
use crate::queue::Task;
use crate::spi::bus::{SpiBus, SpiSelect};
use crate::spi::{SimSpiBus, SimSpiDevice, SpiBusId, SpiSelectId, SpiSettings};
use crate::stimulus::StimulusContext;
use crate::trace::{I2cBusInfo, SelectInfo, SpiBusInfo, TraceSink, UartInfo};
use crate::uart::line::UartLine;
use crate::uart::{SimUart, UartId, UartSettings};

/// A simulated board. Clones are handles of the same board.
///
/// One lock holds the whole board, and every call takes it once. The functions and objects that a board calls (parts, stimuli,
/// trace sinks, the [`on_advance`](Sim::on_advance) hook, the closure of [`with_part`](Sim::with_part)) run while it is held:
/// they must not use a `Sim` of the same board, or a handle made by one, but what they are called with.
#[derive(Clone)]
pub struct Sim(Arc<Mutex<BoardState>>);

impl Sim {
    /// Creates an empty board at time 0.
    #[must_use]
    pub fn new() -> Sim {
        Sim(Arc::new(Mutex::new(BoardState::new())))
    }

    /// Returns the virtual time in nanoseconds.
    #[must_use]
    pub fn now_ns(&self) -> u64 {
        self.lock().circuit.now_ns
    }

    /// Lets time pass, with all that happens on the way.
    pub fn advance_ns(&self, ns: u64) {
        let mut board_state = self.lock();
        board_state.advance(ns);
        board_state.circuit.call_hook();
    }

    /// Lets time pass as [`Sim::advance_ns`] does, but asks `stop` before each thing that happens on the way, and goes no further
    /// once it says so. Returns whether all of the time has passed: a part that has something to do thousands of times a second
    /// makes an hour long for whoever waits for it.
    pub fn advance_ns_unless(&self, ns: u64, mut stop: impl FnMut() -> bool) -> bool {
        let mut board_state = self.lock();
        let target_ns = board_state.circuit.now_ns.saturating_add(ns);
        let has_passed = board_state.circuit.pass(ns) || board_state.run_unless(target_ns, &mut stop);
        board_state.circuit.call_hook();
        has_passed
    }

    /// Returns when something is to happen by itself, at the earliest: a part that wakes, or a stimulus.
    #[must_use]
    pub fn next_event_ns(&self) -> Option<u64> {
        self.lock().circuit.queue.next_ns()
    }

    /// Finds or makes the I2C bus of this name. The frequency is that of a new bus; an existing one keeps its own.
    #[expect(clippy::must_use_candidate, reason = "acts on the board as well")]
    pub fn i2c_bus(&self, name: &str, frequency_hz: u32) -> I2cBusId {
        let mut board_state = self.lock();
        let buses = &mut board_state.circuit.topology.i2c;
        if let Some(index) = buses.iter().position(|bus| bus.name == name) {
            return I2cBusId(index);
        }
        buses.push(I2cBusInfo { name: String::from(name) });
        board_state.i2c.push(I2cBus::new(frequency_hz));
        board_state.circuit.topology_changed();
        I2cBusId(board_state.i2c.len() - 1)
    }

    /// Finds or makes the SPI bus of this name.
    #[expect(clippy::must_use_candidate, reason = "acts on the board as well")]
    pub fn spi_bus(&self, name: &str) -> SpiBusId {
        let mut board_state = self.lock();
        let buses = &mut board_state.circuit.topology.spi;
        if let Some(index) = buses.iter().position(|bus| bus.name == name) {
            return SpiBusId(index);
        }
        buses.push(SpiBusInfo::new(String::from(name)));
        board_state.spi.push(SpiBus::new());
        board_state.circuit.topology_changed();
        SpiBusId(board_state.spi.len() - 1)
    }

    /// Finds or makes the select line of this name on a bus, and sets how a device on it is talked to.
    #[expect(clippy::must_use_candidate, reason = "acts on the board as well")]
    pub fn spi_select(&self, bus: SpiBusId, name: &str, settings: SpiSettings) -> SpiSelectId {
        self.select_line(bus, name, None, settings)
    }

    /// Makes a select line of a net: the parts on it are selected while the net is low, whoever drives it. A net that nothing
    /// drives needs a pull-up to be high.
    ///
    /// They hear all that is clocked on the bus meanwhile. A [`SimSpiDevice`] on such a line drives the net itself, at 1 MHz
    /// in mode 0.
    #[expect(clippy::must_use_candidate, reason = "acts on the board as well")]
    pub fn spi_select_net(&self, bus: SpiBusId, net: Net) -> SpiSelectId {
        let name = String::from(self.lock().circuit.topology.net_name(net));
        self.select_line(bus, &name, Some(net), SpiSettings::default())
    }

    fn select_line(&self, bus: SpiBusId, name: &str, net: Option<Net>, settings: SpiSettings) -> SpiSelectId {
        let mut board_state = self.lock();
        let selects = &board_state.circuit.topology.selects;
        let known = selects.iter().position(|select| (select.bus, select.net) == (bus, net) && select.name == name);
        if let Some(index) = known {
            if let Some(select) = board_state.selects.get_mut(index) {
                select.set(settings);
            }
            return SpiSelectId(index);
        }
        board_state.circuit.topology.selects.push(SelectInfo { name: String::from(name), bus, net });
        board_state.add_select(SpiSelect::new(bus, net, settings));
        board_state.circuit.topology_changed();
        SpiSelectId(board_state.selects.len() - 1)
    }

    /// Finds or makes the net of this name.
    #[expect(clippy::must_use_candidate, reason = "acts on the board as well")]
    pub fn net(&self, name: &str) -> Net {
        self.lock().circuit.net(name)
    }

    /// Puts a resistor on a net, in the place of the one that was there.
    pub fn set_pull(&self, net: Net, pull: Pull) {
        let mut board_state = self.lock();
        board_state.circuit.set_pull(net, pull);
        board_state.settle();
    }

    /// Returns the level that a net carries. It takes no time, unlike reading a pin.
    #[must_use]
    pub fn level(&self, net: Net) -> Level {
        self.lock().circuit.level(net)
    }

    /// Returns how often two drivers began to drive a net to different levels, each a [`Contention`] in the trace.
    ///
    /// [`Contention`]: crate::EventKind::Contention
    #[must_use]
    pub fn contentions(&self) -> u64 {
        self.lock().circuit.contentions
    }

    /// Puts a part on the board that is on nets only, and powers it on.
    pub fn add(&self, part: impl Part) -> PartId {
        self.lock().add(part)
    }

    /// Puts a part on an I2C bus, and powers it on.
    pub fn add_i2c(&self, bus: I2cBusId, part: impl Part) -> PartId {
        let mut board_state = self.lock();
        let id = board_state.add(part);
        board_state.place_on_i2c(bus, id);
        id
    }

    /// Puts a part on a select line of an SPI bus, and powers it on.
    pub fn add_spi(&self, select: SpiSelectId, part: impl Part) -> PartId {
        let mut board_state = self.lock();
        let id = board_state.add(part);
        board_state.place_on_select(select.0, id.0);
        board_state.settle();
        id
    }

    /// Puts a part on an SPI bus with its select tied low, or without one, and powers it on. It is selected once, now, and
    /// hears all that is clocked on the bus.
    pub fn add_spi_always(&self, bus: SpiBusId, part: impl Part) -> PartId {
        let mut board_state = self.lock();
        let id = board_state.add(part);
        board_state.place_on_spi(bus, id);
        board_state.settle();
        id
    }

    /// Puts a part where it goes, with its controls as they are at the start, and powers it on.
    pub(crate) fn put(
        &self,
        part: Box<dyn Part>,
        place: Place,
        controls: &[(String, Input)],
    ) -> Result<PartId, ControlError> {
        let mut board_state = self.lock();
        let id = board_state.add_with(part, controls)?;
        match place {
            Place::I2c(bus) => board_state.place_on_i2c(bus, id),
            Place::Select(select) => board_state.place_on_select(select.0, id.0),
            Place::Spi(bus) => board_state.place_on_spi(bus, id),
            Place::Uart(port) => board_state.place_on_uart(port, id.0),
            Place::Nets => {}
        }
        board_state.settle();
        Ok(id)
    }

    /// Calls `f` with a part, to work its controls or to look inside, and returns the answer of `f`. Returns `None` when there
    /// is no part `id`, or it is not a `P`. No time passes.
    pub fn with_part<P: Part, R>(&self, id: PartId, f: impl FnOnce(&mut P, &mut dyn Board) -> R) -> Option<R> {
        let mut board_state = self.lock();
        let answer = board_state.with(id.0, |part, board| {
            let part: &mut dyn Any = part;
            Some(f(part.downcast_mut::<P>()?, board))
        });
        board_state.listen_to_peers();
        board_state.settle();
        answer.flatten()
    }

    /// Has a stimulus run at a virtual time, or at once if that is not in the future.
    pub fn schedule(&self, at_ns: u64, action: impl FnOnce(&mut dyn StimulusContext) + Send + 'static) {
        let mut board_state = self.lock();
        board_state.circuit.push(at_ns, Task::Act(Box::new(action)));
        board_state.settle();
    }

    /// Arms a fault. It holds for the rest of the board's life, as far as `when` says.
    #[expect(clippy::must_use_candidate, reason = "acts on the board as well")]
    pub fn inject(&self, fault: Fault, when: When) -> FaultId {
        self.lock().inject(fault, when)
    }

    /// Ends a fault: its cause is gone.
    pub fn withdraw(&self, fault: FaultId) {
        self.lock().withdraw(fault);
    }

    /// Returns how often a fault struck: how many transactions, changes of a net or delays.
    #[must_use]
    pub fn strikes(&self, fault: FaultId) -> u64 {
        self.lock().circuit.faults.strikes(fault)
    }

    /// Returns how long a delay takes that begins now: what it asks for, and more if a fault strikes it.
    #[must_use]
    pub fn overslept_ns(&self, ns: u64) -> u64 {
        self.lock().overslept(ns)
    }

    /// Returns by how many seconds the date is wrong for who looks at it now: 0 unless a fault strikes the look. The board has no
    /// date of its own; who shows one adds this.
    #[must_use]
    pub fn date_error_s(&self) -> i64 {
        self.lock().date_error()
    }

    /// Returns a controller of an I2C bus.
    #[must_use]
    pub fn i2c(&self, bus: I2cBusId) -> SimI2c {
        SimI2c::new(self, bus)
    }

    /// Returns the controller of the device on a select line.
    #[must_use]
    pub fn spi_device(&self, select: SpiSelectId) -> SimSpiDevice {
        SimSpiDevice::new(self, select)
    }

    /// Returns the controller of an SPI bus without select lines. Of the settings only frequency and mode matter.
    #[must_use]
    pub fn spi(&self, bus: SpiBusId, settings: SpiSettings) -> SimSpiBus {
        SimSpiBus::new(self, bus, settings)
    }

    /// Returns a push-pull output on a net, which drives `initial` from the start.
    #[must_use]
    pub fn output(&self, net: Net, initial: Level) -> SimOutput {
        SimOutput::new(self, net, initial)
    }

    /// Returns an input on a net.
    #[must_use]
    pub fn input(&self, net: Net) -> SimInput {
        SimInput::new(self, net)
    }

    /// Returns an open-drain pin on a net: low is driven, high released.
    #[must_use]
    pub fn open_drain(&self, net: Net, initial: Level) -> SimIoPin {
        SimIoPin::new(self, net, initial)
    }

    /// Finds or makes the serial port of this name. The settings are those of a new port; an existing one keeps its own.
    #[expect(clippy::must_use_candidate, reason = "acts on the board as well")]
    pub fn uart_port(&self, name: &str, settings: UartSettings) -> UartId {
        let mut board_state = self.lock();
        let ports = &mut board_state.circuit.topology.uart;
        if let Some(index) = ports.iter().position(|port| port.name == name) {
            return UartId(index);
        }
        ports.push(UartInfo { name: String::from(name) });
        board_state.uart.push(UartLine::new(settings));
        board_state.circuit.topology_changed();
        UartId(board_state.uart.len() - 1)
    }

    /// Puts a part at the other end of a serial port, and powers it on.
    pub fn add_uart(&self, port: UartId, part: impl Part) -> PartId {
        let mut board_state = self.lock();
        let id = board_state.add(part);
        board_state.place_on_uart(port, id.0);
        id
    }

    /// Returns the controller of a serial port.
    #[must_use]
    pub fn uart(&self, port: UartId) -> SimUart {
        SimUart::new(self, port)
    }

    /// Returns a PWM output on a net, with a first duty of 0 to [`MAX_DUTY`](crate::pwm::MAX_DUTY).
    #[must_use]
    pub fn pwm(&self, net: Net, settings: PwmSettings, duty: u16) -> SimPwm {
        SimPwm::new(self, net, settings, duty)
    }

    /// Returns an analogue input on a net.
    #[must_use]
    pub fn adc(&self, net: Net, settings: AdcSettings) -> SimAdc {
        SimAdc::new(self, net, settings)
    }

    /// Returns the pins of an emulated chip, which has a clock of its own.
    #[must_use]
    pub fn chip(&self) -> SimChip {
        SimChip::new(self)
    }

    /// Puts a voltage on a net, in microvolts; none takes it away.
    pub fn set_voltage(&self, net: Net, microvolts: Option<i32>) {
        self.lock().circuit.set_voltage(net, microvolts);
    }

    /// Returns a delay.
    #[must_use]
    pub fn delay(&self) -> SimDelay {
        SimDelay::new(self)
    }

    /// Sends all further events to `sink` too, after the names of what is on the board.
    pub fn trace_to(&self, sink: Box<dyn TraceSink>) {
        self.lock().circuit.add_sink(sink);
    }

    /// Ends the tracing and returns the sinks, so that dropping them closes their files.
    #[expect(clippy::must_use_candidate, reason = "acts on the board as well")]
    pub fn end_trace(&self) -> Vec<Box<dyn TraceSink>> {
        self.lock().circuit.take_sinks()
    }

    /// Has `hook` called with the virtual time after it advanced: at the end of every call that takes time, and before each
    /// event on the way. It is the place to wait for the wall clock, or to notice that a deadline passed.
    pub fn on_advance(&self, hook: Box<dyn FnMut(u64) + Send>) {
        self.lock().circuit.hook = Some(hook);
    }

    /// Ends the tracing as [`Sim::end_trace`] does, if nobody else uses the board now, and returns the virtual time too.
    #[expect(clippy::must_use_candidate, reason = "acts on the board as well")]
    pub fn try_end_trace(&self) -> Option<(u64, Vec<Box<dyn TraceSink>>)> {
        let mut board_state = self.try_lock()?;
        Some((board_state.circuit.now_ns, board_state.circuit.take_sinks()))
    }

    pub(crate) fn try_lock(&self) -> Option<MutexGuard<'_, BoardState>> {
        self.0.try_lock()
    }

    pub(crate) fn lock(&self) -> MutexGuard<'_, BoardState> {
        self.0.lock()
    }
}

impl Default for Sim {
    fn default() -> Sim {
        Sim::new()
    }
}

impl fmt::Debug for Sim {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Sim").finish_non_exhaustive()
    }
}
