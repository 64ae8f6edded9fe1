//! More pins, more buses, more outputs, and what sits on a bridge.

use embedded_hal::i2c::I2c as _;
use wasm_embedded_hal::Delay;

use crate::{drivers, i2c};

drivers! {
    "adafruit-seesaw" "0.14.0" adafruit_seesaw,
    "ds2484" "0.0.5" ds2484,
    "embedded-hal-bus" "0.3.0" embedded_hal_bus,
    "embedded-hal-compat" "0.13.0" embedded_hal_compat,
    "pcf857x" "0.5.0" pcf857x,
    "port-expander" "0.6.5" port_expander,
    "pwm-pca9685" "1.0.0" pwm_pca9685,
    "xca9548a" "1.0.0" xca9548a,
}

fn adafruit_seesaw() -> Option<()> {
    use adafruit_seesaw::devices::{RotaryEncoder, SeesawDevice, SeesawDeviceInit};
    use adafruit_seesaw::modules::encoder::EncoderModule;

    let driver = adafruit_seesaw::SeesawDriver::new(Delay::new(), i2c()?);
    RotaryEncoder::new_with_default_addr(driver).init().ok()?.position(0).ok()?;
    Some(())
}

fn ds2484() -> Option<()> {
    let mut bridge = ds2484::Ds2484Builder::default().build(i2c()?, Delay::new()).ok()?;
    bridge.bus_reset().ok()?;
    Some(())
}

fn embedded_hal_bus() -> Option<()> {
    use embedded_hal_bus::i2c::RefCellDevice;

    let bus = core::cell::RefCell::new(i2c()?);
    RefCellDevice::new(&bus).write(0x50_u8, &[0]).ok()?;
    Some(())
}

fn embedded_hal_compat() -> Option<()> {
    use embedded_hal_compat::ReverseCompat;
    use embedded_hal_compat::eh0_2::blocking::i2c::Write;

    Write::write(&mut i2c()?.reverse(), 0x50, &[0]).ok()?;
    Some(())
}

fn pcf857x() -> Option<()> {
    use pcf857x::OutputPin;

    let expander = pcf857x::Pcf8574::new(i2c()?, pcf857x::SlaveAddr::default());
    expander.split().p0.set_high().ok()?;
    Some(())
}

fn port_expander() -> Option<()> {
    let mut expander = port_expander::Pca9555::new(i2c()?, true, false, false);
    expander.split().io0_0.into_output().ok()?.set_high().ok()?;
    Some(())
}

fn pwm_pca9685() -> Option<()> {
    let mut outputs = pwm_pca9685::Pca9685::new(i2c()?, pwm_pca9685::Address::default()).ok()?;
    outputs.set_channel_on(pwm_pca9685::Channel::C0, 0).ok()?;
    Some(())
}

fn xca9548a() -> Option<()> {
    let switch = xca9548a::Xca9548a::new(i2c()?, xca9548a::SlaveAddr::default());
    let mut bus = switch.split().i2c1;
    bus.write(0x50_u8, &[0]).ok()?;
    lm75::Lm75::new(bus, lm75::Address::default()).read_temperature().ok()?;
    Some(())
}
