//! Every place where the host can wait, of the table in docs/blocking.md: it ends when it is told to, by a signal, a limit and a
//! deadline, with one guest and with two; outputs are at their levels on exit, and the trace is there.

#![cfg(unix)]

use std::fs::{self, File};
use std::io::Read as _;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc;
use std::thread;
use std::time::{Duration, Instant};

use tempfile::TempDir;

use crate::program::command;

mod program;
#[path = "../../runtime/tests/support/mod.rs"]
mod support;

const POLICY: &str = r#"
[i2c.bus]
sim = "board"
allow = [0x68]
[gpio]
MOTOR = { sim = true, direction = "output", initial = "low", on-exit = "low" }
PUMP = { sim = true, direction = "output", initial = "low", on-exit = "low" }
SQW = { sim = true, direction = "input" }
[[part]]
model = "ds3231"
i2c = "board"
output = "SQW"
"#;

/// Ample for a busy machine: the guest is told within 20 ms, and looks within another 20 ms. `cargo xtask hostile` measures 50 ms.
const BOUND: Duration = Duration::from_secs(5);

/// How long the guest is left in what it does: a pipe is full by then.
const MEANWHILE: Duration = Duration::from_millis(300);

/// What ends the guest.
#[derive(Clone, Copy, PartialEq, Debug)]
enum Ender {
    Signal,
    Timeout,
    WallTime,
}

use Ender::{Signal, Timeout, WallTime};

impl Ender {
    fn status(self) -> i32 {
        match self {
            // 128 and SIGTERM's number.
            Signal => 143,
            Timeout => 123,
            WallTime => 118,
        }
    }
}

fn folder(limits: &str) -> TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    fs::write(folder.path().join("board.toml"), format!("{POLICY}[limits]\n{limits}\n")).expect("a file");
    fs::copy(support::guest("test-guests", "misbehave"), folder.path().join("misbehave.wasm")).expect("a component");
    folder
}

/// Starts guests whose trace goes to `t.txt` unless the options say otherwise.
fn start(folder: &TempDir, guests: usize, options: &[&str], what: &str) -> Child {
    let guests = vec!["misbehave.wasm"; guests];
    let args = [&["run"], guests.as_slice(), &["--policy", "board.toml"], options, &["--", what]].concat();
    let mut command = command(folder, &args);
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    command.spawn().expect("the command starts")
}

/// Waits until the first byte of the standard output shows that a guest runs.
fn has_begun(child: &mut Child) {
    child.stdout.as_mut().expect("a pipe").read_exact(&mut [0]).expect("the guest begins");
}

fn kill(child: &Child, signal: &str) {
    let killed = Command::new("kill").args([signal, &child.id().to_string()]).status().expect("kill starts");
    assert!(killed.success());
}

/// Waits for the end, which comes within the bound of when it should.
fn ends(child: &mut Child, about: &str) -> i32 {
    let began = Instant::now();
    loop {
        if let Some(status) = child.try_wait().expect("a child") {
            eprintln!("{about}: gone after {:?}", began.elapsed());
            return status.code().unwrap_or_else(|| panic!("{about}: {status}"));
        }
        if began.elapsed() > BOUND {
            child.kill().expect("it is there");
            panic!("{about}: still there after {BOUND:?}");
        }
        thread::sleep(Duration::from_millis(1));
    }
}

fn left_low(trace: &str, about: &str) {
    for (net, must) in [("MOTOR", true), ("PUMP", false)] {
        match trace.lines().rfind(|line| line.contains(&format!(" {net} "))) {
            Some(line) => assert!(line.ends_with(" low"), "{about}: {line}"),
            None => assert!(!must, "{about}: nothing was driven: {trace}"),
        }
    }
}

/// Has guests do something, nobody takes what they write, and they are ended.
fn ends_in(what: &str, options: &[&str], enders: &[Ender]) {
    for (&ender, guests) in enders.iter().flat_map(|ender| [(ender, 1), (ender, 2)]) {
        let about = format!("{what} {options:?}, {guests} guests, {ender:?}");
        let folder = folder(if ender == WallTime { "wall-time-ms = 500" } else { "" });
        // Short, since two guests that compute have their turns in every microsecond of it: a switch of threads each.
        let timeout: &[&str] = if ender == Timeout { &["--timeout", "30ms"] } else { &[] };
        let mut child = start(&folder, guests, &[&["--trace-text=t.txt"], options, timeout].concat(), what);
        has_begun(&mut child);
        thread::sleep(MEANWHILE);
        if ender == Signal {
            kill(&child, "-TERM");
        }
        assert_eq!(ends(&mut child, &about), ender.status(), "{about}");
        left_low(&fs::read_to_string(folder.path().join("t.txt")).expect("a trace"), &about);
    }
}

