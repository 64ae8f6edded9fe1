//! Each import that writes or reads, ungranted, read-only, and at and past each limit: the exact refusal, and nothing on the wires.

use wasm_embedded_host::Limits;
use wasmtime::component::Val;

use crate::lab::{Calls, Lab, READ_ONLY, READ_WRITE, TEN_BIT_READ_ONLY, TEN_BIT_READ_WRITE, name};
use crate::table::{Does, Row, rows, seven_bit, ten_bit};

/// The refusal and the error of a call that a limit stops.
type Refused = (&'static str, String);

/// A row within limits, and what comes of it.
struct Case<'a> {
    row: &'a Row,
    calls: Calls,
}

impl Case<'_> {
    /// Checks that the call succeeds within limits, with all of its traffic.
    fn succeeds(&self, limits: Limits) {
        let (ended, refusals, wires) = self.outcome(limits, &seven_bit(READ_WRITE));
        let function = self.row.function;
        assert_eq!((ended.as_str(), &refusals), ("ok", &Vec::new()), "{function} within {limits:?}");
        assert_eq!(wires, self.row.wires_at("0x50"), "{function} within {limits:?}");
    }

    /// Checks that the call is refused by limits, and nothing comes of it.
    fn is_refused(&self, limits: Limits, (error, refusal): Refused) {
        let (ended, refusals, wires) = self.outcome(limits, &seven_bit(READ_WRITE));
        let function = self.row.function;
        assert_eq!((ended.as_str(), refusals), (error, vec![refusal]), "{function} within {limits:?}");
        assert_eq!(wires, [""; 0], "{function} within {limits:?}");
    }

    /// Checks a limit: what is asked for is allowed, one less is not.
    fn is_bounded_by(&self, limit: &str, label: &str, asked: u64, limits: impl Fn(u64) -> Limits) {
        self.succeeds(limits(asked));
        let Some(less) = asked.checked_sub(1) else { return };
        self.is_refused(limits(less), ("too-long", format!("{label}: {limit} {asked} > {less}")));
    }

    fn outcome(&self, limits: Limits, address: &Val) -> (String, Vec<String>, Vec<String>) {
        let mut lab = Lab::new(self.calls, limits);
        let ended = self.row.call_at(&mut lab, address);
        (ended, lab.hardware.take_refusals(), lab.hardware.take_wires())
    }
}

/// Returns a number that is a `u32` in the limits.
fn small(number: u64) -> u32 {
    u32::try_from(number).expect("the rows have small numbers")
}

fn bytes(number: u64) -> Limits {
    let mut limits = Limits::default();
    limits.transaction_bytes = small(number);
    limits
}

fn operations(number: u64) -> Limits {
    let mut limits = Limits::default();
    limits.operations = small(number);
    limits
}

fn time_ns(number: u64) -> Limits {
    let mut limits = Limits::default();
    limits.transaction_time_ns = number;
    limits
}

fn delay_ns(number: u64) -> Limits {
    let mut limits = Limits::default();
    limits.transaction_delay_ns = number;
    limits
}

