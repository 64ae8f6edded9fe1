//! Where the API listens: on a Unix socket, and on TCP for whoever has the token.

use std::fs;
use std::io;
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::os::unix::fs::{DirBuilderExt as _, FileTypeExt as _, PermissionsExt as _};
use std::os::unix::net::{UnixListener, UnixStream};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering::SeqCst};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use rustix::fs::Mode;
use rustix::process::umask;
use wasm_embedded_http::{Answer, Connection, Counted, Request, StatusCode, header, is_same, only};

use crate::api::{self, Reply};
use crate::board::Board;
use crate::config::Config;
use crate::log::{Level, Source};

/// How many connections a listener serves at once. Others are closed.
const MOST_CONNECTIONS: usize = 32;

/// How long a head may take to come, and an answer to be taken.
const HEAD: Duration = Duration::from_secs(5);
const TAKEN: Duration = Duration::from_secs(30);

/// How long somebody waits who has a wrong token.
const WRONG: Duration = Duration::from_millis(250);

/// The shortest token: 16 characters of 64 kinds are 96 bits.
const MIN_TOKEN_BYTES: usize = 16;
const MAX_TOKEN_BYTES: u64 = 1024;

/// Why the API cannot be served.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ServerError {
    /// The Unix socket cannot be made.
    #[error("cannot listen at the socket {} (at most 107 bytes): `socket` in board.toml says where", .path.display())]
    Unix {
        /// Where.
        path: PathBuf,
        /// Why not.
        source: io::Error,
    },
    /// Something else is there.
    #[error("{} {what}: `socket` in board.toml says where the socket is to be", .path.display())]
    Taken {
        /// Where.
        path: PathBuf,
        /// What is there.
        what: &'static str,
    },
    /// The TCP port is taken.
    #[error("cannot listen at {address}: `tcp` in board.toml says where")]
    Tcp {
        /// Where.
        address: SocketAddr,
        /// Why not.
        source: io::Error,
    },
    /// The token cannot be used.
    #[error("cannot use the token of {}: {why}", .path.display())]
    Token {
        /// The file.
        path: PathBuf,
        /// Why not, and what to do.
        why: String,
    },
    /// The machine has no room.
    #[error("cannot start the server")]
    Start(#[source] io::Error),
}

/// Sockets that listen, before there is a board. Nobody is served yet.
#[derive(Debug)]
pub struct Listening {
    unix: (UnixListener, PathBuf),
    tcp: Option<(TcpListener, Arc<str>)>,
}

impl Listening {
    /// Begins to listen where the owner of the board says. This must be called before this program makes other files in other
    /// threads: it changes which rights files have that are made meanwhile.
    ///
    /// # Errors
    ///
    /// A socket cannot be made, or the token cannot be used.
    pub fn bind(config: &Config) -> Result<Listening, ServerError> {
        let tcp = match &config.tcp {
            None => None,
            Some((address, file)) => {
                let token = token(file).map_err(|why| ServerError::Token { path: file.clone(), why })?;
                let listener = TcpListener::bind(address);
                let listener = listener.map_err(|source| ServerError::Tcp { address: *address, source })?;
                Some((listener, token.into()))
            }
        };
        Ok(Listening { unix: (bind_unix(&config.socket)?, config.socket.clone()), tcp })
    }

    /// Returns where TCP is listened to.
    #[must_use]
    pub fn tcp_address(&self) -> Option<SocketAddr> {
        self.tcp.as_ref().and_then(|(listener, _)| listener.local_addr().ok())
    }
}

fn bind_unix(path: &Path) -> Result<UnixListener, ServerError> {
    let failed = |source| ServerError::Unix { path: path.to_owned(), source };
    let taken = |what| ServerError::Taken { path: path.to_owned(), what };
    if let Some(folder) = path.parent() {
        fs::DirBuilder::new().recursive(true).mode(0o700).create(folder).map_err(failed)?;
    }
    match fs::symlink_metadata(path) {
        Ok(there) if !there.file_type().is_socket() => return Err(taken("is there, and is not a socket")),
        Ok(_) if UnixStream::connect(path).is_ok() => return Err(taken("is served by another program")),
        // One of a program that was killed.
        Ok(_) => fs::remove_file(path).map_err(failed)?,
        Err(error) if error.kind() == io::ErrorKind::NotFound => {}
        Err(error) => return Err(failed(error)),
    }
    // For this user and group, from the first moment on.
    let old = umask(Mode::from_raw_mode(0o117));
    let listener = UnixListener::bind(path);
    umask(old);
    listener.map_err(failed)
}

/// Reads a token, which nobody else may read.
fn token(file: &Path) -> Result<String, String> {
    let about = fs::metadata(file).map_err(|error| error.to_string())?;
    if about.permissions().mode() & 0o007 != 0 {
        return Err("every user of the machine can read it: use `chmod 600`".to_owned());
    }
    if about.len() > MAX_TOKEN_BYTES {
        return Err(format!("it is longer than {MAX_TOKEN_BYTES} bytes"));
    }
    let text = fs::read_to_string(file).map_err(|error| error.to_string())?;
    let token = text.trim();
    match token.len() >= MIN_TOKEN_BYTES && token.bytes().all(|byte| byte.is_ascii_graphic()) {
        true => Ok(token.to_owned()),
        false => {
            Err(format!("it must have {MIN_TOKEN_BYTES} or more letters and digits: `openssl rand -hex 32` makes one"))
        }
    }
}

