//! The server as a browser meets it: requests and a WebSocket over a real connection, to a board that a thread runs.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering::SeqCst};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use embedded_hal::i2c::I2c;
use serde_json::{Value as Json, json};
use tungstenite::client::IntoClientRequest;
use tungstenite::protocol::WebSocket;
use tungstenite::{Message, client};
use wasm_embedded_board::Board;
use wasm_embedded_board::policy::Policy;
use wasm_embedded_page::{Ending, Server};

const POLICY: &str = r#"
    [i2c.sensor]
    sim = "board"
    allow = [0x48]
    [[part]]
    model = "lm75"
    name = "cellar"
    i2c = "board"
    temperature = 21.5
"#;

/// How long something may take to come.
const PATIENCE: Duration = Duration::from_secs(20);

/// A board that measures every millisecond, until it is dropped.
struct Running {
    server: Server,
    over: Arc<AtomicBool>,
    measured: Arc<AtomicU64>,
    thread: Option<JoinHandle<()>>,
}

impl Running {
    fn start() -> Running {
        let read = |text: &str| Policy::parse("board.toml", text).map_err(|error| error.to_string());
        let server = Server::start(0, read).expect("a free port");
        let policy = Policy::parse("board.toml", POLICY).expect("a valid policy");
        let board = Board::new(&policy).expect("a board");
        let (over, measured) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicU64::new(0)));
        let ends = over.clone();
        let shown = server.attach(&board, &policy, POLICY, move || ends.load(SeqCst));
        let (ends, count) = (over.clone(), measured.clone());
        let thread = thread::spawn(move || {
            let mut bus = board.wiring().i2c("sensor").expect("the label");
            while !ends.load(SeqCst) {
                let mut answer = [0; 2];
                // A fault of the page may be on.
                let _ = bus.write_read(0x48_u8, &[0], &mut answer);
                count.fetch_add(1, SeqCst);
                board.sim().advance_ns(1_000_000);
            }
            shown.ended(Ending { status: 0, text: "the guest has ended".to_owned() });
        });
        Running { server, over, measured, thread: Some(thread) }
    }

    fn host(&self) -> String {
        let address = self.server.address();
        address.trim_start_matches("http://").split('/').next().expect("a host").to_owned()
    }

    /// Sends bytes, and returns what comes back.
    fn raw(&self, bytes: &[u8]) -> String {
        let mut stream = TcpStream::connect(self.host()).expect("the server listens");
        stream.set_read_timeout(Some(PATIENCE)).expect("a timeout");
        stream.write_all(bytes).expect("it takes a request");
        let mut answer = Vec::new();
        // A connection that is closed at once gives nothing.
        let _ = stream.read_to_end(&mut answer);
        String::from_utf8_lossy(&answer).into_owned()
    }

    fn get(&self, path: &str) -> String {
        self.raw(format!("GET {path} HTTP/1.1\r\nHost: {}\r\n\r\n", self.host()).as_bytes())
    }

    /// Opens the page's WebSocket.
    fn open(&self) -> WebSocket<TcpStream> {
        let address = format!("{}feed", self.server.address().replace("http", "ws"));
        let mut request = address.into_client_request().expect("an address");
        let origin = format!("http://{}", self.host()).parse().expect("an origin");
        request.headers_mut().insert("Origin", origin);
        let stream = TcpStream::connect(self.host()).expect("the server listens");
        stream.set_read_timeout(Some(PATIENCE)).expect("a timeout");
        client(request, stream).expect("the page is let in").0
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.over.store(true, SeqCst);
        if let Some(thread) = self.thread.take() {
            let ended = thread.join();
            assert!(ended.is_ok() || thread::panicking(), "the board's thread panicked");
        }
    }
}

/// Returns the next message that is so.
fn next(socket: &mut WebSocket<TcpStream>, is: impl Fn(&Json) -> bool) -> Json {
    let end = Instant::now() + PATIENCE;
    while Instant::now() < end {
        if let Message::Text(text) = socket.read().expect("a message") {
            let json: Json = serde_json::from_str(&text).expect("JSON");
            if is(&json) {
                return json;
            }
        }
    }
    panic!("it did not come");
}

