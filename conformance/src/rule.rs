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
    /// How it is exercised.
    pub body: Body,
}

/// How a rule is exercised.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub enum Body {
    /// By these runs, all of which have to be as expected.
    Cases(&'static [Case]),
    /// Not at all, for this reason.
    Pending(&'static str),
}

impl Rule {
    pub(crate) const fn new(
        id: &'static str,
        text: &'static str,
        source: &'static str,
        cases: &'static [Case],
    ) -> Rule {
        Rule { id, text, source, body: Body::Cases(cases) }
    }

    pub(crate) const fn pending(id: &'static str, text: &'static str, source: &'static str, why: &'static str) -> Rule {
        Rule { id, text, source, body: Body::Pending(why) }
    }
}
