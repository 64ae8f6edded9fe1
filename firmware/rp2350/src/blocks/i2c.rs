//! I2C0 and I2C1: Synopsys' DW_apb_i2c as a controller. RP2350 data sheet, section 12.2.

use std::collections::VecDeque;

use super::{Block, Cx, count};

mod engine;

use self::engine::Engine;

const FIFO: usize = 16;

const CON_CONTROLLER: u32 = 1;
const CON_FAST: u32 = 2 << 1;
const CON_SPEED: u32 = 3 << 1;
const CON_TEN_BITS: u32 = 1 << 4;
const CON_RESTART: u32 = 1 << 5;
const CON_NO_TARGET: u32 = 1 << 6;
const CON_HOLD_IF_FULL: u32 = 1 << 9;
const ENABLE: u32 = 1;
const ENABLE_ABORT: u32 = 2;

/// IC_DATA_CMD.
const READ: u32 = 1 << 8;
const STOP: u32 = 1 << 9;
const RESTART: u32 = 1 << 10;

/// IC_RAW_INTR_STAT.
const RX_UNDER: u32 = 1;
const RX_OVER: u32 = 1 << 1;
const RX_FULL: u32 = 1 << 2;
const TX_OVER: u32 = 1 << 3;
const TX_EMPTY: u32 = 1 << 4;
const TX_ABRT: u32 = 1 << 6;
const ACTIVITY: u32 = 1 << 8;
const STOP_DET: u32 = 1 << 9;
const START_DET: u32 = 1 << 10;

/// IC_TX_ABRT_SOURCE.
const ABRT_7B_ADDR_NOACK: u32 = 1;
const ABRT_10ADDR1_NOACK: u32 = 1 << 1;
const ABRT_TXDATA_NOACK: u32 = 1 << 3;
const ABRT_10B_RD_NORSTRT: u32 = 1 << 10;
const ABRT_MASTER_DIS: u32 = 1 << 11;
const ABRT_USER_ABRT: u32 = 1 << 16;

/// The registers that hold what is written to them and are looked at elsewhere, if at all: offset, value at reset, bits.
const PLAIN: [(u32, u32, u32); 12] = [
    (0x08, 0x55, 0x3ff),
    (0x14, 0x28, 0xffff),
    (0x18, 0x2f, 0xffff),
    (0x1c, 0x06, 0xffff),
    (0x20, 0x0d, 0xffff),
    (0x30, 0x8ff, 0x1fff),
    (0x7c, 0x01, 0x00ff_ffff),
    (0x88, 0, 3),
    (0x8c, 0, 0xf),
    (0x94, 0x64, 0xff),
    (0x98, 1, 1),
    (0xa0, 7, 0xff),
];

#[derive(Debug)]
pub(crate) struct I2c {
    number: usize,
    con: u32,
    target: u32,
    enable: u32,
    plain: [u32; PLAIN.len()],
    thresholds: [u32; 2],
    /// Interrupts that stay until they are cleared.
    raised: u32,
    abort_source: u32,
    commands: VecDeque<u32>,
    received: VecDeque<u32>,
    engine: Engine,
}

impl I2c {
    pub(crate) fn new(number: usize) -> I2c {
        I2c {
            number,
            con: 0x65,
            target: 0x55,
            enable: 0,
            plain: PLAIN.map(|(_, reset, _)| reset),
            thresholds: [0; 2],
            raised: 0,
            abort_source: 0,
            commands: VecDeque::new(),
            received: VecDeque::new(),
            engine: Engine::default(),
        }
    }

    fn plain(&self, offset: u32) -> Option<u32> {
        let at = PLAIN.iter().position(|(known, ..)| *known == offset)?;
        self.plain.get(at).copied()
    }

    /// Returns how many cycles of the clock a bit takes. Section 12.2.14, "IC_CLK frequency configuration": SCL is high for HCNT,
    /// the spike filter and seven cycles, and low for LCNT and one.
    fn bit_cycles(&self) -> u64 {
        let (high, low) = if self.con & CON_SPEED == CON_FAST { (0x1c, 0x20) } else { (0x14, 0x18) };
        let of = |offset: u32| u64::from(self.plain(offset).unwrap_or(0));
        of(high) + of(0xa0) + 7 + of(low) + 1
    }

    /// Ends what is under way: FIFOs are empty until the program has read IC_CLR_TX_ABRT.
    fn abort(&mut self, source: u32) {
        let flushed = count(self.commands.len());
        self.abort_source |= source | flushed << 23;
        self.raised |= TX_ABRT;
        self.commands.clear();
        self.received.clear();
    }

