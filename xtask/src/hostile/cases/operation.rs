//! H66 to H72: adapters and signals, a machine that has little, and one that lies.

use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context as _, ensure};

use super::Lab;
use crate::hostile::Outcome::{self, Harmless, Stopped, Typed};
use crate::hostile::job::Job;
use crate::hostile::process;
use crate::process::{command, run as execute};

/// How many signals are sent at random times; `--kills` sends as many more as one likes.
const SIGNALS: u64 = 1000;

/// Within which time every guest is gone, on a machine that does other things too.
const AT_MOST: Duration = Duration::from_secs(2);

/// A clock of the wall that is an hour ahead at every other look, and an hour behind at the others.
const LIAR: &str = "\
#define _GNU_SOURCE
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>
int clock_gettime(clockid_t id, struct timespec *time) {
    static int looks;
    long result = syscall(SYS_clock_gettime, id, time);
    if (id == CLOCK_REALTIME) time->tv_sec += looks++ % 2 ? 3600 : -3600;
    return (int)result;
}
";

/// The other side of a terminal is closed, which hangs it up: so the kernel ends the port of a USB adapter that is unplugged.
pub(super) fn unplugged(lab: &Lab) -> anyhow::Result<Outcome> {
    for guest in ["serial-gone", "serial-gone-writing"] {
        let (peer, path) = process::terminal()?;
        let running = lab.start_ready(Job::guest(guest).serial(&path))?;
        thread::sleep(Duration::from_millis(50));
        drop(peer);
        let ran = lab.wait(running)?;
        ensure!(ran.outcome()? == Typed, "{guest}: {}", ran.stderr());
    }
    Ok(Typed)
}

pub(super) fn signals(lab: &Lab) -> anyhow::Result<Outcome> {
    for number in 0..SIGNALS {
        let signal = [libc::SIGINT, libc::SIGTERM, libc::SIGHUP][usize::try_from(number % 3)?];
        let wait = Duration::from_micros(number * 7919 % 20_000);
        let job = Job::guest("poll-bus").options(&["--trace-text"]);
        let (ran, time) = lab.stopped(job, signal, wait)?;
        ensure!(ran.status.code() == Some(128 + signal), "signal {signal} after {wait:?}: {}", ran.status);
        ensure!(time <= AT_MOST, "signal {signal} after {wait:?}: it was gone after {time:?}");
        ran.left_idle().with_context(|| format!("signal {signal} after {wait:?}"))?;
    }
    Ok(Stopped)
}

pub(super) fn starved(lab: &Lab) -> anyhow::Result<Outcome> {
    let shell = |limit: &str| ["sh", "-c", &format!("{limit} && exec \"$@\""), "sh"].map(str::to_owned).to_vec();
    lab.expect(Job { wrapper: shell("ulimit -n 16"), ..Job::guest("idle") }, Harmless)?;
    // Memory that is written to, as a control group would count it.
    lab.expect(Job { wrapper: shell("ulimit -d 65536"), ..Job::guest("grow") }, Typed)?;
    // So little that the host itself cannot begin: it says so, and does not hang.
    for limit in ["ulimit -n 4", "ulimit -d 4096"] {
        let ran = lab.run(Job { wrapper: shell(limit), ..Job::guest("idle") })?;
        ensure!(!ran.hung && !ran.status.success(), "with {limit}: {}", ran.status);
    }
    Ok(Harmless)
}

pub(super) fn crowd(lab: &Lab) -> anyhow::Result<Outcome> {
    let mut all = Vec::new();
    for _ in 0..64 {
        all.push(lab.start(Job::guest("grow"))?);
    }
    for running in all {
        let ran = lab.wait(running)?;
        ensure!(ran.outcome()? == Typed, "one of 64: {}", ran.stderr());
    }
    Ok(Harmless)
}

pub(super) fn clock_jumps(lab: &Lab) -> anyhow::Result<Outcome> {
    let (source, library) = (lab.file("liar.c", LIAR.as_bytes())?, lab.path("liar.so"));
    let mut compiler = command("cc", ["-shared", "-fPIC", "-o"]);
    execute(compiler.arg(&library).arg(source)).context("a C compiler makes the clock that lies")?;
    let preload = format!("LD_PRELOAD={}", library.display());
    let job = Job { wrapper: vec!["env".to_owned(), preload], ..Job::guest("delay-some") };
    let began = Instant::now();
    lab.expect(job.options(&["--real-time"]), Harmless)?;
    let took = began.elapsed();
    ensure!(took >= Duration::from_millis(300) && took < Duration::from_secs(5), "300 ms of delays took {took:?}");
    Ok(Harmless)
}

/// A simulated part that panics while the host has the bus for a guest, with an output on.
pub(super) fn back_end_panics(lab: &Lab) -> anyhow::Result<Outcome> {
    let panics = "[[fault]]\nfault = \"panic\"\ndevice = \"granted\"\n";
    let job = Job::guest("trap-with-handles").options(&["--trace-text"]);
    let ran = lab.run(job.clone().more(panics))?;
    ensure!(!ran.hung && ran.status.code() == Some(119), "the host panicked, and ended with {}", ran.status);
    Lab::says(&ran, "the guest was stopped because the host panicked")?;
    ran.left_low("MOTOR")?;
    ran.left_idle()?;
    lab.expect(job, Stopped)?.left_low("MOTOR")?;
    Ok(Stopped)
}

pub(super) fn same_twice(lab: &Lab) -> anyhow::Result<Outcome> {
    let run = || -> anyhow::Result<_> {
        let ran = lab.expect(Job::guest("odd-shapes").options(&["--json", "--trace-text", "--seed", "7"]), Harmless)?;
        ensure!(!ran.stdout.is_empty(), "there is no trace");
        Ok((ran.stdout, ran.stderr))
    };
    ensure!(run()? == run()?, "two runs left different traces");
    Ok(Harmless)
}
