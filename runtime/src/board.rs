//! The board that a policy describes, simulated or of this machine or both, with the guest's labels on it.

mod controls;
mod exits;
mod faults;
#[cfg(target_os = "linux")]
mod hardware;
#[cfg(not(target_os = "linux"))]
#[path = "board/no_hardware.rs"]
mod hardware;
mod peripherals;
mod pins;
mod rack;
mod simulated;
mod unanswered;
mod watch;

use embedded_hal::spi::SpiBus as _;
use wasm_embedded_host::{Access, HalCtxBuilder, I2cGrant, SpiGrant};
use wasm_embedded_sim::model::{Model, SpiPlace, Wires};
use wasm_embedded_sim::picture::Frame;
use wasm_embedded_sim::{PartId, Sim, SimSpiBus, SpiSettings};

pub use self::controls::ControlError;
pub use self::exits::Exits;
use self::hardware::Hardware;
use self::rack::Rack;
use self::unanswered::{Calls, Listened};
pub use self::watch::{Edge, Watch};
use crate::clock::RealWait;
use crate::log::Teller;
use crate::policy::{self, BusBackend, ChannelBackend, I2cLabel, PinBackend, Policy, Select, SpiLabel};
use crate::turns::Turn;

/// How a run differed from what a scripted part expects.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ScriptMismatch<'b> {
    /// The name of the part.
    pub part: &'b str,
    /// What was expected, and what came.
    pub message: String,
    /// Whether the policy lets such a run succeed: `lenient = true`.
    pub lenient: bool,
}

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

/// A part on the board.
#[derive(Debug)]
struct Placed {
    name: String,
    id: PartId,
    model: &'static Model,
    /// Whether a run that is not as it expects may succeed.
    lenient: bool,
}

/// A board, from which one guest is run, or several at once.
#[derive(Debug)]
pub struct Board {
    sim: Sim,
    hardware: Option<Hardware>,
    rack: Rack,
    parts: Vec<Placed>,
    /// The simulated I2C buses, by their labels.
    listened: Vec<Listened>,
    /// Buses that get clocks before the guest starts, and how many bytes of them.
    init_clocks: Vec<(SimSpiBus, usize)>,
}

