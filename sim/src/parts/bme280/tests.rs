//! What a driver of the part may rely on.

use super::super::test_board::{NoAck, TestBoard};
use super::Bme280;

const ADDRESS: u8 = 0x76;
const MS: u64 = 1_000_000;

fn powered() -> (Bme280, TestBoard) {
    let mut part = Bme280::new(ADDRESS).expect("a possible address");
    let mut board = TestBoard::with(&mut part);
    board.advance(&mut part, 10 * MS);
    (part, board)
}

fn write(board: &mut TestBoard, part: &mut Bme280, pairs: &[u8]) {
    board.i2c_write(part, ADDRESS, pairs).expect("acknowledged");
}

fn read<const N: usize>(board: &mut TestBoard, part: &mut Bme280, register: u8) -> [u8; N] {
    board.i2c_write_read(part, ADDRESS, &[register]).expect("acknowledged")
}

/// Pressure, temperature and humidity as they are in the data registers.
fn readings(board: &mut TestBoard, part: &mut Bme280) -> [i64; 3] {
    let d: [u8; 8] = read(board, part, 0xf7);
    let wide = |a: u8, b: u8, c: u8| i64::from(a) << 12 | i64::from(b) << 4 | i64::from(c >> 4);
    [wide(d[0], d[1], d[2]), wide(d[3], d[4], d[5]), i64::from(d[6]) << 8 | i64::from(d[7])]
}

/// The floating-point formulas of the data sheet, section 8.1, from nothing but registers: degC, hPa, %.
fn driver_values(board: &mut TestBoard, part: &mut Bme280) -> [f64; 3] {
    let c: [u8; 26] = read(board, part, 0x88);
    let e: [u8; 7] = read(board, part, 0xe1);
    let u = |i: usize| f64::from(u16::from_le_bytes([c[i], c[i + 1]]));
    let s = |i: usize| f64::from(i16::from_le_bytes([c[i], c[i + 1]]));
    let (h1, h2, h3) = (f64::from(c[25]), f64::from(i16::from_le_bytes([e[0], e[1]])), f64::from(e[2]));
    let h4 = f64::from(i16::from_be_bytes([e[3], e[4] << 4]) >> 4);
    let h5 = f64::from(i16::from_be_bytes([e[5], e[4] & 0xf0]) >> 4);
    let h6 = f64::from(i8::from_be_bytes([e[6]]));
    let [p, t, h] = readings(board, part).map(|raw| f64::from(i32::try_from(raw).expect("20 bits")));

    let near = t / 131_072.0 - u(0) / 8192.0;
    let t_fine = (t / 16_384.0 - u(0) / 1024.0) * s(2) + near * near * s(4);

    let v1 = t_fine / 2.0 - 64_000.0;
    let v2 = (v1 * v1 * s(16) / 32_768.0 + v1 * s(14) * 2.0) / 4.0 + s(12) * 65_536.0;
    let v1 = (1.0 + (s(10) * v1 * v1 / 524_288.0 + s(8) * v1) / 524_288.0 / 32_768.0) * u(6);
    let pressure = (1_048_576.0 - p - v2 / 4096.0) * 6250.0 / v1;
    let pressure =
        pressure + (s(22) * pressure * pressure / 2_147_483_648.0 + pressure * s(20) / 32_768.0 + s(18)) / 16.0;

    let v = t_fine - 76_800.0;
    let v = (h - (h4 * 64.0 + h5 / 16_384.0 * v))
        * (h2 / 65_536.0 * (1.0 + h6 / 67_108_864.0 * v * (1.0 + h3 / 67_108_864.0 * v)));
    let humidity = (v * (1.0 - h1 * v / 524_288.0)).clamp(0.0, 100.0);

    [t_fine / 5120.0, pressure / 100.0, humidity]
}

