//! Colours, where they are wanted.

use std::io::{self, IsTerminal};

/// How text for people is coloured: on a terminal, unless `NO_COLOR` is set (<https://no-color.org>).
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Style {
    coloured: bool,
}

impl Style {
    /// Returns the style of the standard error.
    pub(crate) fn of_stderr() -> Style {
        Style {
            coloured: io::stderr().is_terminal() && std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty()),
        }
    }

    /// Returns whether there are colours.
    pub(crate) fn is_coloured(self) -> bool {
        self.coloured
    }

    pub(crate) fn red(self, text: &str) -> String {
        self.paint("1;31", text)
    }

    pub(crate) fn yellow(self, text: &str) -> String {
        self.paint("33", text)
    }

    pub(crate) fn green(self, text: &str) -> String {
        self.paint("32", text)
    }

    pub(crate) fn dim(self, text: &str) -> String {
        self.paint("2", text)
    }

    /// Paints text with a parameter of SGR, ECMA-48 section 8.3.117.
    fn paint(self, parameter: &str, text: &str) -> String {
        match self.coloured {
            true => format!("\x1b[{parameter}m{text}\x1b[0m"),
            false => text.to_owned(),
        }
    }
}