impl Board {
    /// Builds the board of a policy. Hardware is opened when all the rest is there: its outputs are at their initial levels from
    /// then on, and at their `on-exit` levels when the board is dropped, whether or not a guest has run.
    ///
    /// # Errors
    ///
    /// The policy has labels for hardware that this machine has not, or that cannot be opened, or a part that cannot be.
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
        Board::assemble(policy, sim, &[], |rack| Hardware::open(policy, rack))
    }

    /// Builds the board of a policy for several guests with these names. Every label is there for each of them; what one of them
    /// holds is refused to the others with its name, except for I2C buses, which all may have at once.
    ///
    /// # Errors
    ///
    /// As of [`Board::new`].
    pub fn for_guests(policy: &Policy, names: &[String]) -> Result<Board, BoardError> {
        Board::assemble(policy, Sim::new(), names, |rack| Hardware::open(policy, rack))
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
        Board::assemble(policy, sim, &[], |rack| Hardware::open_on(policy, rack, linux))
    }

    fn assemble(
        policy: &Policy,
        sim: Sim,
        names: &[String],
        open: impl FnOnce(&mut Rack) -> Result<Option<Hardware>, BoardError>,
    ) -> Result<Board, BoardError> {
        refuse_hardware(policy)?;
        let rack = Rack::new(names, &sim, policy.has_hardware());
        let mut board =
            Board { sim, hardware: None, rack, parts: Vec::new(), listened: Vec::new(), init_clocks: Vec::new() };
        // The guest's pins come first: parts find their nets driven when they are powered on, as on a board whose controller
        // is held in reset until its outputs are set up.
        pins::add(&board.sim, &mut board.rack, &policy.pins);
        for label in &policy.i2c {
            board.add_i2c(label, policy);
        }
        let spi = policy.spi.iter().filter_map(|label| Some((label.label.as_str(), board.add_spi(label)?))).collect();
        peripherals::add_pwm(&board.sim, &mut board.rack, &policy.pwm);
        peripherals::add_adc(&board.sim, &mut board.rack, &policy.adc);
        let uart = peripherals::add_uart(&board.sim, &mut board.rack, &policy.uart);
        let wires = Wires { spi, uart };
        for device in &policy.devices {
            let name = device.name().to_owned();
            let id = device.spec.put(&board.sim, device.model.maker(), &wires);
            let id = id.map_err(|source| BoardError::Part { name: name.clone(), source })?;
            let lenient = device.spec.settings.is_on("lenient");
            board.parts.push(Placed { name, id, model: device.model, lenient });
        }
        faults::Sites { sim: &board.sim, policy, wires: &wires, parts: &board.parts }.arm();
        board.rack.each(|hal| {
            hal.limits(policy.limits);
        });
        board.rack.share_outputs();
        board.hardware = open(&mut board.rack)?;
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
        &self.sim
    }

    /// Returns the part that the policy calls `name`.
    #[must_use]
    pub fn part(&self, name: &str) -> Option<PartId> {
        self.placed(name).map(|part| part.id)
    }

    fn placed(&self, name: &str) -> Option<&Placed> {
        self.parts.iter().find(|part| part.name == name)
    }

    /// Returns the names of the displays.
    #[must_use]
    pub fn displays(&self) -> Vec<&str> {
        self.parts.iter().filter(|part| !part.model.pictures.is_empty()).map(|part| part.name.as_str()).collect()
    }

    /// Returns what a display shows, if there is one of this name.
    #[must_use]
    pub fn frame(&self, name: &str) -> Option<Frame> {
        self.sim.picture(self.part(name)?)
    }

    /// Returns what went otherwise than the scripted parts expected.
    #[must_use]
    pub fn mismatches(&self) -> Vec<ScriptMismatch<'_>> {
        let of = |part: &'_ Placed| (self.sim.complaints(part.id), part.lenient);
        let all = self.parts.iter().map(|part| (part.name.as_str(), of(part)));
        all.flat_map(|(part, (complaints, lenient))| {
            complaints.into_iter().map(move |message| ScriptMismatch { part, message, lenient })
        })
        .collect()
    }

    /// Says who is on a simulated I2C bus, for each label of `policy`, the board's, that was used and where nobody was there at any
    /// address that was called.
    pub fn unanswered(&self, policy: &Policy) -> Vec<String> {
        self.listened.iter().filter_map(|listened| listened.warning(policy)).collect()
    }

    /// Returns the context of the one guest of this board, or of the first of several, to put devices under labels that no policy
    /// can describe. What waits for the guest, its log and what stops it are set when it is run.
    pub fn hal(&mut self) -> &mut HalCtxBuilder {
        self.rack.first()
    }

    /// Returns the context of a guest, by its number, unless there are fewer.
    pub(crate) fn hal_of(&mut self, guest: usize) -> Option<&mut HalCtxBuilder> {
        self.rack.guest(guest)
    }

    /// Returns the turns of a guest, by its number, if there are several in virtual time.
    pub(crate) fn turn(&self, guest: usize) -> Option<Turn> {
        self.rack.turn(guest).cloned()
    }

    /// Leaves the outputs at their levels on exit that no guest held, when all of several have ended.
    pub(crate) fn make_safe(&mut self) {
        self.rack.make_safe();
    }

    /// Returns what leaves the outputs at their levels on exit when those who have them are stuck.
    pub fn exits(&self) -> Exits {
        Exits::new(&self.sim, self.rack.exits())
    }

    /// Returns what waits in the machine's time, if that is the guest's.
    pub(crate) fn real_wait(&self) -> Option<RealWait> {
        self.hardware.as_ref().map(Hardware::wait)
    }

    /// Has faults of the hardware told to whoever listens to the guest.
    pub(crate) fn listen(&self, teller: &Teller) {
        if let Some(hardware) = &self.hardware {
            hardware.listen(teller.clone());
        }
    }

    /// Sends the clocks that some labels ask for before their first use.
    pub(crate) fn send_init_clocks(&mut self) {
        for (bus, bytes) in self.init_clocks.drain(..) {
            let mut bus = bus;
            // A simulated bus without a device has nothing to fail.
            let _ = bus.write(&vec![0xff; bytes]);
        }
    }

    fn add_i2c(&mut self, label: &I2cLabel, policy: &Policy) {
        let BusBackend::Sim(name) = &label.backend else { return };
        let stated =
            policy.i2c.iter().filter(|other| other.backend == label.backend).find_map(|other| other.frequency_hz);
        let frequency_hz = stated.unwrap_or(policy::DEFAULT_I2C_FREQUENCY_HZ);
        let bus = self.sim.i2c_bus(name, frequency_hz);
        let calls = Calls::default();
        let device = simulated::Bus { bus: self.sim.i2c(bus), calls: calls.clone() };
        self.rack.i2c(&label.label, device, &i2c_grant(label, frequency_hz));
        self.listened.push(Listened { label: label.label.clone(), bus: name.clone(), calls });
    }

    /// Adds a device or bus, and returns where its parts go.
    fn add_spi(&mut self, label: &SpiLabel) -> Option<SpiPlace> {
        let BusBackend::Sim(name) = &label.backend else { return None };
        let bus = self.sim.spi_bus(name);
        let settings = SpiSettings {
            frequency_hz: label.frequency_hz,
            mode: label.mode,
            select_setup_ns: u64::from(label.select_setup_ns),
            select_hold_ns: u64::from(label.select_hold_ns),
        };
        if let Ok(bytes @ 1..) = usize::try_from(label.init_clocks.div_ceil(8)) {
            self.init_clocks.push((self.sim.spi(bus, settings), bytes));
        }
        let grant = SpiGrant::at_hz(label.frequency_hz);
        Some(match label.select {
            Select::Own => {
                let select = self.sim.spi_select(bus, &label.label, settings);
                self.rack.spi_device(&label.label, simulated::Device(self.sim.spi_device(select)), grant);
                SpiPlace::Select(bus, select)
            }
            Select::None => {
                self.rack.spi_bus(&label.label, simulated::Wires(self.sim.spi(bus, settings)), grant);
                SpiPlace::Bus(bus)
            }
        })
    }
}

