//! Three ways to a device, one admission: a bad request is refused with the same words to the log, and reaches nothing, whether a guest
//! makes it in a blocking call, in an asynchronous one, or an operator from the command line.

use embedded_hal::{i2c as hal_i2c, spi as hal_spi};
use wasm_embedded_host::{DirectError, Limits, i2c};
use wasmtime::component::Val;

use crate::hardware::Hardware;
use crate::lab::{Calls, Lab, READ_ONLY, READ_WRITE, TEN_BIT_READ_ONLY, context, name};
use crate::table::{Argument, seven_bit, ten_bit};

/// What is asked for.
enum Request {
    /// Operations at an address: whether they read, and how many bytes.
    I2c(i2c::Address, &'static [(bool, u32)]),
    /// Operations: bytes written, bytes read, nanoseconds waited.
    Spi(&'static [(u32, u32, u32)]),
    /// A pin of this label, as an input.
    Level(&'static str),
    /// A bus of this label.
    OpenI2c(&'static str),
    /// A device of this label.
    OpenSpi(&'static str),
}

/// What each way comes to: the name of the guest's error, and what the log heard.
type Outcome = (String, Vec<String>);

struct Row {
    request: Request,
    limits: fn(Limits) -> Limits,
    /// The guest's error, and the refusal; none if it is no refusal but what no hardware can do.
    expected: (&'static str, Option<&'static str>),
}

const fn row(
    request: Request,
    limits: fn(Limits) -> Limits,
    error: &'static str,
    refusal: Option<&'static str>,
) -> Row {
    Row { request, limits, expected: (error, refusal) }
}

const SAME: fn(Limits) -> Limits = |limits| limits;
const TARGET: i2c::Address = i2c::Address::SevenBit(READ_WRITE);

const ROWS: &[Row] = &[
    row(Request::OpenI2c("nothing"), SAME, "unknown-label", Some("unknown nothing")),
    row(Request::OpenI2c("device"), SAME, "wrong-kind", Some("device is an SPI device, not an I2C bus")),
    row(Request::OpenSpi("nothing"), SAME, "unknown-label", Some("unknown nothing")),
    row(Request::OpenSpi("i2c"), SAME, "wrong-kind", Some("i2c is an I2C bus, not an SPI device")),
    row(Request::Level("nothing"), SAME, "unknown-label", Some("unknown nothing")),
    row(Request::Level("output"), SAME, "wrong-kind", Some("output is an output pin, not an input pin")),
    row(Request::I2c(i2c::Address::SevenBit(0x52), &[(true, 1)]), SAME, "denied", Some("i2c: 0x52")),
    row(Request::I2c(i2c::Address::SevenBit(0xd0), &[(false, 1)]), SAME, "denied", Some("i2c: 0xd0")),
    row(Request::I2c(i2c::Address::TenBit(0x50), &[(true, 1)]), SAME, "denied", Some("i2c: 0x050 (10-bit)")),
    row(
        Request::I2c(i2c::Address::SevenBit(READ_ONLY), &[(false, 1), (true, 2)]),
        SAME,
        "denied",
        Some("i2c: 0x51 is read-only"),
    ),
    row(
        Request::I2c(i2c::Address::TenBit(TEN_BIT_READ_ONLY), &[(false, 1)]),
        SAME,
        "denied",
        Some("i2c: 0x151 (10-bit) is read-only"),
    ),
    row(
        Request::I2c(TARGET, &[(false, 1), (true, 2), (true, 2)]),
        |limits| limits.operations(2),
        "too-long",
        Some("i2c: operations 3 > 2"),
    ),
    row(
        Request::I2c(TARGET, &[(false, 20), (true, 7)]),
        |limits| limits.transaction_bytes(19),
        "too-long",
        Some("i2c: transaction-bytes 20 > 19"),
    ),
    // 25 bytes and addresses of nine clocks, two STARTs and a STOP.
    row(
        Request::I2c(TARGET, &[(false, 3), (true, 20)]),
        |limits| limits.transaction_time_ns(227_999),
        "too-long",
        Some("i2c: transaction-time-ns 228000 > 227999"),
    ),
    row(Request::I2c(TARGET, &[(false, 1), (true, 0)]), SAME, "unsupported", None),
    row(
        Request::Spi(&[(3, 0, 0), (0, 2, 0), (2, 2, 0)]),
        |limits| limits.operations(2),
        "too-long",
        Some("device: operations 3 > 2"),
    ),
    row(
        Request::Spi(&[(3, 0, 0), (2, 9, 0)]),
        |limits| limits.transaction_bytes(8),
        "too-long",
        Some("device: transaction-bytes 9 > 8"),
    ),
    row(
        Request::Spi(&[(3, 0, 501)]),
        |limits| limits.transaction_delay_ns(500),
        "too-long",
        Some("device: transaction-delay-ns 501 > 500"),
    ),
    // Twelve words of eight clocks.
    row(
        Request::Spi(&[(3, 0, 0), (2, 9, 0)]),
        |limits| limits.transaction_time_ns(95_999),
        "too-long",
        Some("device: transaction-time-ns 96000 > 95999"),
    ),
];

impl Request {
    /// Makes the request as a guest does, by the functions of `interface` on an engine for `calls`.
    fn by_guest(&self, calls: Calls, is_waited: bool, limits: Limits) -> Outcome {
        let mut lab = Lab::new(calls, limits);
        let mut call = |open: &str, label: &str, function: &str, arguments: &[Argument], address: &Val| {
            let handle = match lab.open(open, label) {
                Ok(handle) => handle,
                Err(error) => return error,
            };
            let mut values = vec![Val::Resource(handle)];
            values.extend(arguments.iter().map(|argument| argument.value(address)));
            name(lab.call(function, &values))
        };
        let ended = match *self {
            Request::I2c(address, operations) => {
                let address = match address {
                    i2c::Address::SevenBit(address) => seven_bit(address),
                    i2c::Address::TenBit(address) => ten_bit(address),
                };
                let written = operations.iter().filter(|(is_read, _)| !is_read).map(|(_, len)| len).sum();
                let function = if is_waited { "i2c-async-transaction" } else { "i2c-bus-transaction" };
                let arguments = [Argument::Address, Argument::I2c(operations), Argument::Bytes(written)];
                call("i2c-bus-open", "i2c", function, &arguments, &address)
            }
            Request::Spi(operations) => {
                let written = operations.iter().map(|(written, ..)| written).sum();
                let function = if is_waited { "spi-async-device-transaction" } else { "spi-device-transaction" };
                let arguments = [Argument::Spi(operations), Argument::Bytes(written)];
                call("spi-device-open", "device", function, &arguments, &seven_bit(0))
            }
            Request::Level(label) => {
                call("digital-input-pin-open", label, "digital-input-pin-level", &[], &seven_bit(0))
            }
            Request::OpenI2c(label) => call("i2c-bus-open", label, "i2c-bus-read", &[], &seven_bit(0)),
            Request::OpenSpi(label) => call("spi-device-open", label, "spi-device-read", &[], &seven_bit(0)),
        };
        assert_eq!(lab.hardware.take_wires(), [""; 0]);
        (ended, lab.hardware.take_refusals())
    }

    /// Makes the request as an operator does, and returns whether it was refused, and what the log heard.
    fn by_operator(&self, limits: Limits) -> (bool, Vec<String>) {
        let hardware = Hardware::default();
        let mut hal = context(&hardware).limits(limits).build();
        let size = |len: u32| usize::try_from(len).expect("a size");
        let was_refused = match *self {
            Request::I2c(address, list) => {
                let mut rooms: Vec<Vec<u8>> = list.iter().map(|(_, len)| vec![0; size(*len)]).collect();
                let operations = list.iter().zip(&mut rooms).map(|((is_read, _), room)| match is_read {
                    true => hal_i2c::Operation::Read(room),
                    false => hal_i2c::Operation::Write(room),
                });
                was_refused(hal.i2c_transaction("i2c", address, &mut operations.collect::<Vec<_>>()))
            }
            Request::Spi(list) => {
                let (sent, mut rooms) = ([0; 64], vec![[0; 64]; list.len()]);
                let mut operations = Vec::new();
                for (&(written, read, delay_ns), room) in list.iter().zip(&mut rooms) {
                    operations.push(hal_spi::Operation::Transfer(&mut room[..size(read)], &sent[..size(written)]));
                    operations.extend((delay_ns > 0).then_some(hal_spi::Operation::DelayNs(delay_ns)));
                }
                was_refused(hal.spi_transaction("device", &mut operations))
            }
            Request::Level(label) => was_refused(hal.pin_level(label)),
            Request::OpenI2c(label) => was_refused(hal.i2c_transaction(label, TARGET, &mut [])),
            Request::OpenSpi(label) => was_refused(hal.spi_transaction(label, &mut [])),
        };
        assert_eq!(hardware.take_wires(), [""; 0]);
        (was_refused, hardware.take_refusals())
    }
}

fn was_refused<R, E>(result: Result<R, DirectError<E>>) -> bool {
    match result {
        Ok(_) => panic!("a bad request was carried out"),
        Err(DirectError::Refused) => true,
        Err(DirectError::Failed(_)) => false,
    }
}

#[test]
fn a_bad_request_is_refused_in_the_same_way_whoever_makes_it() {
    for (number, Row { request, limits, expected: (error, refusal) }) in ROWS.iter().enumerate() {
        let limits = limits(Limits::default());
        let heard: Vec<String> = refusal.iter().map(|refusal| (*refusal).to_owned()).collect();
        for calls in Calls::ALL {
            let blocking = request.by_guest(*calls, false, limits);
            assert_eq!(blocking, ((*error).to_owned(), heard.clone()), "row {number}, blocking");
        }
        #[cfg(feature = "async")]
        {
            let asynchronous = request.by_guest(Calls::Asynchronous, true, limits);
            assert_eq!(asynchronous, ((*error).to_owned(), heard.clone()), "row {number}, asynchronous");
        }
        assert_eq!(request.by_operator(limits), (refusal.is_some(), heard), "row {number}, operator");
    }
}
