//! The server of the page, on the loopback interface.

use std::fmt;
use std::io;
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering::SeqCst};
use std::sync::{Arc, Mutex};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use tungstenite::handshake::server::{create_response, write_response};
use tungstenite::protocol::{Role, WebSocketConfig};
use tungstenite::{Error as SocketError, Message as SocketMessage, WebSocket};
use wasm_embedded_board::Board;
use wasm_embedded_http::{Answer, Counted, Method, Refusal, Request, StatusCode, is_timeout};
use wasm_embedded_policy::Policy;
use wasm_embedded_sim::Sim;

use crate::assets::{self, CONTENT_POLICY};
use crate::command::{self, Command, MAX_MESSAGE_BYTES};
use crate::describe::describe;
use crate::desk::{Desk, FRAME};
use crate::door::Door;
use crate::feed::{Feed, Message, answer};
use crate::hub::{Ending, Full, Hub, Mode, Order, Restart};
use crate::traffic::Traffic;

/// How many pages can be open at once.
const MOST_PAGES: usize = 8;

/// How many connections can be open at once, those of pages among them.
const MOST_CONNECTIONS: usize = 64;

/// How long a page may leave a message untaken, and a browser its request unsaid.
const PATIENCE: Duration = Duration::from_secs(30);
const HEAD: Duration = Duration::from_secs(5);

const NOT_GET: Refusal = Refusal::new(StatusCode::METHOD_NOT_ALLOWED, "The board page answers GET alone.\n");
const NO_FILE: Refusal = Refusal::new(StatusCode::NOT_FOUND, "The board page has no such file.\n");
const NOT_A_SOCKET: Refusal =
    Refusal::new(StatusCode::BAD_REQUEST, "This address is for the WebSocket of the board page.\n");
const TOO_OFTEN: Refusal = Refusal::new(
    StatusCode::SERVICE_UNAVAILABLE,
    "The board page is open too often: close another tab, and load this one again.\n",
);

/// Why there is no page.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ServerError {
    /// The port is taken, or not for this user.
    #[error("cannot listen on port {port} of 127.0.0.1: leave out the port, or choose another")]
    Port {
        /// The port.
        port: u16,
        /// What the machine says.
        source: io::Error,
    },
    /// The machine has no random numbers for the secret.
    #[error("the machine has no random numbers for the secret of the page's address")]
    Random(#[source] getrandom::Error),
    /// The server's thread cannot be started.
    #[error("cannot start the server of the board page")]
    Start(#[source] io::Error),
}

/// A server of the page. It serves until it is dropped.
pub struct Server {
    hub: Arc<Hub>,
    door: Door,
    port: u16,
    over: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

/// A board that is shown.
#[derive(Debug)]
pub struct Shown {
    hub: Arc<Hub>,
    desk: Arc<Mutex<Desk>>,
    sim: Sim,
}

/// The log of the page.
#[derive(Clone, Debug)]
pub struct Log(Arc<Hub>);

/// Reads an edited policy.
type Read = dyn Fn(&str) -> Result<Policy, String> + Send + Sync;

/// What each request may use.
#[derive(Clone)]
struct Shared {
    hub: Arc<Hub>,
    door: Door,
    read: Arc<Read>,
    over: Arc<AtomicBool>,
    connections: Arc<AtomicUsize>,
    pages: Arc<AtomicUsize>,
}

impl Server {
    /// Begins to serve on a port of 127.0.0.1, or on any free one if it is 0. Nothing is shown before a board is
    /// [attached](Server::attach). `read` reads a policy that was edited on the page, or says to a person what is wrong with it.
    ///
    /// # Errors
    ///
    /// The port is taken, or the machine has no room for the server.
    pub fn start(
        port: u16,
        read: impl Fn(&str) -> Result<Policy, String> + Send + Sync + 'static,
    ) -> Result<Server, ServerError> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port));
        let listener = listener.map_err(|source| ServerError::Port { port, source })?;
        let port = listener.local_addr().map_err(ServerError::Start)?.port();
        let door = Door::new(port).map_err(ServerError::Random)?;
        let (hub, over) = (Arc::new(Hub::new()), Arc::new(AtomicBool::new(false)));
        let shared = Shared {
            hub: hub.clone(),
            door: door.clone(),
            read: Arc::new(read),
            over: over.clone(),
            connections: Arc::default(),
            pages: Arc::default(),
        };
        let thread = thread::Builder::new().name("board page".to_owned()).spawn(move || accept(&listener, &shared));
        Ok(Server { hub, door, port, over, thread: Some(thread.map_err(ServerError::Start)?) })
    }

    /// Returns the address of the page, with its secret: for the one who runs the command.
    #[must_use]
    pub fn address(&self) -> String {
        self.door.address()
    }

    /// Shows the board of a policy from now on, in the place of the one before. `text` is the policy's own text. The board is worked
    /// on its own thread, whenever its time passes: it waits there as long as the page's pause and speed say, until `stop` says that
    /// the guest is to end.
    #[must_use]
    pub fn attach(
        &self,
        board: &Board,
        policy: &Policy,
        text: &str,
        stop: impl Fn() -> bool + Send + Sync + 'static,
    ) -> Shown {
        let described = describe(board, policy);
        self.hub.begin(described.known, &described.json, text);
        let known = self.hub.lock().known.clone();
        let desk = Desk::new(self.hub.clone(), known, described.nets.clone(), Arc::new(stop));
        let desk = Arc::new(Mutex::new(desk));
        let traffic = Traffic::new(self.hub.clone(), desk.clone(), described.nets, described.ports);
        let sim = board.sim().clone();
        sim.trace_to(Box::new(traffic));
        let looking = desk.clone();
        // One nanosecond from now, on the thread of the guest and not on this one.
        sim.schedule(sim.now_ns().saturating_add(1), move |stage| Desk::look(looking, stage));
        Shown { hub: self.hub.clone(), desk, sim }
    }

    /// Returns whether the page asks for another run.
    #[must_use]
    pub fn restarts(&self) -> bool {
        self.hub.restarts()
    }

    /// Takes what the page wants to be run anew; waits for it until `stop` says that nothing more is to come.
    pub fn next_run(&self, stop: impl Fn() -> bool) -> Option<Restart> {
        while !stop() {
            if let Some(restart) = self.hub.take_restart() {
                return Some(restart);
            }
            self.hub.wait(FRAME);
        }
        None
    }

    /// Says that there is no board to run, and why.
    pub fn failed(&self, ending: Ending) {
        self.hub.line(0, "page", ending.text.as_str());
        self.hub.drive(|state| state.ending = Some(ending));
    }

    /// Returns the page's log, to write to.
    #[must_use]
    pub fn log(&self) -> Log {
        Log(self.hub.clone())
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.over.store(true, SeqCst);
        // The thread waits for a connection: this one. A connection that fails finds a thread that has ended.
        let _ = TcpStream::connect(SocketAddr::from((Ipv4Addr::LOCALHOST, self.port)));
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

impl fmt::Debug for Server {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // The address is a secret.
        f.debug_struct("Server").finish_non_exhaustive()
    }
}

