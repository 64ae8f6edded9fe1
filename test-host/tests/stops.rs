//! Signals in the middle of what a guest does: it ends, and its outputs are at their levels on exit.

#![cfg(unix)]

use std::fs;
use std::io::{BufRead, BufReader, Write as _};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use tempfile::TempDir;

use crate::program::command;

mod program;
#[path = "../../runtime/tests/support/mod.rs"]
mod support;

const POLICY: &str = "[gpio]\nMOTOR = { sim = true, direction = \"output\", initial = \"low\", on-exit = \"low\" }\n";

/// Ample for a busy machine: the guest is told within 20 ms, and looks within another 20 ms.
const BOUND: Duration = Duration::from_secs(5);

fn folder() -> TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    fs::write(folder.path().join("board.toml"), POLICY).expect("a file");
    let component = support::guest("test-guests", "misbehave");
    fs::copy(component, folder.path().join("misbehave.wasm")).expect("a component");
    folder
}

/// Starts a guest, and returns it with its trace when it has begun to drive its output.
fn driving(folder: &TempDir, options: &[&str], what: &str) -> (Child, impl Iterator<Item = String> + use<>) {
    let args = [&["run", "misbehave.wasm", "--policy", "board.toml", "--trace-text"], options, &["--", what]].concat();
    let mut command = command(folder, &args);
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().expect("the command starts");
    let lines = BufReader::new(child.stderr.take().expect("a pipe")).lines();
    let mut lines = lines.map(|line| line.expect("text"));
    assert!(lines.any(|line| line.ends_with(" MOTOR high")), "{what} drives its output");
    (child, lines)
}

fn kill(child: &Child, signal: &str) {
    let killed = Command::new("kill").args([signal, &child.id().to_string()]).status().expect("kill starts");
    assert!(killed.success());
}

/// The numbers of signal(7) for the machines of these tests.
const SIGNALS: [(&str, i32); 12] = [
    ("HUP", 1),
    ("INT", 2),
    ("QUIT", 3),
    ("ABRT", 6),
    ("USR1", 10),
    ("USR2", 12),
    ("ALRM", 14),
    ("TERM", 15),
    ("XCPU", 24),
    ("VTALRM", 26),
    ("PROF", 27),
    ("PWR", 30),
];

fn ends_safely(folder: &TempDir, (signal, number): (&str, i32), options: &[&str], what: &str) {
    let (mut child, trace) = driving(folder, options, what);
    // Waiting for a child would close its input.
    let _input = child.stdin.take();
    // It is in the middle of it by then, or a moment before.
    std::thread::sleep(Duration::from_millis(100));
    let began = Instant::now();
    kill(&child, &format!("-{signal}"));
    let status = child.wait().expect("it ends");
    assert!(began.elapsed() < BOUND, "{what} ended {:?} after {signal}", began.elapsed());
    assert_eq!(status.code(), Some(128 + number), "{what} after {signal}");
    let rest: Vec<String> = trace.collect();
    let [level, message] = rest.as_slice() else { panic!("{what} after {signal}: {rest:?}") };
    assert!(level.ends_with(" MOTOR low"), "{what} after {signal}: {rest:?}");
    let name = if signal == "PWR" { "signal 30".to_owned() } else { format!("SIG{signal}") };
    assert_eq!(message, &format!("error: the guest was stopped by {name}"));
}

const TERM: (&str, i32) = ("TERM", 15);

/// A terminal and its shell both send SIGHUP; a service manager sends SIGTERM with SIGHUP.
#[test]
fn two_signals_within_milliseconds_are_one_request() {
    let folder = folder();
    for (first, second) in [("-TERM", "-HUP"), ("-HUP", "-HUP"), ("-INT", "-TERM")] {
        for wait_ms in [0, 1, 5, 20] {
            let (mut child, trace) = driving(&folder, &["--real-time"], "wait-forever");
            kill(&child, first);
            std::thread::sleep(Duration::from_millis(wait_ms));
            // It may be gone.
            let _ = Command::new("kill").args([second, &child.id().to_string()]).stderr(Stdio::null()).status();
            let status = child.wait().expect("it ends").code();
            assert!(matches!(status, Some(129 | 130 | 143)), "{first} {second}: {status:?}");
            let rest: Vec<String> = trace.collect();
            assert!(rest.first().is_some_and(|line| line.ends_with(" MOTOR low")), "{first} {second}: {rest:?}");
        }
    }
}

