//! Pins, chosen by number at run time.
#![expect(unsafe_code, reason = "the hal gives out pins by number only so")]

use alloc::format;
use alloc::string::String;
use core::convert::Infallible;

use embedded_hal::digital::{ErrorType, InputPin, OutputPin};
use rp235x_hal::gpio::{
    DynBankId, DynFunction, DynPinId, DynPullType, FunctionSioInput, FunctionSioOutput, Pin, new_pin,
};
use wasm_embedded_host::{EmbeddedHal, HalCtxBuilder, PinGrant, digital};
use wasm_embedded_policy::chip::ChipPin;
use wasm_embedded_policy::{Bias, Label, PinDirection};

use crate::chip;

/// A pin that is not yet anything.
pub(crate) type Any = Pin<DynPinId, DynFunction, DynPullType>;

/// Returns a pin by its number.
pub(crate) fn pin(number: u8) -> Any {
    // SAFETY: as `chip::peripherals` says.
    unsafe { new_pin(DynPinId { bank: DynBankId::Bank0, num: number }) }
}

/// A pin that is driven and read.
pub(crate) type Output = Pin<DynPinId, FunctionSioOutput, DynPullType>;

/// Returns an output that is at a level from its first moment on.
pub(crate) fn output(number: u8, high: bool) -> Result<Output, String> {
    latch(number, high);
    pin(number).try_into_function().map_err(|_| unfit(number))
}

/// Sets the level that a pin has as soon as it is driven: the hal drives it first, to whatever it was before.
fn latch(number: u8, high: bool) {
    let (sio, mask) = (chip::peripherals().SIO, 1 << number);
    // SAFETY: the bit of one pin, which is one guest's; the registers change no other.
    unsafe {
        if high {
            sio.gpio_out_set().write(|w| w.bits(mask));
        } else {
            sio.gpio_out_clr().write(|w| w.bits(mask));
        }
    }
}

/// What to say about a pin that cannot be what it is to be.
pub(crate) fn unfit(number: u8) -> String {
    format!("pin {number} cannot do this: make the image again, the tool lists what it can do")
}

/// An open-drain pin: low is driven, high released.
struct OpenDrain {
    pin: Option<Driven>,
}

/// What an open-drain pin is at the moment.
enum Driven {
    Low(Output),
    Released(Pin<DynPinId, FunctionSioInput, DynPullType>),
}

impl OpenDrain {
    fn change(&mut self, released: bool) {
        let any = match self.pin.take() {
            Some(Driven::Low(pin)) if released => pin.try_into_function().map(Driven::Released).ok(),
            Some(Driven::Released(pin)) if !released => {
                latch(pin.id().num, false);
                pin.try_into_function().map(Driven::Low).ok()
            }
            same => same,
        };
        self.pin = any;
    }
}

impl ErrorType for OpenDrain {
    type Error = Infallible;
}

impl OutputPin for OpenDrain {
    fn set_low(&mut self) -> Result<(), Infallible> {
        self.change(false);
        Ok(())
    }

    fn set_high(&mut self) -> Result<(), Infallible> {
        self.change(true);
        Ok(())
    }
}

impl InputPin for OpenDrain {
    fn is_high(&mut self) -> Result<bool, Infallible> {
        Ok(match &mut self.pin {
            Some(Driven::Released(pin)) => pin.is_high().unwrap_or_default(),
            Some(Driven::Low(_)) | None => false,
        })
    }

    fn is_low(&mut self) -> Result<bool, Infallible> {
        self.is_high().map(|high| !high)
    }
}

/// Adds a label's pin, driven to its initial level.
pub(crate) fn add(label: &Label<wasm_embedded_policy::Pin, ChipPin>, hal: &mut HalCtxBuilder) -> Result<(), String> {
    let ChipPin::Pin(number) = label.backend else {
        return Err(format!("label `{}` is simulated: this board has hardware only", label.label));
    };
    let grant = PinGrant::from(&label.settings);
    let initial_high = (grant.initial == digital::Level::High) != grant.active_low;
    let mut any = pin(number);
    any.set_pull_type(match label.bias {
        None | Some(Bias::None) => DynPullType::None,
        Some(Bias::PullUp) => DynPullType::Up,
        Some(Bias::PullDown) => DynPullType::Down,
    });
    match label.direction {
        PinDirection::Output => hal.output(&label.label, EmbeddedHal(output(number, initial_high)?), grant),
        PinDirection::Input => {
            let input: Pin<DynPinId, FunctionSioInput, DynPullType> =
                any.try_into_function().map_err(|_| unfit(number))?;
            hal.input(&label.label, EmbeddedHal(input), (&label.settings).into())
        }
        PinDirection::OpenDrain => {
            let released = any.try_into_function().map_err(|_| unfit(number))?;
            let mut pin = OpenDrain { pin: Some(Driven::Released(released)) };
            pin.change(initial_high);
            hal.io(&label.label, EmbeddedHal(pin), grant)
        }
    };
    Ok(())
}
