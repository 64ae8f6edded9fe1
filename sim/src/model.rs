//! What a kind of part is, as data: its wires, what can be set on it and read from it, and the function that makes one.
//!
//! A part's file has one `MODEL`, a [`Model`]. What reads a policy, puts parts on a board, works their controls or writes tables about
//! them goes by it, and knows no part by name. The models of this crate are in [`MODELS`](crate::parts::MODELS); a [`Catalog`] holds them
//! together with those of other crates.
//!
//! ```
//! use wasm_embedded_sim::model::{Buses, Control, Model, Range, Readout, Value};
//! use wasm_embedded_sim::{Board, Part};
//!
//! /// A lamp that somebody turns up and down.
//! struct Lamp(f64);
//!
//! impl Part for Lamp {
//!     fn set_control(&mut self, control: &str, value: &Value, _: &mut dyn Board) -> bool {
//!         match (control, value) {
//!             ("brightness", Value::Number(brightness)) => self.0 = *brightness,
//!             _ => return false,
//!         }
//!         true
//!     }
//!
//!     fn readout(&mut self, readout: &str, _now_ns: u64) -> Option<Value> {
//!         (readout == "brightness").then_some(Value::Number(self.0))
//!     }
//! }
//!
//! static LAMP: Model = Model {
//!     controls: &[Control::number("brightness", Range::new(0.0, 100.0, 1.0, "%"), 50.0, "how bright it is")],
//!     ..Model::new("lamp", "a lamp", Buses::NONE, |_| Ok(Box::new(Lamp(50.0))))
//! };
//!
//! assert_eq!(LAMP.control("brightness").map(|control| control.about), Some("how bright it is"));
//! ```

mod catalog;
mod course;
mod kind;
mod setup;
pub(crate) mod spec;
mod value;

pub use catalog::{Catalog, DuplicateModel};
pub use course::{Course, PointError, Shape};
pub use kind::{Fields, Range, ValueKind};
pub use setup::{BuildError, MissingSetting, Setup};
pub use spec::{Input, Labels, PartSpec, SpiPlace, Wires, Wiring};
pub use value::{Settings, Value};

use alloc::boxed::Box;
use core::ops::RangeInclusive;

use crate::part::Part;

/// A kind of part.
#[derive(Clone, Copy)]
pub struct Model {
    /// What a policy calls it, in small letters.
    pub name: &'static str,
    /// What it is, in a few words without a full stop.
    pub about: &'static str,
    /// The documents that it follows. Empty for what has none, such as a button.
    pub data_sheet: &'static str,
    /// What the real part does and this one does not, as whole sentences.
    pub omits: &'static str,
    /// The buses that it can be on. One that is on none hangs on nets only.
    pub buses: Buses,
    /// Its other pins.
    pub pins: &'static [Pin],
    /// What is fixed when it is put on the board.
    pub settings: &'static [Setting],
    /// What may change at any time.
    pub controls: &'static [Control],
    /// What can be read from it, besides the values of its controls.
    pub readouts: &'static [Readout],
    /// What it shows.
    pub pictures: &'static [PictureInfo],
    /// Makes one.
    pub build: Build,
}

/// Makes a part, from what is set and where it is.
pub type Build = fn(&Setup<'_>) -> Result<Box<dyn Part>, BuildError>;

/// A model's name and what makes the part, without the texts: what a firmware links.
#[derive(Clone, Copy, Debug)]
pub struct Maker {
    /// The model's name.
    pub name: &'static str,
    /// Makes a part.
    pub build: Build,
}

impl Model {
    /// Returns a model with nothing but a name, what it is, its buses and what makes it.
    pub const fn new(name: &'static str, about: &'static str, buses: Buses, build: Build) -> Model {
        Model {
            name,
            about,
            data_sheet: "",
            omits: "",
            buses,
            pins: &[],
            settings: &[],
            controls: &[],
            readouts: &[],
            pictures: &[],
            build,
        }
    }

    /// Returns the name and what makes the part. In a constant, the texts are left out of the program.
    #[must_use]
    pub const fn maker(&self) -> Maker {
        Maker { name: self.name, build: self.build }
    }

    /// Returns the control of this name.
    #[must_use]
    pub fn control(&self, key: &str) -> Option<&'static Control> {
        self.controls.iter().find(|control| control.key == key)
    }

    /// Returns the addresses that a part at `address` answers to.
    #[must_use]
    pub fn occupied(&self, address: u8, settings: &Settings) -> RangeInclusive<u8> {
        let blocks = self.buses.i2c.map_or(0, |addresses| (addresses.blocks)(settings));
        address..=address | blocks
    }

    /// Adds the defaults of what `settings` does not have.
    pub fn fill_settings(&self, settings: &mut Settings, on: Option<Bus>) {
        let there = self.settings.iter().filter(|setting| setting.is_on(on));
        for setting in there {
            if let (None, Some(value)) = (settings.get(setting.key), setting.preset.value()) {
                settings.insert(setting.key, value);
            }
        }
    }
}