    fn interrupts(&self) -> u32 {
        let of = |is: bool, bit: u32| if is { bit } else { 0 };
        let levels = count(self.commands.len());
        // With TX_EMPTY_CTRL the last byte has left, too.
        let empty = levels <= self.thresholds[1] && (self.con & 1 << 8 == 0 || !self.engine.sends());
        self.raised
            | of(empty && self.enable & ENABLE != 0, TX_EMPTY)
            | of(count(self.received.len()) > self.thresholds[0], RX_FULL)
            | of(self.engine.is_active(), ACTIVITY)
    }

    fn status(&self) -> u32 {
        let active = u32::from(self.engine.is_active());
        active
            | u32::from(self.commands.len() < FIFO) << 1
            | u32::from(self.commands.is_empty()) << 2
            | u32::from(!self.received.is_empty()) << 3
            | u32::from(self.received.len() >= FIFO) << 4
            | active << 5
    }

    fn command(&mut self, value: u32) {
        // Disabled, or flushed by an abort that the program has yet to notice: it takes nothing.
        if self.enable & ENABLE == 0 || self.raised & TX_ABRT != 0 {
            return;
        }
        if self.commands.len() >= FIFO {
            self.raised |= TX_OVER;
        } else {
            self.commands.push_back(value & 0x7ff);
        }
    }

    /// Reading one of the IC_CLR registers clears its interrupt.
    fn clear(&mut self, offset: u32) -> bool {
        let cleared = match offset {
            0x40 => RX_UNDER | RX_OVER | TX_OVER | TX_ABRT | ACTIVITY | STOP_DET | START_DET,
            0x44 => RX_UNDER,
            0x48 => RX_OVER,
            0x4c => TX_OVER,
            0x54 => TX_ABRT,
            0x5c => ACTIVITY,
            0x60 => STOP_DET,
            0x64 => START_DET,
            0x50 | 0x58 | 0x68 | 0xa8 => 0,
            _ => return false,
        };
        self.raised &= !cleared;
        if cleared & TX_ABRT != 0 {
            self.abort_source = 0;
        }
        true
    }
}

impl Block for I2c {
    fn peek(&self, offset: u32, _: &Cx<'_>) -> Option<u32> {
        Some(match offset {
            0x00 => self.con,
            0x04 => self.target,
            0x10 => self.received.front().copied().unwrap_or(0),
            0x2c => self.interrupts() & self.plain(0x30)?,
            0x34 => self.interrupts(),
            0x38 => self.thresholds[0],
            0x3c => self.thresholds[1],
            0x40..=0x68 | 0xa8 => 0,
            0x6c => self.enable,
            0x70 => self.status(),
            0x74 => count(self.commands.len()),
            0x78 => count(self.received.len()),
            0x80 => self.abort_source,
            0x9c => self.enable & ENABLE,
            0xf4 => 0,
            0xf8 => 0x3230_312a,
            0xfc => 0x4457_0140,
            _ => return self.plain(offset),
        })
    }

    fn read(&mut self, offset: u32, cx: &mut Cx<'_>) -> Option<u32> {
        if self.clear(offset) {
            return Some(0);
        }
        if offset != 0x10 {
            return self.peek(offset, cx);
        }
        let byte = self.received.pop_front();
        if byte.is_none() {
            self.raised |= RX_UNDER;
        }
        self.go_on(cx);
        Some(byte.unwrap_or(0))
    }

    fn write(&mut self, offset: u32, value: u32, cx: &mut Cx<'_>) -> Option<()> {
        let disabled = self.enable & ENABLE == 0;
        match offset {
            // These hold only while the block is disabled.
            0x00 if disabled => self.con = value & 0x7ff,
            0x04 if disabled => self.target = value & 0xfff,
            // An enabled block ignores them.
            0x00 | 0x04 => {}
            0x10 => self.command(value),
            0x38 => self.thresholds[0] = value & 0xff,
            0x3c => self.thresholds[1] = value & 0xff,
            0x6c => self.set_enable(value, cx),
            _ => {
                let at = PLAIN.iter().position(|(known, ..)| *known == offset)?;
                *self.plain.get_mut(at)? = value & PLAIN.get(at)?.2;
            }
        }
        self.go_on(cx);
        Some(())
    }

    fn next_ns(&self) -> u64 {
        self.engine.next_ns()
    }

    fn run(&mut self, cx: &mut Cx<'_>) {
        self.act_ended(cx);
    }
}
