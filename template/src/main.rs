use std::error::Error;

use wasm_embedded_hal::{I2c, OutputPin};

fn main() -> Result<(), Box<dyn Error>> {
    let is_hot = thermometer::watch(&mut I2c::open("sensor")?, &mut OutputPin::open("ALARM")?)?;
    println!("{}", if is_hot { "too hot" } else { "all is well" });
    Ok(())
}
