//! Every error of every kind of device reaches the guest under its own name, whichever call it meets.

use embedded_hal::{digital as hal_digital, i2c as hal_i2c, pwm as hal_pwm, spi as hal_spi};
use embedded_hal::{i2c::NoAcknowledgeSource, i2c::SevenBitAddress, i2c::TenBitAddress};
use wasm_embedded_host::{
    Access, EmbeddedHal, HalCtxBuilder, I2cGrant, InputGrant, Limits, PinGrant, PwmGrant, SpiGrant, adc, digital, i2c,
    pwm, spi, uart,
};

use crate::hardware::Faults;
use crate::lab::{Calls, Lab, READ_WRITE, TEN_BIT_READ_WRITE};
use crate::table::{rows, seven_bit, ten_bit};

const NONE: Faults =
    Faults { i2c: None, spi: None, digital: None, pwm: None, uart: None, adc: None, never_ready: false };

const I2C: [(i2c::Error, &str); 10] = [
    (i2c::Error::Bus, "bus"),
    (i2c::Error::ArbitrationLoss, "arbitration-loss"),
    (i2c::Error::NoAcknowledge(NoAcknowledgeSource::Address), "no-acknowledge-address"),
    (i2c::Error::NoAcknowledge(NoAcknowledgeSource::Data), "no-acknowledge-data"),
    (i2c::Error::NoAcknowledge(NoAcknowledgeSource::Unknown), "no-acknowledge-unknown"),
    (i2c::Error::Overrun, "overrun"),
    (i2c::Error::Other, "other"),
    (i2c::Error::TooLong, "too-long"),
    (i2c::Error::Unsupported, "unsupported"),
    (i2c::Error::Busy, "busy"),
];

const SPI: [(spi::Error, &str); 8] = [
    (spi::Error::Overrun, "overrun"),
    (spi::Error::ModeFault, "mode-fault"),
    (spi::Error::FrameFormat, "frame-format"),
    (spi::Error::ChipSelectFault, "chip-select-fault"),
    (spi::Error::Other, "other"),
    (spi::Error::TooLong, "too-long"),
    (spi::Error::Unsupported, "unsupported"),
    (spi::Error::Busy, "busy"),
];

const DIGITAL: [(digital::Error, &str); 3] =
    [(digital::Error::Other, "other"), (digital::Error::Unsupported, "unsupported"), (digital::Error::Busy, "busy")];

const PWM: [(pwm::Error, &str); 3] =
    [(pwm::Error::Other, "other"), (pwm::Error::Unsupported, "unsupported"), (pwm::Error::Busy, "busy")];

const ADC: [(adc::Error, &str); 4] = [
    (adc::Error::Other, "other"),
    (adc::Error::Unsupported, "unsupported"),
    (adc::Error::Busy, "busy"),
    (adc::Error::TimedOut, "timed-out"),
];

/// The kinds of embedded-io by the names of the interface.
const IO: [(embedded_io::ErrorKind, &str); 18] = {
    use embedded_io::ErrorKind;
    [
        (ErrorKind::Other, "other"),
        (ErrorKind::NotFound, "not-found"),
        (ErrorKind::PermissionDenied, "permission-denied"),
        (ErrorKind::ConnectionRefused, "connection-refused"),
        (ErrorKind::ConnectionReset, "connection-reset"),
        (ErrorKind::ConnectionAborted, "connection-aborted"),
        (ErrorKind::NotConnected, "not-connected"),
        (ErrorKind::AddrInUse, "address-in-use"),
        (ErrorKind::AddrNotAvailable, "address-not-available"),
        (ErrorKind::BrokenPipe, "broken-pipe"),
        (ErrorKind::AlreadyExists, "already-exists"),
        (ErrorKind::InvalidInput, "invalid-input"),
        (ErrorKind::InvalidData, "invalid-data"),
        (ErrorKind::TimedOut, "timed-out"),
        (ErrorKind::Interrupted, "interrupted"),
        (ErrorKind::Unsupported, "unsupported"),
        (ErrorKind::OutOfMemory, "out-of-memory"),
        (ErrorKind::WriteZero, "write-zero"),
    ]
};

const UART: [(uart::Error, &str); 6] = [
    (uart::Error::Overrun, "overrun"),
    (uart::Error::Framing, "framing"),
    (uart::Error::Parity, "parity"),
    (uart::Error::Break, "line-break"),
    (uart::Error::TooLong, "too-long"),
    (uart::Error::Busy, "busy"),
];

