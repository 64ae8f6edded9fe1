//! Strips of lights, over an SPI bus without chip select.

use smart_leds_trait::{RGB8, SmartLedsWrite};

use crate::{drivers, spi_bus};

drivers! {
    "apa102-spi" "0.4.0" apa102_spi,
    "ws2812-spi" "0.5.1" ws2812_spi,
}

fn apa102_spi() -> Option<()> {
    apa102_spi::Apa102::new(spi_bus()?).write([RGB8::new(1, 2, 3)]).ok()?;
    Some(())
}

fn ws2812_spi() -> Option<()> {
    ws2812_spi::Ws2812::new(spi_bus()?).write([RGB8::new(1, 2, 3)]).ok()?;
    Some(())
}
