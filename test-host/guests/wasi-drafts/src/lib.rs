//! Calls every function of the drafts of WASI I2C and WASI GPIO, with right and wrong arguments, and panics at the first answer that is
//! wrong. `test-host/tests/drafts.rs` has the board that it expects.
#![cfg(target_arch = "wasm32")]

mod bindings {
    #![allow(missing_docs, unsafe_code, clippy::all, reason = "wit-bindgen generates it")]
    wit_bindgen::generate!({ path: "wit", world: "guest:wasi-drafts/guest", generate_all });
    export!(Program with_types_in self);
    pub(crate) struct Program;
}

use bindings::wasi::gpio::digital::{self, PinState};
use bindings::wasi::gpio::pwm;
use bindings::wasi::gpio::types::ErrorCode as GpioError;
use bindings::wasi::i2c::delay::Delay;
use bindings::wasi::i2c::i2c::{self, ErrorCode, NoAcknowledgeSource, Operation};

/// The EEPROM on the bus, an address where nobody is, and one that the policy does not grant.
const EEPROM: u16 = 0x50;
const NOBODY: u16 = 0x51;
const DENIED: u16 = 0x20;

/// An address of ten bits, where nobody is.
const TEN_BITS: u16 = 0x150;

/// What the host takes at most in one call.
const LIMIT: u64 = 65_536;

impl bindings::Guest for bindings::Program {
    fn run() {
        transfers();
        wires();
        lengths();
        outputs();
        inputs();
        duties();
        println!("all is right");
    }
}

fn transfers() {
    let bus = i2c::open("bus").expect("the policy grants it");
    bus.write(EEPROM, &[0x10, 1, 2, 3]).expect("a write");
    Delay::new().delay_ns(10_000_000);
    assert_eq!(bus.write_read(EEPROM, &[0x10], 3).expect("a write and a read"), [1, 2, 3]);
    bus.write(EEPROM, &[0x10]).expect("an address within the memory");
    assert_eq!(bus.read(EEPROM, 2).expect("a read"), [1, 2]);
    let operations =
        [Operation::Write(vec![0x11]), Operation::Read(1), Operation::Read(1), Operation::Write(vec![0x10])];
    assert_eq!(bus.transaction(EEPROM, &operations).expect("a transaction"), [[2], [3]]);
    assert_eq!(bus.transaction(EEPROM, &[]).expect("a transaction of nothing"), [[0_u8; 0]; 0]);
    bus.write(EEPROM, &[]).expect("a write of nothing: it asks who is there");
}

/// Each error, from the wires and from the policy.
fn wires() {
    use ErrorCode as E;
    use NoAcknowledgeSource as Source;
    let code = |label: &str| {
        let bus = i2c::open(label).expect("the policy grants it");
        format!("{:?}", bus.write(EEPROM, &[0, 0]).expect_err(label))
    };
    assert_eq!(code("bus-error"), format!("{:?}", E::Bus));
    assert_eq!(code("overrun"), format!("{:?}", E::Overrun));
    assert_eq!(code("arbitration"), format!("{:?}", E::ArbitrationLoss));
    assert_eq!(code("nack-data"), format!("{:?}", E::NoAcknowledge(Source::Data)));
    assert_eq!(code("fails"), format!("{:?}", E::Other));
    let bus = i2c::open("bus").expect("the policy grants it");
    let nobody = E::NoAcknowledge(Source::Address);
    for address in [NOBODY, TEN_BITS] {
        assert_eq!(format!("{:?}", bus.read(address, 1).expect_err("nobody")), format!("{nobody:?}"), "{address:#x}");
    }
    for address in [DENIED, 0x7f, 0x80, 0x400, u16::MAX] {
        let error = bus.read(address, 1).expect_err("it is not granted");
        assert!(matches!(error, E::Other), "{address:#x}: {error:?}");
    }
    for label in ["nobody", "LED", ""] {
        assert!(matches!(i2c::open(label), Err(E::Other)), "{label}");
    }
}

