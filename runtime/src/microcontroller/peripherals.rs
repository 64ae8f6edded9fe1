//! PWM outputs, serial ports and analogue inputs of a policy.

use super::Board;
use super::convert::{ConvertError, Place, backend, number, only_i2c, refuse, wired};
use super::rp2350::{self, Function, PinError, check};
use crate::policy::chip::{ChipBus, ChipPin, UartPins};
use crate::policy::{Adc, AdcLabel, ChannelBackend, Label, Policy, Pwm, PwmLabel, Uart, UartLabel};

/// The voltage of a Pico 2's converter, `ADC_VREF`, which the board joins to its 3.3 V.
const PICO2_REFERENCE_MV: i32 = 3_300;
const PICO2_RESOLUTION_BITS: u8 = 12;
/// The block that carries the firmware's log.
const LOG_BLOCK: u8 = 0;

pub(super) fn pwm(policy: &Policy, board: Board) -> Result<Vec<Label<Pwm, ChipPin>>, ConvertError> {
    let labels = policy.pwm.iter().map(|label| pwm_label(label, board)).collect::<Result<Vec<_>, _>>()?;
    for (index, label) in labels.iter().enumerate() {
        let ChipPin::Pin(pin) = label.backend else { continue };
        for other in labels.iter().take(index) {
            let ChipPin::Pin(other_pin) = other.backend else { continue };
            let problem = if rp2350::pwm_channel(pin) == rp2350::pwm_channel(other_pin) {
                "are the same PWM output"
            } else if rp2350::pwm_slice(pin) == rp2350::pwm_slice(other_pin) && label.frequency_hz != other.frequency_hz
            {
                "share a counter, so they need the same frequency"
            } else {
                continue;
            };
            let problem = format!("pins {other_pin} and {pin} {problem}; label `{}` uses pin {other_pin}", other.label);
            return Err(PinError::new(&label.label, "pin", problem).into());
        }
    }
    Ok(labels)
}

fn pwm_label(label: &PwmLabel, board: Board) -> Result<Label<Pwm, ChipPin>, ConvertError> {
    let place = place(&label.label, &label.backend, board, Function::Pwm)?;
    let range = rp2350::PWM_FREQUENCIES_HZ;
    if board == Board::Pico2 && !range.contains(&label.frequency_hz) {
        let problem = format!("must be {} to {} Hz on a Pico 2", range.start(), range.end());
        return Err(PinError::new(&label.label, "frequency", problem).into());
    }
    Ok(label.on(place))
}

pub(super) fn uart(label: &UartLabel, board: Board) -> Result<Label<Uart, ChipBus<UartPins>>, ConvertError> {
    only_i2c(&label.label, "a serial port", board)?;
    let place = match backend(&label.label, &label.backend, board)? {
        Place::Sim(name) => ChipBus::Sim(name.to_owned()),
        Place::Block(found) => {
            let block = number(&label.label, "UART", found, board)?;
            if block == LOG_BLOCK {
                let problem = "UART0 carries the log of the firmware: use 1".to_owned();
                return Err(PinError::new(&label.label, "block", problem).into());
            }
            let pins = UartPins {
                tx: wired(&label.label, found, "tx", Function::UartTx(block))?.unwrap_or_default(),
                rx: wired(&label.label, found, "rx", Function::UartRx(block))?.unwrap_or_default(),
            };
            ChipBus::Block { block, pins }
        }
    };
    Ok(label.on(place))
}

pub(super) fn adc(label: &AdcLabel, board: Board) -> Result<Label<Adc, ChipPin>, ConvertError> {
    let place = place(&label.label, &label.backend, board, Function::Adc)?;
    if board == Board::Pico2 && label.resolution_bits.is_some_and(|bits| bits != PICO2_RESOLUTION_BITS) {
        let instead = "its converter has 12 bits";
        return Err(ConvertError::Setting { label: label.label.clone(), key: "resolution-bits", board, instead });
    }
    let mut converted = label.on(place);
    if board == Board::Pico2 {
        converted.reference_mv = PICO2_REFERENCE_MV;
    }
    converted.resolution_bits = Some(label.resolution_bits.unwrap_or(PICO2_RESOLUTION_BITS));
    Ok(converted)
}

/// Returns the net or pin of a channel.
fn place(label: &str, backend: &ChannelBackend, board: Board, wanted: Function) -> Result<ChipPin, ConvertError> {
    only_i2c(label, "a PWM output or an analogue input", board)?;
    match (backend, board) {
        (ChannelBackend::Sim(net), Board::An505 | Board::Virt) => Ok(ChipPin::Sim(net.clone())),
        (ChannelBackend::Pin(pin), Board::Pico2) => Ok(ChipPin::Pin(check(label, "pin", *pin, wanted)?)),
        (ChannelBackend::Sim(_), Board::Pico2 | Board::Ast1030) => Err(refuse(label, "a simulated net", board)),
        (ChannelBackend::Pin(_), Board::An505 | Board::Virt | Board::Ast1030) => {
            Err(refuse(label, "a pin of a chip", board))
        }
        (ChannelBackend::Linux { .. }, _) => Err(refuse(label, "a channel on Linux", board)),
    }
}
