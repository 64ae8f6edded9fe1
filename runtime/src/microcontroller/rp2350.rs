//! What the pins of a Pico 2 can do.

use std::fmt;
use std::ops::RangeInclusive;

/// The pins of the RP2350 on a Pico 2 are 0 to this.
const LAST_PIN: u32 = 29;
/// The log's UART is on these.
const LOG_PINS: [u32; 2] = [0, 1];

/// What a bus wants of a pin.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Function {
    SpiSck(u8),
    SpiTx(u8),
    SpiRx(u8),
    I2cSda(u8),
    I2cScl(u8),
    UartTx(u8),
    UartRx(u8),
    /// Every pin is one of a counter's two outputs.
    Pwm,
    Adc,
    /// Driven or read by the processor: every pin can.
    Gpio,
}

/// A pin that cannot be what the policy wants it to be.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[error("`{key}` of label `{label}`: {problem}")]
pub struct PinError {
    label: String,
    key: &'static str,
    problem: String,
}

/// The frequencies that a counter of 16 bits makes of 150 MHz with its divider of up to 255, at a hundred steps or more.
pub(super) const PWM_FREQUENCIES_HZ: RangeInclusive<u32> = 10..=1_000_000;
/// Pins from this one on are inputs of the converter.
const FIRST_ADC_PIN: u32 = 26;

/// Returns the counter of a pin. RP2350 datasheet, section 12.5.2, "Programmer's model".
pub(super) fn pwm_slice(pin: u8) -> u8 {
    pin / 2 % 8
}

/// Returns the counter of a pin and its output.
pub(super) fn pwm_channel(pin: u8) -> (u8, u8) {
    (pwm_slice(pin), pin % 2)
}

/// Returns which UART a pin is of, with its first function: 0 for 0 to 3 and 12 to 19, 1 for 4 to 11 and 20 to 27.
fn uart_block(pin: u32) -> u32 {
    (pin + 4) / 8 % 2
}

impl PinError {
    /// Creates an error of what a key asks for.
    pub(super) fn new(label: &str, key: &'static str, problem: String) -> PinError {
        PinError { label: label.to_owned(), key, problem }
    }
}

impl Function {
    /// Returns whether a pin can do this. RP2350 datasheet, section 9.4, "Function select", table of bank 0.
    fn is_on(self, pin: u32) -> bool {
        let spi = |block: u8, role| u32::from(block) == pin / 8 % 2 && role == pin % 4;
        let i2c = |block: u8, role| u32::from(block) == pin / 2 % 2 && role == pin % 2;
        match self {
            Function::SpiRx(block) => spi(block, 0),
            Function::SpiSck(block) => spi(block, 2),
            Function::SpiTx(block) => spi(block, 3),
            Function::I2cSda(block) => i2c(block, 0),
            Function::I2cScl(block) => i2c(block, 1),
            Function::UartTx(block) => u32::from(block) == uart_block(pin) && pin.is_multiple_of(4),
            Function::UartRx(block) => u32::from(block) == uart_block(pin) && pin % 4 == 1,
            Function::Adc => pin >= FIRST_ADC_PIN,
            Function::Pwm | Function::Gpio => true,
        }
    }
}

/// Checks that a pin can do what a label wants of it, and returns its number.
pub(super) fn check(label: &str, key: &'static str, pin: u32, wanted: Function) -> Result<u8, PinError> {
    let refuse = |problem| PinError { label: label.to_owned(), key, problem };
    let number = u8::try_from(pin).ok().filter(|_| pin <= LAST_PIN);
    let Some(number) = number else {
        return Err(refuse(format!("a Pico 2 has pins 0 to {LAST_PIN}, not {pin}")));
    };
    if LOG_PINS.contains(&pin) {
        return Err(refuse(format!("pin {pin} carries the log of the firmware (UART0 on pins 0 and 1)")));
    }
    if wanted.is_on(pin) {
        return Ok(number);
    }
    let others: Vec<String> = (0..=LAST_PIN)
        .filter(|other| wanted.is_on(*other) && !LOG_PINS.contains(other))
        .map(|other| other.to_string())
        .collect();
    let can = abilities(pin).join(", ");
    Err(refuse(format!("pin {pin} cannot be {wanted}; it can be {can}. Pins {} can be {wanted}", others.join(", "))))
}

/// Returns everything that a pin can be.
fn abilities(pin: u32) -> Vec<String> {
    let (spi, i2c) = (pin / 8 % 2, pin / 2 % 2);
    let spi = ["RX (`miso`)", "CSn", "SCK (`sck`)", "TX (`mosi`)"]
        .into_iter()
        .zip(0..)
        .find(|(_, role)| *role == pin % 4)
        .map(|(name, _)| format!("{name} of SPI{spi}"));
    let line = if pin.is_multiple_of(2) { "SDA" } else { "SCL" };
    let uart = ["TX", "RX"].into_iter().zip(0..).find(|(_, role)| *role == pin % 4);
    let uart = uart.map(|(name, _)| format!("{name} of UART{}", uart_block(pin)));
    let adc = (pin >= FIRST_ADC_PIN).then(|| "an analogue input".to_owned());
    let others = [format!("{line} of I2C{i2c}"), "a PWM output".to_owned(), "a GPIO".to_owned()];
    spi.into_iter().chain(uart).chain(adc).chain(others).collect()
}

impl fmt::Display for Function {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Function::SpiSck(block) => write!(f, "SCK of SPI{block}"),
            Function::SpiTx(block) => write!(f, "TX of SPI{block}"),
            Function::SpiRx(block) => write!(f, "RX of SPI{block}"),
            Function::I2cSda(block) => write!(f, "SDA of I2C{block}"),
            Function::I2cScl(block) => write!(f, "SCL of I2C{block}"),
            Function::UartTx(block) => write!(f, "TX of UART{block}"),
            Function::UartRx(block) => write!(f, "RX of UART{block}"),
            Function::Pwm => f.write_str("a PWM output"),
            Function::Adc => f.write_str("an analogue input"),
            Function::Gpio => f.write_str("a GPIO"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_pins_of_the_weather_station_can_be_what_they_are_wired_to() {
        for (pin, wanted) in [
            (18, Function::SpiSck(0)),
            (19, Function::SpiTx(0)),
            (16, Function::SpiRx(0)),
            (10, Function::SpiSck(1)),
            (11, Function::SpiTx(1)),
            (12, Function::SpiRx(1)),
            (4, Function::I2cSda(0)),
            (5, Function::I2cScl(0)),
            (26, Function::I2cSda(1)),
            (27, Function::I2cScl(1)),
            (2, Function::Gpio),
            (4, Function::UartTx(1)),
            (5, Function::UartRx(1)),
            (20, Function::UartTx(1)),
            (16, Function::UartTx(0)),
            (28, Function::Adc),
            (22, Function::Pwm),
        ] {
            assert_eq!(check("x", "pin", pin, wanted).map(u32::from), Ok(pin), "{wanted}");
        }
    }

    #[test]
    fn a_refusal_names_the_pin_what_it_can_be_and_who_could() {
        let error = check("sensor", "sck", 17, Function::SpiSck(0)).expect_err("pin 17 is a select line");
        assert_eq!(
            error.to_string(),
            "`sck` of label `sensor`: pin 17 cannot be SCK of SPI0; it can be CSn of SPI0, RX of UART0, SCL of I2C0, a PWM output, \
             a GPIO. \
             Pins 2, 6, 18, 22 can be SCK of SPI0"
        );
        assert!(check("x", "pin", 30, Function::Gpio).is_err());
        assert!(check("x", "pin", 1, Function::Gpio).is_err());
    }
}
