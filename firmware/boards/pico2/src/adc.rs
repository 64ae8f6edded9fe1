//! The converter: pins 26 to 29.

use alloc::format;
use alloc::string::String;

use rp235x_hal::adc::AdcPin;
use rp235x_hal::gpio::{DynPinId, DynPullType, FunctionNull, Pin};
use wasm_embedded_host::HalCtxBuilder;
use wasm_embedded_host::adc::{Error, Input};
use wasm_embedded_policy::chip::ChipPin;
use wasm_embedded_policy::{Adc, Label};

use crate::chip;
use crate::pins;

/// A conversion takes 2 us: so many looks are far past it, at any clock.
const PATIENCE: u32 = 10_000;
const UV_PER_MV: i64 = 1_000;
/// The bits of a reading.
const RESOLUTION_BITS: u8 = 12;

/// One input of the converter.
struct Channel {
    pin: AdcPin<Pin<DynPinId, FunctionNull, DynPullType>>,
    resolution_bits: u8,
    reference_mv: i32,
}

/// Adds a label's input.
pub(crate) fn add(label: &Label<Adc, ChipPin>, hal: &mut HalCtxBuilder) -> Result<(), String> {
    let ChipPin::Pin(number) = label.backend else {
        return Err(format!("label `{}` is simulated: this board has hardware only", label.label));
    };
    let mut pin: Pin<DynPinId, FunctionNull, DynPullType> =
        pins::pin(number).try_into_function().map_err(|_| pins::unfit(number))?;
    pin.set_pull_type(DynPullType::None);
    let pin = AdcPin::new(pin).map_err(|_| pins::unfit(number))?;
    hal.adc(
        &label.label,
        Channel {
            pin,
            resolution_bits: label.resolution_bits.unwrap_or(RESOLUTION_BITS),
            reference_mv: label.reference_mv,
        },
    );
    Ok(())
}

impl Input for Channel {
    fn resolution_bits(&mut self) -> u8 {
        self.resolution_bits
    }

    #[expect(unsafe_code, reason = "a field of a register without a type")]
    fn read_raw(&mut self) -> Result<i32, Error> {
        let adc = chip::peripherals().ADC;
        // SAFETY: the channels of pins 26 to 29 are 0 to 3.
        adc.cs().modify(|_, w| unsafe { w.ainsel().bits(self.pin.channel()).start_once().set_bit() });
        let ended = (0..PATIENCE).any(|_| adc.cs().read().ready().bit_is_set());
        match (ended, adc.cs().read().err().bit_is_set()) {
            (false, _) => Err(Error::TimedOut),
            (true, true) => Err(Error::Other),
            (true, false) => Ok(adc.result().read().result().bits().into()),
        }
    }

    fn read_microvolts(&mut self) -> Result<i32, Error> {
        let raw = i64::from(self.read_raw()?);
        let whole = 1_i64 << self.resolution_bits.min(31);
        let microvolts = (raw * i64::from(self.reference_mv) * UV_PER_MV + whole / 2) / whole;
        i32::try_from(microvolts).map_err(|_| Error::Other)
    }
}
