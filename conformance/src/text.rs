//! Traces as short texts, so that a rule can say what it expects.

use std::fmt::Write;

use crate::event::{Event, What};

/// Returns what happened on one wire, in order, as words.
///
/// - I2C: `S` is a START, `Sr` a repeated START, `P` a STOP; `54.` is the byte 0x54 acknowledged, `a1!` the byte 0xa1 that was not.
/// - SPI: `[device` is a select, `]` a deselect, `01>80` the word 0x01 out and 0x80 in, `clock-low` and `clock-high` a clock that
///   moves without a word.
/// - A serial port: the bytes, `41`. What the host sends is on a wire that ends in `.TX`, what it receives on one that ends in `.RX`.
/// - A pin: `low` and `high`; and where it is modulated, `250/1000` for a quarter of every period, to the nearest thousandth.
#[must_use]
pub fn on_wire(events: &[Event], wire: &str) -> String {
    let words: Vec<String> = events.iter().filter(|event| event.wire == wire).map(|event| word(&event.what)).collect();
    words.join(" ")
}

fn word(what: &What) -> String {
    let level = |high| if high { "high" } else { "low" };
    let mut text = String::new();
    // Writing to a string does not fail.
    let _ = match what {
        What::Start => write!(text, "S"),
        What::RepeatedStart => write!(text, "Sr"),
        What::Byte { value, acknowledged } => write!(text, "{value:02x}{}", if *acknowledged { '.' } else { '!' }),
        What::Stop => write!(text, "P"),
        What::Select { device } => write!(text, "[{device}"),
        What::Word { mosi, miso } => write!(text, "{mosi:02x}>{miso:02x}"),
        What::Clock { high } => write!(text, "clock-{}", level(*high)),
        What::Deselect { .. } => write!(text, "]"),
        What::Frame { byte } => write!(text, "{byte:02x}"),
        What::Pulses { high_ns, period_ns } => write!(text, "{}/1000", thousandths(*high_ns, *period_ns)),
        What::Level { high } => write!(text, "{}", level(*high)),
    };
    text
}

/// Returns a part of a period in thousandths, to the nearest.
fn thousandths(high_ns: u64, period_ns: u64) -> u64 {
    let period_ns = period_ns.max(1);
    (high_ns.saturating_mul(1000) + period_ns / 2) / period_ns
}

/// Returns whether an answer of the guest is as expected: word by word, where `a|b` is either. Of an error, words that are not
/// expected may follow.
pub(crate) fn says(answer: &str, expected: &str) -> bool {
    let mut words = answer.split_whitespace();
    for expected in expected.split_whitespace() {
        let Some(word) = words.next() else { return false };
        if !expected.split('|').any(|expected| expected == word || expected == "_") {
            return false;
        }
    }
    answer.starts_with("err") || words.next().is_none()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_trace_reads_as_words() {
        let event = |what| Event::new(0, "i2c", what);
        let events = [
            event(What::Start),
            event(What::Byte { value: 0x54, acknowledged: true }),
            Event::new(0, "OUT", What::Level { high: true }),
            Event::new(0, "FAN", What::Pulses { high_ns: 333, period_ns: 1_000 }),
            Event::new(0, "FAN", What::Pulses { high_ns: 50_000, period_ns: 50_000 }),
            event(What::RepeatedStart),
            event(What::Byte { value: 0xa1, acknowledged: false }),
            event(What::Stop),
        ];
        assert_eq!(on_wire(&events, "i2c"), "S 54. Sr a1! P");
        assert_eq!(on_wire(&events, "OUT"), "high");
        assert_eq!(on_wire(&events, "FAN"), "333/1000 1000/1000");
        assert_eq!(on_wire(&events, "spi"), "");
    }

    #[test]
    fn successes_are_compared_whole_and_errors_as_far_as_they_are_given() {
        assert!(says("ok a0 a1", "ok a0 a1"));
        assert!(!says("ok a0 a1", "ok a0"));
        assert!(!says("ok", "ok a0"));
        assert!(says("err Other TooLong ee", "err Other"));
        assert!(says("err Other TooLong", "err Bus|Other TooLong"));
        assert!(says("err Other TooLong", "err Other _"));
        assert!(!says("err Other TooLong", "ok|err Bus"));
    }
}
