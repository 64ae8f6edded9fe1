//! Delays.

use alloc::string::String;

use embedded_hal::delay::DelayNs;

use crate::defaults::Required;
use crate::parse::{BadWord, number};
use crate::script::{Answer, Via};

/// Carries out a delay, as often as a second number says.
pub(crate) fn command<D: DelayNs>(mut delay: D, verb: &str, via: Via, words: &[&str]) -> Result<Answer, BadWord> {
    let (count, times): (u32, u32) = match words {
        [count] => (number(count)?, 1),
        [count, times] => (number(count)?, number(times)?),
        _ => return Err(BadWord),
    };
    for _ in 0..times {
        match via {
            Via::Itself => wait(&mut delay, verb, count)?,
            Via::Reference => wait(&mut &mut delay, verb, count)?,
            Via::Defaults => wait(&mut Required(&mut delay), verb, count)?,
        }
    }
    Ok(String::from("ok"))
}

fn wait<D: DelayNs>(delay: &mut D, verb: &str, count: u32) -> Result<(), BadWord> {
    match verb {
        "ns" => delay.delay_ns(count),
        "us" => delay.delay_us(count),
        "ms" => delay.delay_ms(count),
        _ => return Err(BadWord),
    }
    Ok(())
}
