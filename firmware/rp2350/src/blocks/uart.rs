//! UART0 and UART1: Arm's PL011. RP2350 data sheet, section 12.1; Arm DDI 0183, "PrimeCell UART (PL011)".

use std::collections::VecDeque;

use wasm_embedded_sim::uart::Parity;

use super::{Block, Cx, NEVER, byte, cycles_ns};
use crate::wires::SerialFormat;

const FIFO: usize = 32;

const CR_ENABLE: u32 = 1;
const CR_TRANSMIT: u32 = 1 << 8;
const CR_RECEIVE: u32 = 1 << 9;
const LCR_PARITY: u32 = 1 << 1;
const LCR_EVEN: u32 = 1 << 2;
const LCR_TWO_STOPS: u32 = 1 << 3;
const LCR_FIFOS: u32 = 1 << 4;
/// UARTDMACR: the DMA is asked to take what comes.
const DMA_RECEIVE: u32 = 1;
/// An error of UARTDR and, eight bits lower, of UARTRSR.
const OVERRUN: u32 = 1 << 11;

#[derive(Debug)]
pub(crate) struct Uart {
    number: usize,
    control: u32,
    line: u32,
    divisors: (u32, u32),
    /// The divisors that a write of UARTLCR_H has taken over.
    latched: (u32, u32),
    levels: u32,
    mask: u32,
    dma: u32,
    transmit: VecDeque<u8>,
    /// When the frame on the wire ends.
    frame_ends_ns: u64,
    receive: VecDeque<u8>,
    overrun: bool,
    errors: u32,
}

impl Uart {
    pub(crate) fn new(number: usize) -> Uart {
        Uart {
            number,
            control: CR_TRANSMIT | CR_RECEIVE,
            line: 0,
            divisors: (0, 0),
            latched: (0, 0),
            levels: 0x12,
            mask: 0,
            dma: 0,
            transmit: VecDeque::new(),
            frame_ends_ns: NEVER,
            receive: VecDeque::new(),
            overrun: false,
            errors: 0,
        }
    }

    fn depth(&self) -> usize {
        if self.line & LCR_FIFOS == 0 { 1 } else { FIFO }
    }

    /// Returns the length of a bit in 64ths of the clock, if there is one.
    fn bit_64ths(&self) -> Option<u64> {
        let (whole, part) = self.latched;
        (whole > 0).then(|| 16 * (u64::from(whole) * 64 + u64::from(part)))
    }

    fn format(&self, cx: &Cx<'_>) -> Option<SerialFormat> {
        let hertz = u32::try_from(cx.rates.peripheral).ok().filter(|hertz| *hertz > 0)?;
        let bit = u32::try_from(self.bit_64ths()?).ok()?;
        let parity = match (self.line & LCR_PARITY, self.line & LCR_EVEN) {
            (0, _) => Parity::None,
            (_, 0) => Parity::Odd,
            _ => Parity::Even,
        };
        Some(SerialFormat {
            baud: f64::from(hertz) * 64.0 / f64::from(bit),
            data_bits: 5 + (self.line >> 5 & 3),
            parity,
            stop_bits: if self.line & LCR_TWO_STOPS == 0 { 1 } else { 2 },
        })
    }

    /// Puts the next byte on the wire, if it is free.
    fn send(&mut self, cx: &mut Cx<'_>) {
        let may = self.control & (CR_ENABLE | CR_TRANSMIT) == CR_ENABLE | CR_TRANSMIT && self.frame_ends_ns == NEVER;
        let Some(format) = self.format(cx).filter(|_| may) else { return };
        let (Some(bit), Some(byte)) = (self.bit_64ths(), self.transmit.pop_front()) else { return };
        let bits =
            u64::from(1 + format.data_bits + u32::from(format.parity != Parity::None)) + u64::from(format.stop_bits);
        self.frame_ends_ns = cx.now_ns.saturating_add(cycles_ns(bit * bits / 64, cx.rates.peripheral));
        cx.wires.uart_send(self.number, format, byte);
    }

