//! SSD1306: the controller of small OLED displays, with the glass on it.
//!
//! It follows the data sheet "SSD1306, Advance Information" by Solomon Systech, rev 1.1, and its charge pump appendix. The
//! contrast is told with the picture. Continuous scrolling moves the picture in virtual time, at the typical frequency of
//! the oscillator and as the settings of the clock say. It moves the columns in the memory, as in the real one, so they stay
//! where they are when it ends; the rows go back. What is written meanwhile goes where its address is then. The fading and
//! zooming commands are accepted with their arguments and change nothing; the voltage settings do not change the picture.

mod command;
mod panel;
mod ram;
mod scroll;
mod settings;
#[cfg(test)]
mod tests;

use alloc::boxed::Box;
use alloc::vec::Vec;
use core::ops::RangeInclusive;

use embedded_hal::spi::{MODE_0, MODE_3, Mode};

pub use crate::picture::Frame;
pub use panel::{Panel, PanelError, Wiring};

use self::command::Decoder;
use self::ram::Ram;
use self::settings::Settings;
use crate::i2c::{Ack, Address, Direction, I2cTarget};
use crate::model::{self, BuildError, Buses, Model, PictureInfo, Pin, Preset, Readout, Role, Setting, Setup, Value};
use crate::net::{Level, Net};
use crate::part::{Board, Part};
use crate::parts::AddressError;
use crate::parts::miso::UNDRIVEN;
use crate::spi::SpiTarget;

/// The SSD1306 as a policy has it.
pub const MODEL: Model = Model {
    data_sheet: "Solomon Systech SSD1306, revision 1.1",
    omits: "The commands for fading and zooming are accepted with their arguments and change nothing; the voltage settings do not \
            change the picture.",
    pins: &[
        Pin::required("dc", Role::Input, "the net of its D/C# pin").on(model::Bus::Spi),
        Pin::optional("reset", Role::Input, "RES#: low resets it"),
        Pin::optional("vbatc", Role::Input, "low switches the panel's supply on, as on Digilent's PmodOLED"),
        Pin::optional("vddc", Role::Input, "low switches the controller's supply on, as on Digilent's PmodOLED"),
    ],
    settings: &[Setting::new(
        "size",
        model::ValueKind::Choice(&["128x64", "128x32", "96x16", "72x40", "64x48", "64x32"]),
        Preset::Text("128x64"),
        "the pixels of the glass",
    )],
    readouts: &[
        Readout::new("on", model::ValueKind::Switch, "whether the panel is driven"),
        Readout::new("contrast", model::ValueKind::Integer(0, 255, ""), "the contrast that the driver has set"),
    ],
    pictures: &[PictureInfo {
        size: |settings| {
            let panel: Panel = settings.text("size").and_then(|size| size.parse().ok()).unwrap_or(Panel::OLED_128X64);
            (panel.width().into(), panel.height().into())
        },
        colours: "lit or dark, with a brightness for all",
    }],
    ..Model::new("ssd1306", "an OLED display", Buses::i2c(0x3c, 0x3d).or_spi(), build)
};

fn build(setup: &Setup<'_>) -> Result<Box<dyn Part>, BuildError> {
    let panel = setup.text("size")?.parse()?;
    let part = match setup.address() {
        Some(address) => Ssd1306::i2c(panel, address)?,
        None => Ssd1306::spi(panel, setup.wire("dc")?),
    };
    let part = setup.connect(part, "reset", Ssd1306::with_reset);
    let part = setup.connect(part, "vbatc", Ssd1306::with_vbatc);
    Ok(Box::new(setup.connect(part, "vddc", Ssd1306::with_vddc)))
}

/// An OLED display with an SSD1306.
///
/// The memory holds noise after power came on, as the real one does, and keeps its contents over a reset.
#[derive(Clone, Debug)]
pub struct Ssd1306 {
    panel: Panel,
    bus: Bus,
    reset: Option<Net>,
    vbatc: Option<Net>,
    vddc: Option<Net>,
    external_vcc: bool,
    /// The logic has its supply.
    powered: bool,
    held_in_reset: bool,
    panel_supplied: bool,
    settings: Settings,
    ram: Ram,
    decoder: Decoder,
}

/// How the controller is strapped with BS0 to BS2.
#[derive(Clone, Copy, Debug)]
enum Bus {
    I2c { address: u8, next: Next },
    Spi { dc: Net },
}

/// What the next byte of an I2C write is.
#[derive(Clone, Copy, Debug)]
enum Next {
    Control,
    /// This one byte, and then a control byte.
    One(ByteKind),
    /// All bytes up to the end.
    Rest(ByteKind),
}

/// What D/C# says of a byte.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum ByteKind {
    Command,
    Data,
}

// SSD1306 rev 1.1, section 8.1.5: the slave address is 0b011110 and SA0.
const ADDRESSES: [u8; 2] = [0x3c, 0x3d];

