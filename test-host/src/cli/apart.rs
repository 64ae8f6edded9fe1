//! What this program writes is none of what it reads, and nothing that it writes otherwise: a trace over the component would
//! destroy it.

use std::fs::{self, File};
use std::io;
use std::os::fd::AsFd;
use std::os::unix::fs::{FileTypeExt as _, MetadataExt as _};
use std::path::{Path, PathBuf};

use super::failure::Failure;
use super::status;

/// How many symbolic links lead to a file, at most: path_resolution(7).
const LINKS: usize = 40;

/// Which file a path is, whatever its name.
#[derive(Clone, PartialEq, Eq, Debug)]
enum Identity {
    /// One that is there: its device and number. Hard and symbolic links are the same file.
    There(u64, u64),
    /// One that would be created: its folder, and its name there.
    New(u64, u64, PathBuf),
}

/// The files of a command that were named so far.
#[derive(Debug, Default)]
pub(super) struct Files(Vec<(String, Identity)>);

impl Files {
    /// Begins with the standard streams, as far as they are files.
    pub(super) fn new() -> Files {
        let mut files = Files::default();
        files.stream("the standard input", &io::stdin());
        files.stream("the standard output", &io::stdout());
        files.stream("the standard error", &io::stderr());
        files
    }

    /// Adds a file that is read.
    pub(super) fn read(&mut self, what: &str, path: &Path) {
        // One that is not there is told about by whoever reads it.
        if let Some(identity) = identity(path) {
            self.0.push((format!("{what} {}", path.display()), identity));
        }
    }

    /// Adds a file that is to be written, by an option.
    ///
    /// # Errors
    ///
    /// It is one that was added before.
    pub(super) fn written(&mut self, option: &str, path: &Path) -> Result<(), Failure> {
        let Some(identity) = identity(path) else { return Ok(()) };
        if let Some((other, _)) = self.0.iter().find(|(_, other)| *other == identity) {
            let message = format!(
                "`{option}` would overwrite {other}: {} is the same file. The command stopped before it ran or wrote \
                 anything. Give `{option}` another file",
                path.display()
            );
            return Err(Failure::new(status::USAGE, message));
        }
        self.0.push((format!("what `{option}` writes"), identity));
        Ok(())
    }

    fn stream(&mut self, what: &str, stream: &impl AsFd) {
        let metadata = stream.as_fd().try_clone_to_owned().and_then(|fd| File::from(fd).metadata());
        if let Ok(metadata) = metadata
            && metadata.is_file()
        {
            self.0.push((what.to_owned(), Identity::There(metadata.dev(), metadata.ino())));
        }
    }
}

/// Returns which file a path is, unless it is one that may be written twice, such as `/dev/null`.
fn identity(path: &Path) -> Option<Identity> {
    let path = &target(path);
    match fs::metadata(path) {
        Ok(metadata) => {
            let kind = metadata.file_type();
            (kind.is_file() || kind.is_fifo() || kind.is_block_device())
                .then(|| Identity::There(metadata.dev(), metadata.ino()))
        }
        Err(_) => {
            let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
            let metadata = fs::metadata(folder).ok()?;
            Some(Identity::New(metadata.dev(), metadata.ino(), PathBuf::from(path.file_name()?)))
        }
    }
}

/// Follows symbolic links, also one that leads to what is not there yet: writing creates that.
fn target(path: &Path) -> PathBuf {
    let mut path = path.to_owned();
    for _ in 0..LINKS {
        let Ok(link) = fs::read_link(&path) else { break };
        path = path.parent().unwrap_or(Path::new("")).join(link);
    }
    path
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::symlink;

    use super::*;

    #[test]
    fn no_name_of_a_file_hides_which_it_is() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = |name: &str| folder.path().join(name);
        fs::write(path("app.wasm"), "x").expect("a file");
        fs::hard_link(path("app.wasm"), path("hard")).expect("a link");
        symlink("app.wasm", path("soft")).expect("a link");
        symlink(path("soft"), path("softer")).expect("a link");
        symlink("new.vcd", path("dangling")).expect("a link");
        fs::create_dir(path("sub")).expect("a folder");
        let mut files = Files::default();
        files.read("the component", &path("app.wasm"));
        for name in ["app.wasm", "hard", "soft", "softer", "sub/../app.wasm"] {
            let refusal = files.written("--trace", &path(name)).expect_err(name);
            assert_eq!(refusal.status, status::USAGE, "{name}");
        }
        files.written("--trace", &path("new.vcd")).expect("a file of its own");
        for name in ["new.vcd", "./new.vcd", "sub/../new.vcd", "dangling"] {
            files.written("--trace-text", &path(name)).expect_err(name);
        }
        files.written("--trace-text", &path("other.txt")).expect("a file of its own");
        for _ in 0..2 {
            files.written("--trace", Path::new("/dev/null")).expect("nothing is lost there");
        }
    }
}
