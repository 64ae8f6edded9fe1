//! The Linux back end, on a kernel that is played: what reaches its system calls is what the adapter puts on the wires.

mod gpio;
mod i2c;
mod kernel;
mod pwm;
mod serial;
mod spi;

use std::time::Duration;

use rustix::time::{ClockId, clock_gettime};
use wasm_embedded_conformance::{Case, Host, I2cFault, Peer, Ran, SpiFault, Unable};
use wasm_embedded_host::Interrupt;
use wasm_embedded_linux::{self as linux, Kernel as _, RealKernel, Tree};
use wasm_embedded_runtime::board::Board;
use wasm_embedded_runtime::policy::Policy;
use wasm_embedded_sim::Sim;

use self::kernel::Played;
use self::serial::Acting;
use crate::guest::{Guests, Path, ending, failed};

/// The bench as a policy.
const POLICY: &str = r#"
[i2c.bus]
path = "/dev/i2c-1"
allow = ["0x08-0x77", { address = "0x000-0x3ff", ten-bit = true }]

[i2c.same-bus]
shared = true
path = "/dev/i2c-1"
allow = ["0x08-0x77"]

[i2c.seven]
path = "/dev/i2c-2"
allow = ["0x08-0x77", { address = "0x000-0x3ff", ten-bit = true }]

[spi.device]
path = "/dev/spidev0.0"
frequency = 1_000_000

[spi.other]
path = "/dev/spidev0.1"
frequency = 2_000_000
mode = 3

[spi.slow]
path = "/dev/spidev0.2"
frequency = 1_000_000
select-setup-ns = 3_000
select-hold-ns = 2_000

[spi.strip]
path = "/dev/spidev1.0"
select = "none"
frequency = 1_000_000

[gpio]
OUT = { pin = 0, chip = "/dev/gpiochip0", direction = "output", initial = "low" }
UP = { pin = 1, chip = "/dev/gpiochip0", direction = "output", initial = "high" }
NOUT = { pin = 2, chip = "/dev/gpiochip0", direction = "output", initial = "high", active-low = true }
IO = { pin = 3, chip = "/dev/gpiochip0", direction = "open-drain", bias = "pull-up", initial = "high" }
HELD = { pin = 4, chip = "/dev/gpiochip0", direction = "open-drain", bias = "pull-up", initial = "high" }
INHIGH = { pin = 5, chip = "/dev/gpiochip0", direction = "input" }
INLOW = { pin = 6, chip = "/dev/gpiochip0", direction = "input" }
NHIGH = { pin = 7, chip = "/dev/gpiochip0", direction = "input", active-low = true }
NLOW = { pin = 8, chip = "/dev/gpiochip0", direction = "input", active-low = true }
LOOP = { pin = 9, chip = "/dev/gpiochip0", direction = "input" }
NLOOP = { pin = 10, chip = "/dev/gpiochip0", direction = "input", active-low = true }

[pwm.FAN]
path = "/sys/class/pwm/pwmchip0"
channel = 0
frequency = 20_000

[pwm.NFAN]
path = "/sys/class/pwm/pwmchip0"
channel = 1
frequency = 20_000
active-low = true
"#;

/// Where the played machine keeps its files: nowhere.
const NO_FILES: &str = "/nonexistent";

/// The rules that this back end cannot keep or show, and why. `docs/conformance.md` has them too.
const EXCEPTIONS: [(&str, &str); 5] = [
    ("I2C-17", "the kernel has no error code for an overrun: drivers report it as EIO, which is Bus"),
    ("SPI-05", "the kernel drives the select and reports no error of it"),
    ("SPI-06", "the kernel drives the select and reports no error of it"),
    ("SPI-07", "the kernel drives the select and reports no error of it"),
    ("IO-19", "a terminal of the kernel tells nobody who reads of bytes that its driver lost"),
];

/// The back end under examination.
#[derive(Debug)]
pub(crate) struct Linux {
    guests: Guests,
}

impl Linux {
    /// Returns the back end.
    pub(crate) fn new(guests: Guests) -> Linux {
        Linux { guests }
    }
}

impl Host for Linux {
    fn name(&self) -> &str {
        "linux"
    }

    fn is_asynchronous(&self) -> bool {
        true
    }

    fn exception(&self, rule: &str) -> Option<&str> {
        EXCEPTIONS.iter().find(|(id, _)| *id == rule).map(|(_, why)| *why)
    }

    fn run(&mut self, case: &Case) -> Result<Ran, Unable> {
        let conditions = case.conditions();
        let kernel = Played::new();
        for fault in conditions.i2c {
            if *fault == I2cFault::Overrun {
                return Err(Unable::Missing("the kernel has no error code for it".to_owned()));
            }
            kernel.state().i2c.faults.push_back(*fault);
        }
        for fault in conditions.spi {
            if !matches!(fault, SpiFault::Bus { .. } | SpiFault::Held) {
                return Err(Unable::Missing("the kernel has no error code for it".to_owned()));
            }
            kernel.state().spi.faults.push_back(*fault);
        }
        if conditions.serial.iter().any(|(_, peer)| *peer == Peer::Returns) {
            return Err(Unable::Missing("a terminal whose other end was closed stays so".to_owned()));
        }
        let stop = conditions.stop_after_ms.map(|ms| (Duration::from_millis(ms), Interrupt::default()));
        kernel.state().clock.stop.clone_from(&stop);
        let (mut wires, port, path) = serial::pair().map_err(failed)?;
        wires.is_used = case.script().contains("uart");
        kernel.state().serial = Some(wires);
        let policy = format!("{POLICY}\n[uart.SERIAL]\npath = {path:?}\n");
        let policy = Policy::parse("bench.toml", &policy).map_err(|error| Unable::Failed(format!("{error:?}")))?;
        let machine = kernel.clone();
        let board = Board::on_machine(&policy, Sim::new(), |listener| {
            linux::Linux::with(std::sync::Arc::new(machine), Tree::at(NO_FILES), listener)
        })
        .map_err(failed)?;
        drop(port);
        kernel.ready();
        let acting = Acting::start(&kernel, conditions.serial);
        let stopper = stop.as_ref().map(|(_, interrupt)| interrupt.clone());
        let told = self.guests.run(case, Path::Arguments, board, &policy, None, stopper);
        acting.end(&kernel);
        let told = told?;
        let late = stop.map_or(Duration::ZERO, |(at, _)| kernel.state().clock.now().saturating_sub(at));
        let ending = ending(&told.outcome, u64::try_from(late.as_nanos()).unwrap_or(u64::MAX));
        let mut events = std::mem::take(&mut kernel.state().events);
        events.sort_by_key(|event| event.at_ns);
        Ok(Ran { output: told.answers, events, ending })
    }

    fn evidence(&mut self, rule: &str) -> Result<(), String> {
        if rule != "D-06" {
            return Ok(());
        }
        // The back end has no other clock than the kernel's `now`; so it only matters which one that is on the real kernel.
        let monotonic = || {
            let time = clock_gettime(ClockId::Monotonic);
            let (seconds, nanoseconds) = (u64::try_from(time.tv_sec), u32::try_from(time.tv_nsec));
            Duration::new(seconds.unwrap_or_default(), nanoseconds.unwrap_or_default())
        };
        let (before, now, after) = (monotonic(), RealKernel.now(), monotonic());
        if (before..=after).contains(&now) {
            Ok(())
        } else {
            Err(format!("{now:?} is not the time of CLOCK_MONOTONIC, {after:?}"))
        }
    }
}
