//! Maxim MAX31855: the temperature of a thermocouple.
//!
//! It follows the data sheet: Maxim MAX31855 (19-5793, revision 5), tables 2 to 5.

use alloc::boxed::Box;

use embedded_hal::spi::{MODE_0, Mode};

use super::dials::Dials;
use super::number::steps;
use crate::model::{BuildError, Buses, Control, Model, Range, Setup, Value};
use crate::part::{Board, Part};
use crate::spi::SpiTarget;

/// The MAX31855 as a policy has it.
pub const MODEL: Model = Model {
    data_sheet: "Maxim MAX31855 (19-5793, revision 5)",
    omits: "Conversions take no time: what is read is what there is when the part is selected, without noise. The thermocouple is \
            linear, as the part takes it for.",
    controls: CONTROLS,
    ..Model::new("max31855", "a converter for a thermocouple", Buses::SPI, build)
};

const CONTROLS: &[Control; 5] = &[
    Control::number(
        "temperature",
        Range::new(-270.0, 1_800.0, 0.25, "degC"),
        100.0,
        "the temperature of the thermocouple",
    ),
    Control::number("internal", Range::new(-55.0, 125.0, 0.0625, "degC"), 25.0, "the temperature of the part"),
    Control::switch("open", false, "whether the thermocouple is not connected"),
    Control::switch("short-to-ground", false, "whether the thermocouple touches GND"),
    Control::switch("short-to-supply", false, "whether the thermocouple touches VCC"),
];

fn build(_setup: &Setup<'_>) -> Result<Box<dyn Part>, BuildError> {
    Ok(Box::new(Max31855 { dials: Dials::new(CONTROLS), shifted: 0 }))
}

struct Max31855 {
    dials: Dials<5>,
    /// What is still to be shifted out, from the most significant bit on.
    shifted: u32,
}

impl Max31855 {
    /// Table 2: 14 bits of 0.25 degC, a fault, 12 bits of 0.0625 degC, and the three faults.
    fn reading(&self) -> u32 {
        let bits = |value: i32, bits: u32| {
            value.unsigned_abs().wrapping_mul(if value < 0 { u32::MAX } else { 1 }) & ((1 << bits) - 1)
        };
        let thermocouple = bits(steps(self.dials.number(0), 0.25, -8_192..=8_191), 14);
        let internal = bits(steps(self.dials.number(1), 0.0625, -2_048..=2_047), 12);
        let faults = [2, 3, 4].map(|index| self.dials.is_on(index));
        let [open, ground, supply] = faults.map(u32::from);
        thermocouple << 18 | u32::from(faults.contains(&true)) << 16 | internal << 4 | supply << 2 | ground << 1 | open
    }
}

impl Part for Max31855 {
    fn spi(&mut self) -> Option<&mut dyn SpiTarget> {
        Some(self)
    }

    fn set_control(&mut self, control: &str, value: &Value, _board: &mut dyn Board) -> bool {
        self.dials.set(control, value)
    }

    fn readout(&mut self, readout: &str, _now_ns: u64) -> Option<Value> {
        self.dials.read(readout)
    }
}

impl SpiTarget for Max31855 {
    fn accepts(&self, mode: Mode) -> bool {
        mode == MODE_0
    }

    fn select(&mut self, _board: &mut dyn Board) {
        self.shifted = self.reading();
    }

    fn transfer(&mut self, _mosi: u8, _board: &mut dyn Board) -> u8 {
        let [byte, ..] = self.shifted.to_be_bytes();
        self.shifted <<= 8;
        byte
    }

    fn deselect(&mut self, _board: &mut dyn Board) {}
}

#[cfg(test)]
mod tests {
    use super::{CONTROLS, Dials, Max31855};
    use crate::model::Value;
    use crate::part::Part as _;
    use crate::parts::test_board::TestBoard;

    /// Tables 4 and 5.
    #[test]
    fn temperatures_have_the_data_sheets_bits() {
        let mut part = Max31855 { dials: Dials::new(CONTROLS), shifted: 0 };
        let mut board = TestBoard::with(&mut part);
        for (thermocouple, internal, upper, lower) in [
            (1_600.0, 127.0, 0x6400_u16, 0x7d00_u16),
            (100.75, 100.5625, 0x064c, 0x6490),
            (25.0, 25.0, 0x0190, 0x1900),
            (0.0, 0.0, 0x0000, 0x0000),
            (-0.25, -0.0625, 0xfffc, 0xfff0),
            (-250.0, -20.0, 0xf060, 0xec00),
        ] {
            part.set_control("temperature", &Value::Number(thermocouple), &mut board);
            part.set_control("internal", &Value::Number(internal), &mut board);
            let expected = [upper.to_be_bytes(), lower.to_be_bytes()].concat();
            assert_eq!(board.spi(&mut part, &[0; 4]), expected, "{thermocouple}, {internal}");
        }
        part.set_control("open", &Value::Switch(true), &mut board);
        let bytes = board.spi(&mut part, &[0; 4]);
        assert_eq!((bytes[1] & 1, bytes[3] & 7), (1, 1));
    }
}
