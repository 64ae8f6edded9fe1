//! Boards that were drawn for Wokwi, on the command line.

use std::fs;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::path::Path;
use std::process::Stdio;

use tempfile::TempDir;

use crate::program::{command, compare, run};

mod program;

/// A folder with the diagrams of the crate that reads them, and a guest that does nothing.
fn folder() -> TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    let diagrams = Path::new(env!("CARGO_MANIFEST_DIR")).join("../diagram/diagrams");
    for file in fs::read_dir(diagrams).expect("the diagrams") {
        let file = file.expect("an entry");
        fs::copy(file.path(), folder.path().join(file.file_name())).expect("a copy");
    }
    let component = wat::parse_str(
        "(component (core module $m (func (export \"run\") (result i32) i32.const 0)) (core instance $i (instantiate $m))
         (func $run (result (result)) (canon lift (core func $i \"run\")))
         (component $c (import \"run\" (func $run (result (result)))) (export \"run\" (func $run)))
         (instance $out (instantiate $c (with \"run\" (func $run))))
         (export \"wasi:cli/run@0.2.0\" (instance $out)))",
    );
    fs::write(folder.path().join("nothing.wasm"), component.expect("a component")).expect("a file");
    let wrong = "{\n  \"version\": 1,\n  \"parts\": [\n    { \"type\": \"wokwi-pi-pico\", \"id\": \"pico\" },\n    \
                 { \"type\": \"chip-lm75\", \"id\": \"hot\", \"attrs\": { \"temperature\": \"900\" } }\n  ],\n  \
                 \"connections\": [\n    [\"pico:GP4\", \"hot:SDA\", \"\", []],\n    [\"pico:GP5\", \"hot:SCL\", \"\", []]\n  ]\n}\n";
    fs::write(folder.path().join("wrong.json"), wrong).expect("a file");
    fs::write(folder.path().join("cut.json"), &wrong[..100]).expect("a file");
    folder
}

#[test]
fn what_is_told_of_diagrams_is_stored() {
    let folder = folder();
    let calls: [(&str, &[&str]); 8] = [
        ("diagram_convert", &["convert", "weather.json"]),
        ("diagram_unknown", &["convert", "unknown.json"]),
        ("diagram_wrong", &["convert", "wrong.json"]),
        ("diagram_cut", &["check", "nothing.wasm", "--policy", "cut.json"]),
        ("diagram_missing", &["convert", "nowhere.json"]),
        ("diagram_to_parts", &["convert", "weather.json", "--to", "parts"]),
        ("diagram_detect", &["i2c", "detect", "i2c0", "--policy", "weather.json"]),
        ("diagram_and_policy", &["run", "nothing.wasm", "--policy", "lcd.json", "--board", "weather.json"]),
    ];
    for (name, args) in calls {
        compare(&folder, name, args);
    }
}

#[test]
fn what_convert_writes_is_the_board_that_runs() {
    let folder = folder();
    let converted = run(&folder, &["convert", "button.json"]);
    fs::write(folder.path().join("button.toml"), &converted.stdout).expect("a file");
    let reads = |policy: &str| run(&folder, &["gpio", "get", "BUTTON", "--policy", policy]);
    let (drawn, written) = (reads("button.json"), reads("button.toml"));
    assert!(drawn.status.success(), "{}", String::from_utf8_lossy(&drawn.stderr));
    assert_eq!(drawn.stdout, written.stdout);
    assert!(!drawn.stdout.is_empty());
}

/// The page of a diagram: the value of `--board`, and what follows a bare `--board`, are told apart.
#[test]
fn board_shows_a_diagram_and_leaves_a_component_alone() {
    let folder = folder();
    let calls: [&[&str]; 3] = [
        &["run", "nothing.wasm", "--board", "weather.json"],
        &["run", "nothing.wasm", "--board=weather.json"],
        &["run", "--policy", "weather.json", "--board", "nothing.wasm"],
    ];
    for args in calls {
        let mut program = command(&folder, args).stderr(Stdio::piped()).spawn().expect("the command starts");
        let mut lines = BufReader::new(program.stderr.take().expect("a pipe")).lines();
        let first = lines.next().expect("a line").expect("text");
        let address = first.strip_prefix("the board: http://").unwrap_or_else(|| panic!("{args:?}: {first}"));
        let (host, path) = address.split_once('/').expect("an address");
        let mut page = TcpStream::connect(host).expect("the page is served");
        write!(page, "GET /{path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n").expect("a request");
        let mut answer = String::new();
        page.read_to_string(&mut answer).expect("an answer");
        assert!(answer.starts_with("HTTP/1.1 200"), "{args:?}: {answer}");
        program.kill().expect("it runs");
        program.wait().expect("it ends");
    }
}
