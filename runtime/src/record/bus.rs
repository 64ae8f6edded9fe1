//! I2C and SPI over a tape.

use std::fmt::Write as _;

use embedded_hal::i2c::{NoAcknowledgeSource, Operation as I2cOperation};
use embedded_hal::spi::Operation as SpiOperation;
use wasm_embedded_host::{Completion, i2c, spi};

use super::{Answer, Tapped, bytes, hex};

fn i2c_error_name(error: &i2c::Error) -> String {
    match error {
        i2c::Error::Bus => "bus",
        i2c::Error::ArbitrationLoss => "arbitration-loss",
        i2c::Error::NoAcknowledge(NoAcknowledgeSource::Address) => "no-acknowledge-address",
        i2c::Error::NoAcknowledge(NoAcknowledgeSource::Data) => "no-acknowledge-data",
        i2c::Error::NoAcknowledge(_) => "no-acknowledge",
        i2c::Error::Overrun => "overrun",
        i2c::Error::TooLong => "too-long",
        i2c::Error::Unsupported => "unsupported",
        i2c::Error::Busy => "busy",
        _ => "other",
    }
    .to_owned()
}

fn i2c_error(name: &str) -> i2c::Error {
    match name {
        "bus" => i2c::Error::Bus,
        "arbitration-loss" => i2c::Error::ArbitrationLoss,
        "no-acknowledge-address" => i2c::Error::NoAcknowledge(NoAcknowledgeSource::Address),
        "no-acknowledge-data" => i2c::Error::NoAcknowledge(NoAcknowledgeSource::Data),
        "no-acknowledge" => i2c::Error::NoAcknowledge(NoAcknowledgeSource::Unknown),
        "overrun" => i2c::Error::Overrun,
        "too-long" => i2c::Error::TooLong,
        "unsupported" => i2c::Error::Unsupported,
        "busy" => i2c::Error::Busy,
        _ => i2c::Error::Other,
    }
}

/// Writes the parts of a transaction: what is written, and how much is read.
fn part(text: &mut String, word: &str, data: &str) {
    let comma = if text.is_empty() || text.ends_with(' ') { "" } else { ", " };
    let space = if data.is_empty() { "" } else { " " };
    // Writing to a string cannot fail.
    let _ = write!(text, "{comma}{word}{space}{data}");
}

impl<B: i2c::Bus> i2c::Bus for Tapped<B> {
    fn transaction(&mut self, address: i2c::Address, operations: &mut [I2cOperation<'_>]) -> Result<(), i2c::Error> {
        let mut call = format!("{address} ");
        for operation in operations.iter() {
            match operation {
                I2cOperation::Write(bytes) => part(&mut call, "write", &hex(bytes)),
                I2cOperation::Read(buffer) => part(&mut call, "read", &buffer.len().to_string()),
            }
        }
        if operations.is_empty() {
            call += "nothing";
        }
        let device = &mut self.device;
        let answer = self.tap.call(&call, || {
            device.transaction(address, operations).map_err(|error| i2c_error_name(&error))?;
            let read = operations.iter().filter_map(|operation| match operation {
                I2cOperation::Read(buffer) => Some(hex(buffer)),
                I2cOperation::Write(_) => None,
            });
            Ok(read.collect::<Vec<_>>().join(" "))
        });
        let read = bytes(&answer.map_err(|name| i2c_error(&name))?).ok_or(i2c::Error::Other)?;
        let buffers = operations.iter_mut().filter_map(|operation| match operation {
            I2cOperation::Read(buffer) => Some(&mut **buffer),
            I2cOperation::Write(_) => None,
        });
        fill(buffers, &read).ok_or(i2c::Error::Other)
    }

    fn start(&mut self, transaction: i2c::Transaction) -> Completion<i2c::Outcome> {
        let mut call = format!("{} ", transaction.address());
        let mut written = transaction.bytes();
        for step in transaction.steps() {
            match *step {
                i2c::Step::Read(len) => part(&mut call, "read", &len.to_string()),
                i2c::Step::Write(len) => part(&mut call, "write", &hex(written.split_off(..len).unwrap_or_default())),
            }
        }
        if transaction.steps().is_empty() {
            call += "nothing";
        }
        let of = |answer: Answer| bytes(&answer.map_err(|name| i2c_error(&name))?).ok_or(i2c::Error::Other);
        if let Some(answer) = self.tap.recorded(&call) {
            return Completion::Ready(of(answer));
        }
        let (started, tap) = (self.device.start(transaction), self.tap.clone());
        Completion::pending(async move {
            let outcome = started.end().await;
            let answer = outcome.as_ref().map(|read| hex(read)).map_err(i2c_error_name);
            tap.keep("~", &call, &answer);
            outcome
        })
    }
}

/// Fills buffers with bytes, of which there must be as many.
fn fill<'b>(buffers: impl Iterator<Item = &'b mut [u8]>, mut read: &[u8]) -> Option<()> {
    for buffer in buffers {
        buffer.copy_from_slice(read.split_off(..buffer.len())?);
    }
    read.is_empty().then_some(())
}

