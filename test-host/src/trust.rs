//! Who vouches for compiled components.
//!
//! A compiled component is machine code: loading one that an attacker made is running what the attacker wrote. So one is loaded
//! only if its SHA-256 is known, from having been compiled here by the same user or from the command line.

use std::fmt;
use std::fs::{self, OpenOptions};
use std::io::{self, Write};
use std::path::PathBuf;
use std::str::FromStr;

use sha2::{Digest as _, Sha256};

/// The SHA-256 of a compiled component.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct Digest([u8; 32]);

impl Digest {
    /// Returns the digest of bytes.
    #[must_use]
    pub fn of(bytes: &[u8]) -> Digest {
        Digest(Sha256::digest(bytes).into())
    }
}

impl fmt::Display for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

/// Text that is no SHA-256 in hexadecimal digits.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
#[error("a SHA-256 has 64 hexadecimal digits")]
pub struct DigestError(());

impl FromStr for Digest {
    type Err = DigestError;

    fn from_str(text: &str) -> Result<Digest, DigestError> {
        let mut digest = [0; 32];
        if text.len() != 64 || !text.bytes().all(|byte| byte.is_ascii_hexdigit()) {
            return Err(DigestError(()));
        }
        for (index, byte) in digest.iter_mut().enumerate() {
            let digits = text.get(2 * index..2 * index + 2).ok_or(DigestError(()))?;
            *byte = u8::from_str_radix(digits, 16).map_err(|_| DigestError(()))?;
        }
        Ok(Digest(digest))
    }
}

/// The compiled components that may be loaded.
#[derive(Clone, Debug, Default)]
pub struct Trust {
    digests: Vec<Digest>,
    list: Option<PathBuf>,
}

impl Trust {
    /// Trusts these only.
    #[must_use]
    pub fn only(digests: Vec<Digest>) -> Trust {
        Trust { digests, list: None }
    }

    /// Trusts these, and what this user compiled here: a list in the folder that `XDG_STATE_HOME` names, or in
    /// `~/.local/state`.
    #[must_use]
    pub fn of_user(digests: Vec<Digest>) -> Trust {
        let absolute = |path: PathBuf| path.is_absolute().then_some(path);
        let state = std::env::var_os("XDG_STATE_HOME").map(PathBuf::from).and_then(absolute);
        let state = state.or_else(|| Some(std::env::home_dir()?.join(".local/state")));
        Trust { digests, list: state.map(|state| state.join("wasm-embedded-rt/compiled.sha256")) }
    }

    /// Returns whether bytes with this digest may be loaded.
    #[must_use]
    pub fn vouches_for(&self, digest: &Digest) -> bool {
        let listed = || {
            let list = fs::read_to_string(self.list.as_ref()?).ok()?;
            Some(list.lines().any(|line| line.parse() == Ok(*digest)))
        };
        self.digests.contains(digest) || listed().unwrap_or(false)
    }

    /// Adds a digest to the user's list.
    ///
    /// # Errors
    ///
    /// The list cannot be written.
    pub fn remember(&self, digest: &Digest) -> io::Result<()> {
        let Some(list) = self.list.as_ref().filter(|_| !self.vouches_for(digest)) else { return Ok(()) };
        if let Some(folder) = list.parent() {
            fs::create_dir_all(folder)?;
        }
        let mut options = OpenOptions::new();
        options.append(true).create(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        options.open(list)?.write_all(format!("{digest}\n").as_bytes())
    }
}

#[cfg(test)]
mod tests {
    use super::{Digest, Trust};

    #[test]
    fn only_what_was_vouched_for_is_trusted() {
        let folder = tempfile::tempdir().expect("a folder");
        let trust = Trust { digests: vec![Digest::of(b"brought")], list: Some(folder.path().join("a/list")) };
        let (brought, made, other) = (Digest::of(b"brought"), Digest::of(b"made"), Digest::of(b"other"));
        assert!(trust.vouches_for(&brought));
        assert!(!trust.vouches_for(&made));
        trust.remember(&made).expect("a writable folder");
        assert!(trust.vouches_for(&made));
        assert!(!trust.vouches_for(&other));
    }

    #[test]
    fn digests_are_read_as_they_are_written() {
        let digest = Digest::of(b"");
        assert_eq!(digest.to_string(), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
        assert_eq!(digest.to_string().parse(), Ok(digest));
        assert!("e3b0".parse::<Digest>().is_err());
        assert!("+3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855".parse::<Digest>().is_err());
    }
}