impl Shown {
    /// Says how the guest ended. The board is shown as it is now, and no longer worked.
    pub fn ended(self, ending: Ending) {
        Desk::end(self.desk, &self.sim);
        let at_ns = self.sim.now_ns();
        self.hub.line(at_ns, "page", format!("{} (status {})", ending.text, ending.status));
        self.hub.drive(|state| state.ending = Some(ending));
    }
}

impl Log {
    /// Adds a text at a virtual time. `kind` is `out`, `err`, `page`, or a level of the log.
    pub fn line(&self, at_ns: u64, kind: &'static str, text: &str) {
        self.0.line(at_ns, kind, text);
    }
}

/// Takes connections until the server is over, each on a thread of its own: nothing of the board waits for one.
fn accept(listener: &TcpListener, shared: &Shared) {
    for stream in listener.incoming() {
        if shared.over.load(SeqCst) {
            return;
        }
        // One that is gone already, or for which there is no room.
        let (Ok(stream), Some(one)) = (stream, Counted::new(&shared.connections, MOST_CONNECTIONS)) else { continue };
        let shared = shared.clone();
        let serving = thread::Builder::new().name("board page".to_owned()).spawn(move || {
            // A browser may go away at any time.
            let _ = serve(stream, &shared);
            drop(one);
        });
        drop(serving);
    }
}

/// Serves one request.
fn serve(mut stream: TcpStream, shared: &Shared) -> io::Result<()> {
    stream.set_nodelay(true)?;
    stream.set_write_timeout(Some(PATIENCE))?;
    let request = match Request::read(&mut stream, HEAD)? {
        Ok(request) if request.method() == Method::GET => request,
        Ok(_) => return refuse(&mut stream, NOT_GET),
        Err(refusal) => return refuse(&mut stream, refusal),
    };
    let (secret, file) = secret_and_file(request.path());
    let is_socket = file == "feed";
    if let Err(refusal) = shared.door.check(secret, request.headers(), is_socket) {
        return refuse(&mut stream, refusal);
    }
    if is_socket {
        return open_page(stream, &request, shared);
    }
    match assets::find(if file.is_empty() { "index.html" } else { file }) {
        Some((kind, bytes)) => {
            Answer::new(StatusCode::OK, kind, bytes).with("Content-Security-Policy", CONTENT_POLICY).send(&mut stream)
        }
        None => refuse(&mut stream, NO_FILE),
    }
}