fn for_each(check: impl Fn(Case<'_>)) {
    for calls in Calls::ALL {
        for (row, _) in rows(*calls) {
            check(Case { row, calls: *calls });
        }
    }
}

#[test]
fn within_the_limits_every_call_does_what_it_is_for() {
    for_each(|case| case.succeeds(Limits::default()));
}

#[test]
fn every_transaction_is_bounded_in_bytes_operations_and_time() {
    for_each(|case| match case.row.does {
        Does::I2c { written, read, starts, operations: listed, .. } => {
            case.is_bounded_by("transaction-bytes", "i2c", written.max(read), bytes);
            // UM10204, section 3.1: nine clocks for an address or a byte, and each START and the STOP, at a clock of 1 us.
            let clocks = (written + read + starts) * 9 + starts + 1;
            case.is_bounded_by("transaction-time-ns", "i2c", clocks * 1000, time_ns);
            if let Some(listed) = listed {
                case.is_bounded_by("operations", "i2c", listed.into(), operations);
            }
        }
        Does::Spi { written, read, words, delay_ns: delay, operations: listed } => {
            let label = if case.row.function.contains("bus") { "bus" } else { "device" };
            case.is_bounded_by("transaction-bytes", label, written.max(read), bytes);
            case.is_bounded_by("transaction-time-ns", label, words * 8000 + delay, time_ns);
            case.is_bounded_by("transaction-delay-ns", label, delay, delay_ns);
            if let Some(listed) = listed {
                case.is_bounded_by("operations", label, listed.into(), operations);
            }
        }
        Does::Port { bytes: len, .. } => case.is_bounded_by("transaction-bytes", "port", len, bytes),
        Does::Opens { .. } | Does::Text | Does::One => {}
    });
}

#[test]
fn an_address_that_is_not_granted_is_never_reached() {
    for_each(|case| {
        let Does::I2c { .. } = case.row.does else { return };
        let addresses = [
            (seven_bit(0x52), "0x52"),
            (seven_bit(0x00), "0x00"),
            (seven_bit(0x80), "0x80"),
            (seven_bit(0xd0), "0xd0"),
            (ten_bit(0x050), "0x050 (10-bit)"),
            (ten_bit(0x152), "0x152 (10-bit)"),
            (ten_bit(0x400), "0x400 (10-bit)"),
        ];
        for (address, said) in addresses {
            let expected = ("denied".to_owned(), vec![format!("i2c: {said}")], Vec::new());
            assert_eq!(case.outcome(Limits::default(), &address), expected, "{} at {said}", case.row.function);
        }
    });
}

#[test]
fn an_address_for_reading_is_read_and_never_written() {
    for_each(|case| {
        let Does::I2c { writes, .. } = case.row.does else { return };
        let addresses = [(seven_bit(READ_ONLY), "0x51"), (ten_bit(TEN_BIT_READ_ONLY), "0x151 (10-bit)")];
        for (address, said) in addresses {
            let expected = match writes {
                true => ("denied".to_owned(), vec![format!("i2c: {said} is read-only")], Vec::new()),
                false => ("ok".to_owned(), Vec::new(), case.row.wires_at(said)),
            };
            assert_eq!(case.outcome(Limits::default(), &address), expected, "{} at {said}", case.row.function);
        }
        let (said, address) = ("0x150 (10-bit)", ten_bit(TEN_BIT_READ_WRITE));
        let expected = ("ok".to_owned(), Vec::new(), case.row.wires_at(said));
        assert_eq!(case.outcome(Limits::default(), &address), expected, "{} at {said}", case.row.function);
    });
}

#[test]
fn a_port_for_reading_is_never_written() {
    for_each(|case| {
        let Does::Port { writes, .. } = case.row.does else { return };
        let mut lab = Lab::new(case.calls, Limits::default());
        let ended = case.row.call_on(&mut lab, "listener", &seven_bit(0));
        let outcome = (ended.as_str(), lab.hardware.take_refusals(), lab.hardware.take_wires());
        let expected = match writes {
            true => ("denied", vec!["listener is read-only".to_owned()], Vec::new()),
            false => ("ok", Vec::new(), case.row.wires_at("")),
        };
        assert_eq!(outcome, expected, "{}", case.row.function);
    });
}

#[test]
fn texts_are_cut_at_whole_characters() {
    for_each(|case| {
        let Does::Text = case.row.does else { return };
        let mut limits = Limits::default();
        limits.text_bytes = 3;
        let (_, _, wires) = case.outcome(limits, &seven_bit(0));
        let cut: Vec<_> = case.row.wires.split(' ').map(|word| if word == "target" { "tar" } else { word }).collect();
        assert_eq!(wires, [cut.join(" ").replace("message", "mes")], "{}", case.row.function);
    });
}

#[test]
fn a_call_that_names_other_bytes_than_it_carries_is_refused() {
    let short = Val::Record(vec![("low".to_owned(), Val::U64(0)), ("high".to_owned(), Val::U64(0))]);
    for calls in Calls::ALL {
        for (row, _) in rows(*calls).iter().filter(|(row, _)| row.function.ends_with("-short")) {
            for (write_len, read_len) in [(17, 0), (0, 17), (17, 17), (16, 17)] {
                let mut lab = Lab::new(*calls, Limits::default());
                let handle = row.open(&mut lab).expect("it has a handle");
                let mut arguments = vec![Val::Resource(handle)];
                arguments.extend(matches!(row.does, Does::I2c { .. }).then(|| seven_bit(READ_WRITE)));
                arguments.extend([short.clone(), Val::U32(write_len), Val::U32(read_len)]);
                let ended = name(lab.call(row.function, &arguments));
                assert_eq!(ended, "too-long", "{} {write_len} {read_len}", row.function);
                let refusals = lab.hardware.take_refusals();
                assert!(matches!(&*refusals, [one] if one.ends_with(": named 17, carried 16")), "{refusals:?}");
                assert_eq!(lab.hardware.take_wires(), [""; 0]);
            }
        }
    }
}

#[test]
fn a_read_of_nothing_is_unsupported_and_reaches_nothing() {
    let operations = |list: &[(&str, u32)]| {
        let record = |&(direction, len): &(&str, u32)| {
            let direction = ("direction".to_owned(), Val::Enum(direction.to_owned()));
            Val::Record(vec![direction, ("len".to_owned(), Val::U32(len))])
        };
        Val::List(list.iter().map(record).collect())
    };
    let byte = || Val::List(vec![Val::U8(1)]);
    let nothing = || Val::List(Vec::new());
    let lists = || {
        [
            vec![operations(&[("read", 0)]), nothing()],
            vec![operations(&[("write", 1), ("read", 0), ("read", 0)]), byte()],
            vec![operations(&[("read", 0), ("write", 1)]), byte()],
        ]
    };
    for calls in Calls::ALL {
        let mut cases = vec![("i2c-bus-read", vec![Val::U32(0)]), ("i2c-bus-write-read", vec![byte(), Val::U32(0)])];
        cases.extend(lists().map(|arguments| ("i2c-bus-transaction", arguments)));
        #[cfg(feature = "async")]
        if *calls == Calls::Asynchronous {
            cases.extend(lists().map(|arguments| ("i2c-async-transaction", arguments)));
        }
        let mut lab = Lab::new(*calls, Limits::default());
        let bus = Val::Resource(lab.open("i2c-bus-open", "i2c").expect("it is granted"));
        for (function, arguments) in cases {
            let arguments = [vec![bus.clone(), seven_bit(READ_WRITE)], arguments].concat();
            assert_eq!(name(lab.call(function, &arguments)), "unsupported", "{function}");
            assert_eq!(lab.hardware.take_wires(), [""; 0], "{function}");
        }
    }
}
