//! W25Q: serial NOR flash by Winbond, 1 to 16 MiB.
//!
//! It follows the data sheet "W25Q32FV, 3V 32M-bit serial flash memory with dual/quad SPI & QPI" by Winbond, rev J, as far as a
//! single data line goes: no dual and quad commands, no suspending, no security registers, no SFDP table and no individual block
//! locks. Programming, erasing and writing a status register take their typical times.

mod array;
mod opcode;
mod status;
#[cfg(test)]
mod tests;
mod transaction;

use alloc::boxed::Box;
use alloc::vec::Vec;

use embedded_hal::spi::{MODE_0, MODE_3, Mode};

pub use array::LoadError;

use self::array::{Array, PAGE, SECTOR};
use self::status::{BUSY, Status, WRITE_ENABLED};
use self::transaction::{ADDRESS_LENGTH, Transaction};
use crate::model::{BuildError, Buses, Model, Pin, Preset, Readout, Role, Setting, Setup, Value, ValueKind};
use crate::net::{Level, Net};
use crate::part::{Board, Part};
use crate::parts::miso::UNDRIVEN;
use crate::spi::SpiTarget;

/// The W25Q family as a policy has it.
pub const MODEL: Model = Model {
    data_sheet: "Winbond W25Q32FV, revision J",
    pins: &[
        Pin::optional("hold", Role::Input, "the HOLD pin: while it is low the chip neither listens nor answers"),
        Pin::optional(
            "write-protect",
            Role::Input,
            "the WP pin: while it is low the status registers can be protected",
        ),
    ],
    settings: &[
        Setting::new(
            "variant",
            ValueKind::Choice(&["w25q80", "w25q16", "w25q32", "w25q64", "w25q128"]),
            Preset::Text("w25q32"),
            "the member of the family: the number is the size in megabits",
        )
        .once("model"),
        Setting::new(
            "contents",
            ValueKind::Bytes,
            Preset::None,
            "what is in the memory from address 0 on; the rest is erased",
        ),
    ],
    readouts: &[Readout::new("contents", ValueKind::Bytes, "what is in the memory")],
    ..Model::new("w25q", "a flash memory", Buses::SPI, build)
};

fn build(setup: &Setup<'_>) -> Result<Box<dyn Part>, BuildError> {
    let mut part = match setup.text("variant")? {
        "w25q80" => W25q::w25q80(),
        "w25q16" => W25q::w25q16(),
        "w25q64" => W25q::w25q64(),
        "w25q128" => W25q::w25q128(),
        _ => W25q::w25q32(),
    };
    part.load(0, setup.settings().bytes("contents").unwrap_or_default())?;
    let part = setup.connect(part, "hold", W25q::with_hold);
    Ok(Box::new(setup.connect(part, "write-protect", W25q::with_write_protect)))
}

/// A serial flash memory.
#[derive(Clone, Debug)]
pub struct W25q {
    array: Array,
    capacity_id: u8,
    unique_id: [u8; 8],
    hold: Option<Net>,
    write_protect: Option<Net>,
    status: Status,
    write_enabled: bool,
    volatile_write_enabled: bool,
    reset_enabled: bool,
    powered_down: bool,
    /// When the operation under way ends.
    busy_until_ns: Option<u64>,
    /// Until when the chip, released from power-down or reset, listens to nothing.
    deaf_until_ns: u64,
    transaction: Transaction,
}

// W25Q32FV rev J, section 8.1.1: manufacturer and device identification.
const MANUFACTURER: u8 = 0xef;
const MEMORY_TYPE: u8 = 0x40;
const CAPACITY_1_MIB: u8 = 0x14;

