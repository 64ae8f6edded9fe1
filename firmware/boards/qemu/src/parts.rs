//! The parts on the simulated board.

use alloc::collections::BTreeMap;
use alloc::format;
use alloc::string::{String, ToString as _};
use alloc::vec::Vec;

use wasm_embedded_image::policy::{Part, PartKind, Wiring};
use wasm_embedded_sim::parts::ssd1306::Panel;
use wasm_embedded_sim::parts::{Bme280, Echo, Led, Ssd1306, Voltage};
use wasm_embedded_sim::{Level, Net, PartId, Sim, SpiSelectId, UartId};

/// What parts hang on, by label.
#[derive(Default)]
pub(crate) struct Wires<'a> {
    /// The select lines.
    pub(crate) selects: BTreeMap<&'a str, SpiSelectId>,
    /// The serial ports.
    pub(crate) ports: BTreeMap<&'a str, UartId>,
}

/// The clock of a bus that no label is on.
const FREQUENCY_HZ: u32 = 100_000;

/// Puts a part on the board.
pub(crate) fn add(sim: &Sim, part: &Part, wires: &Wires<'_>) -> Result<PartId, String> {
    let failed =
        |error: &dyn core::fmt::Display| format!("the part `{}` cannot be put on the board: {error}", part.name);
    let place = Place { sim, wiring: &part.wiring, wires };
    Ok(match &part.kind {
        PartKind::Bme280 { temperature, humidity, pressure } => {
            let mut sensor = match place.address() {
                Some(address) => Bme280::new(address).map_err(|error| failed(&error))?,
                None => Bme280::new_spi(),
            };
            temperature.iter().for_each(|value| sensor.set_temperature_c(*value));
            humidity.iter().for_each(|value| sensor.set_humidity_percent(*value));
            pressure.iter().for_each(|value| sensor.set_pressure_hpa(*value));
            place.put(sensor)
        }
        PartKind::Ssd1306 { dc, reset, vbatc, vddc } => {
            let display = match (place.address(), dc) {
                (Some(address), _) => Ssd1306::i2c(Panel::OLED_128X64, address).map_err(|error| failed(&error))?,
                (None, Some(dc)) => Ssd1306::spi(Panel::OLED_128X64, sim.net(dc)),
                (None, None) => return Err(failed(&"over SPI it needs `dc`")),
            };
            let display = place.connect(display, reset.as_deref(), Ssd1306::with_reset);
            let display = place.connect(display, vbatc.as_deref(), Ssd1306::with_vbatc);
            place.put(place.connect(display, vddc.as_deref(), Ssd1306::with_vddc))
        }
        PartKind::Led { net, lit_high } => place.put(Led::new(sim.net(net), Level::from(*lit_high))),
        PartKind::Echo => place.put(Echo::new()),
        PartKind::Voltage { net, points } => {
            place.put(Voltage::through(sim.net(net), points.clone()).map_err(|error| failed(&error))?)
        }
    })
}

/// Returns the rows of dots of a part that is a display, 32 hexadecimal digits each, and none of another part.
pub(crate) fn rows(sim: &Sim, part: PartId) -> Vec<String> {
    let frame = sim.with_part::<Ssd1306, _>(part, |display, board| (display.frame(board.now_ns()), display.panel()));
    let Some((frame, panel)) = frame else { return Vec::new() };
    let (width, height) = (usize::from(panel.width()), usize::from(panel.height()));
    let digit = |x: usize, y: usize| {
        let value = (0..4).fold(0_u8, |value, dot| (value << 1) | u8::from(frame.pixel(x + dot, y)));
        format!("{value:x}").to_string()
    };
    (0..height).map(|y| (0..width).step_by(4).map(|x| digit(x, y)).collect()).collect()
}

/// Where a part goes.
struct Place<'a> {
    sim: &'a Sim,
    wiring: &'a Wiring,
    wires: &'a Wires<'a>,
}

impl Place<'_> {
    fn address(&self) -> Option<u8> {
        match self.wiring {
            Wiring::I2c { address, .. } => Some(*address),
            Wiring::Spi { .. } | Wiring::Uart { .. } | Wiring::Nets => None,
        }
    }

    fn put(&self, part: impl wasm_embedded_sim::Part) -> PartId {
        match self.wiring {
            Wiring::I2c { bus, .. } => self.sim.add_i2c(self.sim.i2c_bus(bus, FREQUENCY_HZ), part),
            Wiring::Spi { label } => match self.wires.selects.get(label.as_str()) {
                Some(select) => self.sim.add_spi(*select, part),
                None => self.sim.add(part),
            },
            Wiring::Uart { label } => match self.wires.ports.get(label.as_str()) {
                Some(port) => self.sim.add_uart(*port, part),
                None => self.sim.add(part),
            },
            Wiring::Nets => self.sim.add(part),
        }
    }

    /// Connects a pin that may be left open.
    fn connect<P>(&self, part: P, net: Option<&str>, with: impl FnOnce(P, Net) -> P) -> P {
        match net {
            Some(net) => with(part, self.sim.net(net)),
            None => part,
        }
    }
}