/// The 32-bit formulas of the data sheet, sections 4.2.3 and 8.2, which overflow (and panic here) if a reading is out of range.
fn integer_values(board: &mut TestBoard, part: &mut Bme280) -> [f64; 3] {
    let c: [u8; 26] = read(board, part, 0x88);
    let e: [u8; 7] = read(board, part, 0xe1);
    let u = |i: usize| i32::from(u16::from_le_bytes([c[i], c[i + 1]]));
    let s = |i: usize| i32::from(i16::from_le_bytes([c[i], c[i + 1]]));
    let [p, t, h] = readings(board, part).map(|raw| i32::try_from(raw).expect("20 bits"));

    let near = (t >> 4) - u(0);
    let t_fine = ((((t >> 3) - (u(0) << 1)) * s(2)) >> 11) + ((((near * near) >> 12) * s(4)) >> 14);

    let v1 = (t_fine >> 1) - 64_000;
    let v2 = (((v1 >> 2) * (v1 >> 2)) >> 11) * s(16) + ((v1 * s(14)) << 1);
    let v2 = (v2 >> 2) + (s(12) << 16);
    let v1 = (((s(10) * (((v1 >> 2) * (v1 >> 2)) >> 13)) >> 3) + ((s(8) * v1) >> 1)) >> 18;
    let v1 = u32::try_from(((32_768 + v1) * u(6)) >> 15).expect("positive");
    let pressure = u32::try_from(1_048_576 - p - (v2 >> 12)).expect("positive") * 3125;
    let pressure = if pressure < 0x8000_0000 { (pressure << 1) / v1 } else { pressure / v1 * 2 };
    let pressure = i32::try_from(pressure).expect("in range");
    let v1 = (s(22) * (((pressure >> 3) * (pressure >> 3)) >> 13)) >> 12;
    let v2 = ((pressure >> 2) * s(20)) >> 13;
    let pressure = pressure + ((v1 + v2 + s(18)) >> 4);

    let (h1, h2, h3) = (i32::from(c[25]), i32::from(i16::from_le_bytes([e[0], e[1]])), i32::from(e[2]));
    let h4 = i32::from(i16::from_be_bytes([e[3], e[4] << 4]) >> 4);
    let h5 = i32::from(i16::from_be_bytes([e[5], e[4] & 0xf0]) >> 4);
    let h6 = i32::from(i8::from_be_bytes([e[6]]));
    let v = t_fine - 76_800;
    let v = (((h << 14) - (h4 << 20) - h5 * v + 16_384) >> 15)
        * (((((((v * h6) >> 10) * (((v * h3) >> 11) + 32_768)) >> 10) + 2_097_152) * h2 + 8192) >> 14);
    let v = (v - (((((v >> 15) * (v >> 15)) >> 7) * h1) >> 4)).clamp(0, 419_430_400);

    [f64::from((t_fine * 5 + 128) >> 8) / 100.0, f64::from(pressure) / 100.0, f64::from(v >> 12) / 1024.0]
}

fn measure_once(board: &mut TestBoard, part: &mut Bme280, osrs: u8) {
    write(board, part, &[0xf2, osrs, 0xf4, osrs << 5 | osrs << 2 | 1]);
    board.advance(part, 120 * MS);
}

#[test]
fn drivers_read_back_what_was_set_over_the_whole_range() {
    let (mut part, mut board) = powered();
    for osrs in [1, 2, 5] {
        for temperature in (-400..=850).step_by(125).map(|t| f64::from(t) / 10.0 + 0.0049) {
            for pressure in (3000..=11_000).step_by(1000).map(|p| f64::from(p) / 10.0) {
                for humidity in (0..=100).step_by(20).map(f64::from) {
                    part.set_temperature_c(temperature);
                    part.set_pressure_hpa(pressure);
                    part.set_humidity_percent(humidity);
                    measure_once(&mut board, &mut part, osrs);
                    let wanted = [part.temperature_c(), pressure, humidity];
                    for values in [driver_values(&mut board, &mut part), integer_values(&mut board, &mut part)] {
                        let errors = [0, 1, 2].map(|i| (values[i] - wanted[i]).abs());
                        let within = errors[0] <= 0.01 && errors[1] <= 0.1 && errors[2] <= 0.1;
                        assert!(within, "{values:?} instead of {wanted:?} with osrs {osrs}");
                    }
                }
            }
        }
    }
}

#[test]
fn values_beyond_the_operating_range_are_held_at_its_ends() {
    let (mut part, _) = powered();
    part.set_temperature_c(1e9);
    part.set_pressure_hpa(f64::NEG_INFINITY);
    part.set_humidity_percent(f64::NAN);
    assert_eq!((part.temperature_c(), part.pressure_hpa(), part.humidity_percent()), (85.0, 300.0, 0.0));
}

