//! ADC: pins 26 to 29 and the temperature. RP2350 data sheet, section 12.4.

use std::collections::VecDeque;

use super::{Block, Cx, NEVER, count, cycles_ns};

const FIFO: usize = 8;
/// Section 12.4.2: a conversion takes 96 cycles of clk_adc.
const CONVERSION_CYCLES: u64 = 96;
/// The channel of the temperature sensor in the package with four pins; the one after it is left.
const TEMPERATURE: u32 = 4;
/// 0.706 V at 27 degC, of 3.3 V. Section 12.4.6, "Temperature sensor".
const TEMPERATURE_RAW: u32 = 876;

const ENABLE: u32 = 1;
const TEMPERATURE_ON: u32 = 1 << 1;
const START_ONCE: u32 = 1 << 2;
const START_MANY: u32 = 1 << 3;
const READY: u32 = 1 << 8;
/// FCS: EN, SHIFT, and what overran and underran.
const FIFO_ON: u32 = 1;
const FIFO_SHIFT: u32 = 2;
const UNDER: u32 = 1 << 10;
const OVER: u32 = 1 << 11;

#[derive(Debug)]
pub(crate) struct Adc {
    control: u32,
    result: u32,
    fifo_control: u32,
    fifo: VecDeque<u32>,
    divider: u32,
    enabled: u32,
    forced: u32,
    ready_ns: u64,
    ends_ns: u64,
}

impl Adc {
    pub(crate) fn new() -> Adc {
        Adc {
            control: 0,
            result: 0,
            fifo_control: 0,
            fifo: VecDeque::new(),
            divider: 0,
            enabled: 0,
            forced: 0,
            ready_ns: NEVER,
            ends_ns: NEVER,
        }
    }

    fn start(&mut self, cx: &mut Cx<'_>) {
        if self.ends_ns != NEVER || cx.rates.adc == 0 {
            return;
        }
        // The voltage is held at the beginning.
        cx.wires.advance_to(cx.now_ns);
        self.result = match self.control >> 12 & 0xf {
            channel @ 0..4 => usize::try_from(channel).map_or(0, |channel| cx.wires.convert(26 + channel)),
            TEMPERATURE if self.control & TEMPERATURE_ON != 0 => TEMPERATURE_RAW,
            _ => 0,
        };
        // Section 12.4.3.2: DIV spaces the starts of free-running mode.
        let spacing = u64::from(self.divider >> 8) + 1;
        let many = self.control & START_MANY != 0;
        let cycles = if many { spacing.max(CONVERSION_CYCLES) } else { CONVERSION_CYCLES };
        self.ends_ns = cx.now_ns + cycles_ns(cycles, cx.rates.adc);
    }

    fn raised(&self) -> u32 {
        u32::from(count(self.fifo.len()) >= (self.fifo_control >> 24 & 0xf).max(1))
    }
}

impl Block for Adc {
    fn peek(&self, offset: u32, cx: &Cx<'_>) -> Option<u32> {
        let ready = cx.now_ns >= self.ready_ns && self.ends_ns == NEVER;
        Some(match offset {
            0x00 => self.control | if ready { READY } else { 0 },
            0x04 => self.result,
            0x08 => {
                let state = u32::from(self.fifo.is_empty()) << 8 | u32::from(self.fifo.len() >= FIFO) << 9;
                self.fifo_control | state | count(self.fifo.len()) << 16
            }
            0x0c => self.fifo.front().copied().unwrap_or(0),
            0x10 => self.divider,
            0x14 => self.raised(),
            0x18 => self.enabled,
            0x1c => self.forced,
            0x20 => self.raised() & self.enabled | self.forced,
            _ => return None,
        })
    }

    fn read(&mut self, offset: u32, cx: &mut Cx<'_>) -> Option<u32> {
        if offset != 0x0c {
            return self.peek(offset, cx);
        }
        let sample = self.fifo.pop_front();
        if sample.is_none() {
            self.fifo_control |= UNDER;
        }
        Some(sample.unwrap_or(0))
    }

    fn write(&mut self, offset: u32, value: u32, cx: &mut Cx<'_>) -> Option<()> {
        match offset {
            0x00 => {
                let was_on = self.control & ENABLE != 0;
                // START_ONCE clears itself; errors do not happen.
                self.control = value & 0x01ff_f00b;
                if self.control & ENABLE == 0 {
                    (self.ready_ns, self.ends_ns) = (NEVER, NEVER);
                } else if !was_on {
                    self.ready_ns = cx.now_ns + cycles_ns(CONVERSION_CYCLES, cx.rates.adc.max(1));
                }
                if self.control & ENABLE != 0 && value & (START_ONCE | START_MANY) != 0 {
                    self.start(cx);
                }
            }
            0x08 => {
                let cleared = value & (UNDER | OVER);
                let kept = self.fifo_control & (UNDER | OVER) & !cleared;
                self.fifo_control = value & 0x0f00_000f | kept;
            }
            0x10 => self.divider = value & 0x00ff_ffff,
            0x18 => self.enabled = value & 1,
            0x1c => self.forced = value & 1,
            _ => return None,
        }
        Some(())
    }

    fn next_ns(&self) -> u64 {
        self.ends_ns
    }

    fn run(&mut self, cx: &mut Cx<'_>) {
        self.ends_ns = NEVER;
        if self.fifo_control & FIFO_ON != 0 {
            let sample = if self.fifo_control & FIFO_SHIFT != 0 { self.result >> 4 } else { self.result };
            if self.fifo.len() < FIFO {
                self.fifo.push_back(sample);
            } else {
                self.fifo_control |= OVER;
            }
        }
        // RROBIN: the next of the inputs that take turns.
        let turns = self.control >> 16 & 0x1ff;
        if turns != 0 {
            let now = self.control >> 12 & 0xf;
            let next = (1..=9).map(|step| (now + step) % 9).find(|input| turns >> input & 1 == 1);
            self.control = self.control & !0xf000 | next.unwrap_or(now) << 12;
        }
        if self.control & START_MANY != 0 {
            self.start(cx);
        }
    }
}
