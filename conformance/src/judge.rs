//! What a text cannot say of a run: times, and lengths that hosts choose.

mod serial;

pub(crate) use self::serial::{
    after_one_byte, described, one_maximum, one_step, read_in_order, ready_to_write, sent_301, sent_before,
    sent_what_was_taken,
};

use crate::event::{Event, What};
use crate::host::{Ending, Ran};
use crate::text::on_wire;

/// What a judge returns.
pub(crate) type Judged = Result<(), String>;

/// Expects every transaction on the I2C bus to be the same as the first, and so many of them.
pub(crate) fn alike<const COUNT: usize>(ran: &Ran) -> Judged {
    same(&i2c_transactions(ran), COUNT)?;
    same(&ran.answers().filter(|answer| answer.starts_with("ok ")).collect::<Vec<_>>(), 0)
}

/// Expects every transaction on the SPI bus to be the same as the first, and so many of them.
pub(crate) fn alike_spi<const COUNT: usize>(ran: &Ran) -> Judged {
    same(&spi_transactions(ran), COUNT)?;
    same(&ran.answers().filter(|answer| answer.starts_with("ok ")).collect::<Vec<_>>(), 0)
}

/// Expects equal things, and so many of them unless that is 0.
fn same<T: PartialEq + std::fmt::Debug>(things: &[T], count: usize) -> Judged {
    if count > 0 && things.len() != count {
        return Err(format!("{} instead of {count}: {things:?}", things.len()));
    }
    match things.iter().find(|thing| Some(*thing) != things.first()) {
        Some(other) => Err(format!("{other:?} is not the same as {:?}", things.first())),
        None => Ok(()),
    }
}

/// Returns the transactions on the I2C bus as texts.
fn i2c_transactions(ran: &Ran) -> Vec<String> {
    on_wire(&ran.events, "i2c").split_inclusive('P').map(|text| text.trim().to_owned()).collect()
}

/// Returns the transactions on the SPI bus as texts.
fn spi_transactions(ran: &Ran) -> Vec<String> {
    on_wire(&ran.events, "spi").split_inclusive(']').map(|text| text.trim().to_owned()).collect()
}

/// Expects of long I2C transactions, one for each answer, that they are whole or refused before anything moves.
pub(crate) fn i2c_whole_or_refused(ran: &Ran) -> Judged {
    let mut events = ran.events.iter().filter(|event| event.wire == "i2c");
    for (answer, length) in ran.answers().zip(LENGTHS) {
        if answer.starts_with("err") {
            typed(answer)?;
            continue;
        }
        let transaction = through(&mut events, &What::Stop);
        let count = |what: fn(&What) -> bool| transaction.iter().filter(|event| what(&event.what)).count();
        let (starts, bytes) = (count(|what| *what == What::Start), count(|what| matches!(what, What::Byte { .. })));
        if (starts, bytes) != (1, length + 1) {
            return Err(format!("{length} bytes were {bytes} on the wires, with {starts} starts"));
        }
    }
    nothing_left(events.next())
}

/// Expects of long SPI transactions, one for each answer, that they are whole or refused before anything moves.
pub(crate) fn spi_whole_or_refused(ran: &Ran) -> Judged {
    let mut events = ran.events.iter().filter(|event| event.wire == "spi");
    for (answer, length) in ran.answers().zip(LENGTHS) {
        if answer.starts_with("err") {
            typed(answer)?;
            continue;
        }
        let deselect = What::Deselect { device: "device".to_owned() };
        let transaction = through(&mut events, &deselect);
        let words = transaction.iter().filter(|event| matches!(event.what, What::Word { .. })).count();
        if words != length {
            return Err(format!("{length} words were {words} under one select"));
        }
    }
    nothing_left(events.next())
}

/// The lengths that the two rules above try, around the limits of kernels and hosts.
const LENGTHS: [usize; 6] = [255, 4096, 4097, 8193, 65_536, 65_537];

fn typed(answer: &str) -> Judged {
    if answer.starts_with("err Other TooLong") { Ok(()) } else { Err(format!("refused with {answer:?}")) }
}

