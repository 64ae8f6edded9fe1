//! Simulated PWM outputs and analogue inputs.

use alloc::string::String;

use wasm_embedded_host::{DutyPart, HalCtxBuilder, PwmGrant, adc};
use wasm_embedded_image::policy::{AdcLabel, PinPlace, PwmLabel};
use wasm_embedded_sim::pwm::MAX_DUTY;
use wasm_embedded_sim::{AdcSettings, PwmSettings, Sim, SimAdc};

use crate::world::only_simulated;

pub(crate) fn add_pwm(sim: &Sim, label: &PwmLabel, hal: &mut HalCtxBuilder) -> Result<(), String> {
    let PinPlace::Sim { net } = &label.place else { return Err(only_simulated(&label.label)) };
    let settings = PwmSettings { frequency_hz: label.frequency_hz, inverted: label.active_low };
    let output = sim.pwm(sim.net(net), settings, DutyPart(label.initial).of(MAX_DUTY));
    hal.pwm(&label.label, output, PwmGrant { on_exit: label.on_exit.map(DutyPart) });
    Ok(())
}

pub(crate) fn add_adc(sim: &Sim, label: &AdcLabel, hal: &mut HalCtxBuilder) -> Result<(), String> {
    let PinPlace::Sim { net } = &label.place else { return Err(only_simulated(&label.label)) };
    let settings = AdcSettings {
        resolution_bits: label.resolution_bits,
        reference_uv: i32::try_from(label.reference_mv.saturating_mul(1_000)).unwrap_or(i32::MAX),
    };
    hal.adc(&label.label, Input(sim.adc(sim.net(net), settings)));
    Ok(())
}

struct Input(SimAdc);

impl adc::Input for Input {
    fn resolution_bits(&mut self) -> u8 {
        self.0.resolution_bits()
    }

    fn read_raw(&mut self) -> Result<i32, adc::Error> {
        Ok(self.0.read_raw())
    }

    fn read_microvolts(&mut self) -> Result<i32, adc::Error> {
        Ok(self.0.read_microvolts())
    }
}
