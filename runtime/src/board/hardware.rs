//! Opens the hardware that stands behind labels, on Linux.

pub(super) mod hosted;

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use wasm_embedded_host::i2c::Address;
use wasm_embedded_host::log::Level;
use wasm_embedded_host::{I2cGrant, PinGrant, PwmGrant, SpiGrant};
use wasm_embedded_linux::{
    self as linux, AdcSettings, BusQueue, ChipChoice, DeviceError, ErrorListener, I2cSettings, LineChoice,
    LineSettings, Linux, PwmSettings, Queued, SpiSettings, Subsystem, UartSettings,
};

use self::hosted::{Epoch, GuestLine, Hosted, level, linux_address, pin_state};
use super::BoardError;
use super::contexts::GuestContexts;
use crate::clock::RealWait;
use crate::log::LogSink;
use crate::policy::{
    AdcLabel, Bias, BusBackend, ChannelBackend, Chip, DEFAULT_I2C_FREQUENCY_HZ, I2cLabel, Parity, PinBackend,
    PinDirection, PinLabel, Policy, PwmLabel, Select, SpiLabel, UartLabel,
};

/// What the kernel shows as the holder of our lines.
const CONSUMER: &str = "wasm-embedded-rt";

/// How many faults are kept for a guest that does not run yet.
const EARLY_FAULTS: usize = 64;

/// The hardware of a board.
#[derive(Debug)]
pub(super) struct Hardware {
    linux: Linux,
    faults: Arc<Faults>,
    /// When the guests' time began.
    epoch: Epoch,
    /// The buses with their turns, by their names in the kernel. Shared by the labels of a bus.
    queues: RefCell<BTreeMap<String, Arc<BusQueue>>>,
}

impl Hardware {
    fn new(linux: impl FnOnce(Arc<dyn ErrorListener>) -> Linux) -> Hardware {
        let faults = Arc::new(Faults::default());
        Hardware {
            linux: linux(faults.clone()).with_consumer(CONSUMER),
            faults,
            epoch: Epoch::default(),
            queues: RefCell::default(),
        }
    }

    /// Opens what the policy's labels stand for, if there are any of hardware. Lines come last: they are driven from then on.
    pub(super) fn open(policy: &Policy, contexts: &mut GuestContexts) -> Result<Option<Hardware>, BoardError> {
        Hardware::open_on(policy, contexts, Linux::new)
    }

    /// Opens it on a machine of the caller's.
    pub(super) fn open_on(
        policy: &Policy,
        contexts: &mut GuestContexts,
        linux: impl FnOnce(Arc<dyn ErrorListener>) -> Linux,
    ) -> Result<Option<Hardware>, BoardError> {
        let hardware = Hardware::new(linux);
        let mut opened = false;
        hardware.check_lines(policy)?;
        for label in &policy.i2c {
            opened |= named(&label.label, hardware.add_i2c(contexts, label))?;
        }
        for label in &policy.spi {
            opened |= named(&label.label, hardware.add_spi(contexts, label))?;
        }
        for label in &policy.uart {
            opened |= named(&label.label, hardware.add_uart(contexts, label))?;
        }
        for label in &policy.adc {
            opened |= named(&label.label, hardware.add_adc(contexts, label))?;
        }
        for label in &policy.pwm {
            opened |= named(&label.label, hardware.add_pwm(contexts, label))?;
        }
        for label in &policy.pins {
            opened |= named(&label.label, hardware.add_pin(contexts, label))?;
        }
        Ok(opened.then_some(hardware))
    }

    /// Returns what waits in the machine's time, in which the guests' time begins now, at `guest_ns`.
    pub(super) fn begin(&self, guest_ns: u64) -> RealWait {
        let delay = self.linux.delay();
        self.epoch.begin(guest_ns, self.linux.now());
        Arc::new(move |ns, interrupt| delay.wait_ns(ns, &|| interrupt.requested().is_some()))
    }

    /// Has faults told to whoever listens to the guest.
    pub(super) fn listen(&self, sink: LogSink) {
        let mut faults = self.faults.0.lock().unwrap_or_else(PoisonError::into_inner);
        for (level, fault) in faults.early.drain(..) {
            sink.fault(level, &fault);
        }
        faults.sink = Some(sink);
    }

