//! A managed board with real guests: `serve` and `remote`.

#![cfg(target_os = "linux")]

use std::fs;
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Output, Stdio};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::{Duration, Instant};

use serde_json::Value as Json;
use tempfile::TempDir;

use crate::program::{command, compare, run};

mod program;

/// Ample for a busy machine.
const BOUND: Duration = Duration::from_secs(60);

const BOARD: &str = r#"
state = "state"
socket = "board.sock"

[application.fan]
policy = "fan.toml"
health-ms = 300
config = { speed = "slow" }

[application.second]
policy = "fan.toml"
"#;

const POLICY: &str = r#"
[i2c.sensor]
sim = "board"
allow = [0x48]

[gpio]
LED = { sim = true, direction = "output", on-exit = "low" }

[[part]]
model = "lm75"
i2c = "board"
address = 0x48
"#;

/// A board that is served until it is dropped.
struct Served {
    folder: TempDir,
    serve: Child,
    said: Arc<Mutex<String>>,
}

impl Served {
    fn new() -> Served {
        let folder = tempfile::tempdir().expect("a folder");
        fs::write(folder.path().join("board.toml"), BOARD).expect("a file");
        fs::write(folder.path().join("fan.toml"), POLICY).expect("a file");
        for name in ["waits", "configured", "drives_and_traps", "unknown_import", "fails"] {
            let wat = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("guests/wat/{name}.wat"));
            let bytes = wat::parse_file(&wat).unwrap_or_else(|error| panic!("{name}: {error}"));
            fs::write(folder.path().join(format!("{name}.wasm")), bytes).expect("a file");
        }
        let (serve, said) = serve(&folder);
        Served { folder, serve, said }
    }

    /// Ends `serve` by a signal, and starts it again.
    fn again(&mut self, signal: &str) {
        self.kill(signal);
        (self.serve, self.said) = serve(&self.folder);
    }

    fn kill(&mut self, signal: &str) {
        let pid = self.serve.id().to_string();
        let killed = std::process::Command::new("kill").args([signal, &pid]).status().expect("kill starts");
        assert!(killed.success());
        let status = self.serve.wait().expect("it ends");
        assert!(signal == "-KILL" || status.code() == Some(0), "{status}: {}", self.said());
    }

    fn said(&self) -> String {
        self.said.lock().expect("no panic").clone()
    }

    fn remote(&self, args: &[&str]) -> Output {
        run(&self.folder, &[&["remote", "--socket", "board.sock"], args].concat())
    }

    /// Does something at a distance that succeeds, and returns what it prints.
    fn done(&self, args: &[&str]) -> String {
        let output = self.remote(args);
        let stderr = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{args:?}: {}\n{stderr}\n{}", output.status, self.said());
        String::from_utf8(output.stdout).expect("text")
    }

    /// Does something at a distance that fails, and returns what it says.
    fn refused(&self, args: &[&str]) -> String {
        let output = self.remote(args);
        assert_eq!(output.status.code(), Some(1), "{args:?}: {}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stderr).expect("text")
    }

    fn fan(&self) -> Json {
        let all = self.done(&["ps", "--json"]);
        let lines = all.lines().map(|line| serde_json::from_str::<Json>(line).expect("JSON"));
        lines.into_iter().find(|status| status["name"] == "fan").expect("the fan")
    }

    /// Waits until the fan is so.
    fn until(&self, what: &str, is: impl Fn(&Json) -> bool) -> Json {
        let end = Instant::now() + BOUND;
        loop {
            let fan = self.fan();
            if is(&fan) {
                return fan;
            }
            assert!(Instant::now() < end, "not in time: {what}: {fan}\n{}", self.said());
            thread::sleep(Duration::from_millis(20));
        }
    }

    /// Waits until the log of the fan has a text.
    fn says(&self, text: &str) {
        let end = Instant::now() + BOUND;
        while !self.done(&["logs", "fan"]).contains(text) {
            assert!(Instant::now() < end, "`{text}` is not in\n{}", self.done(&["logs", "fan"]));
            thread::sleep(Duration::from_millis(20));
        }
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        // Its applications end with it.
        let _ = self.serve.kill();
        let _ = self.serve.wait();
    }
}

/// Starts `serve`, and waits until it listens.
fn serve(folder: &TempDir) -> (Child, Arc<Mutex<String>>) {
    let mut command = command(folder, &["serve", "--config", "board.toml"]);
    let mut serve = command.stderr(Stdio::piped()).spawn().expect("the command starts");
    let said = Arc::new(Mutex::new(String::new()));
    let (heard, stderr) = (said.clone(), serve.stderr.take().expect("a pipe"));
    thread::spawn(move || {
        for line in BufReader::new(stderr).lines().map_while(Result::ok) {
            *heard.lock().expect("no panic") += &format!("{line}\n");
        }
    });
    let end = Instant::now() + BOUND;
    while !run(folder, &["remote", "--socket", "board.sock", "ps"]).status.success() {
        assert!(Instant::now() < end, "it does not listen: {}", said.lock().expect("no panic"));
        thread::sleep(Duration::from_millis(20));
    }
    (serve, said)
}

fn runs(fan: &Json) -> bool {
    fan["phase"] == "running"
}

