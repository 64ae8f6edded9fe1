//! The types of parts that are read: which model of ours each is, and what its pins are.

use wasm_embedded_policy::suggest;
use wasm_embedded_sim::model::{Catalog, Model};

use crate::drawing::Part;
use crate::nets::Rail;

/// What a pin is for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Use {
    /// A supply, or nothing that is simulated.
    Nothing,
    Sda,
    Scl,
    Sck,
    Mosi,
    Miso,
    Cs,
    /// What the part sends.
    Tx,
    /// What the part receives.
    Rx,
    /// The pin of the model with this key.
    Net(&'static str),
    /// The same, with pulses from a PWM output.
    Pulses(&'static str),
}

/// A type that is one part of ours.
#[derive(Debug)]
pub(crate) struct Placed {
    types: &'static [&'static str],
    pub(crate) model: &'static str,
    pub(crate) pins: &'static [(&'static str, Use)],
    /// Attributes of the type, with the key of the model, and what each is if nobody says.
    pub(crate) attrs: &'static [(&'static str, &'static str, Option<&'static str>)],
    /// What the type says of the model, as TOML.
    pub(crate) fixed: &'static [(&'static str, &'static str)],
    /// The attribute, and what it must be, where one type has two forms.
    form: Option<(&'static str, &'static str)>,
}

