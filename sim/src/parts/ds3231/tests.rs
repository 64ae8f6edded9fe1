//! What a driver of the part may rely on.

use super::super::test_board::{NoAck, TestBoard};
use super::{ADDRESS, DateTime, Ds3231};
use crate::i2c::Direction;
use crate::net::{Drive, Net};
use crate::part::Part;

const MS: u64 = 1_000_000;
const S: u64 = 1000 * MS;

fn output() -> Net {
    TestBoard::net(0)
}

/// A part with a battery, at 2028-02-28 23:59:50, a Monday.
fn powered() -> (Ds3231, TestBoard) {
    let time = DateTime::new(2028, 2, 28, 23, 59, 50).expect("a date");
    let mut part = Ds3231::with_battery(time).with_output(output());
    let board = TestBoard::with(&mut part);
    (part, board)
}

fn write(board: &mut TestBoard, part: &mut Ds3231, bytes: &[u8]) {
    board.i2c_write(part, ADDRESS, bytes).expect("acknowledged");
}

fn read<const N: usize>(board: &mut TestBoard, part: &mut Ds3231, register: u8) -> [u8; N] {
    board.i2c_write_read(part, ADDRESS, &[register]).expect("acknowledged")
}

#[test]
fn it_answers_at_its_address_only() {
    let (mut part, mut board) = powered();
    assert_eq!(board.i2c_write(&mut part, 0x69, &[]), Err(NoAck::Address));
}

#[test]
fn without_a_battery_it_starts_at_2000_with_the_oscillator_stop_flag() {
    let mut part = Ds3231::new();
    let mut board = TestBoard::with(&mut part);
    assert_eq!(read(&mut board, &mut part, 0x00), [0, 0, 0, 1, 1, 1, 0]);
    assert_eq!(read(&mut board, &mut part, 0x0e), [0x1c, 0x88]);
    write(&mut board, &mut part, &[0x0f, 0x08]);
    assert_eq!(read(&mut board, &mut part, 0x0f), [0x08]);
    write(&mut board, &mut part, &[0x0f, 0x88]);
    assert_eq!(read(&mut board, &mut part, 0x0f), [0x08]);
}

#[test]
fn the_time_runs_with_the_virtual_clock() {
    let (mut part, mut board) = powered();
    assert_eq!(read(&mut board, &mut part, 0x00), [0x50, 0x59, 0x23, 0x02, 0x28, 0x02, 0x28]);
    board.advance(&mut part, 10 * S - 1);
    assert_eq!(read(&mut board, &mut part, 0x00), [0x59]);
    board.advance(&mut part, 1);
    assert_eq!(read(&mut board, &mut part, 0x00), [0x00, 0x00, 0x00, 0x03, 0x29, 0x02, 0x28]);
    board.advance(&mut part, 86_400 * S);
    assert_eq!(read(&mut board, &mut part, 0x00), [0x00, 0x00, 0x00, 0x04, 0x01, 0x03, 0x28]);
}

#[test]
fn one_read_sees_one_time() {
    let (mut part, mut board) = powered();
    board.advance(&mut part, 9 * S);
    write(&mut board, &mut part, &[0x00]);
    board.i2c_start(&mut part, ADDRESS, Direction::Read).expect("acknowledged");
    board.advance(&mut part, S);
    let target = part.i2c().expect("on I2C");
    let first_three = [(); 3].map(|()| target.read(&mut board));
    assert_eq!(first_three, [0x59, 0x59, 0x23]);
    for _ in 3..=0x12 {
        target.read(&mut board);
    }
    // The pointer rolled over, so the time is taken again.
    assert_eq!([(); 3].map(|()| target.read(&mut board)), [0x00, 0x00, 0x00]);
}

#[test]
fn writing_the_seconds_begins_a_second() {
    let (mut part, mut board) = powered();
    board.advance(&mut part, 900 * MS);
    write(&mut board, &mut part, &[0x00, 0x30]);
    board.advance(&mut part, S - 1);
    assert_eq!(read(&mut board, &mut part, 0x00), [0x30]);
    board.advance(&mut part, 1);
    assert_eq!(read(&mut board, &mut part, 0x00), [0x31]);
    write(&mut board, &mut part, &[0x01, 0x15]);
    board.advance(&mut part, S);
    assert_eq!(read(&mut board, &mut part, 0x00), [0x32, 0x15]);
}

#[test]
fn the_pointer_wraps_from_0x12_to_0x00_and_stays_between_transactions() {
    let (mut part, mut board) = powered();
    write(&mut board, &mut part, &[0x10, 0x81]);
    assert_eq!(read(&mut board, &mut part, 0x10), [0x81, 25, 0x00, 0x50]);
    assert_eq!(board.i2c_read(&mut part, ADDRESS), Ok([0x59]));
    assert_eq!(read(&mut board, &mut part, 0xff), [0x00, 0x50]);
}

#[test]
fn alarm_1_pulls_the_output_low_until_its_flag_is_cleared() {
    let (mut part, mut board) = powered();
    // At seconds 00; interrupt by alarm 1.
    write(&mut board, &mut part, &[0x07, 0x00, 0x80, 0x80, 0x80]);
    write(&mut board, &mut part, &[0x0e, 0x1d]);
    board.advance(&mut part, 10 * S - 1);
    assert_eq!(board.driven(output()), Drive::Released);
    board.advance(&mut part, 1);
    assert_eq!(board.driven(output()), Drive::Low);
    assert_eq!(read(&mut board, &mut part, 0x0f), [0x09]);
    write(&mut board, &mut part, &[0x0f, 0x08]);
    assert_eq!(board.driven(output()), Drive::Released);
    board.advance(&mut part, 60 * S);
    assert_eq!(board.driven(output()), Drive::Low);
}

