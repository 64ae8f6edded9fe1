//! The command `wasm-embedded-rt`, as it is built, at the serial line of the firmware, as it is flashed. The line is a pseudo-terminal.

mod support;

use std::env;
use std::ffi::OsStr;
use std::fs::File;
use std::io::{Read as _, Write as _};
use std::os::fd::OwnedFd;
use std::process::{Command, Output};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::{JoinHandle, sleep, spawn};
use std::time::{Duration, Instant};

use rp2350_emulator::{End, Machine, Wires};
use rustix::fs::{OFlags, fcntl_setfl};
use rustix::pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt};
use rustix::termios::tcgetattr;
use support::{bare, led, machine};

/// A board at a pseudo-terminal.
struct Board {
    port: String,
    /// Kept open: a terminal that nobody has open forgets what is written to it.
    _other_end: File,
    off: Arc<AtomicBool>,
    thread: JoinHandle<(Machine, End)>,
}

impl Board {
    fn switch_on(mut machine: Machine) -> Board {
        let end = openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY).expect("a pseudo-terminal");
        grantpt(&end).and_then(|()| unlockpt(&end)).expect("its other end");
        let port = ptsname(&end, Vec::new()).expect("its name").into_string().expect("a path");
        let other_end = File::options().read(true).write(true).open(&port).expect("its other end");
        let mut settings = tcgetattr(&other_end).expect("its settings");
        settings.make_raw();
        rustix::termios::tcsetattr(&other_end, rustix::termios::OptionalActions::Now, &settings).expect("raw");
        fcntl_setfl(&end, OFlags::NONBLOCK).expect("reads that do not wait");
        let off = Arc::new(AtomicBool::new(false));
        let mut cable = Cable { end: end.into(), off: off.clone(), began: None, baud: 0 };
        let thread = spawn(move || {
            let ended = machine.run(Duration::from_secs(600), |wires| cable.attend(wires));
            (machine, ended.expect("the boot ROM starts the firmware"))
        });
        Board { port, _other_end: other_end, off, thread }
    }

    fn command<const N: usize>(&self, arguments: [&str; N]) -> Output {
        let program = env::var_os("PICO2_COMMAND").expect("`cargo xtask pico2` says where the command is");
        Command::new(program).args(arguments).arg("--port").arg(&self.port).output().expect("the command starts")
    }

    fn switch_off(self) -> (Machine, End) {
        self.off.store(true, Ordering::Relaxed);
        self.thread.join().expect("the board's thread")
    }
}

/// Carries bytes between the terminal and the board's pins, at the speed that the terminal is set to.
struct Cable {
    end: File,
    off: Arc<AtomicBool>,
    /// When the board and this machine had the same time.
    began: Option<(Instant, u64)>,
    baud: u32,
}

impl Cable {
    fn attend(&mut self, wires: &Wires) -> bool {
        let speed = tcgetattr(&self.end).map_or(0, |settings| settings.output_speed());
        if speed != self.baud && speed > 0 {
            self.baud = speed;
            wires.set_line_speed(speed);
        }
        let mut bytes = [0; 4096];
        while let Ok(count @ 1..) = self.end.read(&mut bytes) {
            wires.send_line(&bytes[..count]);
        }
        // What nobody reads is lost, as on a cable.
        let _ = self.end.write(&wires.take_line());
        // A board that waits is far ahead of this machine, and would think that nobody asks any more.
        let (began, began_ns) = *self.began.get_or_insert((Instant::now(), wires.sim().now_ns()));
        let chip = Duration::from_nanos(wires.sim().now_ns() - began_ns);
        sleep(chip.saturating_sub(began.elapsed()));
        self.off.load(Ordering::Relaxed)
    }
}

fn said(output: &Output) -> String {
    String::from_utf8_lossy(&[&output.stdout[..], &output.stderr[..]].concat()).into_owned()
}

#[track_caller]
fn succeeds(output: &Output) -> String {
    assert_eq!(output.status.code(), Some(0), "{}", said(output));
    String::from_utf8_lossy(&output.stdout).into_owned()
}

#[track_caller]
fn fails_with(output: &Output, what: &str) {
    assert_eq!(output.status.code(), Some(1), "{}", said(output));
    assert!(said(output).contains(what), "{what:?} is not in\n{}", said(output));
}

fn case(name: &str) -> String {
    support::path(name).into_os_string().into_string().expect("a path")
}

#[test]
fn the_command_flashes_shows_stops_and_starts() {
    let mut wires = bare();
    led(&mut wires);
    let board = Board::switch_on(machine(wires, &["weather_again"]));
    let (guest, policy) = (case("mcu_button.wasm"), case("button.toml"));
    let flashed = board.command(["flash", &guest, "--policy", &policy, "--slot", "1", "--health-s", "1"]);
    assert_eq!(succeeds(&flashed), "slot 1: mcu_button stays\n");
    let ps = succeeds(&board.command(["ps"]));
    let line = |number: usize| ps.lines().nth(number).unwrap_or_default().split_whitespace().collect::<Vec<_>>();
    assert!(ps.starts_with("board pico2, firmware 0.5.0, 2 slots of 504 KiB\n"), "{ps}");
    assert_eq!(line(3), ["1", "b", "runs", "1", "mcu_button"], "{ps}");
    assert_eq!(line(2).get(..3), Some(&["0", "a", "runs"][..]), "{ps}");

    fails_with(
        &board.command(["flash", &case("panics.bin"), "--slot", "1", "--health-s", "1"]),
        "slot 1 runs mcu_button again: in its trial, the new application trapped",
    );
    succeeds(&board.command(["stop", "--slot", "1"]));
    let ps = succeeds(&board.command(["ps"]));
    assert!(ps.contains("mcu_button") && ps.contains("stopped over the line"), "{ps}");
    fails_with(&board.command(["stop", "--slot", "1"]), "no guest runs in slot 1");
    succeeds(&board.command(["start", "--slot", "1"]));
    let log = succeeds(&board.command(["logs", "--no-follow"]));
    assert!(log.contains("firmware: slot 1: mcu_button"), "{log}");

    let key = case("board.key");
    std::fs::write(&key, "0f".repeat(32)).expect("a file");
    assert!(succeeds(&board.command(["config", "--set-key", &key])).ends_with("key: set\n"));
    fails_with(&board.command(["flash", &case("blinky.bin"), "--slot", "1"]), "this board has a key");
    let flashed = board.command(["flash", &case("blinky.bin"), "--slot", "1", "--health-s", "1", "--board-key", &key]);
    assert_eq!(succeeds(&flashed), "slot 1: mcu_blinky stays\n");
    assert!(succeeds(&board.command(["config", "--board-key", &key, "--no-key"])).ends_with("key: none\n"));
    assert_eq!(board.switch_off().1, End::Reached);
}

#[test]
fn a_board_that_does_not_answer_is_named_with_what_to_look_at() {
    // Without a program it stays in the boot ROM: nobody is at the line.
    let end: OwnedFd = openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY).expect("a pseudo-terminal");
    grantpt(&end).and_then(|()| unlockpt(&end)).expect("its other end");
    let port = ptsname(&end, Vec::new()).expect("its name");
    let program = env::var_os("PICO2_COMMAND").expect("`cargo xtask pico2` says where the command is");
    let port = OsStr::new(port.to_str().expect("a path"));
    let output = Command::new(program).args(["ps", "--port"]).arg(port).output().expect("the command starts");
    fails_with(&output, "the board does not answer: check that the firmware runs");
}
