//! What a machine has of the command beside guests: new projects, man pages, completions, and what a service manager is told.

#![cfg(target_os = "linux")]

use std::fs;
use std::os::linux::net::SocketAddrExt as _;
use std::os::unix::net::{SocketAddr, UnixDatagram};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use tempfile::TempDir;

use crate::program::{command, compare, run};

mod program;

/// Ample for a busy machine.
const BOUND: Duration = Duration::from_secs(60);

#[test]
fn a_name_that_cargo_or_a_folder_would_not_take_is_refused_in_words() {
    let folder = tempfile::tempdir().expect("a folder");
    fs::create_dir(folder.path().join("station")).expect("a folder");
    for (name, args) in [
        ("new_exists", &["new", "station"][..]),
        ("new_number", &["new", "9lives"]),
        ("new_dot", &["new", "board.toml"]),
        ("new_keyword", &["new", "guests/async"]),
        ("new_no_parent", &["new", "guests/fan"]),
        ("new_no_hal", &["new", "fan", "--hal", "station"]),
        ("help_new", &["new", "--help"]),
    ] {
        compare(&folder, name, args);
    }
    let left: Vec<_> =
        fs::read_dir(folder.path()).expect("a folder").map(|entry| entry.expect("an entry").path()).collect();
    assert_eq!(left, [folder.path().join("station")], "a refused project leaves nothing");
}

/// Returns the commands that the help of the command lists.
fn commands(folder: &TempDir, of: &[&str]) -> Vec<String> {
    let help = run(folder, &[of, &["--help"]].concat());
    let help = String::from_utf8(help.stdout).expect("text");
    let list = help.lines().skip_while(|line| *line != "Commands:").skip(1).take_while(|line| !line.is_empty());
    // What goes on over a line is set in further.
    let names = list.filter(|line| line.starts_with("  ") && !line.starts_with("   "));
    let names = names.filter_map(|line| line.split_whitespace().next());
    names.filter(|name| *name != "help").map(str::to_owned).collect()
}

#[test]
fn every_command_has_a_man_page_and_is_completed() {
    let folder = tempfile::tempdir().expect("a folder");
    let pages = folder.path().join("pages");
    fs::create_dir(&pages).expect("a folder");
    assert!(run(&folder, &["man", "pages"]).status.success());
    let all = commands(&folder, &[]);
    assert!(all.len() > 15, "{all:?}");
    let page = |name: &str| {
        fs::read_to_string(pages.join(format!("{name}.1"))).unwrap_or_else(|error| panic!("{name}: {error}"))
    };
    assert!(page("wasm-embedded-rt").starts_with(".ie"), "roff");
    for name in &all {
        let page = page(&format!("wasm-embedded-rt-{name}"));
        assert!(page.contains(".SH SYNOPSIS") && page.contains(name), "{name}: {page}");
    }
    for name in commands(&folder, &["i2c"]) {
        page(&format!("wasm-embedded-rt-i2c-{name}"));
    }
    for shell in ["bash", "zsh", "fish"] {
        let completions = run(&folder, &["completions", shell]);
        let text = String::from_utf8(completions.stdout).expect("text");
        for name in &all {
            assert!(text.contains(name.as_str()), "{shell} does not complete {name}");
        }
    }
}

/// Runs a guest that waits, with a service manager at an address.
fn served(folder: &TempDir, address: &str, pid: Option<&str>) -> Child {
    let wat = Path::new(env!("CARGO_MANIFEST_DIR")).join("guests/wat/waits.wat");
    fs::write(folder.path().join("waits.wasm"), wat::parse_file(wat).expect("a component")).expect("a file");
    fs::write(folder.path().join("board.toml"), "[gpio]\nLED = { sim = true, direction = \"output\" }\n")
        .expect("a file");
    let mut command = command(folder, &["run", "waits.wasm", "--policy", "board.toml", "--real-time"]);
    command.env("NOTIFY_SOCKET", address).env("WATCHDOG_USEC", "100000").stderr(Stdio::piped());
    pid.map(|pid| command.env("WATCHDOG_PID", pid));
    command.spawn().expect("the command starts")
}

fn heard(socket: &UnixDatagram) -> String {
    let mut message = [0; 256];
    let count = socket.recv(&mut message).expect("the service manager is told in time");
    String::from_utf8_lossy(&message[..count]).into_owned()
}

#[test]
fn a_service_manager_hears_of_the_beginning_of_life_and_of_the_end() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("notify");
    let name = format!("wasm-embedded-rt-test-{}", std::process::id());
    let abstract_address = SocketAddr::from_abstract_name(&name).expect("a name");
    let sockets = [
        (path.to_str().expect("UTF-8").to_owned(), UnixDatagram::bind(&path)),
        (format!("@{name}"), UnixDatagram::bind_addr(&abstract_address)),
    ];
    for (address, socket) in sockets {
        let socket = socket.expect("a socket");
        socket.set_read_timeout(Some(BOUND)).expect("a timeout");
        let mut child = served(&folder, &address, None);
        assert_eq!(heard(&socket), "READY=1\nSTATUS=the guest runs");
        assert_eq!([heard(&socket), heard(&socket)], ["WATCHDOG=1", "WATCHDOG=1"]);
        let killed = Command::new("kill").args(["-TERM", &child.id().to_string()]).status().expect("kill starts");
        assert!(killed.success());
        let last = std::iter::repeat_with(|| heard(&socket)).find(|message| message != "WATCHDOG=1");
        assert_eq!(last.as_deref(), Some("STOPPING=1\nSTATUS=the guest has ended"));
        assert_eq!(child.wait().expect("it ends").code(), Some(143));
    }
}

#[test]
fn a_watchdog_of_another_process_is_left_alone_and_a_manager_that_is_gone_is_a_warning() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("notify");
    let socket = UnixDatagram::bind(&path).expect("a socket");
    socket.set_read_timeout(Some(BOUND)).expect("a timeout");
    let child = served(&folder, path.to_str().expect("UTF-8"), Some("1"));
    assert!(heard(&socket).starts_with("READY=1\n"));
    socket.set_read_timeout(Some(Duration::from_millis(500))).expect("a timeout");
    assert!(socket.recv(&mut [0; 64]).is_err(), "ten times its period passed");
    end(child);

    for (address, why) in [("/nowhere/notify", "No such file"), ("vsock:2:1", "neither a path nor an abstract name")] {
        let mut child = served(&folder, address, None);
        let mut said = String::new();
        let stderr = child.stderr.take().expect("a pipe");
        std::io::BufRead::read_line(&mut std::io::BufReader::new(stderr), &mut said).expect("text");
        assert!(said.starts_with("warning: the service manager cannot be told") && said.contains(why), "{said}");
        assert!(child.try_wait().expect("a child").is_none(), "the guest runs all the same");
        end(child);
    }
}

fn end(mut child: Child) {
    let killed = Command::new("kill").args(["-TERM", &child.id().to_string()]).status().expect("kill starts");
    assert!(killed.success());
    assert_eq!(child.wait().expect("it ends").code(), Some(143));
}
