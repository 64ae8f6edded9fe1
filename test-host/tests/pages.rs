//! The pages of `docs/` that a user can follow from nothing, as they are written.
//!
//! `<!-- file: NAME -->` before a block makes it a file, `<!-- same as: NAME -->` holds it against one of the repository, and
//! `<!-- run -->` or `<!-- run in: FOLDER -->` runs the commands of a console block and compares what they print: `...` is anything in a
//! line, and a command without output may print what it wants.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::process::Command;

use tempfile::TempDir;

fn workspace() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..").canonicalize().expect("the repository")
}

fn target_dir() -> PathBuf {
    let marked = |folder: &&Path| folder.join("CACHEDIR.TAG").exists();
    let tests = Path::new(env!("CARGO_TARGET_TMPDIR"));
    tests.ancestors().filter(marked).last().expect("cargo marks the folder it builds in").to_owned()
}

/// A block of a page, with what stands before it.
struct Block<'p> {
    order: &'p str,
    text: String,
}

fn blocks(page: &str) -> Vec<Block<'_>> {
    let (mut blocks, mut lines) = (Vec::new(), page.lines());
    while let Some(line) = lines.next() {
        let Some(order) = line.strip_prefix("<!-- ").and_then(|line| line.strip_suffix(" -->")) else { continue };
        if !["file: ", "same as: ", "run"].iter().any(|word| order.starts_with(word)) {
            continue;
        }
        assert!(lines.next().is_some_and(|line| line.starts_with("```")), "no block after `{order}`");
        let text = lines.by_ref().take_while(|line| !line.starts_with("```")).map(|line| format!("{line}\n"));
        blocks.push(Block { order, text: text.collect() });
    }
    blocks
}

/// Returns whether a line is as a page has it.
fn is_line(wanted: &str, line: &str) -> bool {
    let mut pieces = wanted.split("...");
    let Some(mut rest) = pieces.next().and_then(|first| line.strip_prefix(first)) else { return false };
    for piece in pieces {
        let Some(at) = rest.find(piece) else { return false };
        rest = &rest[at + piece.len()..];
    }
    rest.is_empty() || wanted.ends_with("...")
}

fn run(folder: &Path, home: &TempDir, command: &str, expected: &[&str]) {
    let folder_of_command = Path::new(env!("CARGO_BIN_EXE_wasm-embedded-rt")).parent().expect("a folder");
    let path = format!("{}:{}", folder_of_command.display(), std::env::var("PATH").unwrap_or_default());
    let output = Command::new("sh")
        .args(["-c", command])
        .current_dir(folder)
        .env("PATH", path)
        .env("CARGO_TARGET_DIR", "target")
        .env("CARGO_NET_OFFLINE", "true")
        .env("NO_COLOR", "1")
        .env("XDG_STATE_HOME", home.path().join("state"))
        .env("XDG_CACHE_HOME", home.path().join("cache"))
        .env_remove("WASM_EMBEDDED_POLICY")
        .env_remove("CARGO_BUILD_TARGET")
        .env_remove("RUSTFLAGS")
        .output()
        .expect("a shell");
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    let (stdout, stderr) = (text(&output.stdout), text(&output.stderr));
    // A command that is to fail says so in its output, which is compared.
    assert!(output.status.success() || !expected.is_empty(), "{command}: {}\n{stdout}{stderr}", output.status);
    if expected.is_empty() {
        return;
    }
    let shown = stdout.trim_end().lines().collect::<Vec<_>>();
    let is_so =
        shown.len() == expected.len() && expected.iter().zip(&shown).all(|(wanted, line)| is_line(wanted, line));
    assert!(is_so, "{command} prints\n{stdout}{stderr}\nand the page has\n{}", expected.join("\n"));
}

