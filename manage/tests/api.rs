//! The API as clients meet it: what it does, what it refuses, and that its description is of it.

#![cfg(unix)]

use std::collections::BTreeSet;
use std::fs;
use std::io::{Read, Write};
use std::net::TcpStream;
use std::os::unix::fs::PermissionsExt as _;
use std::os::unix::net::UnixStream;
use std::sync::Arc;
use std::time::Duration;

use serde_json::Value as Json;
use wasm_embedded_manage::{Board, Client, Listening, LogLine, Phase, RemoteError, Server};

use crate::support::schema::{described, fits};
use crate::support::{LONG, Place, STEADY, fan, files, says, until};

mod support;

const TOKEN: &str = "0123456789abcdef0123456789abcdef";

/// A board that is served on both ways.
struct Served {
    _server: Server,
    board: Arc<Board>,
    tcp: String,
    place: Place,
}

impl Served {
    fn new(keys: &str) -> Served {
        let mut place = Place::new(keys);
        place.config = format!("tcp = '127.0.0.1:0'\ntoken-file = 'token'\n{}", place.config);
        let token = place.path("token");
        fs::write(&token, format!("{TOKEN}\n")).expect("a file");
        fs::set_permissions(&token, fs::Permissions::from_mode(0o600)).expect("a file");
        let listening = Listening::bind(&place.config()).expect("sockets");
        let tcp = listening.tcp_address().expect("a port").to_string();
        let board = Arc::new(place.open());
        let server = Server::start(listening, &board).expect("a server");
        Served { place, board, tcp, _server: server }
    }

    fn client(&self) -> Client {
        Client::unix(self.place.path("state/board.sock"))
    }

    /// Sends bytes to the Unix socket, and returns what comes back.
    fn raw(&self, bytes: &[u8]) -> Response {
        let mut stream = UnixStream::connect(self.place.path("state/board.sock")).expect("somebody listens");
        stream.set_read_timeout(Some(LONG)).expect("a timeout");
        // What is refused may not be read to its end.
        let _ = stream.write_all(bytes);
        let mut answer = Vec::new();
        let _ = stream.read_to_end(&mut answer);
        Response::of(&answer)
    }

    fn request(&self, method: &str, path: &str, body: &str) -> Response {
        self.raw(
            format!("{method} {path} HTTP/1.1\r\nHost: a\r\nContent-Length: {}\r\n\r\n{body}", body.len()).as_bytes(),
        )
    }
}

#[derive(Debug)]
struct Response {
    status: u16,
    kind: String,
    body: String,
}

impl Response {
    fn of(bytes: &[u8]) -> Response {
        let text = String::from_utf8_lossy(bytes);
        let (head, body) = text.split_once("\r\n\r\n").unwrap_or_else(|| panic!("no answer: {text}"));
        let header = |name: &str| head.lines().find_map(|line| line.strip_prefix(name)).unwrap_or_default().to_owned();
        let status = head.split(' ').nth(1).and_then(|status| status.parse().ok()).expect("a status");
        Response { status, kind: header("Content-Type: "), body: body.to_owned() }
    }

    fn detail(&self) -> String {
        let problem: Json = serde_json::from_str(&self.body).unwrap_or_else(|error| panic!("{error}: {self:?}"));
        assert_eq!(problem["status"], self.status);
        problem["detail"].as_str().expect("a sentence").to_owned()
    }
}

#[test]
fn a_client_does_all_that_the_api_can() {
    let served = Served::new("config = { colour = 'red' }\nhealth-ms = 50");
    let client = served.client();
    let name = fan();
    let [only] = &client.statuses().expect("an answer")[..] else { panic!("one application") };
    assert_eq!((only.name.clone(), only.phase), (name.clone(), Phase::Empty));
    let refused = client.start(&name).expect_err("it has no component").to_string();
    assert!(refused.contains("has no component: install one (HTTP status 409)"), "{refused}");
    let (key, value) = ("speed".parse().expect("a key"), "7 rpm = \"ä\"\n".parse().expect("a value"));
    client.set(&name, &key, &value).expect("it is set");
    assert_eq!(client.values(&name).expect("an answer").get(&key), Some(&value));
    let digest = client.install(&name, STEADY).expect("it is installed");
    says(&served.board, "steady");
    assert_eq!(client.status(&name).expect("an answer").component, Some(digest));
    client.unset(&name, &key).expect("it was set");
    assert_eq!(client.values(&name).expect("an answer").len(), 1);
    assert_eq!(client.i2c_detect(&name, "sensor").expect("a bus"), "70: -- 76\n");
    client.stop(&name).expect("it runs");
    assert_eq!(client.status(&name).expect("an answer").phase, Phase::Stopped);
    client.start(&name).expect("it has a component");
    until("it runs", || client.status(&name).expect("an answer").pid);
    client.remove(&name).expect("it is there");
    assert_eq!(client.status(&name).expect("an answer").phase, Phase::Empty);
    let told: Vec<_> = served.board.log().from(0, Duration::ZERO).into_iter().map(|line| line.text).collect();
    assert!(told.contains(&"the Unix socket asks for PUT /v1/applications/fan/component".to_owned()), "{told:#?}");
}

