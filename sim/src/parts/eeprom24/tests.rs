//! What a driver of the part may rely on.

use alloc::string::ToString;
use alloc::vec::Vec;

use super::super::test_board::{NoAck, TestBoard};
use super::{Eeprom24, Size};
use crate::i2c::Direction;
use crate::net::Drive;

const MS: u64 = 1_000_000;

fn powered(size: Size) -> (Eeprom24, TestBoard) {
    let mut part = Eeprom24::new(size, 0x50).expect("a possible address");
    let board = TestBoard::with(&mut part);
    (part, board)
}

/// Writes and waits for the end of the write cycle.
fn write(board: &mut TestBoard, part: &mut Eeprom24, address: u8, bytes: &[u8]) {
    board.i2c_write(part, address, bytes).expect("acknowledged");
    board.advance(part, 5 * MS);
}

#[test]
fn addresses_that_the_pins_cannot_select_are_refused() {
    assert!(Eeprom24::new(Size::C02, 0x57).is_ok());
    for (size, address) in
        [(Size::C02, 0x58), (Size::C02, 0xd0), (Size::C04, 0x51), (Size::C08, 0x52), (Size::C16, 0x54)]
    {
        assert!(Eeprom24::new(size, address).is_err(), "{size} at {address:#x}");
    }
    let error = Eeprom24::new(Size::C08, 0x51).expect_err("no such address");
    assert_eq!(error.to_string(), "0x51 is not an address of the 24C08: it can have 0x50 or 0x54");
}

#[test]
fn every_size_keeps_what_is_written_at_its_last_byte() {
    for size in Size::ALL {
        assert_eq!(Size::from_name(&size.to_string().to_lowercase()), Some(size));
        let (mut part, mut board) = powered(size);
        let last = size.bytes() - 1;
        let address = u32::try_from(last).expect("at most 64 KiB").to_be_bytes();
        let device = if size.address_bytes() == 1 { 0x50 | address[2] } else { 0x50 };
        let words = &address[4 - size.address_bytes()..];
        let bytes: Vec<u8> = words.iter().copied().chain([0xa5]).collect();
        write(&mut board, &mut part, device, &bytes);
        assert_eq!(part.bytes()[last], 0xa5, "{size}");
        assert_eq!(part.bytes().iter().filter(|&&byte| byte != 0xff).count(), 1, "{size}");
        assert_eq!(board.i2c_write_read(&mut part, device, words), Ok([0xa5]), "{size}");
    }
}

