//! What goes wrong on a serial port: frames that are none, bytes that get lost, two ends that do not agree on a baud rate.

use super::{Armed, Fault};
use crate::circuit::Circuit;
use crate::uart::{Frame, Parity, UartError, UartId};

/// What goes wrong with a byte on a serial port.
#[non_exhaustive]
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum UartFault {
    /// A received byte has no stop bit. It is lost, and the port reports it in its place.
    Framing,
    /// A received byte has the wrong parity. It is lost, and the port reports it in its place. A port without parity sees nothing.
    Parity,
    /// The line is low for longer than a byte: the port reports it in the byte's place.
    LineBreak,
    /// A received byte was not taken in time. It is lost with those after it, until a reader has heard of it.
    Overrun,
    /// A byte vanishes in a direction, and nobody says so.
    DroppedByte {
        /// Whether it is one from the controller.
        sent: bool,
    },
    /// The other end runs at another rate: each side sees what it samples of the other's bits, and no byte where a stop bit should be
    /// and is none. A port reports that, a part does not.
    WrongBaud {
        /// The other end's rate, in bits a second; 0 counts as 1.
        baud: u32,
    },
}

/// What comes of a byte that is on its way to the controller.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Arrival {
    Byte(u8),
    Failed(UartError),
    Lost,
}

impl UartFault {
    pub(super) fn name(self) -> &'static str {
        match self {
            UartFault::Framing => "framing",
            UartFault::Parity => "parity",
            UartFault::LineBreak => "line-break",
            UartFault::Overrun => "overrun",
            UartFault::DroppedByte { .. } => "dropped-byte",
            UartFault::WrongBaud { .. } => "wrong-baud",
        }
    }

    /// Returns whether a byte in this direction is an occasion.
    fn concerns(self, sent: bool) -> bool {
        match self {
            UartFault::DroppedByte { sent: of } => of == sent,
            UartFault::WrongBaud { .. } => true,
            UartFault::Framing | UartFault::Parity | UartFault::LineBreak | UartFault::Overrun => !sent,
        }
    }

    /// Returns what comes of a byte. `frame` is that of the port.
    fn arrival(self, byte: u8, frame: Frame, sent: bool) -> Arrival {
        match self {
            UartFault::Framing => Arrival::Failed(UartError::Framing),
            UartFault::Parity if frame.parity == Parity::None => Arrival::Byte(byte),
            UartFault::Parity => Arrival::Failed(UartError::Parity),
            UartFault::LineBreak => Arrival::Failed(UartError::LineBreak),
            UartFault::Overrun => Arrival::Failed(UartError::Overrun),
            UartFault::DroppedByte { .. } => Arrival::Lost,
            UartFault::WrongBaud { baud } => {
                let other_ns = 1_000_000_000_u64.div_ceil(u64::from(baud.max(1)));
                let (from_ns, to_ns) = if sent { (frame.bit_ns, other_ns) } else { (other_ns, frame.bit_ns) };
                sampled(byte, frame.parity, from_ns, to_ns)
            }
        }
    }
}

/// Returns what a receiver samples of a byte, each bit in its middle, if its bits are `to_ns` long and the sender's `from_ns`.
fn sampled(byte: u8, parity: Parity, from_ns: u64, to_ns: u64) -> Arrival {
    let has_parity = parity != Parity::None;
    let odd = |byte: u8| byte.count_ones() % 2 == 1;
    // The start bit is bit 0; what follows the frame is the idle line, which is high like a stop bit.
    let level = |bit: u64| match bit {
        0 => false,
        1..=8 => byte >> (bit - 1) & 1 == 1,
        9 if has_parity => odd(byte) == (parity == Parity::Even),
        _ => true,
    };
    let seen = |bit: u64| level((to_ns.saturating_mul(2 * bit + 1) / 2) / from_ns.max(1));
    let data = (1..=8).fold(0, |data: u8, bit| data | u8::from(seen(bit)) << (bit - 1));
    if !seen(if has_parity { 10 } else { 9 }) {
        Arrival::Failed(UartError::Framing)
    } else if has_parity && seen(9) != (odd(data) == (parity == Parity::Even)) {
        Arrival::Failed(UartError::Parity)
    } else {
        Arrival::Byte(data)
    }
}

impl Circuit {
    /// Counts a byte for the faults of its port, and returns what comes of it: `sent` by the controller, or to it.
    #[inline]
    pub(crate) fn strike_uart(&mut self, port: UartId, frame: Frame, byte: u8, sent: bool) -> Arrival {
        if self.faults.none() { Arrival::Byte(byte) } else { self.strike_byte(port, frame, byte, sent) }
    }

    fn strike_byte(&mut self, port: UartId, frame: Frame, byte: u8, sent: bool) -> Arrival {
        let mut arrival = Arrival::Byte(byte);
        for index in 0..self.faults.armed.len() {
            let Some(Armed { fault: Fault::Uart { port: at, fault }, .. }) = self.faults.get(index) else { continue };
            let fault = *fault;
            if *at != port || !fault.concerns(sent) || !self.faults.strike(index, self.now_ns) {
                continue;
            }
            let event = self.faults.event(index);
            self.trace(event);
            // The first that takes the byte away is what is seen.
            if let Arrival::Byte(byte) = arrival {
                arrival = fault.arrival(byte, frame, sent);
            }
        }
        arrival
    }
}

#[cfg(test)]
mod tests {
    use super::{Arrival, Parity, UartError, sampled};

    #[test]
    fn both_ends_at_one_rate_agree_on_every_byte() {
        for parity in [Parity::None, Parity::Even, Parity::Odd] {
            for byte in 0..=255 {
                // A rate that is 3 % off is within what a frame can bear.
                for to_ns in [970, 1_000, 1_030] {
                    assert_eq!(sampled(byte, parity, 1_000, to_ns), Arrival::Byte(byte), "{byte:#x} {parity:?}");
                }
            }
        }
    }

    #[test]
    fn at_half_the_rate_every_bit_is_seen_twice() {
        // The start bit, and its second half as the first bit of data: 0b00110011 has its lowest four bits seen twice.
        assert_eq!(sampled(0b0101_1111, Parity::None, 2_000, 1_000), Arrival::Byte(0b1111_1110));
        assert_eq!(sampled(0b0000_0000, Parity::None, 2_000, 1_000), Arrival::Failed(UartError::Framing));
        assert_eq!(sampled(0xff, Parity::None, 1_000, 2_000), Arrival::Byte(0xff));
    }
}