const fn placed(types: &'static [&'static str], model: &'static str, pins: &'static [(&'static str, Use)]) -> Placed {
    Placed { types, model, pins, attrs: &[], fixed: &[], form: None }
}

const I2C_PINS: &[(&str, Use)] = &[
    ("GND", Use::Nothing),
    ("VCC", Use::Nothing),
    ("VDD", Use::Nothing),
    ("3V3", Use::Nothing),
    ("5V", Use::Nothing),
    ("VIN", Use::Nothing),
    ("SQW", Use::Nothing),
    ("SDA", Use::Sda),
    ("SCL", Use::Scl),
];

const CHARACTER_PINS: &[(&str, Use)] = &[
    ("VSS", Use::Nothing),
    ("VDD", Use::Nothing),
    ("V0", Use::Nothing),
    ("RS", Use::Net("rs")),
    ("RW", Use::Net("rw")),
    ("E", Use::Net("e")),
    ("D0", Use::Net("d0")),
    ("D1", Use::Net("d1")),
    ("D2", Use::Net("d2")),
    ("D3", Use::Net("d3")),
    ("D4", Use::Net("d4")),
    ("D5", Use::Net("d5")),
    ("D6", Use::Net("d6")),
    ("D7", Use::Net("d7")),
    ("A", Use::Nothing),
    ("K", Use::Nothing),
];

const ONE_WIRE_PINS: &[(&str, Use)] =
    &[("VCC", Use::Nothing), ("SDA", Use::Net("data")), ("NC", Use::Nothing), ("GND", Use::Nothing)];

/// `wokwi-ssd1306` calls its lines as the module is printed, and has the pins of the SPI form, which it does not connect.
const OLED_PINS: &[(&str, Use)] = &[
    ("DATA", Use::Sda),
    ("CLK", Use::Scl),
    ("DC", Use::Nothing),
    ("RST", Use::Nothing),
    ("CS", Use::Nothing),
    ("3V3", Use::Nothing),
    ("VIN", Use::Nothing),
    ("GND", Use::Nothing),
];

static PLACED: &[Placed] = &[
    placed(&["board-ssd1306"], "ssd1306", I2C_PINS),
    placed(&["wokwi-ssd1306"], "ssd1306", OLED_PINS),
    placed(&["wokwi-ds1307"], "ds1307", I2C_PINS),
    Placed { form: Some(("pins", "i2c")), ..placed(&["wokwi-lcd1602"], "hd44780-i2c", I2C_PINS) },
    placed(&["wokwi-lcd1602"], "hd44780", CHARACTER_PINS),
    Placed {
        fixed: &[("size", "\"20x4\"")],
        form: Some(("pins", "i2c")),
        ..placed(&["wokwi-lcd2004"], "hd44780-i2c", I2C_PINS)
    },
    Placed { fixed: &[("size", "\"20x4\"")], ..placed(&["wokwi-lcd2004"], "hd44780", CHARACTER_PINS) },
    Placed {
        fixed: &[("variant", "\"ili9341\"")],
        ..placed(
            &["wokwi-ili9341", "board-ili9341-cap-touch"],
            "tft",
            &[
                ("VCC", Use::Nothing),
                ("GND", Use::Nothing),
                ("CS", Use::Cs),
                ("RST", Use::Net("reset")),
                ("D/C", Use::Net("dc")),
                ("MOSI", Use::Mosi),
                ("SCK", Use::Sck),
                ("LED", Use::Net("backlight")),
                ("MISO", Use::Miso),
                // The touch screen, which is not simulated.
                ("SCL", Use::Nothing),
                ("SDA", Use::Nothing),
            ],
        )
    },
    Placed {
        attrs: &[("chain", "chips", None)],
        ..placed(
            &["wokwi-max7219-matrix"],
            "max7219",
            &[
                ("VCC", Use::Nothing),
                ("V+", Use::Nothing),
                ("GND", Use::Nothing),
                ("DIN", Use::Mosi),
                ("CS", Use::Cs),
                ("CLK", Use::Sck),
                ("DOUT", Use::Nothing),
            ],
        )
    },
    Placed {
        attrs: &[("temperature", "temperature", Some("24")), ("humidity", "humidity", Some("40"))],
        ..placed(&["wokwi-dht22"], "dht22", ONE_WIRE_PINS)
    },
    placed(
        &["wokwi-hx711"],
        "hx711",
        &[("VCC", Use::Nothing), ("DT", Use::Net("dout")), ("SCK", Use::Net("sck")), ("GND", Use::Nothing)],
    ),
    placed(
        &["wokwi-tm1637-7segment"],
        "tm1637",
        &[("CLK", Use::Net("clk")), ("DIO", Use::Net("dio")), ("VCC", Use::Nothing), ("GND", Use::Nothing)],
    ),
    Placed {
        // The pulses of Arduino's library, for which the type is drawn.
        fixed: &[("least-us", "544"), ("most-us", "2400")],
        ..placed(&["wokwi-servo"], "servo", &[("GND", Use::Nothing), ("V+", Use::Nothing), ("PWM", Use::Pulses("net"))])
    },
    // Its push button is a part of its own: `switches.rs`.
    placed(
        &["wokwi-ky-040"],
        "encoder",
        &[
            ("CLK", Use::Net("a")),
            ("DT", Use::Net("b")),
            ("SW", Use::Nothing),
            ("VCC", Use::Nothing),
            ("GND", Use::Nothing),
        ],
    ),
];

/// What a type of part is.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Kind {
    /// A symbol of a supply.
    Rail(Rail),
    Resistor,
    Breadboard,
    /// What has no function on a board: a text, a logic analyser.
    Drawn,
    /// One part of ours.
    Placed(&'static Placed),
    /// A part of ours that Wokwi has as a chip of the user's: `chip-bme280`.
    Chip(&'static Model),
    /// Lights, contacts, knobs and strips, whose pins are looked at together.
    Special(&'static str, &'static [&'static str]),
    /// None that we have.
    Unknown,
}

/// Types that are more than one part, or need a look at more than one pin. Of two pins that are always joined, one is named.
const SPECIAL: &[(&str, &[&str])] = &[
    ("wokwi-led", &["A", "C"]),
    ("wokwi-rgb-led", &["R", "G", "B", "COM"]),
    (
        "wokwi-led-bar-graph",
        &[
            "A1", "A2", "A3", "A4", "A5", "A6", "A7", "A8", "A9", "A10", "C1", "C2", "C3", "C4", "C5", "C6", "C7",
            "C8", "C9", "C10",
        ],
    ),
    ("wokwi-7segment", &["A", "B", "C", "D", "E", "F", "G", "DP", "COM"]),
    ("wokwi-pushbutton", &["1", "2"]),
    ("wokwi-pushbutton-6mm", &["1", "2"]),
    ("wokwi-slide-switch", &["1", "2", "3"]),
    ("wokwi-potentiometer", &["GND", "SIG", "VCC"]),
    ("wokwi-slide-potentiometer", &["GND", "SIG", "VCC"]),
    ("wokwi-analog-joystick", &["VCC", "VERT", "HORZ", "SEL", "GND"]),
    ("wokwi-neopixel", STRIP),
    ("wokwi-led-ring", STRIP),
    ("wokwi-led-strip", STRIP),
    ("wokwi-neopixel-matrix", STRIP),
    ("wokwi-neopixel-canvas", STRIP),
];

const STRIP: &[&str] = &["VDD", "VSS", "VCC", "GND", "DIN", "DOUT"];

/// Returns what a type of part is.
fn find_type(kind: &str) -> Kind {
    match kind {
        "wokwi-gnd" => return Kind::Rail(Rail::Ground),
        "wokwi-vcc" => return Kind::Rail(Rail::Power(5000)),
        "wokwi-resistor" => return Kind::Resistor,
        "wokwi-breadboard" | "wokwi-breadboard-half" | "wokwi-breadboard-mini" | "wokwi-junction" => {
            return Kind::Breadboard;
        }
        "wokwi-text" | "wokwi-logic-analyzer" => return Kind::Drawn,
        _ => {}
    }
    if let Some((name, pins)) = SPECIAL.iter().find(|(name, _)| *name == kind) {
        return Kind::Special(name, pins);
    }
    if let Some(model) = kind.strip_prefix("chip-").and_then(|name| Catalog::new().find(name)) {
        return Kind::Chip(model);
    }
    Kind::Unknown
}

/// Returns what a part is.
pub(crate) fn find(part: &Part) -> Kind {
    let is_form = |placed: &&Placed| placed.form.is_none_or(|(key, value)| part.text(key, "") == value);
    let mut candidates = PLACED.iter().filter(|placed| placed.types.contains(&part.kind.as_str()));
    candidates.find(is_form).map_or_else(|| find_type(&part.kind), Kind::Placed)
}

/// Returns the type that `kind` is most likely a slip of the pen for.
pub(crate) fn nearest(kind: &str) -> Option<&'static str> {
    let (prefix, name) = kind.split_at_checked(kind.find('-')? + 1)?;
    let types = PLACED.iter().flat_map(|placed| placed.types.iter().copied());
    let types = types.chain(SPECIAL.iter().map(|(name, _)| *name)).filter(|other| other.starts_with(prefix));
    let types: Vec<&str> = types.collect();
    let near = suggest::nearest(name, types.iter().filter_map(|other| other.strip_prefix(prefix)))?;
    types.into_iter().find(|other| other.ends_with(near) && other.len() == prefix.len() + near.len())
}

impl Kind {
    /// Returns the name under which a pin is known, or the pins that there are.
    pub(crate) fn pin(self, name: &str) -> Result<String, String> {
        let base = name.split_once('.').map_or(name, |(base, _)| base);
        let known: Vec<&str> = match self {
            Kind::Rail(_) => return Ok("rail".to_owned()),
            // All holes of a strip are one: `10t.a` and `10t.e`, `tp.1` and `tp.30`.
            Kind::Breadboard => return Ok(base.to_owned()),
            Kind::Drawn | Kind::Unknown => return Ok(name.to_owned()),
            Kind::Resistor => vec!["1", "2"],
            Kind::Placed(placed) => placed.pins.iter().map(|(pin, _)| *pin).collect(),
            Kind::Special(_, pins) => pins.to_vec(),
            Kind::Chip(model) => {
                if chip_use(model, base).is_some() {
                    return Ok(base.to_ascii_uppercase());
                }
                let keys = model.pins.iter().map(|pin| pin.key);
                return Err(format!("pins: those of its bus, and {}", keys.collect::<Vec<_>>().join(", ")));
            }
        };
        let pin = known.iter().find(|pin| pin.eq_ignore_ascii_case(name) || pin.eq_ignore_ascii_case(base));
        pin.map(|pin| (*pin).to_owned()).ok_or_else(|| format!("pins: {}", known.join(", ")))
    }

    /// Returns what a pin of that name is for.
    pub(crate) fn use_of(self, pin: &str) -> Option<Use> {
        match self {
            Kind::Placed(placed) => placed.pins.iter().find(|(name, _)| *name == pin).map(|(_, use_)| *use_),
            Kind::Chip(model) => chip_use(model, pin),
            _ => None,
        }
    }
}

/// Returns what a pin of a chip is for, by the model's own pins and the usual names of buses.
fn chip_use(model: &'static Model, pin: &str) -> Option<Use> {
    if let Some(own) = model.pins.iter().find(|own| own.key.eq_ignore_ascii_case(pin)) {
        return Some(Use::Net(own.key));
    }
    let upper = pin.to_ascii_uppercase();
    let (i2c, spi, uart) = (model.buses.i2c.is_some(), model.buses.spi, model.buses.uart);
    Some(match upper.as_str() {
        "VCC" | "VDD" | "VIN" | "3V3" | "5V" | "GND" | "VSS" | "NC" => Use::Nothing,
        "SDA" if i2c => Use::Sda,
        "SCL" if i2c => Use::Scl,
        "SCK" | "CLK" | "SCLK" if spi => Use::Sck,
        "MOSI" | "DIN" | "SDI" if spi => Use::Mosi,
        "MISO" | "DOUT" | "SDO" if spi => Use::Miso,
        "CS" | "SS" | "CSN" if spi => Use::Cs,
        "TX" if uart => Use::Tx,
        "RX" if uart => Use::Rx,
        _ => return None,
    })
}
