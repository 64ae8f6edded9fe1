//! What a weather station's loop costs on a board with 45 parts, against one with the two that it uses: `cargo run --example many_parts`.
//!
//! Both boards are driven in turns in one run, so that whatever else the machine does slows both. The ratio is that of the fastest turns.

use std::collections::BTreeSet;
use std::error::Error;
use std::fmt::Write as _;
use std::time::{Duration, Instant};

use embedded_hal::i2c::I2c as _;
use wasm_embedded_board::Board;
use wasm_embedded_board::policy::Policy;
use wasm_embedded_board::sim::model::{Bus, Catalog, Model, Preset};

/// The parts of the larger board.
const PARTS: usize = 45;
/// How often the boards take turns, and how many readings a turn has.
const TURNS: usize = 40;
const READINGS: usize = 200;

/// The BME280 and the display of the weather station.
const SENSOR: u8 = 0x76;
const SCREEN: u8 = 0x3c;

const STATION: &str = "[i2c.station]\nsim = 'board'\nfrequency = 400_000\nallow = ['0x08-0x77']\n\
     [[part]]\nmodel = 'bme280'\ni2c = 'board'\ntemperature = 21.5\n[[part]]\nmodel = 'ssd1306'\ni2c = 'board'\n";

/// Returns whether a model can stand on the bus without another word.
fn is_plain(model: &Model) -> bool {
    let needs = model.settings.iter().any(|setting| matches!(setting.preset, Preset::Required | Preset::OneOf(_)));
    let pins = model.pins.iter().any(|pin| pin.required && pin.is_on(Some(Bus::I2c)));
    !needs && !pins && model.name != "scripted"
}

/// Returns the policy of a board with so many parts: those of the station, and others at the addresses that are left.
fn policy(parts: usize) -> String {
    let mut text = STATION.to_owned();
    let mut taken = BTreeSet::from([SENSOR, SCREEN]);
    let mut count = taken.len();
    let catalog = Catalog::new();
    let models: Vec<_> = catalog.iter().filter(|model| is_plain(model)).collect();
    // One of each model first.
    for round in 0_u8..64 {
        for model in &models {
            let Some(addresses) = model.buses.i2c else { continue };
            let address = addresses.first.saturating_add(round);
            if count < parts && address <= addresses.last && taken.insert(address) {
                count += 1;
                // Writing to a string cannot fail.
                let _ = writeln!(
                    text,
                    "[[part]]\nmodel = '{}'\nname = 'part{count}'\ni2c = 'board'\naddress = {address}",
                    model.name
                );
            }
        }
    }
    text
}

/// Measures, reads and draws, as the driver crates do; returns how long the readings took.
fn turn(board: &mut Board) -> Result<Duration, Box<dyn Error>> {
    let started = Instant::now();
    let mut frame = [0; 1025];
    frame[0] = 0x40;
    for reading in 0..READINGS {
        let mut bus = board.labels().i2c("station")?;
        bus.write(SENSOR, &[0xf2, 0x01])?;
        bus.write(SENSOR, &[0xf4, 0x25])?;
        board.sim().advance_ns(12_000_000);
        let mut bus = board.labels().i2c("station")?;
        let mut raw = [0; 8];
        bus.write_read(SENSOR, &[0xf7], &mut raw)?;
        if raw[3] == 0x80 {
            return Err("the sensor did not measure".into());
        }
        frame[1 + reading % 1024] ^= raw[3];
        bus.write(SCREEN, &frame)?;
    }
    Ok(started.elapsed())
}

fn main() -> Result<(), Box<dyn Error>> {
    let mut boards = Vec::new();
    for parts in [2, PARTS] {
        let policy = Policy::parse("board.toml", &policy(parts))?;
        if policy.devices.len() != parts {
            return Err(format!("the board has {} parts, not {parts}", policy.devices.len()).into());
        }
        boards.push((Board::new(&policy)?, Duration::MAX));
    }
    for _ in 0..TURNS {
        for (board, fastest) in &mut boards {
            *fastest = turn(board)?.min(*fastest);
        }
    }
    let [(_, few), (_, many)] = &boards[..] else { return Err("there are two boards".into()) };
    let each = |time: &Duration| time.as_secs_f64() * 1e6 / READINGS as f64;
    println!("a reading with 2 parts: {:.1} us, with {PARTS}: {:.1} us", each(few), each(many));
    println!("ratio {:.3}", many.as_secs_f64() / few.as_secs_f64());
    Ok(())
}
