//! Serial ports over a pseudo-terminal of the machine that runs the tests.

use std::os::fd::AsRawFd as _;
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Instant;

use embedded_io::ErrorKind;

use super::*;
use crate::limit::within_a_minute;
use crate::{DeviceError, ErrorListener, Linux};

#[derive(Debug, Default)]
struct Heard(Mutex<Vec<String>>);

impl ErrorListener for Heard {
    fn error(&self, error: &DeviceError<'_>) {
        self.0.lock().expect("nobody panicked").push(error.to_string());
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
    let only = Mutex::new(Some(port));
    let port = UartPort::opened_by(source, move |source| {
        let port = only.lock().expect("nobody panicked").take();
        port.map(|port| OpenPort::new(port, source.clone()))
            .ok_or_else(|| OpenError::unsupported("a pseudo-terminal", "a second life".to_owned(), None))
    });
    (port.expect("it is there"), peer)
}

#[test]
fn bytes_go_both_ways_unchanged() {
    within_a_minute(|| {
        let (mut port, peer) = pair();
        let bytes: Vec<u8> = (0..=255).collect();
        let mut sent = 0;
        while sent < bytes.len() {
            sent += port.write_within(&bytes[sent..], 1_000_000_000).expect("it works").expect("there is room");
        }
        let mut got = vec![0; 256];
        peer.read_exact(&mut got).expect("they come");
        assert_eq!(got, bytes);
        peer.write_all(&bytes).expect("there is room");
        let mut got = Vec::new();
        while got.len() < bytes.len() {
            let mut buffer = [0; 100];
            let count = port.read_within(&mut buffer, 1_000_000_000).expect("it works").expect("in time");
            got.extend_from_slice(&buffer[..count]);
        }
        assert_eq!(got, bytes);
    });
}

#[test]
fn a_read_ends_with_the_first_byte_or_with_its_time() {
    within_a_minute(|| {
        let (mut port, peer) = pair();
        let began = Instant::now();
        assert_eq!(port.read_within(&mut [0; 4], 30_000_000), Ok(None));
        assert!(began.elapsed() >= Duration::from_millis(30));
        let writer = thread::spawn(move || {
            thread::sleep(Duration::from_millis(20));
            peer.write_all(b"ab").map(|()| peer)
        });
        assert!(matches!(port.read_within(&mut [0; 4], 10_000_000_000), Ok(Some(1 | 2))));
        assert!(began.elapsed() < Duration::from_secs(5), "it does not wait for four");
        drop(writer.join().expect("it only writes"));
    });
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
    assert_eq!(port.read_within(&mut [0; 4], 0), Ok(Some(1)));
}

#[test]
fn a_port_that_nobody_empties_makes_a_writer_wait_no_longer_than_it_may() {
    within_a_minute(|| {
        let (mut port, _peer) = pair();
        let full = (0..1_000).any(|_| port.write_within(&[0; 4096], 10_000_000) == Ok(None));
        assert!(full, "a pseudo-terminal takes a few KiB");
        assert_eq!(port.write_ready(), Ok(false));
    });
}

#[test]
fn an_other_end_that_is_gone_is_an_end() {
    within_a_minute(|| {
        let (mut port, peer) = pair();
        drop(peer);
        assert_eq!(port.read_within(&mut [0; 4], 1_000_000_000), Ok(Some(0)));
        assert_eq!(port.read_ready(), Ok(true));
    });
}

/// An adapter is a path, behind which there is one pseudo-terminal after the other.
#[test]
fn a_port_that_was_unplugged_is_found_again_by_the_next_call() {
    within_a_minute(|| {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let path = folder.path().join("ttyUSB0");
        let plug = || {
            let (peer, port) = SerialPort::pair().expect("the machine has pseudo-terminals");
            let name = std::fs::read_link(format!("/proc/self/fd/{}", port.as_fd().as_raw_fd())).expect("its name");
            std::os::unix::fs::symlink(name, &path).expect("a link");
            (peer, port)
        };
        let heard = Arc::new(Heard::default());
        let said = || std::mem::take(&mut *heard.0.lock().expect("nobody panicked"));
        let mut plugged = Some(plug());
        let mut port = Linux::new(heard.clone()).uart("SERIAL", &settings(&path.to_string_lossy())).expect("it opens");
        for time in 0..3 {
            if time > 0 {
                plugged = Some(plug());
            }
            let Some((peer, _)) = &plugged else { panic!("it is plugged in") };
            let mut buffer = [0; 4];
            assert_eq!(port.write_within(b"y", 1_000_000_000), Ok(Some(1)));
            peer.write_all(b"z").expect("there is room");
            assert!(matches!(port.read_within(&mut buffer, 1_000_000_000), Ok(Some(1))));
            peer.read_exact(&mut buffer[..1]).expect("it comes");
            assert_eq!(buffer[0], b'y');
            std::fs::remove_file(&path).expect("a link");
            plugged = None;
            assert_eq!(port.read_within(&mut buffer, 1_000_000_000), Ok(Some(0)), "its end");
            assert_eq!(port.read_within(&mut buffer, 1_000_000_000), Ok(Some(0)), "it is away");
            assert!(port.write_within(b"y", 1_000_000_000).is_err());
            assert_eq!((port.read_ready(), port.write_ready()), (Ok(true), Ok(true)));
        }
        assert!(said().iter().any(|text| text.ends_with("opening it again: it is back")));
    });
}

#[test]
fn all_bytes_have_left_after_a_flush() {
    within_a_minute(|| {
        let (mut port, _peer) = pair();
        assert_eq!(port.write_within(b"abc", 1_000_000), Ok(Some(3)));
        assert_eq!(port.flush_within(1_000_000_000), Ok(true));
    });
}

#[test]
fn what_keeps_a_port_from_opening_is_told() {
    let error = open(&settings("/dev/no-such-port")).expect_err("there is none").to_string();
    assert!(error.contains("no such device"), "{error}");
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

#[test]
fn a_port_has_the_flags_of_the_kernels_header_whatever_it_had_before() {
    // include/uapi/asm-generic/termbits.h: eight bits are 0x30, two stop bits 0x40, receiving 0x80, a parity 0x100, an odd one 0x200,
    // no lines of a modem 0x800, marks for a parity 0x4000_0000, flow control 0x8000_0000.
    let table = [
        (Parity::None, 1, 0x8b0),
        (Parity::None, 2, 0x8f0),
        (Parity::Even, 1, 0x9b0),
        (Parity::Even, 2, 0x9f0),
        (Parity::Odd, 1, 0xbb0),
        (Parity::Odd, 2, 0xbf0),
    ];
    let (_peer, port) = SerialPort::pair().expect("the machine has pseudo-terminals");
    for (parity, stop_bits, expected) in table {
        for before in [0, 0xc000_0bf0] {
            let mut wanted = port.get_configuration().expect("a terminal has settings");
            let termios = wanted.as_termios_mut();
            termios.c_cflag = termios.c_cflag & !0xc000_0bf0 | before;
            // All that a line discipline may do to bytes.
            (termios.c_iflag, termios.c_oflag, termios.c_lflag) = (0x1fff, 0x5, 0x800b);
            let settings = UartSettings { baud: 12_345, parity, stop_bits, ..settings("/dev/ttyS0") };
            configure(&mut wanted, &settings).expect("the settings can be said");
            let termios = wanted.as_termios();
            assert_eq!(
                termios.c_cflag & 0xc000_0bf0,
                expected,
                "{parity:?}, {stop_bits} stop bits, {before:#x} before"
            );
            // Neither Ctrl-S and Ctrl-Q (0x1400), nor other line ends (0x1c0), nor seven bits (0x20); neither echo nor lines.
            assert_eq!((termios.c_iflag & 0x15e0, termios.c_oflag & 1, termios.c_lflag & 0x800b), (0, 0, 0));
            // Any rate (BOTHER, 0x1000), and which.
            assert_eq!((termios.c_cflag & 0x100f, termios.c_ispeed, termios.c_ospeed), (0x1000, 12_345, 12_345));
        }
    }
}

/// Polls a wait until it ends or the time is over.
fn ends(progress: Completion<Result<(), Error>>, ms: u64) -> Option<Result<(), Error>> {
    use std::pin::pin;
    use std::task::{Context, Poll, Waker};
    let mut future = match progress {
        Completion::Ready(result) => return Some(result),
        Completion::Pending(future) => future,
    };
    for _ in 0..ms {
        if let Poll::Ready(result) = pin!(&mut future).poll(&mut Context::from_waker(Waker::noop())) {
            return Some(result);
        }
        thread::sleep(Duration::from_millis(1));
    }
    None
}

#[test]
fn a_wait_beside_other_things_ends_when_the_port_is_ready_and_loses_no_byte() {
    within_a_minute(|| {
        let (mut port, peer) = pair();
        assert_eq!(ends(port.start_wait(Ready::Write), 1), Some(Ok(())));
        let wait = port.start_wait(Ready::Read);
        assert_eq!(ends(wait, 20), None, "dropped before a byte comes");
        let wait = port.start_wait(Ready::Read);
        peer.write_all(b"x").expect("there is room");
        assert_eq!(ends(wait, 10_000), Some(Ok(())));
        let mut buffer = [0; 4];
        assert_eq!((port.read_within(&mut buffer, 0), buffer[0]), (Ok(Some(1)), b'x'));
        assert_eq!(ends(port.start_wait(Ready::Sent), 10_000), Some(Ok(())));
    });
}

/// Waits for a future on this thread.
fn end<T>(future: impl Future<Output = T>) -> T {
    use std::task::{Context, Poll, Waker};
    let mut future = std::pin::pin!(future);
    loop {
        match future.as_mut().poll(&mut Context::from_waker(Waker::noop())) {
            Poll::Ready(value) => return value,
            Poll::Pending => thread::sleep(Duration::from_millis(1)),
        }
    }
}

#[test]
fn every_method_of_the_traits_does_what_the_port_does() {
    use embedded_io as io;
    use embedded_io_async::{Read, Write};

    within_a_minute(|| {
        let (mut port, peer) = pair();
        let mut buffer = [0; 4];
        let received = |bytes: &[u8]| {
            let mut got = vec![0; bytes.len()];
            peer.read_exact(&mut got).expect("they come");
            assert_eq!(got, bytes);
        };
        assert_eq!((io::Write::write(&mut port, b""), end(Write::write(&mut port, b""))), (Ok(0), Ok(0)));
        assert_eq!(
            (io::Read::read(&mut port, &mut []), end(Read::read(&mut port, &mut []))),
            (Ok(0), Ok(0)),
            "nothing is not waited for"
        );
        assert_eq!(io::Write::write(&mut port, b"ab"), Ok(2));
        received(b"ab");
        assert_eq!(end(Write::write(&mut port, b"cd")), Ok(2));
        received(b"cd");
        assert_eq!((io::Write::flush(&mut port), end(Write::flush(&mut port))), (Ok(()), Ok(())));
        assert_eq!((port.read_ready(), port.write_ready()), (Ok(false), Ok(true)));
        assert_eq!(io::ReadReady::read_ready(&mut port), Ok(false));
        assert_eq!(io::WriteReady::write_ready(&mut port), Ok(true));
        peer.write_all(b"xy").expect("there is room");
        assert_eq!((io::Read::read(&mut port, &mut buffer), &buffer[..2]), (Ok(2), &b"xy"[..]));
        // A reader that is dropped has read nothing.
        {
            let mut reads = std::pin::pin!(Read::read(&mut port, &mut buffer));
            let waker = std::task::Waker::noop();
            assert!(reads.as_mut().poll(&mut std::task::Context::from_waker(waker)).is_pending());
            peer.write_all(b"z").expect("there is room");
        }
        assert_eq!((end(Read::read(&mut port, &mut buffer)), buffer[0]), (Ok(1), b'z'));
        // To a port whose other end is gone nothing can be sent, and nobody waits for it.
        drop(peer);
        let blocking = io::Write::flush(&mut port);
        assert!(blocking.is_err());
        assert_eq!(end(Write::flush(&mut port)), blocking);
    });
}
