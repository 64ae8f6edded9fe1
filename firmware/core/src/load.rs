//! From a region of the flash to a guest that can be started.
#![expect(unsafe_code, reason = "compiled code is taken from the flash")]

use alloc::string::String;
use alloc::sync::Arc;
use core::fmt;
use core::ptr::NonNull;

use wasm_embedded_host::microcontroller::{self, Settings};
use wasm_embedded_image::{Image, ImageError, Policy};
use wasmtime::{Engine, InstancePre, Linker, Module};

use crate::guest::Data;

/// What is needed to start a guest any number of times.
pub(crate) struct Loaded {
    pub(crate) name: Arc<str>,
    pub(crate) policy: Arc<Policy>,
    pub(crate) start: InstancePre<Data>,
}

/// Why there is nothing to start.
#[derive(Debug)]
pub(crate) enum LoadError {
    Image(ImageError),
    /// Made for another board.
    Board(String),
    /// Compiled by another version of Wasmtime.
    Version(String),
    /// Compiled with other settings.
    Tunables {
        image: u32,
        firmware: u32,
    },
    /// Wasmtime refuses it, or it imports what there is not.
    Guest(wasmtime::Error),
}

/// The engines, of which there may be two: with fuel and without.
#[derive(Default)]
pub(crate) struct Engines {
    made: [Option<Engine>; 2],
}

impl Engines {
    fn get(&mut self, settings: Settings) -> wasmtime::Result<Engine> {
        let [without, with] = &mut self.made;
        let place = if settings.fuel { with } else { without };
        if let Some(engine) = place {
            return Ok(engine.clone());
        }
        let engine = Engine::new(&microcontroller::config(settings)?)?;
        *place = Some(engine.clone());
        Ok(engine)
    }
}

/// Checks the image in a region of the flash, and links its guest.
pub(crate) fn load(region: &'static [u8], board: &str, engines: &mut Engines) -> Result<Loaded, LoadError> {
    let image = Image::verify(region).map_err(LoadError::Image)?;
    if image.board() != board {
        return Err(LoadError::Board(image.board().into()));
    }
    if image.wasmtime() != microcontroller::WASMTIME {
        return Err(LoadError::Version(image.wasmtime().into()));
    }
    let settings = Settings { fuel: image.is_fuelled() };
    let expected = microcontroller::tunables(settings);
    if image.tunables() != expected {
        return Err(LoadError::Tunables { image: image.tunables(), firmware: expected });
    }
    let policy = image.policy().map_err(LoadError::Image)?;
    let start = link(image.code(), settings, engines).map_err(LoadError::Guest)?;
    Ok(Loaded { name: policy.name.as_str().into(), policy: Arc::new(policy), start })
}

fn link(code: &'static [u8], settings: Settings, engines: &mut Engines) -> wasmtime::Result<InstancePre<Data>> {
    let engine = engines.get(settings)?;
    // SAFETY: the bytes are in the flash, which nothing writes to while the firmware runs; the image's checksum says that they
    // are what the tool wrote, which was the output of Wasmtime's compiler, and Wasmtime checks version and settings itself.
    // Who can write the flash can replace the firmware as well: the checksum is against accidents.
    let module = unsafe { Module::deserialize_raw(&engine, NonNull::from(code)) }?;
    let mut linker = Linker::new(&engine);
    wasm_embedded_host::lowered::add_to_linker::<Data>(&mut linker)?;
    // The tool has checked the types of the component. Here names, versions and signatures are compared again.
    linker.instantiate_pre(&module)
}

impl fmt::Display for LoadError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            LoadError::Image(error) => error.fmt(f),
            LoadError::Board(board) => write!(f, "the image is for the board {board:?}"),
            LoadError::Version(version) => write!(
                f,
                "the image was compiled with Wasmtime {version}, this firmware has {}: compile it again with the tool \
                 of this firmware",
                microcontroller::WASMTIME
            ),
            LoadError::Tunables { image, firmware } => write!(
                f,
                "the image was compiled with settings {image:#010x}, this firmware has {firmware:#010x}: compile it again with the \
                 tool of this firmware"
            ),
            LoadError::Guest(error) => write!(f, "the guest is refused: {error:#}"),
        }
    }
}
