//! Devices as tables of functions. A table is copied when it is put behind a label; its context is handed to each function.
//!
//! Functions are called from a thread of the library, never two of one table at the same time. They must return, must not unwind or jump
//! out, and must not keep a pointer.
#![expect(unsafe_code, reason = "C hands over pointers, which go from thread to thread")]

pub mod adc;
pub mod digital;
pub mod i2c;
pub mod pwm;
pub mod spi;
pub mod uart;

use std::ffi::c_void;

/// What a function of a table returns: 0, or one of these. Those that a bus does not know count as WE_ERROR_OTHER.
#[repr(C)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WeError {
    /// It worked.
    None = 0,
    /// Any other fault.
    Other = 1,
    /// The hardware could not be had in bounded time.
    Busy = 2,
    /// Past a limit of the hardware; nothing went out on the wires.
    TooLong = 3,
    /// The hardware cannot do this.
    Unsupported = 4,
    /// It did not end in time.
    TimedOut = 5,
    /// I2C: a START or STOP at the wrong place, or a line held by something.
    Bus = 6,
    /// I2C: another controller won the bus.
    ArbitrationLoss = 7,
    /// I2C: no target acknowledged the address.
    NoAckAddress = 8,
    /// I2C: the target did not acknowledge a byte.
    NoAckData = 9,
    /// I2C: something was not acknowledged.
    NoAck = 10,
    /// I2C, SPI, serial ports: received data was lost.
    Overrun = 11,
    /// SPI: several controllers drive the bus.
    ModeFault = 12,
    /// SPI: the received frame is malformed.
    FrameFormat = 13,
    /// SPI: the chip select could not be driven.
    ChipSelect = 14,
    /// Serial ports: a byte without its stop bit.
    Framing = 15,
    /// Serial ports: a byte with the wrong parity.
    Parity = 16,
    /// Serial ports: the line was held low for longer than a byte.
    Break = 17,
    /// Serial ports: the other end is gone.
    Closed = 18,
}

/// Returns the error that a number stands for, or none for 0.
pub(crate) fn error(number: i32) -> Option<WeError> {
    use WeError as E;
    let all = [
        E::Busy,
        E::TooLong,
        E::Unsupported,
        E::TimedOut,
        E::Bus,
        E::ArbitrationLoss,
        E::NoAckAddress,
        E::NoAckData,
        E::NoAck,
        E::Overrun,
        E::ModeFault,
        E::FrameFormat,
        E::ChipSelect,
        E::Framing,
        E::Parity,
        E::Break,
        E::Closed,
    ];
    match usize::try_from(number) {
        Ok(0) => None,
        Ok(number) => Some(number.checked_sub(2).and_then(|at| all.get(at)).copied().unwrap_or(E::Other)),
        Err(_) => Some(E::Other),
    }
}

/// The caller's own pointer, handed to each function of a table.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Context(pub(crate) *mut c_void);

// SAFETY: the library never looks behind the pointer. The header tells the caller that its functions are called from another thread.
unsafe impl Send for Context {}
