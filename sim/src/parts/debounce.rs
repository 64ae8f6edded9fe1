//! Debouncing, as the software of an input does it.

use crate::net::{Drive, Level, Net};
use crate::part::{Board, Part};

/// Makes one net follow another one that was stable for some time, as Linux does for an input with a debounce period
/// (`drivers/gpio/gpiolib-cdev.c`): each change starts the period again, and what lasts less is not seen.
#[derive(Clone, Debug)]
pub struct Debounce {
    input: Net,
    output: Net,
    period_ns: u64,
    /// When the level that the input has now counts.
    due_ns: u64,
}

impl Debounce {
    /// Makes `output` follow `input` after `period_ns` without a change. At the start it has the input's level.
    #[must_use]
    pub fn new(input: Net, output: Net, period_ns: u64) -> Debounce {
        Debounce { input, output, period_ns, due_ns: 0 }
    }

    fn follow(&self, board: &mut dyn Board) {
        board.drive(self.output, Drive::from(board.level(self.input)));
    }
}

impl Part for Debounce {
    fn power_on(&mut self, board: &mut dyn Board) {
        board.watch(self.input);
        self.follow(board);
    }

    fn net_changed(&mut self, _net: Net, _level: Level, board: &mut dyn Board) {
        self.due_ns = board.now_ns().saturating_add(self.period_ns);
        board.wake_at(self.due_ns);
    }

    fn wake(&mut self, board: &mut dyn Board) {
        // One that was asked for before a later change finds the period not over yet.
        if board.now_ns() >= self.due_ns {
            self.follow(board);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Debounce;
    use crate::net::Drive;
    use crate::parts::test_board::TestBoard;

    #[test]
    fn only_a_level_that_lasts_is_seen() {
        let (input, output) = (TestBoard::net(1), TestBoard::net(2));
        let mut part = Debounce::new(input, output, 10);
        let mut board = TestBoard::with(&mut part);
        assert_eq!(board.driven(output), Drive::Low);
        for _ in 0..3 {
            board.set(&mut part, input, Drive::High);
            board.advance(&mut part, 9);
            board.set(&mut part, input, Drive::Low);
            board.advance(&mut part, 9);
            assert_eq!(board.driven(output), Drive::Low, "it bounces");
        }
        board.set(&mut part, input, Drive::High);
        board.advance(&mut part, 9);
        assert_eq!(board.driven(output), Drive::Low);
        board.advance(&mut part, 1);
        assert_eq!(board.driven(output), Drive::High, "stable since 10 ns");
    }
}
