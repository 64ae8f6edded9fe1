//! Who looks after the guests from outside, between their turns.

use wasm_embedded_image::ImageError;

use crate::board::Board;
use crate::ending::Ending;
use crate::load::{LoadError, Loaded};
use crate::station::Station;

/// Nobody, or who has the serial line of the board.
pub(crate) trait Operator {
    /// Whether there may be work without any guest.
    const STAYS: bool;

    /// Loads the image that a slot is to run.
    fn load(
        &mut self,
        slot: usize,
        load: &mut dyn FnMut(&'static [u8]) -> Result<Loaded, LoadError>,
    ) -> Result<Loaded, LoadError>;

    /// Does what is to be done now. Is called between two turns, and again and again while nobody has one.
    fn attend(&mut self, station: &mut Station);

    /// Is told how a run ended, and whether there is to be another.
    fn ended(&mut self, station: &mut Station, slot: usize, ending: &Ending, again: bool);
}

/// Nobody: the images are where they were flashed.
pub(crate) struct Nobody(pub(crate) &'static dyn Board);

impl Operator for Nobody {
    const STAYS: bool = false;

    fn load(
        &mut self,
        slot: usize,
        load: &mut dyn FnMut(&'static [u8]) -> Result<Loaded, LoadError>,
    ) -> Result<Loaded, LoadError> {
        load(self.0.slot(slot))
    }

    fn attend(&mut self, _: &mut Station) {}

    fn ended(&mut self, _: &mut Station, _: usize, _: &Ending, _: bool) {}
}

/// Whether there is no image, rather than one that cannot be run.
pub(crate) fn is_empty(error: &LoadError) -> bool {
    matches!(error, LoadError::Image(ImageError::Empty))
}
