//! The parts that can be on the simulated board, with the settings of each.

mod read;
mod script;
mod uart;

use std::ops::RangeInclusive;

use toml::Spanned;
use wasm_embedded_sim::Level;
use wasm_embedded_sim::parts::ds3231::DateTime;
use wasm_embedded_sim::parts::eeprom24::Size;
use wasm_embedded_sim::parts::lm75::Model;
use wasm_embedded_sim::parts::ssd1306::Panel;

pub use self::script::Script;

/// The name of a net, and where the policy says it.
pub type NetName = Spanned<String>;

/// A part with its settings. What the policy leaves out has the default of the part itself.
#[derive(Clone, Debug)]
pub enum Part {
    /// A sensor of temperature, humidity and pressure.
    Bme280 {
        /// Temperature in degC.
        temperature: Option<f64>,
        /// Relative humidity in percent.
        humidity: Option<f64>,
        /// Pressure in hPa.
        pressure: Option<f64>,
    },
    /// A sensor of temperature and humidity.
    Sht4x {
        /// Temperature in degC.
        temperature: Option<f64>,
        /// Relative humidity in percent.
        humidity: Option<f64>,
    },
    /// A display.
    Ssd1306 {
        /// The glass.
        panel: Panel,
        /// Data or command; over SPI only.
        dc: Option<NetName>,
        /// Reset.
        reset: Option<NetName>,
        /// The panel's supply on a PmodOLED.
        vbatc: Option<NetName>,
        /// The logic supply on a PmodOLED.
        vddc: Option<NetName>,
    },
    /// An EEPROM of the 24C family.
    Eeprom24 {
        /// The size.
        size: Size,
        /// The WP pin.
        write_protect: Option<NetName>,
    },
    /// A thermometer of the LM75 family.
    Lm75 {
        /// The member of the family.
        model: Model,
        /// Temperature in degC.
        temperature: Option<f64>,
        /// The O.S. output.
        output: Option<NetName>,
    },
    /// A clock.
    Ds3231 {
        /// What a battery kept; without it the part had no supply.
        time: Option<DateTime>,
        /// Temperature in degC.
        temperature: Option<f64>,
        /// The INT/SQW output.
        output: Option<NetName>,
    },
    /// A flash memory.
    W25q {
        /// The member of the family.
        model: FlashModel,
        /// The HOLD pin.
        hold: Option<NetName>,
        /// The WP pin.
        write_protect: Option<NetName>,
    },
    /// A push button.
    Button {
        /// Its net.
        net: NetName,
        /// The level while it is pressed.
        pressed: Level,
        /// When it is pressed and released, in nanoseconds of virtual time.
        presses: Vec<(u64, u64)>,
        /// How often the contact jumps back, and how long each time, in nanoseconds.
        bounce: (u8, u64),
    },
    /// A light-emitting diode.
    Led {
        /// Its net.
        net: NetName,
        /// The level that lights it.
        lit: Level,
    },
    /// A part without a model.
    Scripted {
        /// What it does.
        script: Script,
        /// Whether a run in which the script is not kept to, or not used up, may succeed.
        lenient: bool,
    },
    /// Sends back what comes over a serial port.
    Echo,
    /// A source of voltage.
    Voltage {
        /// Its net.
        net: NetName,
        /// When it has which voltage: nanoseconds of virtual time, and microvolts.
        points: Vec<(u64, i32)>,
    },
    /// A motor behind one half of a TB6612FNG.
    Motor {
        /// The first of the inputs that choose the direction.
        in1: NetName,
        /// The second one.
        in2: NetName,
        /// The power.
        pwm: NetName,
        /// The standby pin.
        standby: Option<NetName>,
    },
}

/// The longest time that a stimulus can be put at, in milliseconds: a year.
const LAST_MS: u64 = 31_536_000_000;
const NS_PER_MS: u64 = 1_000_000;

/// The buses that a part is put on, or can be.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub(crate) struct Buses {
    pub(crate) i2c: bool,
    pub(crate) spi: bool,
    pub(crate) uart: bool,
}

/// A member of the W25Q family.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[expect(missing_docs, reason = "the names say it all: the number is the size in megabits")]
pub enum FlashModel {
    W25q80,
    W25q16,
    W25q32,
    W25q64,
    W25q128,
}

impl Part {
    /// Returns the addresses that the part can be given on an I2C bus, and the one it has without a word about it.
    pub(crate) fn addresses(&self) -> (RangeInclusive<u8>, Option<u8>) {
        match self {
            Part::Bme280 { .. } => (0x76..=0x77, Some(0x76)),
            Part::Sht4x { .. } => (0x44..=0x46, Some(0x44)),
            Part::Ssd1306 { .. } => (0x3c..=0x3d, Some(0x3c)),
            Part::Eeprom24 { .. } => (0x50..=0x57, Some(0x50)),
            Part::Lm75 { .. } => (0x48..=0x4f, Some(0x48)),
            Part::Ds3231 { .. } => (0x68..=0x68, Some(0x68)),
            // Nobody is granted a reserved address, so that a part there could never answer.
            Part::Scripted { .. } => (0x08..=0x77, None),
            Part::W25q { .. }
            | Part::Button { .. }
            | Part::Led { .. }
            | Part::Echo
            | Part::Voltage { .. }
            | Part::Motor { .. } => (0x00..=0x7f, None),
        }
    }

    /// Returns the addresses that the part answers to when it is given `address`.
    pub fn occupied(&self, address: u8) -> RangeInclusive<u8> {
        match self {
            Part::Eeprom24 { size, .. } => address..=address | size.block_mask(),
            _ => address..=address,
        }
    }

    /// Returns the nets that the part is on, with the keys that name them.
    pub(super) fn nets(&self) -> Vec<(&'static str, &NetName)> {
        let nets = match self {
            Part::Bme280 { .. } | Part::Sht4x { .. } | Part::Scripted { .. } | Part::Echo => vec![],
            Part::Ssd1306 { dc, reset, vbatc, vddc, .. } => {
                vec![("dc", dc), ("reset", reset), ("vbatc", vbatc), ("vddc", vddc)]
            }
            Part::Eeprom24 { write_protect, .. } => vec![("write-protect", write_protect)],
            Part::Lm75 { output, .. } | Part::Ds3231 { output, .. } => vec![("output", output)],
            Part::W25q { hold, write_protect, .. } => vec![("hold", hold), ("write-protect", write_protect)],
            Part::Button { net, .. } | Part::Led { net, .. } | Part::Voltage { net, .. } => return vec![("net", net)],
            Part::Motor { in1, in2, pwm, standby } => {
                let standby = standby.as_ref().map(|net| ("standby", net));
                return [("in1", in1), ("in2", in2), ("pwm", pwm)].into_iter().chain(standby).collect();
            }
        };
        nets.into_iter().filter_map(|(key, net)| Some((key, net.as_ref()?))).collect()
    }
}