#[test]
fn a_guest_runs_with_its_values_is_replaced_and_survives_a_restart_of_the_board() {
    let mut board = Served::new();
    assert_eq!(board.until("it is there", |_| true)["phase"], "empty");
    board.done(&["config", "set", "fan", "speed", "7 rpm"]);
    assert_eq!(board.done(&["config", "get", "fan", "speed"]), "7 rpm\n");
    let installed = board.done(&["install", "fan", "configured.wasm"]);
    assert!(installed.starts_with("installed sha256:"), "{installed}");
    board.until("it runs", runs);
    board.says(" 7 rpm\n");
    board.done(&["config", "unset", "fan", "speed"]);
    // Other users of the machine can see arguments.
    let pid = board.fan()["pid"].as_u64().expect("a process");
    assert!(!fs::read_to_string(format!("/proc/{pid}/cmdline")).expect("a process").contains("rpm"));
    board.done(&["stop", "fan"]);
    assert_eq!(board.fan()["last-status"], 143, "as SIGTERM ends `run`");
    board.done(&["start", "fan"]);
    board.says(" slow\n");

    let replaced = board.done(&["install", "fan", "waits.wasm"]);
    assert!(replaced.contains("the guest did not run for "), "{replaced}");
    let fan = board.until("it runs", runs);
    assert!(fan["replaced-in-us"].as_u64().is_some_and(|us| us > 0) && fan["on-trial"] == false, "{fan}");
    let digest = fan["component"].clone();
    for signal in ["-TERM", "-INT", "-KILL"] {
        board.again(signal);
        assert_eq!(board.until("it runs again", runs)["component"], digest, "after {signal}");
    }
    board.done(&["remove", "fan"]);
    assert_eq!(board.fan()["phase"], "empty");
}

#[test]
fn a_guest_that_traps_gives_way_to_the_one_before() {
    let board = Served::new();
    board.done(&["install", "fan", "waits.wasm"]);
    let before = board.until("it runs", runs);
    let refused = board.refused(&["install", "fan", "drives_and_traps.wasm"]);
    assert!(refused.contains("the new component failed, and the one before is back: the guest trapped"), "{refused}");
    let back = board.until("the old one runs", runs);
    assert_eq!((&back["component"], &back["last-status"]), (&before["component"], &Json::from(122)));
    assert!(board.done(&["ps"]).contains("rolled back from "), "{}", board.done(&["ps"]));
    board.says("board: error: rolled back from sha256:");
    assert!(board.said().contains("fan: error: rolled back from sha256:"), "{}", board.said());
}

#[test]
fn a_component_that_this_host_cannot_run_is_refused_while_the_old_one_runs() {
    let board = Served::new();
    board.done(&["install", "fan", "waits.wasm"]);
    let before = board.until("it runs", runs);
    let refused = board.refused(&["install", "fan", "unknown_import.wasm"]);
    assert!(refused.contains("nothing was changed") && refused.contains("this host lacks"), "{refused}");
    let refused = board.refused(&["install", "fan", "fan.toml"]);
    assert!(refused.contains("nothing was changed"), "{refused}");
    let after = board.fan();
    assert_eq!((&after["pid"], &after["generation"]), (&before["pid"], &before["generation"]));
    // A first component has none before it.
    let refused = board.refused(&["install", "second", "fails.wasm"]);
    assert!(refused.contains("failed, and there is none before it"), "{refused}");
}

#[test]
fn a_bus_is_scanned_at_a_distance_by_the_policy() {
    let board = Served::new();
    let table = board.done(&["i2c", "detect", "fan", "sensor"]);
    assert!(table.lines().any(|line| line.starts_with("40: ") && line.contains(" 48")), "{table}");
    let refused = board.refused(&["i2c", "detect", "fan", "other"]);
    assert!(refused.contains("sensor"), "it says which labels there are: {refused}");
}

#[test]
fn applications_end_with_a_board_that_is_killed() {
    let mut board = Served::new();
    board.done(&["install", "fan", "waits.wasm"]);
    let pid = board.until("it runs", runs)["pid"].as_u64().expect("a process");
    board.kill("-KILL");
    let end = Instant::now() + BOUND;
    // It may be a zombie, which nobody waits for.
    let lives = || {
        let status = fs::read_to_string(format!("/proc/{pid}/status")).unwrap_or_default();
        status.lines().any(|line| line.starts_with("State:") && !line.contains('Z'))
    };
    while lives() {
        assert!(Instant::now() < end, "it lives on");
        thread::sleep(Duration::from_millis(10));
    }
}

#[test]
fn what_the_owner_or_a_client_says_wrong_is_told_in_words() {
    let folder = tempfile::tempdir().expect("a folder");
    fs::write(folder.path().join("odd.toml"), "state = \"state\"\n[application.fan]\npolicy = \"p\"\nrestrat = 1\n")
        .expect("a file");
    fs::write(folder.path().join("open.toml"), "state = \"state\"\ntcp = \"0.0.0.0:4780\"\ntoken-file = \"t\"\n")
        .expect("a file");
    fs::write(folder.path().join("token"), "0123456789abcdef").expect("a file");
    for (name, args) in [
        ("serve_missing", &["serve", "--config", "missing.toml"][..]),
        ("serve_odd_key", &["serve", "--config", "odd.toml"]),
        ("serve_open_port", &["serve", "--config", "open.toml"]),
        ("remote_nobody", &["remote", "--socket", "board.sock", "ps"]),
        ("remote_token_alone", &["remote", "--token-file", "token", "ps"]),
        ("remote_path_as_name", &["remote", "--socket", "board.sock", "stop", "../fan"]),
        ("help_serve", &["serve", "--help"]),
        ("help_remote", &["remote", "--help"]),
        ("help_remote_install", &["remote", "install", "--help"]),
    ] {
        compare(&folder, name, args);
    }
}
