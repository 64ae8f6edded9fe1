//! A policy as bytes, in an image: what a microcontroller has of it.

use alloc::string::String;
use alloc::vec::Vec;
use core::ops::RangeInclusive;

use embedded_hal::spi::Mode;

use super::chip::{Chip, ChipBus, ChipPin, I2cPins, SpiPins, UartPins};
use super::policy::Policy;
use super::spi::MODES;
use super::{
    Access, Adc, AddressGrant, Bias, DutyPart, I2c, Label, Limits, LogLevel, Parity, Pin, PinDirection, PinLevel, Pwm,
    Restart, RestartWhen, Select, Spi, Uart,
};
use crate::codec::{Damaged, Field, fields, variants};

impl Policy<Chip> {
    /// Returns the policy as bytes.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut bytes = Vec::new();
        self.put(&mut bytes);
        bytes
    }

    /// Returns the policy that the bytes hold.
    ///
    /// # Errors
    ///
    /// They hold none: another version wrote them.
    pub fn from_bytes(mut bytes: &[u8]) -> Result<Policy<Chip>, Damaged> {
        let policy = Policy::get(&mut bytes)?;
        if bytes.is_empty() { Ok(policy) } else { Err(Damaged) }
    }
}

// What is left out is refused for microcontrollers, or of the file alone.
fields! {
    Policy<Chip> { name, i2c, spi, pins, pwm, uart, adc, devices, limits, log_level, restart; faults }
    I2c { frequency_hz, allow; shared, timeout_ms }
    AddressGrant { addresses, ten_bit, access; }
    Spi { select, frequency_hz, mode, select_setup_ns, select_hold_ns, init_clocks; split_writes }
    Pin { direction, initial, on_exit, active_low, bias; debounce }
    Pwm { frequency_hz, active_low, initial, on_exit; }
    Uart { baud, parity, stop_bits, access, receive_bytes; }
    Adc { resolution_bits, reference_mv; }
    Restart { when, first_ms, longest_ms, attempts; }
    I2cPins { sda, scl; }
    SpiPins { sck, mosi, miso, cs; }
    UartPins { tx, rx; }
}

variants! {
    ChipPin { 0 => Sim(net), 1 => Pin(pin) }
    Select { 0 => None, 1 => Own }
    PinDirection { 0 => Output, 1 => Input, 2 => OpenDrain }
    PinLevel { 0 => Low, 1 => High }
    Bias { 0 => None, 1 => PullUp, 2 => PullDown }
    Access { 0 => ReadWrite, 1 => ReadOnly }
    Parity { 0 => None, 1 => Even, 2 => Odd }
    LogLevel { 0 => Off, 1 => Error, 2 => Warn, 3 => Info, 4 => Debug, 5 => Trace }
    RestartWhen { 0 => Never, 1 => Failure, 2 => Always }
}

impl<S: Field, B: Field> Field for Label<S, B> {
    fn put(&self, out: &mut Vec<u8>) {
        self.label.put(out);
        self.backend.put(out);
        self.settings.put(out);
    }

    fn get(bytes: &mut &[u8]) -> Result<Label<S, B>, Damaged> {
        Ok(Label { label: Field::get(bytes)?, backend: Field::get(bytes)?, settings: Field::get(bytes)?, span: 0..0 })
    }
}

impl<P: Field> Field for ChipBus<P> {
    fn put(&self, out: &mut Vec<u8>) {
        match self {
            ChipBus::Sim(name) => {
                out.push(0);
                name.put(out);
            }
            ChipBus::Block { block, pins } => {
                out.push(1);
                block.put(out);
                pins.put(out);
            }
        }
    }

    fn get(bytes: &mut &[u8]) -> Result<ChipBus<P>, Damaged> {
        match u8::get(bytes)? {
            0 => Ok(ChipBus::Sim(String::get(bytes)?)),
            1 => Ok(ChipBus::Block { block: Field::get(bytes)?, pins: Field::get(bytes)? }),
            _ => Err(Damaged),
        }
    }
}

/// The limits that are stated, each with the number of its row: a new limit leaves older images as they are.
impl Field for Limits {
    fn put(&self, out: &mut Vec<u8>) {
        u8::try_from(self.rows().count()).unwrap_or(u8::MAX).put(out);
        for (row, value) in self.rows() {
            u8::try_from(row).unwrap_or(u8::MAX).put(out);
            value.put(out);
        }
    }

    fn get(bytes: &mut &[u8]) -> Result<Limits, Damaged> {
        let mut limits = Limits::default();
        let mut next = 0;
        for _ in 0..u8::get(bytes)? {
            let row = usize::from(u8::get(bytes)?);
            // In the order of the table, each once. A limit that this program does not know it could not keep.
            let stated = limits.row(row).filter(|_| row >= next).ok_or(Damaged)?;
            *stated = Some(u64::get(bytes)?);
            next = row + 1;
        }
        Ok(limits)
    }
}

impl Field for RangeInclusive<u16> {
    fn put(&self, out: &mut Vec<u8>) {
        self.start().put(out);
        self.end().put(out);
    }

    fn get(bytes: &mut &[u8]) -> Result<RangeInclusive<u16>, Damaged> {
        Ok(u16::get(bytes)?..=u16::get(bytes)?)
    }
}

impl Field for DutyPart {
    fn put(&self, out: &mut Vec<u8>) {
        self.0.put(out);
    }

    fn get(bytes: &mut &[u8]) -> Result<DutyPart, Damaged> {
        u16::get(bytes).map(DutyPart)
    }
}

impl Field for Mode {
    fn put(&self, out: &mut Vec<u8>) {
        let number = MODES.iter().position(|mode| mode == self).and_then(|number| u8::try_from(number).ok());
        number.unwrap_or_default().put(out);
    }

    fn get(bytes: &mut &[u8]) -> Result<Mode, Damaged> {
        MODES.get(usize::from(u8::get(bytes)?)).copied().ok_or(Damaged)
    }
}
