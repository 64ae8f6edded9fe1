//! An answer, whole or in chunks.

use std::borrow::Cow;
use std::io;

use http::StatusCode;

use crate::connection::Connection;

/// An answer, after which the connection ends.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Answer {
    status: StatusCode,
    kind: &'static str,
    headers: Vec<(&'static str, String)>,
    body: Cow<'static, [u8]>,
}

/// Why a request is not answered as it wants, as a status and a sentence.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Refusal {
    /// The status.
    pub status: StatusCode,
    /// The sentence, for a person.
    pub text: Cow<'static, str>,
}

impl Refusal {
    /// Refuses with a sentence that is always the same.
    #[must_use]
    pub const fn new(status: StatusCode, text: &'static str) -> Refusal {
        Refusal { status, text: Cow::Borrowed(text) }
    }

    /// Refuses with a sentence.
    #[must_use]
    pub fn of(status: StatusCode, text: impl Into<String>) -> Refusal {
        Refusal { status, text: Cow::Owned(text.into()) }
    }
}

impl From<Refusal> for Answer {
    fn from(refusal: Refusal) -> Answer {
        let body = match refusal.text {
            Cow::Borrowed(text) => Cow::Borrowed(text.as_bytes()),
            Cow::Owned(text) => Cow::Owned(text.into_bytes()),
        };
        Answer::new(refusal.status, "text/plain; charset=utf-8", body)
    }
}

impl Answer {
    /// Answers with a body of a media type.
    #[must_use]
    pub fn new(status: StatusCode, kind: &'static str, body: impl Into<Cow<'static, [u8]>>) -> Answer {
        Answer { status, kind, headers: Vec::new(), body: body.into() }
    }

    /// Answers with a text for a person.
    #[must_use]
    pub fn text(status: StatusCode, text: impl Into<String>) -> Answer {
        Answer::new(status, "text/plain; charset=utf-8", text.into().into_bytes())
    }

    /// Adds a header.
    #[must_use]
    pub fn with(mut self, name: &'static str, value: impl Into<String>) -> Answer {
        self.headers.push((name, value.into()));
        self
    }

    /// Returns the status.
    #[must_use]
    pub fn status(&self) -> StatusCode {
        self.status
    }

    /// Returns the media type.
    #[must_use]
    pub fn kind(&self) -> &str {
        self.kind
    }

    /// Returns the body.
    #[must_use]
    pub fn body(&self) -> &[u8] {
        &self.body
    }

    /// Sends it. Nothing that asked for it stays anywhere: neither the address nor what was answered.
    ///
    /// # Errors
    ///
    /// The connection fails.
    pub fn send(&self, stream: &mut dyn Connection) -> io::Result<()> {
        let length = format!("Content-Length: {}", self.body.len());
        stream.write_all(self.head(&length).as_bytes())?;
        stream.write_all(&self.body)?;
        stream.flush()
    }

    /// Sends the head alone, for a body that is made meanwhile.
    ///
    /// # Errors
    ///
    /// The connection fails.
    pub fn begin<'s>(&self, stream: &'s mut dyn Connection) -> io::Result<Chunks<'s>> {
        stream.write_all(self.head("Transfer-Encoding: chunked").as_bytes())?;
        let mut chunks = Chunks(stream);
        chunks.send(&self.body)?;
        Ok(chunks)
    }

    fn head(&self, length: &str) -> String {
        let mut head = format!("HTTP/1.1 {}\r\nContent-Type: {}\r\n{length}\r\n", self.status, self.kind);
        for (name, value) in &self.headers {
            // What would begin another header is not sent.
            let value: String = value.chars().filter(|letter| !letter.is_control()).collect();
            head.extend([name, ": ", &value, "\r\n"]);
        }
        head + "X-Content-Type-Options: nosniff\r\nReferrer-Policy: no-referrer\r\nCache-Control: no-store\r\nConnection: close\r\n\r\n"
    }
}

/// A body that is sent as it is made (RFC 9112, section 7.1).
pub struct Chunks<'s>(&'s mut dyn Connection);

impl Chunks<'_> {
    /// Sends some of it.
    ///
    /// # Errors
    ///
    /// The connection fails.
    pub fn send(&mut self, bytes: &[u8]) -> io::Result<()> {
        // An empty chunk would be the last.
        if bytes.is_empty() {
            return Ok(());
        }
        write!(self.0, "{:x}\r\n", bytes.len())?;
        self.0.write_all(bytes)?;
        self.0.write_all(b"\r\n")?;
        self.0.flush()
    }

    /// Says that it was all. A body whose end is not said is one that was cut.
    ///
    /// # Errors
    ///
    /// The connection fails.
    pub fn end(self) -> io::Result<()> {
        self.0.write_all(b"0\r\n\r\n")?;
        self.0.flush()
    }
}

impl std::fmt::Debug for Chunks<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Chunks").finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_header_cannot_begin_another_one() {
        let answer = Answer::text(StatusCode::OK, "x").with("X-Name", "a\r\nSet-Cookie: b");
        let head = answer.head("Content-Length: 1");
        assert!(head.contains("\r\nX-Name: aSet-Cookie: b\r\n"), "{head}");
    }
}
