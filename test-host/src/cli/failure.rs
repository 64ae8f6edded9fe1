//! What went wrong, for a person: the first line in red, then the causes.

use std::error::Error;
use std::fmt::Write as _;
use std::io;

use miette::{GraphicalReportHandler, GraphicalTheme};

use serde_json::{Value, json};

use super::status;
use wasm_embedded_policy::escape;
use wasm_embedded_policy::{PolicyError, Problem};
use wasm_embedded_runtime::board::BoardError;
use wasm_embedded_runtime::imports::LinkError;
use wasm_embedded_runtime::program::LoadError;
use wasm_embedded_runtime::style::Style;
use wasm_embedded_scenario::ScenarioError;

/// The columns that a report is wrapped at.
const COLUMNS: usize = 100;

/// A failure of a command, with the status that it ends with.
#[derive(Debug)]
pub(super) struct Failure {
    pub(super) status: u8,
    error: Box<dyn Error>,
}

impl Failure {
    pub(super) fn new(status: u8, error: impl Into<Box<dyn Error>>) -> Failure {
        Failure { status, error: error.into() }
    }

    /// Returns the failure to write to the standard output.
    pub(super) fn output(error: io::Error) -> Failure {
        match error.kind() {
            io::ErrorKind::BrokenPipe => Failure::new(status::PIPE, error),
            _ => Failure::new(status::HOST, Context::new("cannot write to the standard output", error)),
        }
    }

    /// Returns the failure to read or write a file.
    pub(super) fn file(what: impl Into<String>, error: io::Error) -> Failure {
        Failure::new(status::HOST, Context::new(what, error))
    }

    /// Puts what was being done before the error.
    pub(super) fn context(self, what: impl Into<String>) -> Failure {
        Failure { status: self.status, error: Box::new(Context { what: what.into(), source: self.error }) }
    }

    /// Ends with another status.
    pub(super) fn with_status(self, status: u8) -> Failure {
        Failure { status, ..self }
    }

    /// Tells the user, and returns the exit status.
    pub(super) fn report(self) -> u8 {
        if self.status != status::PIPE {
            super::note(&self.text(Style::of_stderr()));
            super::json::also("error", self.json());
        }
        self.status
    }

    /// Returns the whole message without colours.
    pub(super) fn plain(&self) -> String {
        let text = self.text(Style::plain());
        text.strip_prefix("error: ").unwrap_or(&text).trim_end().to_owned()
    }

    /// Returns what programs are told of it.
    fn json(&self) -> Value {
        let causes = std::iter::successors(self.error.source(), |&error| error.source()).map(ToString::to_string);
        let problems = self.problems().iter().map(|problem| {
            json!({
                "line": problem.line(), "column": problem.column(), "message": problem.to_string(),
                "advice": problem.advice(),
            })
        });
        json!({
            "status": self.status,
            "message": self.error.to_string(),
            "causes": causes.collect::<Vec<_>>(),
            "problems": problems.collect::<Vec<_>>(),
        })
    }

    /// Returns what is wrong with a policy or a scenario.
    fn problems(&self) -> &[Problem] {
        match (self.error.downcast_ref(), self.error.downcast_ref()) {
            (Some(PolicyError::Invalid { problems, .. }), _) => problems,
            (_, Some(ScenarioError::Invalid { problems, .. })) => problems,
            (_, Some(ScenarioError::Policy { source, .. })) => match &**source {
                PolicyError::Invalid { problems, .. } => problems,
                _ => &[],
            },
            _ => &[],
        }
    }

    fn text(&self, style: Style) -> String {
        let message = plain(&*self.error);
        let (first, rest) = message.split_at(message.find('\n').unwrap_or(message.len()));
        let mut text = format!("{} {}{rest}\n", style.red("error:"), style.red(first));
        let mut cause = self.error.source();
        while let Some(error) = cause {
            // Writing to a string cannot fail.
            let _ = writeln!(text, "  caused by: {}", plain(error));
            cause = error.source();
        }
        let theme = if style.is_coloured() { GraphicalTheme::unicode() } else { GraphicalTheme::unicode_nocolor() };
        let handler = GraphicalReportHandler::new_themed(theme).with_width(COLUMNS);
        for problem in self.problems() {
            text.push('\n');
            let _ = handler.render_report(&mut text, problem);
        }
        text
    }
}

/// Tells the user something that is no failure.
pub(super) fn warn(text: &str) {
    super::note(&format!("{} {}\n", Style::of_stderr().yellow("warning:"), escape::line(text)));
    super::json::also("warning", json!({ "message": text }));
}

/// Tells the user what was done beyond what was asked for.
#[cfg(feature = "compile")]
pub(super) fn remark(text: &str) {
    super::note(&format!("{} {}\n", Style::of_stderr().dim("note:"), escape::line(text)));
    super::json::also("note", json!({ "message": text }));
}

/// Returns a message without control characters: it may quote a guest.
fn plain(error: &dyn Error) -> String {
    let text = error.to_string();
    text.lines().map(escape::line).collect::<Vec<_>>().join("\n    ")
}

/// An error with what was being done.
#[derive(Debug)]
struct Context {
    what: String,
    source: Box<dyn Error>,
}

impl Context {
    fn new(what: impl Into<String>, source: impl Error + 'static) -> Context {
        Context { what: what.into(), source: Box::new(source) }
    }
}

impl std::fmt::Display for Context {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.what)
    }
}

impl Error for Context {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        Some(&*self.source)
    }
}

impl From<PolicyError> for Failure {
    fn from(error: PolicyError) -> Failure {
        Failure::new(status::POLICY, error)
    }
}

impl From<ScenarioError> for Failure {
    fn from(error: ScenarioError) -> Failure {
        Failure::new(status::POLICY, error)
    }
}

impl From<BoardError> for Failure {
    fn from(error: BoardError) -> Failure {
        Failure::new(status::POLICY, error)
    }
}

impl From<LoadError> for Failure {
    fn from(error: LoadError) -> Failure {
        Failure::new(status::COMPONENT, error)
    }
}

impl From<LinkError> for Failure {
    fn from(error: LinkError) -> Failure {
        let status = match error {
            LinkError::NoStack { .. } => status::POLICY,
            _ => status::COMPONENT,
        };
        Failure::new(status, error)
    }
}