#[test]
fn what_nohup_has_ignored_stays_ignored() {
    let folder = folder();
    let args = ["run", "misbehave.wasm", "--policy", "board.toml", "--trace-text", "--real-time", "--", "wait-forever"];
    let plain = command(&folder, &args);
    let mut ignoring = Command::new("sh");
    ignoring.args(["-c", "trap '' HUP; exec \"$@\"", "sh"]).arg(plain.get_program()).args(args);
    ignoring.current_dir(folder.path()).env("NO_COLOR", "1").env("XDG_CACHE_HOME", folder.path().join("cache"));
    ignoring.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::piped());
    let mut child = ignoring.spawn().expect("sh starts");
    let mut lines = BufReader::new(child.stderr.take().expect("a pipe")).lines().map(|line| line.expect("text"));
    assert!(lines.any(|line| line.ends_with(" MOTOR high")), "it drives its output");
    kill(&child, "-HUP");
    std::thread::sleep(Duration::from_millis(300));
    assert!(child.try_wait().expect("a child").is_none(), "SIGHUP ended it");
    kill(&child, "-TERM");
    assert_eq!(child.wait().expect("it ends").code(), Some(143));
    assert!(lines.any(|line| line.ends_with(" MOTOR low")));
}

/// A file limit is met as a full disk is: told when it happens, and with an end as any other.
#[test]
fn a_file_that_may_not_grow_is_told_at_once_and_ends_nothing() {
    let folder = folder();
    for options in [&["--trace", "t.vcd"][..], &["--trace-text=t.txt"]] {
        let args =
            [&["run", "misbehave.wasm", "--policy", "board.toml", "--timeout", "1s"], options, &["--", "toggle"]];
        let plain = command(&folder, &args.concat());
        let mut limited = Command::new("sh");
        // The code is in the cache before the limit is.
        let script = "ulimit -f 8; exec \"$@\"";
        limited.args(["-c", script, "sh"]).arg(plain.get_program()).args(args.concat());
        limited.current_dir(folder.path()).env("NO_COLOR", "1").env("XDG_CACHE_HOME", folder.path().join("cache"));
        let output = limited.stdin(Stdio::null()).output().expect("sh starts");
        let stderr = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!(output.status.code(), Some(119), "{options:?}: {stderr}");
        let told = stderr.lines().position(|line| line.starts_with("warning: cannot write t."));
        let ended = stderr.lines().position(|line| line.contains("the guest ran longer than its timeout"));
        assert!(told < ended && told.is_some(), "{options:?}: {stderr}");
    }
}

#[test]
fn a_signal_in_the_middle_of_a_delay_ends_the_guest_safely() {
    let folder = folder();
    for signal in SIGNALS {
        ends_safely(&folder, signal, &["--real-time"], "wait-forever");
    }
}

#[test]
fn a_signal_in_an_endless_loop_ends_the_guest_safely() {
    ends_safely(&folder(), TERM, &["--timeout", "1h"], "spin");
}

#[test]
fn a_signal_while_the_guest_waits_for_input_ends_it_safely() {
    ends_safely(&folder(), TERM, &[], "read");
}

#[test]
fn the_time_of_a_guest_that_waits_for_input_is_over_in_real_time() {
    let folder = folder();
    let (mut child, trace) = driving(&folder, &["--real-time", "--timeout", "200ms"], "read");
    // Open to the end: a closed one would be an answer.
    let _input = child.stdin.take();
    let trace: Vec<String> = trace.collect();
    assert!(trace.iter().any(|line| line.ends_with(" MOTOR low")), "{trace:?}");
    assert_eq!(child.wait().expect("it ends").code(), Some(123), "{trace:?}");
}

#[test]
fn input_that_comes_late_is_read() {
    let folder = folder();
    let (mut child, _trace) = driving(&folder, &[], "read");
    std::thread::sleep(Duration::from_millis(100));
    child.stdin.take().expect("a pipe").write_all(b"a line\n").expect("it reads");
    let output = child.wait_with_output().expect("it ends");
    assert_eq!((output.status.code(), output.stdout.as_slice()), (Some(0), b"there is input\n".as_slice()));
}
