//! The guest's standard input: this program's, given up when the guest is to be stopped.

use std::io;
use std::time::Duration;

use bytes::Bytes;
use tokio::io::AsyncRead;
use tokio::time::timeout;
use wasm_embedded_host::{Interrupt, Interrupted};
use wasmtime_wasi::async_trait;
use wasmtime_wasi::cli::{IsTerminal, StdinStream};
use wasmtime_wasi::p2::{InputStream, Pollable, StreamError};

/// How long the input is waited for, at most, between two looks at whether the guest is to be stopped.
const SLICE: Duration = Duration::from_millis(10);

/// The most bytes of one read: what is allocated before it is known how many there are.
pub(super) const MAX_READ_BYTES: usize = 65_536;

/// The standard input of a guest that may be stopped while it waits for it.
pub(super) struct GuestStdin(pub(super) Interrupt);

/// One handle of it.
struct Stream {
    input: Box<dyn InputStream>,
    interrupt: Interrupt,
}

impl IsTerminal for GuestStdin {
    fn is_terminal(&self) -> bool {
        io::IsTerminal::is_terminal(&io::stdin())
    }
}

impl StdinStream for GuestStdin {
    fn async_stream(&self) -> Box<dyn AsyncRead + Send + Sync> {
        io::stdin().async_stream()
    }

    fn p2_stream(&self) -> Box<dyn InputStream> {
        Box::new(Stream { input: io::stdin().p2_stream(), interrupt: self.0.clone() })
    }
}

#[async_trait]
impl Pollable for Stream {
    /// Returns when there is input, or when the guest is to be stopped. Dropping the future loses no input.
    async fn ready(&mut self) {
        while self.interrupt.requested().is_none() {
            if timeout(SLICE, self.input.ready()).await.is_ok() {
                return;
            }
        }
    }
}

#[async_trait]
impl InputStream for Stream {
    fn read(&mut self, size: usize) -> Result<Bytes, StreamError> {
        match self.interrupt.requested() {
            Some(reason) => Err(StreamError::Trap(Interrupted(reason).into())),
            None => self.input.read(size.min(MAX_READ_BYTES)),
        }
    }
}
