//! Displays of colours over SPI that take the commands of MIPI DCS: ST7789, ST7735, ILI9341 and GC9A01.
//!
//! Section numbers are those of the data sheet: Sitronix ST7789V, version 1.6 (September 2017). The commands that are simulated are the
//! same in Sitronix ST7735R (version 0.2), ILI Technology ILI9341 (version 1.11) and GalaxyCore GC9A01A (version 1.0).

use alloc::boxed::Box;
use alloc::vec;
use alloc::vec::Vec;

use embedded_hal::spi::{MODE_0, MODE_3, Mode};

use super::miso::UNDRIVEN;
use crate::model::{
    BuildError, Bus, Buses, Model, PictureInfo, Pin, Preset, Readout, Role, Setting, Settings, Setup, Value, ValueKind,
};
use crate::net::{Level, Net};
use crate::part::{Board, Part};
use crate::picture::Frame;
use crate::spi::SpiTarget;

/// The display as a policy has it.
pub const MODEL: Model = Model {
    data_sheet: "Sitronix ST7789V, version 1.6; Sitronix ST7735R; ILI Technology ILI9341; GalaxyCore GC9A01A",
    omits: "Nothing can be read. Commands for voltages, gamma, timing, scrolling and partial display are taken with their arguments and \
            change nothing; the order of red and blue and the colours' inversion are as the glass of most modules has them. Waking up \
            takes no time. Pixels have 16 or 18 bits.",
    pins: &[
        Pin::required("dc", Role::Input, "the net of its D/CX pin: high for data").on(Bus::Spi),
        Pin::optional("reset", Role::Input, "RESX: low resets it"),
        Pin::optional("backlight", Role::Input, "high lights it; left open it is lit"),
    ],
    settings: &[Setting::new(
        "variant",
        ValueKind::Choice(&["st7789", "st7789-240x240", "ili9341", "st7735", "gc9a01"]),
        Preset::Text("st7789"),
        "the controller with its glass: 240x320, 240x240, 240x320, 128x160, and 240x240",
    )],
    readouts: &[Readout::new("on", ValueKind::Switch, "whether it is awake and switched on")],
    pictures: &[PictureInfo { size, colours: "65,536, or 262,144" }],
    ..Model::new("tft", "a display of colours", Buses::SPI, build)
};

fn size(settings: &Settings) -> (usize, usize) {
    match settings.text("variant") {
        Some("st7735") => (128, 160),
        Some("gc9a01" | "st7789-240x240") => (240, 240),
        _ => (240, 320),
    }
}

fn build(setup: &Setup<'_>) -> Result<Box<dyn Part>, BuildError> {
    let variant = setup.text("variant")?;
    let tft = Tft::new(setup.wire("dc")?, size(setup.settings()), variant.starts_with("st7789") || variant == "gc9a01");
    // On the glass of modules with an ILI9341 the columns run the other way.
    let mirrored = variant == "ili9341";
    Ok(Box::new(Tft { reset: setup.net("reset"), backlight: setup.net("backlight"), mirrored, ..tft }))
}

// Section 9.1: the commands.
const SOFTWARE_RESET: u8 = 0x01;
const SLEEP_IN: u8 = 0x10;
const SLEEP_OUT: u8 = 0x11;
const INVERSION_OFF: u8 = 0x20;
const INVERSION_ON: u8 = 0x21;
const DISPLAY_OFF: u8 = 0x28;
const DISPLAY_ON: u8 = 0x29;
const COLUMNS: u8 = 0x2a;
const ROWS: u8 = 0x2b;
const MEMORY: u8 = 0x2c;
const ACCESS: u8 = 0x36;
const PIXEL_FORMAT: u8 = 0x3a;
const MEMORY_ON: u8 = 0x3c;
// Section 9.1.28: rows from the bottom, columns from the right, and rows and columns exchanged.
const FLIP_ROWS: u8 = 0x80;
const FLIP_COLUMNS: u8 = 0x40;
const EXCHANGE: u8 = 0x20;

struct Tft {
    dc: Net,
    reset: Option<Net>,
    backlight: Option<Net>,
    width: usize,
    height: usize,
    /// Whether the glass shows its colours with inversion on: that of most modules with an ST7789 or GC9A01.
    inverts: bool,
    /// Whether the first column is the one on the right.
    mirrored: bool,
    memory: Vec<[u8; 3]>,
    awake: bool,
    on: bool,
    inverted: bool,
    access: u8,
    /// Bytes of a pixel.
    pixel_bytes: usize,
    columns: [u16; 2],
    rows: [u16; 2],
    /// Where the next pixel goes.
    at: [u16; 2],
    command: u8,
    arguments: Vec<u8>,
    backlit: bool,
    held: bool,
}

