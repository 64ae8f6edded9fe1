//! SCL and SDA.

use crate::event::{Event, What};

/// Decodes one I2C bus. I2C-bus specification (NXP UM10204, revision 7.0), section 3.1.
#[derive(Clone, Debug)]
pub struct I2cLines {
    wire: String,
    scl: bool,
    sda: bool,
    /// Whether there was a START and no STOP since.
    busy: bool,
    /// The bits of the byte under way, and how many of its nine clocks rose.
    bits: u16,
    clocks: u32,
    began_ns: u64,
}

impl I2cLines {
    /// Returns the decoder of an idle bus.
    #[must_use]
    pub fn new(wire: &str) -> I2cLines {
        I2cLines { wire: wire.to_owned(), scl: true, sda: true, busy: false, bits: 0, clocks: 0, began_ns: 0 }
    }

    /// Takes a level of SCL.
    pub fn scl(&mut self, at_ns: u64, high: bool, out: &mut Vec<Event>) {
        if high && !self.scl && self.busy {
            if self.clocks == 0 {
                self.began_ns = at_ns;
            }
            self.clocks += 1;
            self.bits = (self.bits << 1) | u16::from(self.sda);
        }
        // The ninth clock falls: before that, it may be no clock of a byte but that of a STOP or repeated START.
        if !high && self.scl && self.clocks == 9 {
            let [value, _] = (self.bits >> 1).to_le_bytes();
            let what = What::Byte { value, acknowledged: self.bits & 1 == 0 };
            out.push(Event { at_ns: self.began_ns, until_ns: at_ns, wire: self.wire.clone(), what });
            (self.bits, self.clocks) = (0, 0);
        }
        self.scl = high;
    }

    /// Takes a level of SDA. While SCL is high, a change is a START or a STOP.
    pub fn sda(&mut self, at_ns: u64, high: bool, out: &mut Vec<Event>) {
        if self.scl && high != self.sda {
            let what = match (high, self.busy) {
                (true, _) => What::Stop,
                (false, true) => What::RepeatedStart,
                (false, false) => What::Start,
            };
            self.busy = !high;
            (self.bits, self.clocks) = (0, 0);
            out.push(Event::new(at_ns, &self.wire, what));
        }
        self.sda = high;
    }

    /// Returns whether both lines are high, as they have to be between transactions.
    #[must_use]
    pub fn is_idle(&self) -> bool {
        self.scl && self.sda && !self.busy
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::on_wire;

    #[test]
    fn start_byte_and_stop_are_told_apart() {
        let (mut lines, mut events) = (I2cLines::new("i2c"), Vec::new());
        lines.sda(1, false, &mut events);
        lines.scl(2, false, &mut events);
        for (index, bit) in [false, true, false, true, false, true, false, true, false].into_iter().enumerate() {
            let at_ns = 10 + 10 * u64::try_from(index).expect("a small number");
            lines.sda(at_ns, bit, &mut events);
            lines.scl(at_ns + 2, true, &mut events);
            lines.scl(at_ns + 5, false, &mut events);
        }
        lines.sda(110, false, &mut events);
        lines.scl(111, true, &mut events);
        assert!(!lines.is_idle());
        lines.sda(112, true, &mut events);
        assert!(lines.is_idle());
        assert_eq!(on_wire(&events, "i2c"), "S 55. P");
        assert_eq!((events[1].at_ns, events[1].until_ns), (12, 95));
    }
}