/// Asks, and returns the error, if it is one.
fn ask(socket: &mut WebSocket<TcpStream>, message: impl Into<String>) -> Option<String> {
    socket.send(Message::Text(message.into().into())).expect("it is sent");
    let answer = next(socket, |message| message["t"] == "answer");
    answer["error"].as_str().map(str::to_owned)
}

#[test]
fn the_files_of_the_page_are_there_for_its_secret_alone() {
    let board = Running::start();
    let secret = board.server.address().split('/').nth(3).expect("a secret").to_owned();
    for (path, kind) in [("", "text/html"), ("main.js", "text/javascript"), ("style.css", "text/css")] {
        let answer = board.get(&format!("/{secret}/{path}"));
        assert!(answer.starts_with("HTTP/1.1 200 OK\r\n"), "{path}: {answer}");
        assert!(answer.contains(&format!("Content-Type: {kind}")) && answer.contains("default-src 'none'"), "{path}");
        let other = board.get(&format!("/{}/{path}", "0".repeat(32)));
        assert!(other.starts_with("HTTP/1.1 403 Forbidden\r\n"), "{path}: {other}");
        assert!(other.ends_with("prints.\n") && !other.contains(&secret), "{other}");
    }
    assert!(board.get(&format!("/{secret}/../../etc/passwd")).starts_with("HTTP/1.1 404 Not Found\r\n"));
    assert!(board.get(&format!("/{secret}/feed")).starts_with("HTTP/1.1 403 Forbidden\r\n"), "without an origin");
}

#[test]
fn what_is_no_request_gets_a_sentence_and_harms_nothing() {
    let board = Running::start();
    let long = format!("GET / HTTP/1.1\r\nA: {}", "b".repeat(40_000));
    let cases: [(&[u8], &str); 4] = [
        (b"\x00\xff\xfe garbage\r\n\r\n", "400"),
        (b"POST / HTTP/1.1\r\nHost: a\r\n\r\n", "405"),
        (b"GET / HTTP/1.1\r\n\r\n", "403"),
        (b"GET /", ""),
    ];
    for (bytes, status) in cases {
        if status.is_empty() {
            // Gone in the middle of its request.
            drop(TcpStream::connect(board.host()).and_then(|mut stream| stream.write_all(bytes)));
        } else {
            let answer = board.raw(bytes);
            assert!(answer.starts_with(&format!("HTTP/1.1 {status} ")), "{}: {answer}", String::from_utf8_lossy(bytes));
        }
    }
    let answer = board.raw(long.as_bytes());
    // The connection may be reset before the answer is read: more was sent than is read.
    assert!(answer.is_empty() || answer.starts_with("HTTP/1.1 431 "), "{answer}");
    assert_eq!(ask(&mut board.open(), json!({ "do": "pause" }).to_string()), None);
}

#[test]
fn a_control_that_the_page_sets_is_what_the_driver_reads() {
    let board = Running::start();
    let mut page = board.open();
    let described = next(&mut page, |message| message["t"] == "board");
    assert_eq!(described["board"]["parts"][0]["name"], "cellar");
    let set = json!({ "do": "set", "part": "cellar", "control": "temperature", "value": 30 });
    assert_eq!(ask(&mut page, set.to_string()), None);
    next(&mut page, |message| message["values"]["parts"][0]["temperature"] == json!(30.0));
    // The high byte of 30 degrees.
    let reads = |transaction: &Json| {
        transaction["steps"].as_array().is_some_and(|steps| steps.iter().any(|step| step[1] == "B" && step[2] == 30))
    };
    next(&mut page, |message| message["transactions"].as_array().is_some_and(|all| all.iter().any(reads)));
}