impl Tft {
    fn new(dc: Net, (width, height): (usize, usize), inverts: bool) -> Tft {
        let last = |pixels: usize| u16::try_from(pixels - 1).unwrap_or(0);
        Tft {
            dc,
            reset: None,
            backlight: None,
            width,
            height,
            inverts,
            mirrored: false,
            memory: vec![[0; 3]; width * height],
            awake: false,
            on: false,
            inverted: false,
            access: 0,
            pixel_bytes: 3,
            columns: [0, last(width)],
            rows: [0, last(height)],
            at: [0; 2],
            command: 0,
            arguments: Vec::new(),
            backlit: true,
            held: false,
        }
    }

    /// Section 8.21, "reset table": the memory keeps its contents.
    fn clear_registers(&mut self) {
        let fresh = Tft::new(self.dc, (self.width, self.height), self.inverts);
        let memory = core::mem::take(&mut self.memory);
        let (backlit, held, mirrored) = (self.backlit, self.held, self.mirrored);
        *self = Tft { memory, reset: self.reset, backlight: self.backlight, backlit, held, mirrored, ..fresh };
    }

    fn begin(&mut self, command: u8) {
        self.command = command;
        self.arguments.clear();
        match command {
            SOFTWARE_RESET => self.clear_registers(),
            SLEEP_IN => self.awake = false,
            SLEEP_OUT => self.awake = true,
            INVERSION_OFF => self.inverted = false,
            INVERSION_ON => self.inverted = true,
            DISPLAY_OFF => self.on = false,
            DISPLAY_ON => self.on = true,
            MEMORY => self.at = [self.columns[0], self.rows[0]],
            _ => {}
        }
    }

    fn data(&mut self, byte: u8) {
        match self.command {
            COLUMNS | ROWS => {
                self.arguments.push(byte);
                if let [a, b, c, d] = *self.arguments.as_slice() {
                    let window = [u16::from_be_bytes([a, b]), u16::from_be_bytes([c, d])];
                    if self.command == COLUMNS { self.columns = window } else { self.rows = window }
                }
            }
            ACCESS => self.access = byte,
            // Section 9.1.32: the lower three bits: 5 is 16 bits a pixel, 6 is 18.
            PIXEL_FORMAT => self.pixel_bytes = if byte & 7 == 5 { 2 } else { 3 },
            MEMORY | MEMORY_ON => {
                self.arguments.push(byte);
                if self.arguments.len() == self.pixel_bytes {
                    let colour = match *self.arguments.as_slice() {
                        [upper, lower] => from_565(u16::from_be_bytes([upper, lower])),
                        [red, green, blue] => [red, green, blue].map(|colour| colour & 0xfc | colour >> 6),
                        _ => [0; 3],
                    };
                    self.arguments.clear();
                    self.put(colour);
                }
            }
            _ => {}
        }
    }

    /// Section 8.12: the window is filled row by row; after its end comes its beginning.
    fn put(&mut self, colour: [u8; 3]) {
        let [column, row] = self.at.map(usize::from);
        let (x, y) = if self.access & EXCHANGE == 0 { (column, row) } else { (row, column) };
        let flip = |at: usize, size: usize, flips: bool| if flips { (size - 1).checked_sub(at) } else { Some(at) };
        let x = flip(x, self.width, (self.access & FLIP_COLUMNS != 0) != self.mirrored);
        let y = flip(y, self.height, self.access & FLIP_ROWS != 0);
        if let (Some(x), Some(y)) = (x, y)
            && x < self.width
            && let Some(pixel) = self.memory.get_mut(y * self.width + x)
        {
            *pixel = colour;
        }
        self.at[0] = self.at[0].wrapping_add(1);
        if self.at[0] > self.columns[1] {
            let next = self.at[1].wrapping_add(1);
            self.at = [self.columns[0], if next > self.rows[1] { self.rows[0] } else { next }];
        }
    }

    fn is_on(&self) -> bool {
        self.awake && self.on && self.backlit && !self.held
    }

    fn sample_nets(&mut self, board: &dyn Board) {
        self.held = self.reset.is_some_and(|net| board.level(net) == Level::Low);
        self.backlit = self.backlight.is_none_or(|net| board.level(net) == Level::High);
        if self.held {
            self.clear_registers();
        }
    }
}

