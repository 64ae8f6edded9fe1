//! Commands of two bytes, and words of two bytes with a checksum each: how most of Sensirion's sensors talk.
//!
//! A command takes effect when its last byte, or that of its last word, has come. Until its answer is ready a read is not acknowledged,
//! and so is one when there is no answer. A lone byte before a repeated START is half a command: it is forgotten, as is what had
//! been ready, and the read that follows is not acknowledged. Drivers that read as SMBus does, with one byte of command, thus fail
//! at the address.

use alloc::vec::Vec;

use super::Link;
use crate::i2c::{Ack, Direction};
use crate::part::{Board, Part};
use crate::parts::checksum;

/// What a command does.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(in crate::parts) enum Effect {
    /// The part does not know it: the byte that ends it is not acknowledged.
    Unknown,
    /// The part is busy for this long, in ns, and then has the answer of [`WordCommands::answer`].
    Answers(u64),
    /// The part is busy for this long, in ns, and has no answer.
    Busy(u64),
}

/// A part with commands of two bytes.
pub(in crate::parts) trait WordCommands: Part {
    /// Returns whether the part acknowledges its address for a write now; it does not while a command runs unless it says so here.
    fn hears(&mut self, busy: bool, _board: &mut dyn Board) -> bool {
        !busy
    }

    /// Returns how many words follow a command.
    fn arguments(&self, _command: u16) -> usize {
        0
    }

    /// Does a command with the words that followed it.
    fn command(&mut self, command: u16, words: &[u16], board: &mut dyn Board) -> Effect;

    /// Returns the words of a command's answer, when it is ready.
    fn answer(&mut self, command: u16) -> Vec<u16>;
}

/// What has come of a command, and what goes of its answer.
#[derive(Default)]
pub(in crate::parts) struct Commands {
    received: Vec<u8>,
    /// The command whose answer is being made.
    running: Option<u16>,
    busy_until_ns: u64,
    answer: Vec<u8>,
    /// How many bytes of the answer went.
    sent: usize,
}

impl Commands {
    fn is_busy(&self, board: &dyn Board) -> bool {
        board.now_ns() < self.busy_until_ns
    }

    fn finish<P: WordCommands>(&mut self, part: &mut P) {
        if let Some(command) = self.running.take() {
            let words = part.answer(command);
            self.answer = words.iter().flat_map(|word| checksum::word(*word)).collect();
        }
    }

    /// Does the command that has come, if it is whole.
    fn execute<P: WordCommands>(&mut self, part: &mut P, board: &mut dyn Board) -> Ack {
        let [upper, lower, rest @ ..] = self.received.as_slice() else { return Ack::Ack };
        let command = u16::from_be_bytes([*upper, *lower]);
        let count = part.arguments(command);
        let words: Option<Vec<u16>> = rest.chunks_exact(3).map(checksum::checked).collect();
        match words {
            // A word with a wrong checksum.
            None => return Ack::Nack,
            Some(words) if words.len() < count => return Ack::Ack,
            Some(_) if rest.len() > 3 * count => return Ack::Nack,
            Some(words) => {
                let (ns, answers) = match part.command(command, &words, board) {
                    Effect::Unknown => return Ack::Nack,
                    Effect::Answers(ns) => (ns, true),
                    Effect::Busy(ns) => (ns, false),
                };
                self.answer.clear();
                self.busy_until_ns = board.now_ns().saturating_add(ns);
                self.running = answers.then_some(command);
            }
        }
        if self.is_busy(board) {
            board.wake_at(self.busy_until_ns);
        } else {
            self.finish(part);
        }
        Ack::Ack
    }
}

impl<P: WordCommands> Link<P> for Commands {
    fn start(&mut self, part: &mut P, direction: Direction, board: &mut dyn Board) -> Ack {
        let busy = self.is_busy(board);
        self.sent = 0;
        let half = self.received.len() == 1;
        self.received.clear();
        let hears = match direction {
            Direction::Write => part.hears(busy, board),
            Direction::Read => !busy && !half && !self.answer.is_empty(),
        };
        if hears { Ack::Ack } else { Ack::Nack }
    }

    fn write(&mut self, part: &mut P, byte: u8, board: &mut dyn Board) -> Ack {
        self.received.push(byte);
        self.execute(part, board)
    }

    fn read(&mut self, _part: &mut P, _board: &mut dyn Board) -> u8 {
        let byte = self.answer.get(self.sent).copied().unwrap_or(0xff);
        self.sent = self.sent.saturating_add(1);
        byte
    }

    /// An answer is read once.
    fn stop(&mut self, _part: &mut P, _board: &mut dyn Board) {
        if self.sent > 0 {
            self.answer.clear();
        }
        self.received.clear();
        self.sent = 0;
    }

    fn wake(&mut self, part: &mut P, board: &mut dyn Board) {
        if !self.is_busy(board) {
            self.finish(part);
        }
    }
}
