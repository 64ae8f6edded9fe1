//! What the controller does on the wires, act by act.
//!
//! An act moves the wires when it begins, and the program sees what came of it when it ends.

use wasm_embedded_sim::{Ack, Address, Direction};

use super::{
    ABRT_7B_ADDR_NOACK, ABRT_10ADDR1_NOACK, ABRT_10B_RD_NORSTRT, ABRT_MASTER_DIS, ABRT_TXDATA_NOACK, ABRT_USER_ABRT,
    CON_CONTROLLER, CON_HOLD_IF_FULL, CON_NO_TARGET, CON_RESTART, CON_TEN_BITS, ENABLE, ENABLE_ABORT, FIFO, I2c, READ,
    RESTART, RX_OVER, START_DET, STOP, STOP_DET,
};
use crate::blocks::{Cx, NEVER, byte, cycles_ns};

/// An act under way, with what will come of it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Act {
    Address {
        direction: Direction,
        ack: Ack,
    },
    Write {
        ack: Ack,
    },
    /// The eight bits of a byte.
    Read {
        byte: u8,
    },
    /// The ninth bit of a byte that was received.
    Answer {
        ack: Ack,
    },
    Stop,
}

#[derive(Default, Debug)]
pub(super) struct Engine {
    act: Option<(Act, u64)>,
    /// The direction of the bytes after the last address, while the bus is held.
    direction: Option<Direction>,
    /// The command whose address or byte is under way.
    command: u32,
    /// A byte that has come, and whose ninth bit waits for the next command.
    unanswered: Option<u8>,
    /// A STOP is next.
    stopping: bool,
    /// How many bytes have gone over the wires since the last STOP.
    moved: u32,
}

impl Engine {
    pub(super) fn next_ns(&self) -> u64 {
        self.act.map_or(NEVER, |(_, ends_ns)| ends_ns)
    }

    pub(super) fn is_active(&self) -> bool {
        self.act.is_some() || self.direction.is_some()
    }

    /// Whether an address or a byte is on its way out.
    pub(super) fn sends(&self) -> bool {
        matches!(self.act, Some((Act::Address { .. } | Act::Write { .. }, _)))
    }
}

impl I2c {
    fn address(&self) -> Address {
        if self.con & CON_TEN_BITS == 0 {
            Address::SevenBit(byte(self.target & 0x7f))
        } else {
            Address::TenBit(u16::try_from(self.target & 0x3ff).unwrap_or(0))
        }
    }

    /// Begins an act of some bits.
    fn begin(&mut self, act: Act, half_bits: u64, cx: &Cx<'_>) {
        let act_ns = cycles_ns(self.bit_cycles() * half_bits / 2, cx.rates.system);
        self.engine.act = Some((act, cx.now_ns.saturating_add(act_ns)));
    }

    fn bit_ns(&self, cx: &Cx<'_>) -> u64 {
        cycles_ns(self.bit_cycles(), cx.rates.system)
    }

    /// Does what is next, if nothing is under way and the wires let it.
    pub(super) fn go_on(&mut self, cx: &mut Cx<'_>) {
        if self.engine.act.is_some() || cx.rates.system == 0 {
            return;
        }
        if self.engine.stopping {
            cx.wires.advance_to(cx.now_ns);
            let bit_ns = self.bit_ns(cx);
            cx.wires.i2c_stop(self.number, bit_ns);
            return self.begin(Act::Stop, 2, cx);
        }
        if self.engine.unanswered.is_some() {
            return self.answer(cx);
        }
        let Some(command) = self.commands.front().copied().filter(|_| self.enable & ENABLE != 0) else { return };
        if self.con & (CON_CONTROLLER | CON_NO_TARGET) != CON_CONTROLLER | CON_NO_TARGET {
            return self.abort(ABRT_MASTER_DIS);
        }
        // A line that stays low is a bus that somebody else has: it waits, however long.
        if !cx.wires.i2c_is_idle(self.number) {
            return;
        }
        let direction = if command & READ == 0 { Direction::Write } else { Direction::Read };
        let turns = self.engine.direction.is_some_and(|now| now != direction);
        let repeats = self.engine.direction.is_some() && (command & RESTART != 0 || turns);
        self.engine.command = command;
        if self.engine.direction.is_none() || repeats {
            return self.call(direction, repeats, cx);
        }
        // A full FIFO of received bytes stretches the clock.
        if direction == Direction::Read && self.received.len() >= FIFO && self.con & CON_HOLD_IF_FULL != 0 {
            return;
        }
        self.commands.pop_front();
        self.transfer(command, direction, cx);
    }

