//! What the kernel tells in files, below a root that tests move.

use std::fs;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

/// The files below a root, under their absolute names: `/sys/bus/i2c` stays `/sys/bus/i2c` wherever the root is.
#[derive(Clone, Debug)]
pub struct Tree {
    root: PathBuf,
}

impl Default for Tree {
    fn default() -> Tree {
        Tree::at("/")
    }
}

impl Tree {
    /// Returns the files below `root`.
    #[must_use]
    pub fn at(root: impl Into<PathBuf>) -> Tree {
        Tree { root: root.into() }
    }

    fn resolve(&self, path: &Path) -> PathBuf {
        self.root.join(path.strip_prefix("/").unwrap_or(path))
    }

    /// Returns the contents of a file, if there is one that can be read.
    pub(super) fn bytes(&self, path: impl AsRef<Path>) -> Option<Vec<u8>> {
        fs::read(self.resolve(path.as_ref())).ok()
    }

    /// Returns the text of a file without the line feed or NUL at its end.
    pub(super) fn text(&self, path: impl AsRef<Path>) -> Option<String> {
        let text = String::from_utf8(self.bytes(path)?).ok()?;
        Some(text.trim_end_matches(['\n', '\0']).to_owned())
    }

    pub(super) fn exists(&self, path: impl AsRef<Path>) -> bool {
        self.resolve(path.as_ref()).exists()
    }

    /// Returns the names in a folder that start with `prefix`, 2 before 10. A folder that is not there is empty.
    pub(super) fn names(&self, folder: impl AsRef<Path>, prefix: &str) -> Vec<String> {
        let entries = fs::read_dir(self.resolve(folder.as_ref())).into_iter().flatten().flatten();
        let mut names: Vec<String> = entries.filter_map(|entry| entry.file_name().into_string().ok()).collect();
        names.retain(|name| name.starts_with(prefix));
        names.sort_by_cached_key(|name| (name.len(), name.clone()));
        names
    }

    /// Returns the last part of where a link leads: the name of a driver, a module, a device.
    pub(super) fn target_name(&self, link: impl AsRef<Path>) -> Option<String> {
        let target = fs::read_link(self.resolve(link.as_ref())).ok()?;
        Some(target.file_name()?.to_str()?.to_owned())
    }

    /// Returns what a link says, wherever that is.
    pub(super) fn link(&self, path: impl AsRef<Path>) -> Option<PathBuf> {
        fs::read_link(self.resolve(path.as_ref())).ok()
    }

    /// Returns where a path leads when all links are followed, below the root.
    pub(super) fn real(&self, path: impl AsRef<Path>) -> Option<PathBuf> {
        let real = fs::canonicalize(self.resolve(path.as_ref())).ok()?;
        let root = fs::canonicalize(&self.root).ok()?;
        Some(Path::new("/").join(real.strip_prefix(root).ok()?))
    }

    /// Returns the kernel's name of a device file, which may be reached by a link: `i2c-1` for `/dev/i2c-1`.
    pub(super) fn device_name(&self, path: &Path) -> Option<String> {
        let real = fs::canonicalize(self.resolve(path)).unwrap_or_else(|_| path.to_owned());
        Some(real.file_name()?.to_str()?.to_owned())
    }

    /// Returns the group of a file by name, unless it is the superuser's.
    pub(super) fn group_of(&self, path: &Path) -> Option<String> {
        let gid = fs::metadata(self.resolve(path)).ok()?.gid();
        if gid == 0 { None } else { self.group_name(gid) }
    }

    /// Looks a group up. group(5): `name:password:number:members`.
    fn group_name(&self, gid: u32) -> Option<String> {
        let groups = self.text("/etc/group")?;
        groups.lines().find_map(|line| {
            let mut fields = line.split(':');
            let (name, number) = (fields.next()?, fields.nth(1)?);
            (number.parse() == Ok(gid)).then(|| name.to_owned())
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_come_in_the_order_of_their_numbers() {
        let root = tempfile::tempdir().expect("a temporary folder");
        for name in ["i2c-10", "i2c-2", "spidev0.0"] {
            fs::write(root.path().join(name), "").expect("an empty file");
        }
        let tree = Tree::at(root.path());
        assert_eq!(tree.names("/", "i2c-"), ["i2c-2", "i2c-10"]);
        assert_eq!(tree.names("/nowhere", ""), [""; 0]);
    }

    #[test]
    fn a_device_is_known_by_its_own_name_through_a_link() {
        let root = tempfile::tempdir().expect("a temporary folder");
        fs::write(root.path().join("i2c-7"), "").expect("an empty file");
        std::os::unix::fs::symlink("i2c-7", root.path().join("sensors")).expect("a link");
        let tree = Tree::at(root.path());
        assert_eq!(tree.device_name(Path::new("/sensors")).as_deref(), Some("i2c-7"));
        assert_eq!(tree.device_name(Path::new("/dev/i2c-1")).as_deref(), Some("i2c-1"));
    }

    #[test]
    fn groups_are_known_by_name() {
        let root = tempfile::tempdir().expect("a temporary folder");
        fs::create_dir(root.path().join("etc")).expect("a folder");
        fs::write(root.path().join("etc/group"), "root:x:0:\ndialout:x:20:pi\ni2c:x:994:pi\n").expect("a file");
        let tree = Tree::at(root.path());
        assert_eq!(tree.group_name(994).as_deref(), Some("i2c"));
        assert_eq!(tree.group_name(4), None);
    }

    #[test]
    fn a_file_belongs_to_a_group_unless_it_is_the_superuser_s() {
        use std::os::unix::fs::chown;

        let root = tempfile::tempdir().expect("a temporary folder");
        fs::create_dir(root.path().join("etc")).expect("a folder");
        let file = root.path().join("i2c-1");
        fs::write(&file, "").expect("an empty file");
        let own = fs::metadata(&file).expect("it is there").gid();
        fs::write(root.path().join("etc/group"), format!("root:x:0:\nmine:x:{own}:\n")).expect("a file");
        let tree = Tree::at(root.path());
        let group = || tree.group_of(Path::new("/i2c-1"));
        assert_eq!(group().as_deref(), (own != 0).then_some("mine"));
        // Only the superuser may give a file to a group that is not its own.
        if own == 0 && chown(&file, None, Some(994)).is_ok() {
            assert_eq!(group(), None, "no group has this number");
            fs::write(root.path().join("etc/group"), "root:x:0:\ni2c:x:994:pi\n").expect("a file");
            assert_eq!(group().as_deref(), Some("i2c"));
        }
        assert_eq!(tree.group_of(Path::new("/i2c-2")), None, "there is no such file");
    }
}
