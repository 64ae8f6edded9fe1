//! What `wasm-embedded-rt` writes with `--json`, checked by `docs/output.schema.json`: see `test-host/schema/README.md`.

use crate::process::{cargo, run};
use crate::program;
use crate::steps::Done;

/// Runs every command with `--json`.
pub(crate) fn check() -> anyhow::Result<Done> {
    let test = ["test", "--manifest-path", "test-host/schema/Cargo.toml"];
    run(cargo(test).env("WASM_EMBEDDED_RT", program::build()?))?;
    Ok(Done::Passed)
}
