//! How long a guest lives after a signal, in each of its states.

use std::time::Duration;

use anyhow::ensure;

use super::Outcome;
use super::job::Job;
use super::lab::Lab;
use super::process;

/// Kills guests, and prints how long that took.
pub(super) fn measure(lab: &Lab, count: usize) -> anyhow::Result<()> {
    let (_peer, serial) = process::terminal()?;
    let states = [
        ("a loop", Job::guest("spin-after")),
        ("calls", Job::guest("calls-after")),
        ("a delay", Job::guest("delay-forever").options(&["--real-time"])),
        ("its input", Job::guest("read-input")),
        ("transactions", Job::guest("poll-bus")),
        ("a queue", Job::asynchronous("queue").options(&["--real-time"])),
        ("an edge", Job::asynchronous("edge").serial(&serial)),
        ("a serial port", Job::guest("serial-read").serial(&serial)),
    ];
    println!(
        "{:<14} {:>9} {:>9} {:>9}  from SIGTERM to the end of the process, {count} times",
        "in", "p50", "p99", "max"
    );
    for (state, job) in states {
        let mut times = Vec::new();
        for number in 0..count {
            let wait = Duration::from_micros(u64::try_from(number)? * 7919 % 30_000);
            let (ran, time) = lab.stopped(job.clone(), libc::SIGTERM, wait)?;
            ensure!(ran.outcome()? == Outcome::Stopped, "in {state}: {}", ran.status);
            times.push(time);
        }
        times.sort();
        let at =
            |percent: usize| times.get((times.len() * percent / 100).min(times.len() - 1)).copied().unwrap_or_default();
        let ms = |time: Duration| format!("{:.1} ms", time.as_secs_f64() * 1e3);
        println!("{state:<14} {:>9} {:>9} {:>9}", ms(at(50)), ms(at(99)), ms(at(100)));
    }
    Ok(())
}
