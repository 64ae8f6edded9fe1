//! Puts the policy's parts on the board.

use std::collections::BTreeMap;
use std::error::Error;

use wasm_embedded_sim::parts::{
    Bme280, Button, Ds3231, Echo, Eeprom24, Led, Lm75, Motor, Scripted, Sht4x, Ssd1306, Voltage, W25q,
};
use wasm_embedded_sim::{Net, PartId, Sim, UartId};

use super::SpiPlace;
use crate::policy::{DEFAULT_I2C_FREQUENCY_HZ, Device, FlashModel, NetName, Part, Script, Wiring};

type Failure = Box<dyn Error + Send + Sync>;

/// Where a part goes.
struct Place<'a> {
    sim: &'a Sim,
    wiring: &'a Wiring,
    spi: &'a BTreeMap<&'a str, SpiPlace>,
    uart: &'a BTreeMap<&'a str, UartId>,
}

impl Place<'_> {
    /// Puts a part on its wires. The policy was checked: its buses and labels are there.
    fn put(&self, part: impl wasm_embedded_sim::Part) -> PartId {
        match self.wiring {
            Wiring::I2c { bus, .. } => self.sim.add_i2c(self.sim.i2c_bus(bus, DEFAULT_I2C_FREQUENCY_HZ), part),
            Wiring::Spi { label, select } => match (self.spi.get(label.as_str()), select) {
                (Some(SpiPlace::Select(_, select)), _) => self.sim.add_spi(*select, part),
                (Some(SpiPlace::Bus(bus)), Some(net)) => {
                    self.sim.add_spi(self.sim.spi_select_net(*bus, self.net(net)), part)
                }
                (Some(SpiPlace::Bus(bus)), None) => self.sim.add_spi_always(*bus, part),
                (None, _) => self.sim.add(part),
            },
            Wiring::Uart { label } => match self.uart.get(label.as_str()) {
                Some(port) => self.sim.add_uart(*port, part),
                None => self.sim.add(part),
            },
            Wiring::Nets => self.sim.add(part),
        }
    }

    /// Returns the address, if the part is on I2C.
    fn address(&self) -> Option<u8> {
        match self.wiring {
            Wiring::I2c { address, .. } => Some(*address),
            Wiring::Spi { .. } | Wiring::Uart { .. } | Wiring::Nets => None,
        }
    }

    fn net(&self, name: &NetName) -> Net {
        self.sim.net(name.get_ref())
    }

    /// Connects a pin that may be left open.
    fn connect<P>(&self, part: P, net: Option<&NetName>, with: impl FnOnce(P, Net) -> P) -> P {
        match net {
            Some(net) => with(part, self.net(net)),
            None => part,
        }
    }
}

/// Puts one part on the board.
pub(super) fn add(
    sim: &Sim,
    device: &Device,
    spi: &BTreeMap<&str, SpiPlace>,
    uart: &BTreeMap<&str, UartId>,
) -> Result<PartId, Failure> {
    let place = Place { sim, wiring: &device.wiring, spi, uart };
    Ok(match &device.part {
        Part::Bme280 { temperature, humidity, pressure } => {
            let mut part = place.address().map_or_else(|| Ok(Bme280::new_spi()), Bme280::new)?;
            temperature.iter().for_each(|value| part.set_temperature_c(*value));
            humidity.iter().for_each(|value| part.set_humidity_percent(*value));
            pressure.iter().for_each(|value| part.set_pressure_hpa(*value));
            place.put(part)
        }
        Part::Sht4x { temperature, humidity } => {
            let mut part = Sht4x::new(place.address().unwrap_or_default())?;
            temperature.iter().for_each(|value| part.set_temperature_c(*value));
            humidity.iter().for_each(|value| part.set_humidity_percent(*value));
            place.put(part)
        }
        Part::Ssd1306 { panel, dc, reset, vbatc, vddc } => {
            let part = match (place.address(), dc) {
                (Some(address), _) => Ssd1306::i2c(*panel, address)?,
                (None, Some(dc)) => Ssd1306::spi(*panel, place.net(dc)),
                (None, None) => return Err("over SPI it needs `dc`".into()),
            };
            let part = place.connect(part, reset.as_ref(), Ssd1306::with_reset);
            let part = place.connect(part, vbatc.as_ref(), Ssd1306::with_vbatc);
            place.put(place.connect(part, vddc.as_ref(), Ssd1306::with_vddc))
        }
        Part::Eeprom24 { size, write_protect } => {
            let part = Eeprom24::new(*size, place.address().unwrap_or_default())?;
            place.put(place.connect(part, write_protect.as_ref(), Eeprom24::with_write_protect_net))
        }
        Part::Lm75 { model, temperature, output } => {
            let mut part = Lm75::new(*model, place.address().unwrap_or_default())?;
            temperature.iter().for_each(|value| part.set_temperature_c(*value));
            place.put(place.connect(part, output.as_ref(), Lm75::with_output))
        }
        Part::Ds3231 { time, temperature, output } => {
            let mut part = time.map_or_else(Ds3231::new, Ds3231::with_battery);
            temperature.iter().for_each(|value| part.set_temperature_c(*value));
            place.put(place.connect(part, output.as_ref(), Ds3231::with_output))
        }
        Part::W25q { model, hold, write_protect } => {
            let part = match model {
                FlashModel::W25q80 => W25q::w25q80(),
                FlashModel::W25q16 => W25q::w25q16(),
                FlashModel::W25q32 => W25q::w25q32(),
                FlashModel::W25q64 => W25q::w25q64(),
                FlashModel::W25q128 => W25q::w25q128(),
            };
            let part = place.connect(part, hold.as_ref(), W25q::with_hold);
            place.put(place.connect(part, write_protect.as_ref(), W25q::with_write_protect))
        }
        Part::Button { net, pressed, presses, bounce: (bounces, bounce_ns) } => {
            let button = Button::new(place.net(net), *pressed).with_bounce(*bounces, *bounce_ns);
            place.put(button.with_presses(presses)?)
        }
        Part::Led { net, lit } => place.put(Led::new(place.net(net), *lit)),
        Part::Scripted { script: Script::I2c(steps), .. } => {
            place.put(Scripted::i2c(place.address().unwrap_or_default(), steps.clone())?)
        }
        Part::Scripted { script: Script::Registers(registers), .. } => {
            place.put(Scripted::registers(place.address().unwrap_or_default(), registers.clone())?)
        }
        Part::Scripted { script: Script::Uart(steps, ending), .. } => place.put(Scripted::uart(steps.clone(), *ending)),
        Part::Echo => place.put(Echo::new()),
        Part::Voltage { net, points } => place.put(Voltage::through(place.net(net), points.clone())?),
        Part::Motor { in1, in2, pwm, standby } => {
            let motor = Motor::new(place.net(in1), place.net(in2), place.net(pwm));
            place.put(place.connect(motor, standby.as_ref(), Motor::with_standby))
        }
        Part::Scripted { script: Script::Spi(mode, steps), .. } => place.put(Scripted::spi(*mode, steps.clone())),
    })
}
