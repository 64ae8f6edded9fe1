//! Simulated parts, for boards that simulate.

use alloc::string::String;
use alloc::vec::Vec;

use crate::codec::{Damaged, Field, fields, variants};

/// A simulated part. Kinds that are not here are not on boards that simulate.
#[derive(Clone, Debug, PartialEq)]
pub struct Part {
    /// What the log calls it.
    pub name: String,
    /// What it hangs on.
    pub wiring: Wiring,
    /// What it is.
    pub kind: PartKind,
}

/// What a part hangs on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Wiring {
    /// An I2C bus.
    I2c {
        /// The name of the simulated bus.
        bus: String,
        /// The part's address.
        address: u8,
    },
    /// A label for an SPI device.
    Spi {
        /// The label.
        label: String,
    },
    /// Nets only.
    Nets,
    /// The other end of a serial port.
    Uart {
        /// The label of the port.
        label: String,
    },
}

/// What a part is, with its settings.
#[derive(Clone, Debug, PartialEq)]
pub enum PartKind {
    /// A sensor.
    Bme280 {
        /// In degC.
        temperature: Option<f64>,
        /// In percent.
        humidity: Option<f64>,
        /// In hPa.
        pressure: Option<f64>,
    },
    /// A display of 128 by 64 dots.
    Ssd1306 {
        /// The net of D/C#, over SPI.
        dc: Option<String>,
        /// The net of RES#.
        reset: Option<String>,
        /// The net that switches the panel's supply.
        vbatc: Option<String>,
        /// The net that switches the controller's supply.
        vddc: Option<String>,
    },
    /// A light-emitting diode.
    Led {
        /// Its net.
        net: String,
        /// Whether high lights it.
        lit_high: bool,
    },
    /// Sends back what comes over a serial port.
    Echo,
    /// A source of voltage.
    Voltage {
        /// Its net.
        net: String,
        /// When it has which voltage: nanoseconds, and microvolts.
        points: Vec<(u64, i32)>,
    },
}

fields! {
    Part { name, wiring, kind }
}

variants! {
    Wiring { 0 => I2c { bus, address }, 1 => Spi { label }, 2 => Nets, 3 => Uart { label } }
    PartKind {
        0 => Bme280 { temperature, humidity, pressure },
        1 => Ssd1306 { dc, reset, vbatc, vddc },
        2 => Led { net, lit_high },
        3 => Echo,
        4 => Voltage { net, points }
    }
}
