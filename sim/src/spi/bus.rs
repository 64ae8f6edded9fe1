//! The wires of a bus, and the parts on it.

use alloc::vec::Vec;

use embedded_hal::spi::{Mode, Polarity};

use super::{SpiBusId, SpiSelectId, SpiSettings};
use crate::board_state::BoardState;
use crate::circuit::{Driver, PartView, Watcher};
use crate::fault::spi::Plan;
use crate::net::{Drive, Level, Net};
use crate::trace::{EventKind, SpiEvent};
use crate::turns::Turns;

/// Eight bits at 1 Hz.
const BYTE_NS_AT_1_HZ: u64 = 8_000_000_000;

/// What MISO carries when nothing drives it.
const IDLE: u8 = 0xff;

/// What the clock does to send a byte.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Clocking {
    pub(super) mode: Mode,
    /// The length of a byte, rounded up.
    pub(super) byte_ns: u64,
}

impl Clocking {
    pub(crate) fn new(settings: SpiSettings) -> Clocking {
        let byte_ns = BYTE_NS_AT_1_HZ.div_ceil(u64::from(settings.frequency_hz.max(1)));
        Clocking { mode: settings.mode, byte_ns }
    }

    /// Returns the length of a bit.
    pub(super) fn bit_ns(self) -> u64 {
        self.byte_ns.div_ceil(8)
    }

    /// Returns how long a select line stays active at least, which nothing else makes longer: half a clock.
    pub(super) fn pulse_ns(self) -> u64 {
        self.byte_ns.div_ceil(16)
    }
}

/// A part that is selected now.
struct Active {
    part: usize,
    /// The last bits each way, which the other side has yet to see when the modes differ.
    late_mosi: u8,
    late_miso: u8,
}

pub(crate) struct SpiBus {
    active: Vec<Active>,
    /// The parts whose select is tied low.
    pub(crate) always: Vec<usize>,
    /// When the last select line to become inactive has been so for one bit.
    pub(super) ready_ns: u64,
    pub(crate) turns: Turns,
}

impl SpiBus {
    pub(crate) fn new() -> SpiBus {
        SpiBus { active: Vec::new(), always: Vec::new(), ready_ns: 0, turns: Turns::default() }
    }

    /// Returns whether the select of a part is tied low.
    pub(crate) fn has_always(&self, part: usize) -> bool {
        self.always.contains(&part)
    }

    /// Lets a part hear what is clocked.
    pub(crate) fn push_active(&mut self, part: usize) {
        // The lines idle at 0 and 1, which is what a part in another mode sees first.
        self.active.push(Active { part, late_mosi: 0x00, late_miso: IDLE });
    }

    /// Lets a part hear nothing any more.
    pub(crate) fn deactivate(&mut self, part: usize) {
        self.active.retain(|active| active.part != part);
    }
}

pub(crate) struct SpiSelect {
    pub(super) bus: SpiBusId,
    net: Option<Net>,
    pub(super) settings: SpiSettings,
    pub(super) clocking: Clocking,
    parts: Vec<usize>,
    /// Whether the parts have been told that they are selected.
    active: bool,
    /// Whether a fault left it active.
    stuck: bool,
}

impl SpiSelect {
    pub(crate) fn new(bus: SpiBusId, net: Option<Net>, settings: SpiSettings) -> SpiSelect {
        SpiSelect {
            bus,
            net,
            settings,
            clocking: Clocking::new(settings),
            parts: Vec::new(),
            active: false,
            stuck: false,
        }
    }

    /// Returns the bus on which a part hears what is clocked because this line is active, if it does.
    pub(crate) fn active_bus(&self, part: usize) -> Option<SpiBusId> {
        (self.active && self.parts.contains(&part)).then_some(self.bus)
    }

    pub(crate) fn set(&mut self, settings: SpiSettings) {
        self.settings = settings;
        self.clocking = Clocking::new(settings);
    }
}

impl BoardState {
    pub(crate) fn add_select(&mut self, select: SpiSelect) {
        let index = self.selects.len();
        let net = select.net;
        self.selects.push(select);
        if let Some(net) = net {
            self.circuit.watch(net, Watcher::Select(index));
            self.select_changed(index);
        }
    }

    /// Puts a part on a select line, which may be active.
    pub(crate) fn place_on_select(&mut self, index: usize, part: usize) {
        if let Some(select) = self.selects.get_mut(index) {
            select.parts.push(part);
            if select.active {
                let bus = select.bus;
                self.activate(bus, part);
            }
        }
    }

    /// Selects a part.
    pub(crate) fn activate(&mut self, bus: SpiBusId, part: usize) {
        let BoardState { circuit, parts, spi, .. } = self;
        if circuit.faults.conditions.is_absent(part) {
            return;
        }
        if let Some(bus) = spi.get_mut(bus.0)
            && let Some(target) = parts.get_mut(part).and_then(|part| part.spi())
        {
            bus.push_active(part);
            target.select(&mut PartView { circuit, part });
        }
    }

    /// Follows the net of a select line.
    pub(crate) fn select_changed(&mut self, index: usize) {
        if let Some(net) = self.selects.get(index).and_then(|select| select.net) {
            self.set_active(index, self.circuit.level(net) == Level::Low);
        }
    }