/// Returns the two parts of the path: `/SECRET/FILE`.
fn secret_and_file(path: &str) -> (&str, &str) {
    let path = path.strip_prefix('/').unwrap_or(path);
    path.split_once('/').unwrap_or((path, "\0"))
}

fn refuse(stream: &mut TcpStream, refusal: Refusal) -> io::Result<()> {
    Answer::from(refusal).with("Content-Security-Policy", CONTENT_POLICY).send(stream)
}

/// Makes a page's connection a WebSocket, and serves it until it is closed.
fn open_page(mut stream: TcpStream, request: &Request, shared: &Shared) -> io::Result<()> {
    let Ok(response) = create_response(request.head()) else { return refuse(&mut stream, NOT_A_SOCKET) };
    let Some(page) = Counted::new(&shared.pages, MOST_PAGES) else {
        return refuse(&mut stream, TOO_OFTEN);
    };
    write_response(&mut stream, &response).map_err(io::Error::other)?;
    let config =
        WebSocketConfig::default().max_message_size(Some(MAX_MESSAGE_BYTES)).max_frame_size(Some(MAX_MESSAGE_BYTES));
    // It ends as it will: the page opens another when it wants one.
    let _ = talk(WebSocket::from_raw_socket(stream, Role::Server, Some(config)), shared);
    drop(page);
    Ok(())
}

/// Serves an open page until it is closed. While it takes no message, none is made: nothing waits for a slow page but its own thread.
fn talk(mut socket: WebSocket<TcpStream>, shared: &Shared) -> Result<(), SocketError> {
    let mut feed = Feed::default();
    let mut due = Instant::now();
    while !shared.over.load(SeqCst) {
        let now = Instant::now();
        let left = due.saturating_duration_since(now);
        if left.is_zero() {
            // On the beat, unless it is late by a whole one.
            due = (due + FRAME).max(now);
            for message in feed.next(&shared.hub) {
                socket.write(written(message))?;
            }
            socket.flush()?;
            continue;
        }
        socket.get_ref().set_read_timeout(Some(left))?;
        let answer = match socket.read() {
            Ok(SocketMessage::Text(text)) => obey(&text, shared),
            Ok(SocketMessage::Binary(_)) => answer(None, Some("a message of the page is a text")),
            Ok(_) => continue,
            Err(SocketError::Io(error)) if is_timeout(&error) => continue,
            Err(error) => return Err(error),
        };
        socket.send(written(answer))?;
    }
    socket.close(None)
}

fn written(message: Message) -> SocketMessage {
    match message {
        Message::Text(text) => SocketMessage::Text(text.into()),
        Message::Binary(bytes) => SocketMessage::Binary(bytes.into()),
    }
}

/// Does what a message asks for, and returns the answer.
fn obey(text: &str, shared: &Shared) -> Message {
    let hub = &shared.hub;
    let known = hub.lock().known.clone();
    let (id, command) = command::read(text, &known);
    let done = command.and_then(|command| {
        match command {
            Command::Pause => hub.drive(|state| state.mode = Mode::Paused),
            Command::Go => hub.drive(|state| state.mode = Mode::Going),
            Command::Step => hub.drive(|state| state.mode = Mode::Step),
            Command::Speed(speed) => hub.drive(|state| state.speed = speed),
            Command::Order(order) => give(hub, order)?,
            Command::Restart(text) => restart(hub, &*shared.read, text)?,
        }
        Ok(())
    });
    answer(id, done.err().as_deref())
}

/// Gives the board an order.
fn give(hub: &Hub, order: Order) -> Result<(), String> {
    if hub.lock().ending.is_some() {
        return Err("the guest has ended, and the board stands still: restart it".to_owned());
    }
    let full = "the board does not take more now: its guest computes, or waits for its standard input";
    hub.order(order).map_err(|Full| full.to_owned())
}

/// Asks for another run, with a policy that is checked before.
fn restart(hub: &Hub, read: &Read, text: String) -> Result<(), String> {
    let policy = read(&text)?;
    if policy.has_hardware() {
        return Err("a label of this policy is hardware, which the page does not run: use `sim = true`".to_owned());
    }
    hub.restart(Restart { policy, text });
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_request_is_for_a_file_behind_a_secret() {
        for (path, parts) in
            [("/abc/", ("abc", "")), ("/abc/main.js", ("abc", "main.js")), ("/abc/v/x", ("abc", "v/x"))]
        {
            assert_eq!(secret_and_file(path), parts);
        }
        assert_eq!(secret_and_file("/abc"), ("abc", "\0"), "a secret alone does not name a file");
    }
}