/// Returns what a label grants on a bus of this frequency.
fn i2c_grant(label: &I2cLabel, frequency_hz: u32) -> I2cGrant {
    label.allow.iter().fold(I2cGrant::none().frequency_hz(frequency_hz), |grant, allowed| {
        let access = match allowed.access {
            policy::Access::ReadWrite => Access::ReadWrite,
            policy::Access::ReadOnly => Access::ReadOnly,
        };
        let (first, last) = (*allowed.addresses.start(), *allowed.addresses.end());
        match (allowed.ten_bit, u8::try_from(first), u8::try_from(last)) {
            (false, Ok(first), Ok(last)) => grant.allow_range(first..=last, access),
            _ => grant.allow_ten_bit(first..=last, access),
        }
    })
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
    let linux = |key| if cfg!(target_os = "linux") { None } else { Some(key) };
    let bus = |backend: &BusBackend| match backend {
        BusBackend::Sim(_) => None,
        BusBackend::Linux(_) => linux("path"),
        BusBackend::Block(_) => Some("block"),
    };
    let pin = |backend: &PinBackend| match backend {
        PinBackend::Sim(_) => None,
        PinBackend::Pin { .. } => linux("pin"),
        PinBackend::Line(_) => linux("line"),
    };
    let i2c = policy.i2c.iter().map(|label| (&label.label, bus(&label.backend), "i2c"));
    let spi = policy.spi.iter().map(|label| (&label.label, bus(&label.backend), "spi"));
    let pins = policy.pins.iter().map(|label| (&label.label, pin(&label.backend), "gpio"));
    let channel = |backend: &ChannelBackend| match backend {
        ChannelBackend::Sim(_) => None,
        ChannelBackend::Linux { .. } => linux("path"),
        ChannelBackend::Pin(_) => Some("pin"),
    };
    let pwm = policy.pwm.iter().map(|label| (&label.label, channel(&label.backend), "pwm"));
    let uart = policy.uart.iter().map(|label| (&label.label, bus(&label.backend), "uart"));
    let adc = policy.adc.iter().map(|label| (&label.label, channel(&label.backend), "adc"));
    let mut labels = i2c.chain(spi).chain(pins).chain(pwm).chain(uart).chain(adc);
    match labels.find_map(|(label, key, section)| Some((label, key?, section))) {
        Some((label, key, section)) => {
            let section = if section == "gpio" { "[gpio]".to_owned() } else { format!("[{section}.{label}]") };
            Err(BoardError::Hardware { label: label.clone(), key, section })
        }
        None => Ok(()),
    }
}
