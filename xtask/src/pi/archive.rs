//! The archive that the kernel unpacks as its first file system: cpio's "newc" form, as the kernel documents it in
//! `Documentation/driver-api/early-userspace/buffer-format.rst`.

use std::collections::BTreeSet;

use anyhow::Context as _;

const FOLDER: u32 = 0o040_755;
const PROGRAM: u32 = 0o100_755;
const LINK: u32 = 0o120_777;

/// An archive being written. All files belong to root and can be executed; folders are made as they are needed.
#[derive(Debug, Default)]
pub(crate) struct Archive {
    bytes: Vec<u8>,
    folders: BTreeSet<String>,
    entries: u32,
}

impl Archive {
    /// Adds an empty folder; its path, like all others here, has no slash at its beginning.
    pub(crate) fn folder(&mut self, path: &str) -> anyhow::Result<()> {
        if self.folders.contains(path) {
            return Ok(());
        }
        self.parent(path)?;
        self.folders.insert(path.to_owned());
        self.entry(path, FOLDER, &[])
    }

    /// Adds a file.
    pub(crate) fn file(&mut self, path: &str, content: &[u8]) -> anyhow::Result<()> {
        self.parent(path)?;
        self.entry(path, PROGRAM, content)
    }

    /// Adds a symbolic link.
    pub(crate) fn link(&mut self, path: &str, to: &str) -> anyhow::Result<()> {
        self.parent(path)?;
        self.entry(path, LINK, to.as_bytes())
    }

    /// Returns the archive's bytes.
    pub(crate) fn finish(mut self) -> anyhow::Result<Vec<u8>> {
        self.entry("TRAILER!!!", 0, &[])?;
        Ok(self.bytes)
    }

    fn parent(&mut self, path: &str) -> anyhow::Result<()> {
        path.rsplit_once('/').map_or(Ok(()), |(parent, _)| self.folder(parent))
    }

    fn entry(&mut self, path: &str, mode: u32, content: &[u8]) -> anyhow::Result<()> {
        let size = u32::try_from(content.len()).with_context(|| format!("{path} is too large for an initramfs"))?;
        let name = u32::try_from(path.len() + 1)?;
        self.entries += 1;
        // inode, mode, user, group, links, time, size, device (2), device number (2), length of the name, checksum
        let fields = [self.entries, mode, 0, 0, 1, 0, size, 0, 0, 0, 0, name, 0];
        self.bytes.extend_from_slice(b"070701");
        for field in fields {
            self.bytes.extend_from_slice(format!("{field:08X}").as_bytes());
        }
        self.bytes.extend_from_slice(path.as_bytes());
        self.bytes.push(0);
        self.align();
        self.bytes.extend_from_slice(content);
        self.align();
        Ok(())
    }

    fn align(&mut self) {
        self.bytes.resize(self.bytes.len().next_multiple_of(4), 0);
    }
}

#[cfg(test)]
mod tests {
    use super::Archive;

    #[test]
    fn folders_precede_what_is_in_them_and_come_once() -> anyhow::Result<()> {
        let mut archive = Archive::default();
        archive.file("a/b/one", b"1")?;
        archive.file("a/b/two", b"22")?;
        let bytes = archive.finish()?;
        assert_eq!(bytes.len() % 4, 0);
        let text = String::from_utf8(bytes)?;
        // Each name follows the mark and 13 fields of eight digits.
        let names: Vec<_> = text.split("070701").skip(1).map(|entry| entry[104..].split('\0').next()).collect();
        assert_eq!(names, ["a", "a/b", "a/b/one", "a/b/two", "TRAILER!!!"].map(Some));
        Ok(())
    }
}
