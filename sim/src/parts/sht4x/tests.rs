//! The SHT4x against its data sheet and its driver.

use super::{Sht4x, crc};
use crate::i2c::I2cError;
use crate::parts::test_board::{NoAck, TestBoard};
use crate::sim::Sim;

const AT: u8 = 0x44;

#[test]
fn the_checksum_is_that_of_the_data_sheet() {
    // Section 4.4, table 7: "CRC (0xBEEF) = 0x92".
    assert_eq!(crc([0xbe, 0xef]), 0x92);
}

#[test]
fn a_measurement_is_not_acknowledged_before_it_ends() {
    let mut part = Sht4x::new(AT).expect("an address");
    let mut board = TestBoard::with(&mut part);
    for (command, ns) in [(0xfd, 8_300_000), (0xf6, 4_500_000), (0xe0, 1_600_000), (0x39, 1_100_000_000)] {
        board.i2c_write(&mut part, AT, &[command]).expect("a command");
        board.advance(&mut part, ns - 1);
        assert_eq!(board.i2c_read::<6>(&mut part, AT), Err(NoAck::Address), "{command:#04x}");
        board.advance(&mut part, 1);
        let word = |high, low| u16::from_be_bytes([high, low]);
        let [t_high, t_low, t_crc, h_high, h_low, h_crc] = board.i2c_read(&mut part, AT).expect("an answer");
        assert_eq!((t_crc, h_crc), (crc([t_high, t_low]), crc([h_high, h_low])));
        let temperature_c = -45.0 + 175.0 * f64::from(word(t_high, t_low)) / 65_535.0;
        let humidity_percent = -6.0 + 125.0 * f64::from(word(h_high, h_low)) / 65_535.0;
        assert!((temperature_c - 25.0).abs() < 0.002 && (humidity_percent - 50.0).abs() < 0.002);
    }
}

#[test]
fn an_answer_is_read_once() {
    let mut part = Sht4x::new(AT).expect("an address").with_serial_number(0x0123_4567);
    let mut board = TestBoard::with(&mut part);
    board.i2c_write(&mut part, AT, &[0x89]).expect("a command");
    assert_eq!(board.i2c_read::<6>(&mut part, AT), Err(NoAck::Address));
    board.advance(&mut part, 1_000_000);
    let answer = board.i2c_read::<6>(&mut part, AT).expect("an answer");
    assert_eq!([answer[0], answer[1], answer[3], answer[4]], [0x01, 0x23, 0x45, 0x67]);
    assert_eq!(board.i2c_read::<6>(&mut part, AT), Err(NoAck::Address));
}

#[test]
fn what_is_no_command_is_not_acknowledged() {
    let mut part = Sht4x::new(AT).expect("an address");
    let mut board = TestBoard::with(&mut part);
    assert_eq!(board.i2c_write(&mut part, AT, &[0x00]), Err(NoAck::Data(0)));
    assert_eq!(board.i2c_write(&mut part, AT, &[0xfd, 0x00]), Err(NoAck::Data(1)));
    assert_eq!(board.i2c_write(&mut part, 0x45, &[0xfd]), Err(NoAck::Address));
    assert!(Sht4x::new(0x47).is_err());
}

#[test]
fn a_reset_takes_a_millisecond() {
    let mut part = Sht4x::new(AT).expect("an address");
    let mut board = TestBoard::with(&mut part);
    board.i2c_write(&mut part, AT, &[0x94]).expect("a command");
    assert_eq!(board.i2c_write(&mut part, AT, &[0xfd]), Err(NoAck::Address));
    board.advance(&mut part, 1_000_000);
    board.i2c_write(&mut part, AT, &[0xfd]).expect("a command");
}

#[test]
fn the_driver_reads_what_was_set() {
    let sim = Sim::new();
    let bus = sim.i2c_bus("i2c", 400_000);
    let mut part = Sht4x::new(AT).expect("an address");
    part.set_temperature_c(-12.5);
    part.set_humidity_percent(71.0);
    sim.add_i2c(bus, part);
    let mut driver = sht4x::Sht4x::new(sim.i2c(bus));
    let measured = driver.measure(sht4x::Precision::High, &mut sim.delay()).expect("a measurement");
    assert!((measured.temperature_celsius().to_num::<f64>() + 12.5).abs() < 0.01);
    assert!((measured.humidity_percent().to_num::<f64>() - 71.0).abs() < 0.01);
    assert_eq!(driver.serial_number(&mut sim.delay()), Ok(0x0f1e_2d3c));
    let refused: Result<(), sht4x::Error<I2cError>> = driver.soft_reset(&mut sim.delay());
    assert_eq!(refused, Ok(()));
}
