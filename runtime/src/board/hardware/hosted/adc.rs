//! Analogue inputs.

use wasm_embedded_host::adc::{Error, Input};
use wasm_embedded_linux::{AdcInput, adc};

use super::Hosted;

impl Input for Hosted<AdcInput> {
    fn resolution_bits(&mut self) -> u8 {
        self.0.resolution_bits()
    }

    fn read_raw(&mut self) -> Result<i32, Error> {
        self.0.read_raw().map_err(error)
    }

    fn read_microvolts(&mut self) -> Result<i32, Error> {
        self.0.read_microvolts().map_err(error)
    }
}

fn error(error: adc::Error) -> Error {
    match error {
        adc::Error::Unsupported => Error::Unsupported,
        adc::Error::Busy => Error::Busy,
        adc::Error::TimedOut => Error::TimedOut,
        _ => Error::Other,
    }
}
