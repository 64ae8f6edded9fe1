//! What is wrong with a policy file, and where.

use std::cell::{Cell, RefCell};
use std::path::PathBuf;

use miette::{Diagnostic, LabeledSpan, SourceCode};

use super::context::Context;
use super::excerpt::Excerpt;
use crate::escape;
pub(crate) use crate::model::Span;

/// The most problems that are told of one file: more than anybody mends at once.
pub const MAX_PROBLEMS: usize = 20;

/// The longest message or advice, in characters. Of a longer one the middle is left out.
const LONGEST_TEXT: usize = 1_000;
/// What is shown of the end of a longer one.
const LONGEST_END: usize = 200;

/// Why a policy is refused. Nothing has been opened when this is returned.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum PolicyError {
    /// The file cannot be read.
    #[error("cannot read {kind} {}", escape::line(&path.display().to_string()))]
    Unreadable {
        /// What kind of file it is: "the policy" or "the fault file".
        kind: &'static str,
        /// The file.
        path: PathBuf,
        /// What the operating system said.
        source: std::io::Error,
    },
    /// The file is longer than [`super::MAX_POLICY_BYTES`].
    #[error("{kind} {} is longer than {} KiB", escape::line(name), limit / 1024)]
    TooLong {
        /// What kind of file it is.
        kind: &'static str,
        /// The file.
        name: String,
        /// The limit.
        limit: usize,
    },
    /// The file is not UTF-8 text.
    #[error("{kind} {} is not UTF-8 text: see line {line}, byte {offset} of the file", escape::line(name))]
    NotText {
        /// What kind of file it is.
        kind: &'static str,
        /// The file.
        name: String,
        /// The line of the first byte that is not text, from 1.
        line: usize,
        /// That byte's place in the file, from 0.
        offset: usize,
    },
    /// The file says something that is not valid.
    #[error("{kind} {} is refused: {}", escape::line(name), count(problems.len(), *more))]
    Invalid {
        /// What kind of file it is.
        kind: &'static str,
        /// The file.
        name: String,
        /// What is wrong, at least one and at most [`MAX_PROBLEMS`], in the order of the file.
        problems: Vec<Problem>,
        /// Whether more was wrong than is in `problems`.
        more: bool,
    },
}

fn count(problems: usize, more: bool) -> String {
    match (problems, more) {
        (_, true) => format!("the first {problems} problems follow, there are more"),
        (1, false) => "1 problem".to_owned(),
        (_, false) => format!("{problems} problems"),
    }
}

/// One thing that is wrong with a policy file; as a [`Diagnostic`] it points into the file. Message, advice and excerpt have a
/// greatest length and are safe to print.
#[derive(Debug, Clone)]
pub struct Problem {
    excerpt: Excerpt,
    finding: Finding,
}

impl Problem {
    fn new(name: &str, text: &str, finding: Finding) -> Problem {
        let spans: Vec<&Span> = [&finding.span].into_iter().chain(finding.other.iter().map(|(span, _)| span)).collect();
        Problem { excerpt: Excerpt::new(name, text, &spans), finding }
    }

    /// Returns the line that the problem is on, from 1.
    pub fn line(&self) -> usize {
        self.excerpt.places().first().map_or(0, |place| place.line) + 1
    }

    /// Returns the character of the line that the problem begins at, from 1.
    pub fn column(&self) -> usize {
        self.excerpt.places().first().map_or(0, |place| place.column) + 1
    }

    /// Returns what to do about it, if that is known.
    pub fn advice(&self) -> Option<&str> {
        self.finding.help.as_deref()
    }
}

impl std::fmt::Display for Problem {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.finding.message)
    }
}

impl std::error::Error for Problem {}

impl Diagnostic for Problem {
    fn help<'a>(&'a self) -> Option<Box<dyn std::fmt::Display + 'a>> {
        self.finding.help.as_ref().map(|help| Box::new(help) as Box<dyn std::fmt::Display>)
    }

    fn source_code(&self) -> Option<&dyn SourceCode> {
        Some(&self.excerpt)
    }

    fn labels(&self) -> Option<Box<dyn Iterator<Item = LabeledSpan> + '_>> {
        let texts = [&self.finding.label].into_iter().chain(self.finding.other.iter().map(|(_, text)| text));
        let places = self.excerpt.places().iter().zip(texts).enumerate();
        Some(Box::new(places.map(|(index, (place, text))| match index {
            0 => LabeledSpan::new_primary_with_span(Some(text.clone()), place.span.clone()),
            _ => LabeledSpan::new_with_span(Some(text.clone()), place.span.clone()),
        })))
    }
}

/// A [`Problem`] before it knows its file.
#[derive(Debug, Clone)]
pub struct Finding {
    message: String,
    span: Span,
    label: String,
    other: Option<(Span, String)>,
    help: Option<String>,
}

impl Finding {
    /// Creates a finding: what is wrong, where, and what is to be seen there.
    pub fn new(message: impl Into<String>, span: Span, label: impl Into<String>) -> Finding {
        Finding { message: shown(message.into()), span, label: shown(label.into()), other: None, help: None }
    }

    /// Points to a second place, that of the other half of a contradiction.
    pub fn and(mut self, span: Span, label: impl Into<String>) -> Finding {
        self.other = Some((span, shown(label.into())));
        self
    }

    /// Says what to do about it.
    pub fn help(mut self, help: impl Into<String>) -> Finding {
        self.help = Some(shown(help.into()));
        self
    }
}

/// Returns a text of one line that is safe to print and not too long.
fn shown(text: String) -> String {
    let text = escape::line(&text);
    if text.chars().nth(LONGEST_TEXT).is_none() {
        return text;
    }
    let beginning = text.chars().take(LONGEST_TEXT - LONGEST_END);
    let mut end: Vec<char> = text.chars().rev().take(LONGEST_END).collect();
    end.reverse();
    beginning.chain(['…']).chain(end).collect()
}

/// Gathers what is wrong, so that one run shows all of it, up to [`MAX_PROBLEMS`].
#[derive(Debug, Default)]
pub struct Findings {
    context: Context,
    found: RefCell<Vec<Finding>>,
    more: Cell<bool>,
}

impl Findings {
    /// Makes it, for what is read with this.
    pub fn new(context: Context) -> Findings {
        Findings { context, ..Findings::default() }
    }

    /// Returns what the file is read with.
    pub fn context(&self) -> &Context {
        &self.context
    }

    /// Notes what is wrong, unless enough is.
    pub fn add(&self, finding: Finding) {
        let mut found = self.found.borrow_mut();
        if found.len() < MAX_PROBLEMS {
            found.push(finding);
        } else {
            self.more.set(true);
        }
    }

    /// Returns whether nothing is wrong.
    pub fn is_empty(&self) -> bool {
        self.found.borrow().is_empty()
    }

    /// Returns whether nothing more is noted: whoever would go on looking through the file need not.
    pub fn is_full(&self) -> bool {
        self.more.get()
    }

    /// Turns what was found in a file of this kind into the error to return, in the order of the file.
    pub fn into_error(self, kind: &'static str, name: &str, text: &str) -> PolicyError {
        let mut findings = self.found.into_inner();
        findings.sort_by_key(|finding| finding.span.start);
        let problems = findings.into_iter().map(|finding| Problem::new(name, text, finding)).collect();
        PolicyError::Invalid { kind, name: name.to_owned(), problems, more: self.more.get() }
    }
}
