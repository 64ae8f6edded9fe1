//! The parts on the simulated board.

use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

use wasm_embedded_sim::model::{PartSpec, Wires};
use wasm_embedded_sim::parts::ON_MICROCONTROLLERS;
use wasm_embedded_sim::{PartId, Sim};

/// Puts a part on the board.
pub(crate) fn add(sim: &Sim, part: &PartSpec, wires: &Wires<'_>) -> Result<PartId, String> {
    let maker = ON_MICROCONTROLLERS.into_iter().find(|maker| maker.name == part.model);
    let put = match maker {
        Some(maker) => part.put(sim, maker, wires),
        None => Err("this firmware does not have its model".into()),
    };
    put.map_err(|error| format!("cannot put part `{}` on the board: {error}", part.name))
}

/// Returns the rows of dots of a part that is a display, in hexadecimal digits of four dots each, and none of another part.
pub(crate) fn rows(sim: &Sim, part: PartId) -> Vec<String> {
    let Some(frame) = sim.picture(part) else { return Vec::new() };
    let digit = |x: usize, y: usize| {
        let value = (0..4).fold(0_u8, |value, dot| (value << 1) | u8::from(frame.pixel(x + dot, y)));
        format!("{value:x}")
    };
    (0..frame.height).map(|y| (0..frame.width).step_by(4).map(|x| digit(x, y)).collect()).collect()
}
