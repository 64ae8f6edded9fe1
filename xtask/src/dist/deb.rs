//! The Debian package, by `dpkg-deb`: it is on every Debian, packs for every architecture, and needs nothing built first.

use std::fs;
use std::path::Path;

use anyhow::Context as _;

use super::tree::{Mode, Parts, SHELLS, VERSION, copy};
use super::{Machine, epoch};
use crate::process::{self, command, exists, root};

pub(super) fn pack(parts: &Parts, machine: &Machine, program: &Path, out: &Path) -> anyhow::Result<()> {
    if !exists(&mut command("dpkg-deb", ["--version"])) {
        println!("no Debian package: dpkg-deb is missing");
        return Ok(());
    }
    let staged = out.join("parts").join(format!("deb-{}", machine.debian));
    copy(program, &staged.join("usr/bin/wasm-embedded-rt"), Mode::Program)?;
    for page in parts.pages()? {
        let to = staged.join("usr/share/man/man1").join(page.file_name().unwrap_or_default());
        copy(&page, &to, Mode::Text)?;
        // Without a time in it, so that it is the same each time.
        process::run(command("gzip", ["-9n"]).arg(&to))?;
    }
    for (_, file, to) in SHELLS {
        copy(&parts.completions(file), &staged.join(to), Mode::Text)?;
    }
    for (file, to) in [
        ("systemd/wasm-embedded-rt@.service", "usr/lib/systemd/system/wasm-embedded-rt@.service"),
        ("systemd/wasm-embedded.conf", "usr/lib/sysusers.d/wasm-embedded.conf"),
        ("udev/60-wasm-embedded.rules", "usr/lib/udev/rules.d/60-wasm-embedded.rules"),
    ] {
        copy(&root().join("packaging").join(file), &staged.join(to), Mode::Text)?;
    }
    for script in ["postinst", "prerm", "postrm"] {
        copy(&root().join("packaging/debian").join(script), &staged.join("DEBIAN").join(script), Mode::Program)?;
    }
    let docs = staged.join("usr/share/doc/wasm-embedded-rt");
    copy(&root().join("test-host/POLICY.md"), &docs.join("POLICY.md"), Mode::Text)?;
    copy(&root().join("LICENSE-MIT"), &docs.join("copyright"), Mode::Text)?;
    // Where the owner's policies go.
    fs::create_dir_all(staged.join("etc/wasm-embedded"))?;
    let kib = fs::metadata(program)?.len().div_ceil(1024);
    fs::write(staged.join("DEBIAN/control"), control(machine, kib))?;

    let name = format!("wasm-embedded-rt_{VERSION}-1_{}.deb", machine.debian);
    let mut pack = command("dpkg-deb", ["--root-owner-group", "-Zxz", "--build"]);
    // dpkg-deb takes the time of the package's parts from it.
    process::run(pack.arg(&staged).arg(out.join(name)).env("SOURCE_DATE_EPOCH", epoch()?)).context("the Debian package")
}

fn control(machine: &Machine, kib: u64) -> String {
    format!(
        "Package: wasm-embedded-rt\n\
         Version: {VERSION}-1\n\
         Architecture: {}\n\
         Maintainer: The wasm-embedded-hal developers <wasm-embedded@users.noreply.github.com>\n\
         Installed-Size: {kib}\n\
         Depends: systemd\n\
         Section: electronics\n\
         Priority: optional\n\
         Homepage: https://github.com/wasm-embedded/wasm-embedded-hal\n\
         Description: runs WebAssembly components with embedded-hal drivers\n \
         On the hardware of a Linux machine, such as a Raspberry Pi, or on a simulated\n \
         board. A policy file says which bus, address and pin a component may use.\n \
         A systemd unit runs a component at every start of the machine.\n",
        machine.debian
    )
}