impl core::fmt::Debug for Model {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_tuple("Model").field(&self.name).finish()
    }
}

/// A bus, or a serial port.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Bus {
    /// I2C.
    I2c,
    /// SPI.
    Spi,
    /// A serial port.
    Uart,
}

/// The buses that a part can be on.
#[derive(Clone, Copy, Debug)]
pub struct Buses {
    /// The addresses that it can have on I2C.
    pub i2c: Option<Addresses>,
    /// Whether it can be on SPI.
    pub spi: bool,
    /// Whether it can be at the other end of a serial port.
    pub uart: bool,
}

impl Buses {
    /// None: it hangs on nets.
    pub const NONE: Buses = Buses { i2c: None, spi: false, uart: false };
    /// SPI.
    pub const SPI: Buses = Buses { spi: true, ..Buses::NONE };
    /// A serial port.
    pub const UART: Buses = Buses { uart: true, ..Buses::NONE };

    /// I2C, at an address from `first` to `last`, of which `first` is the usual one.
    #[must_use]
    pub const fn i2c(first: u8, last: u8) -> Buses {
        Buses { i2c: Some(Addresses { first, last, usual: Some(first), blocks: |_| 0 }), ..Buses::NONE }
    }

    /// SPI too.
    #[must_use]
    pub const fn or_spi(self) -> Buses {
        Buses { spi: true, ..self }
    }

    /// Returns whether it can be on this bus.
    #[must_use]
    pub const fn has(&self, bus: Bus) -> bool {
        match bus {
            Bus::I2c => self.i2c.is_some(),
            Bus::Spi => self.spi,
            Bus::Uart => self.uart,
        }
    }

    /// Returns whether it hangs on nets only.
    #[must_use]
    pub const fn is_none(&self) -> bool {
        self.i2c.is_none() && !self.spi && !self.uart
    }
}

/// The 7-bit addresses that a part can have.
#[derive(Clone, Copy, Debug)]
pub struct Addresses {
    /// The first.
    pub first: u8,
    /// The last.
    pub last: u8,
    /// The one it has if a policy gives none.
    pub usual: Option<u8>,
    /// Returns the bits of the address that the part takes for something else, so that it answers with them set too.
    pub blocks: fn(&Settings) -> u8,
}

/// What a pin is to the part.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Role {
    /// The part looks at it.
    Input,
    /// The part drives it, high and low.
    Output,
    /// The part drives it low, or releases it: the net needs a pull-up.
    OpenDrain,
    /// The part looks at it, and pulls it low, each at its time.
    Both,
    /// The part puts a voltage on it.
    Voltage,
    /// The part measures its voltage.
    Analog,
}

impl Role {
    /// Returns the role in a word or two.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Role::Input => "input",
            Role::Output => "output",
            Role::OpenDrain => "open drain",
            Role::Both => "input and open drain",
            Role::Voltage => "voltage",
            Role::Analog => "analogue input",
        }
    }
}

/// A pin that goes to a net.
#[derive(Clone, Copy, Debug)]
pub struct Pin {
    /// What a policy calls it.
    pub key: &'static str,
    /// What it is to the part.
    pub role: Role,
    /// Whether it must be connected.
    pub required: bool,
    /// The bus on which it is there at all, if it is not on every one.
    pub on: Option<Bus>,
    /// What it is.
    pub about: &'static str,
}

impl Pin {
    /// Makes a pin that must be connected.
    #[must_use]
    pub const fn required(key: &'static str, role: Role, about: &'static str) -> Pin {
        Pin { key, role, required: true, on: None, about }
    }

    /// Makes a pin that may be left open.
    #[must_use]
    pub const fn optional(key: &'static str, role: Role, about: &'static str) -> Pin {
        Pin { required: false, ..Pin::required(key, role, about) }
    }

    /// Makes it a pin that is there on one bus only.
    #[must_use]
    pub const fn on(self, bus: Bus) -> Pin {
        Pin { on: Some(bus), ..self }
    }

