//! What a guest lives in: the chip's time, and the hardware behind its labels.

use alloc::collections::BTreeMap;
use alloc::format;
use alloc::string::String;
use alloc::sync::Arc;

use firmware_core::World;
use wasm_embedded_host::{HalCtxBuilder, SpiGrant};
use wasm_embedded_image::Policy;
use wasm_embedded_policy::Select;
use wasm_embedded_policy::chip::{ChipBus, I2cPins, SpiPins};

use crate::{adc, chip, i2c, pins, pwm, spi, uart};

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

/// Opens what a policy names: outputs first, so that nothing on a bus sees them float.
pub(crate) fn open(policy: &Policy, hal: &mut HalCtxBuilder) -> Result<Arc<dyn World>, String> {
    let simulated = |label: &str| format!("label `{label}` is simulated: this board has hardware only");
    for label in &policy.pins {
        pins::add(label, hal)?;
    }
    for label in &policy.pwm {
        pwm::add(label, hal)?;
    }
    let mut selects = BTreeMap::new();
    for label in &policy.spi {
        if let ChipBus::Block { pins: SpiPins { cs: Some(cs), .. }, .. } = label.backend
            && label.select == Select::Own
        {
            selects.insert(label.label.as_str(), pins::output(cs, true)?);
        }
    }
    let mut buses: BTreeMap<u8, spi::Bus> = BTreeMap::new();
    for label in &policy.spi {
        let ChipBus::Block { block, pins: SpiPins { sck, mosi, miso, .. } } = label.backend else {
            return Err(simulated(&label.label));
        };
        let bus = match buses.get(&block) {
            Some(bus) => bus.clone(),
            // Another label of the block may have left it out.
            None => spi::Bus::open(block, sck, mosi, miso.or_else(|| any_miso(policy, block)))?,
        };
        bus.send_init_clocks(label);
        let device = bus.device(label, selects.remove(label.label.as_str()));
        let grant = SpiGrant::from(&label.settings);
        match label.select {
            Select::Own => hal.spi_device(&label.label, device, grant),
            Select::None => hal.spi_bus(&label.label, device, grant),
        };
        buses.insert(block, bus);
    }
    let mut buses: BTreeMap<u8, i2c::Bus> = BTreeMap::new();
    for label in &policy.i2c {
        let ChipBus::Block { block, pins: I2cPins { sda, scl } } = label.backend else {
            return Err(simulated(&label.label));
        };
        let bus = match buses.get(&block) {
            Some(bus) => *bus,
            None => i2c::Bus::open(block, sda, scl, label.frequency_hz())?,
        };
        hal.i2c(&label.label, bus, (&label.settings).into());
        buses.insert(block, bus);
    }
    for label in &policy.adc {
        adc::add(label, hal)?;
    }
    let world: Arc<dyn World> = Arc::new(ChipTime);
    for label in &policy.uart {
        uart::add(label, &world, hal)?;
    }
    Ok(world)
}

fn any_miso(policy: &Policy, wanted: u8) -> Option<u8> {
    policy.spi.iter().find_map(|label| match label.backend {
        ChipBus::Block { block, pins: SpiPins { miso, .. } } if block == wanted => miso,
        ChipBus::Block { .. } | ChipBus::Sim(_) => None,
    })
}
