//! Serial ports.

use embedded_io::{ErrorType, Read, ReadReady, Write, WriteReady};
use wasm_embedded_sim::uart::Ready;
use wasm_embedded_sim::{SimUart, UartError};

/// A serial port, blocking and asynchronous.
#[derive(Debug)]
pub struct Serial(SimUart);

impl Serial {
    pub(super) fn new(port: SimUart) -> Serial {
        Serial(port)
    }
}

impl ErrorType for Serial {
    type Error = UartError;
}

impl Read for Serial {
    fn read(&mut self, buffer: &mut [u8]) -> Result<usize, UartError> {
        self.0.read(buffer)
    }
}

impl Write for Serial {
    fn write(&mut self, bytes: &[u8]) -> Result<usize, UartError> {
        self.0.write(bytes)
    }

    fn flush(&mut self) -> Result<(), UartError> {
        self.0.flush()
    }
}

impl ReadReady for Serial {
    fn read_ready(&mut self) -> Result<bool, UartError> {
        self.0.read_ready()
    }
}

impl WriteReady for Serial {
    fn write_ready(&mut self) -> Result<bool, UartError> {
        self.0.write_ready()
    }
}

impl embedded_io_async::Read for Serial {
    async fn read(&mut self, buffer: &mut [u8]) -> Result<usize, UartError> {
        if buffer.is_empty() {
            return Ok(0);
        }
        self.0.start_wait(Ready::Read).await;
        self.0.read(buffer)
    }
}

impl embedded_io_async::Write for Serial {
    async fn write(&mut self, bytes: &[u8]) -> Result<usize, UartError> {
        if bytes.is_empty() {
            return Ok(0);
        }
        self.0.start_wait(Ready::Write).await;
        self.0.write(bytes)
    }

    async fn flush(&mut self) -> Result<(), UartError> {
        self.0.start_wait(Ready::Sent).await;
        Ok(())
    }
}
