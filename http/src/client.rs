//! The other side: a request, and its answer.

use std::io;
use std::time::{Duration, Instant};

use http::StatusCode;

use crate::connection::Connection;
use crate::request::{MAX_HEAD_BYTES, read_some};

/// The longest line that says how long a chunk is.
const MAX_CHUNK_LINE: usize = 64;

/// What is asked for.
#[derive(Clone, Copy, Debug)]
pub struct Asked<'a> {
    /// The method, such as `GET`.
    pub method: &'a str,
    /// The path, with what stands behind a `?`.
    pub path: &'a str,
    /// The token, if the server wants one.
    pub token: Option<&'a str>,
    /// The body.
    pub body: &'a [u8],
}

/// Why there is no answer.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ClientError {
    /// The connection failed.
    #[error("the connection to the board failed")]
    Io(#[from] io::Error),
    /// The other side does not speak HTTP.
    #[error("what answered does not speak HTTP/1.1")]
    Malformed,
    /// The answer ended before it was all there.
    #[error("the answer ended before it was complete")]
    Cut,
    /// The answer did not come.
    #[error("no answer came within {} s", .0.as_secs())]
    TooSlow(Duration),
    /// The answer is longer than anybody wants.
    #[error("the answer is longer than {0} bytes")]
    TooLong(usize),
}

/// An answer of which the head has come.
#[derive(Debug)]
pub struct Response {
    status: StatusCode,
    /// The length that the head says; none if the body comes in chunks.
    length: Option<usize>,
    /// What has come and was not read yet.
    begun: Vec<u8>,
    /// What is left of a chunk that has begun.
    chunk: usize,
    /// Whether a chunk has ended whose line end is still to come.
    after_chunk: bool,
    over: bool,
}

/// Asks, and reads the head of the answer.
///
/// # Errors
///
/// The connection fails, or what comes is not an answer of HTTP/1.1.
pub fn ask(stream: &mut dyn Connection, asked: Asked<'_>, patience: Duration) -> Result<Response, ClientError> {
    let Asked { method, path, token, body } = asked;
    let token = token.map(|token| format!("Authorization: Bearer {token}\r\n")).unwrap_or_default();
    let head = format!(
        "{method} {path} HTTP/1.1\r\nHost: board\r\n{token}Content-Length: {}\r\nConnection: close\r\n\r\n",
        body.len()
    );
    stream.bound_writes(patience)?;
    // A server that refuses a request may answer before it has all of it: its answer says more than the failure to send the rest.
    let sent = stream.write_all(head.as_bytes()).and_then(|()| stream.write_all(body)).and_then(|()| stream.flush());
    match Response::read(stream, patience) {
        Ok(response) => Ok(response),
        Err(error) => Err(sent.err().map_or(error, ClientError::Io)),
    }
}

impl Response {
    fn read(stream: &mut dyn Connection, patience: Duration) -> Result<Response, ClientError> {
        let end = Instant::now() + patience;
        let mut head = Vec::new();
        loop {
            if let Some(response) = parse(&head)? {
                return Ok(response);
            }
            if head.len() >= MAX_HEAD_BYTES {
                return Err(ClientError::Malformed);
            }
            match read_some(stream, end, MAX_HEAD_BYTES)? {
                Some(some) if some.is_empty() => return Err(ClientError::Cut),
                Some(some) => head.extend(some),
                None => return Err(ClientError::TooSlow(patience)),
            }
        }
    }

    /// Returns the status.
    #[must_use]
    pub fn status(&self) -> StatusCode {
        self.status
    }

    /// Returns the next bytes of the body, or nothing at its end.
    ///
    /// # Errors
    ///
    /// The connection fails, the body ends too early, or nothing comes for so long.
    pub fn next(&mut self, stream: &mut dyn Connection, patience: Duration) -> Result<Option<Vec<u8>>, ClientError> {
        let end = Instant::now() + patience;
        loop {
            if let Some(some) = self.take()? {
                return Ok(Some(some));
            }
            if self.over {
                return Ok(None);
            }
            match read_some(stream, end, 64 * 1024)? {
                Some(some) if some.is_empty() => return Err(ClientError::Cut),
                Some(some) => self.begun.extend(some),
                None => return Err(ClientError::TooSlow(patience)),
            }
        }
    }

    /// Reads the body to its end.
    ///
    /// # Errors
    ///
    /// The connection fails, the body ends too early, is too long, or nothing comes for so long.
    pub fn body(
        mut self,
        stream: &mut dyn Connection,
        most: usize,
        patience: Duration,
    ) -> Result<Vec<u8>, ClientError> {
        let mut body = Vec::new();
        while let Some(some) = self.next(stream, patience)? {
            body.extend(some);
            if body.len() > most {
                return Err(ClientError::TooLong(most));
            }
        }
        Ok(body)
    }

    /// Takes what has come of the body.
    fn take(&mut self) -> Result<Option<Vec<u8>>, ClientError> {
        match self.length {
            Some(0) => {
                self.over = true;
                Ok(None)
            }
            Some(left) if !self.begun.is_empty() => {
                let some: Vec<u8> = self.begun.drain(..left.min(self.begun.len())).collect();
                self.length = Some(left - some.len());
                Ok(Some(some))
            }
            Some(_) => Ok(None),
            None => self.take_chunk(),
        }
    }

