//! The page of a simulated board: its parts in a browser, to see, touch and stop.
//!
//! A [`Server`] serves one page on the loopback interface, to whoever has its address, which holds a secret. The page outlives the
//! boards that it shows: each run of a guest [attaches](Server::attach) a board, and the page shows the newest.
//!
//! The board's thread never waits for a browser. It leaves pictures, values and a bounded number of events where the connections find
//! them; a connection that is slow gets fewer pictures, and is told how many events it has missed.
//!
//! ```no_run
//! use wasm_embedded_board::Board;
//! use wasm_embedded_board::policy::Policy;
//! use wasm_embedded_page::{Ending, Server};
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let text = "i2c.sensor = { sim = 'board', allow = [0x48] }\n[[part]]\nmodel = 'lm75'\ni2c = 'board'\n";
//! let policy = Policy::parse("board.toml", text)?;
//! let board = Board::new(&policy)?;
//!
//! let server = Server::start(0, |text| Policy::parse("board.toml", text).map_err(|error| error.to_string()))?;
//! println!("the board is at {}", server.address());
//! let shown = server.attach(&board, &policy, text, || false);
//! board.sim().advance_ns(1_000_000_000);
//! shown.ended(Ending { status: 0, text: "the guest has ended".to_owned() });
//! # Ok(())
//! # }
//! ```
#![cfg_attr(not(test), warn(clippy::expect_used))]

mod assets;
mod command;
mod describe;
mod desk;
mod door;
mod faults;
mod feed;
mod hub;
mod pace;
mod ring;
mod server;
mod terminal;
mod traffic;
mod value;

pub use self::hub::{Ending, Restart};
pub use self::server::{Log, Server, ServerError, Shown};
