//! Faults of serial ports, analogue inputs and PWM outputs.

mod common;

use common::Log;
use embedded_hal::pwm::SetDutyCycle;
use embedded_io::{Read, ReadReady, Write};
use wasm_embedded_sim::fault::{AdcFault, Fault, PartFault, PwmFault, Targets, UartFault, When};
use wasm_embedded_sim::parts::scripted::{UartEnding, UartStep};
use wasm_embedded_sim::parts::{Echo, Scripted};
use wasm_embedded_sim::pwm::MAX_DUTY;
use wasm_embedded_sim::uart::Parity;
use wasm_embedded_sim::{AdcSettings, PwmError, PwmSettings, Sim, SimUart, UartError, UartId, UartSettings};

const SETTINGS: UartSettings = UartSettings { baud: 100_000, parity: Parity::Even, stop_bits: 1, receive_bytes: 16 };

/// A port whose other end sends these bytes.
fn sends(bytes: &[u8]) -> (Sim, UartId, SimUart) {
    let sim = Sim::new();
    let port = sim.uart_port("serial", SETTINGS);
    let step = UartStep { after_ns: 1_000, send: bytes.to_vec(), ..UartStep::default() };
    sim.add_uart(port, Scripted::uart(vec![step], UartEnding::Silent));
    let uart = sim.uart(port);
    (sim, port, uart)
}

/// Reads until nothing comes any more.
fn all(uart: &mut SimUart) -> Vec<Result<u8, UartError>> {
    let mut read = Vec::new();
    loop {
        let mut buffer = [0];
        match uart.read_within(&mut buffer, 10_000_000) {
            Ok(Some(_)) => read.push(Ok(buffer[0])),
            Ok(None) => return read,
            Err(error) => read.push(Err(error)),
        }
    }
}

/// What is read of `abcd` if a fault strikes its third byte.
fn third(fault: UartFault) -> Vec<Result<u8, UartError>> {
    let (sim, port, mut uart) = sends(b"abcd");
    let id = sim.inject(Fault::Uart { port, fault }, When::always().after(2).times(1));
    let read = all(&mut uart);
    assert_eq!(sim.strikes(id), 1);
    read
}

#[test]
fn a_damaged_byte_is_reported_in_its_place_and_costs_no_other() {
    for (fault, error) in [
        (UartFault::Framing, UartError::Framing),
        (UartFault::Parity, UartError::Parity),
        (UartFault::LineBreak, UartError::LineBreak),
    ] {
        assert_eq!(third(fault), [Ok(b'a'), Ok(b'b'), Err(error), Ok(b'd')], "{fault:?}");
    }
}

#[test]
fn an_overrun_is_reported_and_costs_what_comes_before_it_is_read() {
    assert_eq!(third(UartFault::Overrun), [Ok(b'a'), Ok(b'b'), Err(UartError::Overrun), Ok(b'd')]);
    let (sim, port, mut uart) = sends(b"abcd");
    sim.inject(Fault::Uart { port, fault: UartFault::Overrun }, When::always().after(1).times(1));
    sim.advance_ns(10_000_000);
    assert_eq!(all(&mut uart), [Ok(b'a'), Err(UartError::Overrun)]);
}

#[test]
fn bytes_are_read_up_to_an_error_and_the_error_makes_a_port_ready() {
    let (sim, port, mut uart) = sends(b"abcd");
    sim.inject(Fault::Uart { port, fault: UartFault::Framing }, When::always().after(2).times(1));
    sim.advance_ns(10_000_000);
    let mut buffer = [0; 8];
    assert_eq!((uart.read(&mut buffer), &buffer[..2]), (Ok(2), &b"ab"[..]));
    assert_eq!(uart.read_ready(), Ok(true));
    assert_eq!(uart.read(&mut buffer), Err(UartError::Framing));
    assert_eq!((uart.read(&mut buffer), buffer[0]), (Ok(1), b'd'));
}

#[test]
fn a_dropped_byte_is_missing_and_nobody_says_so() {
    assert_eq!(third(UartFault::DroppedByte { sent: false }), [Ok(b'a'), Ok(b'b'), Ok(b'd')]);
    let sim = Sim::new();
    let port = sim.uart_port("serial", SETTINGS);
    sim.add_uart(port, Echo::new());
    sim.inject(Fault::Uart { port, fault: UartFault::DroppedByte { sent: true } }, When::always().after(1).times(1));
    let mut uart = sim.uart(port);
    uart.write_all(b"xyz").expect("there is room");
    assert_eq!(all(&mut uart), [Ok(b'x'), Ok(b'z')]);
}

#[test]
fn two_rates_make_other_bytes_and_errors_in_both_directions() {
    let read = |baud| {
        let (sim, port, mut uart) = sends(&[0x00, 0x55, 0xff]);
        sim.inject(Fault::Uart { port, fault: UartFault::WrongBaud { baud } }, When::always());
        all(&mut uart)
    };
    assert_eq!(read(100_000), [Ok(0x00), Ok(0x55), Ok(0xff)]);
    assert_eq!(read(98_000), [Ok(0x00), Ok(0x55), Ok(0xff)]);
    assert_eq!(read(50_000)[0], Err(UartError::Framing));
    assert_ne!(read(120_000)[1], Ok(0x55));
    // The other end hears what it samples, and nothing where there is no stop bit.
    let sim = Sim::new();
    let port = sim.uart_port("serial", SETTINGS);
    sim.add_uart(port, Echo::new());
    let id = sim.inject(Fault::Uart { port, fault: UartFault::WrongBaud { baud: 200_000 } }, When::always().times(1));
    let mut uart = sim.uart(port);
    uart.write_all(&[0x00, 0x42]).expect("there is room");
    assert_eq!((all(&mut uart), sim.strikes(id)), (vec![Ok(0x42)], 1));
}

