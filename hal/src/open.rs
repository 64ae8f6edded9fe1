//! Why a label could not be opened.

use core::fmt;

use crate::bindings::wasm_embedded::hal::types;

/// How much of a label an [`OpenError`] remembers, in bytes.
const LABEL_BYTES: usize = 31;

/// A label that could not be opened, and why.
///
/// ```no_run
/// use wasm_embedded_hal::{I2c, OpenErrorKind};
///
/// match I2c::open("sensor") {
///     Ok(_bus) => println!("the policy grants the sensor"),
///     Err(error) if error.kind() == OpenErrorKind::UnknownLabel => println!("this board has no sensor"),
///     Err(error) => println!("{error}"),
/// }
/// ```
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct OpenError {
    kind: OpenErrorKind,
    label: [u8; LABEL_BYTES],
    label_len: u8,
}

/// Why a label could not be opened.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
#[non_exhaustive]
pub enum OpenErrorKind {
    /// The policy has no such label for this guest.
    UnknownLabel,
    /// The label exists, but stands for another kind of hardware.
    WrongKind,
    /// The label is held by another handle and can be held only once.
    Busy,
    /// The host cannot hand out the label now: its device is missing, or a limit on handles is reached.
    Refused,
}

impl OpenError {
    /// Returns why the label could not be opened.
    #[must_use]
    pub fn kind(&self) -> OpenErrorKind {
        self.kind
    }

    /// Returns the label, or its beginning if it is longer than 31 bytes.
    #[must_use]
    pub fn label(&self) -> &str {
        let bytes = self.label.get(..usize::from(self.label_len)).unwrap_or_default();
        core::str::from_utf8(bytes).unwrap_or_default()
    }

    pub(crate) fn new(label: &str, kind: types::OpenError) -> OpenError {
        let kept = crate::print::char_boundary(label, LABEL_BYTES);
        let mut bytes = [0; LABEL_BYTES];
        bytes[..kept].copy_from_slice(&label.as_bytes()[..kept]);
        OpenError { kind: kind.into(), label: bytes, label_len: u8::try_from(kept).unwrap_or_default() }
    }
}

impl From<types::OpenError> for OpenErrorKind {
    fn from(error: types::OpenError) -> OpenErrorKind {
        match error {
            types::OpenError::UnknownLabel => OpenErrorKind::UnknownLabel,
            types::OpenError::WrongKind => OpenErrorKind::WrongKind,
            types::OpenError::Busy => OpenErrorKind::Busy,
            types::OpenError::Refused => OpenErrorKind::Refused,
        }
    }
}

impl fmt::Display for OpenErrorKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            OpenErrorKind::UnknownLabel => "the policy grants no such label",
            OpenErrorKind::WrongKind => "the label stands for another kind of hardware",
            OpenErrorKind::Busy => "the label is already held",
            OpenErrorKind::Refused => "the host refuses it now, its log says why",
        })
    }
}

impl fmt::Display for OpenError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "cannot open \"{}\": {}", self.label(), self.kind)
    }
}

/// As for a person: it is what `main` prints. Quoting the label as Rust does would bring Unicode tables into every guest.
impl fmt::Debug for OpenError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl core::error::Error for OpenError {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_open_error_names_the_label_and_the_reason() {
        extern crate std;
        let error = OpenError::new("sensor", types::OpenError::Busy);
        assert_eq!(std::format!("{error}"), "cannot open \"sensor\": the label is already held");
        assert_eq!(error.kind(), OpenErrorKind::Busy);
    }

    #[test]
    fn a_long_label_is_cut_between_characters() {
        let error = OpenError::new("äääääääääääääääääääääääää", types::OpenError::UnknownLabel);
        assert_eq!(error.label().chars().count(), 15);
    }
}
