//! The serial port: a pseudo-terminal of the machine, whose other end is here. What reaches it has left the port.

use std::fs;
use std::io;
use std::os::fd::AsRawFd as _;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use serial2::SerialPort;
use wasm_embedded_conformance::{Millis, Peer, What};

use super::kernel::{Played, State};

/// How long nothing must come until everything has: a pseudo-terminal hands bytes on by a thread of the kernel.
const QUIET: Duration = Duration::from_millis(20);

/// How often the other end looks whether the run is over.
const LOOK: Duration = Duration::from_millis(2);

/// The other end.
#[derive(Debug)]
pub(super) struct Wires {
    peer: Option<SerialPort>,
    /// Whether the guest has anything to do with it.
    pub(super) is_used: bool,
}

/// The thread that does what the other end is to do.
pub(super) struct Acting {
    over: Arc<AtomicBool>,
    thread: JoinHandle<()>,
}

/// Makes a pseudo-terminal: the other end, the port that has to stay open until the host has opened it, and its file.
pub(super) fn pair() -> io::Result<(Wires, SerialPort, PathBuf)> {
    let (mut peer, port) = SerialPort::pair()?;
    peer.set_read_timeout(QUIET)?;
    let path = fs::read_link(format!("/proc/self/fd/{}", port.as_raw_fd()))?;
    Ok((Wires { peer: Some(peer), is_used: false }, port, path))
}

/// Takes note of everything that has come, as of now.
pub(super) fn drain(state: &mut State) {
    let Some(peer) = state.serial.as_ref().filter(|wires| wires.is_used).and_then(|wires| wires.peer.as_ref()) else {
        return;
    };
    let (mut came, mut buffer) = (Vec::new(), [0; 256]);
    while let Ok(count @ 1..) = peer.read(&mut buffer) {
        came.extend_from_slice(buffer.get(..count).unwrap_or_default());
    }
    came.into_iter().for_each(|byte| state.event("SERIAL.TX", What::Frame { byte }));
}

impl Acting {
    /// Starts.
    pub(super) fn start(kernel: &Played, plan: &'static [(Millis, Peer)]) -> Acting {
        let (kernel, over, began) = (kernel.clone(), Arc::new(AtomicBool::new(false)), Instant::now());
        let is_over = over.clone();
        let thread = thread::spawn(move || {
            for (at_ms, act) in plan {
                while began.elapsed() < Duration::from_millis(*at_ms) {
                    if is_over.load(Relaxed) {
                        return;
                    }
                    thread::sleep(LOOK);
                }
                let mut state = kernel.state();
                match act {
                    Peer::Sends(bytes) => {
                        // First, since the guest may have them as soon as they are sent.
                        bytes.iter().for_each(|byte| state.event("SERIAL.RX", What::Frame { byte: *byte }));
                        if let Some(peer) = state.serial.as_ref().and_then(|wires| wires.peer.as_ref()) {
                            // A guest that hears of nothing says so.
                            let _ = peer.write_all(bytes);
                        }
                    }
                    _ => {
                        drain(&mut state);
                        drop(state.serial.as_mut().and_then(|wires| wires.peer.take()));
                    }
                }
            }
        });
        Acting { over, thread }
    }

    /// Ends, when the run is over.
    pub(super) fn end(self, kernel: &Played) {
        self.over.store(true, Relaxed);
        // It only sleeps and writes.
        let _ = self.thread.join();
        drain(&mut kernel.state());
    }
}
