//! What a driver of the part may rely on.

use super::super::test_board::{NoAck, TestBoard};
use super::{Lm75, Model};
use crate::net::{Drive, Net};
use crate::part::Part;

const ADDRESS: u8 = 0x48;
const MS: u64 = 1_000_000;

fn output() -> Net {
    TestBoard::net(0)
}

fn powered(model: Model, temperature_c: f64) -> (Lm75, TestBoard) {
    let mut part = Lm75::new(model, ADDRESS).expect("a possible address").with_output(output());
    part.set_temperature_c(temperature_c);
    let board = TestBoard::with(&mut part);
    (part, board)
}

fn write(board: &mut TestBoard, part: &mut Lm75, bytes: &[u8]) {
    board.i2c_write(part, ADDRESS, bytes).expect("acknowledged");
}

fn word(board: &mut TestBoard, part: &mut Lm75) -> u16 {
    u16::from_be_bytes(board.i2c_read(part, ADDRESS).expect("acknowledged"))
}

#[test]
fn addresses_that_the_pins_cannot_select_are_refused() {
    assert!(Lm75::new(Model::Lm75, 0x47).is_err());
    assert!(Lm75::new(Model::Lm75, 0x50).is_err());
    let (mut part, mut board) = powered(Model::Lm75, 25.0);
    assert_eq!(board.i2c_write(&mut part, 0x49, &[0]), Err(NoAck::Address));
}

#[test]
fn the_temperature_is_left_justified_with_the_resolution_of_the_model() {
    // DS012658, section 1.4, and SLLS648D, table 5.
    for (model, temperature_c, expected) in [
        (Model::Lm75, 125.0, 0x7d00),
        (Model::Lm75, 0.5, 0x0080),
        (Model::Lm75, -0.5, 0xff80),
        (Model::Lm75, -55.0, 0xc900),
        (Model::Lm75, 21.3, 0x1580),
        (Model::Lm75, 300.0, 0x7d00),
        (Model::Lm75b, 25.125, 0x1920),
        (Model::Lm75b, -0.125, 0xffe0),
        (Model::Tmp105, 0.25, 0x0080),
    ] {
        let (mut part, mut board) = powered(model, temperature_c);
        assert_eq!(word(&mut board, &mut part), expected, "{model:?} at {temperature_c}");
    }
    let (mut part, mut board) = powered(Model::Tmp105, 0.25);
    write(&mut board, &mut part, &[1, 0x60]);
    board.advance(&mut part, 300 * MS);
    write(&mut board, &mut part, &[0]);
    assert_eq!(word(&mut board, &mut part), 0x0040);
}

#[test]
fn the_pointer_stays_between_transactions() {
    let (mut part, mut board) = powered(Model::Lm75, 25.0);
    assert_eq!(word(&mut board, &mut part), 0x1900);
    write(&mut board, &mut part, &[3]);
    assert_eq!(word(&mut board, &mut part), 0x5000);
    assert_eq!(word(&mut board, &mut part), 0x5000);
    write(&mut board, &mut part, &[2, 0x30, 0xff]);
    assert_eq!(word(&mut board, &mut part), 0x3080);
}

#[test]
fn reading_on_repeats_the_register() {
    let (mut part, mut board) = powered(Model::Lm75, 25.5);
    assert_eq!(board.i2c_read(&mut part, ADDRESS), Ok([0x19, 0x80, 0x19, 0x80]));
}

#[test]
fn half_a_limit_and_the_temperature_are_not_written() {
    let (mut part, mut board) = powered(Model::Lm75, 25.0);
    write(&mut board, &mut part, &[3, 0x10]);
    assert_eq!(word(&mut board, &mut part), 0x5000);
    write(&mut board, &mut part, &[0, 0x10, 0x00]);
    assert_eq!(word(&mut board, &mut part), 0x1900);
}

#[test]
fn a_new_temperature_shows_at_the_end_of_a_conversion() {
    let (mut part, mut board) = powered(Model::Lm75, 25.0);
    part.set_temperature_c(30.0);
    board.advance(&mut part, 99 * MS);
    assert_eq!(word(&mut board, &mut part), 0x1900);
    board.advance(&mut part, MS);
    assert_eq!(word(&mut board, &mut part), 0x1e00);
}