/// Has every call of an interface that reaches a device meet the faults, each of which has a name.
fn assert_named(interface: &str, faults: impl IntoIterator<Item = (Faults, &'static str)>) {
    let faults: Vec<_> = faults.into_iter().collect();
    for calls in Calls::ALL {
        let mut met = 0;
        let mut lab = Lab::new(*calls, Limits::default());
        for (row, _) in rows(*calls).iter().filter(|(row, _)| row.function.starts_with(interface)) {
            // What reaches no device cannot fail.
            if row.wires.is_empty() {
                continue;
            }
            for (fault, name) in &faults {
                lab.hardware.fail(*fault);
                assert_eq!(row.call(&mut lab), *name, "{}", row.function);
                met += 1;
            }
            lab.hardware.fail(NONE);
            assert_eq!(row.call(&mut lab), "ok", "{} after faults", row.function);
        }
        assert!(met > 0, "no call of {interface}");
        assert_eq!(lab.hardware.take_refusals(), [""; 0], "a fault is no refusal");
    }
}

#[test]
fn of_i2c() {
    assert_named("i2c-", I2C.map(|(error, name)| (Faults { i2c: Some(error), ..NONE }, name)));
}

#[test]
fn of_spi() {
    assert_named("spi-", SPI.map(|(error, name)| (Faults { spi: Some(error), ..NONE }, name)));
}

#[test]
fn of_digital() {
    assert_named("digital-", DIGITAL.map(|(error, name)| (Faults { digital: Some(error), ..NONE }, name)));
}

#[test]
fn of_pwm() {
    assert_named("pwm-", PWM.map(|(error, name)| (Faults { pwm: Some(error), ..NONE }, name)));
}

#[test]
fn of_adc() {
    assert_named("adc-", ADC.map(|(error, name)| (Faults { adc: Some(error), ..NONE }, name)));
}

#[test]
fn of_uart() {
    let io = IO.map(|(kind, name)| (uart::Error::Io(kind), name));
    let faults = io.into_iter().chain(UART);
    assert_named("uart-", faults.map(|(error, name)| (Faults { uart: Some(error), ..NONE }, name)));
}

/// A device of embedded-hal whose every call fails with one kind.
#[derive(Clone, Copy, Debug)]
struct Fails<K>(K);

macro_rules! fails {
    ($module:ident) => {
        impl $module::ErrorType for Fails<$module::ErrorKind> {
            type Error = Fails<$module::ErrorKind>;
        }
        impl $module::Error for Fails<$module::ErrorKind> {
            fn kind(&self) -> $module::ErrorKind {
                self.0
            }
        }
    };
}
fails!(hal_i2c);
fails!(hal_spi);
fails!(hal_digital);
fails!(hal_pwm);

impl hal_i2c::I2c<SevenBitAddress> for Fails<hal_i2c::ErrorKind> {
    fn transaction(&mut self, _: u8, _: &mut [hal_i2c::Operation<'_>]) -> Result<(), Self::Error> {
        Err(*self)
    }
}

impl hal_i2c::I2c<TenBitAddress> for Fails<hal_i2c::ErrorKind> {
    fn transaction(&mut self, _: u16, _: &mut [hal_i2c::Operation<'_>]) -> Result<(), Self::Error> {
        Err(*self)
    }
}

impl hal_spi::SpiDevice for Fails<hal_spi::ErrorKind> {
    fn transaction(&mut self, _: &mut [hal_spi::Operation<'_, u8>]) -> Result<(), Self::Error> {
        Err(*self)
    }
}

impl hal_spi::SpiBus for Fails<hal_spi::ErrorKind> {
    fn read(&mut self, _: &mut [u8]) -> Result<(), Self::Error> {
        Err(*self)
    }
    fn write(&mut self, _: &[u8]) -> Result<(), Self::Error> {
        Err(*self)
    }
    fn transfer(&mut self, _: &mut [u8], _: &[u8]) -> Result<(), Self::Error> {
        Err(*self)
    }
    fn transfer_in_place(&mut self, _: &mut [u8]) -> Result<(), Self::Error> {
        Err(*self)
    }
    fn flush(&mut self) -> Result<(), Self::Error> {
        Err(*self)
    }
}

impl hal_digital::OutputPin for Fails<hal_digital::ErrorKind> {
    fn set_low(&mut self) -> Result<(), Self::Error> {
        Err(*self)
    }
    fn set_high(&mut self) -> Result<(), Self::Error> {
        Err(*self)
    }
}

impl hal_digital::InputPin for Fails<hal_digital::ErrorKind> {
    fn is_high(&mut self) -> Result<bool, Self::Error> {
        Err(*self)
    }
    fn is_low(&mut self) -> Result<bool, Self::Error> {
        Err(*self)
    }
}

impl hal_pwm::SetDutyCycle for Fails<hal_pwm::ErrorKind> {
    fn max_duty_cycle(&self) -> u16 {
        2000
    }
    fn set_duty_cycle(&mut self, _: u16) -> Result<(), Self::Error> {
        Err(*self)
    }
}

/// A serial port of embedded-io whose every call fails with one kind.
#[derive(Clone, Copy, Debug)]
struct Port(embedded_io::ErrorKind);

impl std::fmt::Display for Port {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{:?}", self.0)
    }
}
impl std::error::Error for Port {}
impl embedded_io::Error for Port {
    fn kind(&self) -> embedded_io::ErrorKind {
        self.0
    }
}
impl embedded_io::ErrorType for Port {
    type Error = Port;
}
impl embedded_io::Read for Port {
    fn read(&mut self, _: &mut [u8]) -> Result<usize, Port> {
        Err(*self)
    }
}
impl embedded_io::Write for Port {
    fn write(&mut self, _: &[u8]) -> Result<usize, Port> {
        Err(*self)
    }
    fn flush(&mut self) -> Result<(), Port> {
        Err(*self)
    }
}
impl embedded_io::ReadReady for Port {
    fn read_ready(&mut self) -> Result<bool, Port> {
        Err(*self)
    }
}
impl embedded_io::WriteReady for Port {
    fn write_ready(&mut self) -> Result<bool, Port> {
        Err(*self)
    }
}

struct NoDelay;
impl embedded_hal::delay::DelayNs for NoDelay {
    fn delay_ns(&mut self, _: u32) {}
}

/// Has every call of the functions that begin so meet a device of embedded-hal that fails.
fn assert_passed_on(functions: &str, name: &str, devices: impl Fn(&mut HalCtxBuilder)) {
    for calls in Calls::ALL {
        let mut met = 0;
        for (row, _) in rows(*calls).iter().filter(|(row, _)| row.function.starts_with(functions)) {
            // A device of embedded-hal cannot be waited for, and a bus of it has no waits.
            let is_waited_for = row.function.starts_with("digital-async");
            if row.wires.is_empty() || is_waited_for {
                continue;
            }
            let mut lab = Lab::with(*calls, &devices);
            assert_eq!(row.call(&mut lab), name, "{}", row.function);
            met += 1;
        }
        assert!(met > 0, "no call of {functions}");
    }
}

/// The errors that embedded-hal has a kind for.
fn kinds_of_i2c() -> Vec<(hal_i2c::ErrorKind, &'static str)> {
    use hal_i2c::ErrorKind;
    let named = I2C.iter().filter_map(|(error, name)| {
        let kind = match error {
            i2c::Error::Bus => ErrorKind::Bus,
            i2c::Error::ArbitrationLoss => ErrorKind::ArbitrationLoss,
            i2c::Error::NoAcknowledge(source) => ErrorKind::NoAcknowledge(*source),
            i2c::Error::Overrun => ErrorKind::Overrun,
            i2c::Error::Other => ErrorKind::Other,
            _ => return None,
        };
        Some((kind, *name))
    });
    named.collect()
}

#[test]
fn of_a_bus_of_embedded_hal() {
    let grant =
        || I2cGrant::none().allow(READ_WRITE).allow_ten_bit(TEN_BIT_READ_WRITE..=TEN_BIT_READ_WRITE, Access::ReadWrite);
    for (kind, name) in kinds_of_i2c() {
        assert_passed_on("i2c-", name, |hal| {
            hal.i2c("i2c", EmbeddedHal(Fails(kind)), grant());
        });
        assert_passed_on("i2c-", name, |hal| {
            hal.i2c("i2c", i2c::BothWidths(Fails(kind)), grant());
        });
    }
    let kind = hal_i2c::ErrorKind::Overrun;
    for (row, _) in rows(Calls::Blocking).iter().filter(|(row, _)| row.function.starts_with("i2c-bus-")) {
        if row.wires.is_empty() {
            continue;
        }
        let mut seven = Lab::with(Calls::Blocking, |hal| {
            hal.i2c("i2c", EmbeddedHal(Fails(kind)), grant());
        });
        assert_eq!(row.call_at(&mut seven, &ten_bit(TEN_BIT_READ_WRITE)), "unsupported", "{}", row.function);
        assert_eq!(row.call_at(&mut seven, &seven_bit(READ_WRITE)), "overrun", "{}", row.function);
        let mut both = Lab::with(Calls::Blocking, |hal| {
            hal.i2c("i2c", i2c::BothWidths(Fails(kind)), grant());
        });
        assert_eq!(row.call_at(&mut both, &ten_bit(TEN_BIT_READ_WRITE)), "overrun", "{}", row.function);
    }
}

#[test]
fn of_spi_of_embedded_hal() {
    use hal_spi::ErrorKind;
    let kinds = [
        (ErrorKind::Overrun, "overrun"),
        (ErrorKind::ModeFault, "mode-fault"),
        (ErrorKind::FrameFormat, "frame-format"),
        (ErrorKind::ChipSelectFault, "chip-select-fault"),
        (ErrorKind::Other, "other"),
    ];
    for (kind, name) in kinds {
        assert_passed_on("spi-", name, |hal| {
            hal.spi_device("device", EmbeddedHal(Fails(kind)), SpiGrant::of_unknown_clock());
            hal.spi_bus("bus", spi::EmbeddedHalBus(Fails(kind)), SpiGrant::of_unknown_clock());
        });
    }
}

#[test]
fn of_pins_and_pwm_of_embedded_hal() {
    assert_passed_on("digital-", "other", |hal| {
        let fails = EmbeddedHal(Fails(hal_digital::ErrorKind::Other));
        hal.output("output", fails, PinGrant::default()).input("input", fails, InputGrant::default());
        hal.io("io", fails, PinGrant::default());
    });
    assert_passed_on("pwm-", "other", |hal| {
        hal.pwm("pwm", EmbeddedHal(Fails(hal_pwm::ErrorKind::Other)), PwmGrant::default());
    });
}

#[test]
fn of_a_port_of_embedded_io() {
    for (kind, name) in IO {
        assert_passed_on("uart-", name, |hal| {
            hal.uart("port", uart::EmbeddedIo { port: Port(kind), delay: NoDelay }, Access::ReadWrite);
        });
    }
}

#[test]
fn a_duty_past_the_greatest_is_out_of_range_and_reaches_nothing() {
    for calls in Calls::ALL {
        let mut lab = Lab::new(*calls, Limits::default());
        let output = wasmtime::component::Val::Resource(lab.open("pwm-output-open", "pwm").expect("it is granted"));
        for (duty, ended) in [(1001, "out-of-range"), (u16::MAX, "out-of-range"), (1000, "ok"), (0, "ok")] {
            let arguments = [output.clone(), wasmtime::component::Val::U16(duty)];
            assert_eq!(crate::lab::name(lab.call("pwm-output-set-duty", &arguments)), ended, "{duty}");
        }
        assert_eq!(lab.hardware.take_wires(), ["duty 1000", "duty 0"]);
    }
}

/// Returns what errors say.
fn texts<E: core::error::Error>(errors: &[(E, &str)]) -> Vec<String> {
    // Whether it was the address that nobody acknowledged, a driver may not know: for a reader it is the same.
    errors.iter().filter(|(_, name)| *name != "no-acknowledge-unknown").map(|(error, _)| error.to_string()).collect()
}

#[test]
fn every_error_says_in_its_own_words_what_failed() {
    let kinds = [texts(&I2C), texts(&SPI), texts(&DIGITAL), texts(&PWM), texts(&ADC), texts(&UART)];
    for texts in kinds {
        let distinct: std::collections::BTreeSet<&String> = texts.iter().collect();
        assert_eq!(distinct.len(), texts.len(), "two say the same: {texts:?}");
        assert!(texts.iter().all(|text| text.split(' ').count() >= 3), "no sentence: {texts:?}");
    }
}