#[test]
fn a_sleep_to_the_end_of_time_ends() {
    ends_in("sleep-max", &[], &[Signal, Timeout, WallTime]);
    ends_in("sleep-max", &["--real-time"], &[Signal, Timeout, WallTime]);
}

#[test]
fn a_long_delay_ends() {
    ends_in("hold", &["--real-time"], &[Signal, Timeout, WallTime]);
}

#[test]
fn a_delay_with_thousands_of_events_a_second_ends() {
    ends_in("alarm", &[], &[Signal, Timeout, WallTime]);
    ends_in("alarm", &["--real-time"], &[Signal, Timeout, WallTime]);
}

// In virtual time a guest whose output is not taken does not come nearer to its deadline.
#[test]
fn a_standard_output_that_nobody_takes_ends() {
    ends_in("flood", &[], &[Signal, WallTime]);
}

#[test]
fn events_that_nobody_takes_end() {
    ends_in("flood", &["--json"], &[Signal, WallTime]);
    ends_in("toggle", &["--json"], &[Signal, WallTime]);
}

#[test]
fn a_standard_error_that_nobody_takes_ends() {
    ends_in("flood-errors", &[], &[Signal, WallTime]);
}

#[test]
fn computing_ends() {
    ends_in("toggle", &[], &[Signal, Timeout, WallTime]);
}

/// A FIFO whose reader stops, and goes on when the guest is told to end: then nothing of the trace is missing.
#[test]
fn a_trace_that_nobody_takes_ends_and_is_whole_for_who_takes_it_again() {
    for (ender, guests, takes) in [
        (Signal, 1, true),
        (Signal, 2, true),
        (WallTime, 1, true),
        (Signal, 1, false),
        (Signal, 2, false),
        (WallTime, 2, false),
    ] {
        let about = format!("a FIFO, {guests} guests, {ender:?}, taken again: {takes}");
        let folder = folder(if ender == WallTime { "wall-time-ms = 500" } else { "" });
        let fifo = folder.path().join("t.txt");
        assert!(Command::new("mkfifo").arg(&fifo).status().expect("mkfifo starts").success());
        let mut child = start(&folder, guests, &["--trace-text=t.txt"], "toggle");
        // Opening it waits for the host, which may have refused to run.
        let (send, opened) = mpsc::channel();
        thread::spawn(move || send.send(File::open(&fifo)));
        let mut reader = opened.recv_timeout(BOUND).expect("the host opens it").expect("a FIFO");
        has_begun(&mut child);
        thread::sleep(MEANWHILE);
        if ender == Signal {
            kill(&child, "-TERM");
        }
        let trace = takes.then(|| {
            let mut trace = String::new();
            reader.read_to_string(&mut trace).expect("a trace");
            trace
        });
        let status = ends(&mut child, &about);
        assert_eq!(status, ender.status(), "{about}");
        if let Some(trace) = trace {
            left_low(&trace, &about);
            assert!(trace.ends_with('\n'), "{about}: the last line is whole");
        }
    }
}

/// Opening a FIFO waits for its reader.
#[test]
fn a_fifo_that_nobody_opens_ends() {
    let folder = folder("");
    assert!(Command::new("mkfifo").arg(folder.path().join("t.vcd")).status().expect("mkfifo starts").success());
    let mut child = start(&folder, 1, &["--trace", "t.vcd"], "hold");
    thread::sleep(Duration::from_secs(1));
    assert!(child.try_wait().expect("a child").is_none(), "it waits for a reader");
    kill(&child, "-TERM");
    assert_eq!(ends(&mut child, "a FIFO without a reader"), 143);
}

#[test]
fn output_that_is_taken_late_is_whole() {
    let folder = folder("fuel = 20_000_000");
    let mut child = start(&folder, 1, &["--trace-text=t.txt"], "flood");
    let mut out = child.stdout.take().expect("a pipe");
    thread::sleep(Duration::from_secs(1));
    let mut text = String::new();
    // Its fuel is used up while it is read: what it said before is all there.
    out.read_to_string(&mut text).expect("text");
    assert_eq!(child.wait().expect("it ends").code(), Some(118));
    assert!(text.starts_with("ready\n") && text.len() > 100_000, "{} bytes", text.len());
    assert!(text.lines().skip(1).all(|line| line.len() == 1000), "no line is torn");
    left_low(&fs::read_to_string(folder.path().join("t.txt")).expect("a trace"), "taken late");
}

