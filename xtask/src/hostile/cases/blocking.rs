//! H34 to H42, and H73 to H76: what takes long, or for ever.

use std::io::Read as _;
use std::thread;
use std::time::{Duration, Instant};

use anyhow::ensure;

use super::{guests, sizes};
use crate::guests as built;
use crate::hostile::Outcome::{self, Stopped, Typed};
use crate::hostile::job::Job;
use crate::hostile::lab::Lab;
use crate::hostile::process;

/// Within which time a guest is gone after a signal; once out of three times, since other programs run too.
const BOUND: Duration = Duration::from_millis(50);
/// And every time.
const AT_MOST: Duration = Duration::from_secs(2);

/// Fails unless a guest that says that it is ready is gone in bounded time after a signal.
pub(super) fn gone(lab: &Lab, job: &Job, signal: i32) -> anyhow::Result<Outcome> {
    let mut best = Duration::MAX;
    for _ in 0..3 {
        let (ran, time) = lab.stopped(job.clone(), signal, Duration::from_millis(20))?;
        ensure!(ran.outcome()? == Stopped, "the signal did not stop it: {}", ran.status);
        ensure!(time <= AT_MOST, "it was gone after {time:?}");
        best = best.min(time);
    }
    ensure!(best <= BOUND, "it was gone after {best:?} at best");
    Ok(Stopped)
}

pub(super) fn delay(lab: &Lab) -> anyhow::Result<Outcome> {
    gone(lab, &Job::guest("delay-forever").options(&["--real-time"]), libc::SIGINT)
}

pub(super) fn delays_in_transactions(lab: &Lab) -> anyhow::Result<Outcome> {
    guests(lab, Typed, &["long-delays"])
}

pub(super) fn slow_clock(lab: &Lab) -> anyhow::Result<Outcome> {
    guests(lab, Typed, &["slow-clock"])
}

/// Its standard input, a serial port of the machine's own, and a simulated one for as long as its time lasts.
pub(super) fn waits(lab: &Lab) -> anyhow::Result<Outcome> {
    gone(lab, &Job::guest("read-input"), libc::SIGTERM)?;
    let (_peer, path) = process::terminal()?;
    gone(lab, &Job::guest("serial-read").serial(&path), libc::SIGTERM)?;
    lab.expect(Job::guest("serial-read").options(&["--timeout", "1s"]), Stopped)?;
    Ok(Stopped)
}

/// The peer is there, and never reads.
pub(super) fn serial_write(lab: &Lab) -> anyhow::Result<Outcome> {
    let (_peer, path) = process::terminal()?;
    lab.expect(Job::guest("serial-write").serial(&path).options(&["--timeout", "300ms"]), Stopped)?;
    let (mut peer, path) = process::terminal()?;
    // And one that reads a little, late.
    let reader = thread::spawn(move || {
        thread::sleep(Duration::from_millis(100));
        let _ = peer.read(&mut [0; 100]);
        thread::sleep(Duration::from_millis(500));
    });
    lab.expect(Job::guest("serial-write").serial(&path).options(&["--timeout", "300ms"]), Stopped)?;
    let _ = reader.join();
    Ok(Stopped)
}

/// A kill at some points of an endless run of transactions; `cargo xtask faults` has one at every point.
pub(super) fn kill_in_transaction(lab: &Lab) -> anyhow::Result<Outcome> {
    leaves_idle(lab, &Job::guest("poll-bus"))
}

/// 60 tasks of one guest have the bus in turns, so that 59 of them are queued whenever it is killed.
pub(super) fn kill_in_queue(lab: &Lab) -> anyhow::Result<Outcome> {
    leaves_idle(lab, &Job::asynchronous("queue"))?;
    gone(lab, &Job::asynchronous("queue").options(&["--real-time"]), libc::SIGTERM)?;
    lab.expect(Job::asynchronous("queue").options(&["--timeout", "100ms"]), Stopped)?;
    Ok(Stopped)
}

/// Fails unless a guest that is killed leaves its bus idle.
fn leaves_idle(lab: &Lab, job: &Job) -> anyhow::Result<Outcome> {
    for wait_ms in 0..12 {
        let job = job.clone().options(&["--trace-text"]);
        let (ran, _) = lab.stopped(job, libc::SIGTERM, Duration::from_millis(wait_ms))?;
        ensure!(ran.outcome()? == Stopped, "SIGTERM did not stop it: {}", ran.status);
        ran.left_idle()?;
    }
    Ok(Stopped)
}

/// Edges that another of its tasks makes, and one that never comes; with a serial port, which is what makes time the machine's.
pub(super) fn edges(lab: &Lab) -> anyhow::Result<Outcome> {
    gone(lab, &Job::asynchronous("storm"), libc::SIGTERM)?;
    lab.expect(Job::asynchronous("storm").options(&["--timeout", "1s"]), Stopped)?;
    let (_peer, path) = process::terminal()?;
    gone(lab, &Job::asynchronous("edge").serial(&path), libc::SIGTERM)?;
    lab.expect(Job::asynchronous("edge").options(&["--timeout", "1s"]), Stopped)?;
    Ok(Stopped)
}

