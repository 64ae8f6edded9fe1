//! Long runs, with the memory, the files and the threads of this process on the way.

use std::fmt;
use std::fs;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use wasm_embedded_host::{Interrupt, Reason};
use wasm_embedded_runtime::board::Board;
use wasm_embedded_runtime::engine::EngineOptions;
use wasm_embedded_runtime::output::Capture;
use wasm_embedded_runtime::policy::Policy;
use wasm_embedded_runtime::program::Program;
use wasm_embedded_runtime::run::{self, Exit, RunOptions};
use wasm_embedded_runtime::trust::Trust;
use wasm_embedded_sim::{Event, EventKind, I2cEvent, SpiEvent, Topology, TraceSink};

/// How many samples are taken of a long run.
const SAMPLES: u64 = 40;

/// How many transactions the guest makes in one round.
const TRANSACTIONS_A_ROUND: u64 = 4;

/// What this process holds at one time.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Sample {
    /// How much has been done.
    pub done: u64,
    /// The memory that is its own, in bytes.
    pub memory: u64,
    /// Open files.
    pub files: usize,
    /// Threads.
    pub threads: u64,
}

/// What a process held on the way.
#[derive(Clone, Debug)]
pub struct Report {
    /// What was counted.
    pub what: &'static str,
    /// The samples, from the first one to the last.
    pub samples: Vec<Sample>,
}

impl Report {
    /// Returns how much memory is added for each million, in bytes: the slope of the line with the least squares, without the
    /// first quarter of the samples, in which everything is done for the first time.
    #[must_use]
    #[expect(clippy::cast_precision_loss, reason = "a statistic")]
    pub fn slope(&self) -> f64 {
        let settled = self.settled();
        let count = settled.len() as f64;
        let mean = |of: fn(&Sample) -> u64| settled.iter().map(|sample| of(sample) as f64).sum::<f64>() / count;
        let (done, memory) = (mean(|sample| sample.done), mean(|sample| sample.memory));
        let products = |left: fn(&Sample) -> u64, mean: f64| -> f64 {
            settled.iter().map(|sample| (left(sample) as f64 - mean) * (sample.done as f64 - done)).sum()
        };
        products(|sample| sample.memory, memory) / products(|sample| sample.done, done).max(1.0) * 1e6
    }

    /// Returns whether there are as many open files and threads at the end as after the first quarter.
    #[must_use]
    pub fn is_flat(&self) -> bool {
        let held = |sample: &Sample| (sample.files, sample.threads);
        self.settled().windows(2).all(|pair| held(&pair[0]) == held(&pair[1]))
    }

    fn settled(&self) -> &[Sample] {
        &self.samples[self.samples.len() / 4..]
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{:>12} {:>12} {:>6} {:>8}", self.what, "KiB", "files", "threads")?;
        for Sample { done, memory, files, threads } in &self.samples {
            writeln!(f, "{done:>12} {:>12} {files:>6} {threads:>8}", memory / 1024)?;
        }
        writeln!(f, "memory: {:.0} bytes for each million", self.slope())
    }
}

/// Has one guest make so many transactions.
///
/// # Panics
///
/// It does not come to its end.
#[must_use]
pub fn transactions(count: u64) -> Report {
    let program = load(count.div_ceil(TRANSACTIONS_A_ROUND));
    let every = (count / SAMPLES).max(1);
    let (exit, counter) = run(&program, Interrupt::default(), Counter { every, ..Counter::default() });
    assert_eq!(exit, Exit::Status(0));
    let samples = counter.lock().samples.clone();
    Report { what: "transactions", samples }
}

