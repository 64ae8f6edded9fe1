//! What is beside the program in every package, and the plain archive.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::Context as _;

use super::{Machine, tar};
use crate::process::{self, command, output, root};

/// The version of all packages.
pub(super) const VERSION: &str = env!("CARGO_PKG_VERSION");

/// The shells that completions are made for, and where Debian has a package's.
pub(super) const SHELLS: [(&str, &str, &str); 3] = [
    ("bash", "wasm-embedded-rt.bash", "usr/share/bash-completion/completions/wasm-embedded-rt"),
    ("zsh", "_wasm-embedded-rt", "usr/share/zsh/vendor-completions/_wasm-embedded-rt"),
    ("fish", "wasm-embedded-rt.fish", "usr/share/fish/vendor_completions.d/wasm-embedded-rt.fish"),
];

/// Man pages and completions, which the program has written.
#[derive(Debug)]
pub(super) struct Parts {
    folder: PathBuf,
}

impl Parts {
    pub(super) fn make(program: &Path, folder: &Path) -> anyhow::Result<Parts> {
        let (man, completions) = (folder.join("man"), folder.join("completions"));
        fs::create_dir_all(&man)?;
        fs::create_dir_all(&completions)?;
        process::run(command(program, ["man"]).arg(&man))?;
        for (shell, file, _) in SHELLS {
            fs::write(completions.join(file), output(&mut command(program, ["completions", shell]))?)?;
        }
        Ok(Parts { folder: folder.to_owned() })
    }

    /// Returns the man pages.
    pub(super) fn pages(&self) -> anyhow::Result<Vec<PathBuf>> {
        let entries = fs::read_dir(self.folder.join("man"))?;
        let mut pages = entries.map(|entry| Ok(entry?.path())).collect::<anyhow::Result<Vec<_>>>()?;
        pages.sort();
        Ok(pages)
    }

    /// Returns a file of completions.
    pub(super) fn completions(&self, file: &str) -> PathBuf {
        self.folder.join("completions").join(file)
    }

    /// Packs a plain archive, which `cargo binstall` takes too.
    pub(super) fn archive(&self, machine: &Machine, program: &Path, out: &Path) -> anyhow::Result<()> {
        let name = format!("wasm-embedded-rt-{VERSION}-{}", machine.target);
        let staged = self.folder.join(&name);
        copy(program, &staged.join("wasm-embedded-rt"), Mode::Program)?;
        for file in ["LICENSE-APACHE", "LICENSE-MIT", "test-host/README.md", "test-host/POLICY.md"] {
            let from = root().join(file);
            copy(&from, &staged.join(from.file_name().unwrap_or_default()), Mode::Text)?;
        }
        for page in self.pages()? {
            copy(&page, &staged.join("man").join(page.file_name().unwrap_or_default()), Mode::Text)?;
        }
        for (_, file, _) in SHELLS {
            copy(&self.completions(file), &staged.join("completions").join(file), Mode::Text)?;
        }
        for file in ["systemd/wasm-embedded-rt@.service", "systemd/wasm-embedded.conf", "udev/60-wasm-embedded.rules"] {
            copy(&root().join("packaging").join(file), &staged.join(file), Mode::Text)?;
        }
        tar(&self.folder, &out.join(format!("{name}.tar.gz")), [&name])
    }
}

/// Who may do what with a file of a package: whatever the umask of whoever packs it.
#[derive(Clone, Copy, Debug)]
pub(super) enum Mode {
    Program,
    Text,
}

/// Copies a file to where its folder may be missing.
pub(super) fn copy(from: &Path, to: &Path, mode: Mode) -> anyhow::Result<()> {
    if let Some(folder) = to.parent() {
        fs::create_dir_all(folder)?;
    }
    fs::copy(from, to).with_context(|| format!("cannot copy {}", from.display()))?;
    let mode = match mode {
        Mode::Program => "755",
        Mode::Text => "644",
    };
    process::run(command("chmod", [mode]).arg(to))
}

/// Returns a size in megabytes.
pub(super) fn mega(bytes: u64) -> f64 {
    f64::from(u32::try_from(bytes / 1024).unwrap_or(u32::MAX)) * 1024.0 / 1e6
}
