//! What a service manager is told: that the guests begin, that this program lives, and that it ends (sd_notify(3)).
//!
//! The protocol is one datagram a message. The watchdog hears of the program and not of the guest: a guest that only computes is ended
//! by the limits of the policy.

use std::env;
use std::os::unix::net::UnixDatagram;
use std::process;
use std::sync::mpsc::{self, RecvTimeoutError, Sender};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use super::failure;

/// The socket of the service manager, if there is one.
pub(super) struct Manager(Option<Told>);

struct Told {
    socket: UnixDatagram,
    /// Ends the messages to the watchdog when it is dropped.
    watchdog: Option<(Sender<()>, JoinHandle<()>)>,
}

impl Manager {
    /// Says that what this program is for begins, and from now on that this program lives, if `NOTIFY_SOCKET` names somebody to be told. A service
    /// manager that cannot be told is no reason to leave a guest out: it is a warning.
    pub(super) fn ready(status: &str) -> Manager {
        let Some(name) = env::var_os("NOTIFY_SOCKET").filter(|name| !name.is_empty()) else { return Manager(None) };
        let said = connect(&name).and_then(|socket| {
            socket.send(format!("READY=1\nSTATUS={status}").as_bytes())?;
            Ok(socket)
        });
        match said {
            Ok(socket) => {
                let watchdog = period().and_then(|period| watchdog(&socket, period));
                Manager(Some(Told { socket, watchdog }))
            }
            Err(error) => {
                let name = name.to_string_lossy();
                failure::warn(&format!("the service manager cannot be told that {status}, at {name}: {error}"));
                Manager(None)
            }
        }
    }

    /// Says that this has ended.
    pub(super) fn stopping(self, status: &str) {
        let Some(Told { socket, watchdog }) = self.0 else { return };
        // It may be gone; then nobody waits for it.
        let _ = socket.send(format!("STOPPING=1\nSTATUS={status}").as_bytes());
        if let Some((end, thread)) = watchdog {
            drop(end);
            let _ = thread.join();
        }
    }
}

#[cfg(target_os = "linux")]
fn connect(name: &std::ffi::OsStr) -> std::io::Result<UnixDatagram> {
    use std::os::linux::net::SocketAddrExt as _;
    use std::os::unix::ffi::OsStrExt as _;
    use std::os::unix::net::SocketAddr;

    let socket = UnixDatagram::unbound()?;
    match name.as_bytes() {
        [b'@', name @ ..] => socket.connect_addr(&SocketAddr::from_abstract_name(name)?)?,
        [b'/', ..] => socket.connect(name)?,
        _ => {
            return Err(std::io::Error::other(
                "the address is neither a path nor an abstract name, which begins with @",
            ));
        }
    }
    // A manager that takes nothing must not hold a guest up.
    socket.set_nonblocking(true)?;
    Ok(socket)
}

#[cfg(not(target_os = "linux"))]
fn connect(name: &std::ffi::OsStr) -> std::io::Result<UnixDatagram> {
    let socket = UnixDatagram::unbound()?;
    socket.connect(name)?;
    socket.set_nonblocking(true)?;
    Ok(socket)
}

/// Returns how often the watchdog wants to hear, twice as often as it asks for (sd_watchdog_enabled(3)), if it is meant for this process.
fn period() -> Option<Duration> {
    let number = |name: &str| env::var(name).ok()?.parse::<u64>().ok();
    let is_ours = env::var_os("WATCHDOG_PID").is_none() || number("WATCHDOG_PID") == Some(process::id().into());
    let us = number("WATCHDOG_USEC").filter(|us| *us > 0 && is_ours)?;
    Some(Duration::from_micros(us / 2).max(Duration::from_millis(1)))
}

fn watchdog(socket: &UnixDatagram, period: Duration) -> Option<(Sender<()>, JoinHandle<()>)> {
    let socket = socket.try_clone().ok()?;
    let (end, ended) = mpsc::channel();
    let beat = move || {
        while let Err(RecvTimeoutError::Timeout) = ended.recv_timeout(period) {
            let _ = socket.send(b"WATCHDOG=1");
        }
    };
    Some((end, thread::Builder::new().name("watchdog".into()).spawn(beat).ok()?))
}