/// Takes events up to and with a last one.
fn through<'a>(events: &mut impl Iterator<Item = &'a Event>, last: &What) -> Vec<&'a Event> {
    let mut taken = Vec::new();
    for event in events {
        taken.push(event);
        if event.what == *last {
            break;
        }
    }
    taken
}

fn nothing_left(event: Option<&Event>) -> Judged {
    match event {
        None => Ok(()),
        Some(event) => Err(format!("there was more on the wires, from {event:?} on")),
    }
}

/// Expects at least so many nanoseconds between two events: from the end of the one with number `FROM` on the SPI bus to the
/// beginning of the one after it.
fn gap(ran: &Ran, wire: &str, from: usize, least_ns: u64) -> Judged {
    let mut events = ran.events.iter().filter(|event| event.wire == wire).skip(from);
    let (Some(from), Some(to)) = (events.next(), events.next()) else {
        return Err(format!("there is nothing on {wire} to measure the time between"));
    };
    let gap_ns = to.at_ns.saturating_sub(from.until_ns);
    if gap_ns < least_ns {
        return Err(format!("{gap_ns} ns instead of at least {least_ns} ns between {:?} and {:?}", from.what, to.what));
    }
    Ok(())
}

/// Expects the delays of SPI-16: 50 us after the first word, 70 us and 1 ns after the second, which is also before the deselect.
pub(crate) fn spi_delays(ran: &Ran) -> Judged {
    gap(ran, "spi", 1, 50_000)?;
    gap(ran, "spi", 2, 70_001)
}

/// Expects the delays of SPI-16 that are no whole microseconds.
pub(crate) fn short_spi_delays(ran: &Ran) -> Judged {
    gap(ran, "spi", 1, 999)?;
    gap(ran, "spi", 2, 1_999)
}

/// Expects a delay inside a transaction to be honoured, or the transaction refused before anything moves.
pub(crate) fn spi_delays_or_refused(ran: &Ran) -> Judged {
    let mut first = 0;
    for (answer, ns) in ran.answers().zip([99_000_000, 4_294_967_295]) {
        if answer.starts_with("err") {
            typed(answer)?;
        } else {
            // Select, word, then what the delay is before.
            gap(ran, "spi", first + 1, ns)?;
            first += 4;
        }
    }
    nothing_left(ran.events.iter().filter(|event| event.wire == "spi").nth(first))
}

/// Expects the last clock edge of every transaction before its deselect, and the select before its first.
pub(crate) fn clock_inside_select(ran: &Ran) -> Judged {
    let events: Vec<_> = ran.events.iter().filter(|event| event.wire == "spi").collect();
    for pair in events.windows(2) {
        if let [first, second] = pair
            && second.at_ns < first.until_ns
        {
            return Err(format!(
                "{:?} at {} ns overlaps {:?}, which ends at {} ns",
                second.what, second.at_ns, first.what, first.until_ns
            ));
        }
    }
    match events.iter().filter(|event| matches!(event.what, What::Word { .. })).count() {
        0 => Err("no words were clocked".to_owned()),
        _ => Ok(()),
    }
}

/// Expects the select delays of `slow`: 3 us before the first clock edge and 2 us after the last; and none of that length on
/// `device`.
pub(crate) fn select_delays(ran: &Ran) -> Judged {
    gap(ran, "spi", 0, 3_000)?;
    gap(ran, "spi", 2, 2_000)?;
    match (gap(ran, "spi", 4, 3_000), gap(ran, "spi", 6, 2_000)) {
        (Err(_), Err(_)) => Ok(()),
        _ => Err("the device without select delays has them too".to_owned()),
    }
}

/// Expects every word in the time that the device's frequency makes of it, within a tenth: 1 MHz for `device`, 2 MHz for `other`.
pub(crate) fn device_frequencies(ran: &Ran) -> Judged {
    let mut selected = String::new();
    for event in ran.events.iter().filter(|event| event.wire == "spi") {
        match &event.what {
            What::Select { device } => selected.clone_from(device),
            What::Word { .. } => {
                // From the first edge to the last are 7.5 bits.
                let expected_ns = if selected == "device" { 7_500 } else { 3_750 };
                let took_ns = event.until_ns.saturating_sub(event.at_ns);
                if took_ns.abs_diff(expected_ns) > expected_ns / 10 {
                    return Err(format!("a word of {selected} took {took_ns} ns instead of {expected_ns} ns"));
                }
            }
            _ => {}
        }
    }
    Ok(())
}

