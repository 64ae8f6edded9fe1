//! H27 to H33, H43, H44, H46 and H47: processor, memory, traps and outputs.

use std::fmt::Write as _;
use std::time::Duration;

use anyhow::{Context as _, ensure};

use super::guests;
use crate::hostile::Outcome::{self, Harmless, Refused, Stopped, Typed};
use crate::hostile::job::Job;
use crate::hostile::lab::Lab;

const COMPUTING: &str = "computing-ms = 200";

/// What every component of these ends with, to be one that can be run.
const RUN: &str = r#"
  (func $run (result (result)) (canon lift (core func $main "run")))
  (instance $exports (export "run" (func $run)))
  (export "wasi:cli/run@0.2.0" (instance $exports))"#;

pub(super) fn loops(lab: &Lab) -> anyhow::Result<Outcome> {
    let ran = lab.expect(Job::guest("spin").limits(COMPUTING), Stopped)?;
    Lab::says(&ran, "(`computing-ms` in [limits])")?;
    lab.expect(Job::guest("spin").limits("processor-time-ms = 200"), Stopped)?;
    lab.expect(Job::guest("spin").limits("fuel = 10_000_000"), Stopped)?;
    lab.expect(Job::guest("spin").limits("wall-time-ms = 200"), Stopped)?;
    lab.expect(Job::guest("cheap-calls").limits("wall-time-ms = 200"), Stopped)?;
    for (name, text) in [
        ("post-return.wasm", include_str!("../wat/post_return.wat")),
        ("starts.wasm", include_str!("../wat/starts.wat")),
    ] {
        lab.expect(Job::component(lab.wat(name, text)?).limits(COMPUTING), Stopped)?;
    }
    Ok(Stopped)
}

pub(super) fn recursion(lab: &Lab) -> anyhow::Result<Outcome> {
    guests(lab, Stopped, &["recursion", "huge-frame"])
}

pub(super) fn growth(lab: &Lab) -> anyhow::Result<Outcome> {
    lab.expect(Job::component(lab.wat("tables.wasm", include_str!("../wat/grows_tables.wat"))?), Harmless)?;
    let mut many = String::from("(component (core module $module (memory 1) (table 10 funcref))\n");
    // Wasmtime's own limit for what it reads is 1000.
    for number in 0..900 {
        writeln!(many, "(core instance $i{number} (instantiate $module))")?;
    }
    let main =
        "(core module $m (func (export \"run\") (result i32) (i32.const 0))) (core instance $main (instantiate $m))";
    write!(many, "{main}{RUN})")?;
    let ran = lab.expect(Job::component(lab.wat("instances.wasm", &many)?), Stopped)?;
    Lab::says(&ran, "`instances` in [limits]")?;
    let large = format!(
        "(component (core module $m (memory 4096) (func (export \"run\") (result i32) (i32.const 0)))
         (core instance $main (instantiate $m)){RUN})"
    );
    let ran = lab.expect(Job::component(lab.wat("large.wasm", &large)?), Stopped)?;
    Lab::says(&ran, "`memory-bytes` in [limits]")?;
    guests(lab, Typed, &["grow"])
}

pub(super) fn bulk(lab: &Lab) -> anyhow::Result<Outcome> {
    lab.expect(Job::guest("fill").limits(COMPUTING), Stopped)?;
    Ok(Stopped)
}

pub(super) fn features(lab: &Lab) -> anyhow::Result<Outcome> {
    let vector = "(v128.const i32x4 0 0 0 0)";
    for (name, module, uses) in [
        ("memory64", "(memory i64 1)".to_owned(), "uses 64-bit memories"),
        ("threads", "(memory 1 1 shared)".to_owned(), "uses threads"),
        ("gc", "(type (struct (field i32)))".to_owned(), "uses WebAssembly garbage collection"),
        ("exceptions", "(type $t (func)) (tag (type $t))".to_owned(), "uses WebAssembly exceptions"),
        ("simd", format!("(func (result v128) {vector})"), "uses SIMD"),
        ("relaxed-simd", format!("(func (result v128) (i32x4.relaxed_trunc_f32x4_s {vector}))"), "uses SIMD"),
    ] {
        let component = lab.wat(&format!("{name}.wasm"), &format!("(component (core module {module}))"))?;
        let ran = lab.expect(Job::component(component), Refused)?;
        Lab::says(&ran, uses).with_context(|| name)?;
    }
    Ok(Refused)
}

pub(super) fn traps(lab: &Lab) -> anyhow::Result<Outcome> {
    guests(lab, Stopped, &["unreachable", "divide", "out-of-bounds", "null-call"])
}

pub(super) fn panics(lab: &Lab) -> anyhow::Result<Outcome> {
    let ran = lab.expect(Job::guest("panic-long"), Stopped)?;
    Lab::at_most("what is said of a panic", ran.stderr_bytes, 1 << 20)?;
    guests(lab, Stopped, &["abort-in-drop"])
}

/// H43: at the end, at a trap, a limit, and a signal. SIGKILL cannot be caught, as the documents say.
pub(super) fn outputs_at_exit(lab: &Lab) -> anyhow::Result<Outcome> {
    for (guest, wanted) in [("exit-with-handles", Harmless), ("trap-with-handles", Stopped)] {
        lab.expect(Job::guest(guest).options(&["--trace-text"]), wanted)?.left_low("MOTOR")?;
    }
    let limited = Job::guest("motor-on").options(&["--trace-text"]).limits("wall-time-ms = 200");
    lab.expect(limited, Stopped)?.left_low("MOTOR")?;
    let job = Job::guest("motor-on").options(&["--trace-text", "--real-time"]);
    let (ran, _) = lab.stopped(job, libc::SIGTERM, Duration::from_millis(50))?;
    ensure!(ran.outcome()? == Stopped, "SIGTERM did not stop it");
    ran.left_low("MOTOR")?;
    Ok(Harmless)
}

pub(super) fn toggles(lab: &Lab) -> anyhow::Result<Outcome> {
    guests(lab, Harmless, &["toggle"])
}

pub(super) fn duties(lab: &Lab) -> anyhow::Result<Outcome> {
    for policy in ["[pwm.FAN]\nsim = true\nfrequency = 0\n", "[pwm.FAN]\nsim = true\nfrequency = 4_000_000_000\n"] {
        lab.expect(Job::guest("idle").policy(policy), Refused)?;
    }
    guests(lab, Typed, &["duties"])
}

pub(super) fn samples(lab: &Lab) -> anyhow::Result<Outcome> {
    guests(lab, Harmless, &["sample"])
}
