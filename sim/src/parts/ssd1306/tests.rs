mod scroll;

use super::{Frame, Panel, PanelError, Ssd1306, Wiring};
use crate::i2c::{Ack, Direction};
use crate::net::{Drive, Pull};
use crate::part::{Board, Part};
use crate::parts::test_board::{NoAck, TestBoard};

const ADDRESS: u8 = 0x3c;

/// What drivers send to a module with 128 x 64 pixels: charge pump, upright picture, on.
const INIT: [u8; 6] = [0x8d, 0x14, 0xa1, 0xc8, 0xaf, 0xe3];

fn module() -> (Ssd1306, TestBoard) {
    let mut oled = Ssd1306::i2c(Panel::OLED_128X64, ADDRESS).expect("a possible address");
    let board = TestBoard::with(&mut oled);
    (oled, board)
}

fn ready() -> (Ssd1306, TestBoard) {
    let (mut oled, mut board) = module();
    commands(&mut oled, &mut board, &INIT);
    clear(&mut oled, &mut board);
    (oled, board)
}

fn commands(oled: &mut Ssd1306, board: &mut TestBoard, bytes: &[u8]) {
    for &byte in bytes {
        board.i2c_write(oled, ADDRESS, &[0x00, byte]).expect("the display acknowledges");
    }
}

fn data(oled: &mut Ssd1306, board: &mut TestBoard, bytes: &[u8]) {
    let bytes: alloc::vec::Vec<u8> = core::iter::once(0x40).chain(bytes.iter().copied()).collect();
    board.i2c_write(oled, ADDRESS, &bytes).expect("the display acknowledges");
}

/// Clears the memory and leaves horizontal mode with the pointers at 0.
fn clear(oled: &mut Ssd1306, board: &mut TestBoard) {
    commands(oled, board, &[0x20, 0x00, 0x21, 0, 127, 0x22, 0, 7]);
    data(oled, board, &[0; 1024]);
}

fn lit(frame: &Frame) -> alloc::vec::Vec<(usize, usize)> {
    let all = (0..frame.height).flat_map(|y| (0..frame.width).map(move |x| (x, y)));
    all.filter(|&(x, y)| frame.pixel(x, y)).collect()
}

#[test]
fn only_the_two_addresses_of_the_data_sheet_are_possible() {
    assert!(Ssd1306::i2c(Panel::OLED_128X64, 0x3d).is_ok());
    assert!(Ssd1306::i2c(Panel::OLED_128X64, 0x3e).is_err());
    let (mut oled, mut board) = module();
    assert_eq!(board.i2c_write(&mut oled, 0x3d, &[0x00]), Err(NoAck::Address));
}

#[test]
fn a_control_byte_announces_one_byte_or_all_the_rest() {
    let (mut oled, mut board) = ready();
    // Co set: one command each; then data for the rest, in which a control byte is data too.
    board
        .i2c_write(&mut oled, ADDRESS, &[0x80, 0xb0, 0x80, 0x02, 0x80, 0x10, 0x40, 0x01, 0x80, 0x00])
        .expect("acknowledged");
    assert_eq!(lit(&oled.frame(board.now_ns())), [(2, 0), (3, 7)]);
    board.i2c_write(&mut oled, ADDRESS, &[0xc0, 0x03, 0x00, 0xa7, 0x81, 0x12]).expect("acknowledged");
    assert_eq!(oled.frame(board.now_ns()).lit(), 128 * 64 - 4);
    assert_eq!(oled.contrast(), 0x12);
}

#[test]
fn arguments_may_come_in_other_transactions_than_their_command() {
    let (mut oled, mut board) = ready();
    for byte in [0x21, 5, 6] {
        commands(&mut oled, &mut board, &[byte]);
        board.i2c_write(&mut oled, ADDRESS, &[]).expect("acknowledged");
    }
    data(&mut oled, &mut board, &[1, 2, 4]);
    assert_eq!(lit(&oled.frame(board.now_ns())), [(5, 0), (6, 1), (5, 10)]);
}

#[test]
fn a_read_gives_the_status() {
    let (mut oled, mut board) = module();
    assert_eq!(board.i2c_read(&mut oled, ADDRESS), Ok([0x43, 0x43]));
    commands(&mut oled, &mut board, &[0xaf]);
    assert_eq!(board.i2c_read(&mut oled, ADDRESS), Ok([0x03]));
}

#[test]
fn nothing_is_lit_before_the_charge_pump_and_the_display_are_on() {
    let (mut oled, mut board) = module();
    assert_eq!(oled.frame(board.now_ns()).lit(), 0);
    commands(&mut oled, &mut board, &[0xaf]);
    assert_eq!(oled.frame(board.now_ns()).lit(), 0);
    commands(&mut oled, &mut board, &[0x8d, 0x14]);
    assert!(oled.frame(board.now_ns()).lit() > 1000, "the memory holds noise");
    commands(&mut oled, &mut board, &[0xae]);
    assert_eq!(oled.frame(board.now_ns()).lit(), 0);
}

