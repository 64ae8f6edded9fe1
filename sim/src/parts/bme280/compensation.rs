//! From raw readings to physical values, as drivers compute them, and back, as the analogue side of the part does.

use super::super::number::greatest;

/// The trimming values of one part.
#[derive(Clone, Copy, Debug)]
pub(super) struct Calibration {
    t1: u16,
    t2: i16,
    t3: i16,
    p1: u16,
    p2: i16,
    p3: i16,
    p4: i16,
    p5: i16,
    p6: i16,
    p7: i16,
    p8: i16,
    p9: i16,
    h1: u8,
    h2: i16,
    h3: u8,
    h4: i16,
    h5: i16,
    h6: i8,
}

impl Calibration {
    // Bosch BST-BMP280-DS001 rev. 1.23, section 3.12, the worked example (the BME280 has the same formulas and gives no example of
    // its own). The humidity values are those of a part as sold.
    pub(super) const EXAMPLE: Calibration = Calibration {
        t1: 27504,
        t2: 26435,
        t3: -1000,
        p1: 36477,
        p2: -10685,
        p3: 3024,
        p4: 2855,
        p5: 140,
        p6: -7,
        p7: 15500,
        p8: -14600,
        p9: 6000,
        h1: 75,
        h2: 370,
        h3: 0,
        h4: 313,
        h5: 50,
        h6: 30,
    };

    /// Returns registers 0x88 to 0xa1.
    // Bosch BST-BME280-DS002 rev. 1.6, section 4.2.2, table 16: least significant byte first; 0xa0 is not used.
    pub(super) fn low_registers(&self) -> [u8; 26] {
        let mut registers = [0; 26];
        let signed = [self.t2, self.t3, self.p2, self.p3, self.p4, self.p5, self.p6, self.p7, self.p8, self.p9]
            .map(i16::to_le_bytes);
        let (t1, p1) = (self.t1.to_le_bytes(), self.p1.to_le_bytes());
        let words = core::iter::once(&t1).chain(&signed[..2]).chain(core::iter::once(&p1)).chain(&signed[2..]);
        for (register, byte) in registers.iter_mut().zip(words.flatten()) {
            *register = *byte;
        }
        registers[25] = self.h1;
        registers
    }

    /// Returns registers 0xe1 to 0xe7.
    // The same table: 0xe5 holds the low four bits of both H4 and H5.
    pub(super) fn high_registers(&self) -> [u8; 7] {
        let h2 = self.h2.to_le_bytes();
        let h4 = (self.h4 << 4).to_be_bytes();
        let h5 = (self.h5 << 4).to_be_bytes();
        [h2[0], h2[1], self.h3, h4[0], h4[1] >> 4 | h5[1], h5[0], self.h6.to_be_bytes()[0]]
    }

    /// Returns the temperature of a raw reading in 1/5120 degC, which the data sheet calls `t_fine`.
    // Bosch BST-BME280-DS002 rev. 1.6, section 4.2.3, BME280_compensate_T_int32, in 64 bits so that nothing can overflow.
    pub(super) fn fine_temperature(&self, raw: i32) -> i64 {
        let raw = i64::from(raw);
        let (t1, t2, t3) = (i64::from(self.t1), i64::from(self.t2), i64::from(self.t3));
        let offset = (raw >> 4) - t1;
        ((((raw >> 3) - (t1 << 1)) * t2) >> 11) + ((((offset * offset) >> 12) * t3) >> 14)
    }

    /// Returns the pressure of a raw reading in 1/256 Pa.
    // Bosch BST-BME280-DS002 rev. 1.6, section 4.2.3, BME280_compensate_P_int64.
    pub(super) fn pressure(&self, raw: i32, t_fine: i64) -> i64 {
        let [p2, p3, p4, p5, p6, p7, p8, p9] =
            [self.p2, self.p3, self.p4, self.p5, self.p6, self.p7, self.p8, self.p9].map(i64::from);
        let t = t_fine - 128_000;
        let offset = t * t * p6 + ((t * p5) << 17) + (p4 << 35);
        let scale = ((t * t * p3) >> 8) + ((t * p2) << 12);
        let scale = (((1 << 47) + scale) * i64::from(self.p1)) >> 33;
        if scale == 0 {
            return 0;
        }
        let p = ((((0x10_0000 - i64::from(raw)) << 31) - offset) * 3125) / scale;
        let square = (p9 * (p >> 13) * (p >> 13)) >> 25;
        let linear = (p8 * p) >> 19;
        ((p + square + linear) >> 8) + (p7 << 4)
    }

