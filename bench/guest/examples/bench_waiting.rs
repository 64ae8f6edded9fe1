//! The jobs of calls that are waited for, as a component whose entry is asynchronous.
#![allow(unsafe_code, missing_docs, clippy::allow_attributes_without_reason, reason = "what wit-bindgen generates")]

use bench_guest::{Call, Failed, JOBS, Work};
use wasm_embedded_hal::{Delay, I2c, SpiDevice, block_on};

mod bindings {
    wit_bindgen::generate!({
        inline: "
            package bench:jobs;
            world jobs {
                export run: async func(job: u32, rounds: u32) -> result<u64, string>;
            }
        ",
        // The hal's own executor waits, in a function that is none to the compiler.
        sync: true,
    });
}

struct Jobs;

impl bindings::Guest for Jobs {
    fn run(job: u32, rounds: u32) -> Result<u64, String> {
        #[cfg(target_arch = "wasm32")]
        wasm_embedded_hal::executor::allow_waiting();
        block_on(run(job, rounds)).map_err(|failed| failed.to_string())
    }
}

async fn run(job: u32, rounds: u32) -> Result<u64, Failed> {
    let job = usize::try_from(job).ok().and_then(|index| JOBS.get(index)).ok_or_else(|| Failed::new("no such job"))?;
    let Work::Waiting(until, call) = job.work else { return Err(Failed::new("a job of the other component")) };
    match call {
        Call::Spi(call) => {
            let mut device = SpiDevice::open(until.spi_label()).map_err(Failed::new)?;
            bench_guest::spi_waiting(call, rounds, &mut device).await
        }
        Call::I2c(call) => {
            let mut bus = I2c::open(until.i2c_label()).map_err(Failed::new)?;
            bench_guest::i2c_waiting(call, rounds, &mut bus).await
        }
        Call::Delay => Ok(bench_guest::delay_waiting(until.delay_ns(), rounds, &mut Delay).await),
    }
}

bindings::export!(Jobs with_types_in bindings);
