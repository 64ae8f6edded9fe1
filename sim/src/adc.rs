//! Analogue inputs of the controller, on nets that carry a voltage.

use crate::board_state::BoardState;
use crate::net::{Level, Net};
use crate::sim::Sim;
use crate::trace::EventKind;

/// What a conversion takes: about what a successive approximation at 100 kHz does.
pub const CONVERSION_NS: u64 = 10_000;

/// How an input converts.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct AdcSettings {
    /// The bits of a reading, 1 to 24; others count as the nearest.
    pub resolution_bits: u8,
    /// The voltage that is one more than the greatest reading, in microvolts, at least 1. A net without a voltage that is high
    /// has it.
    pub reference_uv: i32,
}

impl Default for AdcSettings {
    /// Returns twelve bits of 3.3 V.
    fn default() -> AdcSettings {
        AdcSettings { resolution_bits: 12, reference_uv: 3_300_000 }
    }
}

impl AdcSettings {
    fn clamped(self) -> AdcSettings {
        AdcSettings { resolution_bits: self.resolution_bits.clamp(1, 24), reference_uv: self.reference_uv.max(1) }
    }

    fn steps(self) -> i64 {
        1 << self.resolution_bits
    }
}

/// An analogue input. Made by [`Sim::adc`].
#[derive(Debug)]
pub struct SimAdc {
    sim: Sim,
    net: Net,
    settings: AdcSettings,
}

impl SimAdc {
    pub(crate) fn new(sim: &Sim, net: Net, settings: AdcSettings) -> SimAdc {
        let settings = settings.clamped();
        SimAdc { sim: sim.clone(), net, settings }
    }

    /// Returns the bits of a reading.
    #[must_use]
    pub fn resolution_bits(&self) -> u8 {
        self.settings.resolution_bits
    }

    /// Converts once. Voltages below zero and past the reference read as the least and the greatest that there is.
    pub fn read_raw(&mut self) -> i32 {
        let mut board_state = self.sim.lock();
        let raw = board_state.convert(self.net, self.settings);
        board_state.advance(CONVERSION_NS);
        board_state.circuit.call_hook();
        raw
    }

    /// Converts once, and returns what the reading means in microvolts, rounded to the nearest.
    pub fn read_microvolts(&mut self) -> i32 {
        let raw = i64::from(self.read_raw());
        let microvolts = (raw * i64::from(self.settings.reference_uv) + self.steps() / 2) / self.steps();
        i32::try_from(microvolts).unwrap_or(i32::MAX)
    }

    fn steps(&self) -> i64 {
        self.settings.steps()
    }
}

impl BoardState {
    /// Converts the voltage of a net; the time of it is still to pass.
    pub(crate) fn convert(&mut self, net: Net, settings: AdcSettings) -> i32 {
        let settings = settings.clamped();
        let reference_uv = i64::from(settings.reference_uv);
        let voltage_uv = match (self.circuit.microvolts(net), self.circuit.level(net)) {
            (Some(voltage_uv), _) => i64::from(voltage_uv),
            (None, Level::Low) => 0,
            (None, Level::High) => reference_uv,
        };
        let voltage_uv = self.circuit.strike_adc(net, voltage_uv, reference_uv);
        let steps = settings.steps();
        let raw = (voltage_uv * steps).div_euclid(reference_uv).clamp(0, steps - 1);
        let raw = i32::try_from(raw).unwrap_or(i32::MAX);
        self.circuit.trace(EventKind::Conversion { net, raw });
        raw
    }
}
