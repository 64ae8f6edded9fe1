//! A simulated board for embedded-hal drivers: bytes on wires, virtual time, and parts that answer as their data sheets say.
//!
//! A [`Sim`] holds buses, nets and parts. A driver talks to it through embedded-hal 1.0: [`Sim::i2c`], [`Sim::spi_device`],
//! [`Sim::spi`], [`Sim::output`], [`Sim::input`], [`Sim::open_drain`], [`Sim::pwm`] and [`Sim::delay`], through embedded-io 0.7
//! to [`Sim::uart`], and to [`Sim::adc`]. A part is anything that implements [`Part`] and, for the wires it is on, [`I2cTarget`],
//! [`SpiTarget`] or [`UartPeer`]; ready-made ones are in [`parts`].
//!
//! Time is virtual. It moves when a controller does something: by the length of every bit on a bus, by one microsecond for every
//! access to a pin, and by exactly what a delay asks for. So a run is deterministic and does not wait.
//!
//! ```
//! use embedded_hal::i2c::I2c;
//! use wasm_embedded_sim::{Ack, Address, Board, Direction, I2cTarget, Part, Sim};
//!
//! /// A register of one byte at address 0x42.
//! struct Register(u8);
//!
//! impl Part for Register {
//!     fn i2c(&mut self) -> Option<&mut dyn I2cTarget> {
//!         Some(self)
//!     }
//! }
//!
//! impl I2cTarget for Register {
//!     fn start(&mut self, address: Address, _: Direction, _: &mut dyn Board) -> Ack {
//!         if address == Address::SevenBit(0x42) { Ack::Ack } else { Ack::Nack }
//!     }
//!     fn write(&mut self, byte: u8, _: &mut dyn Board) -> Ack {
//!         self.0 = byte;
//!         Ack::Ack
//!     }
//!     fn read(&mut self, _: &mut dyn Board) -> u8 {
//!         self.0
//!     }
//!     fn stop(&mut self, _: &mut dyn Board) {}
//! }
//!
//! # fn main() -> Result<(), wasm_embedded_sim::I2cError> {
//! let sim = Sim::new();
//! let bus = sim.i2c_bus("board", 400_000);
//! sim.add_i2c(bus, Register(0));
//!
//! let mut i2c = sim.i2c(bus);
//! let mut answer = [0];
//! i2c.write_read(0x42_u8, &[0x5a], &mut answer)?;
//! assert_eq!(answer, [0x5a]);
//! assert!(i2c.write(0x43_u8, &[0x5a]).is_err());
//! # Ok(())
//! # }
//! ```
//!
//! The wires can be watched: [`Sim::trace_to`] sends every [`Event`] to a [`TraceSink`], which may print it
//! ([`Event::text`]) or expand it into changes of single wires ([`Wave`]).
//!
//! What a kind of part is, with what can be set on it and read from it while it runs, is data: see [`model`].
//!
//! What can go wrong on a real board can be made to go wrong here: see [`fault`].
#![no_std]
#![warn(clippy::must_use_candidate, clippy::return_self_not_must_use)]
#![cfg_attr(not(test), warn(clippy::expect_used))]

extern crate alloc;

pub mod adc;
mod board_state;
mod chip;
mod circuit;
mod controls;
mod delay;
pub mod digital;
mod edges;
pub mod fault;
pub mod future;
pub mod i2c;
pub mod model;
pub mod net;
pub mod part;
pub mod parts;
pub mod picture;
pub mod pwm;
mod queue;
mod remote;
mod signal;
mod sim;
pub mod spi;
mod stimulus;
pub mod trace;
mod turns;
pub mod uart;
pub mod wave;

pub use adc::{AdcSettings, SimAdc};
pub use chip::SimChip;
pub use circuit::{Awaited, KEPT_EDGES, KeptEdge};
pub use controls::ControlError;
pub use delay::SimDelay;
pub use digital::{SimInput, SimIoPin, SimOutput};
pub use edges::SimEdges;
pub use fault::{Fault, FaultId};
pub use future::{SimSleep, SimTransaction, SimWait};
pub use i2c::{Ack, Address, Direction, I2cBusId, I2cError, I2cTarget, SimI2c};
pub use net::{Drive, Level, Net, Pull};
pub use part::{Board, Part, PartId};
pub use pwm::{PwmError, PwmSettings, PwmSignal, SimPwm};
pub use remote::SimRemote;
pub use sim::Sim;
pub use spi::{SimSpiBus, SimSpiDevice, SpiBusId, SpiError, SpiSelectId, SpiSettings, SpiTarget};
pub use stimulus::StimulusContext;
pub use trace::{
    Event, EventKind, I2cEvent, I2cLine, Reaction, Run, RunKind, SpiEvent, Topology, TraceSink, UartEvent,
};
pub use uart::{SimUart, UartError, UartId, UartPeer, UartSettings};
pub use wave::{Change, Signal, Wave};

#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct ReadmeDoctests;
