//! The board that a policy describes, simulated or of this machine or both, with the guest's labels on it.

mod contexts;
mod exits;
#[cfg(target_os = "linux")]
mod hardware;
#[cfg(not(target_os = "linux"))]
#[path = "board/no_hardware.rs"]
mod hardware;
mod peripherals;
mod pins;
mod replaced;
mod simulated;
mod unanswered;
mod watch;

use wasm_embedded_board::{self as simulated_board, SpiWires};
use wasm_embedded_host::{HalCtxBuilder, I2cGrant, SpiGrant};
use wasm_embedded_sim::model::{Course, Value};
use wasm_embedded_sim::picture::Frame;
use wasm_embedded_sim::{PartId, Sim};

use self::contexts::GuestContexts;
pub use self::exits::Exits;
use self::hardware::Hardware;
pub use self::replaced::NoSuchLabel;
use self::unanswered::{Calls, Listened};
pub use self::watch::{Edge, Watch};
use crate::clock::RealWait;
use crate::log::LogSink;
use crate::policy::{AnyLabel, Backend, I2cLabel, Policy};
use crate::record::Tape;
use crate::turns::Turn;
pub use wasm_embedded_board::{ControlError, ScriptMismatch};

/// Why there is no board for a policy.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum BoardError {
    /// A label stands for hardware that is not of this kind of machine.
    #[error("label `{label}`: `{key}` in {section} {}; to simulate the label, use `sim = true`", not_here(key))]
    Hardware {
        /// The label.
        label: String,
        /// The key that says so.
        key: &'static str,
        /// Where it is.
        section: String,
    },
    /// A label's hardware cannot be opened.
    #[error("cannot open label `{label}`")]
    Open {
        /// The label.
        label: String,
        /// Why, and what to do about it.
        #[source]
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    /// A part cannot be what the policy says.
    #[error("cannot put part `{name}` on the board")]
    Part {
        /// The part.
        name: String,
        /// Why.
        #[source]
        source: Box<dyn std::error::Error + Send + Sync>,
    },
}

/// A board, from which one guest is run, or several at once.
#[derive(Debug)]
pub struct Board {
    simulated: simulated_board::Board,
    hardware: Option<Hardware>,
    contexts: GuestContexts,
    /// The simulated I2C buses, by their labels.
    listened: Vec<Listened>,
}

impl Board {
    /// Builds the board of a policy. Hardware is opened when all the rest is there: its outputs are at their initial levels from
    /// then on, and at their `on-exit` levels when the board is dropped, whether or not a guest has run.
    ///
    /// # Errors
    ///
    /// The policy has labels for hardware that this machine lacks or cannot open, or a part that cannot be built.
    pub fn new(policy: &Policy) -> Result<Board, BoardError> {
        Board::on(policy, Sim::new())
    }

    /// Builds the board of a policy in a simulation of the caller's, which may have nets and parts already, or be traced from the
    /// first moment.
    ///
    /// # Errors
    ///
    /// As of [`Board::new`].
    pub fn on(policy: &Policy, sim: Sim) -> Result<Board, BoardError> {
        Board::assemble(policy, sim, &[], |contexts| Hardware::open(policy, contexts))
    }

    /// Builds the board of a policy for several guests with these names. Every label is there for each of them; what one of them
    /// holds is refused to the others with its name, except for I2C buses, which all may have at once.
    ///
    /// # Errors
    ///
    /// As of [`Board::new`].
    pub fn for_guests(policy: &Policy, names: &[String]) -> Result<Board, BoardError> {
        Board::assemble(policy, Sim::new(), names, |contexts| Hardware::open(policy, contexts))
    }

    /// As [`Board::for_guests`], with all calls of the guests over a tape, which keeps them or answers them. For the latter the policy
    /// is one [without hardware](crate::record::without_hardware).
    ///
    /// # Errors
    ///
    /// As of [`Board::new`].
    pub fn over_tape(policy: &Policy, names: &[String], tape: &Tape) -> Result<Board, BoardError> {
        let sim = Sim::new();
        Board::assemble_over(policy, sim, names, Some(tape), |contexts| Hardware::open(policy, contexts))
    }

