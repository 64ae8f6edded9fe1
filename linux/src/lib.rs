//! embedded-hal over Linux: drivers for I2C, SPI, GPIO, PWM and serial ports run on the hardware of a Linux machine, unchanged.
//!
//! [`Linux`] opens the devices. What it opens implements the traits of `embedded-hal` 1.0, `embedded-hal-async` and `embedded-io`:
//!
//! | opened with | kernel interface | blocking traits | asynchronous traits |
//! | --- | --- | --- | --- |
//! | [`Linux::i2c`] | `/dev/i2c-N` | `I2c`, with both kinds of addresses | [`Queued`]: `I2c` |
//! | [`Linux::spi`] | `/dev/spidevB.C` | `SpiDevice` | [`Queued`]: `SpiDevice` |
//! | [`Linux::spi_bus`] | `/dev/spidevB.C` without chip select | `SpiBus` | [`Queued`]: `SpiBus` |
//! | [`Linux::line`] | `/dev/gpiochipN`, version 2 (Linux 5.10) | `InputPin`, `OutputPin`, `StatefulOutputPin` | `Wait` |
//! | [`Linux::pwm`] | `/sys/class/pwm` | `SetDutyCycle` | |
//! | [`Linux::adc`] | `/sys/bus/iio` | embedded-hal 1.0 has none: [`AdcInput::read_microvolts`] | |
//! | [`Linux::uart`] | `/dev/ttyN` in raw mode | `Read`, `Write`, `ReadReady`, `WriteReady` | `Read`, `Write` |
//! | [`Linux::delay`] | `clock_nanosleep` | `DelayNs` | |
//!
//! Futures need no particular executor: a bus has a thread, which starts with its first asynchronous transaction, and so has a line
//! that is waited for.
//!
//! ```no_run
//! use std::sync::Arc;
//!
//! use embedded_hal::i2c::I2c;
//! use wasm_embedded_linux::{I2cSettings, Linux, PrintErrors};
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let linux = Linux::new(Arc::new(PrintErrors));
//! let mut bus = linux.i2c("sensors", &I2cSettings::new("/dev/i2c-1"))?;
//! let mut id = [0];
//! bus.write_read(0x76_u8, &[0xd0], &mut id)?;
//! println!("the chip at 0x76 has the identity {:#04x}", id[0]);
//! # Ok(())
//! # }
//! ```
//!
//! # Errors
//!
//! A device that cannot be opened comes with an [`OpenError`], which says what to do: which group to join, which line to add to
//! `config.txt`, which names the lines have. An error of a transaction has the kind that a driver can act on; an [`ErrorListener`]
//! hears the number of the kernel's error, the device, and the advice. What is past a limit of the kernel or of the hardware is
//! refused before anything moves on the wires, and never split: a STOP in the middle of a transaction is another transaction.
//!
//! # Testing without hardware
//!
//! Every system call goes through [`Kernel`], and every file of the kernel's through [`Tree`]: a test answers in their place
//! ([`Linux::with`]). Serial ports alone are always the machine's: a test opens a pseudo-terminal.
//!
//! On systems other than Linux this crate is empty.

#![cfg(target_os = "linux")]
#![warn(clippy::must_use_candidate, clippy::return_self_not_must_use)]
#![cfg_attr(not(test), warn(clippy::expect_used))]

pub mod adc;
mod advice;
mod bus_worker;
mod completion;
#[cfg(test)]
mod contract;
mod delay;
mod device_error;
mod discover;
#[cfg(test)]
mod fake;
pub mod gpio;
pub mod i2c;
mod ioctl;
mod kernel;
#[cfg(test)]
mod limit;
mod linux;
mod named;
mod open;
mod plugged;
pub mod pwm;
mod real;
pub mod spi;
mod sysfs;
pub mod uart;

use std::time::Duration;

pub use adc::{AdcInput, AdcSettings};
pub use advice::Subsystem;
pub use bus_worker::{Answer, BusQueue, Queued};
pub use completion::Completion;
pub use delay::LinuxDelay;
pub use device_error::{DeviceError, ErrorListener, PrintErrors, Severity};
pub use discover::{Converter, GpioChip, I2cAdapter, KernelTarget, Machine, Missing, PwmChip, SerialPort, SpiNode};
pub use gpio::{Bias, ChipChoice, ChipInfo, Direction, Edge, Line, LineChoice, LineInfo, LineRequest, LineSettings};
pub use i2c::{Address, I2cBus, I2cSettings, KernelOwner, MainDevice};
pub use kernel::{Errno, I2cFile, Kernel, LineFile, SpiFile, SpiTransfer};
pub use linux::Linux;
pub use open::{OpenError, OpenReason};
pub use pwm::{PwmOutput, PwmSettings};
pub use real::RealKernel;
pub use spi::{SpiBus, SpiDevice, SpiSettings};
pub use sysfs::Tree;
pub use uart::{Parity, UartPort, UartSettings};

/// The longest wait between two looks at whether somebody waits still.
const SLICE: Duration = Duration::from_millis(10);
