//! Who vouches for compiled components.
//!
//! A compiled component is machine code: loading one that an attacker made is running what the attacker wrote. So one is loaded
//! only if its SHA-256 is known, from having been compiled here by the same user or from the command line, or if it ends with a
//! seal under a key of the operator's.

use std::fmt;
use std::fs::{self, File, OpenOptions};
use std::io::{self, Read, Write};
use std::path::PathBuf;
use std::str::FromStr;

use sha2::{Digest as _, Sha256};

use crate::mac::{self, Key, Tag};

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
#[error("write a SHA-256 as 64 hexadecimal digits")]
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
    keys: Vec<Key>,
    list: Option<PathBuf>,
}

/// What a seal begins with; a tag of 32 bytes follows, and is the end of the file.
const SEAL: &[u8; 16] = b"wasm-embedded-k1";

/// Seals code with a key: whoever has the key runs it without knowing its SHA-256.
pub fn seal(code: &mut Vec<u8>, key: &Key) {
    let tag = key.tag(&[SEAL, code]);
    code.extend_from_slice(SEAL);
    code.extend_from_slice(&tag);
}

/// Returns the code before its seal, and the tag, if it is sealed.
fn unseal(bytes: &[u8]) -> Option<(&[u8], &[u8])> {
    let (rest, tag) = bytes.split_at_checked(bytes.len().checked_sub(size_of::<Tag>())?)?;
    rest.strip_suffix(SEAL).map(|code| (code, tag))
}

impl Trust {
    /// Trusts these only.
    #[must_use]
    pub fn only(digests: Vec<Digest>) -> Trust {
        Trust { digests, keys: Vec::new(), list: None }
    }

    /// Trusts these, and what this user compiled here: a list in the folder that `XDG_STATE_HOME` names, or in
    /// `~/.local/state`.
    #[must_use]
    pub fn of_user(digests: Vec<Digest>) -> Trust {
        let absolute = |path: PathBuf| path.is_absolute().then_some(path);
        let state = std::env::var_os("XDG_STATE_HOME").map(PathBuf::from).and_then(absolute);
        let state = state.or_else(|| Some(std::env::home_dir()?.join(".local/state")));
        Trust { digests, keys: Vec::new(), list: state.map(|state| state.join("wasm-embedded-rt/compiled.sha256")) }
    }

    /// Trusts what is sealed with a key, too.
    #[must_use]
    pub fn and_key(mut self, key: Key) -> Trust {
        self.keys.push(key);
        self
    }

    /// Returns the code in bytes that may be loaded: because their digest is known, or because of their seal.
    pub(crate) fn code<'b>(&self, bytes: &'b [u8]) -> Option<&'b [u8]> {
        let sealed = unseal(bytes);
        let is_sealed = |(code, tag): (&[u8], &[u8])| self.keys.iter().any(|key| key.vouches(tag, &[SEAL, code]));
        let vouched = self.vouches_for(&Digest::of(bytes)) || sealed.is_some_and(is_sealed);
        vouched.then_some(sealed.map_or(bytes, |(code, _)| code))
    }

    /// Returns whether bytes with this digest may be loaded.
    #[must_use]
    pub fn vouches_for(&self, digest: &Digest) -> bool {
        let listed = || {
            let mut file = File::open(self.list.as_ref()?).ok()?;
            // Whoever can write to the list can have machine code executed.
            mac::own(&file.metadata().ok()?, "list").ok()?;
            let mut list = String::new();
            file.read_to_string(&mut list).ok()?;
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
    use super::{Digest, Trust, seal};
    use crate::mac::Key;

    #[test]
    fn only_what_was_vouched_for_is_trusted() {
        let folder = tempfile::tempdir().expect("a folder");
        let trust = Trust { list: Some(folder.path().join("a/list")), ..Trust::only(vec![Digest::of(b"brought")]) };
        let (brought, made, other) = (Digest::of(b"brought"), Digest::of(b"made"), Digest::of(b"other"));
        assert!(trust.vouches_for(&brought));
        assert!(!trust.vouches_for(&made));
        trust.remember(&made).expect("a writable folder");
        assert!(trust.vouches_for(&made));
        assert!(!trust.vouches_for(&other));
        #[cfg(unix)]
        {
            let others = std::os::unix::fs::PermissionsExt::from_mode(0o620);
            std::fs::set_permissions(folder.path().join("a/list"), others).expect("it is ours");
            assert!(!trust.vouches_for(&made), "others could have written it");
        }
    }

    #[test]
    fn a_seal_vouches_for_the_very_bytes_to_whoever_has_its_key() {
        let folder = tempfile::tempdir().expect("a folder");
        let key = |byte| {
            let path = folder.path().join(format!("key{byte}"));
            std::fs::write(&path, [byte; 32]).expect("a file");
            #[cfg(unix)]
            std::fs::set_permissions(&path, std::os::unix::fs::PermissionsExt::from_mode(0o600)).expect("it is ours");
            Key::load(&path).expect("a key")
        };
        let mut sealed = b"code".to_vec();
        seal(&mut sealed, &key(1));
        assert_eq!(Trust::default().and_key(key(1)).code(&sealed), Some(&b"code"[..]));
        assert_eq!(Trust::default().and_key(key(2)).and_key(key(1)).code(&sealed), Some(&b"code"[..]));
        assert_eq!(Trust::default().and_key(key(2)).code(&sealed), None);
        assert_eq!(Trust::default().code(&sealed), None);
        assert_eq!(Trust::only(vec![Digest::of(&sealed)]).code(&sealed), Some(&b"code"[..]));
        for place in 0..sealed.len() {
            let mut other = sealed.clone();
            other[place] ^= 1;
            assert_eq!(Trust::default().and_key(key(1)).code(&other), None, "bit of byte {place}");
        }
        assert_eq!(Trust::default().and_key(key(1)).code(b"code"), None, "not sealed at all");
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
