//! Looks at the label `BUTTON` every 20 ms and says what has changed, until the chip that it is on was gone and is back.

use std::error::Error;

use embedded_hal::delay::DelayNs;
use embedded_hal::digital::InputPin as _;
use wasm_embedded_hal::{Delay, InputPin};

/// How often it looks, at most: 30 s.
const LOOKS: u32 = 1_500;

fn main() -> Result<(), Box<dyn Error>> {
    let mut button = InputPin::open("BUTTON")?;
    let (mut before, mut was_gone) = (String::new(), false);
    for _ in 0..LOOKS {
        let now = match button.is_high() {
            Ok(true) => "pressed".to_owned(),
            Ok(false) => "released".to_owned(),
            Err(error) => format!("gone: {error:?}"),
        };
        if now != before {
            println!("{now}");
            let is_gone = now.starts_with("gone");
            if was_gone && !is_gone {
                return Ok(());
            }
            (before, was_gone) = (now, is_gone);
        }
        Delay.delay_ms(20);
    }
    Err("nothing happened".into())
}