#[test]
fn shutdown_keeps_the_last_temperature() {
    let (mut part, mut board) = powered(Model::Lm75, 25.0);
    write(&mut board, &mut part, &[1, 0x01]);
    part.set_temperature_c(30.0);
    board.advance(&mut part, 1000 * MS);
    write(&mut board, &mut part, &[0]);
    assert_eq!(word(&mut board, &mut part), 0x1900);
    write(&mut board, &mut part, &[1, 0x00, 0x00]);
    board.advance(&mut part, 100 * MS);
    write(&mut board, &mut part, &[0]);
    assert_eq!(word(&mut board, &mut part), 0x1e00);
}

#[test]
fn a_one_shot_conversion_is_made_in_shutdown() {
    let (mut part, mut board) = powered(Model::Tmp105, 25.0);
    write(&mut board, &mut part, &[1, 0x01]);
    part.set_temperature_c(30.0);
    board.advance(&mut part, 100 * MS);
    write(&mut board, &mut part, &[1, 0x81]);
    assert_eq!(board.i2c_read(&mut part, ADDRESS), Ok([0x01]));
    board.advance(&mut part, 28 * MS);
    part.set_temperature_c(40.0);
    board.advance(&mut part, 1000 * MS);
    write(&mut board, &mut part, &[0]);
    assert_eq!(word(&mut board, &mut part), 0x1e00);
}

#[test]
fn in_comparator_mode_the_output_follows_the_limits_with_hysteresis() {
    let (mut part, mut board) = powered(Model::Lm75, 25.0);
    for (temperature_c, expected) in [
        (80.0, Drive::Released),
        (80.5, Drive::Low),
        (76.0, Drive::Low),
        (75.0, Drive::Low),
        (74.5, Drive::Released),
        (78.0, Drive::Released),
    ] {
        part.set_temperature_c(temperature_c);
        board.advance(&mut part, 100 * MS);
        assert_eq!(board.driven(output()), expected, "at {temperature_c}");
        word(&mut board, &mut part);
        assert_eq!(board.driven(output()), expected, "after a read at {temperature_c}");
    }
}

#[test]
fn in_interrupt_mode_the_output_stays_active_until_a_read() {
    let (mut part, mut board) = powered(Model::Lm75, 25.0);
    write(&mut board, &mut part, &[1, 0x02]);
    part.set_temperature_c(90.0);
    board.advance(&mut part, 100 * MS);
    assert_eq!(board.driven(output()), Drive::Low);
    word(&mut board, &mut part);
    assert_eq!(board.driven(output()), Drive::Released);
    board.advance(&mut part, 500 * MS);
    assert_eq!(board.driven(output()), Drive::Released);
    part.set_temperature_c(20.0);
    board.advance(&mut part, 500 * MS);
    assert_eq!(board.driven(output()), Drive::Low);
    write(&mut board, &mut part, &[1, 0x03]);
    assert_eq!(board.driven(output()), Drive::Released);
}

#[test]
fn the_fault_queue_counts_conversions_in_a_row() {
    let (mut part, mut board) = powered(Model::Lm75, 25.0);
    write(&mut board, &mut part, &[1, 0x10]);
    for (temperature_c, conversions, expected) in
        [(90.0, 3, Drive::Released), (25.0, 1, Drive::Released), (90.0, 3, Drive::Released), (90.0, 1, Drive::Low)]
    {
        part.set_temperature_c(temperature_c);
        board.advance(&mut part, conversions * 100 * MS);
        assert_eq!(board.driven(output()), expected);
    }
}

#[test]
fn the_output_can_be_active_high() {
    let (mut part, mut board) = powered(Model::Lm75, 25.0);
    assert_eq!(board.driven(output()), Drive::Released);
    write(&mut board, &mut part, &[1, 0x04]);
    assert_eq!(board.driven(output()), Drive::Low);
    part.set_temperature_c(90.0);
    board.advance(&mut part, 100 * MS);
    assert_eq!(board.driven(output()), Drive::Released);
}

#[test]
fn any_register_takes_any_value() {
    for model in [Model::Lm75, Model::Lm75b, Model::Tmp105] {
        let (mut part, mut board) = powered(model, 85.0);
        for register in 0..=255 {
            for value in 0..=255 {
                write(&mut board, &mut part, &[register, value, value, register, value]);
                part.wake(&mut board);
                board.advance(&mut part, 3 * MS);
                let _: [u8; 3] = board.i2c_read(&mut part, ADDRESS).expect("acknowledged");
            }
        }
    }
}
