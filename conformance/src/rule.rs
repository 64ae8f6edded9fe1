//! A rule of the catalogue.

use crate::case::Case;

/// A rule that every implementation of the traits has to keep.
#[derive(Clone, Copy, Debug)]
pub struct Rule {
    /// Its name: `I2C-05`.
    pub id: &'static str,
    /// What has to hold.
    pub text: &'static str,
    /// Where it comes from: a trait's documentation, or `ours` where the traits leave room.
    pub source: &'static str,
    /// The runs that exercise it, all of which have to be as expected.
    pub cases: &'static [Case],
}

impl Rule {
    pub(crate) const fn new(
        id: &'static str,
        text: &'static str,
        source: &'static str,
        cases: &'static [Case],
    ) -> Rule {
        Rule { id, text, source, cases }
    }
}
