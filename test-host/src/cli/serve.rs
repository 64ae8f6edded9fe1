//! `serve`: the applications of a board, and an API for them.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;
use std::{env, thread};

use clap::Args;
use wasm_embedded_manage::{
    Board, BoardError, Config, ConfigError, Level, Line, Listening, Program, Server, ServerError, Sink, Syslog,
};

use super::failure::Failure;
use super::notify::Manager;
use super::signals::Signals;
use super::status;

/// Runs the applications of a board, keeps them running, and takes new ones over a socket
#[derive(Args)]
#[command(after_help = AFTER_HELP)]
pub(super) struct Opts {
    /// What the owner of the board says: applications, their policies, where the state is kept
    #[arg(long, value_name = "FILE", default_value = "board.toml")]
    config: PathBuf,
}

const AFTER_HELP: &str = "\
Each application runs in a process of its own, as `run` runs it. Its policy is the owner's: components come over the socket, \
policies never do. A new component is compiled while the old one runs, and then takes its place. If it fails within its health \
time, the old one comes back.

  state = \"/var/lib/wasm-embedded/board\"
  socket = \"/run/wasm-embedded/board.sock\"   # default: board.sock in the folder `state`

  [application.station]
  policy = \"station.toml\"
  component = \"station.wasm\"   # optional: what it begins with
  arguments = [\"--fahrenheit\"]
  config = { interval = \"10\" }
  restart = \"on-failure\"       # or never, always
  back-off-ms = 1000           # the pause before the first restart, which doubles up to back-off-max-ms
  health-ms = 10000

  [syslog]                     # optional: RFC 5424
  address = \"logs.example:514\"
  transport = \"udp\"            # or tcp

SIGTERM and Ctrl-C end the applications, with their outputs at `on-exit`. They run again at the next `serve`.

Example:
  wasm-embedded-rt serve --config board.toml

Exit status:
    0  a signal ended the board, and its applications have ended
   64  the command line is wrong
  119  the state, the socket or the output cannot be written
  120  board.toml is missing or refused";

/// How often this program looks whether a signal came.
const LOOK: Duration = Duration::from_millis(50);

pub(super) fn run(opts: &Opts) -> Result<u8, Failure> {
    let signals = Signals::listen().map_err(|error| Failure::file("cannot listen for signals", error))?;
    let config = Config::load(&opts.config)?;
    let program = env::current_exe().map_err(|error| Failure::file("cannot find this program's own file", error))?;
    let program = Program::new(program, config.key.clone());
    // Before there are threads that make files.
    let listening = Listening::bind(&config)?;
    let stop = signals.stop();
    super::note(&format!("the board's socket is {}\n", config.socket.display()));
    if let Some(address) = listening.tcp_address() {
        super::note(&format!("whoever has the token also finds it at {address}\n"));
    }
    let mut sinks: Vec<Box<dyn Sink>> = vec![Box::new(tell)];
    if let Some(syslog) = config.syslog.clone() {
        sinks.push(Box::new(Syslog::new(syslog)));
    }
    let board = Arc::new(Board::open(config, program, sinks)?);
    let server = Server::start(listening, &board)?;
    let manager = Manager::ready("the applications are supervised");
    while stop.requested().is_none() {
        thread::sleep(LOOK);
    }
    manager.stopping("the applications have ended");
    // The applications first, so that whoever follows a log hears their last lines.
    board.close();
    drop(server);
    Ok(0)
}

/// Writes a line to the standard error.
fn tell(of: &str, line: &Line) {
    let level = match line.level {
        Level::Error => "error: ",
        Level::Warn => "warning: ",
        _ => "",
    };
    super::note(&format!("{of}: {level}{}\n", line.text));
}

impl From<ConfigError> for Failure {
    fn from(error: ConfigError) -> Failure {
        Failure::new(status::POLICY, error)
    }
}

impl From<ServerError> for Failure {
    fn from(error: ServerError) -> Failure {
        Failure::new(status::HOST, error)
    }
}

impl From<BoardError> for Failure {
    fn from(error: BoardError) -> Failure {
        Failure::new(status::HOST, error)
    }
}