/// Serves the API until it is dropped.
#[derive(Debug)]
pub struct Server {
    over: Arc<AtomicBool>,
    unix: PathBuf,
    tcp: Option<SocketAddr>,
    threads: Vec<JoinHandle<()>>,
}

/// What each connection may use.
#[derive(Clone)]
struct Shared {
    board: Arc<Board>,
    over: Arc<AtomicBool>,
    token: Option<Arc<str>>,
    connections: Arc<AtomicUsize>,
    who: &'static str,
}

impl Server {
    /// Begins to serve.
    ///
    /// # Errors
    ///
    /// The machine has no room.
    pub fn start(listening: Listening, board: &Arc<Board>) -> Result<Server, ServerError> {
        let over = Arc::new(AtomicBool::new(false));
        let shared =
            |who, token| Shared { board: board.clone(), over: over.clone(), token, connections: Arc::default(), who };
        let tcp = listening.tcp_address();
        let mut server = Server { over: over.clone(), unix: listening.unix.1, tcp, threads: Vec::new() };
        let (listener, unix) = (listening.unix.0, shared("the Unix socket", None));
        server.threads.push(spawn(move || accept(|| listener.accept().map(|(stream, _)| stream), &unix))?);
        if let Some((listener, token)) = listening.tcp {
            let tcp = shared("TCP", Some(token));
            server.threads.push(spawn(move || accept(|| listener.accept().map(|(stream, _)| stream), &tcp))?);
        }
        Ok(server)
    }
}

fn spawn(act: impl FnOnce() + Send + 'static) -> Result<JoinHandle<()>, ServerError> {
    thread::Builder::new().name("api".to_owned()).spawn(act).map_err(ServerError::Start)
}

impl Drop for Server {
    fn drop(&mut self) {
        self.over.store(true, SeqCst);
        // The threads wait for a connection: these. If somebody removed the socket, its thread ends with this program.
        let reached = [
            UnixStream::connect(&self.unix).is_ok(),
            self.tcp.is_some_and(|address| TcpStream::connect(address).is_ok()),
        ];
        for (thread, _) in self.threads.drain(..).zip(reached).filter(|(_, reached)| *reached) {
            let _ = thread.join();
        }
        let _ = fs::remove_file(&self.unix);
    }
}

/// Takes connections until the server is over, each on a thread of its own.
fn accept<S: Connection + 'static>(next: impl Fn() -> io::Result<S>, shared: &Shared) {
    loop {
        let stream = next();
        if shared.over.load(SeqCst) {
            return;
        }
        let Ok(mut stream) = stream else {
            // No file is left for a connection: others may end.
            thread::sleep(Duration::from_millis(20));
            continue;
        };
        // One for which there is no room is closed.
        let Some(one) = Counted::new(&shared.connections, MOST_CONNECTIONS) else { continue };
        let shared = shared.clone();
        let serving = thread::Builder::new().name("api request".to_owned()).spawn(move || {
            // A client may go away at any time.
            let _ = serve(&mut stream, &shared);
            drop(one);
        });
        drop(serving);
    }
}

/// Serves one request.
fn serve(stream: &mut dyn Connection, shared: &Shared) -> io::Result<()> {
    stream.bound_writes(TAKEN)?;
    let request = Request::read(stream, HEAD)?;
    if let Some(token) = &shared.token {
        // Whatever came: without the token there is nothing but this.
        let given = request.as_ref().ok().and_then(|request| only(request.headers(), header::AUTHORIZATION));
        let given = given.and_then(|given| given.strip_prefix("Bearer ")).unwrap_or_default();
        if !is_same(given.as_bytes(), token.as_bytes()) {
            let text = format!("{}: a request without the token is refused", shared.who);
            shared.board.log().say(Source::Board, Level::Warn, &text);
            thread::sleep(WRONG);
            let refused = api::problem(StatusCode::UNAUTHORIZED, "the request has no token, or another one");
            return refused.with("WWW-Authenticate", "Bearer").send(stream);
        }
    }
    let request = match request {
        Ok(request) => request,
        Err(refusal) => {
            let text = format!("{}: a request is refused: {}", shared.who, refusal.text.trim_end());
            shared.board.log().say(Source::Board, Level::Warn, &text);
            return api::problem(refusal.status, refusal.text.trim_end()).send(stream);
        }
    };
    match api::answer(&shared.board, request, stream, shared.who)? {
        Reply::Whole(answer) => finish(stream, &answer),
        Reply::Follow(log, next) => api::follow(&log, next, stream, || shared.over.load(SeqCst)),
    }
}

/// Answers. What a client still sends is read for a moment: a socket that is closed over it would take the answer along.
fn finish(stream: &mut dyn Connection, answer: &Answer) -> io::Result<()> {
    answer.send(stream)?;
    stream.end_writes()?;
    let mut some = [0; 4096];
    stream.bound_reads(Duration::from_millis(200))?;
    for _ in 0..64 {
        if stream.read(&mut some)? == 0 {
            break;
        }
    }
    Ok(())
}
