//! Colours, where they are wanted.

use std::io::{self, IsTerminal};

/// How text for people is coloured: on a terminal, unless `NO_COLOR` is set (<https://no-color.org>).
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Style {
    coloured: bool,
}

impl Style {
    /// Returns the style of the standard error.
    pub fn of_stderr() -> Style {
        Style {
            coloured: io::stderr().is_terminal() && std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty()),
        }
    }

    /// Returns the style of the standard output.
    pub fn of_stdout() -> Style {
        Style {
            coloured: io::stdout().is_terminal() && std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty()),
        }
    }

    /// Returns a style without colours.
    pub fn plain() -> Style {
        Style { coloured: false }
    }

    /// Returns whether there are colours.
    pub fn is_coloured(self) -> bool {
        self.coloured
    }

    /// Returns text in bold red, for errors.
    pub fn red(self, text: &str) -> String {
        self.paint("1;31", text)
    }

    /// Returns text in yellow, for warnings.
    pub fn yellow(self, text: &str) -> String {
        self.paint("33", text)
    }

    /// Returns text in green, for what went well.
    pub fn green(self, text: &str) -> String {
        self.paint("32", text)
    }

    /// Returns text in a dim colour, for what is less important.
    pub fn dim(self, text: &str) -> String {
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
