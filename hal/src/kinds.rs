//! Every error of the interfaces under its name in this crate, and as embedded-hal's and embedded-io's kind of it.

use core::fmt::Debug;

use crate::bindings::wasm_embedded::hal as host;
use crate::place::Failure;

/// Checks that each number of an interface's errors, in their order, becomes the error it stands for.
fn assert_numbered<E: From<Failure> + PartialEq + Debug>(errors: impl IntoIterator<Item = E>) {
    for (number, error) in (0..).zip(errors) {
        assert_eq!(E::from(Failure::Error(number)), error, "number {number}");
    }
}

#[test]
fn of_i2c() {
    use embedded_hal::i2c::Error as _;
    use embedded_hal::i2c::{ErrorKind, NoAcknowledgeSource};

    use crate::i2c::Error;

    let no_acknowledge = |source| (Error::NoAcknowledge(source), ErrorKind::NoAcknowledge(source));
    let (address, address_kind) = no_acknowledge(NoAcknowledgeSource::Address);
    let (data, data_kind) = no_acknowledge(NoAcknowledgeSource::Data);
    let (unknown, unknown_kind) = no_acknowledge(NoAcknowledgeSource::Unknown);
    let table = [
        (host::i2c::Error::Bus, Error::Bus, ErrorKind::Bus),
        (host::i2c::Error::ArbitrationLoss, Error::ArbitrationLoss, ErrorKind::ArbitrationLoss),
        (host::i2c::Error::NoAcknowledgeAddress, address, address_kind),
        (host::i2c::Error::NoAcknowledgeData, data, data_kind),
        (host::i2c::Error::NoAcknowledgeUnknown, unknown, unknown_kind),
        (host::i2c::Error::Overrun, Error::Overrun, ErrorKind::Overrun),
        (host::i2c::Error::Other, Error::Other, ErrorKind::Other),
        (host::i2c::Error::Denied, Error::Denied, ErrorKind::Other),
        (host::i2c::Error::TooLong, Error::TooLong, ErrorKind::Other),
        (host::i2c::Error::Unsupported, Error::Unsupported, ErrorKind::Other),
        (host::i2c::Error::Busy, Error::Busy, ErrorKind::Other),
    ];
    for (from, error, kind) in table {
        assert_eq!((Error::from(from), error.kind()), (error, kind), "{from:?}");
    }
    assert_numbered(table.map(|(_, error, _)| error));
    assert_eq!(Error::from(Failure::WrongLength), Error::WrongReply);
    assert_eq!(Error::from(Failure::NoMemory), Error::TooLong);
    assert_eq!(Error::WrongReply.kind(), ErrorKind::Other);
}

#[test]
fn of_spi() {
    use embedded_hal::spi::Error as _;
    use embedded_hal::spi::ErrorKind;

    use crate::spi::Error;

    let table = [
        (host::spi::Error::Overrun, Error::Overrun, ErrorKind::Overrun),
        (host::spi::Error::ModeFault, Error::ModeFault, ErrorKind::ModeFault),
        (host::spi::Error::FrameFormat, Error::FrameFormat, ErrorKind::FrameFormat),
        (host::spi::Error::ChipSelectFault, Error::ChipSelectFault, ErrorKind::ChipSelectFault),
        (host::spi::Error::Other, Error::Other, ErrorKind::Other),
        (host::spi::Error::Denied, Error::Denied, ErrorKind::Other),
        (host::spi::Error::TooLong, Error::TooLong, ErrorKind::Other),
        (host::spi::Error::Unsupported, Error::Unsupported, ErrorKind::Other),
        (host::spi::Error::Busy, Error::Busy, ErrorKind::Other),
    ];
    for (from, error, kind) in table {
        assert_eq!((Error::from(from), error.kind()), (error, kind), "{from:?}");
    }
    assert_numbered(table.map(|(_, error, _)| error));
    assert_eq!(Error::from(Failure::WrongLength), Error::WrongReply);
    assert_eq!(Error::from(Failure::NoMemory), Error::TooLong);
    assert_eq!(Error::WrongReply.kind(), ErrorKind::Other);
}

