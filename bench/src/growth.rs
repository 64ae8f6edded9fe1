//! What one call costs on boards of different sizes: more parts, buses, pins, plans, guests, or a longer trace.

use embedded_hal::digital::OutputPin;
use embedded_hal::i2c::I2c;
use serde_json::{Value, json};
use wasm_embedded_sim::{Event, Level, Sim, SimI2c, Topology, TraceSink, Wave};
use wasmtime::Result;
use wasmtime::error::Context as _;

use crate::component::{Code, Guest};
use crate::figure::{Figure, cpu_ns};
use crate::parts::Registers;

/// How many runs a figure is the median of.
const RUNS: u32 = 7;
/// The first address that is not reserved (I2C specification, table 4).
const FIRST_ADDRESS: u8 = 0x08;
/// The sizes of a board.
const SIZES: [u8; 4] = [1, 4, 16, 64];
/// The lengths of a trace, in accesses.
const LENGTHS: [u32; 3] = [1_000, 10_000, 100_000];

/// What a call costs at several sizes.
#[derive(Debug)]
pub(crate) struct Growth {
    pub(crate) name: &'static str,
    /// The sizes, and nanoseconds a call.
    pub(crate) points: Vec<(u32, Figure)>,
}

impl Growth {
    pub(crate) fn to_json(&self) -> Value {
        let point = |(size, figure): &(u32, Figure)| json!({ "size": size, "ns": figure.to_json() });
        json!({ "growth": self.name, "points": self.points.iter().map(point).collect::<Vec<_>>() })
    }
}

/// Measures all of them. `quick` is for tests: the figures mean nothing.
pub(crate) fn measure(component: &[u8], quick: bool) -> Result<Vec<Growth>> {
    Ok(vec![
        over_sizes("I2C access, by parts on the bus", quick, |size| Access::new(size, 1))?,
        over_sizes("I2C access, by buses", quick, |size| Access::new(1, size))?,
        over_sizes("I2C access, by actions planned", quick, |size| {
            let access = Access::new(1, 1);
            for number in 1..=u64::from(size) {
                access.sim.schedule(u64::MAX / 2 + number, |_| ());
            }
            access
        })?,
        over_sizes("output set, by outputs", quick, |size| {
            let sim = Sim::new();
            let mut outputs: Vec<_> =
                (0..size).map(|number| sim.output(sim.net(&format!("OUT{number}")), Level::Low)).collect();
            move || {
                let last = outputs.last_mut().context("a board has an output")?;
                last.set_high().and_then(|()| last.set_low()).context("simulated outputs do not fail")
            }
        })?,
        by_trace(quick)?,
        by_guests(component, quick)?,
    ])
}

/// Something that is called often.
trait Call {
    fn call(&mut self) -> Result<()>;
}

impl<F: FnMut() -> Result<()>> Call for F {
    fn call(&mut self) -> Result<()> {
        self()
    }
}

/// Reads the last part of the last bus.
struct Access {
    sim: Sim,
    bus: SimI2c,
    address: u8,
}

impl Access {
    fn new(parts: u8, buses: u8) -> Access {
        let sim = Sim::new();
        let ids: Vec<_> = (0..buses).map(|number| sim.i2c_bus(&format!("i2c{number}"), 400_000)).collect();
        for &id in &ids {
            for number in 0..parts {
                sim.add_i2c(id, Registers::at(FIRST_ADDRESS + number));
            }
        }
        let last = ids.last().copied().unwrap_or_else(|| sim.i2c_bus("i2c", 400_000));
        Access { bus: sim.i2c(last), sim, address: FIRST_ADDRESS + parts.saturating_sub(1) }
    }
}

impl Call for Access {
    fn call(&mut self) -> Result<()> {
        self.bus.write_read(self.address, &[0], &mut [0; 8]).context("the part answers")
    }
}

fn over_sizes<C: Call>(name: &'static str, quick: bool, board: impl Fn(u8) -> C) -> Result<Growth> {
    let calls = if quick { 3 } else { 20_000 };
    let mut boards: Vec<_> = SIZES.iter().map(|&size| (size, board(size), Vec::new())).collect();
    for _ in 0..if quick { 1 } else { RUNS } {
        for (_, board, runs) in &mut boards {
            let (ns, ()) = cpu_ns(|| (0..calls).try_for_each(|_| board.call()))?;
            runs.push(ns / f64::from(calls));
        }
    }
    let points = boards.into_iter().map(|(size, _, runs)| (size.into(), Figure::of(runs))).collect();
    Ok(Growth { name, points })
}

/// Keeps every change of every wire, as a tool that draws them does.
struct Kept {
    wave: Option<Wave>,
    changes: Vec<u64>,
}

impl TraceSink for Kept {
    fn topology(&mut self, topology: &Topology) {
        self.wave = Some(Wave::new(topology));
    }

    fn event(&mut self, event: &Event, _topology: &Topology) {
        if let Some(wave) = &mut self.wave {
            wave.event(event, &mut |change| self.changes.push(change.at_ns));
        }
    }
}

/// An access with a trace of so many of them, set-up and growth of the trace included.
fn by_trace(quick: bool) -> Result<Growth> {
    let mut points = Vec::new();
    for length in LENGTHS {
        let length = if quick { 10 } else { length };
        let mut runs = Vec::new();
        for _ in 0..if quick { 1 } else { RUNS } {
            let (ns, ()) = cpu_ns(|| {
                let mut access = Access::new(1, 1);
                access.sim.trace_to(Box::new(Kept { wave: None, changes: Vec::new() }));
                (0..length).try_for_each(|_| access.call())
            })?;
            runs.push(ns / f64::from(length));
        }
        points.push((length, Figure::of(runs)));
    }
    Ok(Growth { name: "I2C access, its edges kept in memory, by accesses", points })
}

/// An access of each of so many guests in turn, which have boards of their own.
fn by_guests(component: &[u8], quick: bool) -> Result<Growth> {
    let rounds = if quick { 3 } else { 200 };
    let (job, _) = (0..)
        .zip(bench_guest::JOBS)
        .find(|(_, job)| job.name == "simulated: I2C write-read, 1+8 bytes")
        .context("there is a job for an I2C access")?;
    let compiled = Guest::compile(Code::Cranelift, component)?;
    let mut points = Vec::new();
    for size in SIZES {
        let mut guests: Vec<_> = (0..size).map(|_| Guest::start(Code::Cranelift, &compiled)).collect::<Result<_>>()?;
        let mut runs = Vec::new();
        for _ in 0..if quick { 1 } else { RUNS } {
            let (ns, ()) = cpu_ns(|| guests.iter_mut().try_for_each(|guest| guest.run(job, rounds).map(|_| ())))?;
            runs.push(ns / f64::from(u32::from(size) * rounds));
        }
        points.push((size.into(), Figure::of(runs)));
    }
    Ok(Growth { name: "I2C access of a guest, by guests", points })
}