    /// Sends a START, or a repeated one, and the address.
    fn call(&mut self, direction: Direction, repeats: bool, cx: &mut Cx<'_>) {
        let address = self.address();
        let ten_bits = matches!(address, Address::TenBit(_));
        if (repeats || ten_bits && direction == Direction::Read) && self.con & CON_RESTART == 0 {
            self.engine.stopping = self.engine.direction.is_some();
            self.abort(ABRT_10B_RD_NORSTRT);
            return self.go_on(cx);
        }
        cx.wires.advance_to(cx.now_ns);
        let bit_ns = self.bit_ns(cx);
        let mut half_bits = if repeats { 3 } else { 2 };
        let mut ack = Ack::Ack;
        let mut again = repeats;
        // Ten bits are complete only in a write: a read that begins a transaction is preceded by an empty one.
        if ten_bits && direction == Direction::Read && !repeats {
            ack = cx.wires.i2c_start(self.number, bit_ns, false, address, Direction::Write);
            (half_bits, again) = (half_bits + 36 + 3, true);
        }
        if ack == Ack::Ack {
            ack = cx.wires.i2c_start(self.number, bit_ns, again, address, direction);
            half_bits += if ten_bits && direction == Direction::Write { 36 } else { 18 };
        }
        self.engine.direction = Some(direction);
        self.begin(Act::Address { direction, ack }, half_bits, cx);
    }

    fn transfer(&mut self, command: u32, direction: Direction, cx: &mut Cx<'_>) {
        cx.wires.advance_to(cx.now_ns);
        match direction {
            Direction::Write => {
                let bit_ns = self.bit_ns(cx);
                let ack = cx.wires.i2c_write(self.number, bit_ns, byte(command));
                self.begin(Act::Write { ack }, 18, cx);
            }
            Direction::Read => {
                let byte = cx.wires.i2c_read(self.number);
                self.begin(Act::Read { byte }, 16, cx);
            }
        }
    }

    /// Sends the ninth bit of a byte, as soon as it is known what follows: one that is not the last is acknowledged.
    fn answer(&mut self, cx: &mut Cx<'_>) {
        let next = self.commands.front().copied();
        let ack = match (self.engine.command & STOP != 0, next) {
            (false, Some(next)) if next & READ != 0 && next & RESTART == 0 => Ack::Ack,
            (false, None) if self.enable & ENABLE_ABORT == 0 => return,
            _ => Ack::Nack,
        };
        let Some(byte) = self.engine.unanswered.take() else { return };
        let bit_ns = self.bit_ns(cx);
        cx.wires.i2c_answer(self.number, bit_ns, byte, ack);
        self.begin(Act::Answer { ack }, 2, cx);
    }

    /// Takes what came of an act.
    pub(super) fn act_ended(&mut self, cx: &mut Cx<'_>) {
        let Some((act, _)) = self.engine.act.take() else { return };
        let stops = self.engine.command & STOP != 0;
        match act {
            Act::Address { ack: Ack::Nack, .. } => {
                let ten_bits = self.con & CON_TEN_BITS != 0;
                self.fail(if ten_bits { ABRT_10ADDR1_NOACK } else { ABRT_7B_ADDR_NOACK });
            }
            Act::Address { direction, .. } => {
                self.raised |= START_DET;
                if let Some(command) = self.commands.pop_front() {
                    self.transfer(command, direction, cx);
                }
            }
            Act::Write { ack: Ack::Nack } => self.fail(ABRT_TXDATA_NOACK),
            Act::Write { .. } => {
                self.engine.moved += 1;
                self.engine.stopping = stops;
            }
            Act::Read { byte } => {
                self.engine.moved += 1;
                let first = u32::from(self.engine.moved == 1) << 11;
                if self.received.len() < FIFO {
                    self.received.push_back(u32::from(byte) | first);
                } else {
                    self.raised |= RX_OVER;
                }
                self.engine.unanswered = Some(byte);
            }
            Act::Answer { .. } => self.engine.stopping = stops,
            Act::Stop => {
                self.raised |= STOP_DET;
                self.engine = Engine::default();
            }
        }
        self.go_on(cx);
    }

    /// Aborts with a STOP on the wires.
    fn fail(&mut self, source: u32) {
        self.abort(source);
        self.engine.stopping = true;
    }

    /// Writes IC_ENABLE. Section 12.2.15.2, "Aborting I2C transfers"; a block that is disabled ends its transaction first.
    pub(super) fn set_enable(&mut self, value: u32, cx: &mut Cx<'_>) {
        let was = self.enable;
        self.enable = value & ENABLE;
        if value & ENABLE_ABORT != 0 && was & ENABLE != 0 {
            // The bit clears itself once the STOP is on the wires; the program sees it cleared.
            if let Some(byte) = self.engine.unanswered.take() {
                let bit_ns = self.bit_ns(cx);
                cx.wires.i2c_answer(self.number, bit_ns, byte, Ack::Nack);
            }
            self.engine.stopping = self.engine.direction.is_some();
            self.abort(ABRT_USER_ABRT);
        }
        if self.enable & ENABLE == 0 && was & ENABLE != 0 {
            self.commands.clear();
            self.received.clear();
            if let Some(byte) = self.engine.unanswered.take() {
                let bit_ns = self.bit_ns(cx);
                cx.wires.i2c_answer(self.number, bit_ns, byte, Ack::Nack);
            }
            self.engine.stopping |= self.engine.direction.is_some();
        }
    }
}