// W25Q32FV rev J, section 9.6: AC electrical characteristics, typical values (tW, tPP, tSE, tBE1, tBE2, tCE).
const WRITE_STATUS_NS: u64 = 10_000_000;
const PROGRAM_NS: u64 = 700_000;
const ERASE_SECTOR_NS: u64 = 45_000_000;
const ERASE_BLOCK_32K_NS: u64 = 120_000_000;
const ERASE_BLOCK_64K_NS: u64 = 150_000_000;
// 10 s for its 4 MiB; in the data sheets of the larger ones in proportion.
const ERASE_CHIP_NS_PER_MIB: u64 = 2_500_000_000;
// The same section: tRES1 and tRST.
const RELEASE_NS: u64 = 3_000;
const RESET_NS: u64 = 30_000;

// W25Q32FV rev J, section 2: features.
const BLOCK_32K: usize = 0x8000;
const BLOCK_64K: usize = 0x1_0000;

impl W25q {
    /// Makes a W25Q80: 1 MiB, erased.
    #[must_use]
    pub fn w25q80() -> W25q {
        W25q::new(0)
    }

    /// Makes a W25Q16: 2 MiB, erased.
    #[must_use]
    pub fn w25q16() -> W25q {
        W25q::new(1)
    }

    /// Makes a W25Q32: 4 MiB, erased.
    #[must_use]
    pub fn w25q32() -> W25q {
        W25q::new(2)
    }

    /// Makes a W25Q64: 8 MiB, erased.
    #[must_use]
    pub fn w25q64() -> W25q {
        W25q::new(3)
    }

    /// Makes a W25Q128: 16 MiB, erased.
    #[must_use]
    pub fn w25q128() -> W25q {
        W25q::new(4)
    }

    fn new(doublings: u8) -> W25q {
        W25q {
            array: Array::new(0x10_0000 << doublings),
            capacity_id: CAPACITY_1_MIB + doublings,
            unique_id: [0xd1, 0x64, 0x8c, 0x15, 0x3b, 0x57, 0x29, 0x2e],
            hold: None,
            write_protect: None,
            status: Status::new(),
            write_enabled: false,
            volatile_write_enabled: false,
            reset_enabled: false,
            powered_down: false,
            busy_until_ns: None,
            deaf_until_ns: 0,
            transaction: Transaction::new(),
        }
    }

    /// Gives the chip another unique number.
    #[must_use]
    pub fn with_unique_id(mut self, id: [u8; 8]) -> W25q {
        self.unique_id = id;
        self
    }

    /// Connects the HOLD pin: while the net is low the chip neither listens nor answers.
    #[must_use]
    pub fn with_hold(mut self, net: Net) -> W25q {
        self.hold = Some(net);
        self
    }

    /// Connects the WP pin: while the net is low the status registers can be protected from writing.
    #[must_use]
    pub fn with_write_protect(mut self, net: Net) -> W25q {
        self.write_protect = Some(net);
        self
    }

    /// Returns a copy of the contents.
    #[must_use]
    pub fn bytes(&self) -> Vec<u8> {
        self.array.bytes()
    }

    /// Overwrites contents from `offset` on, whatever was there, as a programmer does before the chip is on the board.
    ///
    /// # Errors
    /// The bytes reach past the end; then nothing is written.
    pub fn load(&mut self, offset: usize, bytes: &[u8]) -> Result<(), LoadError> {
        self.array.load(offset, bytes)
    }

    fn is_low(net: Option<Net>, board: &dyn Board) -> bool {
        net.is_some_and(|net| board.level(net) == Level::Low)
    }

    /// Ends the operation under way if its time is over.
    fn settle(&mut self, now_ns: u64) {
        if self.busy_until_ns.is_some_and(|end| end <= now_ns) {
            self.busy_until_ns = None;
            self.write_enabled = false;
        }
    }

    fn listens_to(&self, opcode: u8, now_ns: u64) -> bool {
        if now_ns < self.deaf_until_ns {
            return false;
        }
        if self.powered_down {
            return opcode == opcode::RELEASE;
        }
        // W25Q32FV rev J, sections 7.1.1 and 8.2: what a busy chip takes.
        let while_busy =
            [opcode::READ_STATUS_1, opcode::READ_STATUS_2, opcode::READ_STATUS_3, opcode::ENABLE_RESET, opcode::RESET];
        self.busy_until_ns.is_none() || while_busy.contains(&opcode)
    }

