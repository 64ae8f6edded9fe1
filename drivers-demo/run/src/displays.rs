//! Displays and lights.

use embedded_hal::delay::DelayNs as _;
use embedded_hal_compat::eh0_2::blocking::delay::{DelayMs, DelayUs};
use max7219::{DecodeMode, MAX7219};
use smart_leds_trait::{RGB8, SmartLedsWrite as _};
use wasm_embedded_hal::{Delay, IoPin, OutputPin, SpiBus, SpiDevice};

use crate::{Failure, Outcome, i2c, uses};

uses! {
    "apa102-spi" apa102_spi,
    "hd44780-driver" hd44780_driver,
    "i2c-character-display" i2c_character_display,
    "lcd-lcm1602-i2c" lcd_lcm1602_i2c,
    "lcd_parallel_bus" lcd_parallel_bus,
    "max7219" max7219,
    "tm1637-embedded-hal" tm1637,
    "ws2812-spi" ws2812_spi,
}

const COLOURS: [RGB8; 3] = [RGB8::new(255, 0, 0), RGB8::new(0, 128, 0), RGB8::new(1, 2, 3)];

fn apa102_spi() -> Outcome {
    apa102_spi::Apa102::new(SpiBus::open("dotstar")?).write(COLOURS)?;
    println!("done");
    Ok(())
}

fn ws2812_spi() -> Outcome {
    ws2812_spi::Ws2812::new(SpiBus::open("neopixel")?).write(COLOURS)?;
    // 50 us of silence end a frame.
    Delay::new().delay_ms(1);
    println!("done");
    Ok(())
}

fn i2c_character_display() -> Outcome {
    use i2c_character_display::{CharacterDisplayPCF8574T, LcdDisplayType};

    let wrong = |_| Failure("the display does not answer".into());
    let mut display = CharacterDisplayPCF8574T::new(i2c("lcd")?, LcdDisplayType::Lcd20x4, Delay::new());
    display.init().map_err(wrong)?;
    display.backlight(true).map_err(wrong)?;
    display.print("22.5 C").map_err(wrong)?;
    display.set_cursor(3, 2).map_err(wrong)?;
    display.print("third row").map_err(wrong)?;
    println!("done");
    Ok(())
}

/// The delay of embedded-hal 0.2 with all the widths that hd44780-driver asks for: embedded-hal-compat lacks that of a byte.
struct OldDelay(Delay);

impl DelayMs<u8> for OldDelay {
    fn delay_ms(&mut self, ms: u8) {
        embedded_hal::delay::DelayNs::delay_ms(&mut self.0, ms.into());
    }
}

impl DelayUs<u16> for OldDelay {
    fn delay_us(&mut self, us: u16) {
        embedded_hal::delay::DelayNs::delay_us(&mut self.0, us.into());
    }
}

/// A driver for embedded-hal 0.2, through embedded-hal-compat.
fn hd44780_driver() -> Outcome {
    use embedded_hal_compat::ReverseCompat as _;

    let wrong = |_| Failure("the display does not answer".into());
    let mut delay = OldDelay(Delay::new());
    let mut display = hd44780_driver::HD44780::new_i2c(i2c("lcd")?.reverse(), 0x27, &mut delay).map_err(wrong)?;
    display.reset(&mut delay).map_err(wrong)?;
    display.clear(&mut delay).map_err(wrong)?;
    display.write_str("hd44780", &mut delay).map_err(wrong)?;
    display.set_cursor_pos(0x40, &mut delay).map_err(wrong)?;
    display.write_str("second row", &mut delay).map_err(wrong)?;
    println!("done");
    Ok(())
}

fn lcd_lcm1602_i2c() -> Outcome {
    use lcd_lcm1602_i2c::Backlight;
    use lcd_lcm1602_i2c::sync_lcd::Lcd;

    let (mut bus, mut delay) = (i2c("lcd")?, Delay::new());
    let mut display = Lcd::new(&mut bus, &mut delay).with_address(0x27).with_rows(4).init()?;
    display.backlight(Backlight::On)?;
    display.clear()?;
    display.write_str("lcm1602")?;
    display.set_cursor(1, 2)?;
    display.write_str("second row")?;
    println!("done");
    Ok(())
}

fn lcd_parallel_bus() -> Outcome {
    use lcd_parallel_bus::blocking::{Lcd, ParallelBus4SingleChip};
    use lcd_parallel_bus::{Chip, ChipConfig, Config, Layout};

    let wrong = |_| Failure("the display does not answer".into());
    let line = |label: &str| IoPin::open(label);
    let (rs, rw, e) = (OutputPin::open("LCD-RS")?, OutputPin::open("LCD-RW")?, OutputPin::open("LCD-E")?);
    let bus =
        ParallelBus4SingleChip::new(rs, rw, e, line("LCD-D4")?, line("LCD-D5")?, line("LCD-D6")?, line("LCD-D7")?);
    let layout = Layout::TwoLine([(Chip::One, [0, 15]), (Chip::One, [64, 79])]);
    let mut display =
        Lcd::new(bus, layout, Config::SingleChip([ChipConfig::default()])).map_err(|_| "no such layout")?;
    display.init(&mut Delay::new(), Chip::One).map_err(wrong)?;
    display.display_on(&mut Delay::new(), Chip::One).map_err(wrong)?;
    display.print(&mut Delay::new(), 0, 0, "parallel").map_err(wrong)?;
    println!("done");
    Ok(())
}

fn max7219() -> Outcome {
    let wrong = |_| Failure("the MAX7219 does not answer".into());
    let mut display = MAX7219::from_spi(1, SpiDevice::open("digits")?).map_err(wrong)?;
    display.power_on().map_err(wrong)?;
    display.set_decode_mode(0, DecodeMode::NoDecode).map_err(wrong)?;
    display.set_intensity(0, 7).map_err(wrong)?;
    display.write_integer(0, -273).map_err(wrong)?;
    println!("done");
    Ok(())
}

fn tm1637() -> Outcome {
    use tm1637_embedded_hal::{Brightness, TM1637Builder};

    let wrong = |_| Failure("the TM1637 does not answer".into());
    let (clock, data) = (IoPin::open("TM-CLK")?, IoPin::open("TM-DIO")?);
    let builder = TM1637Builder::new(clock, data, Delay::new()).brightness(Brightness::L5);
    let mut display = builder.build_blocking::<4>();
    display.init().map_err(wrong)?;
    display.display(0, [0x06, 0xdb, 0x4f, 0x66].into_iter()).map_err(wrong)?;
    println!("done");
    Ok(())
}
