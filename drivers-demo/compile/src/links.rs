//! Cards and networks over SPI, and modems over a serial port.

use wasm_embedded_hal::{Delay, block_on};

use crate::{drivers, i2c, spi, spi_bus, uart};

drivers! {
    "atat" "0.25.0" atat,
    "mcp2515" "0.3.0" mcp2515,
    "mfrc522" "0.8.0" mfrc522,
    "w5500" "0.6.0" w5500,
    "w5500-ll" "0.13.0" w5500_ll,
}

fn atat() -> Option<()> {
    use atat::{AtDigester, AtatCmd, Config, asynch, blocking};
    use {asynch::AtatClient as _, blocking::AtatClient as _};

    /// `AT`, to which a modem says `OK`.
    struct Attention;

    /// Nothing but that.
    struct Nothing;

    impl atat::AtatResp for Nothing {}

    impl AtatCmd for Attention {
        type Response = Nothing;

        fn write(&self, buffer: &mut [u8]) -> usize {
            let text = b"AT\r";
            let len = text.len().min(buffer.len());
            buffer[..len].copy_from_slice(&text[..len]);
            len
        }

        fn parse(&self, _answer: Result<&[u8], atat::InternalError>) -> Result<Nothing, atat::Error> {
            Ok(Nothing)
        }
    }

    let mut buffer = [0; 64];
    blocking::SimpleClient::new(uart()?, AtDigester::<NoUrc>::new(), &mut buffer, Config::new())
        .send(&Attention)
        .ok()?;
    // The same over embedded-io-async. A program that runs it brings a driver for embassy-time.
    let mut client = asynch::SimpleClient::new(uart()?, AtDigester::<NoUrc>::new(), &mut buffer, Config::new());
    block_on(client.send(&Attention)).ok()?;
    Some(())
}

/// A modem that says nothing by itself.
#[derive(Clone)]
struct NoUrc;

impl atat::Parser for NoUrc {
    fn parse(_bytes: &[u8]) -> Result<(&[u8], usize), atat::digest::ParseError> {
        Err(atat::digest::ParseError::NoMatch)
    }
}

fn mcp2515() -> Option<()> {
    let mut can = mcp2515::MCP2515::new(spi()?);
    can.init(&mut Delay::new(), mcp2515::Settings::default()).ok()?;
    can.read_message().ok()?;
    Some(())
}

fn mfrc522() -> Option<()> {
    use mfrc522::Mfrc522;
    use mfrc522::comm::blocking::{i2c::I2cInterface, spi::SpiInterface};

    Mfrc522::new(SpiInterface::new(spi()?)).init().ok()?.reqa().ok()?;
    Mfrc522::new(I2cInterface::new(i2c()?, 0x28)).init().ok()?.reqa().ok()?;
    Some(())
}

fn w5500() -> Option<()> {
    use w5500::bus::{FourWire, ThreeWire};

    let (mac, ip) = (w5500::MacAddress::new(0, 1, 2, 3, 4, 5), core::net::Ipv4Addr::new(192, 0, 2, 1));
    w5500::UninitializedDevice::new(FourWire::new(spi()?)).initialize_manual(mac, ip, w5500::Mode::default()).ok()?;
    w5500::UninitializedDevice::new(ThreeWire::new(spi_bus()?))
        .initialize_manual(mac, ip, w5500::Mode::default())
        .ok()?;
    Some(())
}

fn w5500_ll() -> Option<()> {
    use w5500_ll::Registers;

    w5500_ll::eh1::vdm::W5500::new(spi()?).version().ok()?;
    Some(())
}
