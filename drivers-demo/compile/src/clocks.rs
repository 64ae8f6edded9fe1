//! Real-time clocks.

use crate::{drivers, i2c, spi};

drivers! {
    "ds1307" "0.6.0" ds1307,
    "ds323x" "0.7.0" ds323x,
    "mcp794xx" "0.4.0" mcp794xx,
    "pcf8563" "0.2.1" pcf8563,
}

fn ds1307() -> Option<()> {
    use ds1307::DateTimeAccess;

    ds1307::Ds1307::new(i2c()?).datetime().ok()?;
    Some(())
}

fn ds323x() -> Option<()> {
    use ds323x::DateTimeAccess;

    ds323x::Ds323x::new_ds3231(i2c()?).datetime().ok()?;
    ds323x::Ds323x::new_ds3234(spi()?).datetime().ok()?;
    Some(())
}

fn mcp794xx() -> Option<()> {
    use mcp794xx::DateTimeAccess;

    mcp794xx::Mcp794xx::new_mcp7940n(i2c()?).datetime().ok()?;
    Some(())
}

fn pcf8563() -> Option<()> {
    pcf8563::PCF8563::new(i2c()?).get_datetime().ok()?;
    Some(())
}
