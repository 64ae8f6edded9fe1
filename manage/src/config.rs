//! `board.toml`: what the owner of a board says of it.

use std::collections::BTreeMap;
use std::fs;
use std::io::{self, Read};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::time::Duration;

use serde::Deserialize;

use crate::name::{Key, Name, Value};
use crate::syslog::SyslogConfig;

/// The longest `board.toml`, in bytes.
const MAX_FILE_BYTES: u64 = 1 << 20;

/// The most applications of a board.
const MAX_APPLICATIONS: usize = 64;

/// The most configuration values of an application.
pub(crate) const MAX_VALUES: usize = 64;

/// What the owner says of a board. Paths are relative to the folder of the file.
#[derive(Clone, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub struct Config {
    /// The folder that keeps what the board was told.
    pub state: PathBuf,
    /// The Unix socket of the API.
    pub socket: PathBuf,
    /// Where the API listens on TCP, and the file with the token that it wants there.
    pub tcp: Option<(SocketAddr, PathBuf)>,
    /// The syslog server that lines go to.
    pub syslog: Option<SyslogConfig>,
    /// The key that compiled components are sealed with.
    pub key: Option<PathBuf>,
    /// The longest component, in bytes.
    pub component_bytes: usize,
    /// The applications, by their names.
    pub applications: BTreeMap<Name, ApplicationConfig>,
}

/// What the owner says of an application.
#[derive(Clone, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub struct ApplicationConfig {
    /// The policy: what the application may reach, whatever component is installed.
    pub policy: PathBuf,
    /// The component that it begins with. Without one it waits for an installation.
    pub component: Option<PathBuf>,
    /// The component's arguments.
    pub arguments: Vec<String>,
    /// The configuration values that it begins with. Values that are set later come before these.
    pub values: BTreeMap<Key, Value>,
    /// When it is started again.
    pub restart: Restart,
    /// The pause before the first restart, which doubles with each further one.
    pub back_off: Duration,
    /// The longest pause before a restart.
    pub back_off_max: Duration,
    /// How long a new component has to run before it is trusted. If it fails within this time, the old one comes back.
    pub health: Duration,
}

/// When an application that has ended is started again.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Restart {
    /// Never.
    Never,
    /// When it did not succeed: its exit status was not 0.
    #[default]
    OnFailure,
    /// Always, until it is stopped.
    Always,
}

