//! `cargo xtask test`: everything that CI runs.

use clap::Args;

use crate::process::{cargo, command, exists, run as execute};
use crate::steps::{Done, Steps};
use crate::{bench, bindings, conformance, demo, guests, program, targets};

/// Options of `cargo xtask test`.
#[derive(Debug, Args)]
pub(crate) struct Options {
    /// Runs only the steps whose name contains this text.
    #[arg(long, value_name = "TEXT")]
    only: Option<String>,
}

/// The packages that run on the machine itself, those with documentation of their own first.
pub(crate) const NATIVE: [&str; 46] = [
    "--package",
    "wasm-embedded-hal",
    "--package",
    "wasm-embedded-host",
    "--package",
    "wasm-embedded-sim",
    "--package",
    "wasm-embedded-linux",
    "--package",
    "wasm-embedded-board",
    "--package",
    "wasm-embedded-diagram",
    "--package",
    "wasm-embedded-http",
    "--package",
    "wasm-embedded-manage",
    "--package",
    "wasm-embedded-page",
    "--package",
    "wasm-embedded-scenario",
    "--package",
    "wasm-embedded-runtime",
    "--package",
    "wasm-embedded-rt",
    "--package",
    "wasm-embedded-conformance",
    "--package",
    "wasm-embedded-image",
    "--package",
    "wasm-embedded-policy",
    "--package",
    "xtask",
    "--package",
    "bench",
    "--package",
    "torture",
    "--package",
    "conformance-run",
    "--package",
    "wasm-embedded-adapt",
    "--package",
    "wasm-embedded-arduino",
    "--package",
    "wasm-embedded-line",
    "--package",
    "wasm-embedded-c",
];

/// The crates that are published.
const PUBLISHED: [&str; 18] = [
    "wasm-embedded-hal-macros",
    "wasm-embedded-hal",
    "wasm-embedded-host",
    "wasm-embedded-sim",
    "wasm-embedded-image",
    "wasm-embedded-line",
    "wasm-embedded-linux",
    "wasm-embedded-policy",
    "wasm-embedded-board",
    "wasm-embedded-diagram",
    "wasm-embedded-http",
    "wasm-embedded-manage",
    "wasm-embedded-page",
    "wasm-embedded-scenario",
    "wasm-embedded-adapt",
    "wasm-embedded-arduino",
    "wasm-embedded-runtime",
    "wasm-embedded-rt",
];