/// Loads, runs and kills so many guests, each at another event.
///
/// # Panics
///
/// One of them does not end because it is killed.
#[must_use]
pub fn cycles(count: u64) -> Report {
    let every = (count / SAMPLES).max(1);
    let mut samples = Vec::new();
    for cycle in 1..=count {
        let program = load(u64::from(u32::MAX));
        let stop = Interrupt::default();
        let kill = Some((1 + cycle * 7919 % 997, stop.clone()));
        let (exit, _) = run(&program, stop, Counter { every: u64::MAX, kill, ..Counter::default() });
        assert_eq!(exit, Exit::Stopped, "cycle {cycle}");
        drop(program);
        if cycle % every == 0 {
            samples.push(sample(cycle));
        }
    }
    Report { what: "cycles", samples }
}

/// The board of the guest.
const POLICY: &str = r#"
[i2c.sensor]
sim = "board"
frequency = 400_000
allow = [0x33, 0x48]

[spi.device]
sim = true

[gpio]
LED = { sim = true, direction = "output", initial = "low", on-exit = "low" }

[[part]]
model = "lm75"
i2c = "board"
address = 0x48

[[part]]
model = "bme280"
spi = "device"
"#;

/// Loads a guest that makes so many rounds.
fn load(rounds: u64) -> Program {
    let text = format!(
        "(component\n{}{}{}",
        include_str!("guest/imports.wat"),
        include_str!("guest/memory.wat"),
        include_str!("soak/guest.wat").replace("ROUNDS", &rounds.to_string()),
    );
    let bytes = wat::parse_str(text).unwrap_or_else(|error| panic!("{error}"));
    Program::load(&bytes, EngineOptions::default(), &Trust::default()).expect("the guest is valid")
}

fn run(program: &Program, stop: Interrupt, counter: Counter) -> (Exit, Shared) {
    let policy = Policy::parse("soak.toml", POLICY).unwrap_or_else(|error| panic!("{error:#?}"));
    let mut board = Board::new(&policy).expect("there is a board");
    let counter = Shared(Arc::new(Mutex::new(counter)));
    board.sim().trace_to(Box::new(counter.clone()));
    let options = RunOptions { stop: Some(stop), ..RunOptions::default() };
    let listener = Arc::new(Mutex::new(Capture::default()));
    let ended = run::run(program, &mut board, &policy, &options, listener).expect("it can be linked");
    (ended.exit, counter)
}

/// Counts what is on the wires.
#[derive(Default)]
struct Counter {
    events: u64,
    transactions: u64,
    /// After how many transactions a sample is taken.
    every: u64,
    /// The event at which the guest is killed.
    kill: Option<(u64, Interrupt)>,
    samples: Vec<Sample>,
}

/// A counter that the board and its maker share.
#[derive(Clone)]
struct Shared(Arc<Mutex<Counter>>);

impl Shared {
    fn lock(&self) -> MutexGuard<'_, Counter> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl TraceSink for Shared {
    fn event(&mut self, event: &Event, _topology: &Topology) {
        let mut counter = self.lock();
        counter.events += 1;
        if let Some((at, stop)) = &counter.kill
            && *at == counter.events
        {
            stop.request(Reason::Killed);
        }
        let ends = matches!(
            event.kind,
            EventKind::I2c { event: I2cEvent::Stop, .. } | EventKind::Spi { event: SpiEvent::Deselect { .. }, .. }
        );
        if ends {
            counter.transactions += 1;
            if counter.transactions.is_multiple_of(counter.every) {
                let done = counter.transactions;
                counter.samples.push(sample(done));
            }
        }
    }
}

/// Looks at this process: proc(5), `/proc/pid/status` and `/proc/pid/fd`.
fn sample(done: u64) -> Sample {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let number = |key: &str| {
        let line = status.lines().find_map(|line| line.strip_prefix(key)).unwrap_or_default();
        line.split_whitespace().next().and_then(|number| number.parse().ok()).unwrap_or_default()
    };
    let files = fs::read_dir("/proc/self/fd").map_or(0, Iterator::count);
    let (memory, threads): (u64, u64) = (number("RssAnon:"), number("Threads:"));
    Sample { done, memory: memory * 1024, files, threads }
}