// SSD1306 rev 1.1, section 8.1.5.2: Co and D/C# of a control byte.
const CONTROL_CONTINUES: u8 = 0x80;
const CONTROL_DATA: u8 = 0x40;

// SSD1306 rev 1.1, table 9-2: bit 6 of the status is set while the display is off. The others are reserved; real chips give 3
// or 6 in the lowest, and BitBank's OneBitDisplay, for one, tells them from an SH1106 by that.
const STATUS_OFF: u8 = 0x40;
const STATUS_RESERVED: u8 = 0x03;

impl Ssd1306 {
    /// Makes a display for an I2C bus. It has no reset net and is always supplied until told otherwise.
    ///
    /// # Errors
    /// An address other than 0x3c and 0x3d.
    pub fn i2c(panel: Panel, address: u8) -> Result<Ssd1306, AddressError> {
        if !ADDRESSES.contains(&address) {
            return Err(AddressError::new("SSD1306", address, "0x3c or 0x3d"));
        }
        Ok(Ssd1306::new(panel, Bus::I2c { address, next: Next::Control }))
    }

    /// Makes a display for an SPI bus with the net `dc`: high for data, low for commands.
    #[must_use]
    pub fn spi(panel: Panel, dc: Net) -> Ssd1306 {
        Ssd1306::new(panel, Bus::Spi { dc })
    }

    fn new(panel: Panel, bus: Bus) -> Ssd1306 {
        Ssd1306 {
            panel,
            bus,
            reset: None,
            vbatc: None,
            vddc: None,
            external_vcc: false,
            powered: false,
            held_in_reset: false,
            panel_supplied: false,
            settings: Settings::default(),
            ram: Ram::new(),
            decoder: Decoder::default(),
        }
    }

    /// Connects the reset pin: while the net is low the controller is reset.
    #[must_use]
    pub fn with_reset(mut self, net: Net) -> Ssd1306 {
        self.reset = Some(net);
        self
    }

    /// Puts a transistor into the panel's supply, as on Digilent's PmodOLED: while the net is low the panel is supplied.
    #[must_use]
    pub fn with_vbatc(mut self, net: Net) -> Ssd1306 {
        self.vbatc = Some(net);
        self
    }

    /// Puts a transistor into the logic supply, as on Digilent's PmodOLED: while the net is low the controller is supplied.
    /// Without its supply it acknowledges nothing and forgets everything.
    #[must_use]
    pub fn with_vddc(mut self, net: Net) -> Ssd1306 {
        self.vddc = Some(net);
        self
    }

    /// Supplies the panel with its 7 to 15 V from outside, so that it is lit without the charge pump.
    #[must_use]
    pub fn with_external_vcc(mut self) -> Ssd1306 {
        self.external_vcc = true;
        self
    }

    /// Returns the glass that the controller drives.
    #[must_use]
    pub fn panel(&self) -> Panel {
        self.panel
    }

    /// Returns the contrast setting, 0 to 255; a reset sets 127.
    #[must_use]
    pub fn contrast(&self) -> u8 {
        self.settings.contrast
    }

    /// Returns whether the panel is driven: supplied, out of reset, and switched on. If not, every pixel is dark.
    #[must_use]
    pub fn is_on(&self) -> bool {
        self.is_running() && self.settings.on && self.panel_supplied && (self.external_vcc || self.settings.charge_pump)
    }

    /// Returns what can be seen on the glass at a virtual time in nanoseconds, which is that of the board.
    pub fn frame(&mut self, now_ns: u64) -> Frame {
        self.scroll(now_ns);
        let (width, height) = (self.panel.width(), self.panel.height());
        let on = self.is_on();
        let pixels: Vec<bool> =
            (0..height).flat_map(|y| (0..width).map(move |x| (x, y))).map(|(x, y)| on && self.is_lit(x, y)).collect();
        Frame {
            width: usize::from(width),
            height: usize::from(height),
            pixels,
            contrast: self.contrast(),
            colours: Vec::new(),
        }
    }

    fn is_lit(&self, x: u8, y: u8) -> bool {
        let Settings { scan, scroll, .. } = &self.settings;
        scan.row_of(self.panel.pin(y)).is_some_and(|row| {
            let line = scan.line_of(scroll.source_of(row));
            self.settings.all_on || self.ram.bit(self.panel.segment(x), line) != self.settings.inverted
        })
    }

    fn is_running(&self) -> bool {
        self.powered && !self.held_in_reset
    }

    /// Looks at the reset and supply nets.
    fn sample_nets(&mut self, board: &dyn Board) {
        let low = |net: Option<Net>| net.map(|net| board.level(net) == Level::Low);
        let powered = low(self.vddc).unwrap_or(true);
        if powered && !self.powered {
            self.ram.fill_with_noise();
        }
        self.powered = powered;
        self.held_in_reset = low(self.reset).unwrap_or(false);
        self.panel_supplied = low(self.vbatc).unwrap_or(true);
        if !self.is_running() {
            self.clear_registers();
        }
    }

