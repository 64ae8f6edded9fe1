//! The jobs as a component.
#![allow(unsafe_code, missing_docs, clippy::allow_attributes_without_reason, reason = "what wit-bindgen generates")]

use wasm_embedded_hal::{I2c, SpiDevice};

mod bindings {
    wit_bindgen::generate!({
        inline: "
            package bench:jobs;
            interface floors {
                enum error { other }
                record short { low: u64, high: u64 }
                resource thing {
                    constructor();
                    method: func();
                    exchange: func(bytes: short, write-len: u32, read-len: u32) -> result<short, error>;
                }
                empty: func();
            }
            world jobs {
                import floors;
                export run: func(job: u32, rounds: u32) -> result<u64, string>;
            }
        ",
    });
}

struct Jobs;

impl bindings::Guest for Jobs {
    fn run(job: u32, rounds: u32) -> Result<u64, String> {
        if job < crate::FLOORS {
            return floors(job, rounds).map_err(|error| error.to_string());
        }
        if job < crate::FIRST_I2C {
            let mut device = SpiDevice::open("device").map_err(|error| error.to_string())?;
            crate::spi(job, rounds, &mut device).map_err(|error| error.to_string())
        } else {
            let mut bus = I2c::open("bus").map_err(|error| error.to_string())?;
            crate::i2c(job, rounds, &mut bus).map_err(|error| error.to_string())
        }
    }
}

/// Calls that do nothing, of the shapes that the boundary is made of.
fn floors(job: u32, rounds: u32) -> Result<u64, bindings::bench::jobs::floors::Error> {
    use bindings::bench::jobs::floors::{Short, Thing, empty};

    let thing = Thing::new();
    let mut bytes = Short { low: 1, high: 2 };
    for _ in 0..rounds {
        match job {
            0 => empty(),
            1 => thing.method(),
            _ => bytes = thing.exchange(bytes, 16, 16)?,
        }
    }
    Ok(bytes.low)
}

bindings::export!(Jobs with_types_in bindings);
