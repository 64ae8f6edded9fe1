//! Reads one position from a u-blox receiver with ublox 0.10.0, a parser without a hal, over our serial port.
//!
//! Wiring: label `gps`, a serial port that the guest may only listen to, with a receiver that sends UBX-NAV-POSLLH.
//!
//! ```text
//! $ cargo run --bin position -- --policy policies/position.toml
//! 47.2851 °N, 8.5652 °E, 451 m
//! ```

use std::error::Error;

use embedded_io::Read;
use ublox::nav_pos_llh::NavPosLlhRef;
use ublox::{Parser, UbxPacket, proto23::PacketRef};
use wasm_embedded_hal::Uart;

fn main() -> Result<(), Box<dyn Error>> {
    let mut port = Uart::open("gps")?;
    let mut parser = Parser::default();
    loop {
        let mut buffer = [0; 32];
        let count = port.read(&mut buffer)?;
        if count == 0 {
            return Err("the receiver is gone".into());
        }
        let mut packets = parser.consume_ubx(&buffer[..count]);
        while let Some(Ok(UbxPacket::Proto23(packet))) = packets.next() {
            if let PacketRef::NavPosLlh(position) = packet {
                show(&position);
                return Ok(());
            }
        }
    }
}

fn show(position: &NavPosLlhRef<'_>) {
    let (north, east, height) = (position.lat_degrees(), position.lon_degrees(), position.height_msl());
    println!("{north:.4} °N, {east:.4} °E, {height:.0} m");
}
