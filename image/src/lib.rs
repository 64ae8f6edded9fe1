//! The flash image of a guest: what `wasm-embedded-rt compile` writes and the firmware of a microcontroller runs in place.
//!
//! An [`Image`] holds a header with versions and a checksum, the [`Policy`] in a compact binary form, and the compiled core
//! module of the component, aligned so that Wasmtime runs it where it is. Nothing of an image is used before [`Image::verify`] has
//! checked all of it.
//!
//! The module names each function that it imports, with the interface and its version, and nothing else is imported: the tool has
//! compared the component's types with those of the host before it took the module out. The firmware compares names and signatures
//! again, and by the number `tunables` that the text of the interfaces was the same.
//!
//! ```
//! use wasm_embedded_image::{Contents, Image, Policy};
//!
//! let policy = Policy { name: "station".into(), ..Policy::default() };
//! let contents = Contents { wasmtime: "48.0.8", tunables: 7, board: "pico2", fuelled: true, policy: &policy, code: b"code" };
//! let mut bytes = contents.pack()?;
//! assert_eq!(Image::verify(&bytes)?.policy()?.name, "station");
//!
//! bytes[4096] ^= 1;
//! assert!(Image::verify(&bytes).is_err());
//! # Ok::<(), wasm_embedded_image::ImageError>(())
//! ```
#![no_std]
#![cfg_attr(not(test), warn(clippy::expect_used))]

extern crate alloc;

mod header;
pub mod uf2;

pub use header::{CODE_ALIGN, Contents, Image, ImageError, MAGIC};
pub use wasm_embedded_policy::chip::ChipPolicy as Policy;
pub use wasm_embedded_policy::codec::Damaged;
