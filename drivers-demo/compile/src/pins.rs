//! What hangs on pins alone.

use wasm_embedded_hal::Delay;

use crate::{drivers, i2c, input, io, output};

drivers! {
    "dht-sensor" "0.3.0" dht_sensor,
    "embedded-dht-rs" "0.5.0" embedded_dht_rs,
    "hx711" "0.7.0" hx711,
    "onecable" "0.2.0" onecable,
    "rotary-encoder-embedded" "0.5.0" rotary_encoder_embedded,
    "rotary-encoder-hal" "0.6.0" rotary_encoder_hal,
}

fn dht_sensor() -> Option<()> {
    dht_sensor::dht22::blocking::read(&mut Delay::new(), &mut io()?).ok()?;
    Some(())
}

fn embedded_dht_rs() -> Option<()> {
    embedded_dht_rs::dht22::Dht22::new(io()?, Delay::new()).read().ok()?;
    embedded_dht_rs::dht20::Dht20::new(i2c()?, Delay::new()).read().ok()?;
    Some(())
}

fn hx711() -> Option<()> {
    hx711::Hx711::new(Delay::new(), input()?, output()?).ok()?.enable().ok()?;
    Some(())
}

fn onecable() -> Option<()> {
    let mut pin = io()?;
    onecable::OneWire::new(&mut pin).initialize_bus(&mut Delay::new()).ok()?;
    Some(())
}

fn rotary_encoder_embedded() -> Option<()> {
    rotary_encoder_embedded::RotaryEncoder::new(input()?, input()?).into_standard_mode().update();
    Some(())
}

fn rotary_encoder_hal() -> Option<()> {
    rotary_encoder_hal::Rotary::new(input()?, input()?).update().ok()?;
    Some(())
}