/// Where the wires take half a minute when the guest is gone.
#[test]
fn bytes_that_leave_slowly_end() {
    for guests in [1, 2] {
        let folder = folder("");
        let path = folder.path().join("board.toml");
        let policy = fs::read_to_string(&path).expect("a policy");
        fs::write(&path, format!("{policy}[uart.serial]\nsim = true\nbaud = 50\n")).expect("a file");
        let mut child = start(&folder, guests, &["--trace-text=t.txt", "--real-time"], "leave-bytes");
        has_begun(&mut child);
        thread::sleep(MEANWHILE);
        if guests == 1 {
            assert!(child.try_wait().expect("a child").is_none(), "100 bytes at 50 baud take 20 s");
            let trace = fs::read_to_string(folder.path().join("t.txt")).expect("a trace");
            // It is written in blocks: what is there already does not say more.
            assert!(!trace.contains("0x55") || trace.contains(" MOTOR low"), "safe before the wires: {trace}");
            kill(&child, "-TERM");
        }
        ends(&mut child, &format!("bytes that leave, {guests} guests"));
        let trace = fs::read_to_string(folder.path().join("t.txt")).expect("a trace");
        left_low(&trace, "bytes that leave");
        let (_, after) = trace.rsplit_once(" MOTOR low\n").expect("it is left");
        let bytes = after.lines().filter(|line| line.contains("0x55")).count();
        assert!(bytes > 50, "{guests} guests: outputs are safe before the wires are done: {trace}");
    }
}

/// A driver that does not answer keeps a guest's thread in the kernel, which no signal ends: its file is a FIFO that nobody opens.
#[test]
#[cfg(target_os = "linux")]
fn a_second_signal_leaves_outputs_safe_though_a_guest_is_stuck_in_the_kernel() {
    for guests in [1, 2] {
        let folder = folder("");
        let (converter, fan) = (folder.path().join("converter"), folder.path().join("chip/pwm0"));
        fs::create_dir_all(&converter).expect("a folder");
        fs::create_dir_all(&fan).expect("a folder");
        for (name, value) in [("period", "1000000"), ("duty_cycle", "0000000"), ("polarity", "normal"), ("enable", "0")]
        {
            fs::write(fan.join(name), value).expect("a file");
        }
        let raw = converter.join("in_voltage0_raw");
        let hardware = format!(
            "[adc.POT]\npath = {converter:?}\nchannel = 0\nresolution-bits = 12\n\
             [pwm.FAN]\npath = {:?}\nchannel = 0\nfrequency = 1_000\non-exit-percent = 0\n",
            folder.path().join("chip")
        );
        let path = folder.path().join("board.toml");
        let policy = fs::read_to_string(&path).expect("a policy");
        fs::write(&path, format!("{policy}{hardware}")).expect("a file");
        // The board is built once it may read: from then on nobody answers.
        assert!(Command::new("mkfifo").arg(&raw).status().expect("mkfifo starts").success());
        let (answered, is_answered) = mpsc::channel();
        thread::spawn(move || answered.send(fs::write(&raw, "1")));
        let mut child = start(&folder, guests, &["--trace-text=t.txt"], "convert");
        is_answered.recv_timeout(BOUND).expect("the host reads").expect("a FIFO");
        has_begun(&mut child);
        thread::sleep(MEANWHILE);
        let duty = || fs::read_to_string(fan.join("duty_cycle")).expect("a duty");
        assert_ne!(duty().trim_start_matches('0'), "", "{guests} guests: the fan runs");
        kill(&child, "-TERM");
        thread::sleep(Duration::from_millis(1_500));
        assert!(child.try_wait().expect("a child").is_none(), "{guests} guests: the guest is stuck");
        assert_ne!(duty().trim_start_matches('0'), "", "{guests} guests: nobody could stop the fan");
        kill(&child, "-TERM");
        assert_eq!(ends(&mut child, "stuck in the kernel"), 143);
        assert_eq!(duty().trim_start_matches('0'), "", "{guests} guests: the fan stands");
        left_low(&fs::read_to_string(folder.path().join("t.txt")).expect("a trace"), "stuck in the kernel");
    }
}
