//! The data sheet's values, and its times.

use super::Tmp117;
use crate::net::Drive;
use crate::part::Part as _;
use crate::parts::test_board::{NoAck, TestBoard};

const MS: u64 = 1_000_000;

fn started() -> (Tmp117, TestBoard) {
    let mut part = Tmp117::new(0x48).expect("an address").with_alert(TestBoard::net(1));
    let mut board = TestBoard::with(&mut part);
    board.advance(&mut part, 2 * MS);
    (part, board)
}

fn read(board: &mut TestBoard, part: &mut Tmp117, register: u8) -> u16 {
    u16::from_be_bytes(board.i2c_write_read(part, 0x48, &[register]).expect("it is there"))
}

fn write(board: &mut TestBoard, part: &mut Tmp117, register: u8, value: u16) {
    let [high, low] = value.to_be_bytes();
    board.i2c_write(part, 0x48, &[register, high, low]).expect("acknowledged");
}

#[test]
fn after_power_up_the_registers_are_those_of_the_factory() {
    let mut part = Tmp117::new(0x48).expect("an address");
    let mut board = TestBoard::with(&mut part);
    assert_eq!(board.i2c_write(&mut part, 0x48, &[0]), Err(NoAck::Address), "it starts for 1.5 ms");
    board.advance(&mut part, 2 * MS);
    // Section 7.6, column "reset".
    for (register, value) in [(0, 0x8000), (1, 0x0220), (2, 0x6000), (3, 0x8000), (4, 0), (7, 0), (0xf, 0x0117)] {
        assert_eq!(read(&mut board, &mut part, register), value, "register {register}");
    }
}

/// Section 7.3.3, table 7-1: 25 degC is 0x0c80, and -25 degC 0xf380.
#[test]
fn the_result_has_the_data_sheets_bits() {
    for (temperature_c, expected) in
        [(25.0, 0x0c80), (-25.0, 0xf380), (0.007_812_5, 1), (100.0, 0x3200), (150.0, 0x4b00)]
    {
        let (mut part, mut board) = started();
        part.set_temperature_c(temperature_c);
        board.advance(&mut part, 126 * MS);
        assert_eq!(read(&mut board, &mut part, 1) & 0x2000, 0x2000, "data ready after eight conversions");
        assert_eq!(read(&mut board, &mut part, 0), expected, "{temperature_c}");
        assert_eq!(read(&mut board, &mut part, 1) & 0x2000, 0, "and read");
    }
}

#[test]
fn a_one_shot_takes_one_conversion_and_shuts_the_part_down() {
    let (mut part, mut board) = started();
    write(&mut board, &mut part, 7, 0x0080);
    write(&mut board, &mut part, 1, 0x0c00);
    board.advance(&mut part, 15 * MS);
    assert_eq!(read(&mut board, &mut part, 1), 0x0c00);
    board.advance(&mut part, MS);
    assert_eq!(read(&mut board, &mut part, 1), 0x2400, "ready, and shut down");
    assert_eq!(read(&mut board, &mut part, 0), 0x0d00, "with an offset of 1 degC");
    part.set_temperature_c(80.0);
    board.advance(&mut part, 20_000 * MS);
    assert_eq!(read(&mut board, &mut part, 0), 0x0d00, "nothing further");
}

/// Section 7.3.2: 8 times 15.5 ms.
#[test]
fn an_average_takes_as_many_conversions() {
    for (configuration, ms) in [(0x0c00, 15), (0x0c20, 123), (0x0c40, 495), (0x0c60, 991)] {
        let (mut part, mut board) = started();
        write(&mut board, &mut part, 1, configuration);
        board.advance(&mut part, ms * MS);
        assert_eq!(read(&mut board, &mut part, 1) & 0x2000, 0, "not after {ms} ms");
        board.advance(&mut part, 2 * MS);
        assert_eq!(read(&mut board, &mut part, 1) & 0x2000, 0x2000, "{configuration:#06x}");
    }
}

#[test]
fn alerts_stay_until_they_are_read_and_a_thermostat_until_it_is_cold() {
    let (mut part, mut board) = started();
    let net = TestBoard::net(1);
    write(&mut board, &mut part, 2, 0x0f00);
    write(&mut board, &mut part, 3, 0x0a00);
    write(&mut board, &mut part, 1, 0x0000);
    part.set_temperature_c(30.5);
    board.advance(&mut part, 40 * MS);
    assert_eq!(board.driven(net), Drive::Low);
    part.set_temperature_c(25.0);
    board.advance(&mut part, 40 * MS);
    assert_eq!(read(&mut board, &mut part, 1) & 0xc000, 0x8000);
    assert_eq!(board.driven(net), Drive::Released, "read");
    part.set_temperature_c(19.0);
    board.advance(&mut part, 40 * MS);
    assert_eq!(read(&mut board, &mut part, 1) & 0xc000, 0x4000);
    write(&mut board, &mut part, 1, 0x0010);
    for (temperature_c, hot) in [(29.0, false), (31.0, true), (25.0, true), (19.0, false)] {
        part.set_temperature_c(temperature_c);
        board.advance(&mut part, 40 * MS);
        assert_eq!(read(&mut board, &mut part, 1) & 0xc000, if hot { 0x8000 } else { 0 }, "{temperature_c}");
    }
}

#[test]
fn what_is_written_unlocked_outlives_the_supply() {
    let (mut part, mut board) = started();
    write(&mut board, &mut part, 3, 0x0100);
    write(&mut board, &mut part, 4, 0x8000);
    write(&mut board, &mut part, 2, 0x1234);
    assert_eq!(read(&mut board, &mut part, 4), 0xc000, "busy for 7 ms");
    board.advance(&mut part, 8 * MS);
    assert_eq!(read(&mut board, &mut part, 4), 0x8000);
    write(&mut board, &mut part, 5, 0xbeef);
    part.power_off(&mut board);
    part.power_on(&mut board);
    board.advance(&mut part, 2 * MS);
    let words = [2, 3, 4, 5].map(|register| read(&mut board, &mut part, register));
    assert_eq!(words, [0x1234, 0x8000, 0, 0xbeef], "the low limit was not programmed");
    write(&mut board, &mut part, 2, 0);
    write(&mut board, &mut part, 1, 0x0002);
    assert_eq!(board.i2c_write(&mut part, 0x48, &[0]), Err(NoAck::Address), "a reset takes 2 ms");
    board.advance(&mut part, 2 * MS);
    assert_eq!(read(&mut board, &mut part, 2), 0x1234, "a reset loads the EEPROM");
}