/// Runs all steps; one that fails does not keep the others from running.
pub(crate) fn run(options: &Options) -> anyhow::Result<()> {
    targets::ensure(&[targets::GUEST, targets::FIRMWARE])?;
    let native = targets::native()?;
    let native = [&NATIVE[..], &["--target", &native]].concat();
    let documented = [&NATIVE[..30], &native[NATIVE.len()..]].concat();
    program::build_with_tests();
    let mut steps = Steps::new(options.only.clone());
    steps.step("format", || done(&["fmt", "--all", "--check"]));
    steps.step("plain English", crate::prose::check);
    steps.step("bindings and WIT copies are those of wit/", || {
        bindings::run(&bindings::Options { check: true })?;
        Ok(Done::Passed)
    });
    steps.step("guests build", || {
        guests::build()?;
        Ok(Done::Passed)
    });
    steps.step("guests link, whatever they use", crate::link_matrix::check);
    steps.step("drivers compile for the guest", || {
        done(&["check", "--package", "drivers-compile", "--target", targets::GUEST])?;
        // Counts them, and checks their versions. Apart from the tests below, whose shared crates they would change.
        done(&["test", "--package", "drivers-compile", "--package", "drivers-demo", "--lib"])
    });
    steps.step("tests", || {
        let mut command = if exists(&mut cargo(["nextest", "--version"])) {
            cargo(["nextest", "run", "--no-fail-fast"])
        } else {
            cargo(["test", "--no-fail-fast", "--lib", "--bins", "--tests"])
        };
        execute(command.args(&native))?;
        Ok(Done::Passed)
    });
    // These three are workspaces of their own: see their READMEs.
    steps.step("policies by the JSON schema", || done(&["test", "--manifest-path", "policy/schema/Cargo.toml"]));
    steps.step("what commands write with --json, by the schema", crate::output::check);
    steps.step("the C library's header", || done(&["test", "--manifest-path", "capi/header/Cargo.toml"]));
    // Apart: a feature of one package would be on in the others' build too.
    steps.step("the hal with all of its features", || {
        let hal = ["test", "--package", "wasm-embedded-hal", "--lib", "--all-features"];
        done(&[&hal[..], &native[NATIVE.len()..]].concat())
    });
    steps.step("conformance: every host by every rule", conformance::check);
    steps.step("no call takes more instructions than are stored", || bench::count(false));
    steps.step("examples in the documentation", || done(&[&["test", "--doc"], &documented[..]].concat()));
    steps.step("lints", || {
        let strict = ["--", "--deny", "warnings"];
        done(&[&["clippy", "--all-targets"], &native[..], &strict].concat())?;
        let guests = [
            "--package",
            "examples",
            "--package",
            "drivers-demo",
            "--package",
            "bench-guest",
            "--package",
            "test-guests",
            "--package",
            "scenario-guests",
            "--package",
            "conformance-guest",
            "--package",
            "drivers-compile",
            "--package",
            "drivers-run",
        ];
        done(
            &[&["clippy", "--target", targets::GUEST, "--bins", "--lib", "--examples"], &guests[..], &strict].concat(),
        )?;
        let published =
            ["--package", "test-guests", "--features", "published", "--bin", "sections", "--bin", "embassy"];
        done(&[&["clippy", "--target", targets::GUEST], &published[..], &strict].concat())
    });
    steps.step("documentation", || {
        execute(cargo(["doc", "--no-deps"]).args(&documented).env("RUSTDOCFLAGS", "--deny warnings"))?;
        Ok(Done::Passed)
    });
    steps.step("host and simulation without std, for the microcontroller", || {
        let target = ["--target", targets::FIRMWARE];
        done(&[&["check", "--package", "wasm-embedded-sim"], &target[..]].concat())?;
        let runtime = ["check", "--package", "wasm-embedded-host", "--features", "wasmtime/pulley"];
        done(&[&runtime[..], &target[..]].concat())
    });
    steps.step("host without a compiler, for boards with 32-bit ARM", armv7);
    #[cfg(unix)]
    steps.step("guests in other languages do what the Rust ones do", crate::languages::check);
    #[cfg(unix)]
    steps.step("the board page, in a Chromium", crate::page::check);
    #[cfg(unix)]
    steps.step("junitparser reads the report of scenarios", crate::reports::scenarios);
    #[cfg(unix)]
    steps.step("nextest runs the tests of a guest", crate::reports::nextest);
    steps.step("demo, twice, with the same trace", demo::check);
    steps.step("sigrok decodes the demo's trace", demo::decode);
    #[cfg(unix)]
    steps.step("hostile guests, files and policies", crate::hostile::check_all);
    #[cfg(unix)]
    steps.step("Linux hardware, on an emulated Raspberry Pi", crate::pi::check);
    steps.step("format and lints of the firmware", crate::mcu::lint);
    steps.step("microcontrollers, in QEMU", crate::mcu::check);
    steps.step("format and lints of the emulated Pico 2", crate::pico2::lint);
    steps.step("the Pico 2's own program, on an emulated RP2350", crate::pico2::check);
    steps.step("hal is publishable", || {
        let packages = ["--package", "wasm-embedded-hal-macros", "--package", "wasm-embedded-hal"];
        done(&[&["package", "--allow-dirty", "--target", targets::GUEST], &packages[..]].concat())
    });
    // Not built from the archives: they depend on each other, and no registry has them yet. The steps above build the same files.
    steps.step("every published crate packs", || {
        let packages = PUBLISHED.iter().flat_map(|package| ["--package", package]).collect::<Vec<_>>();
        done(&[&["package", "--no-verify", "--allow-dirty"], &packages[..]].concat())
    });
    steps.finish()
}

/// Checks the host for 32-bit boards, where it interprets guests. It is not linked: that needs the board's libraries.
fn armv7() -> anyhow::Result<Done> {
    // Wasmtime has a few lines of C.
    if !exists(&mut command("arm-linux-gnueabihf-gcc", ["--version"])) {
        let install = "`apt-get install gcc-arm-linux-gnueabihf libc6-dev-armhf-cross`";
        return Ok(Done::Skipped(format!("arm-linux-gnueabihf-gcc is not installed: {install}")));
    }
    targets::ensure(&[targets::ARMV7])?;
    done(&["check", "--package", "wasm-embedded-rt", "--no-default-features", "--target", targets::ARMV7])
}

/// Runs cargo to its end.
fn done(arguments: &[&str]) -> anyhow::Result<Done> {
    execute(&mut cargo(arguments))?;
    Ok(Done::Passed)
}
