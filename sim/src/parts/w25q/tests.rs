use alloc::vec::Vec;

use super::W25q;
use crate::net::{Drive, Pull};
use crate::part::Part;
use crate::parts::test_board::TestBoard;

fn chip() -> (W25q, TestBoard) {
    let mut flash = W25q::w25q32();
    let board = TestBoard::with(&mut flash);
    (flash, board)
}

fn bytes(parts: &[&[u8]]) -> Vec<u8> {
    parts.concat()
}

/// Write enable, the command, and enough time for all but a chip erase.
fn write(flash: &mut W25q, board: &mut TestBoard, mosi: &[u8]) {
    board.spi(flash, &[0x06]);
    board.spi(flash, mosi);
    board.advance(flash, 150_000_000);
}

fn status(flash: &mut W25q, board: &mut TestBoard) -> u8 {
    board.spi(flash, &[0x05, 0])[1]
}

#[test]
fn every_size_has_its_identification() {
    let sizes = [W25q::w25q80(), W25q::w25q16(), W25q::w25q32(), W25q::w25q64(), W25q::w25q128()];
    for (mut flash, (id, mib)) in sizes.into_iter().zip((0x14..).zip([1_usize, 2, 4, 8, 16])) {
        let mut board = TestBoard::with(&mut flash);
        assert_eq!(board.spi(&mut flash, &[0x9f, 0, 0, 0]), [0xff, 0xef, 0x40, id]);
        assert_eq!(board.spi(&mut flash, &[0x90, 0, 0, 0, 0, 0, 0])[4..], [0xef, id - 1, 0xef]);
        assert_eq!(board.spi(&mut flash, &[0x90, 0, 0, 1, 0, 0])[4..], [id - 1, 0xef]);
        assert_eq!(board.spi(&mut flash, &[0xab, 0, 0, 0, 0, 0])[4..], [id - 1, id - 1]);
        assert_eq!(flash.bytes().len(), mib << 20);
    }
}

#[test]
fn the_unique_id_follows_four_dummy_bytes() {
    let mut flash = W25q::w25q80().with_unique_id([1, 2, 3, 4, 5, 6, 7, 8]);
    let mut board = TestBoard::with(&mut flash);
    assert_eq!(board.spi(&mut flash, &[0x4b, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0])[5..], [1, 2, 3, 4, 5, 6, 7, 8]);
}

#[test]
fn nothing_is_written_without_write_enable() {
    let (mut flash, mut board) = chip();
    board.spi(&mut flash, &[0x02, 0, 0, 0, 0x55]);
    assert_eq!(status(&mut flash, &mut board), 0);
    board.spi(&mut flash, &[0x06]);
    assert_eq!(status(&mut flash, &mut board), 0x02);
    board.spi(&mut flash, &[0x04]);
    board.spi(&mut flash, &[0x02, 0, 0, 0, 0x55]);
    assert_eq!(flash.bytes()[0], 0xff);
    board.spi(&mut flash, &[0x06, 0x00]);
    assert_eq!(status(&mut flash, &mut board), 0, "a longer command is not executed");
}

#[test]
fn programming_only_clears_bits() {
    let (mut flash, mut board) = chip();
    write(&mut flash, &mut board, &[0x02, 0x01, 0x02, 0x03, 0xf0, 0x0f]);
    write(&mut flash, &mut board, &[0x02, 0x01, 0x02, 0x03, 0x3c]);
    assert_eq!(flash.bytes()[0x01_0202..0x01_0206], [0xff, 0x30, 0x0f, 0xff]);
    assert_eq!(board.spi(&mut flash, &[0x03, 0x01, 0x02, 0x03, 0, 0])[4..], [0x30, 0x0f]);
    assert_eq!(board.spi(&mut flash, &[0x0b, 0x01, 0x02, 0x03, 0, 0, 0])[5..], [0x30, 0x0f]);
}

#[test]
fn programming_wraps_in_its_page_and_the_last_256_bytes_count() {
    let (mut flash, mut board) = chip();
    write(&mut flash, &mut board, &[0x02, 0, 0x02, 0xfe, 1, 2, 3]);
    assert_eq!(flash.bytes()[0x2fe..0x301], [1, 2, 0xff]);
    assert_eq!(flash.bytes()[0x200..0x202], [3, 0xff]);
    let many: Vec<u8> = (0..300).map(|index: u16| index.to_le_bytes()[0]).collect();
    write(&mut flash, &mut board, &bytes(&[&[0x02, 0, 0x05, 0], &many]));
    assert_eq!(flash.bytes()[0x500], 0, "byte 256 came over byte 0");
    assert_eq!(flash.bytes()[0x500 + 43], 43);
    assert_eq!(flash.bytes()[0x500 + 44], 44);
    assert_eq!(flash.bytes()[0x600], 0xff);
}

