//! Which function of a pin is which wire of which controller.
//! RP2350 data sheet, section 9.4, "Function select", table "General purpose input/output (GPIO) bank 0 functions".

/// The pins of the package of the Pico 2.
pub(crate) const PINS: usize = 30;

/// A wire of a controller.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Signal {
    SpiRx(usize),
    SpiCs(usize),
    SpiSck(usize),
    SpiTx(usize),
    UartTx(usize),
    UartRx(usize),
    I2cSda(usize),
    I2cScl(usize),
    /// A counter, and which of its two outputs.
    Pwm(usize, usize),
    Sio,
    /// A function that is not modelled, or none: the pin is not driven.
    None,
}

/// Returns what a function number selects at a pin.
pub(crate) fn signal(pin: usize, function: u32) -> Signal {
    // UART0 and UART1 alternate by fours, with an offset: 0 to 3 are UART0, 4 to 11 UART1, 12 to 19 UART0, 20 to 27 UART1.
    let (spi, uart, i2c) = (pin / 8 % 2, (pin + 4) / 8 % 2, pin / 2 % 2);
    match (function, pin % 4) {
        (1, 0) => Signal::SpiRx(spi),
        (1, 1) => Signal::SpiCs(spi),
        (1, 2) => Signal::SpiSck(spi),
        (1, _) => Signal::SpiTx(spi),
        (2, 0) | (11, 2) => Signal::UartTx(uart),
        (2, 1) | (11, 3) => Signal::UartRx(uart),
        (3, 0 | 2) => Signal::I2cSda(i2c),
        (3, _) => Signal::I2cScl(i2c),
        (4, _) => Signal::Pwm(pin / 2 % 8, pin % 2),
        (5, _) => Signal::Sio,
        _ => Signal::None,
    }
}

#[cfg(test)]
mod tests {
    use super::{Signal, signal};

    #[test]
    fn the_wires_of_the_readme_are_where_the_data_sheet_has_them() {
        let table = [
            (0, 2, Signal::UartTx(0)),
            (1, 2, Signal::UartRx(0)),
            (4, 2, Signal::UartTx(1)),
            (8, 2, Signal::UartTx(1)),
            (12, 2, Signal::UartTx(0)),
            (21, 2, Signal::UartRx(1)),
            (6, 11, Signal::UartTx(1)),
            (10, 1, Signal::SpiSck(1)),
            (11, 1, Signal::SpiTx(1)),
            (12, 1, Signal::SpiRx(1)),
            (16, 1, Signal::SpiRx(0)),
            (17, 1, Signal::SpiCs(0)),
            (8, 3, Signal::I2cSda(0)),
            (9, 3, Signal::I2cScl(0)),
            (26, 3, Signal::I2cSda(1)),
            (20, 4, Signal::Pwm(2, 0)),
            (25, 5, Signal::Sio),
            (25, 31, Signal::None),
        ];
        for (pin, function, expected) in table {
            assert_eq!(signal(pin, function), expected, "pin {pin}, function {function}");
        }
    }
}
