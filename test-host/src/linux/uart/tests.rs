//! Serial ports over a pseudo-terminal of the machine that runs the tests.

use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Instant;

use super::*;
use crate::linux::{Fault, FaultListener, Linux};

#[derive(Debug, Default)]
struct Heard(Mutex<Vec<String>>);

impl FaultListener for Heard {
    fn fault(&self, fault: &Fault<'_>) {
        self.0.lock().expect("nobody panicked").push(fault.to_string());
    }
}

fn settings(path: &str) -> UartSettings {
    UartSettings { path: path.into(), baud: 115_200, parity: Parity::None, stop_bits: 1 }
}

fn open(settings: &UartSettings) -> Result<UartPort, OpenError> {
    Linux::new(Arc::new(Heard::default())).uart("SERIAL", settings)
}

/// Returns a port, and the other end of its pseudo-terminal.
fn pair() -> (UartPort, SerialPort) {
    let (peer, port) = SerialPort::pair().expect("the machine has pseudo-terminals");
    let source = Source {
        label: "SERIAL".to_owned(),
        device: "a pseudo-terminal".to_owned(),
        listener: Arc::new(Heard::default()),
    };
    (UartPort { port, source }, peer)
}

#[test]
fn bytes_go_both_ways_unchanged() {
    let (mut port, peer) = pair();
    let bytes: Vec<u8> = (0..=255).collect();
    let mut sent = 0;
    while sent < bytes.len() {
        sent += port.write(&bytes[sent..], 1_000_000_000).expect("it works").expect("there is room");
    }
    let mut got = vec![0; 256];
    peer.read_exact(&mut got).expect("they come");
    assert_eq!(got, bytes);
    peer.write_all(&bytes).expect("there is room");
    let mut got = Vec::new();
    while got.len() < bytes.len() {
        let mut buffer = [0; 100];
        let count = port.read(&mut buffer, 1_000_000_000).expect("it works").expect("in time");
        got.extend_from_slice(&buffer[..count]);
    }
    assert_eq!(got, bytes);
}

#[test]
fn a_read_ends_with_the_first_byte_or_with_its_time() {
    let (mut port, peer) = pair();
    let began = Instant::now();
    assert_eq!(port.read(&mut [0; 4], 30_000_000), Ok(None));
    assert!(began.elapsed() >= Duration::from_millis(30));
    let writer = thread::spawn(move || {
        thread::sleep(Duration::from_millis(20));
        peer.write_all(b"ab").map(|()| peer)
    });
    assert!(matches!(port.read(&mut [0; 4], 10_000_000_000), Ok(Some(1 | 2))));
    assert!(began.elapsed() < Duration::from_secs(5), "it does not wait for four");
    drop(writer.join().expect("it only writes"));
}

#[test]
fn ready_means_that_the_next_call_returns_at_once() {
    let (mut port, peer) = pair();
    assert_eq!((port.read_ready(), port.write_ready()), (Ok(false), Ok(true)));
    peer.write_all(b"x").expect("there is room");
    let ready = (0..1_000).any(|_| {
        thread::sleep(Duration::from_millis(1));
        port.read_ready() == Ok(true)
    });
    assert!(ready);
    assert_eq!(port.read(&mut [0; 4], 0), Ok(Some(1)));
}

#[test]
fn a_port_that_nobody_empties_makes_a_writer_wait_no_longer_than_it_may() {
    let (mut port, _peer) = pair();
    let full = (0..1_000).any(|_| port.write(&[0; 4096], 10_000_000) == Ok(None));
    assert!(full, "a pseudo-terminal takes a few KiB");
    assert_eq!(port.write_ready(), Ok(false));
}

#[test]
fn an_other_end_that_is_gone_is_an_end() {
    let (mut port, peer) = pair();
    drop(peer);
    assert_eq!(port.read(&mut [0; 4], 1_000_000_000), Ok(Some(0)));
    assert_eq!(port.read_ready(), Ok(true));
}

#[test]
fn all_bytes_have_left_after_a_flush() {
    let (mut port, _peer) = pair();
    assert_eq!(port.write(b"abc", 1_000_000), Ok(Some(3)));
    assert_eq!(port.flush(1_000_000_000), Ok(true));
}

#[test]
fn what_keeps_a_port_from_opening_is_told() {
    let error = open(&settings("/dev/no-such-port")).expect_err("there is none").to_string();
    assert!(error.contains("there is no such device"), "{error}");
    let error = open(&settings("/dev/null")).expect_err("it is no terminal");
    assert_eq!(error.reason, OpenReason::NotADevice, "{error}");
}

#[test]
fn every_error_of_the_kernel_has_its_kind() {
    let table = [
        (Errno::NODEV, ErrorKind::NotFound),
        (Errno::NXIO, ErrorKind::NotFound),
        (Errno::ACCESS, ErrorKind::PermissionDenied),
        (Errno::PIPE, ErrorKind::BrokenPipe),
        (Errno::NOMEM, ErrorKind::OutOfMemory),
        (Errno::INVAL, ErrorKind::InvalidInput),
        (Errno::TIMEDOUT, ErrorKind::TimedOut),
        (Errno::NOTTY, ErrorKind::Unsupported),
        (Errno::IO, ErrorKind::Other),
    ];
    for (errno, wanted) in table {
        assert_eq!(kind(errno), Error::Io(wanted), "{errno:?}");
    }
    assert_eq!(kind(Errno::BUSY), Error::Busy);
}

/// Polls a wait until it ends or the time is over.
fn ends(progress: Progress<Result<(), Error>>, ms: u64) -> Option<Result<(), Error>> {
    use std::task::{Context, Poll, Waker};
    let mut future = match progress {
        Progress::Done(result) => return Some(result),
        Progress::Pending(future) => future,
    };
    for _ in 0..ms {
        if let Poll::Ready(result) = future.as_mut().poll(&mut Context::from_waker(Waker::noop())) {
            return Some(result);
        }
        thread::sleep(Duration::from_millis(1));
    }
    None
}

#[test]
fn a_wait_beside_other_things_ends_when_the_port_is_ready_and_loses_no_byte() {
    let (mut port, peer) = pair();
    assert_eq!(ends(port.start_wait(Ready::Write), 1), Some(Ok(())));
    let wait = port.start_wait(Ready::Read);
    assert_eq!(ends(wait, 20), None, "dropped before a byte comes");
    let wait = port.start_wait(Ready::Read);
    peer.write_all(b"x").expect("there is room");
    assert_eq!(ends(wait, 10_000), Some(Ok(())));
    let mut buffer = [0; 4];
    assert_eq!((port.read(&mut buffer, 0), buffer[0]), (Ok(Some(1)), b'x'));
    assert_eq!(ends(port.start_wait(Ready::Sent), 10_000), Some(Ok(())));
}
