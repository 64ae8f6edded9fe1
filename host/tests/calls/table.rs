//! What each function of the package does, for the tests that go through all of them.

use wasmtime::component::Val;

use crate::lab::{Calls, Lab, READ_WRITE, functions};

/// A call of a function.
pub(crate) struct Row {
    pub(crate) function: &'static str,
    /// How its handle is opened, and of which label.
    handle: Option<(&'static str, &'static str)>,
    arguments: &'static [Argument],
    pub(crate) does: Does,
    /// What reaches the devices.
    pub(crate) wires: &'static str,
}

/// An argument beside the handle.
#[derive(Clone, Copy)]
pub(crate) enum Argument {
    Address,
    /// A list of so many bytes.
    Bytes(u32),
    Len(u32),
    /// Room for 16 bytes.
    Short,
    /// Operations: whether they read, and how many bytes.
    I2c(&'static [(bool, u32)]),
    /// Operations: bytes written, bytes read, nanoseconds waited.
    Spi(&'static [(u32, u32, u32)]),
    Enum(&'static str),
    Text(&'static str),
    U16(u16),
    U64(u64),
}

/// What there is to be allowed or refused.
#[derive(Clone, Copy)]
pub(crate) enum Does {
    /// Opens a label.
    Opens { label: &'static str },
    /// A transaction at an address: bytes written and read, its STARTs, and how many operations a list has.
    I2c { writes: bool, written: u64, read: u64, starts: u64, operations: Option<u32> },
    /// A transaction of so many words.
    Spi { written: u64, read: u64, words: u64, delay_ns: u64, operations: Option<u32> },
    /// Bytes over a serial port, or waiting for it.
    Port { writes: bool, bytes: u64 },
    /// Texts for the log.
    Text,
    /// Nothing that is bounded: one action, a question or a wait.
    One,
}

use Argument::{Address, Bytes, Enum, I2c, Len, Short, Spi, Text, U16, U64};

const I2C: Option<(&str, &str)> = Some(("i2c-bus-open", "i2c"));
const DEVICE: Option<(&str, &str)> = Some(("spi-device-open", "device"));
const BUS: Option<(&str, &str)> = Some(("spi-bus-open", "bus"));
const OUTPUT: Option<(&str, &str)> = Some(("digital-output-pin-open", "output"));
const INPUT: Option<(&str, &str)> = Some(("digital-input-pin-open", "input"));
const IO: Option<(&str, &str)> = Some(("digital-io-pin-open", "io"));
const PWM: Option<(&str, &str)> = Some(("pwm-output-open", "pwm"));
const PORT: Option<(&str, &str)> = Some(("uart-port-open", "port"));
const ADC: Option<(&str, &str)> = Some(("adc-input-open", "adc"));

const fn row(
    function: &'static str,
    handle: Option<(&'static str, &'static str)>,
    arguments: &'static [Argument],
    does: Does,
    wires: &'static str,
) -> Row {
    Row { function, handle, arguments, does, wires }
}

const fn opens(function: &'static str, label: &'static str) -> Row {
    row(function, None, &[], Does::Opens { label }, "")
}

const fn i2c(writes: bool, written: u64, read: u64, starts: u64) -> Does {
    Does::I2c { writes, written, read, starts, operations: None }
}

const fn spi(written: u64, read: u64, words: u64) -> Does {
    Does::Spi { written, read, words, delay_ns: 0, operations: None }
}

/// Operations of I2C: two writes that are one, a read, a write, and a read in two parts.
const I2C_LIST: Argument = I2c(&[(false, 1), (false, 2), (true, 4), (false, 2), (true, 3), (true, 3)]);
const I2C_LIST_DOES: Does = Does::I2c { writes: true, written: 5, read: 10, starts: 4, operations: Some(6) };
const I2C_READS: Argument = I2c(&[(true, 4), (true, 2)]);
const I2C_READS_DOES: Does = Does::I2c { writes: false, written: 0, read: 6, starts: 1, operations: Some(2) };
/// Operations of I2C that are parts of one transfer each, some of them empty.
const I2C_PARTS: Argument = I2c(&[(true, 0), (true, 4), (false, 0), (false, 2), (true, 3), (true, 0)]);
const I2C_PARTS_DOES: Does = Does::I2c { writes: true, written: 2, read: 7, starts: 3, operations: Some(6) };
/// Operations of SPI: a write, a wait, a transfer of more words than bytes are kept, and a read with a wait.
const SPI_LIST: Argument = Spi(&[(3, 0, 0), (0, 0, 700), (5, 2, 0), (0, 6, 300)]);
const SPI_LIST_DOES: Does = Does::Spi { written: 8, read: 8, words: 14, delay_ns: 1000, operations: Some(4) };

/// The functions of blocking guests.
const BLOCKING: &[Row] = &[
    opens("i2c-bus-open", "i2c"),
    row("i2c-bus-read", I2C, &[Address, Len(20)], i2c(false, 0, 20, 1), "r20"),
    row("i2c-bus-write", I2C, &[Address, Bytes(20)], i2c(true, 20, 0, 1), "w20"),
    row("i2c-bus-write", I2C, &[Address, Bytes(0)], i2c(true, 0, 0, 1), "w0"),
    row("i2c-bus-write-read", I2C, &[Address, Bytes(3), Len(20)], i2c(true, 3, 20, 2), "w3 r20"),
    row("i2c-bus-write-read", I2C, &[Address, Bytes(20), Len(3)], i2c(true, 20, 3, 2), "w20 r3"),
    row("i2c-bus-write-read-short", I2C, &[Address, Short, Len(2), Len(6)], i2c(true, 2, 6, 2), "w2 r6"),
    row("i2c-bus-write-read-short", I2C, &[Address, Short, Len(0), Len(6)], i2c(false, 0, 6, 1), "r6"),
    row("i2c-bus-write-read-short", I2C, &[Address, Short, Len(2), Len(0)], i2c(true, 2, 0, 1), "w2"),
    row("i2c-bus-write-read-short", I2C, &[Address, Short, Len(0), Len(0)], i2c(true, 0, 0, 1), "w0"),
    row("i2c-bus-transaction", I2C, &[Address, I2C_LIST, Bytes(5)], I2C_LIST_DOES, "w1 w2 r4 w2 r3 r3"),
    row("i2c-bus-transaction", I2C, &[Address, I2C_READS, Bytes(0)], I2C_READS_DOES, "r4 r2"),
    row("i2c-bus-transaction", I2C, &[Address, I2C_PARTS, Bytes(2)], I2C_PARTS_DOES, "r0 r4 w0 w2 r3 r0"),
    opens("spi-device-open", "device"),
    row("spi-device-read", DEVICE, &[Len(20)], spi(0, 20, 20), "spi r20"),
    row("spi-device-write", DEVICE, &[Bytes(20)], spi(20, 0, 20), "spi w20"),
    row("spi-device-transfer", DEVICE, &[Bytes(3), Len(20)], spi(3, 20, 20), "spi w3r20"),
    row("spi-device-transfer", DEVICE, &[Bytes(20), Len(3)], spi(20, 3, 20), "spi w20r3"),
    row("spi-device-transfer-short", DEVICE, &[Short, Len(2), Len(6)], spi(2, 6, 6), "spi w2r6"),
    row("spi-device-transfer-short", DEVICE, &[Short, Len(0), Len(6)], spi(0, 6, 6), "spi r6"),
    row("spi-device-transfer-short", DEVICE, &[Short, Len(6), Len(0)], spi(6, 0, 6), "spi w6"),
    row("spi-device-transaction", DEVICE, &[SPI_LIST, Bytes(8)], SPI_LIST_DOES, "spi w3 d700 w5r2 r6 d300"),
    opens("spi-bus-open", "bus"),
    row("spi-bus-read", BUS, &[Len(20)], spi(0, 20, 20), "spi r20"),
    row("spi-bus-write", BUS, &[Bytes(20)], spi(20, 0, 20), "spi w20"),
    row("spi-bus-transfer", BUS, &[Bytes(3), Len(20)], spi(3, 20, 20), "spi w3r20"),
    row("spi-bus-transfer-short", BUS, &[Short, Len(6), Len(2)], spi(6, 2, 6), "spi w6r2"),
    row("spi-bus-flush", BUS, &[], Does::One, "spi flush"),
    opens("digital-output-pin-open", "output"),
    row("digital-output-pin-set", OUTPUT, &[Enum("high")], Does::One, "set High"),
    row("digital-output-pin-toggle", OUTPUT, &[], Does::One, "set High"),
    row("digital-output-pin-commanded", OUTPUT, &[], Does::One, ""),
    opens("digital-input-pin-open", "input"),
    row("digital-input-pin-level", INPUT, &[], Does::One, "level"),
    opens("digital-io-pin-open", "io"),
    row("digital-io-pin-set", IO, &[Enum("low")], Does::One, "set Low"),
    row("digital-io-pin-toggle", IO, &[], Does::One, "set High"),
    row("digital-io-pin-commanded", IO, &[], Does::One, ""),
    row("digital-io-pin-level", IO, &[], Does::One, "level"),
    opens("pwm-output-open", "pwm"),
    row("pwm-output-max-duty", PWM, &[], Does::One, ""),
    row("pwm-output-set-duty", PWM, &[U16(1000)], Does::One, "duty 1000"),
    opens("uart-port-open", "port"),
    row("uart-port-read", PORT, &[Len(20)], Does::Port { writes: false, bytes: 20 }, "receive 20"),
    row("uart-port-write", PORT, &[Bytes(20)], Does::Port { writes: true, bytes: 20 }, "send 20"),
    row("uart-port-flush", PORT, &[], Does::Port { writes: false, bytes: 0 }, "drain"),
    row("uart-port-read-ready", PORT, &[], Does::Port { writes: false, bytes: 0 }, "readable"),
    row("uart-port-write-ready", PORT, &[], Does::Port { writes: false, bytes: 0 }, "writable"),
    opens("adc-input-open", "adc"),
    row("adc-input-resolution-bits", ADC, &[], Does::One, ""),
    row("adc-input-read-raw", ADC, &[], Does::One, "raw"),
    row("adc-input-read-microvolts", ADC, &[], Does::One, "microvolts"),
    row("delay-delay-ns", None, &[U64(5)], Does::One, "delay 5"),
    row("clock-now-ns", None, &[], Does::One, "now"),
    row("log-max-level", None, &[], Does::One, ""),
    row("log-log", None, &[Enum("info"), Text("target"), Text("message")], Does::Text, "Info target message"),
    row("log-panicked", None, &[Text("message")], Does::Text, "panicked message"),
    row("log-print", None, &[Text("message")], Does::Text, "print message"),
];

/// Those that only asynchronous guests import.
#[cfg(feature = "async")]
const ASYNCHRONOUS: &[Row] = &[
    row("i2c-async-write-read-short", I2C, &[Address, Short, Len(2), Len(6)], i2c(true, 2, 6, 2), "w2 r6"),
    row("i2c-async-write-read-short", I2C, &[Address, Short, Len(0), Len(6)], i2c(false, 0, 6, 1), "r6"),
    row("i2c-async-write-read-short", I2C, &[Address, Short, Len(2), Len(0)], i2c(true, 2, 0, 1), "w2"),
    row("i2c-async-write-read-short", I2C, &[Address, Short, Len(0), Len(0)], i2c(true, 0, 0, 1), "w0"),
    row("i2c-async-write", I2C, &[Address, Bytes(20)], i2c(true, 20, 0, 1), "w20"),
    row("i2c-async-transaction", I2C, &[Address, I2C_LIST, Bytes(5)], I2C_LIST_DOES, "w1 w2 r4 w2 r3 r3"),
    row("i2c-async-transaction", I2C, &[Address, I2C_READS, Bytes(0)], I2C_READS_DOES, "r4 r2"),
    row("i2c-async-transaction", I2C, &[Address, I2C_PARTS, Bytes(2)], I2C_PARTS_DOES, "r0 r4 w0 w2 r3 r0"),
    row("spi-async-device-transfer-short", DEVICE, &[Short, Len(2), Len(6)], spi(2, 6, 6), "spi w2r6"),
    row("spi-async-device-transfer-short", DEVICE, &[Short, Len(6), Len(0)], spi(6, 0, 6), "spi w6"),
    row("spi-async-device-write", DEVICE, &[Bytes(20)], spi(20, 0, 20), "spi w20"),
    row("spi-async-device-transaction", DEVICE, &[SPI_LIST, Bytes(8)], SPI_LIST_DOES, "spi w3 d700 w5r2 r6 d300"),
    row("spi-async-bus-transfer-short", BUS, &[Short, Len(6), Len(2)], spi(6, 2, 6), "spi w6r2"),
    row("spi-async-bus-write", BUS, &[Bytes(20)], spi(20, 0, 20), "spi w20"),
    row("spi-async-bus-transfer", BUS, &[Bytes(3), Len(20)], spi(3, 20, 20), "spi w3r20"),
    row("spi-async-bus-flush", BUS, &[], Does::One, "spi flush"),
    row("digital-async-wait-input", INPUT, &[Enum("low")], Does::One, "wait Level(Low)"),
    row("digital-async-wait-io", IO, &[Enum("rising-edge")], Does::One, "wait Edge(High)"),
    row("uart-async-wait-read", PORT, &[], Does::Port { writes: false, bytes: 0 }, "wait Read"),
    row("uart-async-wait-write", PORT, &[], Does::Port { writes: true, bytes: 0 }, "wait Write"),
    row("uart-async-wait-sent", PORT, &[], Does::Port { writes: false, bytes: 0 }, "wait Sent"),
    row("delay-async-wait-ns", None, &[U64(5)], Does::One, "delay 5"),
];

/// Those that only asynchronous guests import, and that wait for nothing.
#[cfg(feature = "async")]
const WATCHES: &[Row] = &[
    row("digital-async-watch-input", INPUT, &[], Does::One, "watch"),
    row("digital-async-watch-io", IO, &[], Does::One, "watch"),
];

/// What stands outside of the table: it takes the handle of a reply instead of a label's, which `handles.rs` tests, or that of a pin
/// which is watched, which `edges.rs` tests.
const OUTSIDE: [&str; 5] = [
    "reply-reply-take",
    "digital-async-take-edge-input",
    "digital-async-take-edge-io",
    "digital-async-wait-edge-input",
    "digital-async-wait-edge-io",
];

/// Returns the rows of all functions that guests for an engine may import, each with whether it is asynchronous.
pub(crate) fn rows(calls: Calls) -> Vec<(&'static Row, bool)> {
    let blocking = BLOCKING.iter().map(|row| (row, false));
    match calls {
        Calls::Blocking => blocking.collect(),
        #[cfg(feature = "async")]
        Calls::Asynchronous => {
            let waits = ASYNCHRONOUS.iter().map(|row| (row, true));
            blocking.chain(waits).chain(WATCHES.iter().map(|row| (row, false))).collect()
        }
    }
}

impl Row {
    /// Carries out the call at an address that may be read and written.
    pub(crate) fn call(&self, lab: &mut Lab) -> String {
        self.call_at(lab, &seven_bit(READ_WRITE))
    }

    /// Carries out the call at an address.
    pub(crate) fn call_at(&self, lab: &mut Lab, address: &Val) -> String {
        self.call_on(lab, self.handle.map_or("", |(_, label)| label), address)
    }

    /// Carries out the call on a label, and closes it again.
    pub(crate) fn call_on(&self, lab: &mut Lab, label: &str, address: &Val) -> String {
        if let Does::Opens { label } = self.does {
            let ended = lab.call(self.function, &[Val::String(label.into())]);
            if let Ok((_, Some(Val::Resource(handle)))) = ended {
                lab.drop_handle(handle);
                return "ok".to_owned();
            }
            return crate::lab::name(ended);
        }
        let handle = self.handle.map(|(open, _)| lab.open(open, label).expect("the label can be opened"));
        self.call_with(lab, handle, address)
    }

    /// Carries out the call with a handle that is open, and closes that, unless the guest has trapped.
    pub(crate) fn call_with(
        &self,
        lab: &mut Lab,
        handle: Option<wasmtime::component::ResourceAny>,
        address: &Val,
    ) -> String {
        let mut arguments: Vec<_> = handle.map(Val::Resource).into_iter().collect();
        arguments.extend(self.arguments.iter().map(|argument| argument.value(address)));
        let ended = lab.call(self.function, &arguments);
        if let Ok((_, value)) = &ended {
            if let Some(Val::Resource(reply)) = value {
                lab.drop_handle(*reply);
            }
            if let Some(handle) = handle {
                lab.drop_handle(handle);
            }
        }
        crate::lab::name(ended)
    }

    /// Opens the call's label.
    pub(crate) fn open(&self, lab: &mut Lab) -> Option<wasmtime::component::ResourceAny> {
        self.handle.map(|(open, label)| lab.open(open, label).expect("the label can be opened"))
    }

    /// Returns what reaches the devices of a call at an address, which stands before the traffic on I2C.
    pub(crate) fn wires_at(&self, address: &str) -> Vec<String> {
        match (self.wires, self.does) {
            ("", _) => Vec::new(),
            (wires, Does::I2c { .. }) => vec![format!("{address} {wires}")],
            (wires, _) => vec![wires.to_owned()],
        }
    }
}

impl Argument {
    pub(crate) fn value(self, address: &Val) -> Val {
        let record = |fields: &[(&str, Val)]| {
            Val::Record(fields.iter().map(|(name, value)| ((*name).to_owned(), value.clone())).collect())
        };
        match self {
            Address => address.clone(),
            Bytes(len) => Val::List((0..len).map(|_| Val::U8(0xa5)).collect()),
            Len(len) => Val::U32(len),
            Short => record(&[("low", Val::U64(1)), ("high", Val::U64(2))]),
            I2c(list) => Val::List(
                list.iter()
                    .map(|(is_read, len)| {
                        let direction = Val::Enum(if *is_read { "read" } else { "write" }.to_owned());
                        record(&[("direction", direction), ("len", Val::U32(*len))])
                    })
                    .collect(),
            ),
            Spi(list) => Val::List(
                list.iter()
                    .map(|(written, read, delay)| {
                        let fields = [("write-len", *written), ("read-len", *read), ("delay-ns", *delay)];
                        record(&fields.map(|(name, value)| (name, Val::U32(value))))
                    })
                    .collect(),
            ),
            Enum(name) => Val::Enum(name.to_owned()),
            Text(text) => Val::String(text.to_owned()),
            U16(value) => Val::U16(value),
            U64(value) => Val::U64(value),
        }
    }
}

/// Returns an address of seven bits.
pub(crate) fn seven_bit(address: u8) -> Val {
    Val::Variant("seven-bit".to_owned(), Some(Box::new(Val::U8(address))))
}

/// Returns an address of ten bits.
pub(crate) fn ten_bit(address: u16) -> Val {
    Val::Variant("ten-bit".to_owned(), Some(Box::new(Val::U16(address))))
}

#[test]
fn every_function_of_the_package_has_a_row() {
    for calls in Calls::ALL {
        let (functions, rows) = (functions(*calls), rows(*calls));
        for function in &functions {
            let has_row = rows.iter().any(|(row, _)| row.function == function) || OUTSIDE.contains(&function.as_str());
            assert!(has_row, "{function} has no row in the table of host/tests/calls/table.rs");
        }
        for (row, _) in rows {
            assert!(functions.iter().any(|function| function == row.function), "{} is gone", row.function);
        }
    }
}
