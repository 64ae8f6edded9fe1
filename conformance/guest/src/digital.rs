//! Commands on pins.

use alloc::format;
use alloc::string::String;
use core::fmt::Debug;

use embedded_hal::digital::{Error as _, InputPin, PinState, StatefulOutputPin};

use crate::defaults::Required;
use crate::parse::BadWord;
use crate::script::{Answer, Via, answer};

/// Carries out a command on a pin that is driven.
pub(crate) fn driven<P: StatefulOutputPin>(
    pin: &mut P,
    verb: &str,
    via: Via,
    words: &[&str],
) -> Result<Answer, BadWord> {
    match via {
        Via::Itself => drive(pin, verb, words),
        Via::Reference => drive(&mut &mut *pin, verb, words),
        Via::Defaults => drive(&mut Required(pin), verb, words),
    }
}

fn drive<P: StatefulOutputPin>(pin: &mut P, verb: &str, words: &[&str]) -> Result<Answer, BadWord> {
    let result = match (verb, words) {
        ("low", []) => pin.set_low(),
        ("high", []) => pin.set_high(),
        ("set", ["low"]) => pin.set_state(PinState::Low),
        ("set", ["high"]) => pin.set_state(PinState::High),
        ("toggle", []) => pin.toggle(),
        ("commanded", []) => {
            let high = pin.is_set_high();
            return Ok(both(high, pin.is_set_low()));
        }
        _ => return Err(BadWord),
    };
    Ok(answer(result.map_err(|error| (error.kind(), error)), []))
}

/// Carries out a command on a pin that is read.
pub(crate) fn read<P: InputPin>(pin: &mut P, via: Via) -> Answer {
    let (high, low) = match via {
        Via::Reference => {
            let mut pin = &mut *pin;
            (InputPin::is_high(&mut pin), InputPin::is_low(&mut pin))
        }
        Via::Itself | Via::Defaults => (pin.is_high(), pin.is_low()),
    };
    both(high, low)
}

/// Answers with two flags that have to be complements.
fn both<E: embedded_hal::digital::Error>(high: Result<bool, E>, low: Result<bool, E>) -> Answer {
    match (high, low) {
        (Ok(high), Ok(low)) => Answer::from(format!("ok high={high} low={low}")),
        (Err(error), _) | (_, Err(error)) => answer(Err::<(), _>((error.kind(), error)), []),
    }
}

/// Answers with what `PinState` converts to and from.
pub(crate) fn pin_state() -> Answer {
    let mut text = String::from("ok");
    let mut add = |what: &str, is: &dyn Debug| text.push_str(&format!(" {what}={is:?}"));
    add("true", &PinState::from(true));
    add("false", &PinState::from(false));
    add("high", &bool::from(PinState::High));
    add("low", &bool::from(PinState::Low));
    add("!high", &!PinState::High);
    add("!low", &!PinState::Low);
    text
}
