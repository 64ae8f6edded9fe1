//! The serial port over which a guest without std has its script, and gives its answers.

use std::convert::Infallible;
use std::sync::{Arc, Mutex, PoisonError};

/// What ends a script.
const END: u8 = 0;

/// The port.
#[derive(Debug)]
pub(crate) struct Script {
    /// What the guest has not read yet.
    rest: Vec<u8>,
    pub(crate) answers: Answers,
}

/// What the guest wrote.
#[derive(Clone, Debug, Default)]
pub(crate) struct Answers(Arc<Mutex<Vec<u8>>>);

impl Script {
    /// Returns a port with a script.
    pub(crate) fn new(script: &str) -> Script {
        let mut rest = script.as_bytes().to_vec();
        rest.push(END);
        Script { rest, answers: Answers::default() }
    }
}

impl Answers {
    /// Returns all of them.
    pub(crate) fn text(&self) -> String {
        String::from_utf8_lossy(&self.0.lock().unwrap_or_else(PoisonError::into_inner)).into_owned()
    }
}

impl embedded_io::ErrorType for Script {
    type Error = Infallible;
}

impl embedded_io::Read for Script {
    fn read(&mut self, buffer: &mut [u8]) -> Result<usize, Infallible> {
        let count = buffer.len().min(self.rest.len());
        buffer.iter_mut().zip(self.rest.drain(..count)).for_each(|(place, byte)| *place = byte);
        Ok(count)
    }
}

impl embedded_io::ReadReady for Script {
    fn read_ready(&mut self) -> Result<bool, Infallible> {
        Ok(!self.rest.is_empty())
    }
}

impl embedded_io::Write for Script {
    fn write(&mut self, bytes: &[u8]) -> Result<usize, Infallible> {
        self.answers.0.lock().unwrap_or_else(PoisonError::into_inner).extend(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> Result<(), Infallible> {
        Ok(())
    }
}

impl embedded_io::WriteReady for Script {
    fn write_ready(&mut self) -> Result<bool, Infallible> {
        Ok(true)
    }
}
