//! How a process says that its guest begins: as it tells a service manager (sd_notify(3)).

use std::fs;
use std::io;
use std::os::unix::net::UnixDatagram;
use std::path::{Path, PathBuf};
use std::sync::mpsc::Sender;
use std::thread;

use super::worker::Order;

/// What ends the thread that listens.
const OVER: &[u8] = b"OVER";

/// A socket that processes tell that their guests begin.
#[derive(Debug)]
pub(super) struct Ready {
    path: PathBuf,
}

impl Ready {
    /// Listens at a path, which is for this user alone by its folder.
    ///
    /// # Errors
    ///
    /// The path is too long for a socket, or the machine has no room.
    pub(super) fn listen(path: &Path, orders: Sender<Order>) -> io::Result<Ready> {
        match fs::remove_file(path) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
            _ => {}
        }
        let socket = UnixDatagram::bind(path)?;
        thread::Builder::new().name("ready".to_owned()).spawn(move || {
            let mut message = [0; 512];
            while let Ok(count) = socket.recv(&mut message) {
                let message = message.get(..count).unwrap_or_default();
                if message == OVER {
                    return;
                }
                let is_ready = message.split(|byte| *byte == b'\n').any(|line| line == b"READY=1");
                if is_ready && orders.send(Order::Ready).is_err() {
                    return;
                }
            }
        })?;
        Ok(Ready { path: path.to_owned() })
    }

    /// Returns where a process tells it.
    pub(super) fn path(&self) -> &Path {
        &self.path
    }
}

impl Drop for Ready {
    fn drop(&mut self) {
        // If it cannot be told, it ends with this program.
        let _ = UnixDatagram::unbound().and_then(|socket| socket.send_to(OVER, &self.path));
        let _ = fs::remove_file(&self.path);
    }
}
