//! The simulation: the board of a policy, with the bench's parts on it, watched at the level of single wires.

mod faults;

use std::mem::discriminant;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use embedded_hal::spi::MODE_0;
use wasm_embedded_conformance::bench::{I2cPart, SpiPart};
use wasm_embedded_conformance::simulated::{Begin, DEVICES, OnI2c, OnSpi, OnUart, PORTS, Sink, Watch, lock};
use wasm_embedded_conformance::{Case, Guest, Host, Ran, SpiFault, Unable};
use wasm_embedded_host::{Access, EmbeddedHal, I2cGrant};
use wasm_embedded_runtime::board::Board;
use wasm_embedded_runtime::policy::Policy;
use wasm_embedded_sim::{Drive, Pull, Sim, SpiSettings, UartSettings};

use crate::guest::{Guests, Path, ending, failed};

/// The bench as a policy. What it does not have is put on the board beside it.
const POLICY: &str = r#"
[i2c.bus]
sim = "i2c"
frequency = 100_000
allow = ["0x08-0x77", { address = "0x000-0x3ff", ten-bit = true }]

[i2c.same-bus]
shared = true
sim = "i2c"
allow = ["0x08-0x77"]

[spi.device]
sim = "spi"
frequency = 1_000_000

[spi.other]
sim = "spi"
frequency = 2_000_000
mode = 3

[spi.slow]
sim = "spi"
frequency = 1_000_000
select-setup-ns = 3_000
select-hold-ns = 2_000

[spi.strip]
sim = "strip"
select = "none"
frequency = 1_000_000

[gpio]
OUT = { sim = true, direction = "output", initial = "low" }
UP = { sim = true, direction = "output", initial = "high" }
NOUT = { sim = true, direction = "output", initial = "high", active-low = true }
IO = { sim = true, direction = "open-drain", bias = "pull-up", initial = "high" }
HELD = { sim = true, direction = "open-drain", bias = "pull-up", initial = "high" }
INHIGH = { sim = true, direction = "input" }
INLOW = { sim = true, direction = "input" }
NHIGH = { sim = true, direction = "input", active-low = true }
NLOW = { sim = true, direction = "input", active-low = true }
LOOP = { sim = "OUT", direction = "input" }
NLOOP = { sim = "OUT", direction = "input", active-low = true }

[pwm.FAN]
sim = true
frequency = 20_000

[pwm.NFAN]
sim = true
frequency = 20_000
active-low = true

[uart.SERIAL]
sim = true

[uart.SMALL]
sim = true
receive-bytes = 4
"#;

/// The frequency of the I2C bus.
const I2C_HZ: u32 = 100_000;

/// The simulation under examination.
#[derive(Debug)]
pub(crate) struct Simulation {
    guests: Guests,
}

impl Simulation {
    /// Returns the simulation.
    pub(crate) fn new(guests: Guests) -> Simulation {
        Simulation { guests }
    }
}

impl Host for Simulation {
    fn name(&self) -> &str {
        "simulation"
    }

    fn is_asynchronous(&self) -> bool {
        true
    }

    /// Carries out a case, and a blocking one by a guest without std too, as a component and by its core module: what can be seen of the
    /// two is the same, and what the rule is about is the same as of the guest with std.
    fn run(&mut self, case: &Case) -> Result<Ran, Unable> {
        let (ran, _) = self.carry_out(case, Path::Arguments)?;
        if case.guest() == Guest::Blocking {
            let component = self.carry_out(case, Path::Component)?;
            let lowered = self.carry_out(case, Path::Lowered)?;
            if component != lowered {
                return Err(Unable::Failed(format!("as a component {component:?}, lowered {lowered:?}")));
            }
            let (lowered, _) = lowered;
            // Of a trap the words are those of another program.
            let kind = |ran: &Ran| discriminant(&ran.ending);
            if (&lowered.output, &lowered.events, kind(&lowered)) != (&ran.output, &ran.events, kind(&ran)) {
                return Err(Unable::Failed(format!("with std {ran:?}, lowered {lowered:?}")));
            }
        }
        Ok(ran)
    }
}

/// What a run leaves beside what rules are about: the log, and when the run ended.
type Left = (String, u64);

impl Simulation {
    fn carry_out(&self, case: &Case, path: Path) -> Result<(Ran, Left), Unable> {
        let conditions = case.conditions();
        let policy = Policy::parse("bench.toml", POLICY).map_err(|error| Unable::Failed(format!("{error:?}")))?;
        let sim = Sim::new();
        // So that a first level other than the initial one would be a change.
        sim.set_pull(sim.net("UP"), Pull::Up);
        let drives = [
            ("HELD", Drive::Low),
            ("INHIGH", Drive::High),
            ("INLOW", Drive::Low),
            ("NHIGH", Drive::High),
            ("NLOW", Drive::Low),
        ];
        for (name, drive) in drives {
            let net = sim.net(name);
            sim.schedule(0, move |stage| stage.drive(net, drive));
        }
        put_spi_parts(&sim, conditions.spi)?;
        let watch = Arc::new(Mutex::new(Watch::default()));
        sim.trace_to(Box::new(Sink(watch.clone())));
        let mut board = Board::on(&policy, sim.clone()).map_err(failed)?;
        let bus = sim.i2c_bus("i2c", I2C_HZ);
        let seven =
            I2cGrant::none().allow_range(0x08..=0x77, Access::ReadWrite).allow_ten_bit(0..=0x3ff, Access::ReadWrite);
        board.hal().i2c("seven", EmbeddedHal(sim.i2c(bus)), seven);
        for part in I2cPart::all() {
            sim.add_i2c(bus, OnI2c(part));
        }
        for port in PORTS {
            sim.add_uart(
                sim.uart_port(port, UartSettings::default()),
                OnUart::new(conditions.serial, &Begin::at_once()),
            );
        }
        faults::on_i2c(&sim, bus, conditions.i2c)?;
        faults::on_date(&sim, conditions.date_jump);
        lock(&watch).built(&sim);

        let timeout = conditions.stop_after_ms.map(Duration::from_millis);
        let told = self.guests.run(case, path, board, &policy, timeout, None)?;
        let outcome = told.outcome;
        let stop_ns = timeout.map_or(0, |timeout| u64::try_from(timeout.as_nanos()).unwrap_or(u64::MAX));
        let ending = ending(&outcome, outcome.at_ns.saturating_sub(stop_ns));
        let (jumped, meant) = (sim.date_error_s(), conditions.date_jump.map_or(0, |(_, seconds)| seconds));
        if jumped != meant {
            return Err(Unable::Failed(format!("the date jumped by {jumped} s, and was to jump by {meant} s")));
        }
        let events = lock(&watch).events().map_err(Unable::Failed)?;
        Ok((Ran { output: told.answers, events, ending }, (outcome.said.stderr_text(), outcome.at_ns)))
    }
}

/// Puts the bench's parts on the SPI wires, whose settings are the policy's affair, and arms the faults of `device`.
fn put_spi_parts(sim: &Sim, faults: &[SpiFault]) -> Result<(), Unable> {
    let bus = sim.spi_bus("spi");
    for (device, mode) in DEVICES {
        let select = sim.spi_select(bus, device, SpiSettings::default());
        sim.add_spi(select, OnSpi(SpiPart::default(), mode));
        if device == "device" {
            faults::on_spi(sim, bus, select, faults)?;
        }
    }
    sim.add_spi_always(sim.spi_bus("strip"), OnSpi(SpiPart::default(), MODE_0));
    Ok(())
}
