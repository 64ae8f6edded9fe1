//! PWM outputs, serial ports and analogue inputs of a policy.

use wasm_embedded_host::Access;
use wasm_embedded_image::policy as packed;
use wasm_embedded_sim::uart::Parity;

use super::Board;
use super::convert::{ConvertError, Place, backend, number, refuse, wired};
use super::rp2350::{self, Function, PinError, check};
use crate::policy::{AdcLabel, ChannelBackend, Policy, PwmLabel, UartLabel};

/// The voltage of a Pico 2's converter, `ADC_VREF`, which the board joins to its 3.3 V.
const PICO2_REFERENCE_MV: u32 = 3_300;
const PICO2_RESOLUTION_BITS: u8 = 12;
/// The block that carries the firmware's log.
const LOG_BLOCK: u8 = 0;

pub(super) fn pwm(policy: &Policy, board: Board) -> Result<Vec<packed::PwmLabel>, ConvertError> {
    let labels = policy.pwm.iter().map(|label| pwm_label(label, board)).collect::<Result<Vec<_>, _>>()?;
    for (index, label) in labels.iter().enumerate() {
        let packed::PinPlace::Pin { pin } = label.place else { continue };
        for other in labels.iter().take(index) {
            let packed::PinPlace::Pin { pin: other_pin } = other.place else { continue };
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

fn pwm_label(label: &PwmLabel, board: Board) -> Result<packed::PwmLabel, ConvertError> {
    let place = place(&label.label, &label.backend, board, Function::Pwm)?;
    let range = rp2350::PWM_FREQUENCIES_HZ;
    if board == Board::Pico2 && !range.contains(&label.frequency_hz) {
        let problem = format!("must be {} to {} Hz on a Pico 2", range.start(), range.end());
        return Err(PinError::new(&label.label, "frequency", problem).into());
    }
    Ok(packed::PwmLabel {
        label: label.label.clone(),
        place,
        frequency_hz: label.frequency_hz,
        active_low: label.active_low,
        initial: label.initial.0,
        on_exit: label.on_exit.map(|part| part.0),
    })
}

pub(super) fn uart(label: &UartLabel, board: Board) -> Result<packed::UartLabel, ConvertError> {
    let place = match backend(&label.label, &label.backend, board)? {
        Place::Sim(name) => packed::UartPlace::Sim { name: name.to_owned() },
        Place::Block(found) => {
            let block = number(&label.label, "UART", found, board)?;
            if block == LOG_BLOCK {
                let problem = "UART0 carries the log of the firmware: use 1".to_owned();
                return Err(PinError::new(&label.label, "block", problem).into());
            }
            packed::UartPlace::Block {
                block,
                tx: wired(&label.label, found, "tx", Function::UartTx(block))?.unwrap_or_default(),
                rx: wired(&label.label, found, "rx", Function::UartRx(block))?.unwrap_or_default(),
            }
        }
    };
    Ok(packed::UartLabel {
        label: label.label.clone(),
        place,
        baud: label.baud,
        parity: match label.parity {
            Parity::None => packed::Parity::None,
            Parity::Even => packed::Parity::Even,
            Parity::Odd => packed::Parity::Odd,
        },
        stop_bits: label.stop_bits,
        read_only: label.access == Access::ReadOnly,
        receive_bytes: u32::try_from(label.receive_bytes).unwrap_or(u32::MAX),
    })
}

pub(super) fn adc(label: &AdcLabel, board: Board) -> Result<packed::AdcLabel, ConvertError> {
    let place = place(&label.label, &label.backend, board, Function::Adc)?;
    if board == Board::Pico2 && label.resolution_bits.is_some_and(|bits| bits != PICO2_RESOLUTION_BITS) {
        let instead = "its converter has 12 bits";
        return Err(ConvertError::Setting { label: label.label.clone(), key: "resolution-bits", board, instead });
    }
    let stated = (label.resolution_bits, u32::try_from(label.reference_mv).unwrap_or_default());
    let (resolution_bits, reference_mv) = match board {
        Board::Pico2 => (PICO2_RESOLUTION_BITS, PICO2_REFERENCE_MV),
        Board::An505 | Board::Virt => (stated.0.unwrap_or(PICO2_RESOLUTION_BITS), stated.1),
    };
    Ok(packed::AdcLabel { label: label.label.clone(), place, resolution_bits, reference_mv })
}

/// Returns the net or pin of a channel.
fn place(
    label: &str,
    backend: &ChannelBackend,
    board: Board,
    wanted: Function,
) -> Result<packed::PinPlace, ConvertError> {
    match (backend, board) {
        (ChannelBackend::Sim(net), Board::An505 | Board::Virt) => Ok(packed::PinPlace::Sim { net: net.clone() }),
        (ChannelBackend::Pin(pin), Board::Pico2) => {
            Ok(packed::PinPlace::Pin { pin: check(label, "pin", *pin, wanted)? })
        }
        (ChannelBackend::Sim(_), Board::Pico2) => Err(refuse(label, "a simulated net", board)),
        (ChannelBackend::Pin(_), Board::An505 | Board::Virt) => Err(refuse(label, "a pin of a chip", board)),
        (ChannelBackend::Linux { .. }, _) => Err(refuse(label, "a channel on Linux", board)),
    }
}
