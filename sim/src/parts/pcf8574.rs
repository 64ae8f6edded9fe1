//! PCF8574: eight quasi-bidirectional pins on an I2C bus.
//!
//! Section numbers are those of the data sheet: NXP PCF8574; PCF8574A, Rev. 5, 27 May 2013. That of Texas Instruments (SCPS068G, page 4) says
//! that a part ignores bytes behind the first one of a write; NXP's (section 8.2) says that it takes them all, as drivers of displays expect.

use alloc::boxed::Box;
use alloc::vec::Vec;
use core::ops::RangeInclusive;

use super::AddressError;
use crate::i2c::{Ack, Address, Direction, I2cTarget};
use crate::model::{BuildError, Buses, Model, Pin, Readout, Role, Setup, Value, ValueKind};
use crate::net::{Drive, Level, Net};
use crate::part::{Board, Part};

/// The PCF8574 as a policy has it.
pub const MODEL: Model = Model {
    data_sheet: "NXP PCF8574 (Rev. 5)",
    omits: "The current sources of 100 uA that make a pin high are not simulated: a net at a pin that is an input needs a pull-up. \
            Pins change when the byte begins on the wires, not 4 us after its acknowledgement. The PCF8574A, with other addresses, \
            is not there.",
    pins: &[
        pin("p0"),
        pin("p1"),
        pin("p2"),
        pin("p3"),
        pin("p4"),
        pin("p5"),
        pin("p6"),
        pin("p7"),
        Pin::optional("int", Role::OpenDrain, "the INT output: low after an input has changed"),
    ],
    readouts: &[
        Readout::new(
            "latch",
            ValueKind::Integer(0, 255, ""),
            "what the controller has written: a bit that is 0 drives its pin low",
        ),
        Readout::new("interrupt", ValueKind::Switch, "whether INT is active"),
    ],
    ..Model::new("pcf8574", "an expander with eight pins", Buses::i2c(0x20, 0x27), build)
};

const KEYS: [&str; 8] = ["p0", "p1", "p2", "p3", "p4", "p5", "p6", "p7"];

const fn pin(key: &'static str) -> Pin {
    Pin::optional(key, Role::Both, "a pin")
}

fn build(setup: &Setup<'_>) -> Result<Box<dyn Part>, BuildError> {
    let part = Pcf8574::new(setup.i2c_address()?, KEYS.map(|key| setup.net(key)))?;
    Ok(Box::new(setup.connect(part, "int", Pcf8574::with_interrupt)))
}

/// A PCF8574.
#[derive(Debug)]
pub struct Pcf8574 {
    address: u8,
    pins: [Option<Net>; 8],
    interrupt: Option<Net>,
    latch: u8,
    /// The levels of the pins at the last read or write: INT compares with them.
    seen: u8,
    active: bool,
}

impl Pcf8574 {
    /// Creates a part with its pins on these nets; a pin that is open reads as it was written.
    ///
    /// # Errors
    /// Fails if the address is not one of 0x20 to 0x27, which pins A0 to A2 select.
    pub fn new(address: u8, pins: [Option<Net>; 8]) -> Result<Pcf8574, AddressError> {
        // Section 7.1: 0100, then A2 to A0.
        if !(0x20..=0x27).contains(&address) {
            return Err(AddressError::new("PCF8574", address, "0x20 to 0x27"));
        }
        Ok(Pcf8574 { address, pins, interrupt: None, latch: 0xff, seen: 0xff, active: false })
    }

    /// Puts a net at the INT output, which is open-drain: the net needs a pull-up.
    #[must_use]
    pub fn with_interrupt(mut self, net: Net) -> Pcf8574 {
        self.interrupt = Some(net);
        self
    }

    /// Returns what the controller has written.
    #[must_use]
    pub fn latch(&self) -> u8 {
        self.latch
    }

    fn levels(&self, board: &dyn Board) -> u8 {
        self.pins.iter().enumerate().fold(0, |levels, (bit, net)| {
            let written = self.latch >> bit & 1 != 0;
            let high = net.map_or(written, |net| written && board.level(net) == Level::High);
            levels | u8::from(high) << bit
        })
    }

    fn drive(&self, board: &mut dyn Board) {
        for (bit, net) in self.pins.iter().enumerate() {
            if let Some(net) = net {
                let low = self.latch >> bit & 1 == 0;
                board.drive(*net, if low { Drive::Low } else { Drive::Released });
            }
        }
    }

    // Section 8.5: a change of an input makes INT low; a read or write, or the old levels, make it high again.
    fn compare(&mut self, board: &mut dyn Board) {
        let inputs = self.latch;
        self.active = (self.levels(board) ^ self.seen) & inputs != 0;
        if let Some(net) = self.interrupt {
            board.drive(net, if self.active { Drive::Low } else { Drive::Released });
        }
    }

    fn take(&mut self, board: &mut dyn Board) {
        self.seen = self.levels(board);
        self.compare(board);
    }
}

