//! What a native driver's tests build: the crates of the board, and no engine for guests.

use std::process::Command;

/// Returns the names of all crates that a package pulls in, on any target.
fn crates_of(package: &str) -> Vec<String> {
    let output = Command::new(env!("CARGO"))
        .args(["tree", "--locked", "--offline", "--edges", "normal,build", "--target", "all", "--prefix", "none"])
        .args(["--format", "{p}", "--package", package])
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .output()
        .expect("cargo starts");
    assert!(output.status.success(), "cargo tree: {}", String::from_utf8_lossy(&output.stderr));
    let text = String::from_utf8(output.stdout).expect("names");
    text.lines().filter_map(|line| line.split_whitespace().next()).map(str::to_owned).collect()
}

fn is_engine(name: &str) -> bool {
    ["wasmtime", "cranelift", "wasmparser", "tokio"].iter().any(|engine| name.starts_with(engine))
}

#[test]
fn a_native_board_pulls_in_no_engine_for_guests() {
    for package in ["wasm-embedded-board", "wasm-embedded-scenario", "wasm-embedded-sim", "wasm-embedded-policy"] {
        let crates = crates_of(package);
        assert!(crates.iter().any(|name| name == package), "{package}: {crates:?}");
        let engines: Vec<&String> = crates.iter().filter(|name| is_engine(name)).collect();
        assert!(engines.is_empty(), "{package} pulls in {engines:?}");
    }
    // The same look finds the engine where there is one.
    assert!(crates_of("wasm-embedded-runtime").iter().any(|name| is_engine(name)));
}
