//! Calls and drivers: CPU time of a round, natively, compiled and interpreted in turn.

use bench_guest::{JOBS, Job, Work};
use serde_json::{Value, json};
use wasmtime::error::Context as _;
use wasmtime::{Result, ensure};

use crate::board::Board;
use crate::component::{Bytes, Calls, Code, Guest};
use crate::figure::{Figure, cpu_ns};

/// How many runs a figure is the median of.
const RUNS: u32 = 9;
/// How long one run is to take, in nanoseconds: long against the clock, short against what else the machine does.
const RUN_NS: f64 = 4e6;

/// The figures of one job, in nanoseconds a round.
#[derive(Debug)]
pub(crate) struct Row {
    pub(crate) job: Job,
    pub(crate) native: Option<Figure>,
    /// Of [`Code::ALL`].
    pub(crate) guests: [Figure; 2],
    /// The same, lowered; asynchronous calls are not.
    pub(crate) lowered: Option<[Figure; 2]>,
}

impl Row {
    pub(crate) fn to_json(&self) -> Value {
        let [cranelift, pulley] = self.guests.map(Figure::to_json);
        let native = self.native.map(Figure::to_json);
        let [lowered_cranelift, lowered_pulley] =
            self.lowered.map_or([None, None], |lowered| lowered.map(|figure| Some(figure.to_json())));
        json!({
            "job": self.job.name, "native_ns": native, "cranelift_ns": cranelift, "pulley_ns": pulley,
            "lowered_cranelift_ns": lowered_cranelift, "lowered_pulley_ns": lowered_pulley,
        })
    }
}

/// Times the jobs whose names contain a text, and the floors always. `quick` is for tests: figures of a single short run.
pub(crate) fn measure(components: &Bytes, only: &str, quick: bool, mut seen: impl FnMut(&Row)) -> Result<Vec<Row>> {
    let start = |calls| -> Result<[Guest; 2]> {
        let start = |code| Guest::new(code, calls, components.of(calls));
        Ok([start(Code::Cranelift)?, start(Code::Pulley)?])
    };
    let mut blocking: Vec<Guest> = start(Calls::Blocking)?.into();
    blocking.extend(start(Calls::Lowered)?);
    let mut waiting: Vec<Guest> = start(Calls::Waiting)?.into();
    let mut rows = Vec::new();
    for (number, job) in (0..).zip(JOBS.iter().copied()) {
        if matches!(job.work, Work::Floor(_)) || job.name.contains(only) {
            let guests = if Calls::Waiting.has(job.work) { &mut waiting } else { &mut blocking };
            let row = row(number, job, quick, guests).with_context(|| format!("job {number}: {}", job.name))?;
            seen(&row);
            rows.push(row);
        }
    }
    Ok(rows)
}

fn row(number: u32, job: Job, quick: bool, guests: &mut [Guest]) -> Result<Row> {
    let mut board = Board::new()?;
    let mut sides: Vec<Box<dyn FnMut(u32) -> Result<u64> + '_>> =
        vec![Box::new(|rounds| Ok(board.run(job.work, rounds)?))];
    for guest in guests {
        sides.push(Box::new(move |rounds| guest.run(number, rounds)));
    }

    // The same rounds on all sides, so that the bytes can be compared; this warms caches too.
    let few = if quick { 3 } else { 8 };
    let (mut sums, mut rounds) = (Vec::new(), Vec::new());
    for side in &mut sides {
        sums.push(side(few)?);
        let (ns, _) = cpu_ns(|| side(few))?;
        rounds.push(if quick { few } else { rounds_for(ns / f64::from(few)) });
    }
    let is_floor = matches!(job.work, Work::Floor(_));
    ensure!(
        is_floor || sums.windows(2).all(|two| two[0] == two[1]),
        "natively and in guests other sums were read: {sums:?}"
    );
    let mut runs: Vec<Vec<f64>> = vec![Vec::new(); sides.len()];
    for _ in 0..if quick { 1 } else { RUNS } {
        for ((side, rounds), runs) in sides.iter_mut().zip(&rounds).zip(&mut runs) {
            let (ns, _) = cpu_ns(|| side(*rounds))?;
            runs.push(ns / f64::from(*rounds));
        }
    }
    let mut figures = runs.into_iter().map(Figure::of);
    let mut next = || figures.next().context("a side without a figure");
    let native = Some(next()?).filter(|_| !is_floor);
    let component = [next()?, next()?];
    let lowered = match (next(), next()) {
        (Ok(cranelift), Ok(pulley)) => Some([cranelift, pulley]),
        _ => None,
    };
    Ok(Row { job, native, guests: component, lowered })
}

/// How many rounds of so many nanoseconds fill a run.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "clamped")]
fn rounds_for(ns: f64) -> u32 {
    (RUN_NS / ns).clamp(1.0, 100_000.0) as u32
}