impl Part for Pcf8574 {
    fn i2c(&mut self) -> Option<&mut dyn I2cTarget> {
        Some(self)
    }

    // Section 8.5: after power-on all pins are inputs and high.
    fn power_off(&mut self, _board: &mut dyn Board) {
        (self.latch, self.seen) = (0xff, 0xff);
        self.active = false;
    }

    fn power_on(&mut self, board: &mut dyn Board) {
        let nets: Vec<Net> = self.pins.iter().flatten().copied().collect();
        for net in nets {
            board.watch(net);
        }
        self.drive(board);
        // Section 8.5: a pin that something outside holds low makes INT low at once.
        self.compare(board);
    }

    fn net_changed(&mut self, _net: Net, _level: Level, board: &mut dyn Board) {
        self.compare(board);
    }

    fn readout(&mut self, readout: &str, _now_ns: u64) -> Option<Value> {
        match readout {
            "latch" => Some(i64::from(self.latch).into()),
            "interrupt" => Some(self.active.into()),
            _ => None,
        }
    }
}

// Sections 8.2 and 8.3: every byte written sets the pins, and every byte read has them as they are then.
impl I2cTarget for Pcf8574 {
    fn addresses(&self) -> Option<RangeInclusive<u8>> {
        Some(self.address..=self.address)
    }

    fn start(&mut self, address: Address, _direction: Direction, _board: &mut dyn Board) -> Ack {
        if address == Address::SevenBit(self.address) { Ack::Ack } else { Ack::Nack }
    }

    fn write(&mut self, byte: u8, board: &mut dyn Board) -> Ack {
        self.latch = byte;
        self.drive(board);
        self.take(board);
        Ack::Ack
    }

    fn read(&mut self, board: &mut dyn Board) -> u8 {
        self.take(board);
        self.seen
    }

    fn stop(&mut self, _board: &mut dyn Board) {}
}

#[cfg(test)]
mod tests {
    use super::Pcf8574;
    use crate::net::Drive;
    use crate::parts::test_board::TestBoard;

    #[test]
    fn a_pin_is_low_while_its_bit_is_0_and_an_input_while_it_is_1() {
        let nets = [1, 2, 3, 4, 5, 6, 7, 8].map(TestBoard::net);
        let mut part = Pcf8574::new(0x20, nets.map(Some)).expect("an address");
        let mut board = TestBoard::with(&mut part);
        assert!(nets.iter().all(|net| board.driven(*net) == Drive::Released), "after power-on");
        board.i2c_write(&mut part, 0x20, &[0x5a, 0xf0]).expect("acknowledged");
        assert!(nets[..4].iter().all(|net| board.driven(*net) == Drive::Low), "the last byte counts");
        assert!(nets[4..].iter().all(|net| board.driven(*net) == Drive::Released));
        for net in [nets[0], nets[5]] {
            board.set(&mut part, net, Drive::High);
        }
        assert_eq!(board.i2c_read(&mut part, 0x20), Ok([0x20]), "a pin that the part drives stays low");
    }

    /// Section 8.5, its last paragraph.
    #[test]
    fn a_pin_that_is_held_low_at_power_on_makes_int_low_until_it_is_read() {
        let [input, int] = [1, 9].map(TestBoard::net);
        let mut pins = [None; 8];
        pins[0] = Some(input);
        let mut part = Pcf8574::new(0x20, pins).expect("an address").with_interrupt(int);
        let mut board = TestBoard::with(&mut part);
        assert_eq!(board.driven(int), Drive::Low, "nothing pulls the pin up");
        assert_eq!(board.i2c_read(&mut part, 0x20), Ok([0xfe]));
        assert_eq!(board.driven(int), Drive::Released);
    }

    #[test]
    fn an_input_that_changes_makes_int_low_until_it_is_read_or_goes_back() {
        let [input, int] = [1, 9].map(TestBoard::net);
        let mut pins = [None; 8];
        pins[3] = Some(input);
        let mut part = Pcf8574::new(0x27, pins).expect("an address").with_interrupt(int);
        let mut board = TestBoard::with(&mut part);
        board.set(&mut part, input, Drive::High);
        assert_eq!(board.driven(int), Drive::Released, "as at power-on");
        board.set(&mut part, input, Drive::Low);
        assert_eq!(board.driven(int), Drive::Low);
        board.set(&mut part, input, Drive::High);
        assert_eq!(board.driven(int), Drive::Released, "back again");
        board.set(&mut part, input, Drive::Low);
        assert_eq!(board.i2c_read(&mut part, 0x27), Ok([0xf7]));
        assert_eq!(board.driven(int), Drive::Released, "read");
        board.i2c_write(&mut part, 0x27, &[0xf7]).expect("acknowledged");
        board.set(&mut part, input, Drive::High);
        assert_eq!(board.driven(int), Drive::Released, "the part drives it");
    }
}
