//! The kernel that is played: its clock, its files, and what its devices put on the wires.

use std::fmt;
use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use wasm_embedded_conformance::{Event, What};
use wasm_embedded_host::{Interrupt, Reason};
use wasm_embedded_linux::{ChipInfo, Errno, I2cFile, Kernel, LineFile, LineRequest, SpiFile};

use super::gpio::{self, Lines};
use super::i2c::{Adapter, I2cWires};
use super::pwm::{self, Channel};
use super::serial::Wires;
use super::spi::{SpiWires, Spidev};

/// The handle of a played kernel; clones share it.
#[derive(Clone)]
pub(super) struct Played(Arc<Mutex<State>>);

pub(super) struct State {
    pub(super) events: Vec<Event>,
    pub(super) clock: Clock,
    pub(super) i2c: I2cWires,
    pub(super) spi: SpiWires,
    pub(super) lines: Lines,
    pub(super) pwm: [Channel; 2],
    pub(super) serial: Option<Wires>,
}

/// Time goes on by itself, and jumps ahead over what is waited for.
#[derive(Debug)]
pub(super) struct Clock {
    began: Instant,
    skipped: Duration,
    /// What passed by itself until the system call under way began: inside of one, time is that of the wires alone.
    held: Option<Duration>,
    /// When the guest is to be stopped. Nothing is skipped then, since who stops it lives in real time.
    pub(super) stop: Option<(Duration, Interrupt)>,
}

impl Clock {
    /// Returns the time.
    pub(super) fn now(&self) -> Duration {
        self.held.unwrap_or_else(|| self.began.elapsed()) + self.skipped
    }

    /// Holds the time for a system call, or lets it go on.
    pub(super) fn hold(&mut self, holds: bool) {
        self.held = holds.then(|| self.began.elapsed());
    }

    /// Returns the time in nanoseconds.
    pub(super) fn now_ns(&self) -> u64 {
        u64::try_from(self.now().as_nanos()).unwrap_or(u64::MAX)
    }

    /// Lets time pass.
    pub(super) fn skip_ns(&mut self, ns: u64) {
        self.skipped += Duration::from_nanos(ns);
    }
}

impl State {
    /// Notes something that happens now.
    pub(super) fn event(&mut self, wire: &str, what: What) {
        self.events.push(Event::new(self.clock.now_ns(), wire, what));
    }
}

impl fmt::Debug for Played {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Played")
    }
}

impl Played {
    /// Returns a kernel that has just booted.
    pub(super) fn new() -> Played {
        Played(Arc::new(Mutex::new(State {
            events: Vec::new(),
            clock: Clock { began: Instant::now(), skipped: Duration::ZERO, held: None, stop: None },
            i2c: I2cWires::default(),
            spi: SpiWires::default(),
            lines: Lines::default(),
            pwm: Default::default(),
            serial: None,
        })))
    }

    /// Starts the clock, now that the guest is about to run.
    pub(super) fn ready(&self) {
        let mut state = self.state();
        let stop = state.clock.now();
        if let Some((at, _)) = &mut state.clock.stop {
            *at += stop;
        }
    }

    pub(super) fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Kernel for Played {
    fn open_i2c(&self, path: &Path) -> Result<Box<dyn I2cFile>, Errno> {
        match path.to_str() {
            Some("/dev/i2c-1") => Ok(Box::new(Adapter { kernel: self.clone(), ten_bits: true })),
            Some("/dev/i2c-2") => Ok(Box::new(Adapter { kernel: self.clone(), ten_bits: false })),
            _ => Err(Errno::NOENT),
        }
    }

    fn open_spi(&self, path: &Path) -> Result<Box<dyn SpiFile>, Errno> {
        let name = match path.to_str() {
            Some("/dev/spidev0.0") => "device",
            Some("/dev/spidev0.1") => "other",
            Some("/dev/spidev0.2") => "slow",
            Some("/dev/spidev1.0") => "strip",
            _ => return Err(Errno::NOENT),
        };
        Ok(Box::new(Spidev::new(self.clone(), name)))
    }

    fn chip(&self, path: &Path) -> Result<ChipInfo, Errno> {
        if path == Path::new(gpio::CHIP) { Ok(gpio::chip()) } else { Err(Errno::NOENT) }
    }

    fn request_line(&self, _chip: &Path, request: &LineRequest) -> Result<Box<dyn LineFile>, Errno> {
        Ok(Box::new(gpio::request(self, request)?))
    }

    fn read_attribute(&self, path: &Path) -> Result<String, Errno> {
        pwm::read(&self.state(), path.to_str().ok_or(Errno::NOENT)?)
    }

    fn write_attribute(&self, path: &Path, value: &str) -> Result<(), Errno> {
        pwm::write(&mut self.state(), path.to_str().ok_or(Errno::NOENT)?, value)
    }

    fn now(&self) -> Duration {
        self.state().clock.now()
    }

    fn sleep_until(&self, deadline: Duration) -> Result<(), Errno> {
        let mut state = self.state();
        let left = deadline.saturating_sub(state.clock.now());
        match state.clock.stop.clone() {
            None => state.clock.skipped += left,
            Some((at, interrupt)) => {
                drop(state);
                thread::sleep(left);
                if self.now() >= at {
                    interrupt.request(Reason::Killed);
                }
            }
        }
        Ok(())
    }
}
