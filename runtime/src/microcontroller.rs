//! Images for microcontrollers: a component compiled for the firmware, with its policy.

mod ast1030;
mod convert;
mod copies;
mod peripherals;
mod rp2350;

use std::fmt;

use wasm_embedded_host::HalCtx;
use wasm_embedded_host::microcontroller::{Settings, WASMTIME, config, tunables};
use wasm_embedded_image::{Contents, ImageError, uf2};
use wasmtime::Engine;
use wasmtime::component::{Component, Linker};

pub use self::convert::ConvertError;
pub use self::rp2350::PinError;
use crate::engine::{EngineOptions, engine};
use crate::imports::{self, LinkError};
use crate::lowered::Whole;
use crate::lowering;
use crate::policy::Policy;
use crate::program::{LoadError, check_kind};
use crate::size;

/// What the interfaces begin with that a firmware has.
const INTERFACES: &str = "wasm-embedded:hal/";

/// The room of an image, in bytes, where a slot has one and where it has two halves; and from one slot to the next.
const SLOT_BYTES: usize = 0xf_f000;
const HALF_BYTES: usize = 0x7_e000;
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
    /// ASPEED's evaluation board of the AST1030, a Cortex-M4 with I2C, which QEMU has as `ast1030-evb`.
    Ast1030,
}

/// Why there is no image.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum MakeError {
    /// The component cannot be compiled.
    #[error(transparent)]
    Component(#[from] LoadError),
    /// It imports interfaces that no firmware has.
    #[error(
        "it imports {}, which the firmware lacks: build it without std, see \"Without std\" in the documentation of wasm-embedded-hal",
        .missing.join(", ")
    )]
    Imports {
        /// What it imports, as the component names it.
        missing: Vec<String>,
    },
    /// It is put together in a way that only a host with the component model runs.
    #[error(
        "a microcontroller runs only components of one module with its usual helpers: {0}; Rust's target `wasm32-wasip2` and \
         `wasm-tools component new` make such components"
    )]
    Whole(Whole),
    /// It has more instances than its policy allows.
    #[error(
        "the component has {asked} core instances, and the policy allows {allowed}: raise `instances` under `[limits]`"
    )]
    Instances {
        /// How many it has.
        asked: usize,
        /// How many it may have.
        allowed: usize,
    },
    /// Its imports or its export are not what the firmware has, and runs.
    #[error("its imports and exports do not match the firmware")]
    Link(#[from] LinkError),
    /// Its copies of memory cannot be rewritten for the firmware's interpreter.
    #[error("its code cannot be rewritten for the firmware: {0}")]
    Copies(String),
    /// The policy asks for something that the board lacks.
    #[error(transparent)]
    Policy(#[from] ConvertError),
    /// The parts do not fit the format.
    #[error(transparent)]
    Image(#[from] ImageError),
    /// The image is longer than its place in the flash.
    #[error("the image has {bytes} bytes, and the flash of {board} has room for {room} bytes")]
    TooLong {
        /// Its length.
        bytes: usize,
        /// The room for it.
        room: usize,
        /// The board.
        board: Board,
    },
}

impl Board {
    /// Returns the board of this name.
    #[must_use]
    pub fn named(name: &str) -> Option<Board> {
        [Board::Pico2, Board::An505, Board::Virt, Board::Ast1030].into_iter().find(|board| board.to_string() == name)
    }

    /// Returns what images call it: QEMU's boards run the same images.
    fn family(self) -> &'static str {
        match self {
            Board::Pico2 => "pico2",
            Board::An505 | Board::Virt => "qemu",
            Board::Ast1030 => "ast1030",
        }
    }

    /// Returns how long an image may be. The Pico 2's slots have two halves: see `firmware/PROTOCOL.md`.
    fn room(self) -> usize {
        match self {
            Board::Pico2 => HALF_BYTES,
            Board::An505 | Board::Virt => SLOT_BYTES,
            Board::Ast1030 => ast1030::SLOT_BYTES,
        }
    }

    /// Returns whether the board simulates its parts.
    fn simulates(self) -> bool {
        matches!(self, Board::An505 | Board::Virt)
    }

    /// Returns where an image goes in the memory of the board. On one with a single slot, that is where all go.
    #[must_use]
    pub fn address(self, slot: u8) -> u32 {
        let first = match self {
            Board::Pico2 | Board::An505 => 0x1020_0000,
            Board::Virt => 0x8020_0000,
            Board::Ast1030 => return ast1030::SLOT,
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
/// The bytes are no component, the policy asks for something that the board lacks, or the image is too long.
pub fn pack(component: &[u8], policy: &Policy, board: Board, name: &str) -> Result<Vec<u8>, MakeError> {
    let packed = convert::policy(policy, board, name)?;
    check_kind(component)?;
    let (asked, allowed) = (size::code(component), policy.limits.code_bytes());
    if asked > u64::try_from(allowed).unwrap_or(u64::MAX) {
        return Err(LoadError::TooLarge { asked, allowed }.into());
    }
    let module = core_module(component, packed.limits.instances())?;
    let settings = Settings { fuel: packed.limits.fuel().is_some() };
    let compiler = config(settings).and_then(|config| Engine::new(&config));
    let compiler = compiler.map_err(|source| LoadError::Target { target: board.to_string(), source })?;
    let module = copies::as_calls(&module).map_err(|error| MakeError::Copies(error.to_string()))?;
    let code = compiler.precompile_module(&module).map_err(LoadError::refused_by_firmware)?;
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
        bytes if bytes > board.room() => Err(MakeError::TooLong { bytes, room: board.room(), board }),
        _ => Ok(image),
    }
}

/// Takes the core module out of a component, after its types were compared with what a firmware has: what the firmware would refuse is
/// refused where a person sits.
fn core_module(component: &[u8], instances: usize) -> Result<Vec<u8>, MakeError> {
    let engine = engine(EngineOptions::default()).map_err(LoadError::Engine)?;
    let why = match lowering::take(&engine, component) {
        Ok((taken, lowered)) if lowered.imports.iter().all(|name| name.starts_with(INTERFACES)) => {
            let asked = lowered.needs.instances;
            if asked > instances {
                return Err(MakeError::Instances { asked, allowed: instances });
            }
            return Ok(taken.module);
        }
        Ok(_) => Whole::Refused,
        Err(why) => why,
    };
    let component = Component::new(&engine, component).map_err(LoadError::refused_by_firmware)?;
    let names = imports::imports(&component).into_iter().map(|import| import.name);
    let missing: Vec<String> = names.filter(|name| !name.starts_with(INTERFACES)).collect();
    if !missing.is_empty() {
        return Err(MakeError::Imports { missing });
    }
    let mut linker = Linker::<HalCtx>::new(&engine);
    wasm_embedded_host::add_to_linker(&mut linker).map_err(LoadError::Engine)?;
    imports::check(&component, &linker)?;
    Err(MakeError::Whole(why))
}

impl fmt::Display for Board {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Board::Pico2 => "pico2",
            Board::An505 => "an505",
            Board::Virt => "virt",
            Board::Ast1030 => "ast1030",
        })
    }
}