#[test]
fn time_stands_still_and_goes_on_by_one_transaction() {
    let board = Running::start();
    let mut page = board.open();
    assert_eq!(ask(&mut page, r#"{"do":"pause"}"#), None);
    next(&mut page, |message| message["mode"] == "paused");
    let measured = |settled: Duration| {
        thread::sleep(settled);
        board.measured.load(SeqCst)
    };
    let before = measured(Duration::from_millis(300));
    assert_eq!(measured(Duration::from_millis(200)), before);
    for steps in 1..=3 {
        assert_eq!(ask(&mut page, r#"{"do":"step"}"#), None);
        next(&mut page, |message| message["mode"] == "paused");
        assert!(measured(Duration::from_millis(100)).abs_diff(before + steps) <= 1);
    }
}

#[test]
fn a_page_that_reads_nothing_costs_the_guest_no_time() {
    let board = Running::start();
    let mut page = board.open();
    assert_eq!(ask(&mut page, r#"{"do":"speed","speed":null}"#), None);
    // From here on it is read no more. A board that waited for it would come no further than what sockets hold.
    let before = board.measured.load(SeqCst);
    let end = Instant::now() + PATIENCE;
    while board.measured.load(SeqCst) < before + 100_000 {
        assert!(Instant::now() < end, "{} measurements", board.measured.load(SeqCst) - before);
        thread::sleep(Duration::from_millis(20));
    }
    let missed = next(&mut page, |message| message["transactions_lost"].as_u64().is_some_and(|lost| lost > 0));
    assert!(missed.to_string().len() < 500_000, "a message stays small: {} bytes", missed.to_string().len());
}

#[test]
fn malformed_messages_get_errors_and_too_long_ones_end_the_page() {
    let board = Running::start();
    let mut page = board.open();
    assert!(ask(&mut page, "nonsense").is_some_and(|error| error.contains("not JSON")));
    assert!(ask(&mut page, r#"{"do":"explode"}"#).is_some_and(|error| error.contains("cannot ask for `explode`")));
    let hardware = "[i2c.sensor]\npath = \"/dev/i2c-1\"\nallow = [0x48]\n";
    let restart = json!({ "do": "restart", "policy": hardware });
    assert!(ask(&mut page, restart.to_string()).is_some_and(|error| error.contains("is hardware")));
    page.send(Message::Binary(vec![0; 100].into())).expect("it is sent");
    assert_eq!(next(&mut page, |message| message["t"] == "answer")["error"], "a message of the page is a text");
    // Past the bound; the connection ends while it is still sent.
    let _ = page.send(Message::Text("x".repeat(8 << 20).into()));
    let ended = (0..10_000).any(|_| page.read().is_err());
    assert!(ended, "it is not read to its end");
    assert_eq!(ask(&mut board.open(), r#"{"do":"go"}"#), None, "others are served");
}

#[test]
fn pages_past_the_eighth_are_told_why_they_are_not_served() {
    let board = Running::start();
    let pages: Vec<_> = (0..8).map(|_| board.open()).collect();
    let path = format!("/{}/feed", board.server.address().split('/').nth(3).expect("a secret"));
    let host = board.host();
    let ninth = board.raw(
        format!(
            "GET {path} HTTP/1.1\r\nHost: {host}\r\nOrigin: http://{host}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\
             Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
        )
        .as_bytes(),
    );
    assert!(ninth.starts_with("HTTP/1.1 503 ") && ninth.contains("close another tab"), "{ninth}");
    drop(pages);
}

#[test]
fn a_policy_that_was_edited_is_handed_to_whoever_runs_the_board() {
    let board = Running::start();
    let mut page = board.open();
    let edited = POLICY.replace("21.5", "-4.0");
    assert_eq!(ask(&mut page, json!({ "do": "restart", "policy": edited }).to_string()), None);
    assert!(board.server.restarts());
    let next = board.server.next_run(|| false).expect("another run");
    assert_eq!((next.text, next.policy.devices.len()), (edited, 1));
    assert!(!board.server.restarts());
}