#[test]
fn an_external_supply_needs_no_charge_pump() {
    let mut oled = Ssd1306::i2c(Panel::OLED_128X64, ADDRESS).expect("a possible address").with_external_vcc();
    let mut board = TestBoard::with(&mut oled);
    commands(&mut oled, &mut board, &[0xaf, 0xa5]);
    assert_eq!(oled.frame(board.now_ns()).lit(), 128 * 64);
}

#[test]
fn inversion_and_entire_display_on_leave_the_memory_alone() {
    let (mut oled, mut board) = ready();
    data(&mut oled, &mut board, &[0xff]);
    commands(&mut oled, &mut board, &[0xa7]);
    assert_eq!(oled.frame(board.now_ns()).lit(), 128 * 64 - 8);
    commands(&mut oled, &mut board, &[0xa5]);
    assert_eq!(oled.frame(board.now_ns()).lit(), 128 * 64);
    commands(&mut oled, &mut board, &[0xa4, 0xa6]);
    assert_eq!(oled.frame(board.now_ns()).lit(), 8);
}

#[test]
fn the_picture_turns_upside_down_with_the_scan_direction_at_once() {
    let (mut oled, mut board) = ready();
    data(&mut oled, &mut board, &[0x03]);
    assert_eq!(lit(&oled.frame(board.now_ns())), [(0, 0), (0, 1)]);
    commands(&mut oled, &mut board, &[0xc0]);
    assert_eq!(lit(&oled.frame(board.now_ns())), [(0, 62), (0, 63)]);
}

#[test]
fn segment_remapping_is_for_what_is_written_later() {
    let (mut oled, mut board) = ready();
    data(&mut oled, &mut board, &[0x01]);
    commands(&mut oled, &mut board, &[0xa0]);
    assert_eq!(lit(&oled.frame(board.now_ns())), [(0, 0)]);
    data(&mut oled, &mut board, &[0x01]);
    assert_eq!(lit(&oled.frame(board.now_ns())), [(0, 0), (126, 0)]);
}

#[test]
fn start_line_and_offset_roll_the_picture() {
    let (mut oled, mut board) = ready();
    data(&mut oled, &mut board, &[0x01]);
    commands(&mut oled, &mut board, &[0x41]);
    assert_eq!(lit(&oled.frame(board.now_ns())), [(0, 63)]);
    commands(&mut oled, &mut board, &[0x40, 0xd3, 1]);
    // Reversed: row 0 is one COM pin further on, which is one row further up.
    assert_eq!(lit(&oled.frame(board.now_ns())), [(0, 63)]);
}

#[test]
fn rows_beyond_the_multiplex_ratio_are_dark() {
    let (mut oled, mut board) = ready();
    commands(&mut oled, &mut board, &[0xa5, 0xa8, 31]);
    let frame = oled.frame(board.now_ns());
    assert_eq!(frame.lit(), 128 * 32);
}

#[test]
fn the_wrong_pin_configuration_shows_every_other_line() {
    let (mut oled, mut board) = ready();
    data(&mut oled, &mut board, &[0xff]);
    commands(&mut oled, &mut board, &[0xda, 0x02]);
    assert_eq!(lit(&oled.frame(board.now_ns())), [0, 2, 4, 6, 8, 10, 12, 14].map(|y| (0, y)));
}

#[test]
fn reset_restores_the_registers_and_keeps_the_memory() {
    let reset = TestBoard::net(1);
    let mut oled = Ssd1306::i2c(Panel::OLED_128X64, ADDRESS).expect("a possible address").with_reset(reset);
    let mut board = TestBoard::default();
    board.pull(reset, Pull::Up);
    oled.power_on(&mut board);
    commands(&mut oled, &mut board, &INIT);
    clear(&mut oled, &mut board);
    commands(&mut oled, &mut board, &[0xa5, 0x81, 0x01, 0x21]);
    board.set(&mut oled, reset, Drive::Low);
    assert_eq!(board.i2c_write(&mut oled, ADDRESS, &[0x00]), Err(NoAck::Address));
    board.set(&mut oled, reset, Drive::High);
    assert_eq!(oled.contrast(), 0x7f);
    commands(&mut oled, &mut board, &[0x8d, 0x14, 0xaf]);
    assert_eq!(oled.frame(board.now_ns()).lit(), 0);
}

#[test]
fn a_reset_in_the_middle_of_a_transfer_is_not_acknowledged() {
    let reset = TestBoard::net(1);
    let mut oled = Ssd1306::i2c(Panel::OLED_128X64, ADDRESS).expect("a possible address").with_reset(reset);
    let mut board = TestBoard::default();
    board.pull(reset, Pull::Up);
    oled.power_on(&mut board);
    board.i2c_start(&mut oled, ADDRESS, Direction::Write).expect("acknowledged");
    board.set(&mut oled, reset, Drive::Low);
    let target = oled.i2c().expect("an I2C part");
    assert_eq!(target.write(0x00, &mut board), Ack::Nack);
}

