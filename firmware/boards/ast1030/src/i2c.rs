//! The I2C controllers, byte by byte: a command in a register, then its answer in another. Linux `drivers/i2c/busses/i2c-aspeed.c`
//! names the registers, which the AST1030 has in its "old mode", the one after a reset.
#![expect(unsafe_code, reason = "the places of the controllers")]

use alloc::format;
use alloc::string::String;

use embedded_hal::i2c::{NoAcknowledgeSource, Operation};
use wasm_embedded_host::i2c::{self, Address, Error};

use crate::chip;
use crate::registers::Block;

/// The first controller, and from one to the next.
const FIRST: usize = 0x7e7b_0080;
const STEP: usize = 0x80;
const CONTROLLERS: u8 = 14;

const FUNCTION: usize = 0x00;
const TIMING_1: usize = 0x04;
const TIMING_2: usize = 0x08;
const INTERRUPTS: usize = 0x0c;
const STATUS: usize = 0x10;
const COMMAND: usize = 0x14;
/// What is sent in the lower byte, what was received in the second.
const BYTE: usize = 0x20;

const CONTROLLER_ON: u32 = 1 << 0;

const START: u32 = 1 << 0;
const SEND: u32 = 1 << 1;
const RECEIVE: u32 = 1 << 3;
/// Does not acknowledge the byte that is received.
const LAST: u32 = 1 << 4;
const STOP: u32 = 1 << 5;

const ACKNOWLEDGED: u32 = 1 << 0;
const REFUSED: u32 = 1 << 1;
const RECEIVED: u32 = 1 << 2;
const LOST: u32 = 1 << 3;
const STOPPED: u32 = 1 << 4;
/// A START or STOP at the wrong place, or a clock that is held for too long.
const ABNORMAL: u32 = 1 << 5 | 1 << 6;

/// The clock of the controllers after a reset.
const CLOCK_HZ: u32 = 50_000_000;
/// How long a command may take. Parts that hold the clock do so for a tenth of a second at most.
const PATIENCE_US: u64 = 250_000;

/// A bus that several labels of one guest share.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Bus(Block);

impl Bus {
    /// Returns the bus of a controller.
    pub(crate) fn of(block: u8) -> Result<Bus, String> {
        if block >= CONTROLLERS {
            return Err(format!("unknown block I2C{block}"));
        }
        // SAFETY: the registers of this controller; one guest at a time has it (`Claims`).
        Ok(Bus(unsafe { Block::at(FIRST + usize::from(block) * STEP) }))
    }

    /// Switches the controller on, at a clock of at most so many hertz.
    pub(crate) fn set_up(self, frequency_hz: u32) {
        self.0.write(FUNCTION, 0);
        self.0.write(TIMING_1, timing(frequency_hz));
        self.0.write(TIMING_2, 0);
        self.0.write(STATUS, u32::MAX);
        // A status is told only if its interrupt is on; none comes, since the processor has all of them off.
        self.0.write(INTERRUPTS, ACKNOWLEDGED | REFUSED | RECEIVED | LOST | STOPPED | ABNORMAL);
        self.0.write(FUNCTION, CONTROLLER_ON);
    }

    /// Has the controller do something, and returns how that ended.
    fn command(self, command: u32, ends: u32) -> Result<u32, Error> {
        self.0.write(STATUS, u32::MAX);
        self.0.write(COMMAND, command);
        let began_us = chip::now_us();
        loop {
            let status = self.0.read(STATUS);
            if status & LOST != 0 {
                return Err(Error::ArbitrationLoss);
            }
            if status & ABNORMAL != 0 || chip::now_us() - began_us > PATIENCE_US {
                return Err(Error::Bus);
            }
            if status & ends != 0 {
                return Ok(status);
            }
        }
    }

    fn send(self, command: u32, byte: u8, source: NoAcknowledgeSource) -> Result<(), Error> {
        self.0.write(BYTE, byte.into());
        let status = self.command(command | SEND, ACKNOWLEDGED | REFUSED)?;
        if status & REFUSED == 0 { Ok(()) } else { Err(Error::NoAcknowledge(source)) }
    }

    fn receive(self, last: bool) -> Result<u8, Error> {
        self.command(RECEIVE | if last { LAST } else { 0 }, RECEIVED)?;
        let [_, byte, _, _] = self.0.read(BYTE).to_le_bytes();
        Ok(byte)
    }

    fn exchange(self, address: u8, operations: &mut [Operation<'_>]) -> Result<(), Error> {
        let mut direction = None;
        for index in 0..operations.len() {
            let (now, rest) = operations.split_at_mut(index + 1);
            let Some(operation) = now.last_mut() else { break };
            let reads = matches!(operation, Operation::Read(_));
            if direction != Some(reads) {
                self.send(START, address << 1 | u8::from(reads), NoAcknowledgeSource::Address)?;
                direction = Some(reads);
            }
            match operation {
                Operation::Write(bytes) => {
                    bytes.iter().try_for_each(|byte| self.send(0, *byte, NoAcknowledgeSource::Data))?;
                }
                Operation::Read(buffer) => {
                    // The next operation goes on with the same bytes if it reads too.
                    let goes_on = matches!(rest.first(), Some(Operation::Read(_)));
                    let len = buffer.len();
                    for (number, byte) in buffer.iter_mut().enumerate() {
                        *byte = self.receive(number + 1 == len && !goes_on)?;
                    }
                }
            }
        }
        Ok(())
    }
}

impl i2c::Bus for Bus {
    fn transaction(&mut self, address: Address, operations: &mut [Operation<'_>]) -> Result<(), Error> {
        let Address::SevenBit(address) = address else { return Err(Error::Unsupported) };
        let exchanged = self.exchange(address, operations);
        // Who lost the bus has no STOP to send.
        let stopped = match exchanged {
            Err(Error::ArbitrationLoss) => Ok(0),
            _ => self.command(STOP, STOPPED),
        };
        if exchanged.is_err() || stopped.is_err() {
            // Forgets what the controller was in the middle of.
            self.0.write(FUNCTION, 0);
            self.0.write(FUNCTION, CONTROLLER_ON);
        }
        exchanged.and(stopped.map(|_| ()))
    }
}

/// Returns the register of the clock's times: both halves in units of the clock, divided by a power of two so that they fit.
fn timing(frequency_hz: u32) -> u32 {
    let period = CLOCK_HZ.div_ceil(frequency_hz.max(1));
    let power = (0..15).find(|power| period.div_ceil(1 << power) <= 32).unwrap_or(15);
    let units = period.div_ceil(1 << power).clamp(2, 32);
    let (low, high) = (units / 2, units - units / 2);
    // The times of START, STOP and data are the shortest ones that fit all clocks: a half of them.
    let half = low - 1;
    half << 28 | half << 24 | half << 20 | (high - 1) << 16 | (low - 1) << 12 | power
}
