//! PWM outputs and analogue inputs.

mod common;

use common::Log;
use embedded_hal::digital::InputPin;
use embedded_hal::pwm::SetDutyCycle;
use wasm_embedded_sim::parts::Led;
use wasm_embedded_sim::pwm::MAX_DUTY;
use wasm_embedded_sim::{AdcSettings, Level, PwmError, PwmSettings, Sim};

const KILOHERTZ: PwmSettings = PwmSettings { frequency_hz: 1_000, inverted: false };

#[test]
fn duties_are_parts_of_the_greatest_one_and_more_is_refused() {
    let sim = Sim::new();
    let net = sim.net("LAMP");
    let mut pwm = sim.pwm(net, KILOHERTZ, 0);
    let led = sim.add(Led::new(net, Level::High));
    let brightness = || sim.with_part::<Led, _>(led, |led, _| format!("{:.3}", led.brightness()));
    assert_eq!((pwm.max_duty_cycle(), brightness()), (MAX_DUTY, Some("0.000".into())));
    for (duty, part) in [(2_500, "0.250"), (1, "0.000"), (MAX_DUTY, "1.000"), (5_000, "0.500"), (0, "0.000")] {
        assert_eq!((pwm.set_duty_cycle(duty), brightness()), (Ok(()), Some(part.into())), "{duty}");
    }
    pwm.set_duty_cycle_percent(75).expect("75 % is possible");
    assert_eq!((pwm.set_duty_cycle(MAX_DUTY + 1), brightness()), (Err(PwmError::OutOfRange), Some("0.750".into())));
}

#[test]
fn an_inverted_output_is_low_while_it_is_active() {
    let sim = Sim::new();
    let net = sim.net("LAMP");
    let mut pwm = sim.pwm(net, PwmSettings { inverted: true, ..KILOHERTZ }, 0);
    assert_eq!(sim.level(net), Level::High);
    pwm.set_duty_cycle_fully_on().expect("it is possible");
    assert_eq!(sim.level(net), Level::Low);
    let led = sim.add(Led::new(net, Level::Low));
    pwm.set_duty_cycle_percent(30).expect("it is possible");
    let brightness = sim.with_part::<Led, _>(led, |led, _| led.brightness()).expect("it is there");
    assert!((brightness - 0.3).abs() < 1e-9, "{brightness}");
}

#[test]
fn whoever_looks_at_a_modulated_net_sees_its_pulses() {
    let sim = Sim::new();
    let net = sim.net("LAMP");
    let _pwm = sim.pwm(net, KILOHERTZ, 2_500);
    let mut input = sim.input(net);
    let mut high = 0;
    for _ in 0..2_000 {
        high += u32::from(input.is_high().expect("it cannot fail"));
    }
    assert_eq!(high, 500, "of two periods, a sample each microsecond");
}

#[test]
fn the_wave_has_every_pulse_in_order_from_before_the_trace_began() {
    let sim = Sim::new();
    let (lamp, other) = (sim.net("LAMP"), sim.net("OTHER"));
    let mut pwm = sim.pwm(lamp, KILOHERTZ, 2_500);
    let mut fan = sim.pwm(other, PwmSettings { frequency_hz: 3_000, inverted: false }, 5_000);
    let log = Log::of(&sim);
    sim.advance_ns(5_000_100);
    pwm.set_duty_cycle_fully_off().expect("it is possible");
    fan.set_duty_cycle_fully_on().expect("it is possible");
    let (_, changes) = log.wave();
    assert!(changes.is_sorted_by_key(|change| change.at_ns), "{changes:?}");
    let times: Vec<_> = changes.iter().filter(|change| change.signal == 0).map(|change| change.at_ns).collect();
    let edges = (0..5).flat_map(|period| [period * 1_000_000, period * 1_000_000 + 250_000]).skip(1);
    let edges: Vec<u64> = edges.chain([5_000_000, 5_000_100]).collect();
    assert_eq!(times, edges);
}

#[test]
fn a_reading_is_the_voltage_in_steps_of_the_reference() {
    let sim = Sim::new();
    let net = sim.net("POT");
    let mut adc = sim.adc(net, AdcSettings { resolution_bits: 12, reference_uv: 3_300_000 });
    assert_eq!((adc.resolution_bits(), adc.read_raw()), (12, 0), "a net without a voltage is low");
    for (microvolts, raw, read_uv) in
        [(0, 0, 0), (805, 0, 0), (806, 1, 806), (1_650_000, 2048, 1_650_000), (3_300_000, 4095, 3_299_194), (-1, 0, 0)]
    {
        sim.set_voltage(net, Some(microvolts));
        assert_eq!((adc.read_raw(), adc.read_microvolts()), (raw, read_uv), "{microvolts} uV");
    }
}
