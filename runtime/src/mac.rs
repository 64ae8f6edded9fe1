//! Keys, and what they vouch for.
//!
//! HMAC-SHA256 as RFC 2104 defines it. By hand over the hash that is here already: the crate `hmac` would turn on features of
//! crates that Wasmtime is built with.

use std::fmt;
use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

use sha2::{Digest as _, Sha256};

/// The block of SHA-256 in bytes. FIPS 180-4, figure 1.
const BLOCK: usize = 64;

/// The shortest key that is worth the name, in bytes.
const SHORTEST: usize = 32;
/// The longest file that is read as a key.
const LONGEST: u64 = 4096;

/// What proves that who has the key has seen these bytes.
pub(crate) type Tag = [u8; 32];

/// A secret. Who has it can make this program execute machine code.
#[derive(Clone)]
pub struct Key([u8; BLOCK]);

impl Key {
    /// Makes a key of a secret of at least 32 bytes.
    fn new(secret: &[u8]) -> Option<Key> {
        if secret.len() < SHORTEST {
            return None;
        }
        let mut block = [0; BLOCK];
        let hash: [u8; 32];
        let secret = if secret.len() > BLOCK {
            hash = Sha256::digest(secret).into();
            &hash
        } else {
            secret
        };
        block.iter_mut().zip(secret).for_each(|(block, byte)| *block = *byte);
        Some(Key(block))
    }

    /// Reads a key from a file that only its owner, who is the user or root, can read or write.
    ///
    /// # Errors
    ///
    /// The file cannot be read, is shorter than 32 bytes, or others could read or write it.
    pub fn load(path: &Path) -> io::Result<Key> {
        let file = File::open(path)?;
        own(&file.metadata()?, "file")?;
        let mut secret = Vec::new();
        file.take(LONGEST).read_to_end(&mut secret)?;
        Key::new(&secret).ok_or_else(|| {
            io::Error::new(io::ErrorKind::InvalidData, format!("a key needs at least {SHORTEST} random bytes"))
        })
    }

    /// Returns the tag of bytes, which may be in several pieces.
    pub(crate) fn tag(&self, pieces: &[&[u8]]) -> Tag {
        let hash = |pad: u8, pieces: &[&[u8]]| -> Tag {
            let mut hash = Sha256::new();
            hash.update(self.0.map(|byte| byte ^ pad));
            pieces.iter().for_each(|piece| hash.update(piece));
            hash.finalize().into()
        };
        hash(0x5c, &[&hash(0x36, pieces)])
    }

    /// Returns whether a tag is that of the bytes, in a time that does not say how much of it is right.
    pub(crate) fn vouches(&self, tag: &[u8], pieces: &[&[u8]]) -> bool {
        let right = self.tag(pieces);
        tag.len() == right.len() && tag.iter().zip(&right).fold(0, |differs, (one, other)| differs | (one ^ other)) == 0
    }
}

impl fmt::Debug for Key {
    /// Writes nothing of the secret.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Key")
    }
}

/// Checks that nobody but this user, or root, can read or change something.
#[cfg(unix)]
pub(crate) fn own(metadata: &std::fs::Metadata, what: &str) -> io::Result<()> {
    use std::os::unix::fs::MetadataExt as _;
    let user = rustix::process::geteuid().as_raw();
    let refuse = |message: String| Err(io::Error::new(io::ErrorKind::PermissionDenied, message));
    if metadata.uid() != user && metadata.uid() != 0 {
        return refuse(format!("the {what} belongs to user {}, not to user {user}", metadata.uid()));
    }
    match metadata.mode() & 0o077 {
        0 => Ok(()),
        _ => refuse(format!(
            "other users can access the {what} (mode {:04o}): use `chmod go=`",
            metadata.mode() & 0o7777
        )),
    }
}

/// Elsewhere who can read a file is not known here.
#[cfg(not(unix))]
pub(crate) fn own(_metadata: &std::fs::Metadata, _what: &str) -> io::Result<()> {
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hex(tag: Tag) -> String {
        tag.iter().map(|byte| format!("{byte:02x}")).collect()
    }

    /// RFC 4231, sections 4.5 and 4.7: a key shorter than a block and one longer.
    #[test]
    fn tags_are_those_of_the_standard() {
        let mut block = [0; BLOCK];
        block.iter_mut().zip(1..=25).for_each(|(block, byte)| *block = byte);
        assert_eq!(
            hex(Key(block).tag(&[&[0xcd; 20], &[0xcd; 30]])),
            "82558a389a443c0ea4cc819899f2083a85f0faa3e578f8077a2e3ff46729665b"
        );
        let long = Key::new(&[0xaa; 131]).expect("long enough");
        assert_eq!(
            hex(long.tag(&[b"Test Using Larger Than Block-Size Key - Hash Key First"])),
            "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54"
        );
    }

    #[test]
    fn one_bit_of_the_bytes_or_of_the_key_is_enough() {
        let key = Key::new(&[7; 32]).expect("long enough");
        let tag = key.tag(&[b"code"]);
        assert!(key.vouches(&tag, &[b"co", b"de"]));
        assert!(!key.vouches(&tag, &[b"codf"]));
        assert!(!key.vouches(&tag[..31], &[b"code"]));
        assert!(!Key::new(&[6; 32]).expect("long enough").vouches(&tag, &[b"code"]));
        assert!(Key::new(&[7; 31]).is_none());
    }

    #[cfg(unix)]
    #[test]
    fn a_key_that_others_can_read_is_none() {
        use std::os::unix::fs::PermissionsExt as _;
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("key");
        std::fs::write(&path, [1; 32]).expect("a file");
        let load = |mode| {
            std::fs::set_permissions(&path, std::fs::Permissions::from_mode(mode)).expect("it is ours");
            Key::load(&path)
        };
        assert!(load(0o600).is_ok());
        assert!(load(0o640).is_err());
        assert!(load(0o602).is_err());
    }
}