#[test]
fn a_fault_of_a_port_is_in_the_trace_and_strikes_no_other_port() {
    let (sim, port, mut uart) = sends(b"ab");
    let other = sim.uart_port("other", SETTINGS);
    let log = Log::of(&sim);
    sim.inject(Fault::Uart { port, fault: UartFault::Parity }, When::always().times(1));
    let elsewhere = sim.inject(Fault::Uart { port: other, fault: UartFault::Framing }, When::always());
    assert_eq!(all(&mut uart), [Err(UartError::Parity), Ok(b'b')]);
    let lines = log.take();
    assert_eq!(lines[0], "fault parity", "{lines:?}");
    assert_eq!(sim.strikes(elsewhere), 0);
}

#[test]
fn noise_stays_within_its_amplitude_and_is_the_same_every_time() {
    let settings = AdcSettings { resolution_bits: 12, reference_uv: 4_096_000 };
    let readings = |fault: Option<AdcFault>, seed| {
        let sim = Sim::new();
        let net = sim.net("LIGHT");
        let mut adc = sim.adc(net, settings);
        sim.set_voltage(net, Some(2_000_000));
        if let Some(fault) = fault {
            sim.inject(Fault::Adc { net, fault }, When::always().chance(1_000_000, seed));
        }
        (0..200).map(|_| adc.read_raw()).collect::<Vec<i32>>()
    };
    assert!(readings(None, 0).iter().all(|raw| *raw == 2_000));
    let noisy = readings(Some(AdcFault::Noise { microvolts: 50_000 }), 7);
    assert!(noisy.iter().all(|raw| (1_949..=2_050).contains(raw)), "{noisy:?}");
    let (least, most) = (noisy.iter().min(), noisy.iter().max());
    assert!(least < Some(&1_970) && most > Some(&2_030), "{least:?} to {most:?}");
    assert_eq!(noisy, readings(Some(AdcFault::Noise { microvolts: 50_000 }), 7));
    assert_ne!(noisy, readings(Some(AdcFault::Noise { microvolts: 50_000 }), 8));
    let open = readings(Some(AdcFault::Open), 7);
    assert!(open.iter().all(|raw| (0..4_096).contains(raw)));
    assert!(open.iter().min() < Some(&400) && open.iter().max() > Some(&3_600), "{open:?}");
}

#[test]
fn noise_reaches_both_ends_of_its_amplitude_and_an_open_input_both_of_the_range() {
    let sim = Sim::new();
    let net = sim.net("LIGHT");
    // A step is a microvolt.
    let mut adc = sim.adc(net, AdcSettings { resolution_bits: 4, reference_uv: 16 });
    sim.set_voltage(net, Some(8));
    for (fault, expected) in [
        (AdcFault::Noise { microvolts: 0 }, 8..=8),
        (AdcFault::Noise { microvolts: 1 }, 7..=9),
        (AdcFault::Noise { microvolts: 3 }, 5..=11),
        (AdcFault::Open, 0..=15),
    ] {
        let id = sim.inject(Fault::Adc { net, fault }, When::always());
        let found: std::collections::BTreeSet<i32> = (0..1_000).map(|_| adc.read_raw()).collect();
        assert_eq!(found, expected.collect(), "{fault:?}");
        sim.withdraw(id);
    }
}

#[test]
fn a_duty_that_is_refused_leaves_the_output_as_it_was() {
    let sim = Sim::new();
    let net = sim.net("FAN");
    let mut fan = sim.pwm(net, PwmSettings { frequency_hz: 1_000, inverted: false }, 0);
    let log = Log::of(&sim);
    let id = sim.inject(Fault::Pwm { net, fault: PwmFault::Refused }, When::always().after(1).times(1));
    assert_eq!(fan.set_duty_cycle(MAX_DUTY / 2), Ok(()));
    assert_eq!(fan.set_duty_cycle(MAX_DUTY), Err(PwmError::Refused));
    let lines = log.take();
    assert!(lines.last().is_some_and(|line| line == "fault duty-refused"), "{lines:?}");
    assert_eq!((fan.set_duty_cycle(MAX_DUTY), sim.strikes(id)), (Ok(()), 1));
}

#[test]
fn a_part_that_is_plugged_in_again_sends_again() {
    let sim = Sim::new();
    let port = sim.uart_port("serial", SETTINGS);
    let step = UartStep { after_ns: 2_000_000, send: b"ab".to_vec(), ..UartStep::default() };
    let part = sim.add_uart(port, Scripted::uart(vec![step], UartEnding::Repeat));
    let unplugged = Fault::Part { part, targets: Targets::All, fault: PartFault::Unplugged };
    sim.inject(unplugged, When::always().between(1_000_000, 9_000_000));
    let mut buffer = [0; 8];
    assert_eq!((sim.uart(port).read_within(&mut buffer, 20_000_000), buffer[0]), (Ok(Some(1)), b'a'));
    assert!((9_000_000..12_000_000).contains(&sim.now_ns()), "{}", sim.now_ns());
}