    /// Returns the byte that goes out while byte `index` after the opcode comes in.
    fn answer(&mut self, opcode: u8, index: usize) -> u8 {
        let after = |length: usize| index.checked_sub(length);
        match opcode {
            opcode::READ_STATUS_1 => {
                let busy = if self.busy_until_ns.is_some() { BUSY } else { 0 };
                self.status.get(0) | busy | if self.write_enabled { WRITE_ENABLED } else { 0 }
            }
            opcode::READ_STATUS_2 => self.status.get(1),
            opcode::READ_STATUS_3 => self.status.get(2),
            opcode::JEDEC_ID => [MANUFACTURER, MEMORY_TYPE, self.capacity_id].get(index).copied().unwrap_or(UNDRIVEN),
            opcode::MANUFACTURER_ID => match after(ADDRESS_LENGTH) {
                Some(index) if (index + self.transaction.address).is_multiple_of(2) => MANUFACTURER,
                Some(_) => self.device_id(),
                None => UNDRIVEN,
            },
            opcode::RELEASE if index >= ADDRESS_LENGTH => self.device_id(),
            // Four bytes are for the clock only.
            opcode::UNIQUE_ID => after(4).and_then(|index| self.unique_id.get(index).copied()).unwrap_or(UNDRIVEN),
            opcode::READ if index >= ADDRESS_LENGTH => self.next_byte(),
            // One more byte is for the clock only.
            opcode::FAST_READ if index > ADDRESS_LENGTH => self.next_byte(),
            _ => UNDRIVEN,
        }
    }

    fn device_id(&self) -> u8 {
        self.capacity_id - 1
    }

    fn next_byte(&mut self) -> u8 {
        let byte = self.array.read(self.transaction.address);
        self.transaction.address = self.transaction.address.wrapping_add(1);
        byte
    }

    /// Does what a whole command says, now that the select line is inactive.
    fn execute(&mut self, opcode: u8, board: &dyn Board) {
        let now_ns = board.now_ns();
        let length = self.transaction.length;
        match (opcode, length) {
            (opcode::WRITE_ENABLE, 0) => self.write_enabled = true,
            (opcode::VOLATILE_WRITE_ENABLE, 0) => self.volatile_write_enabled = true,
            (opcode::WRITE_DISABLE, 0) => self.write_enabled = false,
            (opcode::WRITE_STATUS_1, 1 | 2) => self.write_status(0, board),
            (opcode::WRITE_STATUS_2, 1) => self.write_status(1, board),
            (opcode::WRITE_STATUS_3, 1) => self.write_status(2, board),
            (opcode::PAGE_PROGRAM, 4..) => self.program(now_ns),
            (opcode::ERASE_SECTOR, ADDRESS_LENGTH) => self.erase(SECTOR, ERASE_SECTOR_NS, now_ns),
            (opcode::ERASE_BLOCK_32K, ADDRESS_LENGTH) => self.erase(BLOCK_32K, ERASE_BLOCK_32K_NS, now_ns),
            (opcode::ERASE_BLOCK_64K, ADDRESS_LENGTH) => self.erase(BLOCK_64K, ERASE_BLOCK_64K_NS, now_ns),
            (opcode::ERASE_CHIP | opcode::ERASE_CHIP_60, 0) => {
                let duration_ns = ERASE_CHIP_NS_PER_MIB << (self.capacity_id - CAPACITY_1_MIB);
                self.erase(self.array.capacity(), duration_ns, now_ns);
            }
            (opcode::POWER_DOWN, 0) => self.powered_down = true,
            (opcode::RELEASE, _) if self.powered_down => {
                self.powered_down = false;
                self.deaf_until_ns = now_ns.saturating_add(RELEASE_NS);
            }
            (opcode::RESET, 0) if self.reset_enabled => self.reset(now_ns),
            _ => {}
        }
        self.reset_enabled = opcode == opcode::ENABLE_RESET && length == 0;
    }

