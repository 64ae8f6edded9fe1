//! A part as a policy describes it, and putting it on a board.

use alloc::string::String;
use alloc::vec::Vec;

use super::{BuildError, Bus, Course, Maker, Settings, Setup, Value};
use crate::i2c::I2cBusId;
use crate::part::PartId;
use crate::sim::Sim;
use crate::spi::{SpiBusId, SpiSelectId};
use crate::uart::UartId;

/// A part as a policy describes it.
#[derive(Clone, PartialEq, Debug)]
pub struct PartSpec {
    /// What it is called on its board.
    pub name: String,
    /// The name of its model.
    pub model: String,
    /// What it hangs on.
    pub wiring: Wiring,
    /// Its connected pins by their keys, and the names of the nets.
    pub nets: Vec<(String, String)>,
    /// What is fixed, without gaps: see [`Model::fill_settings`](super::Model::fill_settings).
    pub settings: Settings,
    /// What its controls are at the start.
    pub controls: Vec<(String, Input)>,
}

/// What a part hangs on.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Wiring {
    /// An I2C bus.
    I2c {
        /// The bus's name.
        bus: String,
        /// The part's address, the first one if it answers to several.
        address: u8,
    },
    /// A label for a device on SPI, or for a whole bus.
    Spi {
        /// The label.
        label: String,
        /// The net that selects the part, if the label has no select line of its own; without one the part is always selected.
        select: Option<String>,
    },
    /// The other end of a label for a serial port.
    Uart {
        /// The label.
        label: String,
    },
    /// Nets only.
    Nets,
}

impl Wiring {
    /// Returns the bus, if there is one.
    #[must_use]
    pub fn bus(&self) -> Option<Bus> {
        match self {
            Wiring::I2c { .. } => Some(Bus::I2c),
            Wiring::Spi { .. } => Some(Bus::Spi),
            Wiring::Uart { .. } => Some(Bus::Uart),
            Wiring::Nets => None,
        }
    }
}

/// What a control is at the start.
#[derive(Clone, PartialEq, Debug)]
pub enum Input {
    /// A value, until somebody sets another one.
    Value {
        /// The value.
        value: Value,
    },
    /// A course over time.
    Course {
        /// The course.
        course: Course,
    },
}

/// Where the parts of an SPI label go.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum SpiPlace {
    /// On its select line.
    Select(SpiBusId, SpiSelectId),
    /// On the bus, which has none.
    Bus(SpiBusId),
}

/// What stands behind the labels that parts hang on.
#[derive(Clone, Default, Debug)]
pub struct Wires<'a> {
    /// The labels for SPI.
    pub spi: Labels<'a, SpiPlace>,
    /// The labels for serial ports.
    pub uart: Labels<'a, UartId>,
}

/// What stands behind labels of one kind: a list, since a board has few, and firmware has no flash for a tree.
#[derive(Clone, Debug)]
pub struct Labels<'a, T>(Vec<(&'a str, T)>);

impl<T> Default for Labels<'_, T> {
    fn default() -> Self {
        Labels(Vec::new())
    }
}

impl<'a, T> Labels<'a, T> {
    /// Adds a label, which no other has the name of.
    pub fn insert(&mut self, label: &'a str, place: T) {
        self.0.push((label, place));
    }

    /// Returns what stands behind a label.
    #[must_use]
    pub fn get(&self, label: &str) -> Option<&T> {
        self.0.iter().find(|(known, _)| *known == label).map(|(_, place)| place)
    }
}

impl<'a, T> FromIterator<(&'a str, T)> for Labels<'a, T> {
    fn from_iter<I: IntoIterator<Item = (&'a str, T)>>(labels: I) -> Self {
        Labels(labels.into_iter().collect())
    }
}

/// The clock in hertz of a bus that no label is on.
const I2C_FREQUENCY_HZ: u32 = 100_000;

/// Where on the board a part goes.
pub(crate) enum Place {
    I2c(I2cBusId),
    Select(SpiSelectId),
    Spi(SpiBusId),
    Uart(UartId),
    Nets,
}

impl PartSpec {
    /// Puts the part on a board, and powers it on: its controls are set before.
    ///
    /// # Errors
    /// The part cannot be what the settings say, or its label is not among `wires`.
    pub fn put(&self, sim: &Sim, maker: Maker, wires: &Wires<'_>) -> Result<PartId, BuildError> {
        let (address, place) = match &self.wiring {
            Wiring::I2c { bus, address } => (Some(*address), Place::I2c(sim.i2c_bus(bus, I2C_FREQUENCY_HZ))),
            Wiring::Spi { label, select } => {
                let place = match (wires.spi.get(label.as_str()).ok_or("its SPI label is not there")?, select) {
                    (SpiPlace::Select(_, select), _) => Place::Select(*select),
                    (SpiPlace::Bus(bus), Some(net)) => Place::Select(sim.spi_select_net(*bus, sim.net(net))),
                    (SpiPlace::Bus(bus), None) => Place::Spi(*bus),
                };
                (None, place)
            }
            Wiring::Uart { label } => {
                (None, Place::Uart(*wires.uart.get(label.as_str()).ok_or("its serial label is not there")?))
            }
            Wiring::Nets => (None, Place::Nets),
        };
        let nets = self.nets.iter().map(|(pin, net)| (pin.as_str(), sim.net(net))).collect();
        let setup = Setup { bus: self.wiring.bus(), address, nets, settings: &self.settings };
        let part = (maker.build)(&setup)?;
        Ok(sim.put(part, place, &self.controls)?)
    }
}
