//! The simulated board that a policy describes: its buses, pins, parts and faults, and what its labels stand for.
//!
//! ```
//! use embedded_hal::i2c::I2c;
//! use wasm_embedded_board::Board;
//! use wasm_embedded_board::policy::Policy;
//!
//! let policy = Policy::parse("board.toml", r#"
//!     [i2c.sensor]
//!     sim = "board"
//!     allow = [0x48]
//!
//!     [[part]]
//!     model = "lm75"
//!     i2c = "board"
//!     temperature = 21.5
//! "#)?;
//! let mut board = Board::new(&policy)?;
//! let mut answer = [0; 2];
//! board.labels().i2c("sensor")?.write_read(0x48_u8, &[0], &mut answer)?;
//! assert_eq!(answer, [0x15, 0x80]);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
#![cfg_attr(not(test), warn(clippy::expect_used))]

mod board;
mod controls;
mod faults;
mod labels;
mod native;
mod pins;
pub mod report;
pub mod trace;

pub use self::board::{Board, BoardError, ScriptMismatch};
pub use self::controls::ControlError;
pub use self::labels::{Bus, LabelError, Labels, Pin, Port, Spi, SpiWires};
pub use self::native::{Delay, Input, OpenDrain, OpenError, Output, Serial};
pub use self::pins::seen_net;
pub use wasm_embedded_policy as policy;
pub use wasm_embedded_sim as sim;