    /// Takes what has come.
    fn receive(&mut self, cx: &mut Cx<'_>) {
        if self.control & (CR_ENABLE | CR_RECEIVE) != CR_ENABLE | CR_RECEIVE {
            return;
        }
        let Some(format) = self.format(cx) else { return };
        for byte in cx.wires.uart_receive(self.number, format, cx.now_ns) {
            if self.receive.len() < self.depth() {
                self.receive.push_back(byte);
            } else {
                self.overrun = true;
            }
        }
    }

    /// Returns what has come, for the DMA, if it is asked to take that: a byte never waits long enough to be lost.
    pub(crate) fn take_for_dma(&mut self, cx: &mut Cx<'_>) -> Vec<u8> {
        let listens = self.control & (CR_ENABLE | CR_RECEIVE) == CR_ENABLE | CR_RECEIVE && self.dma & DMA_RECEIVE != 0;
        let Some(format) = self.format(cx).filter(|_| listens) else { return Vec::new() };
        let mut bytes: Vec<u8> = self.receive.drain(..).collect();
        bytes.extend(cx.wires.uart_receive(self.number, format, cx.now_ns));
        bytes
    }

    fn flags(&self) -> u32 {
        let busy = self.frame_ends_ns != NEVER || !self.transmit.is_empty();
        u32::from(busy) << 3
            | u32::from(self.receive.is_empty()) << 4
            | u32::from(self.transmit.len() >= self.depth()) << 5
            | u32::from(self.receive.len() >= self.depth()) << 6
            | u32::from(self.transmit.is_empty()) << 7
    }

    fn raw_interrupts(&self) -> u32 {
        u32::from(!self.receive.is_empty()) << 4
            | u32::from(self.transmit.len() <= self.depth() / 2) << 5
            | u32::from(self.overrun) << 10
    }
}

impl Block for Uart {
    fn peek(&self, offset: u32, _: &Cx<'_>) -> Option<u32> {
        Some(match offset {
            0x00 => u32::from(self.receive.front().copied().unwrap_or(0)),
            0x04 => self.errors,
            0x18 => self.flags(),
            0x24 => self.divisors.0,
            0x28 => self.divisors.1,
            0x2c => self.line,
            0x30 => self.control,
            0x34 => self.levels,
            0x38 => self.mask,
            0x3c => self.raw_interrupts(),
            0x40 => self.raw_interrupts() & self.mask,
            0x48 => self.dma,
            _ => return None,
        })
    }

    fn read(&mut self, offset: u32, cx: &mut Cx<'_>) -> Option<u32> {
        self.receive(cx);
        if offset != 0x00 {
            return self.peek(offset, cx);
        }
        // The overrun is said with the bytes that were kept, until there was room again.
        let error = if self.overrun { OVERRUN } else { 0 };
        let byte = self.receive.pop_front();
        self.overrun = false;
        self.errors |= error >> 8;
        Some(u32::from(byte.unwrap_or(0)) | error)
    }

    fn write(&mut self, offset: u32, value: u32, cx: &mut Cx<'_>) -> Option<()> {
        match offset {
            0x00 if self.transmit.len() < self.depth() => self.transmit.push_back(byte(value)),
            // Into a full FIFO: lost.
            0x00 => {}
            0x04 => self.errors = 0,
            0x24 => self.divisors.0 = value & 0xffff,
            0x28 => self.divisors.1 = value & 0x3f,
            0x2c => (self.line, self.latched) = (value & 0xff, self.divisors),
            0x30 => self.control = value & 0xff87,
            0x34 => self.levels = value & 0x3f,
            0x38 => self.mask = value & 0x7ff,
            0x44 if value & 1 << 10 != 0 => self.overrun = false,
            0x44 => {}
            0x48 => self.dma = value & 7,
            _ => return None,
        }
        self.send(cx);
        Some(())
    }

    fn next_ns(&self) -> u64 {
        self.frame_ends_ns
    }

    fn run(&mut self, cx: &mut Cx<'_>) {
        self.frame_ends_ns = NEVER;
        self.send(cx);
    }
}
