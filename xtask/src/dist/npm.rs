//! The npm packages: one for each processor that holds the program, and one that starts the right one.

use std::fs;
use std::path::Path;

use serde_json::{Map, Value, json};

use super::tree::{Mode, VERSION, copy};
use super::{MACHINES, Machine, tar};
use crate::process::root;

/// Returns the name of the package for a processor.
fn name(machine: &Machine) -> String {
    format!("wasm-embedded-rt-linux-{}", machine.node)
}

fn manifest(name: &str, rest: Value) -> Value {
    let mut manifest = json!({
        "name": name,
        "version": VERSION,
        "description": "Runs WebAssembly components with embedded-hal drivers, on Linux hardware and in simulation",
        "license": "MIT OR Apache-2.0",
        "repository": "github:wasm-embedded/wasm-embedded-hal",
    });
    if let (Some(manifest), Value::Object(rest)) = (manifest.as_object_mut(), rest) {
        manifest.extend(rest);
    }
    manifest
}

fn write(manifest: &Value, staged: &Path, into: &Path) -> anyhow::Result<()> {
    fs::write(staged.join("package/package.json"), format!("{manifest:#}\n"))?;
    copy(&root().join("test-host/README.md"), &staged.join("package/README.md"), Mode::Text)?;
    // npm takes what is in a folder of this name.
    tar(staged, into, ["package"])
}

/// Packs the program for one processor.
pub(super) fn pack(machine: &Machine, program: &Path, out: &Path) -> anyhow::Result<()> {
    let name = name(machine);
    let staged = out.join("parts").join(format!("npm-{}", machine.node));
    copy(program, &staged.join("package/bin/wasm-embedded-rt"), Mode::Program)?;
    let manifest = manifest(&name, json!({ "os": ["linux"], "cpu": [machine.node] }));
    write(&manifest, &staged, &out.join(format!("{name}-{VERSION}.tgz")))
}

/// Packs what users name: npm takes the one package beside it that is for their processor.
pub(super) fn pack_launcher(out: &Path) -> anyhow::Result<()> {
    let staged = out.join("parts/npm");
    copy(&root().join("packaging/npm/launcher.js"), &staged.join("package/launcher.js"), Mode::Program)?;
    let programs: Map<String, Value> = MACHINES.iter().map(|machine| (name(machine), VERSION.into())).collect();
    let rest = json!({
        "bin": { "wasm-embedded-rt": "launcher.js" },
        "engines": { "node": ">=16" },
        "optionalDependencies": programs,
    });
    write(&manifest("wasm-embedded-rt", rest), &staged, &out.join(format!("wasm-embedded-rt-{VERSION}.tgz")))
}
