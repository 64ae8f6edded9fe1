//! The jobs as a component.
#![allow(unsafe_code, missing_docs, clippy::allow_attributes_without_reason, reason = "what wit-bindgen generates")]

use wasm_embedded_hal::{I2c, SpiDevice};

mod bindings {
    wit_bindgen::generate!({
        inline: "
            package bench:jobs;
            world jobs {
                import floor: func();
                export run: func(job: u32, rounds: u32) -> result<u64, string>;
            }
        ",
    });
}

struct Jobs;

impl bindings::Guest for Jobs {
    fn run(job: u32, rounds: u32) -> Result<u64, String> {
        if job == 0 {
            for _ in 0..rounds {
                bindings::floor();
            }
            return Ok(0);
        }
        if job < 8 {
            let mut device = SpiDevice::open("device").map_err(|error| error.to_string())?;
            crate::spi(job, rounds, &mut device).map_err(|error| error.to_string())
        } else {
            let mut bus = I2c::open("bus").map_err(|error| error.to_string())?;
            crate::i2c(job, rounds, &mut bus).map_err(|error| error.to_string())
        }
    }
}

bindings::export!(Jobs with_types_in bindings);
