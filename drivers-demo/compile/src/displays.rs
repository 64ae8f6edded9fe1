//! Displays.

use embedded_graphics::pixelcolor::{BinaryColor, Rgb565};
use embedded_graphics::prelude::{DrawTarget, RgbColor};
use wasm_embedded_hal::Delay;

use crate::{drivers, i2c, input, io, output, spi};

drivers! {
    "epd-waveshare" "0.6.0" epd_waveshare,
    "gc9a01-rs" "0.4.2" gc9a01_rs,
    "i2c-character-display" "0.6.0" i2c_character_display,
    "ili9341" "0.6.0" ili9341,
    "lcd_parallel_bus" "0.1.0" lcd_parallel_bus,
    "max7219" "0.5.0" max7219,
    "mipidsi" "0.10.0" mipidsi,
    "ssd1306" "0.10.0" ssd1306,
    "st7735-lcd" "0.10.0" st7735_lcd,
    "tm1637-embedded-hal" "0.5.2" tm1637_embedded_hal,
}

fn epd_waveshare() -> Option<()> {
    use epd_waveshare::epd1in54::{Display1in54, Epd1in54};
    use epd_waveshare::prelude::WaveshareDisplay;

    let (mut bus, mut delay) = (spi()?, Delay::new());
    let mut paper = Epd1in54::new(&mut bus, input()?, output()?, output()?, &mut delay, None).ok()?;
    let display = Display1in54::default();
    paper.update_and_display_frame(&mut bus, display.buffer(), &mut delay).ok()?;
    Some(())
}

fn gc9a01_rs() -> Option<()> {
    use gc9a01::prelude::{DisplayConfiguration, DisplayResolution240x240, DisplayRotation};
    use gc9a01::{Gc9a01, SPIDisplayInterface};

    let interface = SPIDisplayInterface::new(spi()?, output()?);
    let mut display = Gc9a01::new(interface, DisplayResolution240x240, DisplayRotation::Rotate0);
    display.reset(&mut output()?, &mut Delay::new()).ok()?;
    display.init(&mut Delay::new()).ok()?;
    Some(())
}

fn i2c_character_display() -> Option<()> {
    use i2c_character_display::{CharacterDisplayPCF8574T, LcdDisplayType};

    let mut display = CharacterDisplayPCF8574T::new(i2c()?, LcdDisplayType::Lcd16x2, Delay::new());
    display.init().ok()?;
    display.print("text").ok()?;
    Some(())
}

fn ili9341() -> Option<()> {
    use display_interface_spi::SPIInterface;
    use ili9341::{DisplaySize240x320, Ili9341, Orientation};

    let interface = SPIInterface::new(spi()?, output()?);
    let (orientation, size) = (Orientation::Portrait, DisplaySize240x320);
    let mut display = Ili9341::new(interface, output()?, &mut Delay::new(), orientation, size).ok()?;
    display.clear(Rgb565::BLACK).ok()?;
    Some(())
}

fn lcd_parallel_bus() -> Option<()> {
    use lcd_parallel_bus::blocking::{Lcd, ParallelBus4SingleChip};
    use lcd_parallel_bus::{Chip, ChipConfig, Config, Layout};

    let bus = ParallelBus4SingleChip::new(output()?, output()?, output()?, io()?, io()?, io()?, io()?);
    let layout = Layout::TwoLine([(Chip::One, [0, 15]), (Chip::One, [64, 79])]);
    let mut display = Lcd::new(bus, layout, Config::SingleChip([ChipConfig::default()])).ok()?;
    display.init(&mut Delay::new(), Chip::One).ok()?;
    Some(())
}

fn max7219() -> Option<()> {
    max7219::MAX7219::from_spi(1, spi()?).ok()?.write_integer(0, 42).ok()?;
    max7219::MAX7219::from_pins(1, output()?, output()?, output()?).ok()?.power_on().ok()?;
    Some(())
}

fn mipidsi() -> Option<()> {
    use mipidsi::interface::SpiInterface;
    use mipidsi::models::ST7789;

    let mut buffer = [0; 512];
    let interface = SpiInterface::new(spi()?, output()?, &mut buffer);
    let builder = mipidsi::Builder::new(ST7789, interface).reset_pin(output()?);
    builder.init(&mut Delay::new()).ok()?.clear(Rgb565::BLACK).ok()?;
    Some(())
}

fn ssd1306() -> Option<()> {
    use ssd1306::mode::DisplayConfig;
    use ssd1306::prelude::{DisplayRotation, DisplaySize128x64, SPIInterface};
    use ssd1306::{I2CDisplayInterface, Ssd1306};

    let interface = I2CDisplayInterface::new(i2c()?);
    let mut display =
        Ssd1306::new(interface, DisplaySize128x64, DisplayRotation::Rotate0).into_buffered_graphics_mode();
    display.init().ok()?;
    display.clear(BinaryColor::Off).ok()?;
    display.flush().ok()?;
    let interface = SPIInterface::new(spi()?, output()?);
    let mut display = Ssd1306::new(interface, DisplaySize128x64, DisplayRotation::Rotate0).into_terminal_mode();
    display.reset(&mut output()?, &mut Delay::new()).ok()?;
    display.init().ok()?;
    Some(())
}

fn st7735_lcd() -> Option<()> {
    let mut display = st7735_lcd::ST7735::new(spi()?, output()?, output()?, true, false, 160, 128);
    display.init(&mut Delay::new()).ok()?;
    display.clear(Rgb565::BLACK).ok()?;
    Some(())
}

fn tm1637_embedded_hal() -> Option<()> {
    let mut display = tm1637_embedded_hal::TM1637Builder::new(output()?, output()?, Delay::new()).build_blocking::<4>();
    display.init().ok()?;
    Some(())
}
