//! Displays of colours.

use embedded_graphics::Drawable as _;
use embedded_graphics::pixelcolor::Rgb565;
use embedded_graphics::prelude::{DrawTarget, Point, Primitive as _, RgbColor as _, Size, WebColors as _};
use embedded_graphics::primitives::{PrimitiveStyle, Rectangle};
use wasm_embedded_hal::{Delay, OutputPin, SpiDevice};

use crate::{Failure, Outcome, uses};

uses! {
    "gc9a01-rs" gc9a01_rs,
    "ili9341" ili9341,
    "mipidsi" mipidsi,
    "st7735-lcd" st7735_lcd,
}

/// Draws a red, a green and a blue square, on orange.
fn draw<D: DrawTarget<Color = Rgb565>>(display: &mut D) -> Outcome {
    let wrong = |_| Failure("the display does not answer".into());
    display.clear(Rgb565::CSS_ORANGE).map_err(wrong)?;
    for (x, colour) in [(0, Rgb565::RED), (10, Rgb565::GREEN), (20, Rgb565::BLUE)] {
        let square = Rectangle::new(Point::new(x, 0), Size::new(10, 10));
        square.into_styled(PrimitiveStyle::with_fill(colour)).draw(display).map_err(wrong)?;
    }
    println!("done");
    Ok(())
}

fn mipidsi() -> Outcome {
    use mipidsi::interface::SpiInterface;
    use mipidsi::models::ST7789;
    use mipidsi::options::ColorInversion;

    let mut buffer = [0; 512];
    let interface = SpiInterface::new(SpiDevice::open("st7789")?, OutputPin::open("TFT-DC")?, &mut buffer);
    let builder = mipidsi::Builder::new(ST7789, interface).invert_colors(ColorInversion::Inverted);
    let mut display = builder.init(&mut Delay::new()).map_err(|_| "the display does not answer")?;
    draw(&mut display)
}

fn ili9341() -> Outcome {
    use display_interface_spi::SPIInterface;
    use ili9341::{DisplaySize240x320, Ili9341, Orientation};

    let interface = SPIInterface::new(SpiDevice::open("ili9341")?, OutputPin::open("TFT-DC")?);
    let reset = OutputPin::open("TFT-RESET")?;
    let display = Ili9341::new(interface, reset, &mut Delay::new(), Orientation::Portrait, DisplaySize240x320);
    draw(&mut display.map_err(|_| "the display does not answer")?)
}

fn st7735_lcd() -> Outcome {
    let wrong = |()| "the display does not answer";
    let (device, dc, reset) = (SpiDevice::open("st7735")?, OutputPin::open("TFT-DC")?, OutputPin::open("TFT-RESET")?);
    let mut display = st7735_lcd::ST7735::new(device, dc, reset, true, false, 128, 160);
    display.init(&mut Delay::new()).map_err(wrong)?;
    draw(&mut display)
}

fn gc9a01_rs() -> Outcome {
    use gc9a01::prelude::{DisplayConfiguration as _, DisplayResolution240x240, DisplayRotation};
    use gc9a01::{Gc9a01, SPIDisplayInterface};

    let wrong = |_| Failure("the display does not answer".into());
    let interface = SPIDisplayInterface::new(SpiDevice::open("gc9a01")?, OutputPin::open("TFT-DC")?);
    let display = Gc9a01::new(interface, DisplayResolution240x240, DisplayRotation::Rotate0);
    let mut display = display.into_buffered_graphics();
    display.reset(&mut OutputPin::open("TFT-RESET")?, &mut Delay::new()).map_err(|_| "no reset")?;
    display.init(&mut Delay::new()).map_err(wrong)?;
    draw(&mut display)?;
    display.flush().map_err(wrong)
}
