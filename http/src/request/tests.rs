//! Requests as clients send them that mean well, and others.

use std::collections::VecDeque;
use std::io::{Read, Write};

use super::*;

/// A connection that gives pieces one by one, and then either ends or says nothing more.
struct Pieces {
    pieces: VecDeque<Vec<u8>>,
    ends: bool,
    written: Vec<u8>,
}

impl Pieces {
    fn of(pieces: &[&[u8]]) -> Pieces {
        Pieces { pieces: pieces.iter().map(|piece| piece.to_vec()).collect(), ends: true, written: Vec::new() }
    }
}

impl Read for Pieces {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        let Some(piece) = self.pieces.front_mut() else {
            return if self.ends { Ok(0) } else { Err(io::ErrorKind::WouldBlock.into()) };
        };
        let count = piece.len().min(out.len());
        out[..count].copy_from_slice(&piece[..count]);
        piece.drain(..count);
        if piece.is_empty() {
            self.pieces.pop_front();
        }
        Ok(count)
    }
}

impl Write for Pieces {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.written.extend(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Connection for Pieces {
    fn bound_reads(&self, _patience: Duration) -> io::Result<()> {
        Ok(())
    }

    fn bound_writes(&self, _patience: Duration) -> io::Result<()> {
        Ok(())
    }

    fn end_writes(&self) -> io::Result<()> {
        Ok(())
    }
}

const LONG: Duration = Duration::from_secs(60);

fn read(pieces: &[&[u8]]) -> (Result<Request, Refusal>, Pieces) {
    let mut stream = Pieces::of(pieces);
    (Request::read(&mut stream, LONG).expect("the connection holds"), stream)
}

fn body(pieces: &[&[u8]], most: usize) -> Result<Vec<u8>, StatusCode> {
    let (request, mut stream) = read(pieces);
    let body = request.expect("a head").body(&mut stream, most, LONG).expect("the connection holds");
    body.map_err(|refusal| refusal.status)
}

#[test]
fn what_is_no_request_is_refused() {
    let many = format!("GET / HTTP/1.1\r\n{}\r\n", "A: b\r\n".repeat(MAX_HEADERS + 1));
    let long = format!("GET / HTTP/1.1\r\nA: {}", "b".repeat(MAX_HEAD_BYTES));
    let cases: [(&[u8], StatusCode); 9] = [
        (b"\x16\x03\x01\x02\x00", StatusCode::BAD_REQUEST),
        (b"GET / HTTP/1.1\r\nNo colon\r\n\r\n", StatusCode::BAD_REQUEST),
        (b"GET /\x01 HTTP/1.1\r\n\r\n", StatusCode::BAD_REQUEST),
        (b"GET / HTTP/1.0\r\n\r\n", StatusCode::BAD_REQUEST),
        (b"GET / HTTP/2.0\r\n\r\n", StatusCode::BAD_REQUEST),
        (b"GET http://[ HTTP/1.1\r\n\r\n", StatusCode::BAD_REQUEST),
        (b"GET / HTTP/1.1\r\nHost: a", StatusCode::BAD_REQUEST),
        (many.as_bytes(), StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE),
        (long.as_bytes(), StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE),
    ];
    for (head, status) in cases {
        let refusal = read(&[head]).0.expect_err("it is refused");
        assert_eq!(refusal.status, status, "{}", String::from_utf8_lossy(head));
        assert!(refusal.text.ends_with(".\n"), "a sentence: {}", refusal.text);
    }
}

#[test]
fn a_client_that_says_no_more_is_not_waited_for() {
    let mut stream = Pieces::of(&[b"GET / HTTP/1.1\r\n"]);
    stream.ends = false;
    let refusal = Request::read(&mut stream, Duration::from_millis(5)).expect("it holds").expect_err("too slow");
    assert_eq!(refusal.status, StatusCode::REQUEST_TIMEOUT);
    let mut stream = Pieces::of(&[b"PUT / HTTP/1.1\r\nContent-Length: 5\r\n\r\nab"]);
    stream.ends = false;
    let mut request = Request::read(&mut stream, LONG).expect("it holds").expect("a head");
    let refusal = request.body(&mut stream, 10, Duration::from_millis(5)).expect("it holds").expect_err("too slow");
    assert_eq!(refusal.status, StatusCode::REQUEST_TIMEOUT);
}

#[test]
fn a_request_may_come_byte_by_byte() {
    let whole = b"PUT /a/b?c=d HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n\r\nxyz";
    let pieces: Vec<&[u8]> = whole.chunks(1).collect();
    let (request, mut stream) = read(&pieces);
    let mut request = request.expect("a head");
    assert_eq!((request.method(), request.path(), request.query()), (&Method::PUT, "/a/b", "c=d"));
    assert_eq!(request.body(&mut stream, 3, LONG).expect("it holds").expect("a body"), b"xyz");
}

#[test]
fn a_body_is_as_long_as_its_head_says_and_no_longer_than_allowed() {
    assert_eq!(body(&[b"PUT / HTTP/1.1\r\n\r\n"], 9), Ok(Vec::new()), "no length: no body");
    assert_eq!(body(&[b"PUT / HTTP/1.1\r\nContent-Length: 2\r\n\r\nabGET /"], 9), Ok(b"ab".to_vec()));
    for (length, status) in [
        ("Content-Length: 10\r\n", StatusCode::PAYLOAD_TOO_LARGE),
        ("Content-Length: 99999999999999999999999\r\n", StatusCode::LENGTH_REQUIRED),
        ("Content-Length: 5\r\n", StatusCode::BAD_REQUEST),
        ("Content-Length: +2\r\n", StatusCode::LENGTH_REQUIRED),
        ("Content-Length: -2\r\n", StatusCode::LENGTH_REQUIRED),
        ("Content-Length: \r\n", StatusCode::LENGTH_REQUIRED),
        ("Content-Length: 2\r\nContent-Length: 3\r\n", StatusCode::LENGTH_REQUIRED),
        ("Transfer-Encoding: chunked\r\n", StatusCode::LENGTH_REQUIRED),
        ("Transfer-Encoding: chunked\r\nContent-Length: 2\r\n", StatusCode::LENGTH_REQUIRED),
    ] {
        let head = format!("PUT / HTTP/1.1\r\n{length}\r\nab");
        assert_eq!(body(&[head.as_bytes()], 9), Err(status), "{length}");
    }
}

#[test]
fn who_waits_before_the_body_is_told_to_go_on_unless_it_is_too_long() {
    let head = b"PUT / HTTP/1.1\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n";
    for (most, expected) in [(2, &b"HTTP/1.1 100 Continue\r\n\r\n"[..]), (1, b"")] {
        let (request, mut stream) = read(&[head, b"ab"]);
        let _ = request.expect("a head").body(&mut stream, most, LONG).expect("it holds");
        assert_eq!(stream.written, expected);
    }
}
