//! embedded-io-async.

use super::{Error, Uart};
use crate::call::imports::uart as call;

impl Uart {
    /// Waits until a read does not wait.
    async fn readable(&self) -> Result<(), Error> {
        if self.kept.bytes().is_empty() {
            call::readable(&self.port).await?;
        }
        Ok(())
    }
}

/// Other tasks of the guest go on while a read waits. Dropping its future loses no byte: what has come is there for the next
/// read.
impl embedded_io_async::Read for Uart {
    async fn read(&mut self, buffer: &mut [u8]) -> Result<usize, Error> {
        if !buffer.is_empty() {
            self.readable().await?;
        }
        embedded_io::Read::read(self, buffer)
    }
}

impl embedded_io_async::BufRead for Uart {
    async fn fill_buf(&mut self) -> Result<&[u8], Error> {
        self.readable().await?;
        embedded_io::BufRead::fill_buf(self)
    }

    fn consume(&mut self, count: usize) {
        embedded_io::BufRead::consume(self, count);
    }
}

/// Other tasks of the guest go on while a write waits for room. A write whose future is dropped has sent nothing; a flush whose
/// future is dropped lets the bytes leave all the same.
impl embedded_io_async::Write for Uart {
    async fn write(&mut self, bytes: &[u8]) -> Result<usize, Error> {
        if !bytes.is_empty() {
            call::writable(&self.port).await?;
        }
        embedded_io::Write::write(self, bytes)
    }

    async fn flush(&mut self) -> Result<(), Error> {
        Ok(call::sent(&self.port).await?)
    }
}
