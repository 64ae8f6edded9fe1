//! Host side of `wasm-embedded-hal`: buses and pins for WebAssembly components, over any embedded-hal hardware.
//!
//! A [`HalCtx`] holds what one guest may reach: devices under labels, each with its grant. [`add_to_linker`] defines the
//! imports of the WIT package `wasm-embedded:hal` over it. Whatever is not in the context does not exist for the guest.
//!
//! Every length, count and duration from the guest is checked against [`Limits`] before anything is allocated or any wire
//! moves. A refusal or a fault of the hardware is a value the guest can match; a broken handle is a trap.
//!
//! The crate needs `alloc` but not `std`, and runs wherever Wasmtime's runtime does.
//!
//! ```no_run
//! # use embedded_hal::i2c::{ErrorType, I2c, Operation, SevenBitAddress};
//! # struct Bus;
//! # impl ErrorType for Bus { type Error = core::convert::Infallible; }
//! # impl I2c for Bus {
//! #     fn transaction(&mut self, _: SevenBitAddress, _: &mut [Operation<'_>]) -> Result<(), Self::Error> { Ok(()) }
//! # }
//! use wasm_embedded_host::{EmbeddedHal, HalCtx, I2cGrant};
//! use wasmtime::component::{Component, Linker};
//! use wasmtime::{Config, Engine, Store};
//!
//! # fn main() -> wasmtime::Result<()> {
//! # let bus = Bus;
//! # let component: &[u8] = &[];
//! let mut hal = HalCtx::builder();
//! hal.i2c("sensor", EmbeddedHal(bus), I2cGrant::none().allow(0x76).frequency_hz(400_000));
//!
//! let mut config = Config::new();
//! config.concurrency_support(false);
//! let engine = Engine::new(&config)?;
//! let mut linker = Linker::new(&engine);
//! wasm_embedded_host::add_to_linker::<HalCtx>(&mut linker)?;
//! let mut store = Store::new(&engine, hal.build());
//! # let component = unsafe { Component::deserialize(&engine, component)? };
//! let instance = linker.instantiate(&mut store, &component)?;
//! # Ok(())
//! # }
//! ```
#![no_std]
#![cfg_attr(not(test), warn(clippy::expect_used))]

extern crate alloc;

mod adapter;
pub mod adc;
mod admit;
#[cfg(feature = "async")]
mod calls;
mod claims;
pub mod clock;
mod completion;
#[cfg(feature = "component")]
mod component;
mod ctx;
pub mod delay;
pub mod digital;
mod direct;
mod grant;
pub mod i2c;
mod interrupt;
mod kind;
mod limits;
mod linker;
pub mod log;
pub mod lowered;
pub mod microcontroller;
mod open;
mod policy;
pub mod pwm;
mod rate_limit;
mod refusal;
mod reply;
mod shared;
mod short;
mod slot;
pub mod spi;
mod transfer;
pub mod uart;
mod wit;

pub use adapter::EmbeddedHal;
pub use claims::Claims;
pub use completion::Completion;
pub use ctx::{HalCtx, HalCtxBuilder};
pub use direct::DirectError;
pub use grant::{Access, DutyPart, I2cGrant, InputGrant, PinGrant, PwmGrant, SpiGrant};
pub use interrupt::{Interrupt, Interrupted, Reason};
pub use limits::Limits;
pub use linker::HalView;
#[cfg(feature = "async")]
pub use linker::add_async_to_linker;
#[cfg(feature = "component")]
pub use linker::add_to_linker;
pub use rate_limit::RateLimiter;
pub use refusal::Refusal;
pub use shared::{Shared, Turns};