#[test]
fn a_log_is_followed_until_the_listener_has_enough() {
    let served = Served::new("");
    let client = served.client();
    client.install(&fan(), b"n=0; while :; do n=$((n+1)); echo \"line $n\"; sleep 0.01; done").expect("a component");
    let mut heard = Vec::new();
    client
        .logs(&fan(), 0, true, |line| {
            heard.push(line);
            heard.len() < 5
        })
        .expect("lines");
    let numbers = heard.iter().map(|line| match line {
        LogLine::Line { text, at, .. } => {
            assert!(at.starts_with("20") && at.ends_with('Z'), "{at}");
            text.strip_prefix("line ").and_then(|number| number.parse::<u32>().ok())
        }
        other => panic!("{other:?}"),
    });
    let numbers: Vec<_> = numbers.flatten().collect();
    assert!(numbers.len() >= 4 && numbers.windows(2).all(|pair| pair[1] == pair[0] + 1), "{heard:?}");
    let mut kept = 0;
    client
        .logs(&fan(), 3, false, |_| {
            kept += 1;
            true
        })
        .expect("lines");
    assert_eq!(kept, 3);
}

#[test]
fn who_follows_hears_that_the_board_ends() {
    let served = Served::new("");
    let client = served.client();
    let following = std::thread::spawn(move || client.logs(&fan(), 10, true, |_| true));
    served.board.install(&fan(), STEADY).expect("a component");
    says(&served.board, "steady");
    served.board.close();
    following.join().expect("no panic").expect("the log ends as it should");
}