#[test]
fn a_write_wraps_within_its_page() {
    let (mut part, mut board) = powered(Size::C02);
    write(&mut board, &mut part, 0x50, &[0x0e, 1, 2, 3, 4]);
    assert_eq!(part.bytes()[6..18], [0xff, 0xff, 3, 4, 0xff, 0xff, 0xff, 0xff, 1, 2, 0xff, 0xff]);
    write(&mut board, &mut part, 0x50, &[0x10, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
    assert_eq!(part.bytes()[16..24], [9, 10, 3, 4, 5, 6, 7, 8]);
}

#[test]
fn nothing_is_acknowledged_during_the_write_cycle() {
    let (mut part, mut board) = powered(Size::C256);
    board.i2c_write(&mut part, 0x50, &[0, 0, 0x55]).expect("acknowledged");
    assert_eq!(board.i2c_write(&mut part, 0x50, &[]), Err(NoAck::Address));
    board.advance(&mut part, 5 * MS - 1);
    assert_eq!(board.i2c_read::<1>(&mut part, 0x50), Err(NoAck::Address));
    board.advance(&mut part, 1);
    assert_eq!(board.i2c_write_read(&mut part, 0x50, &[0, 0]), Ok([0x55]));
}

#[test]
fn setting_the_address_is_not_a_write() {
    let (mut part, mut board) = powered(Size::C32);
    board.i2c_write(&mut part, 0x50, &[0, 0]).expect("acknowledged");
    board.i2c_write(&mut part, 0x50, &[]).expect("no write cycle");
}

#[test]
fn a_write_takes_effect_only_at_its_stop() {
    let (mut part, mut board) = powered(Size::C02);
    let target = board.i2c_start(&mut part, 0x50, Direction::Write).expect("acknowledged");
    target.write(0x00, &mut board);
    target.write(0x55, &mut board);
    assert_eq!(board.i2c_read(&mut part, 0x50), Ok([0xff]));
    assert_eq!(part.bytes()[..2], [0xff, 0xff]);
    board.i2c_write(&mut part, 0x50, &[]).expect("no write cycle");
}

#[test]
fn reads_go_on_from_the_last_address_and_roll_over_at_the_end() {
    let (mut part, mut board) = powered(Size::C04);
    part.load(510, &[1, 2]).expect("it fits");
    part.load(0, &[3, 4]).expect("it fits");
    assert_eq!(board.i2c_write_read(&mut part, 0x51, &[0xfe]), Ok([1, 2, 3]));
    assert_eq!(board.i2c_read(&mut part, 0x50), Ok([4]));
}

#[test]
fn sequential_reads_cross_blocks() {
    let (mut part, mut board) = powered(Size::C16);
    part.load(0x2ff, &[7, 8]).expect("it fits");
    assert_eq!(board.i2c_write_read(&mut part, 0x52, &[0xff]), Ok([7, 8]));
}

#[test]
fn half_an_address_does_not_move_the_pointer() {
    let (mut part, mut board) = powered(Size::C64);
    part.load(0x0102, &[9, 10]).expect("it fits");
    assert_eq!(board.i2c_write_read(&mut part, 0x50, &[0x01, 0x02]), Ok([9]));
    assert_eq!(board.i2c_write_read(&mut part, 0x50, &[0x11]), Ok([10]));
}

#[test]
fn address_bits_beyond_the_memory_do_not_count() {
    let (mut part, mut board) = powered(Size::C32);
    write(&mut board, &mut part, 0x50, &[0xf0, 0x01, 0x77]);
    assert_eq!(part.bytes()[1], 0x77);
}

#[test]
fn write_protection_acknowledges_but_does_not_write() {
    let net = TestBoard::net(0);
    let mut part = Eeprom24::new(Size::C02, 0x50).expect("a possible address").with_write_protect_net(net);
    let mut board = TestBoard::with(&mut part);
    board.set(&mut part, net, Drive::High);
    board.i2c_write(&mut part, 0x50, &[0, 0x55]).expect("acknowledged");
    board.i2c_write(&mut part, 0x50, &[]).expect("no write cycle");
    assert_eq!(part.bytes()[0], 0xff);
    board.set(&mut part, net, Drive::Low);
    part.set_write_protected(true);
    write(&mut board, &mut part, 0x50, &[0, 0x55]);
    assert_eq!(part.bytes()[0], 0xff);
    part.set_write_protected(false);
    write(&mut board, &mut part, 0x50, &[0, 0x55]);
    assert_eq!(part.bytes()[0], 0x55);
}

#[test]
fn contents_that_do_not_fit_are_refused() {
    let (mut part, _) = powered(Size::C01);
    let error = part.load(100, &[0; 29]).expect_err("one too many");
    assert_eq!(error.to_string(), "29 bytes at offset 100 do not fit into the 128 bytes of a 24C01");
    assert!(part.load(usize::MAX, &[1]).is_err());
    assert!(part.load(128, &[]).is_ok());
    assert!(part.bytes().iter().all(|&byte| byte == 0xff));
}

#[test]
fn any_bytes_at_any_address_are_survived() {
    for size in Size::ALL {
        let (mut part, mut board) = powered(size);
        for first in 0..=255 {
            for device in 0x50..=0x57 {
                let _ = board.i2c_write(&mut part, device, &[first; 300]);
                board.advance(&mut part, 5 * MS);
                let _ = board.i2c_read::<3>(&mut part, device);
            }
        }
    }
}
