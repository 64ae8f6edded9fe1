//! Code that this program compiled before, kept for the next run.
//!
//! What is in the cache is machine code, so it is loaded only if it is this program's own: the folder belongs to the user alone,
//! and every entry begins with its tag under a key that is in the folder. An entry that is not what it was is removed.
//!
//! The tags are SipHash-2-4 with 128 bits (Aumasson and Bernstein, 2012), which a processor without instructions for SHA-256 computes in a
//! thirtieth of the instructions: with HMAC-SHA-256 a start from the cache spent two thirds of its time on it.

use std::fmt;
use std::fs::{self, File, OpenOptions};
use std::hash::{Hash as _, Hasher as _};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use siphasher::sip128::{Hasher128 as _, SipHasher24};
use wasmtime::Engine;

use crate::engine::Way;
use crate::mac::{self, Key};

/// The most bytes that the cache takes of the disk. The code that was not used for the longest time goes first.
const MOST_BYTES: u64 = 256 << 20;

/// After which time an entry that was never finished is removed.
const UNFINISHED: Duration = Duration::from_secs(60 * 60);

/// The bytes of a new key.
const KEY_BYTES: usize = 32;

/// A folder of compiled code.
#[derive(Debug)]
pub struct Cache {
    folder: PathBuf,
    key: TagKey,
}

/// What the tags are made with.
#[derive(Clone)]
struct TagKey([u8; 16]);

/// What proves that this program kept these bytes.
type Tag = [u8; 16];

/// The name of some code: of the component it was compiled from, and of everything that it depends on.
pub(crate) struct Name(String);

impl Cache {
    /// Returns where the user's cache is: in the folder that `XDG_CACHE_HOME` names, or in `~/.cache`.
    #[must_use]
    pub fn folder_of_user() -> Option<PathBuf> {
        let absolute = |path: PathBuf| path.is_absolute().then_some(path);
        let caches = std::env::var_os("XDG_CACHE_HOME").map(PathBuf::from).and_then(absolute);
        let caches = caches.or_else(|| Some(std::env::home_dir().and_then(absolute)?.join(".cache")))?;
        Some(caches.join("wasm-embedded-rt"))
    }

    /// Opens a cache, and makes it if it is not there.
    ///
    /// # Errors
    ///
    /// The folder cannot be made, or others than this user could write to it ([`io::ErrorKind::PermissionDenied`]).
    pub fn open(folder: &Path) -> io::Result<Cache> {
        if let Some(parent) = folder.parent() {
            fs::create_dir_all(parent)?;
        }
        let mut builder = fs::DirBuilder::new();
        #[cfg(unix)]
        std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
        match builder.create(folder) {
            Err(error) if error.kind() != io::ErrorKind::AlreadyExists => return Err(error),
            _ => {}
        }
        // Not of what a link points to.
        let metadata = fs::symlink_metadata(folder)?;
        if !metadata.is_dir() {
            return Err(io::Error::new(io::ErrorKind::PermissionDenied, "it is not a folder"));
        }
        mac::own(&metadata, "folder")?;
        let path = folder.join("key");
        let key = match Key::load(&path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                make_key(folder, &path)?;
                Key::load(&path)?
            }
            loaded => loaded?,
        };
        Ok(Cache { folder: folder.to_owned(), key: TagKey::of(&key) })
    }

    /// Returns the name of what an engine makes of a component.
    pub(crate) fn name(&self, engine: &Engine, way: Way, component: &[u8]) -> Name {
        let mut name = self.key.hasher();
        name.write(b"name");
        engine.precompile_compatibility_hash().hash(&mut name);
        // A component that is kept lowered was checked against the host's interfaces.
        wasm_embedded_host::lowered::WIT.hash(&mut name);
        name.write_u8(match way {
            Way::Auto => 0,
            Way::Component => 1,
            Way::Lowered => 2,
        });
        component.hash(&mut name);
        Name(name.finish128().as_bytes().iter().map(|byte| format!("{byte:02x}")).collect())
    }

    /// Returns the code of that name, if it is there and this program's own.
    pub(crate) fn get(&self, name: &Name) -> Option<Vec<u8>> {
        let path = self.path(name);
        let file = File::open(&path).ok()?;
        let mut bytes = Vec::new();
        (&file).take(MOST_BYTES).read_to_end(&mut bytes).ok()?;
        let vouched = bytes.split_at_checked(size_of::<Tag>());
        if !vouched.is_some_and(|(tag, code)| is_equal(tag, &self.key.tag(name, code))) {
            self.remove(name);
            return None;
        }
        // When it was used last; where that cannot be written, it goes earlier.
        let _ = file.set_modified(SystemTime::now());
        bytes.drain(..size_of::<Tag>());
        Some(bytes)
    }

    /// Removes what turned out to be of no use.
    pub(crate) fn remove(&self, name: &Name) {
        // Whoever comes next finds the same.
        let _ = fs::remove_file(self.path(name));
    }

    /// Keeps code for the next run. What cannot be written is compiled again.
    pub(crate) fn put(&self, name: &Name, code: &[u8]) {
        let length = u64::try_from(code.len()).unwrap_or(u64::MAX);
        if length < MOST_BYTES && self.make_room(length).is_ok() {
            let tag = self.key.tag(name, code);
            let _ = write_whole(&self.folder, &self.path(name), &[&tag, code]);
        }
    }

    fn path(&self, name: &Name) -> PathBuf {
        self.folder.join(&name.0).with_extension("code")
    }

    /// Removes the oldest code until there is room, and what was never finished.
    fn make_room(&self, bytes: u64) -> io::Result<()> {
        let mut entries = Vec::new();
        for entry in fs::read_dir(&self.folder)? {
            let entry = entry?;
            let (path, metadata) = (entry.path(), entry.metadata()?);
            let used = metadata.modified()?;
            match path.extension().and_then(|extension| extension.to_str()) {
                Some("code") => entries.push((used, metadata.len(), path)),
                Some("new") if used.elapsed().is_ok_and(|age| age > UNFINISHED) => fs::remove_file(path)?,
                _ => {}
            }
        }
        entries.sort();
        let mut total = entries.iter().fold(bytes, |total, (_, bytes, _)| total.saturating_add(*bytes));
        for (_, bytes, path) in entries {
            if total <= MOST_BYTES {
                break;
            }
            fs::remove_file(path)?;
            total = total.saturating_sub(bytes);
        }
        Ok(())
    }
}