#[test]
fn of_digital() {
    use embedded_hal::digital::Error as _;
    use embedded_hal::digital::ErrorKind;

    use crate::digital::Error;

    let table = [
        (host::digital::Error::Other, Error::Other),
        (host::digital::Error::Denied, Error::Denied),
        (host::digital::Error::Unsupported, Error::Unsupported),
        (host::digital::Error::Busy, Error::Busy),
    ];
    for (from, error) in table {
        // The only kind that embedded-hal has.
        assert_eq!((Error::from(from), error.kind()), (error, ErrorKind::Other), "{from:?}");
    }
    assert_numbered(table.map(|(_, error)| error));
}

#[test]
fn of_pwm() {
    use embedded_hal::pwm::Error as _;
    use embedded_hal::pwm::ErrorKind;

    use crate::pwm::Error;

    let table = [
        (host::pwm::Error::Other, Error::Other),
        (host::pwm::Error::Denied, Error::Denied),
        (host::pwm::Error::OutOfRange, Error::OutOfRange),
        (host::pwm::Error::Unsupported, Error::Unsupported),
        (host::pwm::Error::Busy, Error::Busy),
    ];
    for (from, error) in table {
        // The only kind that embedded-hal has.
        assert_eq!((Error::from(from), error.kind()), (error, ErrorKind::Other), "{from:?}");
    }
}

#[test]
fn of_adc() {
    use crate::adc::Error;

    let table = [
        (host::adc::Error::Other, Error::Other),
        (host::adc::Error::Denied, Error::Denied),
        (host::adc::Error::Unsupported, Error::Unsupported),
        (host::adc::Error::Busy, Error::Busy),
        (host::adc::Error::TimedOut, Error::TimedOut),
    ];
    for (from, error) in table {
        assert_eq!(Error::from(from), error, "{from:?}");
    }
}

#[test]
fn of_uart() {
    use embedded_io::Error as _;
    use embedded_io::ErrorKind;

    use crate::uart::Error;

    let io = [
        (host::uart::Error::Other, ErrorKind::Other),
        (host::uart::Error::NotFound, ErrorKind::NotFound),
        (host::uart::Error::PermissionDenied, ErrorKind::PermissionDenied),
        (host::uart::Error::ConnectionRefused, ErrorKind::ConnectionRefused),
        (host::uart::Error::ConnectionReset, ErrorKind::ConnectionReset),
        (host::uart::Error::ConnectionAborted, ErrorKind::ConnectionAborted),
        (host::uart::Error::NotConnected, ErrorKind::NotConnected),
        (host::uart::Error::AddressInUse, ErrorKind::AddrInUse),
        (host::uart::Error::AddressNotAvailable, ErrorKind::AddrNotAvailable),
        (host::uart::Error::BrokenPipe, ErrorKind::BrokenPipe),
        (host::uart::Error::AlreadyExists, ErrorKind::AlreadyExists),
        (host::uart::Error::InvalidInput, ErrorKind::InvalidInput),
        (host::uart::Error::InvalidData, ErrorKind::InvalidData),
        (host::uart::Error::TimedOut, ErrorKind::TimedOut),
        (host::uart::Error::Interrupted, ErrorKind::Interrupted),
        (host::uart::Error::Unsupported, ErrorKind::Unsupported),
        (host::uart::Error::OutOfMemory, ErrorKind::OutOfMemory),
        (host::uart::Error::WriteZero, ErrorKind::WriteZero),
    ];
    let own = [
        (host::uart::Error::Overrun, Error::Overrun, ErrorKind::Other),
        (host::uart::Error::Framing, Error::Framing, ErrorKind::InvalidData),
        (host::uart::Error::Parity, Error::Parity, ErrorKind::InvalidData),
        (host::uart::Error::LineBreak, Error::Break, ErrorKind::InvalidData),
        (host::uart::Error::Denied, Error::Denied, ErrorKind::PermissionDenied),
        (host::uart::Error::TooLong, Error::TooLong, ErrorKind::InvalidInput),
        (host::uart::Error::Busy, Error::Busy, ErrorKind::Other),
    ];
    let table = io.into_iter().map(|(from, kind)| (from, Error::Io(kind), kind)).chain(own);
    for (from, error, kind) in table.clone() {
        assert_eq!((Error::from(from), error.kind()), (error, kind), "{from:?}");
    }
    assert_numbered(table.map(|(_, error, _)| error));
    assert_eq!(Error::from(Failure::WrongLength), Error::WrongReply);
    assert_eq!(Error::from(Failure::NoMemory), Error::TooLong);
    assert_eq!(Error::WrongReply.kind(), ErrorKind::Other);
}
