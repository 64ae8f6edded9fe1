//! Draws one frame on an SSD1306 display of 128 x 64 dots: a border and its two diagonals.
//!
//! Wiring: label `display`, an I2C bus with an SSD1306 at 0x3c. `--display` shows what it shows.
//!
//! ```text
//! $ cargo run --example display
//! 128 x 64 dots: 504 are lit
//! ```

use std::error::Error;

use embedded_hal::i2c::I2c;

/// The part's address, with its pin SA0 at ground.
const ADDRESS: u8 = 0x3c;

const WIDTH: usize = 128;
const HEIGHT: usize = 64;

/// What a write begins with: commands follow, or dots. Solomon Systech SSD1306 Rev 1.1, section 8.1.5.2.
const COMMANDS: u8 = 0x00;
const DATA: u8 = 0x40;

/// Clock, 64 rows, no offset, charge pump, addresses that run along the rows, the whole window, and the display on. SSD1306 Rev 1.1,
/// table 9-1.
const SETUP: [u8; 26] = [
    COMMANDS, 0xae, 0xd5, 0x80, 0xa8, 0x3f, 0xd3, 0x00, 0x40, 0x8d, 0x14, 0x20, 0x00, 0xa1, 0xc8, 0xda, 0x12, 0x21,
    0x00, 0x7f, 0x22, 0x00, 0x07, 0xa4, 0xa6, 0xaf,
];

fn main() -> Result<(), Box<dyn Error>> {
    let mut bus = wasm_embedded_hal::I2c::open("display")?;
    let lit = draw(&mut bus)?;
    println!("{WIDTH} x {HEIGHT} dots: {lit} are lit");
    Ok(())
}

/// Sets the display up and sends the frame, a page of eight rows at a time. Returns how many dots are lit.
fn draw<B: I2c>(bus: &mut B) -> Result<u32, B::Error> {
    bus.write(ADDRESS, &SETUP)?;
    let mut lit = 0;
    for page in 0..HEIGHT / 8 {
        let mut bytes = [0; 1 + WIDTH];
        bytes[0] = DATA;
        for (x, column) in bytes[1..].iter_mut().enumerate() {
            for bit in 0..8 {
                *column |= u8::from(is_lit(x, page * 8 + bit)) << bit;
            }
            lit += column.count_ones();
        }
        bus.write(ADDRESS, &bytes)?;
    }
    Ok(lit)
}

/// Returns whether a dot belongs to the border or to a diagonal.
fn is_lit(x: usize, y: usize) -> bool {
    x == 0 || x == WIDTH - 1 || y == 0 || y == HEIGHT - 1 || x == 2 * y || x == WIDTH - 1 - 2 * y
}