#[test]
fn addresses_that_sdo_cannot_select_are_refused() {
    assert!(Bme280::new(0x75).is_err());
    assert!(Bme280::new(0xff).is_err());
    let (mut part, mut board) = powered();
    assert_eq!(board.i2c_write(&mut part, 0x77, &[]), Err(NoAck::Address));
}

#[test]
fn a_forced_measurement_takes_its_time_and_ends_in_sleep() {
    let (mut part, mut board) = powered();
    write(&mut board, &mut part, &[0xf2, 1, 0xf4, 0x25]);
    assert_eq!(read(&mut board, &mut part, 0xf3), [0x08, 0x25]);
    // 1 + 2 + (2 + 0.5) + (2 + 0.5) ms
    board.advance(&mut part, 8 * MS - 1);
    assert_eq!(readings(&mut board, &mut part), [0x8_0000, 0x8_0000, 0x8000]);
    board.advance(&mut part, 1);
    assert_eq!(read(&mut board, &mut part, 0xf3), [0x00, 0x24]);
    let first = readings(&mut board, &mut part);
    assert!(!first.contains(&0x8_0000) && first[2] != 0x8000);
    part.set_temperature_c(-10.0);
    board.advance(&mut part, 10_000 * MS);
    assert_eq!(readings(&mut board, &mut part), first);
}

#[test]
fn normal_mode_measures_again_after_each_standby_time() {
    let (mut part, mut board) = powered();
    write(&mut board, &mut part, &[0xf5, 0x20, 0xf4, 0x27]);
    board.advance(&mut part, 10 * MS);
    let first = readings(&mut board, &mut part);
    part.set_temperature_c(30.0);
    board.advance(&mut part, 60 * MS);
    assert_eq!(readings(&mut board, &mut part), first);
    board.advance(&mut part, 10 * MS);
    assert!((driver_values(&mut board, &mut part)[0] - 30.0).abs() <= 0.01);
    assert_eq!(read(&mut board, &mut part, 0xf4), [0x27]);
}

#[test]
fn a_mode_change_waits_for_the_end_of_the_measurement() {
    let (mut part, mut board) = powered();
    write(&mut board, &mut part, &[0xf4, 0x27, 0xf4, 0x24, 0xf2, 5, 0xf4, 0x27]);
    assert_eq!(read(&mut board, &mut part, 0xf2), [0x00, 0x08, 0x27]);
    board.advance(&mut part, 10 * MS);
    assert_eq!(read(&mut board, &mut part, 0xf3), [0x00, 0x24]);
}

#[test]
fn humidity_oversampling_takes_effect_with_the_next_ctrl_meas() {
    let (mut part, mut board) = powered();
    write(&mut board, &mut part, &[0xf4, 0x25]);
    board.advance(&mut part, 20 * MS);
    write(&mut board, &mut part, &[0xf2, 1]);
    assert_eq!(read(&mut board, &mut part, 0xf2), [1]);
    assert_eq!(readings(&mut board, &mut part)[2], 0x8000);
    write(&mut board, &mut part, &[0xf4, 0x25]);
    board.advance(&mut part, 20 * MS);
    assert_ne!(readings(&mut board, &mut part)[2], 0x8000);
}

#[test]
fn a_channel_that_is_skipped_reads_as_such() {
    let (mut part, mut board) = powered();
    write(&mut board, &mut part, &[0xf2, 1, 0xf4, 0x01]);
    board.advance(&mut part, 20 * MS);
    let [pressure, temperature, humidity] = readings(&mut board, &mut part);
    assert_eq!((pressure, temperature), (0x8_0000, 0x8_0000));
    assert_ne!(humidity, 0x8000);
}

#[test]
fn the_filter_starts_with_its_first_reading_and_settles_on_the_value() {
    let (mut part, mut board) = powered();
    part.set_temperature_c(20.0);
    write(&mut board, &mut part, &[0xf5, 0x10, 0xf4, 0x25]);
    board.advance(&mut part, 20 * MS);
    assert!((driver_values(&mut board, &mut part)[0] - 20.0).abs() <= 0.01);
    part.set_temperature_c(36.0);
    measure_once(&mut board, &mut part, 1);
    assert!((driver_values(&mut board, &mut part)[0] - 21.0).abs() <= 0.02);
    for _ in 0..300 {
        measure_once(&mut board, &mut part, 1);
    }
    assert!((driver_values(&mut board, &mut part)[0] - 36.0).abs() <= 0.01);
}

