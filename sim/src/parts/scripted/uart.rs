//! A list of expected bytes and answers on a serial port.

use alloc::collections::VecDeque;
use alloc::format;
use alloc::string::ToString;
use alloc::vec::Vec;

use super::log::{Heard, Log, Mismatch};
use crate::part::Board;
use crate::uart::UartPeer;

/// One step of a serial script: wait for bytes, then for a time, then send.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct UartStep {
    /// What the controller must send for the step to begin; nothing lets it begin at once.
    pub expect: Vec<u8>,
    /// How long the part then waits, in nanoseconds.
    pub after_ns: u64,
    /// What the part then sends.
    pub send: Vec<u8>,
}

/// The steps, and how far they got.
#[derive(Clone, Debug)]
pub(super) struct UartScript {
    steps: Vec<UartStep>,
    /// What happens after the last step.
    ending: UartEnding,
    index: usize,
    /// How many bytes of what is expected have come.
    matched: usize,
    /// When the step's time to send is, once what it expects has come.
    send_at_ns: Option<u64>,
    sending: VecDeque<u8>,
    log: Log,
}

/// What a serial script does after its last step.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum UartEnding {
    /// Stays silent.
    #[default]
    Silent,
    /// Begins again.
    Repeat,
    /// Hangs up: the port reads an end.
    HangUp,
}

impl UartScript {
    pub(super) fn new(steps: Vec<UartStep>, ending: UartEnding) -> UartScript {
        let log = Log::default();
        UartScript { steps, ending, index: 0, matched: 0, send_at_ns: None, sending: VecDeque::new(), log }
    }

    /// Returns whether the script expects nothing more: all came, though some of it may still be to be answered. One that repeats
    /// expects nothing.
    pub(super) fn finished(&self) -> bool {
        let mut left = self.steps.get(self.index..).unwrap_or_default().iter();
        let has_all = left.next().is_none_or(|step| self.matched >= step.expect.len());
        self.ending == UartEnding::Repeat || has_all && left.all(|step| step.expect.is_empty())
    }

    pub(super) fn progress(&self) -> (usize, usize) {
        (self.index, self.steps.len())
    }

    pub(super) fn mismatches(&self) -> &[Mismatch] {
        self.log.mismatches()
    }

    /// Begins the time of a step that waits for nothing more.
    pub(super) fn run(&mut self, board: &mut dyn Board) {
        // The next step begins when the last one has left: so a script that repeats goes no faster than the line.
        while let Some(step) = self.steps.get(self.index).filter(|_| self.sending.is_empty()) {
            if self.matched < step.expect.len() {
                return;
            }
            let now_ns = board.now_ns();
            let at_ns = *self.send_at_ns.get_or_insert(now_ns.saturating_add(step.after_ns));
            if at_ns > now_ns {
                board.wake_at(at_ns);
                return;
            }
            self.sending.extend(&step.send);
            self.next();
            // Time must pass between two rounds of a script that only repeats.
            if self.index == 0 && self.sending.is_empty() {
                board.wake_at(now_ns.saturating_add(1));
                return;
            }
        }
    }

    fn next(&mut self) {
        (self.matched, self.send_at_ns) = (0, None);
        self.index += 1;
        if self.ending == UartEnding::Repeat && self.index >= self.steps.len() {
            self.index = 0;
        }
    }
}

impl UartPeer for UartScript {
    fn receive(&mut self, byte: u8, board: &mut dyn Board) {
        let expected = self.steps.get(self.index).map(|step| step.expect.as_slice()).unwrap_or_default();
        match expected.get(self.matched) {
            Some(next) if *next == byte => self.matched += 1,
            // A step that has begun takes no more bytes, and after the last one nothing is listened to.
            None => return,
            Some(_) => {
                let mut heard = Heard::from(expected.get(..self.matched).unwrap_or_default());
                heard.push(byte);
                self.log.record(Mismatch {
                    at_ns: board.now_ns(),
                    step: self.index,
                    expected: Heard::from(expected).to_string(),
                    got: format!("{heard}"),
                });
                self.matched = usize::from(expected.first() == Some(&byte));
            }
        }
        self.run(board);
    }

    fn transmit(&mut self, board: &mut dyn Board) -> Option<u8> {
        if self.sending.is_empty() {
            self.run(board);
        }
        self.sending.pop_front()
    }

    fn is_gone(&self) -> bool {
        // Having all that it expects is not enough: it may still have to answer.
        self.ending == UartEnding::HangUp && self.index >= self.steps.len() && self.sending.is_empty()
    }
}
