//! The other side of the API: `wasm-embedded-rt remote`.

use std::collections::BTreeMap;
use std::io;
use std::net::{TcpStream, ToSocketAddrs as _};
use std::os::unix::net::UnixStream;
use std::path::PathBuf;
use std::time::Duration;

use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::Value as Json;
use wasm_embedded_http::{Asked, ClientError, Connection, Response, ask};

use crate::api::MAX_FOLLOWED_SILENCE;
use crate::application::Status;
use crate::digest::Digest;
use crate::log::{Level, Source};
use crate::name::{Key, Name, Value};

/// How long a connection may take, and an answer: a component is compiled meanwhile.
const CONNECT: Duration = Duration::from_secs(10);
const PATIENCE: Duration = Duration::from_secs(330);

/// The longest answer, in bytes.
const MAX_ANSWER_BYTES: usize = 8 << 20;

/// The longest line of a log as it comes, in bytes.
const MAX_LINE_BYTES: usize = 64 * 1024;

/// Why a board did not do what it was asked.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum RemoteError {
    /// There is nobody.
    #[error("no board answers at {at}: is `wasm-embedded-rt serve` running, and may this user use its socket?")]
    Connect {
        /// Where.
        at: String,
        /// Why not.
        source: io::Error,
    },
    /// The connection failed.
    #[error(transparent)]
    Http(#[from] ClientError),
    /// The board refuses.
    #[error("{detail} (HTTP status {status})")]
    Refused {
        /// The status.
        status: u16,
        /// What it says.
        detail: String,
    },
    /// What the board says is not what it should.
    #[error("the board answers with something else than this program knows: is it of another version?")]
    Malformed,
}

/// A line of a log of a board.
#[derive(Clone, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub enum LogLine {
    /// A line.
    Line {
        /// When, as the board's clock has it: RFC 3339.
        at: String,
        /// Who said it.
        source: Source,
        /// How important it is.
        level: Level,
        /// The text.
        text: String,
    },
    /// So many lines are not kept any more.
    Missed(u64),
}

/// Where a board is.
#[derive(Clone, Debug)]
enum Target {
    Unix(PathBuf),
    Tcp(String),
}

/// A board at a distance.
#[derive(Clone)]
pub struct Client {
    target: Target,
    token: Option<String>,
}

impl Client {
    /// Speaks to the board of a Unix socket.
    #[must_use]
    pub fn unix(socket: impl Into<PathBuf>) -> Client {
        Client { target: Target::Unix(socket.into()), token: None }
    }

    /// Speaks to the board of a TCP port, with its token.
    #[must_use]
    pub fn tcp(address: impl Into<String>, token: impl Into<String>) -> Client {
        Client { target: Target::Tcp(address.into()), token: Some(token.into()) }
    }

    /// Returns what the applications do.
    ///
    /// # Errors
    ///
    /// The board does not answer, or refuses.
    pub fn statuses(&self) -> Result<Vec<Status>, RemoteError> {
        #[derive(Deserialize)]
        struct All {
            applications: Vec<Status>,
        }
        Ok(self.get::<All>("/v1/applications")?.applications)
    }

    /// Returns what an application does.
    ///
    /// # Errors
    ///
    /// The board does not answer, or refuses.
    pub fn status(&self, name: &Name) -> Result<Status, RemoteError> {
        self.get(&format!("/v1/applications/{name}"))
    }

    /// Installs a component. The application may still be on trial when this returns.
    ///
    /// # Errors
    ///
    /// The board does not answer, or refuses: nothing is changed then.
    pub fn install(&self, name: &Name, component: &[u8]) -> Result<Digest, RemoteError> {
        #[derive(Deserialize)]
        struct Installed {
            component: Digest,
        }
        let answer = self.call("PUT", &format!("/v1/applications/{name}/component"), component)?;
        Ok(read::<Installed>(&answer)?.component)
    }

    /// Starts an application.
    ///
    /// # Errors
    ///
    /// The board does not answer, or refuses.
    pub fn start(&self, name: &Name) -> Result<(), RemoteError> {
        self.call("POST", &format!("/v1/applications/{name}/start"), b"").map(drop)
    }

    /// Stops an application.
    ///
    /// # Errors
    ///
    /// The board does not answer, or refuses.
    pub fn stop(&self, name: &Name) -> Result<(), RemoteError> {
        self.call("POST", &format!("/v1/applications/{name}/stop"), b"").map(drop)
    }

    /// Stops an application, and has the board forget its component and values.
    ///
    /// # Errors
    ///
    /// The board does not answer, or refuses.
    pub fn remove(&self, name: &Name) -> Result<(), RemoteError> {
        self.call("DELETE", &format!("/v1/applications/{name}/component"), b"").map(drop)
    }

    /// Returns the configuration values of an application.
    ///
    /// # Errors
    ///
    /// The board does not answer, or refuses.
    pub fn values(&self, name: &Name) -> Result<BTreeMap<Key, Value>, RemoteError> {
        #[derive(Deserialize)]
        struct Values {
            values: BTreeMap<Key, Value>,
        }
        Ok(self.get::<Values>(&format!("/v1/applications/{name}/config"))?.values)
    }

