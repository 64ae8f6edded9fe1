//! What a board keeps of an application.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::digest::Digest;
use crate::name::{Key, Value};

/// The form of a record. One with another number is of another version of this program.
const FORMAT: u32 = 1;

/// What a board was told of an application, and has to know after a power cut.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct Record {
    format: u32,
    /// Counts the changes.
    pub generation: u64,
    /// Whether it is to run.
    pub wanted: bool,
    /// The component that is to run.
    pub current: Option<Digest>,
    /// While the current component is on trial: how often it was started, and the component that comes back if it fails.
    pub trial: Option<Trial>,
    /// The component of `board.toml` that was taken last.
    pub file: Option<Digest>,
    /// The component that failed last, for which another one came back.
    pub failed: Option<Digest>,
    /// The configuration values that were set, before those of `board.toml`.
    pub values: BTreeMap<Key, Value>,
}

/// A new component that has yet to prove itself.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Trial {
    /// How often it was started: a component that ends the machine's power has no other way to be noticed.
    pub starts: u32,
    /// The component that comes back if it fails.
    pub back: Option<Digest>,
}

impl Default for Record {
    fn default() -> Record {
        Record {
            format: FORMAT,
            generation: 0,
            wanted: true,
            current: None,
            trial: None,
            file: None,
            failed: None,
            values: BTreeMap::new(),
        }
    }
}

impl Record {
    /// Returns the bytes of a file for it.
    pub(crate) fn to_bytes(&self) -> Vec<u8> {
        // A record is of texts and numbers alone, which JSON can always hold.
        serde_json::to_vec_pretty(self).unwrap_or_default()
    }

    /// Reads the bytes of a file.
    ///
    /// # Errors
    ///
    /// They are damaged, or of another version of this program.
    pub(crate) fn from_bytes(bytes: &[u8]) -> Result<Record, String> {
        let record: Record = serde_json::from_slice(bytes).map_err(|error| error.to_string())?;
        match record.format {
            FORMAT => Ok(record),
            format => Err(format!("its format is {format}, and this program knows {FORMAT}")),
        }
    }

    /// Returns the components that it needs.
    pub(crate) fn components(&self) -> impl Iterator<Item = Digest> {
        self.current.into_iter().chain(self.trial.and_then(|trial| trial.back))
    }
}
