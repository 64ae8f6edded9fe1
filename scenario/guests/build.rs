//! Makes a guest with a fault out of each guest: a scenario that passes with it tests nothing.

use std::error::Error;
use std::fs;
use std::path::Path;

/// The guests, each with a text of its program and what stands there in the one with a fault.
const FAULTS: [(&str, &str, &str); 4] = [
    // It switches three degrees late.
    ("fan", "const ON_DEGC: f32 = 30.0;", "const ON_DEGC: f32 = 33.0;"),
    // It takes each bounce of the contact for a press.
    ("presses", "const STEADY_POLLS: u32 = 5;", "const STEADY_POLLS: u32 = 1;"),
    // It gives up when the sensor is gone.
    (
        "sensor",
        "Err(error) => println!(\"no sensor: {error:?}\"),",
        "Err(error) => return Err(format!(\"{error:?}\").into()),",
    ),
    // It shows the temperature of before.
    ("station", "show(&mut screen, celsius)?;", "show(&mut screen, celsius.floor())?;"),
];

fn main() -> Result<(), Box<dyn Error>> {
    println!("cargo:rerun-if-changed=build.rs");
    let folder = std::env::var("OUT_DIR")?;
    for (name, right, wrong) in FAULTS {
        let path = format!("src/bin/{name}.rs");
        println!("cargo:rerun-if-changed={path}");
        let program = fs::read_to_string(&path)?;
        if program.matches(right).count() != 1 {
            return Err(format!("{path} has not once: {right}").into());
        }
        // A file that is included has no documentation of a module.
        let lines = program.lines().filter(|line| !line.starts_with("//!"));
        let program: Vec<String> = lines.map(|line| line.replace(right, wrong)).collect();
        fs::write(Path::new(&folder).join(format!("{name}.rs")), program.join("\n"))?;
    }
    Ok(())
}
