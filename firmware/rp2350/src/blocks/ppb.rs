//! The registers of the processor itself: SCB and SysTick, as far as the firmware uses them.
//! Armv8-M Architecture Reference Manual (DDI 0553B), section D1.1.

use super::{Block, Cx, low, ns_cycles};

/// Cortex-M33 r1p0.
const CPUID: u32 = 0x411f_d210;
/// SysTick counts the processor's clock: bit 2 of SYST_CSR.
const ENABLE: u32 = 1;
const INTERRUPT: u32 = 2;
const PROCESSOR_CLOCK: u32 = 4;

#[derive(Debug, Default)]
pub(crate) struct Ppb {
    access: u32,
    vectors: u32,
    control: u32,
    reload: u32,
    from_ns: u64,
}

impl Ppb {
    fn counted(&self, cx: &Cx<'_>) -> u64 {
        ns_cycles(cx.now_ns.saturating_sub(self.from_ns), cx.rates.system)
    }
}

impl Block for Ppb {
    fn peek(&self, offset: u32, cx: &Cx<'_>) -> Option<u32> {
        let period = u64::from(self.reload) + 1;
        Some(match offset {
            0xe010 => self.control | u32::from(self.control & ENABLE != 0 && self.counted(cx) >= period) << 16,
            0xe014 => self.reload,
            0xe018 if self.control & ENABLE != 0 => self.reload - low(self.counted(cx) % period).min(self.reload),
            0xe018 => 0,
            0xed00 => CPUID,
            0xed08 => self.vectors,
            0xed88 => self.access,
            _ => return None,
        })
    }

    fn write(&mut self, offset: u32, value: u32, cx: &mut Cx<'_>) -> Option<()> {
        match offset {
            // Its interrupt, and those of NVIC, are not modelled: the firmware has none.
            0xe010 if value & INTERRUPT != 0 || value & (ENABLE | PROCESSOR_CLOCK) == ENABLE => return None,
            0xe010 => (self.control, self.from_ns) = (value & 7, cx.now_ns),
            0xe014 => self.reload = value & 0x00ff_ffff,
            0xe018 => self.from_ns = cx.now_ns,
            0xed08 => self.vectors = value,
            0xed88 => self.access = value,
            _ => return None,
        }
        Some(())
    }
}
