//! Reads an LM75, and raises an alarm above 30 degrees.

use embedded_hal::digital::OutputPin;
use embedded_hal::i2c::I2c;

/// Returns the temperature in half degrees.
pub fn half_degrees<B: I2c>(bus: &mut B) -> Result<i16, B::Error> {
    let mut raw = [0; 2];
    bus.write_read(0x48, &[0x00], &mut raw)?;
    Ok(i16::from_be_bytes(raw) >> 7)
}

/// Sets the alarm if it is warmer than 30 degrees.
pub fn watch<B: I2c, P: OutputPin>(bus: &mut B, alarm: &mut P) -> Result<bool, B::Error> {
    let is_hot = half_degrees(bus)? > 60;
    let _ = alarm.set_state(is_hot.into());
    Ok(is_hot)
}

#[cfg(test)]
mod tests {
    use embedded_hal::digital::StatefulOutputPin;
    use wasm_embedded_hal::{Error, I2c, OutputPin};

    #[test]
    fn the_temperature_is_that_of_the_board() -> Result<(), Error> {
        assert_eq!(super::half_degrees(&mut I2c::open("sensor")?), Ok(63));
        Ok(())
    }

    #[test]
    fn the_alarm_is_raised_above_30_degrees() -> Result<(), Error> {
        let mut alarm = OutputPin::open("ALARM")?;
        assert!(super::watch(&mut I2c::open("sensor")?, &mut alarm).unwrap());
        assert!(alarm.is_set_high()?);
        Ok(())
    }

    #[test]
    fn each_test_has_a_fresh_board() -> Result<(), Error> {
        // The test above has raised the alarm, on its own board.
        assert!(OutputPin::open("ALARM")?.is_set_low()?);
        Ok(())
    }
}
