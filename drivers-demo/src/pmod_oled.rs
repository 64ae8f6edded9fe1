//! An SSD1306 over SPI whose two supplies are switched by pins, as on Digilent's PmodOLED.
//!
//! The glass is one of 128 by 64 dots; that of the PmodOLED itself has 32 rows, and takes `DisplaySize128x32`.

use core::{error, fmt};

use display_interface::DisplayError;
use embedded_hal::delay::DelayNs;
use embedded_hal::digital::OutputPin;
use embedded_hal::spi::SpiDevice;
use ssd1306::Ssd1306;
use ssd1306::mode::DisplayConfig;
use ssd1306::prelude::{DisplayRotation, DisplaySize128x64, SPIInterface};

use crate::weather::Screen;

/// How long the controller's supply takes to be stable.
const LOGIC_SUPPLY_MS: u32 = 1;
/// How long the panel's supply takes to be stable.
const PANEL_SUPPLY_MS: u32 = 100;

/// The pins of the module beside the bus and D/C#. They are lent, since a pin that is given back may lose its level.
#[derive(Debug)]
pub struct Pins<P> {
    /// RES#: low resets the controller.
    pub res: P,
    /// VBATC: low supplies the panel.
    pub vbatc: P,
    /// VDDC: low supplies the controller.
    pub vddc: P,
}

/// Why the display could not be switched on; `P` is the error of its pins.
#[derive(Debug)]
pub enum Error<P> {
    /// A pin failed.
    Pin(P),
    /// The display failed.
    Screen(DisplayError),
}

/// Switches the display on: the controller's supply, a reset, its settings, then the panel's supply.
///
/// # Errors
///
/// Fails if a pin or the display does.
pub fn power_up<S: SpiDevice, P: OutputPin>(
    bus: S,
    dc: P,
    pins: &mut Pins<P>,
    mut delay: impl DelayNs,
) -> Result<Screen<SPIInterface<S, P>>, Error<P::Error>> {
    pins.vddc.set_low().map_err(Error::Pin)?;
    delay.delay_ms(LOGIC_SUPPLY_MS);
    let interface = SPIInterface::new(bus, dc);
    let mut screen = Ssd1306::new(interface, DisplaySize128x64, DisplayRotation::Rotate0).into_buffered_graphics_mode();
    screen.reset(&mut pins.res, &mut delay).map_err(|_| Error::Screen(DisplayError::RSError))?;
    screen.init().map_err(Error::Screen)?;
    screen.set_display_on(false).map_err(Error::Screen)?;
    pins.vbatc.set_low().map_err(Error::Pin)?;
    delay.delay_ms(PANEL_SUPPLY_MS);
    screen.set_display_on(true).map_err(Error::Screen)?;
    Ok(screen)
}

impl<P: fmt::Display> fmt::Display for Error<P> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Error::Pin(error) => write!(f, "a pin of the display: {error}"),
            Error::Screen(_) => f.write_str("the display cannot be written to"),
        }
    }
}

impl<P: fmt::Debug + fmt::Display> error::Error for Error<P> {}
