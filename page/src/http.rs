//! As much of HTTP/1.1 as one page needs (RFC 9112): a request without a body, an answer, the end of the connection.

use std::io::{self, Read, Write};
use std::net::TcpStream;
use std::time::{Duration, Instant};

use tungstenite::handshake::server::create_response;
use tungstenite::http::{self, HeaderMap, StatusCode};

use crate::assets::CONTENT_POLICY;
use crate::door::Refusal;

/// The longest head of a request, in bytes, and the most headers. What a browser sends takes a tenth of it.
const MAX_HEAD_BYTES: usize = 16 * 1024;
const MAX_HEADERS: usize = 64;

const MALFORMED: Refusal = (StatusCode::BAD_REQUEST, "This is not a request of HTTP/1.1.\n");
const TOO_LONG: Refusal =
    (StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE, "The request is too long for the board page.\n");
const NOT_GET: Refusal = (StatusCode::METHOD_NOT_ALLOWED, "The board page answers GET alone.\n");
const TOO_SLOW: Refusal = (StatusCode::REQUEST_TIMEOUT, "The request did not come to its end in 5 s.\n");

/// A request.
#[derive(Debug)]
pub(crate) struct Request(http::Request<()>);

impl Request {
    /// Returns the two parts of the path: `/SECRET/FILE`.
    pub(crate) fn secret_and_file(&self) -> (&str, &str) {
        let path = self.0.uri().path();
        let path = path.strip_prefix('/').unwrap_or(path);
        path.split_once('/').unwrap_or((path, "\0"))
    }

    pub(crate) fn headers(&self) -> &HeaderMap {
        self.0.headers()
    }

    /// Returns the answer that makes the connection a WebSocket.
    ///
    /// # Errors
    ///
    /// The request does not ask for one.
    pub(crate) fn accept(&self) -> Result<http::Response<()>, tungstenite::Error> {
        create_response(&self.0)
    }
}

/// Reads the head of a request, or says what is wrong with it.
///
/// # Errors
///
/// The connection fails.
pub(crate) fn read(stream: &mut TcpStream, patience: Duration) -> io::Result<Result<Request, Refusal>> {
    let end = Instant::now() + patience;
    let mut head = Vec::new();
    loop {
        if let Some(request) = parse(&head) {
            return Ok(request);
        }
        if head.len() >= MAX_HEAD_BYTES {
            return Ok(Err(TOO_LONG));
        }
        let left = end.saturating_duration_since(Instant::now());
        if left.is_zero() {
            return Ok(Err(TOO_SLOW));
        }
        stream.set_read_timeout(Some(left))?;
        let mut some = [0; 1024];
        match stream.read(&mut some) {
            Ok(0) => return Ok(Err(MALFORMED)),
            Ok(count) => head.extend(some.iter().take(count)),
            Err(error) if is_timeout(&error) => {}
            Err(error) => return Err(error),
        }
    }
}

/// Returns the request of a head, if that is all there.
fn parse(head: &[u8]) -> Option<Result<Request, Refusal>> {
    let mut headers = [httparse::EMPTY_HEADER; MAX_HEADERS];
    let mut parsed = httparse::Request::new(&mut headers);
    match parsed.parse(head) {
        Ok(httparse::Status::Partial) => None,
        Ok(httparse::Status::Complete(_)) => Some(request(&parsed)),
        Err(httparse::Error::TooManyHeaders) => Some(Err(TOO_LONG)),
        Err(_) => Some(Err(MALFORMED)),
    }
}

fn request(parsed: &httparse::Request<'_, '_>) -> Result<Request, Refusal> {
    let (Some("GET"), Some(path), Some(1)) = (parsed.method, parsed.path, parsed.version) else {
        return Err(if parsed.method == Some("GET") { MALFORMED } else { NOT_GET });
    };
    let mut request = http::Request::builder().uri(path).version(http::Version::HTTP_11);
    for header in parsed.headers.iter() {
        request = request.header(header.name, header.value);
    }
    request.body(()).map(Request).map_err(|_| MALFORMED)
}

/// Returns whether a read ended for its time.
pub(crate) fn is_timeout(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::WouldBlock | io::ErrorKind::TimedOut)
}

/// Answers, after which the connection ends.
///
/// # Errors
///
/// The connection fails.
pub(crate) fn answer(stream: &mut TcpStream, status: StatusCode, kind: &str, body: &[u8]) -> io::Result<()> {
    // The address holds the secret: it goes to nobody, and stays nowhere.
    let head = format!(
        "HTTP/1.1 {status}\r\nContent-Type: {kind}\r\nContent-Length: {}\r\nContent-Security-Policy: {CONTENT_POLICY}\r\n\
         X-Content-Type-Options: nosniff\r\nReferrer-Policy: no-referrer\r\nCache-Control: no-store\r\nConnection: close\r\n\r\n",
        body.len()
    );
    stream.write_all(head.as_bytes())?;
    stream.write_all(body)
}

/// Answers with a sentence.
///
/// # Errors
///
/// The connection fails.
pub(crate) fn refuse(stream: &mut TcpStream, status: StatusCode, text: &str) -> io::Result<()> {
    answer(stream, status, "text/plain; charset=utf-8", text.as_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn status(head: &[u8]) -> Option<StatusCode> {
        parse(head).map(|request| request.map_or_else(|(status, _)| status, |_| StatusCode::OK))
    }

    #[test]
    fn a_request_is_for_a_file_behind_a_secret() {
        for (path, parts) in
            [("/abc/", ("abc", "")), ("/abc/main.js", ("abc", "main.js")), ("/abc/v/x?y=1", ("abc", "v/x"))]
        {
            let head = format!("GET {path} HTTP/1.1\r\nHost: 127.0.0.1:1\r\n\r\n");
            let request = parse(head.as_bytes()).expect("a whole head").expect("a request");
            assert_eq!(request.secret_and_file(), parts);
        }
        let request = parse(b"GET /abc HTTP/1.1\r\n\r\n").expect("a whole head").expect("a request");
        assert_eq!(request.secret_and_file(), ("abc", "\0"), "a secret alone does not name a file");
    }

    #[test]
    fn what_is_no_request_is_refused() {
        let many = format!("GET / HTTP/1.1\r\n{}\r\n", "A: b\r\n".repeat(MAX_HEADERS + 1));
        let cases: [(&[u8], StatusCode); 8] = [
            (b"\x16\x03\x01\x02\x00", StatusCode::BAD_REQUEST),
            (b"GET / HTTP/1.1\r\nNo colon\r\n\r\n", StatusCode::BAD_REQUEST),
            (b"GET /\x01 HTTP/1.1\r\n\r\n", StatusCode::BAD_REQUEST),
            (b"GET / HTTP/1.0\r\n\r\n", StatusCode::BAD_REQUEST),
            (b"GET / HTTP/2.0\r\n\r\n", StatusCode::BAD_REQUEST),
            (b"POST / HTTP/1.1\r\n\r\n", StatusCode::METHOD_NOT_ALLOWED),
            (b"GET http://[ HTTP/1.1\r\n\r\n", StatusCode::BAD_REQUEST),
            (many.as_bytes(), StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE),
        ];
        for (head, expected) in cases {
            assert_eq!(status(head), Some(expected), "{}", String::from_utf8_lossy(head));
        }
        assert_eq!(status(b"GET / HTTP/1.1\r\nHost: a"), None, "the rest may come");
    }
}