    /// Builds the board of a policy whose hardware is that of another machine: one with a kernel of the caller's. `linux` makes the
    /// machine, of which faults are told to what it is given.
    ///
    /// # Errors
    ///
    /// As of [`Board::new`].
    #[cfg(target_os = "linux")]
    pub fn on_machine(
        policy: &Policy,
        sim: Sim,
        linux: impl FnOnce(std::sync::Arc<dyn wasm_embedded_linux::ErrorListener>) -> wasm_embedded_linux::Linux,
    ) -> Result<Board, BoardError> {
        Board::assemble(policy, sim, &[], |contexts| Hardware::open_on(policy, contexts, linux))
    }

    fn assemble(
        policy: &Policy,
        sim: Sim,
        names: &[String],
        open: impl FnOnce(&mut GuestContexts) -> Result<Option<Hardware>, BoardError>,
    ) -> Result<Board, BoardError> {
        Board::assemble_over(policy, sim, names, None, open)
    }

    fn assemble_over(
        policy: &Policy,
        sim: Sim,
        names: &[String],
        tape: Option<&Tape>,
        open: impl FnOnce(&mut GuestContexts) -> Result<Option<Hardware>, BoardError>,
    ) -> Result<Board, BoardError> {
        refuse_hardware(policy)?;
        let mut contexts = GuestContexts::new(names, &sim, policy.has_hardware());
        if let Some(tape) = tape {
            contexts.tape(tape, &sim);
        }
        let mut simulated = simulated_board::Board::on(policy, sim)?;
        let listened = rack_simulated(&mut simulated, &mut contexts, policy);
        let mut board = Board { simulated, hardware: None, contexts, listened };
        board.contexts.each(|hal| {
            hal.limits((&policy.limits).into());
        });
        board.contexts.share_outputs();
        board.hardware = open(&mut board.contexts)?;
        Ok(board)
    }

    /// Returns the addresses that a label grants and a driver of the kernel has, for which [`Board::new`] would refuse the policy.
    ///
    /// # Errors
    ///
    /// The bus cannot be opened.
    pub fn owned_by_kernel(label: &I2cLabel) -> Result<Vec<u16>, BoardError> {
        hardware::owned_by_kernel(label)
    }

    /// Returns whether a label stands for hardware. The guest lives in the machine's time then, and else in simulated time.
    #[must_use]
    pub fn has_hardware(&self) -> bool {
        self.hardware.is_some()
    }

    /// Returns the simulation, to trace it, to work the parts and to look inside.
    #[must_use]
    pub fn sim(&self) -> &Sim {
        self.simulated.sim()
    }

    /// Returns the simulated board, to work its parts by their names and to expect things of it.
    #[must_use]
    pub fn simulated(&self) -> &simulated_board::Board {
        &self.simulated
    }

    /// Returns the part that the policy calls `name`.
    #[must_use]
    pub fn part(&self, name: &str) -> Option<PartId> {
        self.simulated.part(name)
    }

    /// Sets a control of a part from now on, which ends the course that it follows. No time passes. For another time, see
    /// [`StimulusContext::set`](wasm_embedded_sim::StimulusContext) with [`Board::sim`] and [`Board::part`].
    ///
    /// # Errors
    ///
    /// There is no such part or control, or the value is of another kind or past the control's range.
    pub fn set(&self, part: &str, control: &str, value: impl Into<Value>) -> Result<(), ControlError> {
        self.simulated.set(part, control, value)
    }

    /// Has a control of a part follow a course over virtual time from now on.
    ///
    /// # Errors
    ///
    /// There is no such part or control, the control is not a number, or the course begins past its range.
    pub fn follow(&self, part: &str, control: &str, course: Course) -> Result<(), ControlError> {
        self.simulated.follow(part, control, course)
    }

    /// Returns the value of a readout of a part now, or of one of its controls.
    ///
    /// # Errors
    ///
    /// There is no such part or readout.
    pub fn read(&self, part: &str, readout: &str) -> Result<Value, ControlError> {
        self.simulated.read(part, readout)
    }

    /// Returns the names of the displays.
    #[must_use]
    pub fn displays(&self) -> Vec<&str> {
        self.simulated.displays()
    }

    /// Returns what a display shows, if there is one of this name.
    #[must_use]
    pub fn frame(&self, name: &str) -> Option<Frame> {
        self.simulated.frame(name)
    }