#[test]
fn the_supplies_of_a_pmod_are_switched_by_its_nets() {
    let [dc, reset, vbatc, vddc] = [1, 2, 3, 4].map(TestBoard::net);
    let mut oled = Ssd1306::spi(Panel::OLED_128X32, dc).with_reset(reset).with_vbatc(vbatc).with_vddc(vddc);
    let mut board = TestBoard::default();
    for net in [reset, vbatc, vddc] {
        board.pull(net, Pull::Up);
    }
    oled.power_on(&mut board);
    // Digilent's sequence: columns and rows remapped, COM pins in order with the halves swapped, 64 rows.
    let init = [0x8d, 0x14, 0xa1, 0xc8, 0xda, 0x20, 0xa5, 0xaf];
    board.spi(&mut oled, &init);
    assert_eq!(oled.frame(board.now_ns()).lit(), 0, "the controller has no supply");
    board.set(&mut oled, vddc, Drive::Low);
    board.spi(&mut oled, &init);
    assert_eq!(oled.frame(board.now_ns()).lit(), 0, "the panel has no supply");
    board.set(&mut oled, vbatc, Drive::Low);
    assert_eq!(oled.frame(board.now_ns()).lit(), 128 * 32);
    board.set(&mut oled, vddc, Drive::High);
    board.set(&mut oled, vddc, Drive::Low);
    assert_eq!(oled.frame(board.now_ns()).lit(), 0, "the controller forgot everything");
}

#[test]
fn the_dc_net_is_sampled_with_each_byte() {
    let dc = TestBoard::net(1);
    let mut oled = Ssd1306::spi(Panel::OLED_128X32, dc);
    let mut board = TestBoard::with(&mut oled);
    board.spi(&mut oled, &[0x8d, 0x14, 0xa1, 0xc8, 0xa8, 31, 0xda, 0x02, 0x20, 0x00, 0xaf]);
    board.set(&mut oled, dc, Drive::High);
    board.spi(&mut oled, &[0; 1024]);
    assert_eq!(oled.frame(board.now_ns()).lit(), 0);
    // One selection: a data byte, half a command, a data byte, the rest of the command.
    for (level, byte) in [(Drive::High, 0x01), (Drive::Low, 0x81), (Drive::High, 0x02), (Drive::Low, 0x55)] {
        board.set(&mut oled, dc, level);
        oled.spi().expect("an SPI part").transfer(byte, &mut board);
    }
    assert_eq!(lit(&oled.frame(board.now_ns())), [(0, 0), (1, 1)]);
    assert_eq!(oled.contrast(), 0x55);
}

#[test]
fn a_display_has_only_the_bus_it_is_strapped_to() {
    let mut i2c = Ssd1306::i2c(Panel::OLED_128X64, ADDRESS).expect("a possible address");
    assert!(i2c.i2c().is_some() && i2c.spi().is_none());
    let mut spi = Ssd1306::spi(Panel::OLED_128X64, TestBoard::net(1));
    assert!(spi.i2c().is_none() && spi.spi().is_some());
}

#[test]
fn a_panel_must_fit_the_controller() {
    assert!(Panel::new(128, 64, 0, Wiring::Alternative).is_ok());
    let size = |width, height, first_column| PanelError::Size { width, height, first_column };
    assert_eq!(Panel::new(128, 64, 1, Wiring::Sequential), Err(size(128, 64, 1)));
    assert_eq!(Panel::new(200, 64, 100, Wiring::Sequential), Err(size(200, 64, 100)));
    assert_eq!(Panel::new(0, 64, 0, Wiring::Sequential), Err(size(0, 64, 0)));
    assert_eq!(Panel::new(128, 65, 0, Wiring::Sequential), Err(size(128, 65, 0)));
    assert_eq!("72x40".parse(), Ok(Panel::OLED_72X40));
    assert_eq!("1x1".parse::<Panel>(), Err(PanelError::Unknown));
}

#[test]
fn no_byte_sequence_panics() {
    let (mut oled, mut board) = module();
    let mut state: u32 = 1;
    for length in 0..2000 {
        let bytes: alloc::vec::Vec<u8> = (0..length % 40)
            .map(|_| {
                state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                state.to_le_bytes()[3]
            })
            .collect();
        board.i2c_write(&mut oled, ADDRESS, &bytes).expect("acknowledged");
        board.advance(&mut oled, u64::from(state));
        let frame = oled.frame(board.now_ns());
        assert_eq!(frame.pixels.len(), 128 * 64);
    }
}

#[test]
fn the_contrast_is_told_with_the_picture() {
    let (mut oled, mut board) = ready();
    assert_eq!(oled.frame(0).contrast, 0x7f);
    for contrast in 0..=u8::MAX {
        commands(&mut oled, &mut board, &[0x81, contrast]);
        assert_eq!(oled.frame(0).contrast, contrast);
    }
}