#[test]
fn what_is_wrong_is_refused_with_a_sentence_and_changes_nothing() {
    let served = Served::new("");
    served.board.install(&fan(), STEADY).expect("a component");
    let before = served.board.status(&fan()).expect("the fan");
    let label = "l".repeat(257);
    let value = "v".repeat(4097);
    for (method, path, body, status, detail) in [
        ("GET", "/", "", 404, "no such path"),
        ("GET", "/v1/applications/", "", 400, "`` is not a name"),
        ("GET", "/v1/applications/../../etc/passwd", "", 404, "no such path"),
        ("POST", "/v1/applications/../stop", "", 400, "`..` is not a name"),
        ("POST", "/v1/applications/..%2f..%2ffan/stop", "", 400, "is not a name"),
        ("POST", "/v1/applications/%66an/stop", "", 400, "is not a name"),
        ("PUT", "/v1/applications/FAN/component", "x", 400, "is not a name"),
        ("PUT", "/v1/applications/stove/component", "x", 404, "[application.stove]"),
        ("PUT", "/v1/applications/fan/component", "", 400, "the body is empty"),
        ("PUT", "/v1/applications/fan/component", "if then", 422, "nothing was changed"),
        ("DELETE", "/v1/applications/stove/component", "", 404, "no application `stove`"),
        ("DELETE", "/v1/applications/fan", "", 405, "this path is for GET"),
        ("POST", "/v1/applications/fan/stop", "now", 413, "may have 0"),
        ("GET", "/v1/applications/fan/logs?lines=many", "", 400, "`lines` is a number"),
        ("GET", "/v1/applications/fan/logs?lines=-1", "", 400, "`lines` is a number"),
        ("GET", "/v1/applications/fan/logs?follow=maybe", "", 400, "`follow` is true or false"),
        ("PUT", "/v1/applications/fan/config/a%00b", "x", 400, "is not a key"),
        ("PUT", "/v1/applications/fan/config/speed", &value, 413, "may have 4096"),
        ("PUT", "/v1/applications/fan/config/speed", "a\0b", 400, "without zero bytes"),
        ("DELETE", "/v1/applications/fan/config/speed", "", 404, "no configuration value `speed`"),
        ("POST", "/v1/applications/fan/i2c-detect", "", 400, "label of an I2C bus"),
        ("POST", "/v1/applications/fan/i2c-detect", "a\nb", 400, "label of an I2C bus"),
        ("POST", "/v1/applications/fan/i2c-detect", "--help", 422, "no I2C label"),
        ("POST", "/v1/applications/fan/i2c-detect", &label, 413, "may have 256"),
    ] {
        let refused = served.request(method, path, body);
        assert_eq!((refused.status, refused.kind.as_str()), (status, "application/problem+json"), "{method} {path}");
        assert!(refused.detail().contains(detail), "{method} {path}: {}", refused.detail());
        assert!(is_described(&refused, method, path), "{method} {path}: {} is not in openapi.json", refused.status);
    }
    for (bytes, status) in [
        (&b"nonsense\r\n\r\n"[..], 400),
        (b"PUT /v1/applications/fan/component HTTP/1.1\r\nContent-Length: 99999999\r\n\r\nabc", 413),
        (b"PUT /v1/applications/fan/component HTTP/1.1\r\nContent-Length: -1\r\n\r\nabc", 411),
        (b"PUT /v1/applications/fan/component HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 411),
        (b"PUT /v1/applications/fan/config/a HTTP/1.1\r\nContent-Length: 2\r\n\r\n\xff\xfe", 400),
    ] {
        let refused = served.raw(bytes);
        assert_eq!(refused.status, status, "{}", String::from_utf8_lossy(bytes));
    }
    let after = served.board.status(&fan()).expect("the fan");
    assert_eq!((after.pid, after.generation, after.component), (before.pid, before.generation, before.component));
    assert!(served.board.values(&fan()).expect("the fan").is_empty());
    assert_eq!(files(&served.place.path("state/components")).len(), 1);
    let told = served.board.log().from(0, Duration::ZERO);
    let refusals = told.iter().filter(|line| line.text.contains("is refused")).count();
    assert!(refusals > 20 && told.len() < 80, "{refusals} of {} lines", told.len());
}

#[test]
fn values_past_the_last_are_refused_and_one_can_be_changed() {
    let served = Served::new("");
    let client = served.client();
    let value = "x".parse().expect("a value");
    for number in 0..64 {
        client.set(&fan(), &format!("key{number}").parse().expect("a key"), &value).expect("room");
    }
    let refused = client.set(&fan(), &"more".parse().expect("a key"), &value).expect_err("no room");
    assert!(matches!(refused, RemoteError::Refused { status: 409, .. }), "{refused}");
    client.set(&fan(), &"key7".parse().expect("a key"), &"y".parse().expect("a value")).expect("it is there already");
}

#[test]
fn without_the_token_tcp_answers_401_and_nothing_else() {
    let served = Served::new("");
    let raw = |bytes: &[u8]| {
        let mut stream = TcpStream::connect(&served.tcp).expect("somebody listens");
        stream.set_read_timeout(Some(LONG)).expect("a timeout");
        let _ = stream.write_all(bytes);
        let mut answer = Vec::new();
        let _ = stream.read_to_end(&mut answer);
        Response::of(&answer)
    };
    let with = |authorization: &str| raw(format!("GET /v1/applications HTTP/1.1\r\n{authorization}\r\n").as_bytes());
    assert_eq!(with(&format!("Authorization: Bearer {TOKEN}\r\n")).status, 200);
    let wrong = &TOKEN[1..];
    let mut answers = BTreeSet::new();
    for authorization in [
        String::new(),
        format!("Authorization: Bearer {wrong}\r\n"),
        format!("Authorization: Bearer {TOKEN}0\r\n"),
        format!("Authorization: Basic {TOKEN}\r\n"),
        format!("Authorization: bearer{TOKEN}\r\n"),
        format!("Authorization: Bearer {TOKEN}\r\nAuthorization: Bearer {TOKEN}\r\n"),
    ] {
        let refused = with(&authorization);
        assert_eq!(refused.status, 401, "{authorization}");
        answers.insert(refused.body);
    }
    for bytes in [
        &b"nonsense\r\n\r\n"[..],
        b"GET /no/such/path HTTP/1.1\r\n\r\n",
        b"PUT /v1/applications/fan/component HTTP/1.1\r\nContent-Length: 99999999\r\n\r\nabc",
        b"GET / HTTP/9.9\r\n\r\n",
    ] {
        let refused = raw(bytes);
        assert_eq!(refused.status, 401, "{}", String::from_utf8_lossy(bytes));
        answers.insert(refused.body);
    }
    assert_eq!(answers.len(), 1, "all are the same: {answers:?}");
    let ours = Client::tcp(served.tcp.clone(), TOKEN);
    assert_eq!(ours.statuses().expect("an answer").len(), 1);
    let other = Client::tcp(served.tcp.clone(), wrong).statuses().expect_err("another token");
    assert!(matches!(other, RemoteError::Refused { status: 401, .. }) && !format!("{ours:?}").contains(TOKEN));
}

#[test]
fn many_connections_that_say_nothing_do_not_lock_the_other_way_out() {
    let served = Served::new("");
    let idle: Vec<_> = (0..100).map(|_| TcpStream::connect(&served.tcp).expect("the machine takes them")).collect();
    assert_eq!(served.client().statuses().expect("the Unix socket answers").len(), 1);
    drop(idle);
    let client = Client::tcp(served.tcp.clone(), TOKEN);
    until("TCP answers again", || client.statuses().ok());
}

#[test]
fn the_socket_is_for_user_and_group_and_is_not_taken_from_another_program() {
    let served = Served::new("");
    let socket = served.place.path("state/board.sock");
    let mode = |path| fs::metadata(path).expect("it is there").permissions().mode() & 0o777;
    assert_eq!((mode(&socket), mode(&served.place.path("state"))), (0o660, 0o700));
    let config =
        |text: &str| wasm_embedded_manage::Config::parse(&served.place.path("board.toml"), text).expect("a board");
    let bind = |text: &str| Listening::bind(&config(text)).expect_err(text).to_string();
    assert!(bind("state = 'state'").contains("is served by another program"));
    assert!(bind("state = 's'\nsocket = 'program'").contains("is not a socket"));
    assert!(bind(&format!("state = 's'\nsocket = '{}'", "s".repeat(120))).contains("at most 107 bytes"));
    for (token, mode, why) in [
        ("short", 0o600, "16 or more"),
        ("with spaces in it, of any length", 0o600, "16 or more"),
        (TOKEN, 0o604, "chmod 600"),
        (&"x".repeat(2000), 0o600, "longer than 1024"),
    ] {
        let file = served.place.path("other");
        fs::write(&file, token).expect("a file");
        fs::set_permissions(&file, fs::Permissions::from_mode(mode)).expect("a file");
        let refused = bind("state = 's'\ntcp = '127.0.0.1:0'\ntoken-file = 'other'");
        assert!(refused.contains(why), "{refused}");
    }
    // One of a program that was killed is taken.
    let stale = served.place.path("stale");
    drop(std::os::unix::net::UnixListener::bind(&stale).expect("a socket"));
    Listening::bind(&config("state = 's'\nsocket = 'stale'")).expect("nobody listens there");
}

#[test]
fn a_client_says_what_is_wrong_with_the_other_side() {
    let nobody = Client::unix("/nowhere/board.sock").statuses().expect_err("nobody").to_string();
    assert!(nobody.contains("no board answers at /nowhere/board.sock"), "{nobody}");
    for (answer, expected) in [
        ("SSH-2.0-OpenSSH\r\n", "does not speak HTTP"),
        ("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}", "another version"),
        ("HTTP/1.1 500 Oops\r\nContent-Length: 4\r\n\r\noops", "another version"),
        ("HTTP/1.1 200 OK\r\nContent-Length: 999\r\n\r\n{}", "ended before"),
    ] {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
        let address = listener.local_addr().expect("a port").to_string();
        let answering = std::thread::spawn(move || {
            let (mut stream, _) = listener.accept().expect("a client");
            let mut some = [0; 1000];
            let _ = stream.read(&mut some);
            stream.write_all(answer.as_bytes()).expect("it is sent");
        });
        let failed = Client::tcp(address, TOKEN).statuses().expect_err(answer).to_string();
        assert!(failed.contains(expected), "{answer}: {failed}");
        answering.join().expect("no panic");
    }
}

/// Returns the template of a path, as the description has it.
fn template(path: &str) -> String {
    let path = path.split('?').next().unwrap_or_default();
    let pieces: Vec<_> = path.split('/').collect();
    let piece = |(number, piece): (usize, &&str)| match (number, pieces.get(2)) {
        (3, Some(&"applications")) => "{name}".to_owned(),
        (5, Some(&"applications")) => "{key}".to_owned(),
        _ => (*piece).to_owned(),
    };
    pieces.iter().enumerate().map(piece).collect::<Vec<_>>().join("/")
}

/// Returns whether an answer is one that the description has. A path or method that it lacks is 404 or 405.
fn is_described(answer: &Response, method: &str, path: &str) -> bool {
    let operation = &described()["paths"][template(path)][method.to_ascii_lowercase()];
    let content = &operation["responses"][answer.status.to_string()];
    match operation {
        Json::Null => matches!(answer.status, 404 | 405),
        _ if answer.status == 204 => !content.is_null() && content["content"].is_null(),
        _ => !content["content"][&answer.kind].is_null(),
    }
}

#[test]
fn the_description_has_what_the_api_answers() {
    let served = Served::new("health-ms = 1");
    let served_paths = served.board_paths();
    assert_eq!(served_paths.len(), 13, "a request for each operation");
    let mut seen = BTreeSet::new();
    for (method, path, body, status) in served_paths {
        let answer = served.request(method, path, body);
        assert_eq!(answer.status, status, "{method} {path}: {answer:?}");
        assert!(is_described(&answer, method, path), "{method} {path}: {answer:?}");
        let operation = &described()["paths"][template(path)][method.to_ascii_lowercase()];
        let schema = &operation["responses"][status.to_string()]["content"][&answer.kind]["schema"];
        let bodies: Vec<&str> =
            if answer.kind == "application/x-ndjson" { answer.body.lines().collect() } else { vec![&answer.body] };
        for body in bodies {
            if answer.kind.ends_with("json") {
                let json = serde_json::from_str(body).expect("JSON");
                assert_eq!(fits(&json, schema), Ok(()), "{method} {path}: {body}");
            }
        }
        seen.insert((template(path), method.to_ascii_lowercase()));
    }
    let described = described();
    let paths = described["paths"].as_object().expect("paths");
    let operations = paths.iter().flat_map(|(path, methods)| {
        methods.as_object().expect("methods").keys().map(|method| (path.clone(), method.clone()))
    });
    assert_eq!(operations.collect::<BTreeSet<_>>(), seen);
}

impl Served {
    /// Returns a request for each operation, in an order in which all succeed.
    fn board_paths(&self) -> Vec<(&'static str, &'static str, &'static str, u16)> {
        vec![
            ("GET", "/v1/openapi.json", "", 200),
            ("PUT", "/v1/applications/fan/component", "exec sleep 1000", 200),
            ("GET", "/v1/applications", "", 200),
            ("PUT", "/v1/applications/fan/config/speed", "7", 204),
            ("GET", "/v1/applications/fan/config", "", 200),
            ("DELETE", "/v1/applications/fan/config/speed", "", 204),
            ("POST", "/v1/applications/fan/stop", "", 204),
            ("POST", "/v1/applications/fan/start", "", 204),
            ("GET", "/v1/applications/fan", "", 200),
            ("GET", "/v1/applications/fan/logs", "", 200),
            ("POST", "/v1/applications/fan/i2c-detect", "sensor", 200),
            ("GET", "/metrics", "", 200),
            ("DELETE", "/v1/applications/fan/component", "", 204),
        ]
    }
}

#[test]
fn metrics_are_in_the_format_of_prometheus() {
    let served = Served::new("back-off-ms = 1\nback-off-max-ms = 1");
    served
        .board
        .install(&fan(), b"echo '{\"event\":\"exit\",\"reason\":\"limit\",\"message\":\"m\"}'; exit 118")
        .expect("a component");
    until("two limits", || served.board.status(&fan()).ok().filter(|status| status.limits >= 2));
    let metrics = served.request("GET", "/metrics", "");
    let mut series = BTreeSet::new();
    let (mut help, mut kind) = ("", "");
    for line in metrics.body.lines() {
        match line.split(' ').collect::<Vec<_>>()[..] {
            ["#", "HELP", name, _, ..] => help = name,
            ["#", "TYPE", name, "gauge" | "counter"] => kind = name,
            [sample, value] => {
                let (name, label) = sample.split_once('{').expect("a label");
                assert!(name == help && name == kind && label == "application=\"fan\"}", "{line}");
                assert!(value.parse::<u64>().is_ok() && series.insert(name), "twice, or not a number: {line}");
            }
            _ => panic!("{line}"),
        }
    }
    assert!(series.len() >= 7, "{series:?}");
    let value = |name: &str| {
        let line = metrics.body.lines().find_map(|line| line.strip_prefix(&format!("{name}{{application=\"fan\"}} ")));
        line.and_then(|value| value.parse::<u64>().ok()).expect(name)
    };
    assert!(value("wasm_embedded_application_limits_total") >= 2);
    assert!(value("wasm_embedded_application_restarts_total") >= 1);
}

#[test]
fn a_server_whose_socket_was_removed_still_ends() {
    let served = Served::new("");
    fs::remove_file(served.place.path("state/board.sock")).expect("it is there");
    drop(served);
}
