//! Who is let in: whoever has the secret of the address, by a browser that shows our own page.

use std::fmt::Write as _;

use wasm_embedded_http::{HeaderMap, Refusal, StatusCode, header, is_same, only};

/// Bytes of the secret.
const SECRET_BYTES: usize = 16;

/// What the page's address holds after host and port. Nobody can guess it.
#[derive(Clone)]
pub(crate) struct Door {
    secret: String,
    port: u16,
}

const WRONG_SECRET: Refusal = Refusal::new(
    StatusCode::FORBIDDEN,
    "This address does not open the board page. Use the whole address that `wasm-embedded-rt run --board` prints.\n",
);
const WRONG_HOST: Refusal = Refusal::new(
    StatusCode::FORBIDDEN,
    "The board page answers only as 127.0.0.1 or localhost, with its own port. Use the address that `wasm-embedded-rt run --board` prints.\n",
);
const WRONG_ORIGIN: Refusal =
    Refusal::new(StatusCode::FORBIDDEN, "Another site asks for the board page. It is shown by its own page alone.\n");

impl Door {
    /// Makes a door with a new secret.
    ///
    /// # Errors
    ///
    /// The machine has no random numbers.
    pub(crate) fn new(port: u16) -> Result<Door, getrandom::Error> {
        let mut bytes = [0; SECRET_BYTES];
        getrandom::fill(&mut bytes)?;
        let mut secret = String::new();
        for byte in bytes {
            // Writing to a string cannot fail.
            let _ = write!(secret, "{byte:02x}");
        }
        Ok(Door { secret, port })
    }

    /// Returns the address of the page.
    pub(crate) fn address(&self) -> String {
        format!("http://127.0.0.1:{}/{}/", self.port, self.secret)
    }

    /// Lets a request in, or says why not. A WebSocket must say which page opened it: any site can open one to any address.
    ///
    /// # Errors
    ///
    /// The secret, the host or the origin is not ours.
    pub(crate) fn check(&self, secret: &str, headers: &HeaderMap, is_socket: bool) -> Result<(), Refusal> {
        // The host first: a name of an attacker's that points at this machine (DNS rebinding) learns nothing about secrets.
        if !only(headers, header::HOST).is_some_and(|host| self.is_ours(host)) {
            return Err(WRONG_HOST);
        }
        if !is_same(secret.as_bytes(), self.secret.as_bytes()) {
            return Err(WRONG_SECRET);
        }
        let origin = only(headers, header::ORIGIN);
        let is_our_page =
            origin.and_then(|origin| origin.strip_prefix("http://")).is_some_and(|host| self.is_ours(host));
        let has_origin = headers.contains_key(header::ORIGIN);
        if is_our_page || (!has_origin && !is_socket) { Ok(()) } else { Err(WRONG_ORIGIN) }
    }

    fn is_ours(&self, host: &str) -> bool {
        let name = host.strip_suffix(&format!(":{}", self.port));
        name.is_some_and(|name| name == "127.0.0.1" || name.eq_ignore_ascii_case("localhost"))
    }
}

#[cfg(test)]
mod tests {
    use wasm_embedded_http::types::HeaderValue;

    use super::*;

    fn headers(pairs: &[(header::HeaderName, &'static str)]) -> HeaderMap {
        let mut headers = HeaderMap::new();
        for (name, value) in pairs {
            headers.append(name, HeaderValue::from_static(value));
        }
        headers
    }

    fn door() -> Door {
        Door { secret: "0123456789abcdef".to_owned(), port: 4000 }
    }

    const HOST: (header::HeaderName, &str) = (header::HOST, "127.0.0.1:4000");
    const ORIGIN: (header::HeaderName, &str) = (header::ORIGIN, "http://127.0.0.1:4000");

    #[test]
    fn every_secret_is_another_of_128_bits() {
        let doors: std::collections::BTreeSet<_> = (0..100).map(|_| Door::new(1).expect("random").secret).collect();
        assert_eq!(doors.len(), 100);
        assert!(doors.iter().all(|secret| secret.len() == 32));
    }

    #[test]
    fn a_secret_that_differs_anywhere_is_refused() {
        let door = door();
        let ours = headers(&[HOST]);
        assert_eq!(door.check("0123456789abcdef", &ours, false), Ok(()));
        for wrong in [
            "",
            "0",
            "0123456789abcdee",
            "1123456789abcdef",
            "0123456789abcdef0",
            "0123456789ABCDEF",
            "0123456789abcde",
        ] {
            assert_eq!(door.check(wrong, &ours, false), Err(WRONG_SECRET), "{wrong}");
        }
    }

    #[test]
    fn another_host_is_refused_whatever_it_knows() {
        for host in [
            "",
            "evil.example:4000",
            "127.0.0.1",
            "127.0.0.1:4001",
            "127.0.0.1:40000",
            "0.0.0.0:4000",
            "localhost.evil.example:4000",
        ] {
            let other = headers(&[(header::HOST, host), ORIGIN]);
            assert_eq!(door().check("0123456789abcdef", &other, true), Err(WRONG_HOST), "{host}");
        }
        assert_eq!(door().check("0123456789abcdef", &headers(&[ORIGIN]), false), Err(WRONG_HOST));
        let twice = headers(&[HOST, (header::HOST, "evil.example:4000")]);
        assert_eq!(door().check("0123456789abcdef", &twice, false), Err(WRONG_HOST));
        let local = headers(&[(header::HOST, "LOCALHOST:4000"), (header::ORIGIN, "http://localhost:4000")]);
        assert_eq!(door().check("0123456789abcdef", &local, true), Ok(()));
    }

    #[test]
    fn a_socket_is_for_our_own_page() {
        assert_eq!(door().check("0123456789abcdef", &headers(&[HOST, ORIGIN]), true), Ok(()));
        assert_eq!(door().check("0123456789abcdef", &headers(&[HOST]), true), Err(WRONG_ORIGIN));
        for origin in [
            "null",
            "http://evil.example",
            "https://127.0.0.1:4000",
            "http://127.0.0.1:4001",
            "http://127.0.0.1:4000.evil.example",
        ] {
            let other = headers(&[HOST, (header::ORIGIN, origin)]);
            assert_eq!(door().check("0123456789abcdef", &other, true), Err(WRONG_ORIGIN), "{origin}");
            assert_eq!(door().check("0123456789abcdef", &other, false), Err(WRONG_ORIGIN), "{origin}");
        }
        let twice = headers(&[HOST, ORIGIN, (header::ORIGIN, "http://evil.example")]);
        assert_eq!(door().check("0123456789abcdef", &twice, true), Err(WRONG_ORIGIN));
    }
}
