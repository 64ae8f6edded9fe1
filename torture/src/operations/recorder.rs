//! A device that keeps what reaches it.

use std::sync::{Arc, Mutex};

use embedded_hal::{i2c as hal_i2c, spi as hal_spi};
use wasm_embedded_host::{i2c, spi};

/// What reaches a device.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) enum Seen {
    /// A transaction begins, with this address if the bus has addresses.
    Begin(Option<i2c::Address>),
    Write(Vec<u8>),
    Read(usize),
    Transfer(Vec<u8>, usize),
    Delay(u32),
}

/// A bus of either kind. What is read from it are the numbers from 1 on.
pub(super) struct Recorder {
    seen: Arc<Mutex<Vec<Seen>>>,
    next: u8,
    i2c_fails: Option<i2c::Error>,
    spi_fails: Option<spi::Error>,
}

impl Recorder {
    /// Returns a device that fails, or does not, and what it will have seen.
    pub(super) fn new(
        i2c_fails: Option<i2c::Error>,
        spi_fails: Option<spi::Error>,
    ) -> (Recorder, Arc<Mutex<Vec<Seen>>>) {
        let seen = Arc::new(Mutex::new(Vec::new()));
        (Recorder { seen: seen.clone(), next: 1, i2c_fails, spi_fails }, seen)
    }

    fn see(&self, seen: Seen) {
        self.seen.lock().expect("nobody panicked").push(seen);
    }

    fn fill(&mut self, buffer: &mut [u8]) {
        for byte in buffer {
            *byte = self.next;
            self.next = self.next.wrapping_add(1);
        }
    }
}

impl i2c::Bus for Recorder {
    fn transaction(
        &mut self,
        address: i2c::Address,
        operations: &mut [hal_i2c::Operation<'_>],
    ) -> Result<(), i2c::Error> {
        self.see(Seen::Begin(Some(address)));
        for operation in operations {
            match operation {
                hal_i2c::Operation::Read(buffer) => {
                    self.see(Seen::Read(buffer.len()));
                    self.fill(buffer);
                }
                hal_i2c::Operation::Write(bytes) => self.see(Seen::Write(bytes.to_vec())),
            }
        }
        self.i2c_fails.map_or(Ok(()), Err)
    }
}

impl spi::Bus for Recorder {
    fn run(&mut self, operations: &mut [hal_spi::Operation<'_, u8>]) -> Result<(), spi::Error> {
        self.see(Seen::Begin(None));
        for operation in operations {
            match operation {
                hal_spi::Operation::Read(buffer) => {
                    self.see(Seen::Read(buffer.len()));
                    self.fill(buffer);
                }
                hal_spi::Operation::Write(bytes) => self.see(Seen::Write(bytes.to_vec())),
                hal_spi::Operation::Transfer(buffer, bytes) => {
                    self.see(Seen::Transfer(bytes.to_vec(), buffer.len()));
                    self.fill(buffer);
                }
                hal_spi::Operation::TransferInPlace(_) => panic!("the interface has no such thing"),
                hal_spi::Operation::DelayNs(ns) => self.see(Seen::Delay(*ns)),
            }
        }
        self.spi_fails.map_or(Ok(()), Err)
    }
}