    /// Returns the relative humidity of a raw reading in 1/1024 %.
    // Bosch BST-BME280-DS002 rev. 1.6, section 4.2.3, bme280_compensate_H_int32, in 64 bits so that nothing can overflow.
    pub(super) fn humidity(&self, raw: i32, t_fine: i64) -> i64 {
        let [h2, h4, h5] = [self.h2, self.h4, self.h5].map(i64::from);
        let (h1, h3, h6) = (i64::from(self.h1), i64::from(self.h3), i64::from(self.h6));
        let t = t_fine - 76_800;
        let reading = ((i64::from(raw) << 14) - (h4 << 20) - h5 * t + 16_384) >> 15;
        let scale = (((((t * h6) >> 10) * (((t * h3) >> 11) + 32_768)) >> 10) + 2_097_152) * h2 + 8_192;
        let linear = reading * (scale >> 14);
        let curved = linear - (((((linear >> 15) * (linear >> 15)) >> 7) * h1) >> 4);
        curved.clamp(0, 419_430_400) >> 12
    }

    /// Returns the 20-bit reading that a temperature gives.
    pub(super) fn raw_temperature(&self, temperature_c: f64) -> i32 {
        greatest(0..=0xf_ffff, |raw| exact(self.fine_temperature(raw)) <= temperature_c * 5120.0)
    }

    /// Returns the 20-bit reading that a pressure gives; the higher the pressure, the lower the reading.
    pub(super) fn raw_pressure(&self, pressure_hpa: f64, t_fine: i64) -> i32 {
        greatest(0..=0xf_ffff, |raw| exact(self.pressure(raw, t_fine)) >= pressure_hpa * 25_600.0)
    }

    /// Returns the 16-bit reading that a relative humidity gives.
    pub(super) fn raw_humidity(&self, humidity_percent: f64, t_fine: i64) -> i32 {
        greatest(0..=0xffff, |raw| exact(self.humidity(raw, t_fine)) <= humidity_percent * 1024.0)
    }
}

/// Returns the number as a float; those that do not fit 32 bits are beyond everything that is searched for.
fn exact(number: i64) -> f64 {
    i32::try_from(number).map_or(if number < 0 { f64::NEG_INFINITY } else { f64::INFINITY }, f64::from)
}

#[cfg(test)]
mod tests {
    use super::Calibration;

    const PART: Calibration = Calibration::EXAMPLE;

    #[test]
    fn the_worked_example_of_the_data_sheet_gives_its_results() {
        let t_fine = PART.fine_temperature(519_888);
        assert_eq!((t_fine * 5 + 128) >> 8, 2508);
        assert_eq!(PART.pressure(415_148, t_fine) >> 8, 100_653);
    }

    #[test]
    fn readings_rise_and_fall_with_the_measured_value_over_the_whole_range() {
        let mut t_before = i64::MIN;
        for raw in (0..=0xf_ffff).step_by(64) {
            let t = PART.fine_temperature(raw);
            assert!(t > t_before);
            t_before = t;
        }
        for t_fine in [-40, 0, 25, 85].map(|c| c * 5120) {
            let (low, high) = (PART.raw_pressure(1100.0, t_fine), PART.raw_pressure(300.0, t_fine));
            assert!(low > 0 && high < 0xf_ffff, "{low} {high}");
            assert!((low..high).step_by(16).all(|raw| PART.pressure(raw + 16, t_fine) < PART.pressure(raw, t_fine)));
            let (low, high) = (PART.raw_humidity(0.0, t_fine), PART.raw_humidity(100.0, t_fine));
            assert!(low > 0 && high <= 0xffff, "{low} {high}");
            assert!((low..high).all(|raw| PART.humidity(raw + 1, t_fine) >= PART.humidity(raw, t_fine)));
        }
    }

    #[test]
    fn trimming_values_are_where_drivers_look_for_them() {
        let low = PART.low_registers();
        assert_eq!(u16::from_le_bytes([low[0], low[1]]), PART.t1);
        assert_eq!(i16::from_le_bytes([low[4], low[5]]), PART.t3);
        assert_eq!(u16::from_le_bytes([low[6], low[7]]), PART.p1);
        assert_eq!(i16::from_le_bytes([low[22], low[23]]), PART.p9);
        assert_eq!(low[24..], [0, PART.h1]);
        let high = PART.high_registers();
        assert_eq!(i16::from_le_bytes([high[0], high[1]]), PART.h2);
        assert_eq!(i16::from(high[3]) << 4 | i16::from(high[4] & 0x0f), PART.h4);
        assert_eq!(i16::from(high[5]) << 4 | i16::from(high[4] >> 4), PART.h5);
        assert_eq!(high[6], 30);
    }
}
