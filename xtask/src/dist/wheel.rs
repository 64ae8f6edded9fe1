//! The Python wheel that holds the program.

use std::path::Path;

use super::tree::VERSION;
use super::{Machine, epoch};
use crate::process::{command, exists, output, root};

pub(super) fn pack(machine: &Machine, program: &Path, out: &Path) -> anyhow::Result<()> {
    if !exists(&mut command("python3", ["--version"])) {
        println!("no Python wheel: python3 is missing");
        return Ok(());
    }
    let mut pack = command("python3", ["packaging/wheel.py"]);
    pack.arg(program).args([VERSION, machine.wheel]).arg(out).arg(root().join("test-host/README.md"));
    output(pack.env("SOURCE_DATE_EPOCH", epoch()?)).map(drop)
}
