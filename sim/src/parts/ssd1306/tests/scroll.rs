//! Continuous scrolling, by the values of the data sheet.

use super::super::Ssd1306;
use super::{clear, commands, data, lit, ready};
use crate::part::Board;
use crate::parts::test_board::TestBoard;

/// The typical time of a frame after a reset: 54 clocks for each of 64 rows at 370 kHz, rounded down.
const FRAME_NS: u64 = 54 * 64 * 1_000_000_000 / 370_000;

/// Lets time pass, and returns the pixels that are lit then.
fn lit_after(oled: &mut Ssd1306, board: &mut TestBoard, ns: u64) -> alloc::vec::Vec<(usize, usize)> {
    board.advance(oled, ns);
    lit(&oled.frame(board.now_ns()))
}

/// A display with one pixel lit in each page, in its first row and in the column of the page's number.
fn diagonal() -> (Ssd1306, TestBoard) {
    let (mut oled, mut board) = ready();
    for page in 0..8 {
        commands(&mut oled, &mut board, &[0xb0 | page, 0x21, page, 127]);
        data(&mut oled, &mut board, &[0x01]);
    }
    (oled, board)
}

#[test]
fn a_column_moves_to_the_right_after_as_many_frames_as_the_table_says() {
    for (interval, frames) in [5, 64, 128, 256, 3, 4, 25, 2].into_iter().enumerate() {
        let (mut oled, mut board) = ready();
        data(&mut oled, &mut board, &[0x01]);
        let interval = u8::try_from(interval).expect("below 8");
        commands(&mut oled, &mut board, &[0x26, 0, 0, interval, 7, 0, 0xff, 0x2f]);
        assert_eq!(lit_after(&mut oled, &mut board, frames * FRAME_NS - 1), [(0, 0)], "{frames} frames");
        assert_eq!(lit_after(&mut oled, &mut board, 1), [(1, 0)], "{frames} frames");
        assert_eq!(lit_after(&mut oled, &mut board, frames * FRAME_NS * 9), [(10, 0)], "{frames} frames");
    }
}

#[test]
fn what_leaves_at_one_end_comes_in_at_the_other() {
    let (mut oled, mut board) = ready();
    data(&mut oled, &mut board, &[0x01]);
    commands(&mut oled, &mut board, &[0x27, 0, 0, 0b111, 0, 0, 0xff, 0x2f]);
    assert_eq!(lit_after(&mut oled, &mut board, 2 * FRAME_NS), [(127, 0)]);
    assert_eq!(lit_after(&mut oled, &mut board, 2 * FRAME_NS * 126), [(1, 0)]);
    commands(&mut oled, &mut board, &[0x2e, 0x26, 0, 0, 0b111, 0, 0, 0xff, 0x2f]);
    assert_eq!(lit_after(&mut oled, &mut board, 2 * FRAME_NS * 126), [(127, 0)]);
    assert_eq!(lit_after(&mut oled, &mut board, 2 * FRAME_NS), [(0, 0)]);
    // A year later, with nothing done in between.
    let year_ns = 2 * FRAME_NS * 128 * 13_000_000;
    assert_eq!(lit_after(&mut oled, &mut board, year_ns + 2 * FRAME_NS), [(1, 0)]);
}

#[test]
fn only_the_pages_of_the_setup_move_and_the_last_setup_counts() {
    let (mut oled, mut board) = diagonal();
    commands(&mut oled, &mut board, &[0x27, 0, 0, 0b111, 7, 0, 0xff, 0x26, 0, 2, 0b111, 4, 0, 0xff, 0x2f]);
    let expected = [(0, 0), (1, 8), (3, 16), (4, 24), (5, 32), (5, 40), (6, 48), (7, 56)];
    assert_eq!(lit_after(&mut oled, &mut board, 2 * FRAME_NS), expected);
}

#[test]
fn right_is_where_the_columns_count_to() {
    let (mut oled, mut board) = ready();
    data(&mut oled, &mut board, &[0x01]);
    // Not remapped, the columns of this panel count from its right edge.
    commands(&mut oled, &mut board, &[0xa0, 0x26, 0, 0, 0b111, 7, 0, 0xff, 0x2f]);
    assert_eq!(lit_after(&mut oled, &mut board, 2 * FRAME_NS), [(127, 0)]);
}

