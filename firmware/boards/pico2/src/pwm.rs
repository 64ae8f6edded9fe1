//! PWM outputs: a pin is one of two outputs of a counter.

use alloc::format;
use alloc::string::String;

use rp235x_hal::gpio::{DynPinId, DynPullType, FunctionPwm, Pin};
use wasm_embedded_host::HalCtxBuilder;
use wasm_embedded_host::pwm::{Error, Output as PwmOutput};
use wasm_embedded_policy::chip::ChipPin;
use wasm_embedded_policy::{Label, Pwm};

use crate::chip::{self, CLOCK};
use crate::pins;

/// The counters have 16 bits, and a duty past the whole period must fit too.
const LONGEST_PERIOD: u64 = 65_534;
/// The divider of a counter, in 16ths. RP2350 datasheet, section 12.5.3, register `CH0_DIV`.
const LEAST_DIVIDER: u64 = 16;
const GREATEST_DIVIDER: u64 = 255 * 16 + 15;

/// One output of a counter.
struct Output {
    slice: usize,
    second: bool,
    period: u16,
}

/// Adds a label's output, at its first duty.
pub(crate) fn add(label: &Label<Pwm, ChipPin>, hal: &mut HalCtxBuilder) -> Result<(), String> {
    let ChipPin::Pin(number) = label.backend else {
        return Err(format!("label `{}` is simulated: this board has hardware only", label.label));
    };
    let clock = u64::from(CLOCK.to_Hz()) * LEAST_DIVIDER;
    let ticks = clock / u64::from(label.frequency_hz.max(1));
    let divider = ticks.div_ceil(LONGEST_PERIOD).clamp(LEAST_DIVIDER, GREATEST_DIVIDER);
    let period = u16::try_from((ticks / divider).clamp(2, LONGEST_PERIOD)).unwrap_or(2);
    let mut output = Output { slice: usize::from(number / 2 % 8), second: number % 2 == 1, period };
    output.set_up(u16::try_from(divider).unwrap_or(16), label.active_low);
    output.set(label.initial.of(period));
    let pin: Result<Pin<DynPinId, FunctionPwm, DynPullType>, _> = pins::pin(number).try_into_function();
    pin.map_err(|_| pins::unfit(number))?;
    hal.pwm(&label.label, output, (&label.settings).into());
    Ok(())
}

impl Output {
    /// Sets the counter up. Two labels of one counter have the same frequency: the tool has seen to it.
    #[expect(unsafe_code, reason = "fields of registers without types")]
    fn set_up(&mut self, divider: u16, active_low: bool) {
        let pwm = chip::peripherals().PWM;
        let counter = pwm.ch(self.slice);
        let [whole, part] = [divider / 16, divider % 16].map(|part| u8::try_from(part).unwrap_or(u8::MAX));
        // SAFETY: both are within their fields.
        counter.div().write(|w| unsafe { w.int().bits(whole).frac().bits(part) });
        // SAFETY: any value is a period.
        counter.top().write(|w| unsafe { w.top().bits(self.period - 1) });
        counter.csr().modify(|_, w| {
            let w = w.en().set_bit().ph_correct().clear_bit();
            if self.second { w.b_inv().bit(active_low) } else { w.a_inv().bit(active_low) }
        });
    }

    #[expect(unsafe_code, reason = "fields of registers without types")]
    fn set(&mut self, duty: u16) {
        let pwm = chip::peripherals().PWM;
        // SAFETY: any value is a duty.
        pwm.ch(self.slice).cc().modify(|_, w| unsafe { if self.second { w.b().bits(duty) } else { w.a().bits(duty) } });
    }
}

impl PwmOutput for Output {
    fn max_duty(&mut self) -> u16 {
        self.period
    }

    fn set_duty(&mut self, duty: u16) -> Result<(), Error> {
        self.set(duty);
        Ok(())
    }
}
