//! Lines for a syslog server: RFC 5424, over UDP (RFC 5426) or over TCP with counted octets (RFC 6587, section 3.4.1).

use std::fs;
use std::io::{self, Write as _};
use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr, TcpStream, ToSocketAddrs as _, UdpSocket};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use serde::Deserialize;

use crate::log::{Level, Line, Source};
use crate::sink::Sink;
use crate::time::rfc3339;

/// `local0`, RFC 5424, table 1.
const FACILITY: u8 = 16;

/// How long a connection, and a message, may take.
const PATIENCE: Duration = Duration::from_secs(5);

/// How long a server is left alone that could not be reached.
const PAUSE: Duration = Duration::from_secs(5);

/// Clocks before this time were never set: 2020-01-01. A board without a battery begins at 1970, or at the age of its image.
const SET_SINCE: Duration = Duration::from_secs(1_577_836_800);

/// How lines go to a syslog server.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Transport {
    /// A datagram a message.
    #[default]
    Udp,
    /// One connection, with the length before each message.
    Tcp,
}

/// A syslog server.
#[derive(Clone, PartialEq, Eq, Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
#[non_exhaustive]
pub struct SyslogConfig {
    /// Its address and port, such as `logs.example:514`.
    pub address: String,
    /// How lines go there.
    #[serde(default)]
    pub transport: Transport,
}

/// Takes lines to a syslog server.
#[derive(Debug)]
pub struct Syslog {
    config: SyslogConfig,
    host: String,
    open: Option<Open>,
    /// When it is tried again.
    again: Option<Instant>,
    /// What could not be sent since.
    lost: u64,
}

#[derive(Debug)]
enum Open {
    Udp(UdpSocket),
    Tcp(TcpStream),
}

impl Syslog {
    /// Takes lines to a server, which need not be there yet. What it misses meanwhile is counted, and told when it is back.
    #[must_use]
    pub fn new(config: SyslogConfig) -> Syslog {
        let host = fs::read_to_string("/proc/sys/kernel/hostname").unwrap_or_default();
        Syslog { config, host: field(host.trim(), 255), open: None, again: None, lost: 0 }
    }

    fn send(&mut self, message: &str) -> io::Result<()> {
        let open = match &mut self.open {
            Some(open) => open,
            none => none.insert(Open::to(&self.config)?),
        };
        match open {
            Open::Udp(socket) => socket.send(message.as_bytes()).map(drop),
            Open::Tcp(stream) => stream.write_all(format!("{} {message}", message.len()).as_bytes()),
        }
    }
}

impl Sink for Syslog {
    fn take(&mut self, of: &str, line: &Line) {
        if self.again.is_some_and(|again| Instant::now() < again) {
            self.lost += 1;
            return;
        }
        let lost = std::mem::take(&mut self.lost);
        if lost > 0 {
            let text = format!("{lost} lines are lost here, because the syslog server could not be reached");
            let told = Line { number: 0, at: SystemTime::now(), source: Source::Board, level: Level::Warn, text };
            self.lost = if self.send(&message(&self.host, "board", &told)).is_ok() { 0 } else { lost };
        }
        if self.send(&message(&self.host, of, line)).is_err() {
            (self.open, self.again) = (None, Some(Instant::now() + PAUSE));
            self.lost += 1;
        } else {
            self.again = None;
        }
    }
}

impl Open {
    fn to(config: &SyslogConfig) -> io::Result<Open> {
        let mut last = io::Error::new(io::ErrorKind::NotFound, "the name has no address");
        for address in config.address.to_socket_addrs()? {
            match Open::at(address, config.transport) {
                Ok(open) => return Ok(open),
                Err(error) => last = error,
            }
        }
        Err(last)
    }

    fn at(address: SocketAddr, transport: Transport) -> io::Result<Open> {
        Ok(match transport {
            Transport::Udp => {
                let any: SocketAddr = if address.is_ipv4() {
                    (Ipv4Addr::UNSPECIFIED, 0).into()
                } else {
                    (Ipv6Addr::UNSPECIFIED, 0).into()
                };
                let socket = UdpSocket::bind(any)?;
                socket.connect(address)?;
                Open::Udp(socket)
            }
            Transport::Tcp => {
                let stream = TcpStream::connect_timeout(&address, PATIENCE)?;
                stream.set_write_timeout(Some(PATIENCE))?;
                Open::Tcp(stream)
            }
        })
    }
}