/// Does what a page says.
fn follow(name: &str) {
    let page = fs::read_to_string(workspace().join("docs").join(name)).expect("the page");
    let home = tempfile::tempdir().expect("a folder");
    symlink(workspace(), home.path().join("wasm-embedded-hal")).expect("a link");
    let blocks = blocks(&page);
    assert!(blocks.iter().any(|block| block.order.starts_with("run")), "{name} runs nothing");
    for block in blocks {
        if let Some(file) = block.order.strip_prefix("file: ") {
            let path = home.path().join(file);
            fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
            fs::write(&path, block.text).expect("a file");
        } else if let Some(file) = block.order.strip_prefix("same as: ") {
            assert_eq!(fs::read_to_string(workspace().join(file)).expect(file), block.text, "{name}, {file}");
        } else {
            let folder = home.path().join(block.order.strip_prefix("run in: ").unwrap_or("."));
            prepare(&folder);
            let mut lines = block.text.lines().peekable();
            while let Some(line) = lines.next() {
                let command = line.strip_prefix("$ ").unwrap_or_else(|| panic!("{name}: not a command: {line}"));
                let mut expected = Vec::new();
                while let Some(line) = lines.next_if(|line| !line.starts_with("$ ")) {
                    expected.push(line);
                }
                while expected.last().is_some_and(|line| line.is_empty()) {
                    expected.pop();
                }
                run(&folder, &home, command, &expected);
            }
        }
    }
}

/// Has a project of a page take the versions of this repository, which are there without a network, and keep what is built.
fn prepare(project: &Path) {
    if !project.join("Cargo.toml").exists() || project.join("Cargo.lock").exists() {
        return;
    }
    fs::copy(workspace().join("Cargo.lock"), project.join("Cargo.lock")).expect("the versions");
    let built = target_dir().join("pages");
    fs::create_dir_all(&built).expect("a folder");
    symlink(built, project.join("target")).expect("a link");
}

#[test]
fn scenarios_from_nothing() {
    follow("scenarios.md");
}

#[test]
fn guest_tests_from_nothing() {
    follow("guest-tests.md");
}

#[test]
fn recordings_from_nothing() {
    follow("record.md");
}

#[test]
fn commands_as_data_from_nothing() {
    follow("json.md");
}

#[test]
fn native_tests_from_nothing() {
    follow("native-tests.md");
}

#[cfg(target_os = "linux")]
#[test]
fn a_managed_board_from_nothing() {
    follow("managed-board.md");
}

/// Returns the Rust program of a section of the README.
fn program_of_readme(section: &str) -> String {
    let readme = fs::read_to_string(workspace().join("README.md")).expect("the README");
    let section = readme.split("\n## ").find(|text| text.starts_with(section)).expect("the section");
    let (_, block) = section.split_once("```rust,no_run\n").expect("a program");
    block.split_once("```").expect("its end").0.to_owned()
}

#[test]
fn the_asynchronous_program_of_the_readme_takes_the_press_or_the_end_of_the_wait() {
    const MANIFEST: &str = r#"
[package]
name = "waiting"
edition = "2024"

[dependencies]
embedded-hal-async = "1.0"
futures = { version = "0.3", default-features = false }
wasm-embedded-hal = { path = "../wasm-embedded-hal/hal" }

[workspace]
"#;
    const BOARD: &str = "[gpio]\nBUTTON = { sim = true, direction = \"input\", bias = \"pull-down\" }\n";
    let press = |at_ms: u32| {
        let model = "[[part]]\nmodel = \"button\"\nnet = \"BUTTON\"\npressed = \"high\"";
        format!("{BOARD}{model}\npresses = [{{ at-ms = {at_ms}, for-ms = 50 }}]\n")
    };
    let home = tempfile::tempdir().expect("a folder");
    symlink(workspace(), home.path().join("wasm-embedded-hal")).expect("a link");
    let project = home.path().join("waiting");
    fs::create_dir_all(project.join("src")).expect("a folder");
    let files = [
        ("Cargo.toml", MANIFEST.to_owned()),
        ("src/main.rs", program_of_readme("Asynchronous guests")),
        ("early.toml", press(4_999)),
        ("late.toml", press(5_001)),
        ("never.toml", BOARD.to_owned()),
    ];
    for (name, text) in files {
        fs::write(project.join(name), text).expect("a file");
    }
    prepare(&project);
    run(&project, &home, "cargo build --quiet --target wasm32-wasip2", &[]);
    let guest = "target/wasm32-wasip2/debug/waiting.wasm";
    let nobody = "nobody pressed the button within 5 s";
    for (board, said) in [("early.toml", "pressed"), ("late.toml", nobody), ("never.toml", nobody)] {
        run(&project, &home, &format!("wasm-embedded-rt run {guest} --policy {board}"), &[said]);
    }
}
