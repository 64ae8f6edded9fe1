//! Every command, with `--json`: each object that it writes is as the schema says, and the schema has nothing that no command writes.

#[path = "support/board.rs"]
mod board;

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use output_schema::Schema;
use tempfile::TempDir;

/// The policy of most commands.
const POLICY: &str = r#"
[i2c.sensor]
sim = "board"
allow = [0x3c, 0x76]

[spi.flash]
sim = true

[gpio]
LED = { sim = true, direction = "output", on-exit = "low" }
BUTTON = { sim = true, direction = "input", bias = "pull-up", active-low = true }

[[part]]
model = "bme280"
i2c = "board"

[[part]]
model = "ssd1306"
name = "oled"
i2c = "board"

[[part]]
model = "w25q"
spi = "flash"

[[part]]
model = "button"
net = "BUTTON"
presses = [{ at-ms = 10, for-ms = 20 }]

[[fault]]
fault = "stuck"
net = "LED"
level = "high"
from-ms = 500
"#;

const PICO2: &str =
    "[i2c.sensor]\nblock = 0\nsda = 8\nscl = 9\nallow = [0x76]\n[adc.battery]\npin = 26\n[gpio]\nDC = { pin = 2 }\n";
const SCRIPT: &str =
    "[i2c.bus]\nsim = true\n[[part]]\nmodel = \"scripted\"\ni2c = \"i2c\"\naddress = 0x20\nsteps = [{ write = [1] }]\n";
const UNREACHED: &str =
    "[i2c.bus]\nsim = true\nallow = [0x48]\n[[part]]\nmodel = \"lm75\"\ni2c = \"i2c\"\naddress = 0x49\n";
/// A scenario that passes, and one that fails.
const SCENARIO: &str = "component = \"waits_and_drives.wasm\"\n[policy.gpio]\nLED = { sim = true, direction = \"output\" }\n[[step]]\nexpect = { label = \"LED\", level = \"high\" }\nwithin = ";
const MANAGED: &str = "state = \"managed\"\nsocket = \"board.sock\"\n[application.fan]\npolicy = \"nothing.toml\"\n";
const RECORDING: &str = "# wasm-embedded-rt recording 1\n0.100 LED set high -> ok\n";
/// A core module that logs 500 times, waits for two seconds, logs once more, and writes to its standard error.
const CORE: &str = r#"(module
  (import "wasi_snapshot_preview1" "fd_write" (func $write (param i32 i32 i32 i32) (result i32)))
  (import "wasm-embedded:hal/log@0.5.0" "log" (func $log (param i32 i32 i32 i32 i32)))
  (import "wasm-embedded:hal/delay@0.5.0" "delay-ns" (func $delay (param i64)))
  (memory (export "memory") 1)
  (data (i32.const 8) "\10\00\00\00\05\00\00\00oh no")
  (func $say (call $log (i32.const 0) (i32.const 16) (i32.const 5) (i32.const 16) (i32.const 5)))
  (func (export "_start") (local $count i32)
    (loop $again (call $say)
      (br_if $again (i32.lt_u (local.tee $count (i32.add (local.get $count) (i32.const 1))) (i32.const 500))))
    (call $delay (i64.const 2000000000)) (call $say)
    (drop (call $write (i32.const 2) (i32.const 8) (i32.const 1) (i32.const 32)))))"#;

/// What no command can be brought to write here.
const ELSEWHERE: [(&str, &str); 3] = [
    ("fault", "a device of the machine has to fail: `hosted.rs` of the runtime has its tests"),
    ("unwritten", "a disk has to be full"),
    ("arduino-build", "Zig has to be installed: `guests/arduino` is tested with it"),
];

/// A folder, and the schema with the names of all objects that were seen.
struct Checked {
    folder: TempDir,
    schema: Schema,
    seen: BTreeSet<String>,
}