#[test]
fn the_clock_and_the_multiplex_ratio_set_the_pace() {
    let (mut oled, mut board) = ready();
    data(&mut oled, &mut board, &[0x01]);
    // Divided by 2, phases of 1 and 1 clock, 64 rows.
    commands(&mut oled, &mut board, &[0xd5, 0x81, 0xd9, 0x11, 0x26, 0, 0, 0b111, 7, 0, 0xff, 0x2f]);
    let frame_ns = 2 * 52 * 64 * 1_000_000_000 / 370_000;
    assert_eq!(lit_after(&mut oled, &mut board, 2 * frame_ns - 1), [(0, 0)]);
    assert_eq!(lit_after(&mut oled, &mut board, 1), [(1, 0)]);
    // A phase of no clocks is invalid and ignored.
    commands(&mut oled, &mut board, &[0xd9, 0x20]);
    assert_eq!(lit_after(&mut oled, &mut board, 2 * frame_ns), [(2, 0)]);
}

#[test]
fn rows_move_down_in_their_area_and_come_in_at_its_top() {
    let (mut oled, mut board) = diagonal();
    // 8 rows stay, the next 16 move by 5 rows a step, and those below stay; columns move in page 7 alone.
    commands(&mut oled, &mut board, &[0xa3, 8, 16, 0x29, 0, 7, 0b111, 7, 5, 0x2f]);
    let below = [(3, 24), (4, 32), (5, 40), (6, 48)];
    let with = |inside: [(usize, usize); 2], last| [[(0, 0)].as_slice(), &inside, &below, &[(last, 56)]].concat();
    assert_eq!(lit_after(&mut oled, &mut board, 2 * FRAME_NS), with([(1, 13), (2, 21)], 8));
    assert_eq!(lit_after(&mut oled, &mut board, 2 * FRAME_NS), with([(2, 10), (1, 18)], 9));
    commands(&mut oled, &mut board, &[0x2e]);
    assert_eq!(lit_after(&mut oled, &mut board, FRAME_NS), with([(1, 8), (2, 16)], 9), "the rows went back");
    commands(&mut oled, &mut board, &[0x2a, 0, 7, 0b111, 7, 5, 0x2f]);
    assert_eq!(lit_after(&mut oled, &mut board, 2 * FRAME_NS * 16), with([(1, 8), (2, 16)], 121), "16 steps of 5");
}

#[test]
fn a_stopped_picture_stays_and_is_replaced_by_what_is_written() {
    let (mut oled, mut board) = ready();
    data(&mut oled, &mut board, &[0x01]);
    commands(&mut oled, &mut board, &[0x26, 0, 0, 0b111, 7, 0, 0xff, 0x2f]);
    board.advance(&mut oled, 2 * FRAME_NS * 3);
    commands(&mut oled, &mut board, &[0x2e]);
    assert_eq!(lit_after(&mut oled, &mut board, 2 * FRAME_NS * 10), [(3, 0)]);
    clear(&mut oled, &mut board);
    data(&mut oled, &mut board, &[0x01]);
    assert_eq!(lit(&oled.frame(board.now_ns())), [(0, 0)]);
}

#[test]
fn what_is_written_while_it_scrolls_moves_from_then_on() {
    let (mut oled, mut board) = ready();
    commands(&mut oled, &mut board, &[0x26, 0, 0, 0b111, 7, 0, 0xff, 0x2f]);
    board.advance(&mut oled, 2 * FRAME_NS * 3);
    data(&mut oled, &mut board, &[0x01]);
    assert_eq!(lit(&oled.frame(board.now_ns())), [(0, 0)]);
    assert_eq!(lit_after(&mut oled, &mut board, 2 * FRAME_NS), [(1, 0)]);
}

#[test]
fn invalid_setups_areas_and_offsets_are_ignored() {
    let (mut oled, mut board) = diagonal();
    let still: [(usize, usize); 8] = core::array::from_fn(|page| (page, page * 8));
    // Nothing was set up; the last page before the first; an offset as great as the area.
    commands(&mut oled, &mut board, &[0x2f]);
    assert_eq!(lit_after(&mut oled, &mut board, 1_000_000_000), still);
    commands(&mut oled, &mut board, &[0x26, 0, 5, 0b111, 4, 0, 0xff, 0x2f]);
    assert_eq!(lit_after(&mut oled, &mut board, 1_000_000_000), still);
    commands(&mut oled, &mut board, &[0xa3, 0, 8, 0x29, 0, 0, 0b111, 7, 8, 0x2f]);
    assert_eq!(lit_after(&mut oled, &mut board, 1_000_000_000), still);
    // More rows than the multiplex ratio: the area is still the 8 rows at the top.
    commands(&mut oled, &mut board, &[0xa3, 60, 5, 0x29, 0, 7, 0b111, 7, 1, 0x2f]);
    let moved = lit_after(&mut oled, &mut board, 2 * FRAME_NS);
    assert_eq!((moved[0], moved[1], moved[7]), ((0, 1), (1, 8), (8, 56)));
}
