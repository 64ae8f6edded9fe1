//! DMA: one channel that moves bytes from UART0 to a ring in memory, as long as it is told. RP2350 data sheet, section 12.6.

use super::{Block, Cx};

/// `CH0_CTRL_TRIG`.
const ENABLE: u32 = 1;
const DATA_SIZE: u32 = 3 << 2;
const INCR_READ: u32 = 1 << 4;
const INCR_WRITE: u32 = 1 << 6;
const RING_SEL: u32 = 1 << 12;
/// Section 12.6.4.1, "System DREQ table".
const UART0_RX: u32 = 29;
const UART0_DATA: u32 = 0x4007_0000;
/// `CH0_TRANS_COUNT`: without an end.
const ENDLESS: u32 = 0xf << 28;

#[derive(Default, Debug)]
pub(crate) struct Dma {
    read: u32,
    write: u32,
    count: u32,
    control: u32,
    /// The bytes that have moved and are not yet in the memory, with their addresses.
    moved: Vec<(u32, u8)>,
}

impl Dma {
    /// Whether it takes what comes to UART0: a channel that is set up otherwise does nothing here.
    pub(crate) fn takes_from_uart(&self) -> bool {
        let treq = self.control >> 17 & 0x3f;
        self.control & (ENABLE | DATA_SIZE | INCR_READ | INCR_WRITE | RING_SEL) == ENABLE | INCR_WRITE | RING_SEL
            && treq == UART0_RX
            && self.read == UART0_DATA
            && self.count & ENDLESS == ENDLESS
    }

    pub(crate) fn move_byte(&mut self, byte: u8) {
        self.moved.push((self.write, byte));
        let mask = (1_u32 << (self.control >> 8 & 0xf)) - 1;
        self.write = self.write & !mask | self.write.wrapping_add(1) & mask;
    }

    /// Returns what is to be written to the memory.
    pub(crate) fn take_moved(&mut self) -> Vec<(u32, u8)> {
        std::mem::take(&mut self.moved)
    }
}

impl Block for Dma {
    fn peek(&self, offset: u32, _: &Cx<'_>) -> Option<u32> {
        Some(match offset {
            0x0 => self.read,
            0x4 => self.write,
            0x8 => self.count,
            0xc => self.control,
            _ => return None,
        })
    }

    fn write(&mut self, offset: u32, value: u32, _: &mut Cx<'_>) -> Option<()> {
        match offset {
            0x0 => self.read = value,
            0x4 => self.write = value,
            0x8 => self.count = value,
            0xc => self.control = value & 0x01ff_ffff,
            _ => return None,
        }
        Some(())
    }
}
