//! How long a port of embedded-io is waited for: as long as the call says, in looks a millisecond apart.

use embedded_hal::delay::DelayNs;
use embedded_io::{ErrorKind, ErrorType, Read, ReadReady, Write, WriteReady};
use wasm_embedded_host::uart::{EmbeddedIo, Port as _};

/// A port that is ready at the look with this number.
struct Port {
    looks: u32,
    ready_at: u32,
}

impl Port {
    fn look(&mut self) -> Result<bool, ErrorKind> {
        self.looks += 1;
        Ok(self.looks >= self.ready_at)
    }
}

impl ErrorType for Port {
    type Error = ErrorKind;
}

impl Read for Port {
    fn read(&mut self, buffer: &mut [u8]) -> Result<usize, ErrorKind> {
        buffer.fill(0x55);
        Ok(buffer.len())
    }
}

impl Write for Port {
    fn write(&mut self, bytes: &[u8]) -> Result<usize, ErrorKind> {
        Ok(bytes.len())
    }

    fn flush(&mut self) -> Result<(), ErrorKind> {
        Ok(())
    }
}

impl ReadReady for Port {
    fn read_ready(&mut self) -> Result<bool, ErrorKind> {
        self.look()
    }
}

impl WriteReady for Port {
    fn write_ready(&mut self) -> Result<bool, ErrorKind> {
        self.look()
    }
}

/// Keeps how long each delay was, in nanoseconds.
#[derive(Default)]
struct Delays(Vec<u32>);

impl DelayNs for Delays {
    fn delay_ns(&mut self, ns: u32) {
        // A wait that never ends is a failure too.
        assert!(self.0.len() < 1000, "{:?}", self.0);
        self.0.push(ns);
    }
}

/// Returns what a read and a write of two bytes come to, and their delays.
fn waited(ready_at: u32, wait_ns: u64) -> [(Option<usize>, Vec<u32>); 2] {
    let port = || EmbeddedIo { port: Port { looks: 0, ready_at }, delay: Delays::default() };
    let (mut reads, mut writes) = (port(), port());
    let read = reads.read(&mut [0; 2], wait_ns).expect("it does not fail");
    let written = writes.write(&[1, 2], wait_ns).expect("it does not fail");
    [(read, reads.delay.0), (written, writes.delay.0)]
}

#[test]
fn a_port_is_looked_at_every_millisecond_until_it_is_ready_or_the_time_is_over() {
    const MS: u32 = 1_000_000;
    for (ready_at, wait_ns, count, delays) in [
        (1, 0, Some(2), vec![]),
        (2, 0, None, vec![]),
        (1, 5_000_000, Some(2), vec![]),
        (4, 5_000_000, Some(2), vec![MS; 3]),
        (6, 5_000_000, Some(2), vec![MS; 5]),
        (7, 5_000_000, None, vec![MS; 5]),
        (u32::MAX, 2_500_000, None, vec![MS, MS, MS / 2]),
        (3, u64::MAX, Some(2), vec![MS; 2]),
    ] {
        for waited in waited(ready_at, wait_ns) {
            assert_eq!(waited, (count, delays.clone()), "ready at look {ready_at}, {wait_ns} ns");
        }
    }
}