#[test]
fn reading_wraps_at_the_end() {
    let (mut flash, mut board) = chip();
    flash.load(0, &[0xaa]).expect("it fits");
    flash.load(0x3f_ffff, &[0xbb]).expect("it fits");
    assert_eq!(board.spi(&mut flash, &[0x03, 0x3f, 0xff, 0xff, 0, 0])[4..], [0xbb, 0xaa]);
    assert_eq!(board.spi(&mut flash, &[0x03, 0xff, 0xff, 0xff, 0, 0])[4..], [0xbb, 0xaa]);
}

#[test]
fn contents_that_do_not_fit_are_refused_whole() {
    let (mut flash, _board) = chip();
    let error = flash.load(0x3f_ffff, &[0, 0]).expect_err("one byte too many");
    assert_eq!(alloc::format!("{error}"), "2 bytes at 0x3fffff do not fit a flash memory of 4194304 bytes");
    assert!(flash.load(usize::MAX, &[0, 0]).is_err());
    assert!(flash.bytes().iter().all(|&byte| byte == 0xff));
}

#[test]
fn each_erase_takes_its_unit_and_its_time() {
    let erases: [(&[u8], usize, usize, u64); 5] = [
        (&[0x20, 0x01, 0x90, 0x12], 0x01_9000, 0x1000, 45_000_000),
        (&[0x52, 0x01, 0x90, 0x12], 0x01_8000, 0x8000, 120_000_000),
        (&[0xd8, 0x01, 0x90, 0x12], 0x01_0000, 0x1_0000, 150_000_000),
        (&[0xc7], 0, 0x40_0000, 10_000_000_000),
        (&[0x60], 0, 0x40_0000, 10_000_000_000),
    ];
    for (command, start, size, duration_ns) in erases {
        let (mut flash, mut board) = chip();
        let zeros = alloc::vec![0; flash.bytes().len()];
        flash.load(0, &zeros).expect("it fits");
        board.spi(&mut flash, &[0x06]);
        board.spi(&mut flash, command);
        board.advance(&mut flash, duration_ns - 1);
        assert_eq!(status(&mut flash, &mut board), 0x03, "{command:x?}");
        board.advance(&mut flash, 1);
        assert_eq!(status(&mut flash, &mut board), 0x00);
        let erased = |byte: &&u8| **byte == 0xff;
        assert_eq!(flash.bytes().iter().filter(erased).count(), size);
        assert!(flash.bytes()[start..start + size].iter().all(|byte| erased(&byte)));
    }
}

#[test]
fn an_erase_with_a_byte_too_many_or_too_few_is_not_executed() {
    let (mut flash, mut board) = chip();
    flash.load(0, &[0]).expect("it fits");
    for command in [&[0x20, 0, 0][..], &[0x20, 0, 0, 0, 0], &[0xc7, 0], &[0x02, 0, 0, 0]] {
        board.spi(&mut flash, &[0x06]);
        board.spi(&mut flash, command);
        assert_eq!(status(&mut flash, &mut board), 0x02, "{command:x?}");
    }
    assert_eq!(flash.bytes()[0], 0);
}

#[test]
fn a_busy_chip_answers_only_status_reads() {
    let (mut flash, mut board) = chip();
    board.spi(&mut flash, &[0x06]);
    board.spi(&mut flash, &[0x02, 0, 0, 0, 0x12]);
    assert_eq!(board.spi(&mut flash, &[0x9f, 0, 0, 0]), [0xff; 4]);
    assert_eq!(board.spi(&mut flash, &[0x03, 0, 0, 0, 0])[4], 0xff);
    assert_eq!(board.spi(&mut flash, &[0x35, 0, 0])[1..], [0, 0]);
    board.advance(&mut flash, 699_999);
    assert_eq!(status(&mut flash, &mut board) & 0x01, 0x01);
    board.advance(&mut flash, 1);
    assert_eq!(board.spi(&mut flash, &[0x03, 0, 0, 0, 0])[4], 0x12);
}

#[test]
fn the_status_is_read_again_and_again_in_one_selection() {
    let (mut flash, mut board) = chip();
    board.spi(&mut flash, &[0x06]);
    board.spi(&mut flash, &[0x20, 0, 0, 0]);
    let target = flash.spi().expect("an SPI part");
    target.select(&mut board);
    target.transfer(0x05, &mut board);
    assert_eq!(target.transfer(0, &mut board), 0x03);
    board.advance(&mut flash, 45_000_000);
    assert_eq!(flash.spi().expect("an SPI part").transfer(0, &mut board), 0x00);
}

