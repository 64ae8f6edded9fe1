//! What a guest lives in: the chip's time, and the buses behind its labels.

use alloc::collections::BTreeSet;
use alloc::format;
use alloc::string::String;
use alloc::sync::Arc;

use firmware_core::World;
use wasm_embedded_host::HalCtxBuilder;
use wasm_embedded_image::Policy;
use wasm_embedded_policy::chip::ChipBus;

use crate::{chip, i2c};

const NS_PER_US: u64 = 1_000;

/// The chip's time.
struct ChipTime;

impl World for ChipTime {
    fn now_ns(&self) -> u64 {
        chip::now_us().saturating_mul(NS_PER_US)
    }

    fn wait_until(&self, at_ns: u64) {
        while self.now_ns() < at_ns {
            // A guest that waits has made progress.
            chip::feed_watchdog();
        }
    }
}

/// Opens what a policy names. The tool has refused all but I2C already.
pub(crate) fn open(policy: &Policy, hal: &mut HalCtxBuilder) -> Result<Arc<dyn World>, String> {
    let others = [policy.pins.len(), policy.spi.len(), policy.pwm.len(), policy.uart.len(), policy.adc.len()];
    if others.iter().any(|count| *count > 0) {
        return Err("this board has I2C only".into());
    }
    let mut set_up = BTreeSet::new();
    for label in &policy.i2c {
        let ChipBus::Block { block, .. } = label.backend else {
            return Err(format!("label `{}` is simulated: this board has hardware only", label.label));
        };
        let bus = i2c::Bus::of(block)?;
        if set_up.insert(block) {
            bus.set_up(label.frequency_hz());
        }
        hal.i2c(&label.label, bus, (&label.settings).into());
    }
    Ok(Arc::new(ChipTime))
}
