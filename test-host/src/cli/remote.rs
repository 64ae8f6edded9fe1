//! `remote`: the applications of a board that `serve` runs.

mod install;
mod logs;
mod ps;

use std::fs;
use std::path::PathBuf;

use clap::{Args, Subcommand};
use wasm_embedded_manage::{Client, Key, Name, RemoteError, Value};

use super::failure::Failure;
use super::status;

/// Installs, starts, stops and watches the applications of a board that runs `serve`
#[derive(Args)]
#[command(after_help = AFTER_HELP)]
pub(super) struct Opts {
    #[command(subcommand)]
    command: Command,

    #[command(flatten)]
    at: At,
}

/// Where the board is.
#[derive(Args)]
struct At {
    /// The board's Unix socket
    #[arg(
        long,
        value_name = "SOCKET",
        global = true,
        env = "WASM_EMBEDDED_SOCKET",
        default_value = "/run/wasm-embedded/board.sock"
    )]
    socket: PathBuf,

    /// Address and port of the board in the place of a socket, such as 127.0.0.1:4780
    #[arg(long, value_name = "ADDRESS", global = true)]
    tcp: Option<String>,

    /// File with the board's token, for `--tcp`
    #[arg(long, value_name = "FILE", global = true)]
    token_file: Option<PathBuf>,
}

#[derive(Subcommand)]
enum Command {
    Ps(ps::Opts),
    Install(install::Opts),
    /// Starts an application, now and whenever the board starts
    Start(Which),
    /// Stops an application until `start`; its outputs are at `on-exit` when this ends
    Stop(Which),
    /// Stops an application, and has the board forget its component and the values that were set
    Remove(Which),
    Logs(logs::Opts),
    /// Shows or changes the configuration values of an application
    #[command(subcommand)]
    Config(ConfigCommand),
    /// Uses the I2C buses of an application's policy
    #[command(subcommand)]
    I2c(I2cCommand),
}

/// An application.
#[derive(Args)]
struct Which {
    /// The name of the application, as in board.toml
    application: Name,
}

#[derive(Subcommand)]
enum ConfigCommand {
    /// Shows the values, or one of them
    Get {
        /// The name of the application
        application: Name,
        /// The key [default: all]
        key: Option<Key>,
    },
    /// Sets a value, which the guest gets when it is started next
    Set {
        /// The name of the application
        application: Name,
        /// The key
        key: Key,
        /// The value
        #[arg(allow_hyphen_values = true)]
        value: Value,
    },
    /// Removes a value that was set; the one of board.toml holds again
    Unset {
        /// The name of the application
        application: Name,
        /// The key
        key: Key,
    },
}

#[derive(Subcommand)]
enum I2cCommand {
    /// Shows which addresses answer that the policy grants, in a table like i2cdetect's
    Detect {
        /// The name of the application
        application: Name,
        /// The label of the bus
        label: String,
    },
}

const AFTER_HELP: &str = "\
A board in another place is reached over ssh, which also says who may:
  ssh -N -L /tmp/board.sock:/run/wasm-embedded/board.sock pi@station &
  wasm-embedded-rt remote --socket /tmp/board.sock ps

Examples:
  wasm-embedded-rt remote ps
  wasm-embedded-rt remote install station station.wasm
  wasm-embedded-rt remote logs station --follow
  wasm-embedded-rt remote config set station interval 10
  wasm-embedded-rt remote i2c detect station sensor

Exit status:
    0  success
    1  the board refuses, or a new component failed and the old one is back
   64  the command line is wrong
  119  no board answers, or a file or the output cannot be read or written";

pub(super) fn run(opts: &Opts) -> Result<u8, Failure> {
    let client = opts.at.client()?;
    match &opts.command {
        Command::Ps(opts) => return ps::run(opts, &client),
        Command::Install(opts) => return install::run(opts, &client),
        Command::Logs(opts) => return logs::run(opts, &client),
        Command::Start(which) => client.start(&which.application)?,
        Command::Stop(which) => client.stop(&which.application)?,
        Command::Remove(which) => client.remove(&which.application)?,
        Command::Config(ConfigCommand::Get { application, key }) => {
            let values = client.values(application)?;
            let Some(key) = key else {
                let lines = values.iter().map(|(key, value)| format!("{key} = {:?}\n", value.as_str()));
                super::print(&lines.collect::<String>())?;
                return Ok(0);
            };
            let missing =
                || Failure::new(status::DEVICE, format!("`{application}` has no configuration value `{key}`"));
            super::print(&format!("{}\n", values.get(key).ok_or_else(missing)?))?;
        }
        Command::Config(ConfigCommand::Set { application, key, value }) => client.set(application, key, value)?,
        Command::Config(ConfigCommand::Unset { application, key }) => client.unset(application, key)?,
        Command::I2c(I2cCommand::Detect { application, label }) => {
            super::print(&client.i2c_detect(application, label)?)?;
        }
    }
    Ok(0)
}

impl At {
    fn client(&self) -> Result<Client, Failure> {
        match (&self.tcp, &self.token_file) {
            (None, None) => Ok(Client::unix(&self.socket)),
            (Some(address), Some(file)) => {
                let token = fs::read_to_string(file);
                let token =
                    token.map_err(|error| Failure::file(format!("cannot read the token {}", file.display()), error))?;
                Ok(Client::tcp(address, token.trim()))
            }
            _ => Err(Failure::new(status::USAGE, "`--tcp` and `--token-file` belong together")),
        }
    }
}

impl From<RemoteError> for Failure {
    fn from(error: RemoteError) -> Failure {
        let status = if matches!(error, RemoteError::Refused { .. }) { status::DEVICE } else { status::HOST };
        Failure::new(status, error)
    }
}
