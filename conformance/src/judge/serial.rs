//! Serial ports and PWM outputs.

use super::{Judged, nothing_left};
use crate::event::{Event, What};
use crate::host::Ran;

/// Returns the bytes on a wire, each with the time at which its frame ended.
fn frames(ran: &Ran, wire: &str) -> Vec<(u64, u8)> {
    let frame = |event: &Event| match event.what {
        What::Frame { byte } if event.wire == wire => Some((event.until_ns, byte)),
        _ => None,
    };
    ran.events.iter().filter_map(frame).collect()
}

/// Returns the times at which `OUT` changed, without its initial level.
fn changes(ran: &Ran) -> Vec<u64> {
    ran.events.iter().filter(|event| event.wire == "OUT").map(|event| event.at_ns).skip(1).collect()
}

/// Returns the bytes that scripts send: so many that count up.
fn counting(count: usize) -> impl Iterator<Item = u8> {
    (0..count).map(|index| index.to_le_bytes()[0])
}

/// Returns the number in the second word of an answer that is `ok`.
fn count(answer: &str) -> Option<usize> {
    let mut words = answer.split_whitespace();
    words.next().filter(|word| *word == "ok")?;
    words.next()?.parse().ok()
}

/// Expects `OUT` to go low when one byte has been received, and no other one.
pub(crate) fn after_one_byte(ran: &Ran) -> Judged {
    let Some(at_ns) = changes(ran).last().copied() else { return Err("OUT did not change".to_owned()) };
    match frames(ran, "SERIAL.RX").iter().filter(|(until_ns, _)| *until_ns <= at_ns).count() {
        1 => Ok(()),
        count => Err(format!("the read returned when {count} bytes had been received")),
    }
}

/// Expects reads of at least one byte each, no more than there is room for, at the front, and in the order of the wire.
pub(crate) fn read_in_order(ran: &Ran) -> Judged {
    let mut read = String::new();
    for answer in ran.answers().skip(1) {
        let buffer = answer.split_whitespace().nth(2).unwrap_or_default();
        let Some((bytes, rest)) = count(answer).and_then(|count| buffer.split_at_checked(2 * count)) else {
            return Err(format!("{answer:?} is no read"));
        };
        if bytes.is_empty() || rest.bytes().any(|digit| digit != b'e') {
            return Err(format!("{answer:?} has no bytes, or others than those at its front"));
        }
        read.push_str(bytes);
    }
    let received: String = frames(ran, "SERIAL.RX").iter().map(|(_, byte)| format!("{byte:02x}")).collect();
    if received.starts_with(&read) { Ok(()) } else { Err(format!("{read} was read of {received}")) }
}

fn sent(ran: &Ran, expected: impl Iterator<Item = u8>) -> Judged {
    let (sent, expected): (Vec<u8>, Vec<u8>) =
        (frames(ran, "SERIAL.TX").iter().map(|(_, byte)| *byte).collect(), expected.collect());
    if sent == expected { Ok(()) } else { Err(format!("{sent:02x?} was sent instead of {expected:02x?}")) }
}

/// Expects `A` and 300 bytes more on the wire.
pub(crate) fn sent_301(ran: &Ran) -> Judged {
    sent(ran, std::iter::once(b'A').chain(counting(300)))
}

/// Expects as many bytes of each write on the wire as it took: at least one of 64, 64 and 3000.
pub(crate) fn sent_what_was_taken(ran: &Ran) -> Judged {
    let mut expected = Vec::new();
    for (answer, most) in ran.answers().zip([64, 64, 3000]) {
        match count(answer) {
            Some(taken) if (1..=most).contains(&taken) => expected.extend(counting(taken)),
            _ => return Err(format!("{answer:?} to a write of {most} bytes")),
        }
    }
    sent(ran, expected.into_iter())
}

/// Expects 40 bytes on the wire before `OUT` changes.
pub(crate) fn sent_before(ran: &Ran) -> Judged {
    let Some(at_ns) = changes(ran).last().copied() else { return Err("OUT did not change".to_owned()) };
    match frames(ran, "SERIAL.TX").iter().filter(|(until_ns, _)| *until_ns <= at_ns).count() {
        40 => Ok(()),
        count => Err(format!("{count} of 40 bytes had left")),
    }
}

/// Expects each of three writes that `write_ready` said yes to within a frame, or where frames take no time in a tenth of a second.
pub(crate) fn ready_to_write(ran: &Ran) -> Judged {
    let frame_ns =
        ran.events.iter().find(|event| event.wire == "SERIAL.TX").map_or(0, |event| event.until_ns - event.at_ns);
    let most_ns = if frame_ns > 0 { frame_ns / 2 } else { 100_000_000 };
    let mut said_yes = 0;
    for (index, answer) in ran.answers().step_by(4).enumerate() {
        if !answer.ends_with("write=true") {
            continue;
        }
        said_yes += 1;
        let changes = changes(ran);
        let (Some(from_ns), Some(to_ns)) = (changes.get(2 * index), changes.get(2 * index + 1)) else {
            return Err("OUT did not change around every write".to_owned());
        };
        if to_ns - from_ns > most_ns {
            return Err(format!("write {} took {} ns", index + 1, to_ns - from_ns));
        }
    }
    if said_yes > 0 { Ok(()) } else { Err("a port that nothing was written to was not ready".to_owned()) }
}

/// Expects descriptions of errors.
pub(crate) fn described(ran: &Ran) -> Judged {
    match ran.answers().find(|answer| answer.strip_prefix("ok ").is_none_or(|text| text.trim().is_empty())) {
        Some(answer) => Err(format!("{answer:?} describes nothing")),
        None => Ok(()),
    }
}

/// Returns the maxima that the guest was told.
fn maxima(ran: &Ran) -> Vec<u64> {
    ran.answers().filter_map(|answer| answer.strip_prefix("ok max=")?.parse().ok()).collect()
}

/// Expects one maximum, of at least 1, three times.
pub(crate) fn one_maximum(ran: &Ran) -> Judged {
    match maxima(ran).as_slice() {
        [first, others @ ..] if *first >= 1 && others.len() == 2 && others.iter().all(|other| other == first) => Ok(()),
        maxima => Err(format!("the maxima are {maxima:?}")),
    }
}

/// Expects a duty of one step on `FAN`, to the nanosecond.
pub(crate) fn one_step(ran: &Ran) -> Judged {
    let mut pulses = ran.events.iter().filter(|event| event.wire == "FAN").skip(1);
    let Some(What::Pulses { high_ns, period_ns }) = pulses.next().map(|event| &event.what) else {
        return Err("one step of duty changed nothing".to_owned());
    };
    let max = maxima(ran).first().copied().unwrap_or(1).max(1);
    if high_ns.abs_diff(period_ns / max) > 1 {
        return Err(format!("one step of {max} was {high_ns} ns of {period_ns} ns"));
    }
    nothing_left(pulses.next())
}
