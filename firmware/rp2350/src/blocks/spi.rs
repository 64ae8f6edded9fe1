//! SPI0 and SPI1: Arm's PL022. RP2350 data sheet, section 12.3; Arm DDI 0194, "PrimeCell Synchronous Serial Port (PL022)".

use std::collections::VecDeque;

use embedded_hal::spi::{Mode, Phase, Polarity};

use super::{Block, Cx, NEVER, byte, cycles_ns};

const FIFO: usize = 8;

const CR1_ENABLE: u32 = 1 << 1;
const CR1_PERIPHERAL: u32 = 1 << 2;
const CR0_IDLE_HIGH: u32 = 1 << 6;
const CR0_SECOND_EDGE: u32 = 1 << 7;
/// The interrupts: receive overrun, receive timeout, receive half full, transmit half empty.
const RIS_OVERRUN: u32 = 1;
const RIS_RECEIVE: u32 = 4;
const RIS_TRANSMIT: u32 = 8;

#[derive(Debug)]
pub(crate) struct Spi {
    number: usize,
    /// SSPCR0 and SSPCR1.
    control: [u32; 2],
    prescale: u32,
    mask: u32,
    dma: u32,
    overrun: bool,
    transmit: VecDeque<u32>,
    receive: VecDeque<u32>,
    /// The word on the wires, how long it takes and when it ends.
    shifting: Option<(u32, u64, u64)>,
}

impl Spi {
    pub(crate) fn new(number: usize) -> Spi {
        Spi {
            number,
            control: [0; 2],
            prescale: 0,
            mask: 0,
            dma: 0,
            overrun: false,
            transmit: VecDeque::new(),
            receive: VecDeque::new(),
            shifting: None,
        }
    }

    fn bits(&self) -> u32 {
        (self.control[0] & 0xf) + 1
    }

    fn mode(&self) -> Mode {
        let of = |bit: u32| self.control[0] & bit != 0;
        Mode {
            polarity: if of(CR0_IDLE_HIGH) { Polarity::IdleHigh } else { Polarity::IdleLow },
            phase: if of(CR0_SECOND_EDGE) { Phase::CaptureOnSecondTransition } else { Phase::CaptureOnFirstTransition },
        }
    }

    /// Whether it is a controller of Motorola's format, with an even prescaler of 2 to 254: what is modelled on the wires.
    fn clocks(&self) -> bool {
        self.control[1] & (CR1_ENABLE | CR1_PERIPHERAL) == CR1_ENABLE
            && self.control[0] >> 4 & 3 == 0
            && self.bits() == 8
            && self.prescale >= 2
    }

    /// Begins the next word. Section 12.3.4.4, "Bit rate generation".
    fn shift(&mut self, cx: &Cx<'_>) {
        if self.shifting.is_none() && self.clocks() && cx.rates.peripheral > 0 {
            self.shifting = self.transmit.pop_front().map(|word| {
                let divider = u64::from(self.prescale) * u64::from((self.control[0] >> 8 & 0xff) + 1);
                let word_ns = cycles_ns(divider * u64::from(self.bits()), cx.rates.peripheral);
                (word, word_ns, cx.now_ns + word_ns)
            });
        }
    }

    fn status(&self) -> u32 {
        u32::from(self.transmit.is_empty())
            | u32::from(self.transmit.len() < FIFO) << 1
            | u32::from(!self.receive.is_empty()) << 2
            | u32::from(self.receive.len() >= FIFO) << 3
            | u32::from(self.shifting.is_some() || !self.transmit.is_empty()) << 4
    }

    fn raw_interrupts(&self) -> u32 {
        let of = |is: bool, bit: u32| if is { bit } else { 0 };
        of(self.overrun, RIS_OVERRUN)
            | of(self.receive.len() >= FIFO / 2, RIS_RECEIVE)
            | of(self.transmit.len() <= FIFO / 2, RIS_TRANSMIT)
    }
}

impl Block for Spi {
    fn peek(&self, offset: u32, _: &Cx<'_>) -> Option<u32> {
        Some(match offset {
            0x00 => self.control[0],
            0x04 => self.control[1],
            0x08 => self.receive.front().copied().unwrap_or(0),
            0x0c => self.status(),
            0x10 => self.prescale,
            0x14 => self.mask,
            0x18 => self.raw_interrupts(),
            0x1c => self.raw_interrupts() & self.mask,
            0x24 => self.dma,
            _ => return None,
        })
    }

    fn read(&mut self, offset: u32, cx: &mut Cx<'_>) -> Option<u32> {
        if offset == 0x08 { Some(self.receive.pop_front().unwrap_or(0)) } else { self.peek(offset, cx) }
    }

    fn write(&mut self, offset: u32, value: u32, cx: &mut Cx<'_>) -> Option<()> {
        match offset {
            0x00 => self.control[0] = value & 0xffff,
            0x04 => self.control[1] = value & 0xf,
            0x08 if self.transmit.len() < FIFO => self.transmit.push_back(value & 0xffff),
            0x08 => {}
            // The lowest bit is always 0.
            0x10 => self.prescale = value & 0xfe,
            0x14 => self.mask = value & 0xf,
            0x20 if value & RIS_OVERRUN != 0 => self.overrun = false,
            0x20 => {}
            0x24 => self.dma = value & 3,
            _ => return None,
        }
        if offset <= 0x04 && self.control[1] & (CR1_ENABLE | CR1_PERIPHERAL) == CR1_ENABLE && self.shifting.is_none() {
            cx.wires.advance_to(cx.now_ns);
            cx.wires.spi_idle(self.number, self.mode());
        }
        self.shift(cx);
        Some(())
    }

    fn next_ns(&self) -> u64 {
        self.shifting.map_or(NEVER, |(.., ends_ns)| ends_ns)
    }

    fn run(&mut self, cx: &mut Cx<'_>) {
        let Some((word, word_ns, ends_ns)) = self.shifting.take() else { return };
        // The board's clock comes up to the beginning of the word, and the exchange takes it to the end: what the chip has done
        // to a pin meanwhile came before the last bit.
        cx.wires.advance_to(ends_ns - word_ns);
        let answer = cx.wires.spi_exchange(self.number, self.mode(), word_ns, byte(word));
        if self.receive.len() < FIFO {
            self.receive.push_back(u32::from(answer));
        } else {
            self.overrun = true;
        }
        self.shift(cx);
    }
}
