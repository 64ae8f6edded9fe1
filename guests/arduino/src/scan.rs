//! C++ without what only looks like code: comments, the insides of literals, and lines of the preprocessor.

/// A line of the preprocessor.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Directive {
    /// Where it begins.
    pub(crate) at: usize,
    /// What it says, with its continuation lines.
    pub(crate) text: String,
}

/// A text in which everything stands where it was.
#[derive(Debug)]
pub(crate) struct Scan {
    /// Comments and lines of the preprocessor are blank.
    pub(crate) code: Vec<u8>,
    /// So are the insides of strings and characters.
    pub(crate) bare: Vec<u8>,
    /// The lines of the preprocessor.
    pub(crate) directives: Vec<Directive>,
}

/// Reads a text.
pub(crate) fn scan(text: &str) -> Scan {
    let bytes = text.as_bytes();
    let mut scan = Scan { code: bytes.to_vec(), bare: bytes.to_vec(), directives: Vec::new() };
    let mut at = 0;
    let mut line_is_empty = true;
    while let Some(&byte) = bytes.get(at) {
        let rest = bytes.get(at..).unwrap_or_default();
        let (end, kind) = match byte {
            b'/' if rest.starts_with(b"//") => (line_end(bytes, at), TextKind::Comment),
            b'/' if rest.starts_with(b"/*") => (after(bytes, at + 2, b"*/"), TextKind::Comment),
            b'#' if line_is_empty => (directive_end(bytes, at), TextKind::Directive),
            b'R' if rest.starts_with(b"R\"") && !ends_word(bytes, at) => (raw_end(bytes, at + 2), TextKind::Literal),
            // A quote within a number only groups its digits.
            b'\'' if ends_word(bytes, at) => (at + 1, TextKind::Code),
            b'"' | b'\'' => (literal_end(bytes, at), TextKind::Literal),
            _ => (at + 1, TextKind::Code),
        };
        line_is_empty = match kind {
            TextKind::Code => byte == b'\n' || (line_is_empty && byte.is_ascii_whitespace()),
            TextKind::Comment => line_is_empty,
            TextKind::Directive => true,
            TextKind::Literal => false,
        };
        if kind == TextKind::Directive {
            let said = String::from_utf8_lossy(bytes.get(at..end).unwrap_or_default());
            scan.directives.push(Directive { at, text: said.trim_end().to_owned() });
        }
        match kind {
            TextKind::Code => {}
            TextKind::Literal => blank(&mut scan.bare, at + 1, end.saturating_sub(1)),
            TextKind::Comment | TextKind::Directive => {
                blank(&mut scan.code, at, end);
                blank(&mut scan.bare, at, end);
            }
        }
        at = end.max(at + 1);
    }
    scan
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum TextKind {
    Code,
    Comment,
    Literal,
    Directive,
}

fn blank(text: &mut [u8], from: usize, to: usize) {
    let to = to.min(text.len());
    for byte in text.get_mut(from.min(to)..to).unwrap_or_default() {
        if *byte != b'\n' {
            *byte = b' ';
        }
    }
}

/// Returns whether the byte in front belongs to a name or number.
fn ends_word(bytes: &[u8], at: usize) -> bool {
    at.checked_sub(1)
        .and_then(|before| bytes.get(before))
        .is_some_and(|byte| byte.is_ascii_alphanumeric() || *byte == b'_')
}

fn find(bytes: &[u8], from: usize, wanted: &[u8]) -> Option<usize> {
    let rest = bytes.get(from..)?;
    rest.windows(wanted.len()).position(|window| window == wanted).map(|at| from + at)
}

fn after(bytes: &[u8], from: usize, wanted: &[u8]) -> usize {
    find(bytes, from, wanted).map_or(bytes.len(), |at| at + wanted.len())
}

fn line_end(bytes: &[u8], from: usize) -> usize {
    find(bytes, from, b"\n").unwrap_or(bytes.len())
}

/// A directive ends with its line, unless the line ends with a backslash or within a comment.
fn directive_end(bytes: &[u8], from: usize) -> usize {
    let mut at = from;
    while let Some(&byte) = bytes.get(at) {
        let rest = bytes.get(at..).unwrap_or_default();
        at = match byte {
            b'\n' => return at,
            b'\\' if rest.starts_with(b"\\\r\n") => at + 3,
            b'\\' => at + 2,
            b'/' if rest.starts_with(b"//") => return line_end(bytes, at),
            b'/' if rest.starts_with(b"/*") => after(bytes, at + 2, b"*/"),
            _ => at + 1,
        };
    }
    bytes.len()
}

/// A string or character ends with its quote, or with the line of somebody who forgot it.
fn literal_end(bytes: &[u8], from: usize) -> usize {
    let quote = bytes.get(from).copied();
    let mut at = from + 1;
    while let Some(&byte) = bytes.get(at) {
        match byte {
            b'\\' => at += 2,
            b'\n' => return at,
            _ if Some(byte) == quote => return at + 1,
            _ => at += 1,
        }
    }
    bytes.len()
}

/// `R"name(...)name"` ends with its name.
fn raw_end(bytes: &[u8], from: usize) -> usize {
    let Some(open) = find(bytes, from, b"(") else { return bytes.len() };
    let name = bytes.get(from..open).unwrap_or_default();
    after(bytes, open, &[b")", name, b"\""].concat())
}
