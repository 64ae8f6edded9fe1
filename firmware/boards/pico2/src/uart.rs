//! The serial port for guests, UART1: UART0 carries the log.

use alloc::format;
use alloc::string::String;
use alloc::sync::Arc;

use firmware_core::{Pause, World};
use rp235x_hal::fugit::RateExtU32;
use rp235x_hal::gpio::DynFunction;
use rp235x_hal::uart::{DataBits, Parity as Bit, StopBits, UartConfig, UartPeripheral, ValidatedPinRx, ValidatedPinTx};
use wasm_embedded_host::HalCtxBuilder;
use wasm_embedded_host::uart::EmbeddedIo;
use wasm_embedded_policy::chip::{ChipBus, UartPins};
use wasm_embedded_policy::{Label, Parity, Uart};

use crate::chip::{self, CLOCK};
use crate::pins;

/// Adds a label's port.
pub(crate) fn add(
    label: &Label<Uart, ChipBus<UartPins>>,
    world: &Arc<dyn World>,
    hal: &mut HalCtxBuilder,
) -> Result<(), String> {
    let ChipBus::Block { block: 1, pins: UartPins { tx, rx } } = label.backend else {
        return Err(format!("label `{}`: this board has UART1 only", label.label));
    };
    let mut chip = chip::peripherals();
    let wire = |number: u8| {
        let mut pin = pins::pin(number);
        pin.try_set_function(DynFunction::Uart).map_err(|_| pins::unfit(number)).map(|()| pin)
    };
    let tx = ValidatedPinTx::validate(wire(tx)?, &chip.UART1).map_err(|_| pins::unfit(tx))?;
    let rx = ValidatedPinRx::validate(wire(rx)?, &chip.UART1).map_err(|_| pins::unfit(rx))?;
    let parity = match label.parity {
        Parity::None => None,
        Parity::Even => Some(Bit::Even),
        Parity::Odd => Some(Bit::Odd),
    };
    let stop = if label.stop_bits == 2 { StopBits::Two } else { StopBits::One };
    let settings = UartConfig::new(label.baud.Hz(), DataBits::Eight, parity, stop);
    let port = UartPeripheral::new(chip.UART1, (tx, rx), &mut chip.RESETS).enable(settings, CLOCK);
    let port = port.map_err(|_| format!("label `{}`: cannot make {} baud", label.label, label.baud))?;
    hal.uart(&label.label, EmbeddedIo { port, delay: Pause(world.clone()) }, label.access);
    Ok(())
}