/// Section 8.8.42: five bits of red, six of green, five of blue; the highest ones fill the rest.
fn from_565(pixel: u16) -> [u8; 3] {
    let bits = |shift: u32, mask: u16| u8::try_from(pixel >> shift & mask).unwrap_or(0);
    let (red, green, blue) = (bits(11, 0x1f), bits(5, 0x3f), bits(0, 0x1f));
    [red << 3 | red >> 2, green << 2 | green >> 4, blue << 3 | blue >> 2]
}

impl Part for Tft {
    fn spi(&mut self) -> Option<&mut dyn SpiTarget> {
        Some(self)
    }

    fn power_on(&mut self, board: &mut dyn Board) {
        for net in [self.reset, self.backlight].into_iter().flatten() {
            board.watch(net);
        }
        self.sample_nets(board);
    }

    fn power_off(&mut self, _board: &mut dyn Board) {
        self.clear_registers();
        self.memory.fill([0; 3]);
    }

    fn net_changed(&mut self, _net: Net, _level: Level, board: &mut dyn Board) {
        self.sample_nets(board);
    }

    fn readout(&mut self, readout: &str, _now_ns: u64) -> Option<Value> {
        (readout == "on").then(|| self.is_on().into())
    }

    fn picture(&mut self, _now_ns: u64) -> Option<Frame> {
        let (on, inverts) = (self.is_on(), self.inverted != self.inverts);
        let shown = |colour: &[u8; 3]| match (on, inverts) {
            (false, _) => [0; 3],
            (true, false) => *colour,
            (true, true) => colour.map(|colour| !colour),
        };
        Some(Frame::coloured(self.width, self.memory.iter().map(shown).collect()))
    }
}

impl SpiTarget for Tft {
    fn accepts(&self, mode: Mode) -> bool {
        mode == MODE_0 || mode == MODE_3
    }

    fn select(&mut self, _board: &mut dyn Board) {}

    // Section 8.4.2: D/CX is taken with the eighth bit.
    fn transfer(&mut self, mosi: u8, board: &mut dyn Board) -> u8 {
        if !self.held {
            match board.level(self.dc) {
                Level::Low => self.begin(mosi),
                Level::High => self.data(mosi),
            }
        }
        UNDRIVEN
    }

    fn deselect(&mut self, _board: &mut dyn Board) {}
}

#[cfg(test)]
mod tests {
    use super::Tft;
    use crate::net::Drive;
    use crate::part::Part as _;
    use crate::parts::test_board::TestBoard;

    fn send(part: &mut Tft, board: &mut TestBoard, command: u8, data: &[u8]) {
        board.set(part, TestBoard::net(1), Drive::Low);
        board.spi(part, &[command]);
        board.set(part, TestBoard::net(1), Drive::High);
        board.spi(part, data);
    }

    #[test]
    fn pixels_fill_the_window_in_the_order_that_is_set() {
        let mut part = Tft::new(TestBoard::net(1), (4, 3), false);
        let mut board = TestBoard::with(&mut part);
        for (command, data) in
            [(0x11, &[][..]), (0x29, &[]), (0x3a, &[0x55]), (0x2a, &[0, 1, 0, 2]), (0x2b, &[0, 0, 0, 1])]
        {
            send(&mut part, &mut board, command, data);
        }
        // Red, green, blue, white, and red's place again.
        send(&mut part, &mut board, 0x2c, &[0xf8, 0, 0x07, 0xe0, 0, 0x1f, 0xff, 0xff, 0x84, 0x10]);
        let frame = part.picture(0).expect("a picture");
        let colours = [(1, 0), (2, 0), (1, 1), (2, 1), (0, 0)].map(|(x, y)| frame.colour(x, y));
        assert_eq!(
            colours,
            [Some([0x84, 0x82, 0x84]), Some([0, 255, 0]), Some([0, 0, 255]), Some([255; 3]), Some([0; 3])]
        );
        // Columns from the right, exchanged with rows.
        send(&mut part, &mut board, 0x36, &[0x60]);
        send(&mut part, &mut board, 0x2a, &[0, 0, 0, 2]);
        send(&mut part, &mut board, 0x2b, &[0, 0, 0, 3]);
        send(&mut part, &mut board, 0x2c, &[0xf8, 0, 0x07, 0xe0]);
        let frame = part.picture(0).expect("a picture");
        assert_eq!([(3, 0), (3, 1)].map(|(x, y)| frame.colour(x, y)), [Some([255, 0, 0]), Some([0, 255, 0])]);
        send(&mut part, &mut board, 0x21, &[]);
        assert_eq!(part.picture(0).and_then(|frame| frame.colour(3, 0)), Some([0, 255, 255]), "inverted");
        send(&mut part, &mut board, 0x10, &[]);
        assert_eq!(part.picture(0).map(|frame| frame.lit()), Some(0), "asleep");
    }
}