    fn take_chunk(&mut self) -> Result<Option<Vec<u8>>, ClientError> {
        while !self.over {
            if self.chunk > 0 {
                let some: Vec<u8> = self.begun.drain(..self.chunk.min(self.begun.len())).collect();
                self.chunk -= some.len();
                self.after_chunk = self.chunk == 0;
                return Ok((!some.is_empty()).then_some(some));
            }
            let Some(end) = self.begun.windows(2).position(|pair| pair == b"\r\n") else {
                return if self.begun.len() > MAX_CHUNK_LINE { Err(ClientError::Malformed) } else { Ok(None) };
            };
            let line: Vec<u8> = self.begun.drain(..end + 2).take(end).collect();
            if std::mem::take(&mut self.after_chunk) {
                if !line.is_empty() {
                    return Err(ClientError::Malformed);
                }
                continue;
            }
            let number = line.split(|byte| *byte == b';').next().unwrap_or_default();
            let number = std::str::from_utf8(number).map_err(|_| ClientError::Malformed)?;
            self.chunk = usize::from_str_radix(number.trim(), 16).map_err(|_| ClientError::Malformed)?;
            // The last chunk. Trailers are not looked at: the connection ends.
            self.over = self.chunk == 0;
        }
        Ok(None)
    }
}

/// Returns the answer of a head, if that is all there.
fn parse(bytes: &[u8]) -> Result<Option<Response>, ClientError> {
    let mut headers = [httparse::EMPTY_HEADER; 64];
    let mut parsed = httparse::Response::new(&mut headers);
    let httparse::Status::Complete(end) = parsed.parse(bytes).map_err(|_| ClientError::Malformed)? else {
        return Ok(None);
    };
    let code = parsed.code.and_then(|code| StatusCode::from_u16(code).ok()).ok_or(ClientError::Malformed)?;
    let rest = bytes.get(end..).unwrap_or_default();
    if code.is_informational() {
        return parse(rest);
    }
    let header = |name: &str| {
        let found = parsed.headers.iter().find(|header| header.name.eq_ignore_ascii_case(name));
        found.and_then(|header| std::str::from_utf8(header.value).ok()).map(str::trim)
    };
    let length = match header("transfer-encoding") {
        Some(coding) if coding.eq_ignore_ascii_case("chunked") => None,
        Some(_) => return Err(ClientError::Malformed),
        None => Some(header("content-length").and_then(|length| length.parse().ok()).ok_or(ClientError::Malformed)?),
    };
    let begun = rest.to_vec();
    Ok(Some(Response { status: code, length, begun, chunk: 0, after_chunk: false, over: false }))
}

#[cfg(all(test, unix))]
mod tests {
    use std::io::Write as _;
    use std::os::unix::net::UnixStream;

    use super::*;

    const LONG: Duration = Duration::from_secs(20);

    /// Returns the status and body that a client makes of an answer, whose pieces come apart.
    fn answered(pieces: &[&str]) -> Result<(u16, String), String> {
        let (mut ours, mut theirs) = UnixStream::pair().expect("sockets");
        for piece in pieces {
            theirs.write_all(piece.as_bytes()).expect("room");
        }
        drop(theirs);
        let mut read = || {
            let response = Response::read(&mut ours, LONG)?;
            let status = response.status().as_u16();
            Ok::<_, ClientError>((status, response.body(&mut ours, 100, LONG)?))
        };
        let (status, body) = read().map_err(|error| error.to_string())?;
        Ok((status, String::from_utf8(body).expect("text")))
    }

    #[test]
    fn a_body_comes_by_its_length_or_in_chunks() {
        let whole = "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello";
        assert_eq!(answered(&[whole]), Ok((200, "hello".to_owned())));
        let empty = "HTTP/1.1 204 No Content\r\ncontent-length: 0\r\n\r\n";
        assert_eq!(answered(&[empty]), Ok((204, String::new())));
        let first = "HTTP/1.1 100 Continue\r\n\r\n";
        assert_eq!(answered(&[first, whole]), Ok((200, "hello".to_owned())));
        let chunks =
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\na;x=y\r\n, board 12\r\n0\r\n\r\n";
        assert_eq!(answered(&[chunks]), Ok((200, "hello, board 12".to_owned())));
    }

    #[test]
    fn what_is_no_answer_or_has_no_end_is_an_error() {
        let head = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";
        for (text, error) in [
            ("", "ended before"),
            ("SSH-2.0-OpenSSH_9.2\r\n", "does not speak"),
            ("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhell", "ended before"),
            ("HTTP/1.1 200 OK\r\n\r\nhello", "does not speak"),
            ("HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\n", "ended before"),
            (&format!("{head}5\r\nhello\r\n"), "ended before"),
            (&format!("{head}5\r\nhello!\r\n0\r\n\r\n"), "does not speak"),
            (&format!("{head}x\r\n"), "does not speak"),
            (&format!("{head}{}", "1".repeat(100)), "does not speak"),
            (&format!("{head}65\r\n{}\r\n0\r\n\r\n", "y".repeat(0x65)), "longer than 100 bytes"),
        ] {
            let failed = answered(&[text]).expect_err(text);
            assert!(failed.contains(error), "{text:?}: {failed}");
        }
    }
}