#[test]
fn one_burst_sees_one_measurement() {
    use crate::i2c::Direction;

    let (mut part, mut board) = powered();
    measure_once(&mut board, &mut part, 1);
    let before = readings(&mut board, &mut part);
    part.set_temperature_c(-20.0);
    write(&mut board, &mut part, &[0xf4, 0x25]);
    board.i2c_write(&mut part, ADDRESS, &[0xf7]).expect("acknowledged");
    let _ = board.i2c_start(&mut part, ADDRESS, Direction::Read).expect("acknowledged");
    board.advance(&mut part, 20 * MS);
    let target = crate::part::Part::i2c(&mut part).expect("on I2C");
    let burst = [(); 8].map(|()| target.read(&mut board));
    assert_eq!(i64::from(burst[3]) << 12 | i64::from(burst[4]) << 4 | i64::from(burst[5] >> 4), before[1]);
    assert_ne!(readings(&mut board, &mut part), before);
}

#[test]
fn writes_are_pairs_of_register_and_value_and_reads_go_on_upwards() {
    let (mut part, mut board) = powered();
    write(&mut board, &mut part, &[0xf5, 0xa0, 0xf2, 0x03]);
    assert_eq!(read(&mut board, &mut part, 0xf2), [0x03, 0x00, 0x00, 0xa0]);
    write(&mut board, &mut part, &[0xf2, 0x01, 0x02]);
    assert_eq!(read(&mut board, &mut part, 0xf2), [0x01]);
}

#[test]
fn config_is_not_written_in_normal_mode() {
    let (mut part, mut board) = powered();
    write(&mut board, &mut part, &[0xf4, 0x27, 0xf5, 0xa0]);
    assert_eq!(read(&mut board, &mut part, 0xf5), [0x00]);
}

#[test]
fn a_reset_clears_the_settings_and_copies_the_trimming_values_again() {
    let (mut part, mut board) = powered();
    write(&mut board, &mut part, &[0xf2, 1, 0xf4, 0x27, 0xe0, 0xb6]);
    assert_eq!(read(&mut board, &mut part, 0xf2), [0x00, 0x01, 0x00, 0x00]);
    board.advance(&mut part, 100 * MS);
    assert_eq!(read(&mut board, &mut part, 0xf3), [0x00]);
    assert_eq!(readings(&mut board, &mut part), [0x8_0000, 0x8_0000, 0x8000]);
    write(&mut board, &mut part, &[0xf2, 1, 0xe0, 0xb5]);
    assert_eq!(read(&mut board, &mut part, 0xf2), [0x01]);
}

#[test]
fn over_spi_the_value_follows_the_control_byte() {
    let mut part = Bme280::new_spi();
    let mut board = TestBoard::with(&mut part);
    // A driver that takes the byte clocked with the control byte, as bme280 0.5.1 does, sees 0xff and no chip.
    assert_eq!(board.spi(&mut part, &[0xd0, 0x00]), [0xff, 0x60]);
    // 0x72 0x03 writes ctrl_hum, 0x74 0x24 ctrl_meas.
    assert_eq!(board.spi(&mut part, &[0x72, 0x03, 0x74, 0x24]), [0xff; 4]);
    assert_eq!(board.spi(&mut part, &[0xf2, 0, 0, 0]), [0xff, 0x03, 0x01, 0x24]);
}

#[test]
fn the_interface_that_is_not_wired_does_not_answer() {
    use crate::part::Part;

    assert!(Bme280::new_spi().i2c().is_none());
    assert!(Bme280::new(0x77).expect("a possible address").spi().is_none());
}

#[test]
fn any_register_takes_any_value() {
    let mut spi = Bme280::new_spi();
    let mut spi_board = TestBoard::with(&mut spi);
    let (mut part, mut board) = powered();
    for register in 0..=255 {
        for value in [0x00, 0x55, 0xb6, 0xff] {
            write(&mut board, &mut part, &[register, value, register]);
            board.advance(&mut part, 7 * MS);
            let _: [u8; 3] = read(&mut board, &mut part, register);
            spi_board.spi(&mut spi, &[register, value, register, value]);
            spi_board.advance(&mut spi, 7 * MS);
        }
    }
}