/// Makes a key. If another run makes one at the same time, the one that is there last is the key, and the other's first entry is
/// compiled again.
fn make_key(folder: &Path, path: &Path) -> io::Result<()> {
    let mut secret = [0; KEY_BYTES];
    // The kernel's own randomness; where there is no such file there is no cache.
    File::open("/dev/urandom")?.read_exact(&mut secret)?;
    write_whole(folder, path, &[&secret])
}

/// Writes a file that is there as a whole or not at all, and that nobody else can read.
fn write_whole(folder: &Path, path: &Path, pieces: &[&[u8]]) -> io::Result<()> {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let unfinished = folder.join(format!("{name}.{}.new", std::process::id()));
    let mut options = OpenOptions::new();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let written = options.open(&unfinished).and_then(|mut file| {
        pieces.iter().try_for_each(|piece| file.write_all(piece))?;
        fs::rename(&unfinished, path)
    });
    if written.is_err() {
        let _ = fs::remove_file(&unfinished);
    }
    written
}

impl TagKey {
    /// Derives it from the key of the folder.
    fn of(key: &Key) -> TagKey {
        let mut secret = [0; 16];
        secret.iter_mut().zip(key.tag(&[b"tags of the cache"])).for_each(|(byte, derived)| *byte = derived);
        TagKey(secret)
    }

    fn hasher(&self) -> SipHasher24 {
        SipHasher24::new_with_key(&self.0)
    }

    /// Returns the tag of code under a name.
    fn tag(&self, name: &Name, code: &[u8]) -> Tag {
        let mut tag = self.hasher();
        tag.write(b"code");
        name.0.hash(&mut tag);
        tag.write(code);
        tag.finish128().as_bytes()
    }
}

impl fmt::Debug for TagKey {
    /// Writes nothing of the secret.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("TagKey")
    }
}

/// Compares tags in a time that does not say how much of one is right.
fn is_equal(one: &[u8], other: &Tag) -> bool {
    one.len() == other.len() && one.iter().zip(other).fold(0, |differs, (one, other)| differs | (one ^ other)) == 0
}

#[cfg(all(test, unix))]
mod tests {
    use std::os::unix::fs::PermissionsExt as _;

    use super::*;
    use crate::engine::{EngineOptions, engine};

    fn mode(path: &Path, mode: u32) {
        fs::set_permissions(path, fs::Permissions::from_mode(mode)).expect("it is ours");
    }

