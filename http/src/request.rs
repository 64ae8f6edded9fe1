//! A request: its head, and its body if somebody wants it.

use std::io;
use std::time::{Duration, Instant};

use http::{HeaderMap, Method, StatusCode, header};

use crate::answer::Refusal;
use crate::connection::{Connection, is_timeout};
use crate::guard::only;

/// The longest head of a request, in bytes. What a browser sends takes a tenth of it.
pub const MAX_HEAD_BYTES: usize = 16 * 1024;

/// The most headers.
const MAX_HEADERS: usize = 64;

const MALFORMED: Refusal = Refusal::new(StatusCode::BAD_REQUEST, "This is not a request of HTTP/1.1.\n");
const TOO_LONG: Refusal = Refusal::new(
    StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE,
    "The head of the request is longer than 16 KiB, or has more than 64 headers.\n",
);
const TOO_SLOW: Refusal =
    Refusal::new(StatusCode::REQUEST_TIMEOUT, "The request did not come to its end in time: send it again.\n");
const NO_LENGTH: Refusal = Refusal::new(
    StatusCode::LENGTH_REQUIRED,
    "The request has a body without `Content-Length`, or with several: say once how many bytes follow.\n",
);
const CUT: Refusal = Refusal::new(StatusCode::BAD_REQUEST, "The request ended before its body did: send it again.\n");

/// A request of which the head has come.
#[derive(Debug)]
pub struct Request {
    head: http::Request<()>,
    /// What came of the body together with the head.
    begun: Vec<u8>,
}

impl Request {
    /// Reads the head of a request, or says what is wrong with it.
    ///
    /// # Errors
    ///
    /// The connection fails.
    pub fn read(stream: &mut dyn Connection, patience: Duration) -> io::Result<Result<Request, Refusal>> {
        let end = Instant::now() + patience;
        let mut head = Vec::new();
        loop {
            if let Some(request) = parse(&head) {
                return Ok(request);
            }
            if head.len() >= MAX_HEAD_BYTES {
                return Ok(Err(TOO_LONG));
            }
            match read_some(stream, end, MAX_HEAD_BYTES)? {
                Some(some) if some.is_empty() => return Ok(Err(MALFORMED)),
                Some(some) => head.extend(some),
                None => return Ok(Err(TOO_SLOW)),
            }
        }
    }

    /// Returns what is to be done.
    #[must_use]
    pub fn method(&self) -> &Method {
        self.head.method()
    }

    /// Returns the path, without what stands behind a `?`.
    #[must_use]
    pub fn path(&self) -> &str {
        self.head.uri().path()
    }

    /// Returns what stands behind the `?`.
    #[must_use]
    pub fn query(&self) -> &str {
        self.head.uri().query().unwrap_or_default()
    }

    /// Returns the headers.
    #[must_use]
    pub fn headers(&self) -> &HeaderMap {
        self.head.headers()
    }

    /// Returns the head as the crate `http` has it.
    #[must_use]
    pub fn head(&self) -> &http::Request<()> {
        &self.head
    }

    /// Returns how long the body is, or why that is not known.
    ///
    /// # Errors
    ///
    /// The head says several lengths, one that is not a number, or none for a body in chunks.
    pub fn body_length(&self) -> Result<u64, Refusal> {
        if self.headers().contains_key(header::TRANSFER_ENCODING) {
            return Err(NO_LENGTH);
        }
        if !self.headers().contains_key(header::CONTENT_LENGTH) {
            return Ok(0);
        }
        let length = only(self.headers(), header::CONTENT_LENGTH).ok_or(NO_LENGTH)?;
        // RFC 9110, section 8.6: digits alone. `parse` would take a sign.
        let is_number = !length.is_empty() && length.bytes().all(|byte| byte.is_ascii_digit());
        is_number.then(|| length.parse().ok()).flatten().ok_or(NO_LENGTH)
    }

    /// Reads the body, which is at most so long, or says what is wrong with it. Nothing is kept of one that is longer.
    ///
    /// # Errors
    ///
    /// The connection fails.
    pub fn body(
        &mut self,
        stream: &mut dyn Connection,
        most: usize,
        patience: Duration,
    ) -> io::Result<Result<Vec<u8>, Refusal>> {
        let length = match self.body_length() {
            Ok(length) => usize::try_from(length).unwrap_or(usize::MAX),
            Err(refusal) => return Ok(Err(refusal)),
        };
        if length > most {
            let text = format!("The body has {length} bytes, and may have {most}.\n");
            return Ok(Err(Refusal::of(StatusCode::PAYLOAD_TOO_LARGE, text)));
        }
        let end = Instant::now() + patience;
        let mut body = std::mem::take(&mut self.begun);
        let waits =
            only(self.headers(), header::EXPECT).is_some_and(|value| value.eq_ignore_ascii_case("100-continue"));
        if waits && body.len() < length {
            stream.write_all(b"HTTP/1.1 100 Continue\r\n\r\n")?;
        }
        while body.len() < length {
            match read_some(stream, end, length - body.len())? {
                Some(some) if some.is_empty() => return Ok(Err(CUT)),
                Some(some) => body.extend(some),
                None => return Ok(Err(TOO_SLOW)),
            }
        }
        // A connection carries one request: what follows it is not looked at.
        body.truncate(length);
        Ok(Ok(body))
    }
}

/// Reads what is there, up to a length, or nothing if the time is over first. An empty read is the end.
pub(crate) fn read_some(stream: &mut dyn Connection, end: Instant, most: usize) -> io::Result<Option<Vec<u8>>> {
    let mut some = vec![0; most.clamp(1, 64 * 1024)];
    loop {
        let left = end.saturating_duration_since(Instant::now());
        if left.is_zero() {
            return Ok(None);
        }
        stream.bound_reads(left)?;
        match stream.read(&mut some) {
            Ok(count) => {
                some.truncate(count);
                return Ok(Some(some));
            }
            Err(error) if is_timeout(&error) || error.kind() == io::ErrorKind::Interrupted => {}
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
        Ok(httparse::Status::Complete(length)) => {
            let begun = head.get(length..).unwrap_or_default().to_vec();
            Some(request(&parsed).map(|head| Request { head, begun }))
        }
        Err(httparse::Error::TooManyHeaders) => Some(Err(TOO_LONG)),
        Err(_) => Some(Err(MALFORMED)),
    }
}

fn request(parsed: &httparse::Request<'_, '_>) -> Result<http::Request<()>, Refusal> {
    let (Some(method), Some(path), Some(1)) = (parsed.method, parsed.path, parsed.version) else {
        return Err(MALFORMED);
    };
    let mut request = http::Request::builder().method(method).uri(path).version(http::Version::HTTP_11);
    for header in parsed.headers.iter() {
        request = request.header(header.name, header.value);
    }
    request.body(()).map_err(|_| MALFORMED)
}

#[cfg(test)]
mod tests;