    fn add_i2c(&self, contexts: &mut GuestContexts, label: &I2cLabel) -> Result<bool, Failure> {
        let BusBackend::Linux(path) = &label.backend else { return Ok(false) };
        let found = self.linux.find(Subsystem::I2c, path)?;
        let timeout = label.timeout_ms.map(|ms| Duration::from_millis(ms.into()));
        let settings = I2cSettings { path: path.clone(), frequency_hz: label.frequency_hz, timeout };
        let mut bus = self.linux.i2c(&label.label, &settings)?;
        for address in granted(label) {
            if let Some(owner) = bus.owned_by_kernel(linux_address(address))? {
                return Err(format!("{owner}\nhelp: {}", owner.advice()).into());
            }
        }
        // Where nobody says it, the clock is the usual one: an unknown one would leave transactions unbounded.
        let frequency_hz = bus.frequency_hz().or(label.frequency_hz).unwrap_or(DEFAULT_I2C_FREQUENCY_HZ);
        let queue = self.queue(found.to_string_lossy().into_owned());
        // The bus has its turns: no guest waits longer than for those before it.
        let bus = Hosted(Queued::new(bus, queue));
        contexts.queued_i2c(&label.label, &bus, &I2cGrant::from(&label.settings).frequency_hz(frequency_hz));
        Ok(true)
    }

    fn add_spi(&self, contexts: &mut GuestContexts, label: &SpiLabel) -> Result<bool, Failure> {
        let BusBackend::Linux(path) = &label.backend else { return Ok(false) };
        let found = self.linux.find(Subsystem::Spi, path)?;
        let settings = SpiSettings {
            frequency_hz: label.frequency_hz,
            mode: label.mode,
            chip_select: label.select == Select::Own,
            select_setup: Duration::from_nanos(label.select_setup_ns.into()),
            select_hold: Duration::from_nanos(label.select_hold_ns.into()),
            init_clocks: label.init_clocks,
            split_writes: label.split_writes,
            ..SpiSettings::new(path)
        };
        let device = self.linux.spi(&label.label, &settings)?;
        // `/dev/spidev0.1` is the second device of bus 0.
        let found = found.to_string_lossy();
        let bus = found.rsplit_once('.').map_or(&*found, |(bus, _)| bus).to_owned();
        let (device, grant) = (Hosted(Queued::new(device, self.queue(bus))), SpiGrant::from(&label.settings));
        // The queue of the bus gives turns, as it does for I2C.
        contexts.queued_spi(&label.label, &device, label.select, grant);
        Ok(true)
    }

    /// Returns the turns of a bus.
    fn queue(&self, bus: String) -> Arc<BusQueue> {
        self.queues.borrow_mut().entry(bus).or_default().clone()
    }

    fn add_uart(&self, contexts: &mut GuestContexts, label: &UartLabel) -> Result<bool, Failure> {
        let BusBackend::Linux(path) = &label.backend else { return Ok(false) };
        let settings = UartSettings {
            path: path.clone(),
            baud: label.baud,
            parity: parity(label.parity),
            stop_bits: label.stop_bits,
        };
        let port = self.linux.uart(&label.label, &settings)?;
        contexts.uart(&label.label, Hosted(port), label.access);
        Ok(true)
    }

    fn add_adc(&self, contexts: &mut GuestContexts, label: &AdcLabel) -> Result<bool, Failure> {
        let ChannelBackend::Linux { path, channel } = &label.backend else { return Ok(false) };
        let path = self.linux.find(Subsystem::Iio, path)?;
        let settings = AdcSettings { path, channel: *channel, resolution_bits: label.resolution_bits };
        contexts.adc(&label.label, Hosted(self.linux.adc(&label.label, &settings)?));
        Ok(true)
    }

    fn add_pwm(&self, contexts: &mut GuestContexts, label: &PwmLabel) -> Result<bool, Failure> {
        let ChannelBackend::Linux { path, channel } = &label.backend else { return Ok(false) };
        let settings = PwmSettings {
            path: self.linux.find(Subsystem::Pwm, path)?,
            channel: *channel,
            frequency_hz: label.frequency_hz,
            active_low: label.active_low,
            initial_duty: label.initial.0,
        };
        let output = self.linux.pwm(&label.label, &settings)?;
        contexts.pwm(&label.label, Hosted(output), PwmGrant::from(&label.settings));
        Ok(true)
    }

    /// Checks that the lines are there, and no two labels for one of them, which the file alone does not show: nothing has been
    /// opened or driven when that is refused.
    fn check_lines(&self, policy: &Policy) -> Result<(), BoardError> {
        let mut seen: BTreeMap<(PathBuf, u32), &str> = BTreeMap::new();
        for label in &policy.pins {
            let failed = |source: Failure| BoardError::Open { label: label.label.clone(), source };
            let Some(line) = line_choice(label) else { continue };
            let place = self.linux.locate(&line).map_err(|error| failed(error.into()))?;
            let described = format!("line {} of {}", place.1, place.0.display());
            if let Some(other) = seen.insert(place, &label.label) {
                return Err(failed(
                    format!("label `{other}` already uses {described}\nhelp: give each line one label").into(),
                ));
            }
        }
        Ok(())
    }

    /// Requests the line of an input for waiting for its edges.
    pub(super) fn watch(label: &PinLabel) -> Result<Hosted<linux::Line>, BoardError> {
        let hardware = Hardware::new(Linux::new);
        let open = || {
            let line = line_choice(label).ok_or("it is simulated")?;
            let settings = LineSettings { edges: true, ..settings(label, line, &(&label.settings).into()) };
            Ok(Hosted(hardware.linux.line(&label.label, &settings)?))
        };
        open().map_err(|source: Failure| BoardError::Open { label: label.label.clone(), source })
    }

