//! The glass: which pixels there are, and which pins of the controller they are connected to.

use core::error::Error;
use core::fmt;
use core::str::FromStr;

use super::settings::LINES;

/// How the rows of the glass are connected to the COM pins. The command DAh must say the same.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Wiring {
    /// In order: DAh 02h.
    Sequential,
    /// Odd rows on the other half of the pins: DAh 12h.
    Alternative,
}

/// The glass of a module.
///
/// It is mounted as in nearly all modules: with the columns remapped (A1h) and the COM pins scanned backwards (C8h) the picture
/// is upright.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Panel {
    width: u8,
    height: u8,
    first_column: u8,
    wiring: Wiring,
}

// SSD1306 rev 1.1, section 7: 128 segment pins.
const SEGMENTS: u8 = 128;

impl Panel {
    /// 128 x 64 pixels: the usual 0.96 inch module.
    pub const OLED_128X64: Panel = Panel { width: 128, height: 64, first_column: 0, wiring: Wiring::Alternative };
    /// 128 x 32 pixels: the usual 0.91 inch module, and Digilent's PmodOLED.
    pub const OLED_128X32: Panel = Panel { width: 128, height: 32, first_column: 0, wiring: Wiring::Sequential };
    /// 96 x 16 pixels: the usual 0.69 inch module.
    pub const OLED_96X16: Panel = Panel { width: 96, height: 16, first_column: 0, wiring: Wiring::Sequential };
    /// 72 x 40 pixels: the usual 0.42 inch module.
    pub const OLED_72X40: Panel = Panel { width: 72, height: 40, first_column: 28, wiring: Wiring::Alternative };
    /// 64 x 48 pixels: the usual 0.66 inch module.
    pub const OLED_64X48: Panel = Panel { width: 64, height: 48, first_column: 32, wiring: Wiring::Alternative };
    /// 64 x 32 pixels: the usual 0.49 inch module.
    pub const OLED_64X32: Panel = Panel { width: 64, height: 32, first_column: 32, wiring: Wiring::Alternative };

    /// Makes a panel whose leftmost pixels are written in column `first_column` of the memory.
    ///
    /// # Errors
    /// A panel without pixels, or with more columns or rows than the controller can drive.
    pub fn new(width: u8, height: u8, first_column: u8, wiring: Wiring) -> Result<Panel, PanelError> {
        let fits = first_column.checked_add(width).is_some_and(|end| end <= SEGMENTS) && height <= LINES;
        if width == 0 || height == 0 || !fits {
            return Err(PanelError::Size { width, height, first_column });
        }
        Ok(Panel { width, height, first_column, wiring })
    }

    /// Returns the number of pixels in a row.
    #[must_use]
    pub fn width(&self) -> u8 {
        self.width
    }

    /// Returns the number of rows.
    #[must_use]
    pub fn height(&self) -> u8 {
        self.height
    }

    /// Returns the segment of a column of the glass, which counts from the left.
    pub(super) fn segment(&self, x: u8) -> u8 {
        SEGMENTS - 1 - self.first_column - x
    }

    /// Returns the COM pin of a row of the glass, which counts from the top.
    pub(super) fn pin(&self, y: u8) -> u8 {
        let common = self.height - 1 - y;
        match self.wiring {
            Wiring::Sequential => common,
            Wiring::Alternative => common / 2 + (common % 2) * (LINES / 2),
        }
    }
}

impl FromStr for Panel {
    type Err = PanelError;

    /// Returns the usual panel of a size such as `128x64`.
    fn from_str(size: &str) -> Result<Panel, PanelError> {
        match size {
            "128x64" => Ok(Panel::OLED_128X64),
            "128x32" => Ok(Panel::OLED_128X32),
            "96x16" => Ok(Panel::OLED_96X16),
            "72x40" => Ok(Panel::OLED_72X40),
            "64x48" => Ok(Panel::OLED_64X48),
            "64x32" => Ok(Panel::OLED_64X32),
            _ => Err(PanelError::Unknown),
        }
    }
}

/// A panel that there is not.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub enum PanelError {
    /// The controller cannot drive so many pixels there.
    Size {
        /// Pixels in a row.
        width: u8,
        /// Rows.
        height: u8,
        /// Column of the memory for the leftmost pixels.
        first_column: u8,
    },
    /// No usual panel has this size.
    Unknown,
}

impl fmt::Display for PanelError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            PanelError::Size { width, height, first_column } => write!(
                f,
                "{width}x{height} pixels from column {first_column} do not fit the {SEGMENTS}x{LINES} pixels of an SSD1306"
            ),
            PanelError::Unknown => {
                write!(f, "SSD1306 panels have 128x64, 128x32, 96x16, 72x40, 64x48 or 64x32 pixels")
            }
        }
    }
}

impl Error for PanelError {}