/// Why a `board.toml` is refused.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ConfigError {
    /// The file cannot be read.
    #[error("cannot read {}", .path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// The file is longer than any.
    #[error("{} is longer than {MAX_FILE_BYTES} bytes: it is not a board.toml", .path.display())]
    TooLong {
        /// The file.
        path: PathBuf,
    },
    /// The file is not TOML, or has keys and values that it must not have.
    #[error("{}: {text}", .path.display())]
    Malformed {
        /// The file.
        path: PathBuf,
        /// Where, and what is wrong.
        text: String,
    },
    /// What the file says cannot be.
    #[error("{}: {text}", .path.display())]
    Refused {
        /// The file.
        path: PathBuf,
        /// What is wrong, with the key.
        text: String,
    },
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct File {
    state: PathBuf,
    socket: Option<PathBuf>,
    tcp: Option<SocketAddr>,
    token_file: Option<PathBuf>,
    syslog: Option<SyslogConfig>,
    key: Option<PathBuf>,
    #[serde(default = "component_bytes")]
    component_bytes: u32,
    #[serde(default)]
    application: BTreeMap<Name, ApplicationTable>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct ApplicationTable {
    policy: PathBuf,
    component: Option<PathBuf>,
    #[serde(default)]
    arguments: Vec<Value>,
    #[serde(default)]
    config: BTreeMap<Key, Value>,
    #[serde(default)]
    restart: Restart,
    #[serde(default = "back_off_ms")]
    back_off_ms: u32,
    #[serde(default = "back_off_max_ms")]
    back_off_max_ms: u32,
    #[serde(default = "health_ms")]
    health_ms: u32,
}

fn component_bytes() -> u32 {
    16 << 20
}

fn back_off_ms() -> u32 {
    1_000
}

fn back_off_max_ms() -> u32 {
    60_000
}

fn health_ms() -> u32 {
    10_000
}

impl Config {
    /// Reads a `board.toml`.
    ///
    /// # Errors
    ///
    /// The file cannot be read, or what it says cannot be.
    pub fn load(path: &Path) -> Result<Config, ConfigError> {
        let unread = |source| ConfigError::Read { path: path.to_owned(), source };
        let mut text = String::new();
        let mut file = fs::File::open(path).map_err(unread)?.take(MAX_FILE_BYTES + 1);
        file.read_to_string(&mut text).map_err(unread)?;
        if file.limit() == 0 {
            return Err(ConfigError::TooLong { path: path.to_owned() });
        }
        Config::parse(path, &text)
    }

    /// Reads the text of a `board.toml` that stands at a path.
    ///
    /// # Errors
    ///
    /// What it says cannot be.
    pub fn parse(path: &Path, text: &str) -> Result<Config, ConfigError> {
        let file: File = toml::from_str(text).map_err(|error| ConfigError::Malformed {
            path: path.to_owned(),
            text: error.to_string().trim_end().to_owned(),
        })?;
        let folder = path.parent().unwrap_or(Path::new(""));
        file.check(folder).map_err(|text| ConfigError::Refused { path: path.to_owned(), text })
    }
}

impl File {
    fn check(self, folder: &Path) -> Result<Config, String> {
        let at = |path: PathBuf| folder.join(path);
        if self.application.len() > MAX_APPLICATIONS {
            return Err(format!(
                "the board has {} applications, and may have {MAX_APPLICATIONS}",
                self.application.len()
            ));
        }
        let tcp = match (self.tcp, self.token_file) {
            (None, None) => None,
            (Some(address), Some(_)) if !address.ip().is_loopback() => {
                return Err(format!(
                    "`tcp = \"{address}\"` would send the token over the network as everybody can read it: use 127.0.0.1, and \
                     reach the board by `ssh -L`"
                ));
            }
            (Some(address), Some(token)) => Some((address, at(token))),
            (Some(_), None) => {
                return Err("`tcp` needs `token-file`: every user of the machine reaches the port".to_owned());
            }
            (None, Some(_)) => return Err("`token-file` is for `tcp`, which is missing".to_owned()),
        };
        let state = at(self.state);
        let applications = self.application.into_iter();
        let applications = applications.map(|(name, table)| {
            let checked = table.check(folder).map_err(|text| format!("[application.{name}]: {text}"))?;
            Ok((name, checked))
        });
        Ok(Config {
            socket: self.socket.map_or_else(|| state.join("board.sock"), at),
            state,
            tcp,
            syslog: self.syslog,
            key: self.key.map(at),
            component_bytes: usize::try_from(self.component_bytes).unwrap_or(usize::MAX),
            applications: applications.collect::<Result<_, String>>()?,
        })
    }
}

impl ApplicationTable {
    fn check(self, folder: &Path) -> Result<ApplicationConfig, String> {
        if self.config.len() > MAX_VALUES {
            return Err(format!("`config` has {} values, and may have {MAX_VALUES}", self.config.len()));
        }
        if self.back_off_ms == 0 || self.back_off_ms > self.back_off_max_ms {
            return Err("`back-off-ms` must be at least 1 and at most `back-off-max-ms`".to_owned());
        }
        Ok(ApplicationConfig {
            policy: folder.join(self.policy),
            component: self.component.map(|component| folder.join(component)),
            arguments: self.arguments.into_iter().map(String::from).collect(),
            values: self.config,
            restart: self.restart,
            back_off: Duration::from_millis(self.back_off_ms.into()),
            back_off_max: Duration::from_millis(self.back_off_max_ms.into()),
            health: Duration::from_millis(self.health_ms.into()),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refusal(text: &str) -> String {
        Config::parse(Path::new("/etc/board.toml"), text).expect_err(text).to_string()
    }

    #[test]
    fn a_board_has_defaults_and_paths_beside_its_file() {
        let text = r#"
            state = "state"
            [application.station]
            policy = "station.toml"
            component = "/opt/station.wasm"
            arguments = ["--fahrenheit"]
            restart = "always"
            config = { interval = "10" }
            [application.fan]
            policy = "fan.toml"
        "#;
        let config = Config::parse(Path::new("/etc/board.toml"), text).expect("a board");
        assert_eq!(config.socket, Path::new("/etc/state/board.sock"));
        let [fan, station] = &config.applications.values().collect::<Vec<_>>()[..] else { panic!("{config:?}") };
        assert_eq!((station.restart, fan.restart), (Restart::Always, Restart::OnFailure));
        assert_eq!(station.component.as_deref(), Some(Path::new("/opt/station.wasm")));
        assert_eq!(fan.policy, Path::new("/etc/fan.toml"));
        assert_eq!((fan.health, fan.back_off_max), (Duration::from_secs(10), Duration::from_secs(60)));
        assert_eq!(station.values.values().next().map(Value::as_str), Some("10"));
    }

    #[test]
    fn what_cannot_be_is_refused_with_its_place_and_what_to_do() {
        for (text, expected) in [
            ("", "missing field `state`"),
            ("state = 3", "line 1"),
            ("state = 's'\nsockt = 'x'", "unknown field `sockt`"),
            ("state = 's'\n[application.Fan]\npolicy = 'p'", "`Fan` is not a name of an application"),
            ("state = 's'\n[application.'../x']\npolicy = 'p'", "is not a name of an application"),
            ("state = 's'\n[application.fan]", "missing field `policy`"),
            ("state = 's'\n[application.fan]\npolicy = 'p'\nrestart = 'often'", "unknown variant `often`"),
            (
                "state = 's'\n[application.fan]\npolicy = 'p'\nback-off-ms = 0",
                "[application.fan]: `back-off-ms` must be",
            ),
            ("state = 's'\n[application.fan]\npolicy = 'p'\nconfig = { 'a b' = 'c' }", "`a b` is not a key"),
            ("state = 's'\n[syslog]\naddress = 'a:1'\ntransport = 'tls'", "unknown variant `tls`"),
            ("state = 's'\ntcp = '127.0.0.1:1'", "`tcp` needs `token-file`"),
            ("state = 's'\ntoken-file = 't'", "`token-file` is for `tcp`"),
            ("state = 's'\ntcp = '0.0.0.0:80'\ntoken-file = 't'", "by `ssh -L`"),
            ("state = 's'\ntcp = '[2001:db8::1]:80'\ntoken-file = 't'", "by `ssh -L`"),
        ] {
            let refused = refusal(text);
            assert!(refused.contains(expected) && refused.starts_with("/etc/board.toml: "), "{text}: {refused}");
        }
        let many: String = (0..65).map(|number| format!("[application.a{number}]\npolicy = 'p'\n")).collect();
        assert!(refusal(&format!("state = 's'\n{many}")).contains("may have 64"));
    }
}
