//! The board page in a real Chromium: `page/browser/test.mjs`, with Playwright and the bundle of `@wokwi/elements` as npm has them.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, ensure};

use crate::languages::package;
use crate::process::{command, exists, root, run, target_dir};
use crate::steps::Done;
use crate::{guests, program};

/// The names that a Chromium has; the variable `CHROMIUM` names another.
const CHROMIUM: [&str; 4] = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"];

/// The bundle, in npm's package and in ours.
const BUNDLE: &str = "node_modules/@wokwi/elements/dist/wokwi-elements.bundle.min.js";
const VENDORED: &str = "page/assets/vendor/wokwi-elements.bundle.min.js";

/// The most that the picture of the README may take.
const PICTURE_BYTES: usize = 160 << 10;

/// Runs the tests, and compares the bundle.
pub(crate) fn check() -> anyhow::Result<Done> {
    let Some(chromium) = chromium() else {
        return Ok(Done::Skipped("Chromium is not installed: `apt-get install chromium`".into()));
    };
    if !exists(&mut command("node", ["--version"])) {
        return Ok(Done::Skipped("Node is not installed: `apt-get install nodejs npm`".into()));
    }
    let folder = target_dir().join("board-page");
    if let Err(reason) = package(&root().join("page/browser"), &folder)? {
        return Ok(Done::Skipped(reason));
    }
    let read = |path: &Path| fs::read(path).with_context(|| format!("cannot read {}", path.display()));
    ensure!(read(&folder.join(BUNDLE))? == read(&root().join(VENDORED))?, "{VENDORED} is not npm's: copy {BUNDLE}");
    let out = folder.join("out");
    fs::create_dir_all(&out).with_context(|| format!("cannot make {}", out.display()))?;
    guests::build_package("drivers-demo", &["--bin", "panel"])?;
    let rt = program::build()?;
    let mut test = command("node", [folder.join("test.mjs")]);
    test.arg(rt)
        .arg(chromium)
        .arg(guests::built("panel"))
        .arg(root().join("drivers-demo/policies/panel.toml"))
        .arg(&out);
    run(&mut test)?;
    let picture = out.join("board.png");
    let taken = read(&picture)?;
    ensure!(taken.len() <= PICTURE_BYTES, "{} has {} bytes: too many for the README", picture.display(), taken.len());
    // Times and sizes of fonts differ from machine to machine: the stored one is replaced on demand.
    if env::var_os("BLESS").is_some() {
        fs::write(root().join("docs/board.png"), taken).context("cannot write docs/board.png")?;
    }
    Ok(Done::Passed)
}

/// Returns the path of a Chromium that starts: Playwright looks for no program by its name.
fn chromium() -> Option<PathBuf> {
    let path = env::var_os("PATH").unwrap_or_default();
    let folders: Vec<PathBuf> = env::split_paths(&path).collect();
    let installed = CHROMIUM.iter().flat_map(|name| folders.iter().map(move |folder| folder.join(name)));
    let named = env::var_os("CHROMIUM").map(PathBuf::from);
    named.into_iter().chain(installed).find(|program| exists(&mut command(program, ["--version"])))
}