    /// Sets a configuration value.
    ///
    /// # Errors
    ///
    /// The board does not answer, or refuses.
    pub fn set(&self, name: &Name, key: &Key, value: &Value) -> Result<(), RemoteError> {
        self.call("PUT", &format!("/v1/applications/{name}/config/{key}"), value.as_str().as_bytes()).map(drop)
    }

    /// Removes a configuration value that was set.
    ///
    /// # Errors
    ///
    /// The board does not answer, or refuses.
    pub fn unset(&self, name: &Name, key: &Key) -> Result<(), RemoteError> {
        self.call("DELETE", &format!("/v1/applications/{name}/config/{key}"), b"").map(drop)
    }

    /// Returns the table of the addresses that answer on a bus.
    ///
    /// # Errors
    ///
    /// The board does not answer, or refuses.
    pub fn i2c_detect(&self, name: &Name, label: &str) -> Result<String, RemoteError> {
        let answer = self.call("POST", &format!("/v1/applications/{name}/i2c-detect"), label.as_bytes())?;
        String::from_utf8(answer).map_err(|_| RemoteError::Malformed)
    }

    /// Hears the newest lines of a log, and those that come, if it is followed. `hear` returns whether it wants more.
    ///
    /// # Errors
    ///
    /// The board does not answer, or refuses.
    pub fn logs(
        &self,
        name: &Name,
        lines: usize,
        follow: bool,
        mut hear: impl FnMut(LogLine) -> bool,
    ) -> Result<(), RemoteError> {
        let path = format!("/v1/applications/{name}/logs?lines={lines}&follow={follow}");
        let (mut stream, mut response) = self.ask("GET", &path, b"")?;
        let mut begun = Vec::new();
        while let Some(some) = response.next(&mut *stream, MAX_FOLLOWED_SILENCE * 3)? {
            begun.extend(some);
            while let Some(end) = begun.iter().position(|byte| *byte == b'\n') {
                let line: Vec<u8> = begun.drain(..=end).collect();
                if line.len() > 1 && !hear(log_line(&line)?) {
                    return Ok(());
                }
            }
            if begun.len() > MAX_LINE_BYTES {
                return Err(RemoteError::Malformed);
            }
        }
        Ok(())
    }

    fn get<T: DeserializeOwned>(&self, path: &str) -> Result<T, RemoteError> {
        read(&self.call("GET", path, b"")?)
    }

    fn call(&self, method: &str, path: &str, body: &[u8]) -> Result<Vec<u8>, RemoteError> {
        let (mut stream, response) = self.ask(method, path, body)?;
        Ok(response.body(&mut *stream, MAX_ANSWER_BYTES, PATIENCE)?)
    }

    /// Asks, and returns what succeeds.
    fn ask(&self, method: &str, path: &str, body: &[u8]) -> Result<(Box<dyn Connection>, Response), RemoteError> {
        let mut stream = self.connect()?;
        let asked = Asked { method, path, token: self.token.as_deref(), body };
        let response = ask(&mut *stream, asked, PATIENCE)?;
        let status = response.status();
        if status.is_success() {
            return Ok((stream, response));
        }
        let body = response.body(&mut *stream, MAX_ANSWER_BYTES, PATIENCE)?;
        let problem: Json = serde_json::from_slice(&body).unwrap_or_default();
        let detail = problem.get("detail").and_then(Json::as_str).ok_or(RemoteError::Malformed)?;
        Err(RemoteError::Refused { status: status.as_u16(), detail: detail.to_owned() })
    }

    fn connect(&self) -> Result<Box<dyn Connection>, RemoteError> {
        match &self.target {
            Target::Unix(path) => {
                let failed = |source| RemoteError::Connect { at: path.display().to_string(), source };
                Ok(Box::new(UnixStream::connect(path).map_err(failed)?))
            }
            Target::Tcp(address) => {
                let connect = || {
                    let mut last = io::Error::new(io::ErrorKind::NotFound, "the name has no address");
                    for address in address.to_socket_addrs()? {
                        match TcpStream::connect_timeout(&address, CONNECT) {
                            Ok(stream) => return Ok(stream),
                            Err(error) => last = error,
                        }
                    }
                    Err(last)
                };
                Ok(Box::new(connect().map_err(|source| RemoteError::Connect { at: address.clone(), source })?))
            }
        }
    }
}

impl std::fmt::Debug for Client {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        // The token is a secret.
        f.debug_struct("Client").field("target", &self.target).finish_non_exhaustive()
    }
}

fn read<T: DeserializeOwned>(body: &[u8]) -> Result<T, RemoteError> {
    serde_json::from_slice(body).map_err(|_| RemoteError::Malformed)
}

fn log_line(line: &[u8]) -> Result<LogLine, RemoteError> {
    #[derive(Deserialize)]
    #[serde(untagged)]
    enum Object {
        Line { at: String, source: Source, level: Level, text: String },
        Missed { missed: u64 },
    }
    Ok(match read(line)? {
        Object::Line { at, source, level, text } => LogLine::Line { at, source, level, text },
        Object::Missed { missed } => LogLine::Missed(missed),
    })
}