#[test]
fn alarms_match_what_their_masks_leave() {
    // Alarm registers, seconds until the flag: the time is 23:59:50 on Monday 28 February.
    for (alarm, after_s) in [
        ([0x80, 0x80, 0x80, 0x80], 1),
        ([0x05, 0x80, 0x80, 0x80], 15),
        ([0x05, 0x01, 0x80, 0x80], 75),
        ([0x05, 0x01, 0x01, 0x80], 3675),
        ([0x05, 0x00, 0x00, 0x29], 15),
        ([0x05, 0x00, 0x00, 0x01], 86_415),
        ([0x05, 0x00, 0x00, 0x43], 15),
        ([0x05, 0x00, 0x00, 0x44], 86_415),
    ] {
        let (mut part, mut board) = powered();
        write(&mut board, &mut part, &[0x0b, 0x45, 0x23, 0x31]);
        write(&mut board, &mut part, &[0x07, alarm[0], alarm[1], alarm[2], alarm[3]]);
        board.advance(&mut part, after_s * S - 1);
        assert_eq!(read::<1>(&mut board, &mut part, 0x0f)[0] & 3, 0, "{alarm:x?}");
        board.advance(&mut part, 1);
        assert_eq!(read::<1>(&mut board, &mut part, 0x0f)[0] & 3, 1, "{alarm:x?}");
    }
}

#[test]
fn alarm_2_comes_at_seconds_00() {
    let (mut part, mut board) = powered();
    write(&mut board, &mut part, &[0x07, 0x59, 0x58, 0x22, 0x31]);
    write(&mut board, &mut part, &[0x0b, 0x01, 0x80, 0x80, 0x1e]);
    assert_eq!(board.driven(output()), Drive::Released);
    board.advance(&mut part, 70 * S - 1);
    assert_eq!(board.driven(output()), Drive::Released);
    board.advance(&mut part, 1);
    assert_eq!(board.driven(output()), Drive::Low);
    assert_eq!(read(&mut board, &mut part, 0x0f), [0x0a]);
}

#[test]
fn the_square_wave_falls_when_a_second_begins() {
    let (mut part, mut board) = powered();
    board.advance(&mut part, 300 * MS);
    write(&mut board, &mut part, &[0x0e, 0x00]);
    for (after_ms, expected) in [
        (0, Drive::Low),
        (199, Drive::Low),
        (1, Drive::Released),
        (499, Drive::Released),
        (1, Drive::Low),
        (500, Drive::Released),
    ] {
        board.advance(&mut part, after_ms * MS);
        assert_eq!(board.driven(output()), expected);
    }
    write(&mut board, &mut part, &[0x00, 0x00]);
    assert_eq!(board.driven(output()), Drive::Low);
    board.advance(&mut part, 500 * MS);
    assert_eq!(board.driven(output()), Drive::Released);
    write(&mut board, &mut part, &[0x0e, 0x04]);
    board.advance(&mut part, 10 * S);
    assert_eq!(board.driven(output()), Drive::Released);
}

#[test]
fn the_square_wave_has_the_selected_frequency() {
    for (rate_select, frequency_hz) in [(0, 1), (1, 1024), (2, 4096), (3, 8192)] {
        let (mut part, mut board) = powered();
        write(&mut board, &mut part, &[0x0e, rate_select << 3]);
        let (mut falls, mut before) = (0, board.driven(output()));
        for _ in 0..3 * 40_000 {
            board.advance(&mut part, 25_000);
            let now = board.driven(output());
            falls += u32::from(before == Drive::Released && now == Drive::Low);
            before = now;
        }
        assert_eq!(falls, 3 * frequency_hz);
    }
}

#[test]
fn temperatures_are_converted_every_64_seconds_or_when_asked() {
    let (mut part, mut board) = powered();
    assert_eq!(read(&mut board, &mut part, 0x11), [25, 0x00]);
    part.set_temperature_c(-10.25);
    board.advance(&mut part, 64 * S);
    assert_eq!(read(&mut board, &mut part, 0x0f), [0x0c, 0x00, 25, 0x00]);
    board.advance(&mut part, 200 * MS);
    assert_eq!(read(&mut board, &mut part, 0x11), [0xf5, 0xc0]);

    part.set_temperature_c(84.9);
    write(&mut board, &mut part, &[0x0e, 0x3c]);
    assert_eq!(read::<2>(&mut board, &mut part, 0x0e).map(|byte| byte & 0x24), [0x24, 0x04]);
    write(&mut board, &mut part, &[0x0e, 0x1c]);
    assert_eq!(read(&mut board, &mut part, 0x0e), [0x3c]);
    board.advance(&mut part, 200 * MS);
    assert_eq!(read(&mut board, &mut part, 0x0e), [0x1c]);
    assert_eq!(read(&mut board, &mut part, 0x11), [85, 0x00]);
}

#[test]
fn any_register_takes_any_value() {
    let (mut part, mut board) = powered();
    for register in 0..=255 {
        for value in (0..=255).step_by(5) {
            write(&mut board, &mut part, &[register, value, value, value]);
            board.advance(&mut part, 1100 * MS);
            let _: [u8; 25] = read(&mut board, &mut part, register);
        }
    }
}
