//! Images for microcontrollers: a component compiled for the firmware, with its policy.

mod convert;
mod rp2350;

use std::fmt;

use wasm_embedded_host::microcontroller::{Settings, WASMTIME, config, tunables};
use wasm_embedded_image::{Contents, ImageError, uf2};
use wasmtime::Engine;

pub use self::convert::ConvertError;
pub use self::rp2350::PinError;
use crate::policy::Policy;
use crate::program::{LoadError, check_kind};

/// How many images a flash has room for.
pub const SLOTS: i64 = 2;

/// The room of an image, in bytes, and from the beginning of one to the beginning of the next.
const SLOT_BYTES: usize = 0xf_f000;
const SLOT_STEP: u32 = 0x10_0000;

/// A board that there is a firmware for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Board {
    /// A Raspberry Pi Pico 2, whose RP2350 has Arm and RISC-V cores that run the same images.
    Pico2,
    /// QEMU's `mps2-an505`, a Cortex-M33 with simulated parts.
    An505,
    /// QEMU's `virt` with 32 bits, with simulated parts.
    Virt,
}

/// Why there is no image.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum MakeError {
    /// The component cannot be compiled.
    #[error(transparent)]
    Component(#[from] LoadError),
    /// The policy asks for what the board has not.
    #[error(transparent)]
    Policy(#[from] ConvertError),
    /// The parts do not fit the format.
    #[error(transparent)]
    Image(#[from] ImageError),
    /// The image is longer than its place in the flash.
    #[error("the image has {bytes} bytes, and there is room for {SLOT_BYTES}")]
    TooLong {
        /// Its length.
        bytes: usize,
    },
}

impl Board {
    /// Returns the board of this name.
    #[must_use]
    pub fn named(name: &str) -> Option<Board> {
        [Board::Pico2, Board::An505, Board::Virt].into_iter().find(|board| board.to_string() == name)
    }

    /// Returns what images call it: QEMU's boards run the same images.
    fn family(self) -> &'static str {
        match self {
            Board::Pico2 => "pico2",
            Board::An505 | Board::Virt => "qemu",
        }
    }

    /// Returns where an image goes in the memory of the board.
    #[must_use]
    pub fn address(self, slot: u8) -> u32 {
        let first = match self {
            Board::Pico2 | Board::An505 => 0x1020_0000,
            Board::Virt => 0x8020_0000,
        };
        first + u32::from(slot) * SLOT_STEP
    }

    /// Returns an image as the boot loader takes it.
    #[must_use]
    pub fn uf2(self, image: &[u8], slot: u8) -> Vec<u8> {
        uf2::blocks(image, self.address(slot), uf2::RP2350_ABSOLUTE)
    }
}

impl MakeError {
    /// Returns whether the component is to blame, and not the policy.
    #[must_use]
    pub fn is_of_component(&self) -> bool {
        !matches!(self, MakeError::Policy(_))
    }
}

/// Compiles a component for a board, and packs it with its policy. The log of the board calls the guest `name`.
///
/// # Errors
///
/// The bytes are no component, the policy asks for what the board has not, or the image is too long.
pub fn pack(component: &[u8], policy: &Policy, board: Board, name: &str) -> Result<Vec<u8>, MakeError> {
    let packed = convert::policy(policy, board, name)?;
    check_kind(component)?;
    let settings = Settings { fuel: policy.fuel.is_some() };
    let engine = config(settings).and_then(|config| Engine::new(&config));
    let engine = engine.map_err(|source| LoadError::Target { target: board.to_string(), source })?;
    let code = engine.precompile_component(component).map_err(LoadError::Invalid)?;
    let contents = Contents {
        wasmtime: WASMTIME,
        tunables: tunables(settings),
        board: board.family(),
        fuelled: settings.fuel,
        policy: &packed,
        code: &code,
    };
    let image = contents.pack()?;
    match image.len() {
        0..=SLOT_BYTES => Ok(image),
        bytes => Err(MakeError::TooLong { bytes }),
    }
}

impl fmt::Display for Board {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Board::Pico2 => "pico2",
            Board::An505 => "an505",
            Board::Virt => "virt",
        })
    }
}
