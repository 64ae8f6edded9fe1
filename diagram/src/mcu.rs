//! The microcontroller boards that diagrams are drawn for: their pins, and the labels that a guest opens for them.

/// A board with a microcontroller.
#[derive(Debug)]
pub(crate) struct Mcu {
    /// What diagrams call it; a `*` at the end stands for whatever follows.
    pub(crate) types: &'static [&'static str],
    pins: Pins,
    /// The voltage of a pin that is high.
    pub(crate) millivolts: u32,
    pub(crate) adc_bits: u32,
    /// A sketch drives select lines itself, so that SPI is a whole bus: `SPI` of Arduino is the label `spi0`.
    pub(crate) is_arduino: bool,
}

/// How the pins are called.
#[derive(Clone, Copy, Debug)]
enum Pins {
    /// `13` and `A0`, as far as these; labels are `D13` and `A0`.
    Arduino(u32, u32),
    /// `GP0` to `GP28`.
    Pico,
    /// A number is `GPIO4`, and a name stays: `D4`, `PA5`.
    Named,
}

/// What a pin is.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) enum McuPin {
    Ground,
    /// A supply, with its voltage in millivolts.
    Power(u32),
    /// One that a guest can open, under this label.
    Signal(String),
    /// A pin without a label, such as reset.
    Other,
}

/// The boards.
static MCUS: &[Mcu] = &[
    arduino(&["wokwi-arduino-uno"], 13, 5),
    arduino(&["wokwi-arduino-nano"], 13, 7),
    arduino(&["wokwi-arduino-mega"], 53, 15),
    Mcu { types: &["wokwi-pi-pico*", "board-pi-pico*"], pins: Pins::Pico, ..named(&[]) },
    named(&[
        "wokwi-esp32-*",
        "board-esp32-*",
        "board-xiao-*",
        "board-st-nucleo-*",
        "board-stm32-*",
        "board-franzininho-wifi",
        "wokwi-nano-rp2040-connect",
        "wokwi-attiny85",
        "wokwi-franzininho",
    ]),
];

const fn arduino(types: &'static [&'static str], digital: u32, analog: u32) -> Mcu {
    Mcu { types, pins: Pins::Arduino(digital, analog), millivolts: 5000, adc_bits: 10, is_arduino: true }
}

const fn named(types: &'static [&'static str]) -> Mcu {
    Mcu { types, pins: Pins::Named, millivolts: 3300, adc_bits: 12, is_arduino: false }
}

/// Returns the board that a type names.
pub(crate) fn find(kind: &str) -> Option<&'static Mcu> {
    let is = |name: &&str| match name.strip_suffix('*') {
        Some(start) => kind.starts_with(start),
        None => kind == *name,
    };
    MCUS.iter().find(|mcu| mcu.types.iter().any(&is))
}

/// Pins that a guest does not open.
const OTHERS: [&str; 12] =
    ["RST", "RESET", "EN", "RUN", "AREF", "IOREF", "3V3_EN", "ADC_VREF", "ADC_REF", "NC", "BOOT", "VREF"];

impl Mcu {
    /// Returns what a pin is, if the board has it.
    pub(crate) fn pin(&self, name: &str) -> Option<McuPin> {
        // Several pins of a kind are numbered: `GND.2`, `A4.2`.
        let base =
            name.split_once('.').filter(|(_, number)| number.parse::<u8>().is_ok()).map_or(name, |(base, _)| base);
        let upper = base.to_ascii_uppercase();
        match upper.as_str() {
            "GND" | "VSS" | "AGND" => return Some(McuPin::Ground),
            "3V3" | "3.3V" => return Some(McuPin::Power(3300)),
            "5V" | "VIN" | "VSYS" | "VBUS" | "USB" => return Some(McuPin::Power(5000)),
            "VCC" | "VDD" => return Some(McuPin::Power(self.millivolts)),
            other if OTHERS.contains(&other) => return Some(McuPin::Other),
            _ => {}
        }
        let up_to = |text: &str, last: u32| text.parse::<u32>().ok().filter(|number| *number <= last);
        let label = match self.pins {
            Pins::Arduino(digital, analog) => match upper.strip_prefix('A') {
                Some(number) => format!("A{}", up_to(number, analog)?),
                None => format!("D{}", up_to(upper.strip_prefix('D').unwrap_or(&upper), digital)?),
            },
            Pins::Pico => match upper.as_str() {
                "TP4" => "GP23".to_owned(),
                "TP5" => "GP25".to_owned(),
                other => format!("GP{}", up_to(other.strip_prefix("GP")?, 28)?),
            },
            Pins::Named if base.bytes().all(|byte| byte.is_ascii_digit()) => format!("GPIO{base}"),
            Pins::Named if base.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_') => base.to_owned(),
            Pins::Named => return None,
        };
        Some(McuPin::Signal(label))
    }

    /// Returns how the pins are called, for somebody who named another.
    pub(crate) fn pins(&self) -> String {
        match self.pins {
            Pins::Arduino(digital, analog) => format!("pins: 0 to {digital}, A0 to A{analog}, 5V, 3.3V, GND.1"),
            Pins::Pico => "pins: GP0 to GP28, 3V3, VBUS, VSYS, GND.1".to_owned(),
            Pins::Named => "pins: a number or a name, such as 4, D4 or PA5, 3V3, 5V, GND.1".to_owned(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{McuPin, find};

    #[test]
    fn pins_have_the_labels_that_a_sketch_opens() {
        let label = |board: &str, pin: &str| match find(board).expect("a board").pin(pin) {
            Some(McuPin::Signal(label)) => label,
            other => format!("{other:?}"),
        };
        assert_eq!(label("wokwi-arduino-uno", "13"), "D13");
        assert_eq!(label("wokwi-arduino-uno", "A4.2"), "A4");
        assert_eq!(label("wokwi-arduino-uno", "14"), "None");
        assert_eq!(label("wokwi-arduino-mega", "53"), "D53");
        assert_eq!(label("wokwi-pi-pico", "GP15"), "GP15");
        assert_eq!(label("board-pi-pico-w", "TP5"), "GP25");
        assert_eq!(label("wokwi-pi-pico", "GP29"), "None");
        assert_eq!(label("wokwi-esp32-devkit-v1", "D4"), "D4");
        assert_eq!(label("board-esp32-devkit-c-v4", "21"), "GPIO21");
        assert_eq!(label("board-esp32-devkit-c-v4", "3V3"), "Some(Power(3300))");
        assert_eq!(label("wokwi-arduino-uno", "GND.3"), "Some(Ground)");
        assert_eq!(label("wokwi-arduino-uno", "3.3V"), "Some(Power(3300))");
        assert_eq!(label("wokwi-arduino-uno", "RESET"), "Some(Other)");
        assert!(find("wokwi-led").is_none());
    }
}
