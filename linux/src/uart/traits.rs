//! The traits of embedded-io and embedded-io-async, over a port.

use embedded_io::{ErrorType, Read, ReadReady, Write, WriteReady};
use embedded_io_async::{Read as AsyncRead, Write as AsyncWrite};

use super::{Error, Ready, SLICE_NS, UartPort};

impl ErrorType for UartPort {
    type Error = Error;
}

impl Read for UartPort {
    fn read(&mut self, buffer: &mut [u8]) -> Result<usize, Error> {
        if buffer.is_empty() {
            return Ok(0);
        }
        loop {
            if let Some(count) = self.read_within(buffer, SLICE_NS)? {
                return Ok(count);
            }
        }
    }
}

impl Write for UartPort {
    fn write(&mut self, bytes: &[u8]) -> Result<usize, Error> {
        if bytes.is_empty() {
            return Ok(0);
        }
        loop {
            if let Some(count) = self.write_within(bytes, SLICE_NS)? {
                return Ok(count);
            }
        }
    }

    fn flush(&mut self) -> Result<(), Error> {
        while !self.flush_within(SLICE_NS)? {}
        Ok(())
    }
}

impl ReadReady for UartPort {
    fn read_ready(&mut self) -> Result<bool, Error> {
        UartPort::read_ready(self)
    }
}

impl WriteReady for UartPort {
    fn write_ready(&mut self) -> Result<bool, Error> {
        UartPort::write_ready(self)
    }
}

/// A future that is dropped has read nothing: no byte is lost.
impl AsyncRead for UartPort {
    async fn read(&mut self, buffer: &mut [u8]) -> Result<usize, Error> {
        if buffer.is_empty() {
            return Ok(0);
        }
        loop {
            self.start_wait(Ready::Read).end().await?;
            if let Some(count) = self.read_within(buffer, 0)? {
                return Ok(count);
            }
        }
    }
}

/// A future that is dropped has written nothing.
impl AsyncWrite for UartPort {
    async fn write(&mut self, bytes: &[u8]) -> Result<usize, Error> {
        if bytes.is_empty() {
            return Ok(0);
        }
        loop {
            self.start_wait(Ready::Write).end().await?;
            if let Some(count) = self.write_within(bytes, 0)? {
                return Ok(count);
            }
        }
    }

    async fn flush(&mut self) -> Result<(), Error> {
        self.start_wait(Ready::Sent).end().await
    }
}
