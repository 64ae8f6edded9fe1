//! Serial ports.

use embedded_io::ErrorKind;
use wasm_embedded_host::Completion;
use wasm_embedded_host::uart::{Error, Port, Ready};
use wasm_embedded_linux::{UartPort, uart};

use super::{Hosted, progress};

impl Port for Hosted<UartPort> {
    fn read(&mut self, buffer: &mut [u8], wait_ns: u64) -> Result<Option<usize>, Error> {
        self.0.read_within(buffer, wait_ns).map_err(error)
    }

    fn write(&mut self, bytes: &[u8], wait_ns: u64) -> Result<Option<usize>, Error> {
        self.0.write_within(bytes, wait_ns).map_err(error)
    }

    fn flush(&mut self, wait_ns: u64) -> Result<bool, Error> {
        self.0.flush_within(wait_ns).map_err(error)
    }

    fn read_ready(&mut self) -> Result<bool, Error> {
        self.0.read_ready().map_err(error)
    }

    fn write_ready(&mut self) -> Result<bool, Error> {
        self.0.write_ready().map_err(error)
    }

    fn start_wait(&mut self, ready: Ready) -> Completion<Result<(), Error>> {
        let ready = match ready {
            Ready::Read => uart::Ready::Read,
            Ready::Write => uart::Ready::Write,
            Ready::Sent => uart::Ready::Sent,
        };
        progress(self.0.start_wait(ready), error)
    }
}

fn error(error: uart::Error) -> Error {
    match error {
        uart::Error::Io(kind) => Error::Io(kind),
        uart::Error::Busy => Error::Busy,
        _ => Error::Io(ErrorKind::Other),
    }
}