/// Expects the pin `OUT` to change only after the last word on `strip`.
pub(crate) fn flushed(ran: &Ran) -> Judged {
    let last_ns = ran.events.iter().filter(|event| event.wire == "strip").map(|event| event.until_ns).max();
    let changed_ns = ran.events.iter().filter(|event| event.wire == "OUT").map(|event| event.at_ns).max();
    match (last_ns, changed_ns) {
        (Some(last_ns), Some(changed_ns)) if changed_ns >= last_ns => Ok(()),
        (Some(last_ns), Some(changed_ns)) => {
            Err(format!("OUT changed at {changed_ns} ns, and words went on to {last_ns} ns"))
        }
        _ => Err("there were no words, or the pin did not change".to_owned()),
    }
}

/// Expects delays between the changes of `OUT`: at least these, in nanoseconds.
fn between_changes(ran: &Ran, least_ns: &[u64]) -> Judged {
    // Number 0 is the initial level.
    least_ns.iter().enumerate().try_for_each(|(index, least_ns)| gap(ran, "OUT", index + 1, *least_ns))
}

/// Expects the delays of D-01.
pub(crate) fn delays(ran: &Ran) -> Judged {
    between_changes(ran, &[1, 1_500, 777_000, 3_000_000, 45_000_000])
}

/// Expects a delay of 50 ms, and not one of an hour.
pub(crate) fn fifty_ms(ran: &Ran) -> Judged {
    between_changes(ran, &[50_000_000])?;
    match gap(ran, "OUT", 1, 3_600_000_000_000) {
        Err(_) => Ok(()),
        Ok(()) => Err("a delay of 50 ms took more than an hour".to_owned()),
    }
}

/// Expects the delays of D-02.
pub(crate) fn long_delays(ran: &Ran) -> Judged {
    between_changes(ran, &[4_294_968_000, 4_295_000_000, 5_000_000_000, 8_600_000_000])
}

/// Expects one delay of more nanoseconds than 32 bits can say.
pub(crate) fn long_delay(ran: &Ran) -> Judged {
    between_changes(ran, &[4_294_968_000])
}

/// Expects every dropped transaction to be whole or not there, and the one after it to be as if nothing had been.
pub(crate) fn whole_after_drops(ran: &Ran) -> Judged {
    let transactions = spi_transactions(ran);
    let kept = transactions.iter().filter(|text| text.trim_start_matches("clock-low ") == "[device 09>80 ]").count();
    if kept != 5 {
        return Err(format!("{kept} of 5 transactions that were not dropped are on the wires: {transactions:?}"));
    }
    // Select, a word, 20 words, a word, deselect.
    let whole = |text: &str| text.trim_start_matches("clock-high ").split(' ').count() == 24 && text.ends_with(']');
    let dropped = transactions.iter().filter(|text| !text.contains("09>"));
    match dropped.clone().find(|text| !whole(text)) {
        Some(text) => Err(format!("a dropped transaction was cut: {text}")),
        None if dropped.count() == 0 => Err("no transaction went out, although one had time to".to_owned()),
        None => Ok(()),
    }
}

/// Expects a thousand delays of 0 to take less than a millisecond each.
pub(crate) fn promptly(ran: &Ran) -> Judged {
    match gap(ran, "OUT", 1, 1_000_000_000) {
        Err(_) if ran.events.iter().filter(|event| event.wire == "OUT").count() == 3 => Ok(()),
        Err(why) => Err(why),
        Ok(()) => Err("1000 delays of 0 took more than a second".to_owned()),
    }
}

/// Expects the guest to have been stopped within the bound that a host may take: half a second.
pub(crate) fn stopped_in_time(ran: &Ran) -> Judged {
    const BOUND_NS: u64 = 500_000_000;
    match ran.ending {
        Ending::Stopped { late_ns } if late_ns <= BOUND_NS => Ok(()),
        Ending::Stopped { late_ns } => Err(format!("the guest ended {late_ns} ns after it was to stop")),
        _ => Err("the guest was not stopped".to_owned()),
    }
}
