//! What the tests with whole guests share: the guests themselves.
#![allow(dead_code, reason = "no test file uses all of it")]

pub(crate) mod buffer;
pub(crate) mod wires;

use std::path::{Path, PathBuf};
use std::process::Command;

/// Builds the guests of `package` ("examples", "drivers-demo" or "test-guests") and returns the component of the program `name`.
///
/// Cargo finds at once that a built package is fresh, so every test asks for what it needs.
pub(crate) fn guest(package: &str, name: &str) -> PathBuf {
    build(package, name, &["--bins", "--examples"])
}

/// As [`guest`], of a program that needs features of the package. It is built alone: the others are there without them.
pub(crate) fn guest_with(package: &str, name: &str, features: &str) -> PathBuf {
    build(package, name, &["--features", features, "--bin", name])
}

/// As [`guest`], of a package whose component is its library.
pub(crate) fn guest_library(package: &str, name: &str) -> PathBuf {
    build(package, name, &["--lib"])
}

fn build(package: &str, name: &str, which: &[&str]) -> PathBuf {
    let target = target_dir();
    let status = Command::new(env!("CARGO"))
        .args(["build", "--quiet", "--target", "wasm32-wasip2", "--profile", "guest"])
        .args(["--package", package, "--target-dir"])
        .arg(&target)
        .args(which)
        .current_dir(workspace())
        .status()
        .expect("cargo starts");
    assert!(status.success(), "the guests of {package} do not build: {status}");
    // Both packages may have a program of the same name.
    let folder = if package == "examples" { "wasm32-wasip2/guest/examples" } else { "wasm32-wasip2/guest" };
    let path = target.join(folder).join(format!("{name}.wasm"));
    assert!(path.exists(), "{package} has no program {name}");
    path
}

/// Builds one program of the test guests with its names and lines, as a user's own build has them, and returns the component.
pub(crate) fn guest_with_lines(name: &str) -> PathBuf {
    // Apart from the others, which would be built anew each time.
    let target = target_dir().join("guests-with-lines");
    let status = Command::new(env!("CARGO"))
        .args(["build", "--quiet", "--bin", name, "--target", "wasm32-wasip2", "--profile", "guest"])
        .args(["--package", "test-guests", "--target-dir"])
        .arg(&target)
        .env("CARGO_PROFILE_GUEST_STRIP", "none")
        .env("CARGO_PROFILE_GUEST_DEBUG", "1")
        .current_dir(workspace())
        .status()
        .expect("cargo starts");
    assert!(status.success(), "the guest {name} does not build: {status}");
    target.join(format!("wasm32-wasip2/guest/{name}.wasm"))
}

/// Returns the folder of everything that is built, whether or not cargo was given a target.
fn target_dir() -> PathBuf {
    // Cargo marks that folder, and not the one for a target in it.
    let marked = |folder: &&Path| folder.join("CACHEDIR.TAG").exists();
    let tests = Path::new(env!("CARGO_TARGET_TMPDIR"));
    tests.ancestors().filter(marked).last().expect("cargo marks the folder it builds in").to_owned()
}

/// Fails unless the tests in `source` name every program in `folder`, which is given from the workspace.
pub(crate) fn assert_every_program_has_a_test(folder: &str, source: &str) {
    let mut programs = 0;
    for file in std::fs::read_dir(workspace().join(folder)).expect("the folder of programs can be read") {
        let path = file.expect("the folder of programs can be read").path();
        if path.extension().is_some_and(|extension| extension == "rs") {
            let name = path.file_stem().expect("a program has a name").to_string_lossy();
            assert!(source.contains(&format!("\"{name}\"")), "{} has no test", path.display());
            programs += 1;
        }
    }
    assert!(programs > 0, "there are no programs in {folder}");
}

/// Returns the folder of the workspace.
pub(crate) fn workspace() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the package is in the workspace")
}
