//! The models that can be on a board.

use alloc::vec::Vec;
use core::error::Error;
use core::fmt;

use super::Model;
use crate::parts::MODELS;

/// The models that can be on a board: those of this crate, and any others.
#[derive(Clone, Debug)]
pub struct Catalog(Vec<&'static Model>);

/// Two models of a catalogue have one name.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct DuplicateModel(&'static str);

impl fmt::Display for DuplicateModel {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the catalogue already has a model \"{}\"", self.0)
    }
}

impl Error for DuplicateModel {}

impl Catalog {
    /// Makes a catalogue of the models of this crate.
    #[must_use]
    pub fn new() -> Catalog {
        Catalog(MODELS.iter().collect())
    }

    /// Adds a model.
    ///
    /// # Errors
    /// There is one of that name already, in capitals or not.
    pub fn add(&mut self, model: &'static Model) -> Result<(), DuplicateModel> {
        if self.find(model.name).is_some() {
            return Err(DuplicateModel(model.name));
        }
        self.0.push(model);
        Ok(())
    }

    /// Returns the model of this name, in capitals or not.
    #[must_use]
    pub fn find(&self, name: &str) -> Option<&'static Model> {
        self.iter().find(|model| model.name.eq_ignore_ascii_case(name))
    }

    /// Returns all models, in the order in which they were added.
    #[must_use]
    pub fn iter(&self) -> impl ExactSizeIterator<Item = &'static Model> {
        self.0.iter().copied()
    }
}

impl Default for Catalog {
    fn default() -> Catalog {
        Catalog::new()
    }
}