impl Checked {
    fn new() -> Checked {
        let folder = tempfile::tempdir().expect("a folder");
        let guests = Path::new(env!("CARGO_MANIFEST_DIR")).join("../guests/wat");
        for entry in fs::read_dir(guests).expect("the guests of the command's tests") {
            let path = entry.expect("a guest").path();
            let component = wat::parse_file(&path).unwrap_or_else(|error| panic!("{error}"));
            let name = path.with_extension("wasm");
            fs::write(folder.path().join(name.file_name().expect("a name")), component).expect("a file");
        }
        let write = |name: &str, text: &[u8]| fs::write(folder.path().join(name), text).expect("a file");
        write("core.wasm", &wat::parse_str(CORE).expect("a module"));
        write("board.toml", POLICY.as_bytes());
        write("nothing.toml", b"");
        write("limits.toml", b"[limits]\nwall-time-ms = 10\n");
        write("quiet.toml", b"[limits]\nlog-messages-per-s = 1\n");
        write("slip.toml", b"[i2c.sensor]\nsim = true\nalow = [0x76]\n");
        write("pico2.toml", PICO2.as_bytes());
        write("script.toml", SCRIPT.as_bytes());
        write("unreached.toml", UNREACHED.as_bytes());
        write("passes.toml", format!("{SCENARIO}\"2s\"\n").as_bytes());
        write("misses.toml", format!("{SCENARIO}\"1ms\"\n").as_bytes());
        write("managed.toml", MANAGED.as_bytes());
        write("recording.txt", RECORDING.as_bytes());
        write("diagram.json", br#"{ "parts": [{ "type": "wokwi-pi-pico", "id": "pico" }], "connections": [] }"#);
        Checked { folder, schema: Schema::new(), seen: BTreeSet::new() }
    }

    /// Returns the program with arguments, in the folder and with nothing of this user.
    fn command(&self, args: &[&str]) -> Command {
        let program = std::env::var_os("WASM_EMBEDDED_RT")
            .expect("the variable WASM_EMBEDDED_RT names the program: see the README of this package");
        let mut command = Command::new(program);
        command.args(args).current_dir(self.folder.path()).stdin(Stdio::null()).stdout(Stdio::null());
        command.env_remove("WASM_EMBEDDED_POLICY").env("NO_COLOR", "1");
        command.env("XDG_STATE_HOME", self.folder.path().join("state"));
        command.env("XDG_CACHE_HOME", self.folder.path().join("cache"));
        command
    }

    /// Runs a command with `--json`, and returns the names of what it wrote. A document has the name of the command.
    fn run(&mut self, args: &[&str], status: i32) -> Vec<String> {
        let (own, of_guest) = args.split_at(args.iter().position(|arg| *arg == "--").unwrap_or(args.len()));
        let mut command = self.command(own);
        let output = command.arg("--json").args(of_guest).stdout(Stdio::piped()).output().expect("the program starts");
        let (stdout, stderr) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
        assert_eq!(output.status.code(), Some(status), "{args:?}: {stdout}{stderr}");
        let document = if args == ["parts", "button"] { "model" } else { args[0] };
        let names = self.schema.check(&stdout, document).unwrap_or_else(|error| panic!("{args:?}: {error}"));
        assert!(!names.is_empty(), "{args:?} writes nothing: {stderr}");
        self.seen.extend(names.iter().cloned());
        names
    }
}

#[test]
fn what_every_command_writes_is_as_the_schema_says() {
    let mut checked = Checked::new();
    runs(&mut checked);
    answers(&mut checked);
    labels(&mut checked);
    boards(&mut checked);
    managed(&mut checked);
    failures(&mut checked);
    let elsewhere = ELSEWHERE.map(|(name, _)| name);
    let of_others = |name: &&String| *name == "setting" || elsewhere.contains(&name.as_str());
    let left: Vec<&String> =
        checked.schema.names().iter().filter(|name| !checked.seen.contains(*name) && !of_others(name)).collect();
    assert!(left.is_empty(), "no command has written {left:?}");
}

/// Guests that run, and how they end.
fn runs(checked: &mut Checked) {
    let board = ["--policy", "board.toml"];
    let all = ["run", "waits_and_drives.wasm", "--trace-text", "--report", "--screenshot", "oled=o.png"];
    let names = checked.run(&[&all[..], &board].concat(), 0);
    for name in ["trace", "report", "screenshot", "strike", "exit"] {
        assert!(names.iter().any(|seen| seen == name), "{name} is among {names:?}");
    }
    checked.run(&["run", "speaks.wasm", "ok.wasm", "--policy", "nothing.toml", "--log", "trace"], 122);
    checked.run(&["run", "drives_and_traps.wasm", "--policy", "nothing.toml"], 1);
    checked.run(&["run", "waits.wasm", "--policy", "nothing.toml", "--timeout", "1s"], 123);
    checked.run(&["run", "spins.wasm", "--policy", "limits.toml"], 118);
    checked.run(&["run", "ok.wasm", "--policy", "script.toml"], 117);
    checked.run(&["run", "ok.wasm", "--policy", "unreached.toml"], 0);
    checked.run(&[&["run", "ok.wasm", "--replay", "recording.txt"][..], &board].concat(), 116);
    let names = checked.run(&["run", "core.wasm", "--policy", "quiet.toml"], 0);
    assert!(
        names.starts_with(&["note".to_owned(), "log".to_owned()]) && names.ends_with(&["exit".to_owned()]),
        "{names:?}"
    );
}

/// Commands that answer with one object.
fn answers(checked: &mut Checked) {
    assert_eq!(checked.run(&["check", "drives_and_traps.wasm", "--policy", "board.toml"], 0), ["check"]);
    assert_eq!(checked.run(&["check", "unknown_import.wasm"], 121), ["check", "error"]);
    assert_eq!(checked.run(&["test", "passes.toml"], 0), ["test"]);
    assert_eq!(checked.run(&["test", "passes.toml", "misses.toml", "--retries", "1", "--no-files"], 1), ["test"]);
    assert_eq!(checked.run(&["convert", "recording.txt"], 0), ["convert"]);
    assert_eq!(checked.run(&["convert", "recording.txt", "--to", "parts"], 0), ["convert"]);
    assert_eq!(checked.run(&["convert", "diagram.json"], 0), ["convert"]);
    checked.run(&["run", "ok.wasm", "--policy", "board.toml", "--trace", "trace.wet"], 0);
    assert_eq!(checked.run(&["trace", "convert", "trace.wet", "-o", "trace.vcd"], 0), ["trace-convert"]);
    assert_eq!(checked.run(&["trace", "convert", "trace.wet", "-o", "-"], 64), ["error"]);
    assert_eq!(checked.run(&["compile", "ok.wasm"], 0), ["compile"]);
    let chip = ["compile", "chip.wasm", "--target", "pico2", "--policy", "pico2.toml", "-o", "chip.bin"];
    assert_eq!(checked.run(&chip, 0), ["compile"]);
    assert_eq!(checked.run(&["image", "info", "chip.bin"], 0), ["image"]);
    assert_eq!(checked.run(&["adapt", "core.wasm", "-o", "adapted.wasm", "--policy", "start.toml"], 0), ["adapt"]);
    assert_eq!(checked.run(&["list"], 0), ["list"]);
    assert_eq!(checked.run(&["parts"], 0), ["parts"]);
    assert_eq!(checked.run(&["parts", "button"], 0), ["model"]);
    assert_eq!(checked.run(&["new", "fan"], 0), ["new"]);
    assert_eq!(checked.run(&["completions", "bash"], 0), ["completions"]);
    fs::create_dir(checked.folder.path().join("man")).expect("a folder");
    assert_eq!(checked.run(&["man", "man"], 0), ["man"]);
}

/// Commands that use a label themselves.
fn labels(checked: &mut Checked) {
    let mut run = |args: &[&str], name: &str| {
        assert_eq!(checked.run(&[args, &["--policy", "board.toml"]].concat(), 0), [name], "{args:?}");
    };
    run(&["i2c", "detect", "sensor"], "i2c-detect");
    run(&["i2c", "get", "sensor", "0x76", "0xd0"], "read");
    run(&["i2c", "get", "sensor", "0x76", "0xd0", "w"], "read");
    run(&["i2c", "set", "sensor", "0x76", "0xf4", "0x27"], "written");
    run(&["i2c", "transfer", "sensor", "w1@0x76", "0xd0", "r1", "r1"], "read");
    run(&["spi", "transfer", "flash", "9f", "--read", "3"], "read");
    run(&["gpio", "get", "BUTTON"], "levels");
    run(&["gpio", "set", "LED=1", "--hold-period", "5ms"], "levels");
    run(&["gpio", "watch", "BUTTON", "--count", "1"], "edge");
    let watch = ["gpio", "watch", "BUTTON", "--timeout", "1ms", "--policy", "board.toml"];
    assert_eq!(checked.run(&watch, 0), ["warning"]);
}

/// Commands for a board with the firmware.
fn boards(checked: &mut Checked) {
    let device = board::open();
    let port = device.to_str().expect("a name in UTF-8");
    assert_eq!(checked.run(&["ps", "--port", port], 0), ["board"]);
    assert_eq!(checked.run(&["config", "--port", port], 0), ["board"]);
    assert_eq!(checked.run(&["logs", "--port", port, "--no-follow"], 0), ["line"]);
    assert_eq!(checked.run(&["stop", "--port", port], 0), ["stopped"]);
    assert_eq!(checked.run(&["start", "--port", port], 0), ["started"]);
    assert_eq!(checked.run(&["flash", "chip.bin", "--port", port, "--health-s", "1"], 0), ["flashed"]);
}

/// A managed board that is asked for its applications.
fn managed(checked: &mut Checked) {
    let serve = ["serve", "--config", "managed.toml"];
    let mut board = checked.command(&serve).stderr(Stdio::null()).spawn().expect("the program starts");
    let ask = ["remote", "--socket", "board.sock", "ps"];
    let end = Instant::now() + Duration::from_secs(60);
    while !checked.command(&ask).stderr(Stdio::null()).status().expect("the program starts").success() {
        if Instant::now() > end {
            board.kill().expect("it runs");
            panic!("the board does not listen");
        }
        std::thread::sleep(Duration::from_millis(20));
    }
    let names = checked.run(&ask, 0);
    board.kill().and_then(|()| board.wait()).expect("it runs");
    assert_eq!(names, ["application"]);
}

/// What is refused comes as an object too, with the place of each problem.
fn failures(checked: &mut Checked) {
    assert_eq!(checked.run(&["run", "ok.wasm", "--policy", "slip.toml"], 120), ["error"]);
    assert_eq!(checked.run(&["run", "no_such.wasm", "--policy", "board.toml"], 121), ["error"]);
    assert_eq!(checked.run(&["i2c", "get", "sensor", "0x50", "0", "--policy", "board.toml"], 120), ["error"]);
    assert_eq!(checked.run(&["gpio", "get", "--polcy", "board.toml"], 64), ["error"]);
    assert_eq!(checked.run(&["ps", "--port", "/dev/nothing"], 119), ["error"]);
}