fn spi_error_name(error: &spi::Error) -> String {
    match error {
        spi::Error::Overrun => "overrun",
        spi::Error::ModeFault => "mode-fault",
        spi::Error::FrameFormat => "frame-format",
        spi::Error::ChipSelectFault => "chip-select-fault",
        spi::Error::TooLong => "too-long",
        spi::Error::Unsupported => "unsupported",
        spi::Error::Busy => "busy",
        _ => "other",
    }
    .to_owned()
}

fn spi_error(name: &str) -> spi::Error {
    match name {
        "overrun" => spi::Error::Overrun,
        "mode-fault" => spi::Error::ModeFault,
        "frame-format" => spi::Error::FrameFormat,
        "chip-select-fault" => spi::Error::ChipSelectFault,
        "too-long" => spi::Error::TooLong,
        "unsupported" => spi::Error::Unsupported,
        "busy" => spi::Error::Busy,
        _ => spi::Error::Other,
    }
}

impl<D: spi::Bus> spi::Bus for Tapped<D> {
    fn run(&mut self, operations: &mut [SpiOperation<'_, u8>]) -> Result<(), spi::Error> {
        let mut call = String::new();
        for operation in operations.iter() {
            match operation {
                SpiOperation::Read(buffer) => part(&mut call, "read", &buffer.len().to_string()),
                SpiOperation::Write(bytes) => part(&mut call, "write", &hex(bytes)),
                SpiOperation::Transfer(buffer, bytes) => {
                    part(&mut call, "transfer", &format!("{} for {}", hex(bytes), buffer.len()));
                }
                SpiOperation::TransferInPlace(buffer) => part(&mut call, "exchange", &hex(buffer)),
                SpiOperation::DelayNs(ns) => part(&mut call, "delay", &ns.to_string()),
            }
        }
        if operations.is_empty() {
            call += "nothing";
        }
        let device = &mut self.device;
        let answer = self.tap.call(&call, || {
            device.run(operations).map_err(|error| spi_error_name(&error))?;
            Ok(kept(operations).map(|buffer| hex(buffer)).collect::<Vec<_>>().join(" "))
        });
        let read = bytes(&answer.map_err(|name| spi_error(&name))?).ok_or(spi::Error::Other)?;
        fill(kept(operations), &read).ok_or(spi::Error::Other)
    }

    fn flush(&mut self) -> Result<(), spi::Error> {
        let device = &mut self.device;
        let answer = self.tap.call("flush", || super::done(device.flush(), spi_error_name));
        answer.map(drop).map_err(|name| spi_error(&name))
    }

    fn start(&mut self, exchange: spi::Transaction) -> Completion<spi::Outcome> {
        let mut call = String::new();
        let mut written = exchange.bytes();
        let size = |len: u32| usize::try_from(len).unwrap_or(usize::MAX);
        for step in exchange.steps() {
            let sent = hex(written.split_off(..size(step.write_len)).unwrap_or_default());
            part(&mut call, "transfer", &format!("{sent} for {}", step.read_len));
            if step.delay_ns > 0 {
                part(&mut call, "delay", &step.delay_ns.to_string());
            }
        }
        if exchange.steps().is_empty() {
            call += "nothing";
        }
        if let Some(answer) = self.tap.recorded(&call) {
            let read = answer.map_err(|name| spi_error(&name));
            return Completion::Ready(read.and_then(|read| bytes(&read).ok_or(spi::Error::Other)));
        }
        let (started, tap) = (self.device.start(exchange), self.tap.clone());
        Completion::pending(async move {
            let outcome = started.end().await;
            tap.keep("~", &call, &outcome.as_ref().map(|read| hex(read)).map_err(spi_error_name));
            outcome
        })
    }

    fn start_flush(&mut self) -> Completion<Result<(), spi::Error>> {
        if let Some(answer) = self.tap.recorded("flush") {
            return Completion::Ready(answer.map(drop).map_err(|name| spi_error(&name)));
        }
        let (started, tap) = (self.device.start_flush(), self.tap.clone());
        Completion::pending(async move {
            let outcome = started.end().await;
            tap.keep("~", "flush", &super::done(outcome, spi_error_name));
            outcome
        })
    }
}

/// Returns the buffers that a transaction on SPI fills.
fn kept<'b>(operations: &'b mut [SpiOperation<'_, u8>]) -> impl Iterator<Item = &'b mut [u8]> {
    operations.iter_mut().filter_map(|operation| match operation {
        SpiOperation::Read(buffer) | SpiOperation::Transfer(buffer, _) | SpiOperation::TransferInPlace(buffer) => {
            Some(&mut **buffer)
        }
        SpiOperation::Write(_) | SpiOperation::DelayNs(_) => None,
    })
}
