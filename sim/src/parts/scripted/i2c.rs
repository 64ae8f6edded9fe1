//! A list of expected I2C exchanges.

use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

use super::log::{Heard, Log, Mismatch};
use crate::i2c::{Ack, Address, Direction, I2cTarget};
use crate::part::Board;

/// One expected exchange: from a START or repeated START to the next one, or to the STOP.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum I2cStep {
    /// The controller writes exactly these bytes, and they are acknowledged.
    Write(Vec<u8>),
    /// The controller reads exactly as many bytes, and gets these.
    Read(Vec<u8>),
    /// The controller reads or writes, and its address is not acknowledged.
    Nack,
}

/// The exchanges, and how far they got.
#[derive(Clone, Debug)]
pub(super) struct I2cScript {
    address: u8,
    steps: Vec<I2cStep>,
    next: usize,
    under_way: Option<UnderWay>,
    log: Log,
}

/// An acknowledged exchange that has not ended.
#[derive(Clone, Default, Debug)]
struct UnderWay {
    heard: Heard,
    wrong: bool,
}

/// What a read gives that the script has no bytes for.
const NOTHING: u8 = 0xff;

impl I2cScript {
    pub(super) fn new(address: u8, steps: Vec<I2cStep>) -> I2cScript {
        I2cScript { address, steps, next: 0, under_way: None, log: Log::default() }
    }

    pub(super) fn finished(&self) -> bool {
        self.next == self.steps.len()
    }

    pub(super) fn progress(&self) -> (usize, usize) {
        (self.next, self.steps.len())
    }

    pub(super) fn mismatches(&self) -> &[Mismatch] {
        self.log.mismatches()
    }

    fn record(&mut self, got: String, board: &dyn Board) {
        let expected = match self.steps.get(self.next) {
            Some(I2cStep::Write(bytes)) => format!("a write of {}", Heard::from(bytes.as_slice())),
            Some(I2cStep::Read(bytes)) => format!("a read of length {}", bytes.len()),
            Some(I2cStep::Nack) => String::from("any address"),
            None => String::from("nothing more"),
        };
        self.log.record(Mismatch { at_ns: board.now_ns(), step: self.next, expected, got });
    }

    /// Compares the exchange that ends with the expected one.
    fn end(&mut self, board: &dyn Board) {
        let Some(UnderWay { heard, wrong }) = self.under_way.take() else { return };
        let (length, got) = match self.steps.get(self.next) {
            Some(I2cStep::Write(bytes)) => (bytes.len(), format!("a write of {heard}")),
            Some(I2cStep::Read(bytes)) => (bytes.len(), format!("a read of length {}", heard.count())),
            Some(I2cStep::Nack) | None => return,
        };
        if wrong || heard.count() != length {
            self.record(got, board);
        } else {
            self.next += 1;
        }
    }
}

impl I2cTarget for I2cScript {
    fn start(&mut self, address: Address, direction: Direction, board: &mut dyn Board) -> Ack {
        self.end(board);
        if address != Address::SevenBit(self.address) {
            return Ack::Nack;
        }
        match (self.steps.get(self.next), direction) {
            (Some(I2cStep::Nack), _) => {
                self.next += 1;
                Ack::Nack
            }
            (Some(I2cStep::Write(_)), Direction::Write) | (Some(I2cStep::Read(_)), Direction::Read) => {
                self.under_way = Some(UnderWay::default());
                Ack::Ack
            }
            (_, Direction::Write) => {
                self.record(String::from("a write"), board);
                Ack::Nack
            }
            (_, Direction::Read) => {
                self.record(String::from("a read"), board);
                Ack::Nack
            }
        }
    }

    fn write(&mut self, byte: u8, _board: &mut dyn Board) -> Ack {
        let (Some(under_way), Some(I2cStep::Write(bytes))) = (&mut self.under_way, self.steps.get(self.next)) else {
            return Ack::Nack;
        };
        under_way.wrong |= bytes.get(under_way.heard.count()) != Some(&byte);
        under_way.heard.push(byte);
        if under_way.wrong { Ack::Nack } else { Ack::Ack }
    }

    fn read(&mut self, _board: &mut dyn Board) -> u8 {
        let (Some(under_way), Some(I2cStep::Read(bytes))) = (&mut self.under_way, self.steps.get(self.next)) else {
            return NOTHING;
        };
        let byte = bytes.get(under_way.heard.count()).copied().unwrap_or(NOTHING);
        under_way.heard.push(byte);
        byte
    }