    fn write_status(&mut self, first: usize, board: &dyn Board) {
        let for_good = self.write_enabled;
        let enabled = for_good || self.volatile_write_enabled;
        if !enabled || !self.status.is_writable(W25q::is_low(self.write_protect, board)) {
            return;
        }
        if let Some(values) = self.transaction.arguments() {
            self.status.write(first, values, for_good);
        }
        self.volatile_write_enabled = false;
        if for_good {
            self.busy(WRITE_STATUS_NS, board.now_ns());
        }
    }

    fn program(&mut self, now_ns: u64) {
        let page = self.array.unit(self.transaction.address, PAGE);
        if self.write_enabled && self.status.is_unprotected(page.clone(), self.array.capacity()) {
            self.array.program(page, &self.transaction.page);
            self.busy(PROGRAM_NS, now_ns);
        }
    }

    fn erase(&mut self, size: usize, duration_ns: u64, now_ns: u64) {
        let unit = self.array.unit(self.transaction.address, size);
        if self.write_enabled && self.status.is_unprotected(unit.clone(), self.array.capacity()) {
            self.array.erase(unit);
            self.busy(duration_ns, now_ns);
        }
    }

    /// Begins an operation. Its outcome is in the cells at once, since nothing can look at them until it ends.
    fn busy(&mut self, duration_ns: u64, now_ns: u64) {
        self.busy_until_ns = Some(now_ns.saturating_add(duration_ns));
    }

    fn reset(&mut self, now_ns: u64) {
        self.status.reset();
        self.write_enabled = false;
        self.volatile_write_enabled = false;
        self.busy_until_ns = None;
        self.deaf_until_ns = now_ns.saturating_add(RESET_NS);
    }
}

impl Part for W25q {
    fn power_off(&mut self, board: &mut dyn Board) {
        self.reset(board.now_ns());
        self.reset_enabled = false;
        self.powered_down = false;
        self.deaf_until_ns = 0;
        self.transaction = Transaction::new();
    }

    fn spi(&mut self) -> Option<&mut dyn SpiTarget> {
        Some(self)
    }

    fn readout(&mut self, readout: &str, _now_ns: u64) -> Option<Value> {
        (readout == "contents").then(|| Value::Bytes(self.bytes()))
    }
}

impl SpiTarget for W25q {
    // W25Q32FV rev J, section 6.1.1: standard SPI instructions.
    fn accepts(&self, mode: Mode) -> bool {
        mode == MODE_0 || mode == MODE_3
    }

    fn select(&mut self, _board: &mut dyn Board) {
        self.transaction = Transaction::new();
    }

    fn transfer(&mut self, mosi: u8, board: &mut dyn Board) -> u8 {
        if W25q::is_low(self.hold, board) && !self.status.is_quad() {
            return UNDRIVEN;
        }
        let now_ns = board.now_ns();
        self.settle(now_ns);
        match self.transaction.opcode {
            None => {
                self.transaction.opcode = Some(mosi);
                self.transaction.ignored = !self.listens_to(mosi, now_ns);
                UNDRIVEN
            }
            Some(_) if self.transaction.ignored => UNDRIVEN,
            Some(opcode) => {
                let answer = self.answer(opcode, self.transaction.length);
                let index = self.transaction.push(mosi);
                if opcode == opcode::PAGE_PROGRAM && index >= ADDRESS_LENGTH {
                    let offset = index - ADDRESS_LENGTH;
                    self.transaction.page.set(self.transaction.address.wrapping_add(offset), mosi);
                }
                answer
            }
        }
    }

    fn deselect(&mut self, board: &mut dyn Board) {
        self.settle(board.now_ns());
        if let Some(opcode) = self.transaction.opcode.take()
            && !self.transaction.ignored
        {
            self.execute(opcode, board);
        }
    }
}