    #[test]
    fn what_was_put_in_comes_out_and_nothing_else() {
        let parent = tempfile::tempdir().expect("a folder");
        let folder = parent.path().join("a/cache");
        let cache = Cache::open(&folder).expect("a cache");
        let engine = engine(EngineOptions::default()).expect("an engine");
        let (name, other) = (cache.name(&engine, Way::Auto, b"one"), cache.name(&engine, Way::Auto, b"two"));
        assert!(cache.get(&name).is_none());
        cache.put(&name, b"code");
        assert_eq!(cache.get(&name).as_deref(), Some(&b"code"[..]));
        assert_eq!(Cache::open(&folder).expect("a cache").get(&name).as_deref(), Some(&b"code"[..]), "the key is kept");
        assert!(cache.get(&other).is_none());

        // Under another's name, it is not the other's code.
        fs::copy(cache.path(&name), cache.path(&other)).expect("a file");
        assert!(cache.get(&other).is_none());
        for damage in [
            |bytes: &mut Vec<u8>| bytes[16] ^= 1,
            |bytes: &mut Vec<u8>| bytes[15] ^= 0x80,
            |bytes: &mut Vec<u8>| bytes.truncate(15),
            |bytes: &mut Vec<u8>| bytes.clear(),
        ] {
            cache.put(&name, b"code");
            let mut bytes = fs::read(cache.path(&name)).expect("a file");
            damage(&mut bytes);
            fs::write(cache.path(&name), bytes).expect("a file");
            assert!(cache.get(&name).is_none());
            assert!(!cache.path(&name).exists(), "it is removed");
        }
    }

    #[test]
    fn settings_and_keys_make_other_names() {
        let (one, two) = (tempfile::tempdir().expect("a folder"), tempfile::tempdir().expect("a folder"));
        let open = |parent: &tempfile::TempDir| Cache::open(&parent.path().join("cache")).expect("a cache");
        let (one, two) = (open(&one), open(&two));
        let plain = engine(EngineOptions::default()).expect("an engine");
        let counting = engine(EngineOptions { fuel: true, ..EngineOptions::default() }).expect("an engine");
        assert_eq!(one.name(&plain, Way::Auto, b"x").0, one.name(&plain, Way::Auto, b"x").0);
        assert_ne!(one.name(&plain, Way::Auto, b"x").0, one.name(&counting, Way::Auto, b"x").0);
        assert_ne!(one.name(&plain, Way::Auto, b"x").0, two.name(&plain, Way::Auto, b"x").0);
    }

    #[test]
    fn a_cache_that_others_can_write_to_is_not_used() {
        let parent = tempfile::tempdir().expect("a folder");
        let folder = parent.path().join("cache");
        drop(Cache::open(&folder).expect("a cache"));
        assert_eq!(fs::metadata(&folder).expect("it is there").permissions().mode() & 0o777, 0o700);
        mode(&folder, 0o770);
        assert_eq!(Cache::open(&folder).expect_err("others").kind(), io::ErrorKind::PermissionDenied);
        mode(&folder, 0o700);
        mode(&folder.join("key"), 0o644);
        assert_eq!(Cache::open(&folder).expect_err("others").kind(), io::ErrorKind::PermissionDenied);
        mode(&folder.join("key"), 0o600);
        let link = parent.path().join("link");
        std::os::unix::fs::symlink(&folder, &link).expect("a link");
        assert!(Cache::open(&link).is_err(), "a link may be changed by whoever owns its folder");
    }

    #[test]
    fn the_oldest_code_goes_first() {
        let parent = tempfile::tempdir().expect("a folder");
        let cache = Cache::open(&parent.path().join("cache")).expect("a cache");
        let file = |name: &str, age: u64, length: u64| {
            let path = cache.folder.join(name);
            let file = File::create(&path).expect("a file");
            file.set_len(length).expect("a hole");
            file.set_modified(SystemTime::now() - Duration::from_secs(age)).expect("it is ours");
            path
        };
        let (old, new) = (file("a.code", 100, MOST_BYTES / 2), file("b.code", 1, MOST_BYTES / 2));
        let (stale, fresh) = (file("c.new", 100_000, 1), file("d.new", 1, 1));
        cache.make_room(1).expect("room");
        assert_eq!([&old, &new, &stale, &fresh].map(|path| path.exists()), [false, true, false, true]);
    }
}