    /// Returns whether it is there when the part is on this bus, or on none.
    #[must_use]
    pub fn is_on(&self, bus: Option<Bus>) -> bool {
        self.on.is_none() || self.on == bus
    }
}

/// What is fixed when the part is put on the board.
#[derive(Clone, Copy, Debug)]
pub struct Setting {
    /// What a policy calls it.
    pub key: &'static str,
    /// What it was called before `[[part]]`, if otherwise.
    pub old_key: Option<&'static str>,
    /// What it can be.
    pub kind: ValueKind,
    /// What it is if nobody says.
    pub preset: Preset,
    /// The bus on which it is there at all, if it is not on every one.
    pub on: Option<Bus>,
    /// What it is.
    pub about: &'static str,
}

impl Setting {
    /// Makes a setting.
    #[must_use]
    pub const fn new(key: &'static str, kind: ValueKind, preset: Preset, about: &'static str) -> Setting {
        Setting { key, old_key: None, kind, preset, on: None, about }
    }

    /// Makes it a setting that is there on one bus only.
    #[must_use]
    pub const fn on(self, bus: Bus) -> Setting {
        Setting { on: Some(bus), ..self }
    }

    /// Gives it the key that it had in a `[[device]]` with `part`.
    #[must_use]
    pub const fn once(self, old_key: &'static str) -> Setting {
        Setting { old_key: Some(old_key), ..self }
    }

    /// Returns whether it is there when the part is on this bus, or on none.
    #[must_use]
    pub fn is_on(&self, bus: Option<Bus>) -> bool {
        self.on.is_none() || self.on == bus
    }
}

/// What a setting or control is if nobody says.
#[derive(Clone, Copy, PartialEq, Debug)]
pub enum Preset {
    /// It must be said.
    Required,
    /// Either it must be said, or the setting of this name, and not both.
    OneOf(&'static str),
    /// Nothing: the part does without.
    None,
    /// A number.
    Number(f64),
    /// A whole number.
    Integer(i64),
    /// On or off.
    Switch(bool),
    /// A choice, or a text.
    Text(&'static str),
}

impl Preset {
    /// Returns the value, if there is one.
    #[must_use]
    pub fn value(&self) -> Option<Value> {
        match *self {
            Preset::Required | Preset::OneOf(_) | Preset::None => None,
            Preset::Number(number) => Some(Value::Number(number)),
            Preset::Integer(number) => Some(Value::Integer(number)),
            Preset::Switch(on) => Some(Value::Switch(on)),
            Preset::Text(text) => Some(Value::Text(text.into())),
        }
    }
}

/// What may change at any time: [`Sim::set`](crate::Sim::set).
#[derive(Clone, Copy, Debug)]
pub struct Control {
    /// What a policy calls it.
    pub key: &'static str,
    /// What it can be.
    pub kind: ValueKind,
    /// What it is at the start.
    pub preset: Preset,
    /// Whether `points` beside it in a part's table say how it goes.
    pub has_points: bool,
    /// What it is.
    pub about: &'static str,
}

impl Control {
    /// Makes a control that is a number, which can take a course over time.
    #[must_use]
    pub const fn number(key: &'static str, range: Range, preset: f64, about: &'static str) -> Control {
        Control { key, kind: ValueKind::Number(range), preset: Preset::Number(preset), has_points: false, about }
    }

    /// Makes a control that is on or off.
    #[must_use]
    pub const fn switch(key: &'static str, preset: bool, about: &'static str) -> Control {
        Control { key, kind: ValueKind::Switch, preset: Preset::Switch(preset), has_points: false, about }
    }
}

/// What can be read from a part at any time: [`Sim::read`](crate::Sim::read).
#[derive(Clone, Copy, Debug)]
pub struct Readout {
    /// What it is called.
    pub key: &'static str,
    /// What it can be.
    pub kind: ValueKind,
    /// What it is.
    pub about: &'static str,
}

impl Readout {
    /// Makes a readout.
    #[must_use]
    pub const fn new(key: &'static str, kind: ValueKind, about: &'static str) -> Readout {
        Readout { key, kind, about }
    }
}

/// What a part shows: [`Sim::picture`](crate::Sim::picture).
#[derive(Clone, Copy, Debug)]
pub struct PictureInfo {
    /// Returns the pixels in a row, and the rows.
    pub size: fn(&Settings) -> (usize, usize),
    /// The colours that a pixel can have, in words.
    pub colours: &'static str,
}
