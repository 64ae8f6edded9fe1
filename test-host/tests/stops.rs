//! Signals in the middle of what a guest does: it ends, and its outputs are at their levels on exit.

#![cfg(unix)]

use std::fs;
use std::io::{BufRead, BufReader, Write as _};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use tempfile::TempDir;

use crate::program::command;

mod program;
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

fn ends_safely(folder: &TempDir, signal: &str, options: &[&str], what: &str) {
    let (mut child, trace) = driving(folder, options, what);
    // Waiting for a child would close its input.
    let _input = child.stdin.take();
    // It is in the middle of it by then, or a moment before.
    std::thread::sleep(Duration::from_millis(100));
    let began = Instant::now();
    let killed = Command::new("kill").args([signal, &child.id().to_string()]).status().expect("kill starts");
    assert!(killed.success());
    let status = child.wait().expect("it ends");
    assert!(began.elapsed() < BOUND, "{what} ended {:?} after {signal}", began.elapsed());
    assert_eq!(status.code(), Some(130), "{what} after {signal}");
    let rest: Vec<String> = trace.collect();
    let [level, message] = rest.as_slice() else { panic!("{what} after {signal}: {rest:?}") };
    assert!(level.ends_with(" MOTOR low"), "{what} after {signal}: {rest:?}");
    assert_eq!(message, "error: the guest was stopped");
}

#[test]
fn a_signal_in_the_middle_of_a_delay_ends_the_guest_safely() {
    let folder = folder();
    for signal in ["-TERM", "-INT", "-HUP"] {
        ends_safely(&folder, signal, &["--real-time"], "wait-forever");
    }
}

#[test]
fn a_signal_in_an_endless_loop_ends_the_guest_safely() {
    ends_safely(&folder(), "-TERM", &["--timeout", "1h"], "spin");
}

#[test]
fn a_signal_while_the_guest_waits_for_input_ends_it_safely() {
    ends_safely(&folder(), "-TERM", &[], "read");
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