/// Returns the message of a line: RFC 5424, section 6. It is below 8 KiB, where servers split messages.
fn message(host: &str, of: &str, line: &Line) -> String {
    let severity = match line.level {
        Level::Error => 3,
        Level::Warn => 4,
        Level::Info => 6,
        Level::Debug | Level::Trace => 7,
    };
    let is_set = line.at.duration_since(UNIX_EPOCH).is_ok_and(|since| since >= SET_SINCE);
    let at = if is_set { rfc3339(line.at) } else { "-".to_owned() };
    let source = match line.source {
        Source::Stdout => "stdout",
        Source::Stderr => "stderr",
        Source::Log => "log",
        Source::Host => "host",
        Source::Board => "board",
    };
    format!("<{}>1 {at} {host} {} - {source} - {}", FACILITY * 8 + severity, field(of, 48), line.text)
}

/// Returns a field of a header: printable ASCII without spaces, or `-`.
fn field(text: &str, most: usize) -> String {
    let text: String = text.chars().filter(char::is_ascii_graphic).take(most).collect();
    if text.is_empty() { "-".to_owned() } else { text }
}

#[cfg(test)]
mod tests {
    use std::io::Read as _;
    use std::net::TcpListener;

    use super::*;

    fn line(text: &str, seconds: u64) -> Line {
        let at = UNIX_EPOCH + Duration::from_secs(seconds);
        Line { number: 0, at, source: Source::Log, level: Level::Warn, text: text.to_owned() }
    }

    fn to(address: SocketAddr, transport: Transport) -> Syslog {
        Syslog { host: "station".to_owned(), ..Syslog::new(SyslogConfig { address: address.to_string(), transport }) }
    }

    #[test]
    fn a_message_is_as_rfc_5424_has_it() {
        let told = message("station", "fan", &line("21.5 °C", 1_796_083_199));
        assert_eq!(told, "<132>1 2026-11-30T23:59:59.000Z station fan - log - 21.5 °C");
        assert!(message("-", "fan", &line("x", 5)).starts_with("<132>1 - - fan"), "the clock was never set");
        assert_eq!((field("a b\n", 9), field("", 9), field("abc", 2)), ("ab".into(), "-".into(), "ab".into()));
    }

    #[test]
    fn a_datagram_is_a_message() {
        let server = UdpSocket::bind("127.0.0.1:0").expect("a port");
        server.set_read_timeout(Some(Duration::from_secs(60))).expect("a timeout");
        let mut syslog = to(server.local_addr().expect("a port"), Transport::Udp);
        syslog.take("fan", &line("one", 1_796_083_199));
        let mut bytes = [0; 9000];
        let count = server.recv(&mut bytes).expect("a datagram");
        assert_eq!(&bytes[..count], b"<132>1 2026-11-30T23:59:59.000Z station fan - log - one");
    }

    #[test]
    fn messages_of_a_connection_are_counted_and_a_server_that_comes_back_hears_what_it_missed() {
        let server = TcpListener::bind("127.0.0.1:0").expect("a port");
        let address = server.local_addr().expect("a port");
        let mut syslog = to(address, Transport::Tcp);
        syslog.take("fan", &line("one", 0));
        syslog.take("fan", &line("ä", 0));
        let (mut stream, _) = server.accept().expect("a connection");
        // Nobody is there for a while.
        (syslog.open, syslog.again) = (None, Some(Instant::now() + PAUSE));
        syslog.take("fan", &line("missed", 0));
        syslog.again = None;
        let mut first = String::new();
        stream.read_to_string(&mut first).expect("text");
        assert_eq!(first, "32 <132>1 - station fan - log - one31 <132>1 - station fan - log - ä");
        syslog.take("fan", &line("back", 0));
        let (mut stream, _) = server.accept().expect("a connection");
        drop(syslog);
        let mut second = String::new();
        stream.read_to_string(&mut second).expect("text");
        assert!(second.contains("board - board - 1 lines are lost here") && second.ends_with("log - back"), "{second}");
    }

    #[test]
    fn a_server_that_is_not_there_holds_nobody_up() {
        let port = TcpListener::bind("127.0.0.1:0").and_then(|server| server.local_addr()).expect("a port");
        let mut syslog = to(port, Transport::Tcp);
        for _ in 0..1000 {
            syslog.take("fan", &line("x", 0));
        }
        assert_eq!(syslog.lost, 1000);
    }
}
