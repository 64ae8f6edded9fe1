//! The data sheet's registers, pins and interrupts.

use super::{KEYS, Mcp23x17, OnSpi};
use crate::net::{Drive, Net};
use crate::part::Part as _;
use crate::parts::link::{Bytes, OnI2c};
use crate::parts::test_board::TestBoard;

fn nets() -> [Net; 16] {
    let mut number = 0;
    KEYS.map(|_| {
        number += 1;
        TestBoard::net(number)
    })
}

fn part() -> (OnI2c<Mcp23x17, Bytes>, TestBoard) {
    let interrupts = [Some(TestBoard::net(20)), Some(TestBoard::net(21))];
    let mut part = OnI2c::new(0x20, Mcp23x17::new(nets().map(Some), interrupts));
    let board = TestBoard::with(&mut part);
    (part, board)
}

/// Table 3-1: IODIR is 0xff after power-up, all else 0.
#[test]
fn after_power_up_all_pins_are_inputs() {
    let (mut part, mut board) = part();
    let all: [u8; 22] = board.i2c_write_read(&mut part, 0x20, &[0]).expect("it is there");
    assert_eq!(all[..2], [0xff, 0xff]);
    assert!(all[2..].iter().all(|register| *register == 0));
    assert!(nets().iter().all(|net| board.driven(*net) == Drive::Released));
}

#[test]
fn outputs_drive_their_latch_and_the_address_counts_on() {
    let (mut part, mut board) = part();
    // IODIRA and IODIRB, then from OLATA over the end to IODIRA.
    board.i2c_write(&mut part, 0x20, &[0x00, 0xfe, 0x7f]).expect("acknowledged");
    board.i2c_write(&mut part, 0x20, &[0x14, 0x01, 0x00, 0xfc]).expect("acknowledged");
    let driven = [0, 1, 14, 15].map(|index| board.driven(nets()[index]));
    assert_eq!(driven, [Drive::High, Drive::Low, Drive::Released, Drive::Low]);
    assert_eq!(board.i2c_write_read(&mut part, 0x20, &[0x00]), Ok([0xfc, 0x7f]));
    // SEQOP off: to and fro between the ports; with BANK = 1 the ports stand apart.
    board.i2c_write(&mut part, 0x20, &[0x0a, 0x20]).expect("acknowledged");
    assert_eq!(board.i2c_write_read(&mut part, 0x20, &[0x14]), Ok([0x01, 0x00, 0x01]));
    board.i2c_write(&mut part, 0x20, &[0x0a, 0x80]).expect("acknowledged");
    assert_eq!(board.i2c_write_read(&mut part, 0x20, &[0x10]), Ok([0x7f, 0x00]));
    assert_eq!(board.i2c_write_read(&mut part, 0x20, &[0x05]), Ok([0x80]));
}

#[test]
fn a_watched_input_interrupts_until_the_port_is_read() {
    let (mut part, mut board) = part();
    let (input, int) = (nets()[9], TestBoard::net(21));
    board.i2c_write(&mut part, 0x20, &[0x05, 0x02]).expect("acknowledged");
    assert_eq!(board.driven(int), Drive::High, "active low, driven");
    board.set(&mut part, input, Drive::High);
    assert_eq!(board.driven(int), Drive::Low);
    board.set(&mut part, input, Drive::Low);
    assert_eq!(board.i2c_write_read(&mut part, 0x20, &[0x0f]), Ok([0x02]), "the flag");
    assert_eq!(board.i2c_write_read(&mut part, 0x20, &[0x11]), Ok([0x02]), "captured when it struck");
    assert_eq!(board.driven(int), Drive::High, "read");
    // Against DEFVAL it holds for as long as the pin differs.
    board.i2c_write(&mut part, 0x20, &[0x07, 0x02]).expect("acknowledged");
    board.i2c_write(&mut part, 0x20, &[0x09, 0x02]).expect("acknowledged");
    assert_eq!(board.i2c_write_read(&mut part, 0x20, &[0x13]), Ok([0x00]));
    assert_eq!(board.driven(int), Drive::Low);
    board.set(&mut part, input, Drive::High);
    assert_eq!(board.i2c_write_read(&mut part, 0x20, &[0x13]), Ok([0x02]));
    assert_eq!(board.driven(int), Drive::High);
    board.i2c_write(&mut part, 0x20, &[0x03, 0x02]).expect("acknowledged");
    assert_eq!(board.i2c_write_read(&mut part, 0x20, &[0x13]), Ok([0x00]), "inverted");
}

#[test]
fn over_spi_the_address_counts_once_it_is_enabled() {
    let mut part = OnSpi::new(Mcp23x17::new(nets().map(Some), [None; 2]), 3);
    let mut board = TestBoard::with(&mut part);
    board.spi(&mut part, &[0x40, 0x00, 0x00]);
    board.spi(&mut part, &[0x40, 0x14, 0xa5]);
    assert_eq!(board.driven(nets()[0]), Drive::High);
    assert_eq!(board.spi(&mut part, &[0x41, 0x14, 0, 0])[2..], [0xa5, 0x00]);
    // HAEN: from here on it is 3.
    board.spi(&mut part, &[0x40, 0x0a, 0x08]);
    assert_eq!(board.spi(&mut part, &[0x41, 0x14, 0])[2], 0xff, "another one is meant");
    assert_eq!(board.spi(&mut part, &[0x47, 0x14, 0])[2], 0xa5);
    part.power_off(&mut board);
    assert_eq!(board.spi(&mut part, &[0x41, 0x00, 0])[2], 0xff, "all inputs again");
}
