//! A driver of one's own, without WebAssembly, on a board in a browser: a thermometer switches an LED on above 30 degrees.
//!
//! Wiring: an LM75 at 0x48 on an I2C bus, an LED on a pin. Drag the temperature on the page past 30 °C, and the LED lights.
//!
//! ```text
//! $ cargo run --example native
//! the board: http://127.0.0.1:43211/8c1f4a5e0d9b7f62a3c4d5e6f7081923/
//! ```

use std::error::Error;

use embedded_hal::digital::OutputPin;
use embedded_hal::i2c::I2c;
use wasm_embedded_board::policy::Policy;
use wasm_embedded_board::{Board, Pin};
use wasm_embedded_page::Server;

const POLICY: &str = r#"
[i2c.sensor]
sim = "board"
allow = [0x48]

[gpio]
LED = { sim = true, direction = "output" }

[[part]]
model = "lm75"
i2c = "board"
temperature = 21.5

[[part]]
model = "led"
net = "LED"
"#;

/// How often it measures, in nanoseconds.
const PAUSE_NS: u64 = 100_000_000;

fn main() -> Result<(), Box<dyn Error>> {
    let policy = Policy::parse("board.toml", POLICY)?;
    let mut board = Board::new(&policy)?;
    let server = Server::start(0, |text| Policy::parse("board.toml", text).map_err(|error| error.to_string()))?;
    println!("the board: {}", server.address());
    let _shown = server.attach(&board, &policy, POLICY, || false);

    let mut bus = board.labels().i2c("sensor")?;
    let Pin::Output(mut led) = board.labels().pin("LED")? else { return Err("LED is an output".into()) };
    loop {
        let mut answer = [0; 2];
        bus.write_read(0x48_u8, &[0], &mut answer)?;
        let warm = i16::from_be_bytes(answer) / 256 >= 30;
        led.set_state(warm.into())?;
        board.sim().advance_ns(PAUSE_NS);
    }
}
