//! Requests of the Pi to the outside: things that its programs cannot do or vouch for themselves.
//!
//! A check asks with the command `outside` (`test-host/pi/outside`), which waits for the answer:
//!
//! - `outside gpio 17 high` (or `low`): the GPIO controller's register says so at this moment;
//! - `outside gpio 17 toggles`: within ten seconds it was seen high and low;
//! - `outside temperature 23.5`: the thermometer measures this from now on, in degrees Celsius; another one if its name follows;
//! - `outside i2c 0x48 used` (or `unused`): since the check began, the chip at this address was addressed;
//! - `outside spi used` (or `unused`): since the check began, a flash was selected.

use std::path::Path;
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context as _, bail};

use super::board;
use super::qmp::Qmp;

/// How long a GPIO is watched, and how often it is looked at.
const WATCH: Duration = Duration::from_secs(10);
const GLANCE: Duration = Duration::from_millis(15);

/// The answer: whether it is as asked for, and what was seen.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) yes: bool,
    pub(crate) seen: String,
}

/// Does or looks at what was asked for; `past` is the length of the traffic before the check.
///
/// What cannot be done, as on a board without that part, is a matter of the check and not of the whole run.
pub(crate) fn answer(request: &str, qmp: &mut Qmp, folder: &Path, past: usize) -> Answer {
    try_to(request, qmp, folder, past).unwrap_or_else(|error| Answer { yes: false, seen: format!("{error:#}") })
}

fn try_to(request: &str, qmp: &mut Qmp, folder: &Path, past: usize) -> anyhow::Result<Answer> {
    let words: Vec<&str> = request.split_whitespace().collect();
    match words[..] {
        ["gpio", number, "toggles"] => toggles(qmp, number.parse().context("not a GPIO's number")?),
        ["gpio", number, level @ ("high" | "low")] => {
            let high = board::gpio(qmp, number.parse().context("not a GPIO's number")?)?;
            let seen = if high { "high" } else { "low" };
            Ok(Answer { yes: seen == level, seen: format!("GPIO{number} is {seen}") })
        }
        ["temperature", degrees, ref part @ ..] if part.len() < 2 => {
            board::set_temperature(qmp, part.first().unwrap_or(&"thermometer"), millidegrees(degrees)?)?;
            Ok(Answer { yes: true, seen: format!("it is {degrees} °C") })
        }
        ["i2c", address, wanted @ ("used" | "unused")] => {
            let traffic = board::traffic(folder)?;
            let count = count(&traffic[past..], &format!("addr:{address})"));
            Ok(used(count, wanted, &format!("I2C address {address} was addressed")))
        }
        ["spi", wanted @ ("used" | "unused")] => {
            let traffic = board::traffic(folder)?;
            Ok(used(count(&traffic[past..], "] select"), wanted, "a flash was selected"))
        }
        _ => bail!("the outside does not know the request {request:?}; xtask/src/pi/outside.rs lists them"),
    }
}

/// Watches a GPIO until it was seen at both levels.
fn toggles(qmp: &mut Qmp, number: u8) -> anyhow::Result<Answer> {
    let start = Instant::now();
    let first = board::gpio(qmp, number)?;
    while start.elapsed() < WATCH {
        if board::gpio(qmp, number)? != first {
            return Ok(Answer { yes: true, seen: format!("GPIO{number} goes high and low") });
        }
        thread::sleep(GLANCE);
    }
    let level = if first { "high" } else { "low" };
    Ok(Answer { yes: false, seen: format!("GPIO{number} stayed {level} for {} s", WATCH.as_secs()) })
}

fn used(count: usize, wanted: &str, what: &str) -> Answer {
    Answer { yes: (count > 0) == (wanted == "used"), seen: format!("{what} {count} times") }
}

/// Counts the starts of transactions that a line of the traffic has.
fn count(traffic: &str, text: &str) -> usize {
    let is_start = |line: &&str| line.contains(text) && (line.contains(" start") || line.contains("] select"));
    traffic.lines().filter(is_start).count()
}

fn millidegrees(degrees: &str) -> anyhow::Result<i64> {
    let (whole, fraction) = degrees.split_once('.').unwrap_or((degrees, ""));
    let digits = format!("{whole}{fraction:0<3}");
    digits.parse().with_context(|| format!("{degrees:?} is no temperature with at most three decimals"))
}
