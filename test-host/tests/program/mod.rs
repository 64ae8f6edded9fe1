//! Runs the command and compares what it prints with `cli/NAME.txt`. `BLESS=1` stores it.
#![allow(dead_code, reason = "each test program uses a part of it")]

use std::fs;
use std::path::Path;
use std::process::{Command, Output, Stdio};

use tempfile::TempDir;

/// Returns a call of the command in a folder, apart from what the user's environment says.
pub(crate) fn command(folder: &TempDir, args: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_wasm-embedded-rt"));
    command.args(args).current_dir(folder.path()).stdin(Stdio::null());
    command.env_remove("WASM_EMBEDDED_POLICY").env_remove("COLUMNS").env("NO_COLOR", "1");
    command.env("XDG_STATE_HOME", folder.path().join("state")).env("XDG_CACHE_HOME", folder.path().join("cache"));
    command
}

/// Runs the command to its end.
pub(crate) fn run(folder: &TempDir, args: &[&str]) -> Output {
    command(folder, args).output().expect("the command starts")
}

/// Compares a call of the command with what is stored.
pub(crate) fn compare(folder: &TempDir, name: &str, args: &[&str]) {
    let output = run(folder, args);
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    let status = output.status.code().map_or("a signal".to_owned(), |code| code.to_string());
    let (stdout, stderr) = (text(&output.stdout), text(&output.stderr));
    let got = format!(
        "$ wasm-embedded-rt {}\n--- status\n{status}\n--- stdout\n{stdout}--- stderr\n{stderr}",
        args.join(" ")
    );
    let stored = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("tests/cli/{name}.txt"));
    if std::env::var_os("BLESS").is_some() {
        fs::write(&stored, &got).expect("the expected text can be stored");
    }
    assert_eq!(got, fs::read_to_string(&stored).unwrap_or_default(), "{name}: BLESS=1 stores the new text");
}