    // SSD1306 rev 1.1, section 8.5: reset circuit.
    fn clear_registers(&mut self) {
        self.settings = Settings::default();
        self.decoder = Decoder::default();
        self.ram.reset();
    }

    /// Moves the picture to where it is by now, if it scrolls.
    fn scroll(&mut self, now_ns: u64) {
        let Settings { scroll, clock, scan, .. } = &mut self.settings;
        scroll.advance(now_ns, &mut self.ram, clock, scan);
    }

    fn take(&mut self, kind: ByteKind, byte: u8, board: &dyn Board) {
        if self.settings.scroll.is_running() {
            self.scroll(board.now_ns());
        }
        match kind {
            ByteKind::Data => self.ram.write(byte),
            ByteKind::Command => {
                if let Some(command) = self.decoder.push(byte) {
                    command.execute(&mut self.settings, &mut self.ram, board.now_ns());
                }
            }
        }
    }
}

impl Part for Ssd1306 {
    fn i2c(&mut self) -> Option<&mut dyn I2cTarget> {
        matches!(self.bus, Bus::I2c { .. }).then_some(self)
    }

    fn spi(&mut self) -> Option<&mut dyn SpiTarget> {
        matches!(self.bus, Bus::Spi { .. }).then_some(self)
    }

    fn power_off(&mut self, _board: &mut dyn Board) {
        self.powered = false;
        self.clear_registers();
    }

    fn power_on(&mut self, board: &mut dyn Board) {
        for net in [self.reset, self.vbatc, self.vddc].into_iter().flatten() {
            board.watch(net);
        }
        self.sample_nets(board);
    }

    fn net_changed(&mut self, _net: Net, _level: Level, board: &mut dyn Board) {
        self.sample_nets(board);
    }

    fn readout(&mut self, readout: &str, _now_ns: u64) -> Option<Value> {
        match readout {
            "on" => Some(self.is_on().into()),
            "contrast" => Some(i64::from(self.contrast()).into()),
            _ => None,
        }
    }

    fn picture(&mut self, now_ns: u64) -> Option<Frame> {
        Some(self.frame(now_ns))
    }
}

impl I2cTarget for Ssd1306 {
    fn addresses(&self) -> Option<RangeInclusive<u8>> {
        match self.bus {
            Bus::I2c { address, .. } => Some(address..=address),
            _ => None,
        }
    }

    fn start(&mut self, address: Address, _direction: Direction, _board: &mut dyn Board) -> Ack {
        let running = self.is_running();
        match &mut self.bus {
            Bus::I2c { address: own, next } if running && address == Address::SevenBit(*own) => {
                *next = Next::Control;
                Ack::Ack
            }
            _ => Ack::Nack,
        }
    }

    // SSD1306 rev 1.1, section 8.1.5.2: write mode for I2C.
    fn write(&mut self, byte: u8, board: &mut dyn Board) -> Ack {
        let running = self.is_running();
        let Bus::I2c { next, .. } = &mut self.bus else { return Ack::Nack };
        if !running {
            return Ack::Nack;
        }
        match *next {
            Next::Control => {
                let kind = if byte & CONTROL_DATA == 0 { ByteKind::Command } else { ByteKind::Data };
                *next = if byte & CONTROL_CONTINUES == 0 { Next::Rest(kind) } else { Next::One(kind) };
            }
            Next::One(kind) => {
                *next = Next::Control;
                self.take(kind, byte, board);
            }
            Next::Rest(kind) => self.take(kind, byte, board),
        }
        Ack::Ack
    }

    fn read(&mut self, _board: &mut dyn Board) -> u8 {
        STATUS_RESERVED | if self.settings.on { 0 } else { STATUS_OFF }
    }

    fn stop(&mut self, _board: &mut dyn Board) {}
}

// SSD1306 rev 1.1, section 8.1.3: SDIN is taken at the rising edges of SCLK, D/C# with the eighth; nothing can be read.
impl SpiTarget for Ssd1306 {
    fn accepts(&self, mode: Mode) -> bool {
        mode == MODE_0 || mode == MODE_3
    }

    fn select(&mut self, _board: &mut dyn Board) {}

    fn transfer(&mut self, mosi: u8, board: &mut dyn Board) -> u8 {
        if let Bus::Spi { dc } = self.bus
            && self.is_running()
        {
            let kind = if board.level(dc) == Level::High { ByteKind::Data } else { ByteKind::Command };
            self.take(kind, mosi, board);
        }
        UNDRIVEN
    }

    fn deselect(&mut self, _board: &mut dyn Board) {}
}
