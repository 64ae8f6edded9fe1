//! Commands on PWM outputs.

use alloc::format;
use alloc::string::String;

use embedded_hal::pwm::{Error as _, SetDutyCycle};

use crate::defaults::Required;
use crate::parse::{BadWord, number};
use crate::script::{Answer, Via, answer};

/// Carries out a command.
pub(crate) fn command<P: SetDutyCycle>(
    output: &mut P,
    verb: &str,
    via: Via,
    words: &[&str],
) -> Result<Answer, BadWord> {
    match via {
        Via::Itself => set(output, verb, words),
        Via::Reference => set(&mut &mut *output, verb, words),
        Via::Defaults => set(&mut Required(output), verb, words),
    }
}

fn set<P: SetDutyCycle>(output: &mut P, verb: &str, words: &[&str]) -> Result<Answer, BadWord> {
    let result = match (verb, words) {
        ("max", []) => return Ok(format!("ok max={}", output.max_duty_cycle())),
        ("duty", [word]) => match duty(output.max_duty_cycle(), word)? {
            Some(duty) => output.set_duty_cycle(duty),
            None => return Ok(String::from("none")),
        },
        ("off", []) => output.set_duty_cycle_fully_off(),
        ("on", []) => output.set_duty_cycle_fully_on(),
        ("fraction", [part, of]) => output.set_duty_cycle_fraction(number(part)?, number(of)?),
        ("percent", [percent]) => output.set_duty_cycle_percent(number(percent)?),
        _ => return Err(BadWord),
    };
    Ok(answer(result.map_err(|error| (error.kind(), error)), []))
}

/// Reads a duty: a number, a fraction of the greatest one, `one` for a step of it, `max`, and `past` for one more than that, which
/// there may not be.
fn duty(max: u16, word: &str) -> Result<Option<u16>, BadWord> {
    Ok(match word {
        "one" => Some(1),
        "max" => Some(max),
        "past" => max.checked_add(1),
        _ => match word.split_once('/') {
            Some((part, of)) => {
                let (part, of): (u32, u32) = (number(part)?, number(of)?);
                let duty = (u32::from(max) * part).checked_div(of).ok_or(BadWord)?;
                Some(u16::try_from(duty).map_err(|_| BadWord)?)
            }
            // A number that is within the range there is no past.
            None => Some(number(word)?).filter(|duty| *duty > max),
        },
    })
}
