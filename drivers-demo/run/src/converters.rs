//! Analogue inputs and outputs, and pulses.

use embedded_hal_compat::ReverseCompat as _;
use nb::block;

use crate::{Failure, Outcome, i2c, uses};

uses! {
    "ads1x1x" ads1x1x,
    "mcp4725" mcp4725,
    "pwm-pca9685" pwm_pca9685,
}

/// Measures a potentiometer against ground, and against another voltage.
fn ads1x1x() -> Outcome {
    use ads1x1x::channel::{DifferentialA0A1, SingleA0};
    use ads1x1x::{Ads1x1x, FullScaleRange, TargetAddr};

    let mut converter = Ads1x1x::new_ads1115(i2c("converters")?, TargetAddr::default());
    println!("{}", block!(converter.read(SingleA0))?);
    converter.set_full_scale_range(FullScaleRange::Within4_096V)?;
    println!("{}", block!(converter.read(SingleA0))?);
    println!("{}", block!(converter.read(DifferentialA0A1))?);
    Ok(())
}

/// A driver for embedded-hal 0.2, whose output an ADS1115 measures.
fn mcp4725() -> Outcome {
    use ads1x1x::channel::SingleA2;
    use ads1x1x::{Ads1x1x, FullScaleRange, TargetAddr};
    use mcp4725::{MCP4725, PowerDown};

    let mut output = MCP4725::new(i2c("converters")?.reverse(), 0);
    output.set_dac(PowerDown::Normal, 0x400)?;
    let mut converter = Ads1x1x::new_ads1115(i2c("converters")?, TargetAddr::default());
    converter.set_full_scale_range(FullScaleRange::Within4_096V)?;
    println!("{}", block!(converter.read(SingleA2))?);
    output.set_dac_fast(PowerDown::Normal, 0xc00)?;
    println!("{}", block!(converter.read(SingleA2))?);
    let status = output.read()?;
    println!("{:#x}, EEPROM {:#x}", status.data(), status.eeprom_data());
    Ok(())
}

/// Turns a servo to the left, and dims a light.
fn pwm_pca9685() -> Outcome {
    use pwm_pca9685::{Address, Channel, Pca9685};

    let wrong = |_| Failure("the PCA9685 does not answer".into());
    let mut outputs = Pca9685::new(i2c("converters")?, Address::default()).map_err(wrong)?;
    // 50 Hz.
    outputs.set_prescale(121).map_err(wrong)?;
    outputs.enable().map_err(wrong)?;
    // 0.975 ms of 20: a quarter of the way.
    outputs.set_channel_on_off(Channel::C0, 0, 200).map_err(wrong)?;
    outputs.set_channel_on_off(Channel::C1, 0, 1024).map_err(wrong)?;
    println!("done");
    Ok(())
}
