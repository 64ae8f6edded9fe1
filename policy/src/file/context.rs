//! What a policy is read with besides its text.

use std::fs::File;
use std::io::{self, Read as _};
use std::path::PathBuf;

use wasm_embedded_sim::model::Catalog;

use super::MAX_POLICY_BYTES;

/// What a policy is read with besides its text.
#[derive(Clone, Debug, Default)]
pub struct Context {
    /// The parts that can be on the board.
    pub catalog: Catalog,
    /// The folder that the names of other files count from, if the policy is in a file.
    pub folder: Option<PathBuf>,
}

impl Context {
    /// Reads a file that the policy names, as far as it may be long.
    pub fn read(&self, name: &str) -> io::Result<String> {
        let folder = self.folder.as_ref().ok_or_else(|| io::Error::other("the policy is not in a file"))?;
        let limit = u64::try_from(MAX_POLICY_BYTES).unwrap_or(u64::MAX);
        let mut text = String::new();
        File::open(folder.join(name))?.take(limit.saturating_add(1)).read_to_string(&mut text)?;
        if text.len() > MAX_POLICY_BYTES {
            return Err(io::Error::other(format!("it is longer than {MAX_POLICY_BYTES} bytes")));
        }
        Ok(text)
    }
}
