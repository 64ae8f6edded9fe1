//! What a real rsyslog reads of a board's lines.

#![cfg(target_os = "linux")]

use std::fs;
use std::net::{TcpListener, UdpSocket};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use serde_json::Value as Json;
use wasm_embedded_manage::{Board, Config, Syslog};

use crate::support::{Place, fan, says, until};

mod support;

/// A server that ends with its test.
struct Rsyslog(Child);

impl Drop for Rsyslog {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// Returns the program, with the folder of its modules, if it is installed; `RSYSLOG_ROOT` says where else than in the system it is.
fn installed() -> Option<(PathBuf, PathBuf)> {
    let root = std::env::var_os("RSYSLOG_ROOT").map_or_else(|| PathBuf::from("/"), PathBuf::from);
    let program = root.join("usr/sbin/rsyslogd");
    let modules = fs::read_dir(root.join("usr/lib")).ok()?.flatten().map(|entry| entry.path().join("rsyslog"));
    let modules = modules.into_iter().find(|folder| folder.join("imtcp.so").exists())?;
    program.exists().then_some((program, modules))
}

/// Starts a server that writes the fields of each message as JSON.
fn serve(folder: &Path, program: &Path, modules: &Path, input: &str) -> Rsyslog {
    let out = folder.join("out.json");
    let text = format!(
        r#"
global(workDirectory="{folder}")
{input}
template(name="fields" type="list" option.jsonf="on") {{
  property(outname="pri" name="pri" format="jsonf")
  property(outname="app" name="app-name" format="jsonf")
  property(outname="id" name="msgid" format="jsonf")
  property(outname="at" name="timereported" dateFormat="rfc3339" format="jsonf")
  property(outname="version" name="protocol-version" format="jsonf")
  property(outname="text" name="msg" format="jsonf")
}}
action(type="omfile" file="{out}" template="fields")
"#,
        folder = folder.display(),
        out = out.display()
    );
    let config = folder.join("rsyslog.conf");
    fs::write(&config, text).expect("a file");
    let mut command = Command::new(program);
    command.arg("-n").arg("-iNONE").arg("-f").arg(&config).arg("-M").arg(modules);
    // Its libraries are beside it, where it is not installed.
    command.env("LD_LIBRARY_PATH", modules.parent().expect("a folder"));
    Rsyslog(command.stdout(Stdio::null()).stderr(Stdio::inherit()).spawn().expect("rsyslogd starts"))
}

/// Runs a component whose lines go to a server, and returns what the server has read.
fn read(transport: &str, port: u16, input: &str) -> Option<Vec<Json>> {
    let Some((program, modules)) = installed() else {
        eprintln!("skipped: rsyslog, which reads the messages, is not installed (Debian: rsyslog)");
        return None;
    };
    let mut place = Place::new("");
    let folder = place.path("rsyslog");
    fs::create_dir(&folder).expect("a folder");
    let _server = serve(&folder, &program, &modules, input);
    if transport == "tcp" {
        until("it listens", || std::net::TcpStream::connect(("127.0.0.1", port)).ok());
    } else {
        // Linux tells the sender of a datagram that nobody listens, at the next one.
        until("it listens", || {
            let socket =
                UdpSocket::bind("127.0.0.1:0").and_then(|socket| socket.connect(("127.0.0.1", port)).map(|()| socket));
            let socket = socket.expect("a socket");
            let _ = socket.send(b"<134>1 - - test - - - begins");
            std::thread::sleep(std::time::Duration::from_millis(20));
            socket.send(b"<134>1 - - test - - - begins").ok()
        });
    }
    place.config = format!("syslog = {{ address = '127.0.0.1:{port}', transport = '{transport}' }}\n{}", place.config);
    let config: Config = place.config();
    let syslog = Syslog::new(config.syslog.clone().expect("a server"));
    let board = Board::open(config, place.program(), vec![Box::new(syslog)]).expect("a board");
    let long = "x".repeat(3900);
    let script = format!(
        "cat <<'END'\n{}\n{}\n{}\nEND\nexec sleep 1000",
        r#"{"event":"stdout","text":"21.5 °C, \"quoted\" \\ 100 %\n"}"#,
        r#"{"event":"log","level":"error","message":"two\nlines"}"#,
        format_args!(r#"{{"event":"stderr","text":"{long}\n"}}"#),
    );
    board.install(&fan(), script.as_bytes()).expect("a component");
    says(&board, &long);
    let out = folder.join("out.json");
    let all = until("it has all", || {
        let text = fs::read_to_string(&out).ok()?;
        let lines: Vec<Json> = text.lines().filter_map(|line| serde_json::from_str(line).ok()).collect();
        lines.iter().any(|line| line["id"] == "stderr").then_some(lines)
    });
    Some(all)
}

fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0").and_then(|listener| listener.local_addr()).expect("a port").port()
}

fn check(all: &[Json]) {
    let find = |id: &str| all.iter().find(|line| line["id"] == id && line["app"] == "fan").expect("a line");
    let [stdout, log, stderr] = ["stdout", "log", "stderr"].map(find);
    let text = |line: &Json| line["text"].as_str().expect("text").trim_start().to_owned();
    assert_eq!(text(stdout), "21.5 °C, \"quoted\" \\ 100 %");
    // local0 is 16, and error is 3: 131.
    assert_eq!((text(log), &log["pri"], &stdout["pri"]), ("two\\nlines".to_owned(), &"131".into(), &"134".into()));
    assert_eq!(text(stderr).len(), 3900, "it is not split");
    assert_eq!((&log["version"], all.iter().filter(|line| line["id"] == "stderr").count()), (&"1".into(), 1));
    let at = log["at"].as_str().expect("a time");
    assert!(at.starts_with("20") && at.len() >= 24, "{at}");
    assert!(
        all.iter()
            .any(|line| line["id"] == "board" && line["text"].as_str().is_some_and(|text| text.contains("started")))
    );
}

#[test]
fn rsyslog_reads_each_field_of_messages_over_udp() {
    let port = free_port();
    let input = format!("module(load=\"imudp\")\ninput(type=\"imudp\" address=\"127.0.0.1\" port=\"{port}\")");
    if let Some(all) = read("udp", port, &input) {
        check(&all);
    }
}

#[test]
fn rsyslog_reads_each_field_of_messages_over_tcp() {
    let port = free_port();
    let input = format!("module(load=\"imtcp\")\ninput(type=\"imtcp\" address=\"127.0.0.1\" port=\"{port}\")");
    if let Some(all) = read("tcp", port, &input) {
        check(&all);
    }
}