/// Lengths at the limits.
fn lengths() {
    let bus = i2c::open("bus").expect("the policy grants it");
    assert_eq!(bus.read(EEPROM, LIMIT).expect("as much as the limit").len(), 65_536);
    // A read has no form without bytes.
    assert!(matches!(bus.read(EEPROM, 0), Err(ErrorCode::Other)));
    for len in [LIMIT + 1, (1 << 32) - 1, 1 << 32, (1 << 32) + 1, u64::MAX] {
        let refused = [
            bus.read(EEPROM, len).err(),
            bus.write_read(EEPROM, &[0], len).err(),
            bus.transaction(EEPROM, &[Operation::Read(len)]).err(),
            bus.transaction(EEPROM, &[Operation::Read(LIMIT), Operation::Read(len)]).err(),
        ];
        assert!(refused.iter().all(|error| matches!(error, Some(ErrorCode::Other))), "{len}: {refused:?}");
    }
}

fn outputs() {
    let led = digital::open_output("LED").expect("the policy grants it");
    led.set_high().expect("an output");
    led.set_low().expect("an output");
    led.set_state(PinState::High).expect("an output");
    led.set_state(PinState::Low).expect("an output");
    assert_eq!(other(digital::open_output("LED").map(drop)), "the label is held already");
    drop(led);
    let led = digital::open_stateful_output("LED").expect("it was given back");
    led.set_state(PinState::High).expect("an output");
    assert!(led.is_set_high().expect("an output") && !led.is_set_low().expect("an output"));
    led.toggle().expect("an output");
    assert!(led.is_set_low().expect("an output") && !led.is_set_high().expect("an output"));
    led.set_high().expect("an output");
    assert!(led.is_set_high().expect("an output"));
    led.set_low().expect("an output");
    assert!(led.is_set_low().expect("an output"));
    assert_eq!(other(digital::open_output("nobody").map(drop)), "the policy has no such label");
    for wrong in ["bus", "BUTTON"] {
        assert_eq!(other(digital::open_output(wrong).map(drop)), "the label stands for another kind of hardware");
        assert_eq!(
            other(digital::open_stateful_output(wrong).map(drop)),
            "the label stands for another kind of hardware"
        );
    }
}

fn inputs() {
    let button = digital::open_input("BUTTON").expect("the policy grants it");
    // It is pressed from the start, and pressed is low.
    assert!(button.is_low().expect("an input") && !button.is_high().expect("an input"));
    Delay::new().delay_ns(u32::MAX);
    assert!(button.is_high().expect("an input") && !button.is_low().expect("an input"));
    assert_eq!(other(digital::open_input("LED").map(drop)), "the label stands for another kind of hardware");
    assert_eq!(other(digital::open_input("nobody").map(drop)), "the policy has no such label");
}

fn duties() {
    let fan = pwm::open("FAN").expect("the policy grants it");
    let max = fan.max_duty_cycle();
    assert!(max > 1_000, "{max}");
    fan.set_duty_cycle_fully_on().expect("an output");
    fan.set_duty_cycle_fully_off().expect("an output");
    fan.set_duty_cycle(max).expect("all of it");
    fan.set_duty_cycle_fraction(1, 3).expect("a third");
    fan.set_duty_cycle_fraction(u16::MAX, u16::MAX).expect("all of it");
    fan.set_duty_cycle_fraction(0, 1).expect("nothing of it");
    fan.set_duty_cycle_percent(100).expect("all of it");
    fan.set_duty_cycle_percent(0).expect("nothing of it");
    if let Some(past) = max.checked_add(1) {
        assert_eq!(other(fan.set_duty_cycle(past)), "a duty past the whole one");
    }
    assert_eq!(other(fan.set_duty_cycle_fraction(2, 1)), "a duty past the whole one");
    assert_eq!(other(fan.set_duty_cycle_fraction(0, 0)), "a duty as a fraction whose denominator is 0");
    assert_eq!(other(fan.set_duty_cycle_fraction(1, 0)), "a duty past the whole one");
    assert_eq!(other(fan.set_duty_cycle_percent(101)), "a duty past the whole one");
    fan.set_duty_cycle_percent(25).expect("a quarter, which the test reads");
    assert_eq!(other(pwm::open("FAN").map(drop)), "the label is held already");
    assert_eq!(other(pwm::open("LED").map(drop)), "the label stands for another kind of hardware");
    assert_eq!(other(pwm::open("nobody").map(drop)), "the policy has no such label");
}

/// Returns the text of an error.
fn other(result: Result<(), GpioError>) -> String {
    let Err(GpioError::Other(text)) = result else { panic!("it should be refused") };
    text
}