    fn add_pin(&self, contexts: &mut GuestContexts, label: &PinLabel) -> Result<bool, Failure> {
        let Some(line) = line_choice(label) else { return Ok(false) };
        let grant = PinGrant::from(&label.settings);
        let settings = settings(label, line, &grant);
        let line = GuestLine { line: self.linux.line(&label.label, &settings)?, epoch: self.epoch.clone() };
        let name = &label.label;
        match label.direction {
            PinDirection::Output => contexts.output(name, line, grant),
            PinDirection::Input => contexts.input(name, line, (&label.settings).into()),
            PinDirection::OpenDrain => contexts.io(name, line, grant),
        };
        Ok(true)
    }
}

/// Returns the addresses that a label grants and a driver of the kernel has.
pub(super) fn owned_by_kernel(label: &I2cLabel) -> Result<Vec<u16>, BoardError> {
    let BusBackend::Linux(path) = &label.backend else { return Ok(Vec::new()) };
    let ask = || {
        let linux = Hardware::new(Linux::new).linux;
        let settings = I2cSettings::new(linux.find(Subsystem::I2c, path)?);
        let mut bus = linux.i2c(&label.label, &settings)?;
        let mut owned = Vec::new();
        for address in granted(label) {
            if bus.owned_by_kernel(linux_address(address))?.is_some() {
                owned.push(match address {
                    Address::SevenBit(address) => address.into(),
                    Address::TenBit(address) => address,
                });
            }
        }
        Ok(owned)
    };
    ask().map_err(|source: Failure| BoardError::Open { label: label.label.clone(), source })
}

/// Returns the addresses that a label grants.
fn granted(label: &I2cLabel) -> impl Iterator<Item = Address> + '_ {
    label.allow.iter().flat_map(|granted| {
        granted.addresses.clone().map(|address| match u8::try_from(address) {
            Ok(address) if !granted.ten_bit => Address::SevenBit(address),
            _ => Address::TenBit(address),
        })
    })
}

/// Returns which line a label stands for, unless it is simulated.
fn line_choice(label: &PinLabel) -> Option<LineChoice> {
    let on = |chip, pin: &u32| LineChoice::Offset { chip, offset: *pin };
    Some(match &label.backend {
        PinBackend::Sim(_) => return None,
        PinBackend::Pin { chip: None, pin } => on(ChipChoice::Main, pin),
        PinBackend::Pin { chip: Some(Chip::Path(path)), pin } => on(ChipChoice::Path(path.clone()), pin),
        PinBackend::Pin { chip: Some(Chip::Label(label)), pin } => on(ChipChoice::Label(label.clone()), pin),
        PinBackend::Line(name) => LineChoice::Name(name.clone()),
    })
}

/// Why a label cannot be opened.
type Failure = Box<dyn std::error::Error + Send + Sync>;

fn named(label: &str, opened: Result<bool, Failure>) -> Result<bool, BoardError> {
    opened.map_err(|source| BoardError::Open { label: label.to_owned(), source })
}

fn settings(label: &PinLabel, line: LineChoice, grant: &PinGrant) -> LineSettings {
    LineSettings {
        line,
        direction: match label.direction {
            PinDirection::Output => linux::Direction::Output,
            PinDirection::Input => linux::Direction::Input,
            PinDirection::OpenDrain => linux::Direction::OpenDrain,
        },
        initial: pin_state(grant.electrical(grant.initial)),
        bias: match label.bias {
            // What the policy does not mention stays as the board has it.
            None => None,
            Some(Bias::None) => Some(linux::Bias::Disabled),
            Some(Bias::PullUp) => Some(linux::Bias::PullUp),
            Some(Bias::PullDown) => Some(linux::Bias::PullDown),
        },
        debounce: label.debounce,
        edges: false,
    }
}

fn parity(parity: Parity) -> linux::Parity {
    match parity {
        Parity::None => linux::Parity::None,
        Parity::Even => linux::Parity::Even,
        Parity::Odd => linux::Parity::Odd,
    }
}

/// Passes faults on to whoever listens to the guest.
#[derive(Debug, Default)]
struct Faults(Mutex<Relay>);

#[derive(Debug, Default)]
struct Relay {
    sink: Option<LogSink>,
    early: Vec<(Level, String)>,
}

impl ErrorListener for Faults {
    fn error(&self, error: &DeviceError<'_>) {
        let mut relay = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        match &relay.sink {
            Some(sink) => sink.fault(level(error.severity), &error.to_string()),
            None if relay.early.len() < EARLY_FAULTS => {
                relay.early.push((level(error.severity), error.to_string()));
            }
            None => {}
        }
    }
}