    /// Returns what went otherwise than the scripted parts expected.
    #[must_use]
    pub fn mismatches(&self) -> Vec<ScriptMismatch<'_>> {
        self.simulated.mismatches()
    }

    /// Says who is on a simulated I2C bus, for each label of `policy`, the board's, that was used and where nobody was there at any
    /// address that was called.
    pub fn unanswered(&self, policy: &Policy) -> Vec<String> {
        self.listened.iter().filter_map(|listened| listened.warning(policy)).collect()
    }

    /// Returns the context of the one guest of this board, or of the first of several, to put devices under labels that no policy
    /// can describe. What waits for the guest, its log and what stops it are set when it is run.
    pub fn hal(&mut self) -> &mut HalCtxBuilder {
        self.contexts.first()
    }

    /// Returns the context of a guest, by its number, unless there are fewer.
    pub(crate) fn hal_of(&mut self, guest: usize) -> Option<&mut HalCtxBuilder> {
        self.contexts.guest(guest)
    }

    /// Returns the turns of a guest, by its number, if there are several in virtual time.
    pub(crate) fn turn(&self, guest: usize) -> Option<Turn> {
        self.contexts.turn(guest).cloned()
    }

    /// Leaves the outputs at their levels on exit that no guest held, when all of several have ended.
    pub(crate) fn make_safe(&mut self) {
        self.contexts.make_safe();
    }

    /// Returns what leaves the outputs at their levels on exit when those who have them are stuck.
    pub fn exits(&self) -> Exits {
        Exits::new(self.sim(), self.contexts.exits())
    }

    /// Returns what waits in the machine's time, if that is the guests': their time begins now.
    pub(crate) fn real_wait(&self) -> Option<RealWait> {
        let guest_ns = self.sim().now_ns();
        self.hardware.as_ref().map(|hardware| hardware.begin(guest_ns))
    }

    /// Has faults of the hardware told to whoever listens to the guest.
    pub(crate) fn listen(&self, sink: &LogSink) {
        if let Some(hardware) = &self.hardware {
            hardware.listen(sink.clone());
        }
    }

    /// Sends the clocks that some labels ask for before their first use.
    pub(crate) fn send_init_clocks(&mut self) {
        self.simulated.labels().send_init_clocks();
    }
}

/// Puts what simulated labels stand for into the guests' reach.
fn rack_simulated(board: &mut simulated_board::Board, contexts: &mut GuestContexts, policy: &Policy) -> Vec<Listened> {
    let sim = board.sim().clone();
    let labels = board.labels();
    pins::add(labels, contexts, &policy.pins);
    let mut listened = Vec::new();
    for (label, bus) in
        policy.i2c.iter().filter_map(|label| Some((label, labels.buses().iter().find(|bus| bus.label == label.label)?)))
    {
        let calls = Calls::default();
        let device = simulated::Bus { bus: sim.i2c(bus.id), calls: calls.clone() };
        contexts.i2c(&label.label, device, &I2cGrant::from(&label.settings));
        listened.push(Listened { label: label.label.clone(), bus: bus.name.clone(), calls });
    }
    for label in &policy.spi {
        let grant = SpiGrant::from(&label.settings);
        match labels.spi(&label.label) {
            Ok(SpiWires::Device(device)) => contexts.spi_device(&label.label, simulated::Device(device), grant),
            Ok(SpiWires::Bus(bus)) => contexts.spi_bus(&label.label, simulated::Wires(bus), grant),
            // One of hardware.
            Err(_) => {}
        }
    }
    peripherals::add_pwm(labels, contexts, &policy.pwm);
    peripherals::add_adc(labels, contexts, &policy.adc);
    peripherals::add_uart(labels, contexts, &policy.uart);
    listened
}

impl From<simulated_board::BoardError> for BoardError {
    fn from(error: simulated_board::BoardError) -> BoardError {
        BoardError::Part { name: error.part, source: error.source }
    }
}

/// Says why a key of a label means nothing on this machine.
fn not_here(key: &str) -> &'static str {
    match key {
        "block" | "pin" if cfg!(target_os = "linux") => "is for microcontroller firmware; on Linux, use `path`",
        "block" => "is for microcontroller firmware",
        _ => "needs Linux",
    }
}

/// Refuses labels for hardware of other machines.
fn refuse_hardware(policy: &Policy) -> Result<(), BoardError> {
    let is_elsewhere =
        |backend: &dyn Backend| backend.is_of_chip() || backend.sim().is_none() && !cfg!(target_os = "linux");
    match policy.labels().find(|label| is_elsewhere(label.backend)) {
        Some(AnyLabel { label, section, backend, .. }) => {
            let key = backend.key();
            let section = if section == "gpio" { "[gpio]".to_owned() } else { format!("[{section}.{label}]") };
            Err(BoardError::Hardware { label: label.to_owned(), key, section })
        }
        None => Ok(()),
    }
}
