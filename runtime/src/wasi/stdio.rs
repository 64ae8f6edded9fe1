//! The guest's standard output and error, on their way to whoever listens.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};

use bytes::Bytes;
use tokio::io::AsyncWrite;
use wasmtime_wasi::async_trait;
use wasmtime_wasi::cli::{IsTerminal, StdoutStream};
use wasmtime_wasi::p2::{OutputStream, Pollable, StreamError, StreamResult};

use crate::clock::Clock;
use crate::output::{Said, Shared};

/// The most bytes that a guest may write at once.
pub(super) const MAX_WRITE_BYTES: usize = 65_536;

/// Which of the two streams.
#[derive(Clone, Copy, Debug)]
pub(super) enum Stream {
    /// The standard output.
    Stdout,
    /// The standard error.
    Stderr,
}

/// A stream that a listener hears.
#[derive(Clone, Debug)]
pub(super) struct GuestStdout {
    stream: Stream,
    clock: Clock,
    listener: Shared,
}

impl GuestStdout {
    pub(super) fn new(stream: Stream, clock: &Clock, listener: &Shared) -> GuestStdout {
        GuestStdout { stream, clock: clock.clone(), listener: listener.clone() }
    }

    fn say(&self, bytes: &[u8]) -> io::Result<()> {
        let said = match self.stream {
            Stream::Stdout => Said::Stdout(bytes),
            Stream::Stderr => Said::Stderr(bytes),
        };
        self.listener.hear(self.clock.now_ns(), said)
    }
}

impl IsTerminal for GuestStdout {
    /// Returns false: a terminal would be shown the guest's control characters as text.
    fn is_terminal(&self) -> bool {
        false
    }
}

impl StdoutStream for GuestStdout {
    fn async_stream(&self) -> Box<dyn AsyncWrite + Send + Sync> {
        Box::new(self.clone())
    }

    fn p2_stream(&self) -> Box<dyn OutputStream> {
        Box::new(self.clone())
    }
}

#[async_trait]
impl Pollable for GuestStdout {
    async fn ready(&mut self) {}
}

#[async_trait]
impl OutputStream for GuestStdout {
    fn write(&mut self, bytes: Bytes) -> StreamResult<()> {
        // WASI 0.2, `wasi:io/streams`: whoever writes more than `check-write` permits traps.
        if bytes.len() > MAX_WRITE_BYTES {
            let message = format!("the guest writes {} bytes at once, and may write {MAX_WRITE_BYTES}", bytes.len());
            return Err(StreamError::trap(&message));
        }
        self.say(&bytes).map_err(|error| StreamError::Trap(error.into()))
    }

    fn flush(&mut self) -> StreamResult<()> {
        Ok(())
    }

    fn check_write(&mut self) -> StreamResult<usize> {
        Ok(MAX_WRITE_BYTES)
    }
}

impl AsyncWrite for GuestStdout {
    fn poll_write(self: Pin<&mut Self>, _: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        Poll::Ready(self.say(bytes).map(|()| bytes.len()))
    }

    fn poll_flush(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn poll_shutdown(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }
}