    fn stop(&mut self, board: &mut dyn Board) {
        self.end(board);
    }
}

#[cfg(test)]
mod tests {
    use alloc::string::ToString;
    use alloc::vec;

    use super::I2cStep::{Nack, Read, Write};
    use crate::parts::Scripted;
    use crate::parts::test_board::{NoAck, TestBoard};

    const ADDRESS: u8 = 0x48;

    #[test]
    fn the_expected_exchanges_are_answered_in_order() {
        let steps = vec![Write(vec![0xd0]), Read(vec![0x60, 1]), Nack, Write(vec![]), Read(vec![7])];
        let mut part = Scripted::i2c(ADDRESS, steps).expect("a possible address");
        let mut board = TestBoard::with(&mut part);
        assert_eq!(board.i2c_write_read(&mut part, ADDRESS, &[0xd0]), Ok([0x60, 1]));
        assert_eq!(board.i2c_write(&mut part, 0x49, &[]), Err(NoAck::Address));
        assert_eq!(board.i2c_write(&mut part, ADDRESS, &[]), Err(NoAck::Address));
        assert_eq!(board.i2c_write(&mut part, ADDRESS, &[]), Ok(()));
        assert!(!part.finished());
        assert_eq!(board.i2c_read(&mut part, ADDRESS), Ok([7]));
        assert!(part.finished());
        assert_eq!(part.mismatches(), []);
    }

    #[test]
    fn a_wrong_byte_is_not_acknowledged_and_the_step_is_expected_again() {
        let mut part = Scripted::i2c(ADDRESS, vec![Write(vec![1, 2, 3])]).expect("a possible address");
        let mut board = TestBoard::with(&mut part);
        board.advance(&mut part, 5);
        assert_eq!(board.i2c_write(&mut part, ADDRESS, &[1, 9, 3]), Err(NoAck::Data(1)));
        assert_eq!(board.i2c_write(&mut part, ADDRESS, &[1, 2]), Ok(()));
        assert_eq!(board.i2c_write(&mut part, ADDRESS, &[1, 2, 3, 4]), Err(NoAck::Data(3)));
        assert_eq!(board.i2c_read::<1>(&mut part, ADDRESS), Err(NoAck::Address));
        let expected = "step 0 at 5 ns: expected a write of [01 02 03], got a ";
        let got = ["write of [01 09]", "write of [01 02]", "write of [01 02 03 04]", "read"];
        for (mismatch, got) in part.mismatches().iter().zip(got) {
            assert_eq!(mismatch.to_string(), alloc::format!("{expected}{got}"));
        }
        assert_eq!(part.mismatches().len(), 4);
        assert!(!part.finished());
        assert_eq!(board.i2c_write(&mut part, ADDRESS, &[1, 2, 3]), Ok(()));
        assert!(part.finished());
    }

    #[test]
    fn a_read_of_another_length_is_recorded() {
        let mut part = Scripted::i2c(ADDRESS, vec![Read(vec![1, 2])]).expect("a possible address");
        let mut board = TestBoard::with(&mut part);
        assert_eq!(board.i2c_read(&mut part, ADDRESS), Ok([1]));
        assert_eq!(board.i2c_read(&mut part, ADDRESS), Ok([1, 2, 0xff]));
        assert_eq!(board.i2c_read(&mut part, ADDRESS), Ok([1, 2]));
        assert_eq!(board.i2c_read::<1>(&mut part, ADDRESS), Err(NoAck::Address));
        let got = part.mismatches().iter().map(ToString::to_string);
        assert!(got.eq([
            "step 0 at 0 ns: expected a read of length 2, got a read of length 1",
            "step 0 at 0 ns: expected a read of length 2, got a read of length 3",
            "step 1 at 0 ns: expected nothing more, got a read",
        ]));
    }

    #[test]
    fn a_guest_that_goes_on_for_ever_does_not_fill_the_memory() {
        let mut part = Scripted::i2c(ADDRESS, vec![Write(vec![])]).expect("a possible address");
        let mut board = TestBoard::with(&mut part);
        for _ in 0..1000 {
            assert_eq!(board.i2c_write(&mut part, ADDRESS, &[0; 100]), Err(NoAck::Data(0)));
        }
        assert_eq!(part.mismatches().len(), 64);
        assert!(Scripted::i2c(0x80, vec![]).is_err());
    }
}
