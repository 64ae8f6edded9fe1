//! What hangs on pins alone.

use embedded_hal::delay::DelayNs as _;
use nb::block;
use wasm_embedded_hal::{Delay, InputPin, IoPin, OutputPin};

use crate::{Outcome, uses};

uses! {
    "button-driver" button_driver,
    "dht-sensor" dht_sensor,
    "embedded-dht-rs-dht22" dht22,
    "hx711" hx711,
    "rotary-encoder-embedded" rotary_encoder_embedded,
    "rotary-encoder-hal" rotary_encoder_hal,
}

/// The button is held from 10 ms on, for a second.
fn button_driver() -> Outcome {
    use button_driver::{Button, ButtonConfig};
    use std::time::{Duration, Instant};

    let pin = InputPin::open("PCF-KEY")?;
    let mut button = Button::<_, Instant, Duration>::new(pin, ButtonConfig::default());
    for _ in 0..1_300 {
        button.tick();
        Delay::new().delay_ms(1);
    }
    let held = button.held_time().ok_or("not held")?;
    println!("{} clicks, {} hold of {} ms", button.clicks(), button.holds(), held.as_millis());
    Ok(())
}

fn dht_sensor() -> Outcome {
    let mut line = IoPin::open("DHT")?;
    let reading = dht_sensor::dht22::blocking::read(&mut Delay::new(), &mut line)?;
    println!("{:.1} °C, {:.1} %", reading.temperature, reading.relative_humidity);
    Ok(())
}

fn dht22() -> Outcome {
    let reading = embedded_dht_rs::dht22::Dht22::new(IoPin::open("DHT")?, Delay::new()).read()?;
    println!("{:.1} °C, {:.1} %", reading.temperature, reading.humidity);
    Ok(())
}

fn hx711() -> Outcome {
    let (data, clock) = (InputPin::open("HX711-DOUT")?, OutputPin::open("HX711-SCK")?);
    let wrong = |_| "the HX711 does not answer";
    let mut scales = hx711::Hx711::new(Delay::new(), data, clock).map_err(wrong)?;
    println!("{}", block!(scales.retrieve()).map_err(wrong)?);
    block!(scales.set_mode(hx711::Mode::ChBGain32)).map_err(wrong)?;
    println!("{}", block!(scales.retrieve()).map_err(wrong)?);
    Ok(())
}

/// How long the encoder is looked at, and how often: the policy turns it by four detents, and back by one.
const LOOKS: u32 = 2_000;
const LOOK_US: u32 = 500;

fn rotary_encoder_embedded() -> Outcome {
    use rotary_encoder_embedded::{Direction, RotaryEncoder};

    let (a, b) = (InputPin::open("ENCODER-A")?, InputPin::open("ENCODER-B")?);
    let mut encoder = RotaryEncoder::new(a, b).into_standard_mode();
    let (mut clockwise, mut back) = (0, 0);
    for _ in 0..LOOKS {
        match encoder.update() {
            Direction::Clockwise => clockwise += 1,
            Direction::Anticlockwise => back += 1,
            Direction::None => {}
        }
        Delay::new().delay_us(LOOK_US);
    }
    println!("{clockwise} one way, {back} the other");
    Ok(())
}

fn rotary_encoder_hal() -> Outcome {
    use rotary_encoder_hal::{Direction, Rotary};

    let mut encoder = Rotary::new(InputPin::open("ENCODER-A")?, InputPin::open("ENCODER-B")?);
    let (mut clockwise, mut back) = (0, 0);
    for _ in 0..LOOKS {
        match encoder.update().map_err(|_| "the encoder cannot be read")? {
            Direction::Clockwise => clockwise += 1,
            Direction::CounterClockwise => back += 1,
            Direction::None => {}
        }
        Delay::new().delay_us(LOOK_US);
    }
    println!("{clockwise} one way, {back} the other");
    Ok(())
}