/// In virtual time; and with a serial port, which is what makes time the machine's.
pub(super) fn crossed(lab: &Lab) -> anyhow::Result<Outcome> {
    let other = lab.guest().display().to_string();
    let both = || Job::guest("crossed").options(&[&other]);
    let (_peer, path) = process::terminal()?;
    for job in [both(), both().serial(&path)] {
        let ran = lab.expect(job, Typed)?;
        let refused = ran.stderr().lines().filter(|line| line.contains(" holds")).count();
        ensure!(refused > 0, "nobody was told who holds what: {}", ran.stderr());
        let typed = ran.stdout().lines().filter(|line| line.ends_with("typed")).count();
        ensure!(typed == 2, "{typed} of 2 guests came to their end: {}", ran.stdout());
    }
    Ok(Typed)
}

pub(super) fn reentrance(lab: &Lab) -> anyhow::Result<Outcome> {
    let call = "(call $open (i32.const 16) (i32.const 3) (i32.const 0)) (i32.const 1024)";
    sizes::allocator(lab, "allocates-and-calls", call, Stopped)?;
    Ok(Stopped)
}

/// Drives an output and then does something for ever.
fn misbehaves(what: &str) -> Job {
    Job { args: vec![what.to_owned()], ..Job::component(built::built("misbehave")) }.options(&["--trace-text"])
}

/// H73: a terminal that is full.
pub(super) fn untaken(lab: &Lab) -> anyhow::Result<Outcome> {
    for guests in [1, 2] {
        let (_peer, path) = process::terminal()?;
        let mut job = Job { stdout: Some(path), ..misbehaves("flood") };
        if guests == 2 {
            job = job.options(&[&built::built("misbehave").display().to_string()]);
        }
        let running = lab.start(job.clone())?;
        thread::sleep(Duration::from_millis(500));
        let began = Instant::now();
        process::signal(&running.child, libc::SIGTERM)?;
        let ran = lab.wait(running)?;
        ensure!(ran.outcome()? == Stopped, "{guests} guests: SIGTERM did not stop it: {}", ran.status);
        ensure!(began.elapsed() <= AT_MOST, "{guests} guests: it was gone after {:?}", began.elapsed());
        ran.left_low("MOTOR")?;
        let (_peer, path) = process::terminal()?;
        let ran = lab.run(Job { stdout: Some(path), ..job }.limits("wall-time-ms = 500"))?;
        ensure!(ran.status.code() == Some(118), "{guests} guests at a limit: {}", ran.status);
        ran.left_low("MOTOR")?;
    }
    Ok(Stopped)
}

/// H74: a sleep to the end of time, by a signal, a limit and a deadline.
pub(super) fn end_of_time(lab: &Lab) -> anyhow::Result<Outcome> {
    gone(lab, &misbehaves("sleep-max"), libc::SIGTERM)?;
    lab.expect(misbehaves("sleep-max").limits("wall-time-ms = 200"), Stopped)?.left_low("MOTOR")?;
    lab.expect(misbehaves("sleep-max").options(&["--timeout", "1s"]), Stopped)?.left_low("MOTOR")?;
    Ok(Stopped)
}

/// H75: 8192 events in each second of an endless delay.
pub(super) fn many_events(lab: &Lab) -> anyhow::Result<Outcome> {
    let policy = "[i2c.bus]\nsim = \"i2c\"\nallow = [0x68]\n[gpio]\nSQW = { sim = true, direction = \"input\" }\n\
                  MOTOR = { sim = true, direction = \"output\", initial = \"low\", on-exit = \"low\" }\n\
                  [[part]]\nmodel = \"ds3231\"\ni2c = \"i2c\"\noutput = \"SQW\"\n";
    let job = || Job { options: Vec::new(), ..misbehaves("alarm") }.policy(policy);
    gone(lab, &job(), libc::SIGTERM)?;
    lab.expect(job().limits("wall-time-ms = 200"), Stopped)?;
    Ok(Stopped)
}

/// H76: one request in two signals, and signals that nobody thinks of.
pub(super) fn odd_signals(lab: &Lab) -> anyhow::Result<Outcome> {
    for signal in [libc::SIGQUIT, libc::SIGUSR1, libc::SIGALRM, libc::SIGXCPU] {
        let job = misbehaves("hold").options(&["--real-time"]);
        let (ran, _) = lab.stopped(job, signal, Duration::from_millis(20))?;
        ensure!(ran.status.code() == Some(128 + signal), "after signal {signal}: {}", ran.status);
        ran.left_low("MOTOR")?;
    }
    for wait_ms in [0, 1, 3, 10] {
        let running = lab.start_ready(misbehaves("hold").options(&["--real-time"]))?;
        process::signal(&running.child, libc::SIGTERM)?;
        thread::sleep(Duration::from_millis(wait_ms));
        // It has not been waited for: its number is its own still.
        process::signal(&running.child, libc::SIGHUP)?;
        let ran = lab.wait(running)?;
        ensure!(matches!(ran.status.code(), Some(129 | 143)), "after two signals: {}", ran.status);
        ran.left_low("MOTOR")?;
    }
    Ok(Stopped)
}