    /// Selects or deselects the parts on a line.
    fn set_active(&mut self, index: usize, active: bool) {
        let Some(select) = self.selects.get_mut(index) else { return };
        if select.active == active {
            return;
        }
        select.active = active;
        let bus = select.bus;
        let mut next = 0;
        while let Some(&part) = self.selects.get(index).and_then(|select| select.parts.get(next)) {
            next += 1;
            if active {
                self.activate(bus, part);
            } else {
                let BoardState { circuit, parts, spi, .. } = self;
                if let Some(bus) = spi.get_mut(bus.0) {
                    bus.deactivate(part);
                }
                if let Some(target) = parts.get_mut(part).and_then(|part| part.spi()) {
                    target.deselect(&mut PartView { circuit, part });
                }
            }
        }
    }

    /// Notes whether a fault left a select line active.
    pub(super) fn set_stuck(&mut self, id: SpiSelectId, stuck: bool) {
        if let Some(select) = self.selects.get_mut(id.0) {
            select.stuck = stuck;
        }
    }

    /// Returns whether a fault left a select line active.
    pub(super) fn is_stuck(&self, id: SpiSelectId) -> bool {
        self.selects.get(id.0).is_some_and(|select| select.stuck)
    }

    /// Remembers from when on a select line of a bus may become active again.
    pub(super) fn spi_deselected(&mut self, bus: SpiBusId, clocking: Clocking) {
        if let Some(bus) = self.spi.get_mut(bus.0) {
            bus.ready_ns = self.circuit.now_ns.saturating_add(clocking.bit_ns());
        }
    }

    /// Returns the parts that a transaction is with: those on its select line, or all that hear what is clocked.
    pub(crate) fn spi_parts(&self, bus: SpiBusId, select: Option<SpiSelectId>) -> Vec<usize> {
        let own = |index: usize| match select {
            Some(id) => id.0 == index,
            None => self.selects.get(index).is_some_and(|select| select.bus == bus && select.active),
        };
        let selected = self.selects.iter().enumerate().filter(|(index, _)| own(*index));
        let selected = selected.flat_map(|(_, select)| &select.parts);
        let always = self.spi.get(bus.0).map(|bus| bus.always.as_slice()).unwrap_or_default();
        selected.chain(always).copied().collect()
    }

    /// Brings the idle clock to the level of the mode, and returns the half bit that is to pass before a select line becomes active.
    pub(super) fn idle_clock(&mut self, bus: SpiBusId, clocking: Clocking) -> u64 {
        let level = Level::from(clocking.mode.polarity == Polarity::IdleHigh);
        if let Some(info) = self.circuit.topology.spi.get_mut(bus.0)
            && info.idle != level
        {
            info.idle = level;
            self.circuit.trace(EventKind::Spi { bus, event: SpiEvent::Idle { level } });
            return clocking.byte_ns.div_ceil(16);
        }
        0
    }

    /// Drives a select line, which is a wire of its own or a net.
    pub(super) fn drive_select(&mut self, id: SpiSelectId, level: Level) {
        let Some(select) = self.selects.get(id.0) else { return };
        let bus = select.bus;
        if select.net.is_none() && select.active == (level == Level::Low) {
            return;
        }
        if let Some(net) = select.net {
            self.circuit.drive(net, Driver::Select(id.0), Drive::from(level));
        } else {
            let event = match level {
                Level::Low => SpiEvent::Select { select: id },
                Level::High => SpiEvent::Deselect { select: id },
            };
            self.circuit.trace(EventKind::Spi { bus, event });
            self.set_active(id.0, level == Level::Low);
        }
    }

    /// Returns the part that is selected, if it is the only one, and works in this mode.
    pub(super) fn spi_sole(&mut self, bus: SpiBusId, mode: Mode) -> Option<usize> {
        let [Active { part, .. }] = *self.spi.get(bus.0)?.active.as_slice() else { return None };
        if self.parts.get_mut(part)?.spi()?.accepts(mode) { Some(part) } else { None }
    }

    /// Clocks a word through all parts that are selected; its time is still to pass. Where several drive MISO, zeros win.
    pub(super) fn clock_word(&mut self, bus: SpiBusId, clocking: Clocking, plan: &mut Plan, mosi: u8) -> u8 {
        let Clocking { mode, byte_ns } = clocking;
        let mosi = plan.heard(mosi);
        let BoardState { circuit, parts, spi, .. } = self;
        let mut miso = IDLE;
        for active in spi.get_mut(bus.0).into_iter().flat_map(|bus| &mut bus.active) {
            let part = active.part;
            let Some(target) = parts.get_mut(part).and_then(|part| part.spi()) else { continue };
            let in_step = target.accepts(mode);
            let heard = if in_step { mosi } else { late(&mut active.late_mosi, mosi) };
            let answer = target.transfer(heard, &mut PartView { circuit, part });
            miso &= if in_step { answer } else { late(&mut active.late_miso, answer) };
        }
        let miso = plan.seen(miso);
        circuit.trace(EventKind::Spi { bus, event: SpiEvent::Byte { mosi, miso, mode, byte_ns } });
        miso
    }
}

/// Returns a byte as it is seen one bit late, after the last bit of `before`.
pub(crate) fn late(before: &mut u8, byte: u8) -> u8 {
    let seen = (*before << 7) | (byte >> 1);
    *before = byte;
    seen
}