#[test]
fn a_powered_down_chip_listens_only_to_its_release() {
    let (mut flash, mut board) = chip();
    board.spi(&mut flash, &[0xb9]);
    assert_eq!(board.spi(&mut flash, &[0x9f, 0]), [0xff; 2]);
    assert_eq!(status(&mut flash, &mut board), 0xff);
    board.spi(&mut flash, &[0xab]);
    assert_eq!(board.spi(&mut flash, &[0x9f, 0]), [0xff; 2]);
    board.advance(&mut flash, 3_000);
    assert_eq!(board.spi(&mut flash, &[0x9f, 0]), [0xff, 0xef]);
}

#[test]
fn a_reset_needs_both_commands_in_a_row() {
    let (mut flash, mut board) = chip();
    board.spi(&mut flash, &[0x06]);
    board.spi(&mut flash, &[0x66]);
    board.spi(&mut flash, &[0x05, 0]);
    board.spi(&mut flash, &[0x99]);
    assert_eq!(status(&mut flash, &mut board), 0x02);
    board.spi(&mut flash, &[0x20, 0, 0, 0]);
    board.spi(&mut flash, &[0x66]);
    board.spi(&mut flash, &[0x99]);
    board.advance(&mut flash, 30_000);
    assert_eq!(status(&mut flash, &mut board), 0x00);
}

#[test]
fn protected_blocks_are_neither_programmed_nor_erased() {
    let (mut flash, mut board) = chip();
    flash.load(0, &[0x12]).expect("it fits");
    // TB and BP0: the first 64 KiB.
    write(&mut flash, &mut board, &[0x01, 0x24]);
    assert_eq!(status(&mut flash, &mut board), 0x24);
    for command in [&[0x02, 0, 0, 0, 0][..], &[0x20, 0, 0, 0], &[0xc7]] {
        write(&mut flash, &mut board, command);
        assert_eq!(flash.bytes()[0], 0x12, "{command:x?}");
    }
    write(&mut flash, &mut board, &[0x02, 0x01, 0, 0, 0x34]);
    assert_eq!(flash.bytes()[0x1_0000], 0x34);
}

#[test]
fn a_volatile_status_write_takes_no_time_and_ends_with_a_reset() {
    let (mut flash, mut board) = chip();
    board.spi(&mut flash, &[0x50]);
    board.spi(&mut flash, &[0x01, 0x1c, 0x40]);
    assert_eq!(status(&mut flash, &mut board), 0x1c);
    assert_eq!(board.spi(&mut flash, &[0x35, 0])[1], 0x40);
    board.spi(&mut flash, &[0x66]);
    board.spi(&mut flash, &[0x99]);
    board.advance(&mut flash, 30_000);
    assert_eq!(status(&mut flash, &mut board), 0x00);
}

#[test]
fn a_low_wp_net_protects_protected_status_registers() {
    let wp = TestBoard::net(1);
    let mut flash = W25q::w25q80().with_write_protect(wp);
    let mut board = TestBoard::default();
    board.pull(wp, Pull::Up);
    flash.power_on(&mut board);
    board.set(&mut flash, wp, Drive::Low);
    write(&mut flash, &mut board, &[0x01, 0x80]);
    assert_eq!(status(&mut flash, &mut board), 0x80, "not protected before");
    write(&mut flash, &mut board, &[0x01, 0x00]);
    assert_eq!(status(&mut flash, &mut board), 0x82);
    board.set(&mut flash, wp, Drive::Released);
    write(&mut flash, &mut board, &[0x01, 0x00]);
    assert_eq!(status(&mut flash, &mut board), 0x00);
}

#[test]
fn a_held_chip_neither_listens_nor_answers() {
    let hold = TestBoard::net(1);
    let mut flash = W25q::w25q80().with_hold(hold);
    let mut board = TestBoard::default();
    board.pull(hold, Pull::Up);
    flash.power_on(&mut board);
    let mut transfer = |byte, held| {
        board.set(&mut flash, hold, if held { Drive::Low } else { Drive::Released });
        flash.spi().expect("an SPI part").transfer(byte, &mut board)
    };
    transfer(0x9f, false);
    assert_eq!(transfer(0, false), 0xef);
    assert_eq!(transfer(0, true), 0xff);
    assert_eq!(transfer(0, false), 0x40, "the byte while held did not count");
}

#[test]
fn no_byte_sequence_panics() {
    let mut flash = W25q::w25q80();
    let mut board = TestBoard::with(&mut flash);
    let mut state: u32 = 7;
    let mut random = || {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        state.to_le_bytes()[3]
    };
    for opcode in 0..=u8::MAX {
        for length in 0..12 {
            let mosi: Vec<u8> = core::iter::once(opcode).chain((0..length).map(|_| random())).collect();
            board.spi(&mut flash, &[0xab]);
            board.advance(&mut flash, 10_000_000_000);
            board.spi(&mut flash, &[0x06]);
            assert_eq!(board.spi(&mut flash, &mosi).len(), mosi.len());
        }
    }
}
