//! What the command `wasm-embedded-rt` and the firmware of a board say to each other over a serial line, and how a board keeps two images
//! of which it runs one, whatever happens to the other.
//!
//! Both ends use this crate: [`Frame`] and [`Decoder`] for what is on the line, [`Request`] and [`Answer`] for what it means. The
//! command's end is the [`Client`]; the board's end writes blocks with a [`Receiver`] and asks [`slot`] which half to run. The document
//! of the protocol is `firmware/PROTOCOL.md`.
//!
//! ```
//! use wasm_embedded_line::{Decoder, Frame, Piece, Request};
//!
//! let bytes = Request::State { slot: 0 }.to_frame(7).to_bytes();
//! let mut decoder = Decoder::new(wasm_embedded_line::LONGEST_REQUEST);
//! let pieces: Vec<Piece> = bytes.iter().filter_map(|byte| decoder.push(*byte)).collect();
//! let [Piece::Frame(frame)] = &pieces[..] else { panic!("a frame") };
//! assert_eq!(Request::read(frame), Ok(Request::State { slot: 0 }));
//! ```
#![no_std]
#![cfg_attr(not(test), warn(clippy::expect_used))]

extern crate alloc;

mod client;
mod flash;
mod frame;
mod journal;
mod message;
mod proof;
mod receiver;
pub mod slot;

pub use client::{Client, ClientError, Port, Progress, Who};
pub use flash::{Flash, PAGE_BYTES, Page, SECTOR_BYTES, UNIT_BYTES};
pub use frame::{Decoder, Frame, Piece};
pub use journal::{Journal, RECORD_BYTES, Record};
pub use message::{
    Answer, BLOCK_BYTES, Digest, LONGEST_ANSWER, LONGEST_REQUEST, Proof, Request, State, Unknown, VERSION,
};
pub use proof::{Key, is_proof, proof};
pub use receiver::{BlockError, Receiver};

/// How many applications the flash of a board has room for.
pub const SLOTS: i64 = 2;
