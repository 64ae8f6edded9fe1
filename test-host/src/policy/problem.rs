//! What is wrong with a policy file, and where.

use std::cell::RefCell;
use std::ops::Range;
use std::path::PathBuf;
use std::sync::Arc;

use miette::{Diagnostic, LabeledSpan, NamedSource, SourceCode};

/// The bytes of a policy file that something is about.
pub(crate) type Span = Range<usize>;

/// Why a policy is refused. Nothing has been opened when this is returned.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum PolicyError {
    /// The file cannot be read.
    #[error("cannot read the policy {}", path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// What the operating system said.
        source: std::io::Error,
    },
    /// The file is longer than [`super::MAX_POLICY_BYTES`].
    #[error("the policy {name} is longer than {limit} bytes")]
    TooLong {
        /// The file.
        name: String,
        /// The limit.
        limit: usize,
    },
    /// The file is not UTF-8 text.
    #[error("the policy {name} is not UTF-8 text: line {line}, byte {offset} of the file")]
    NotText {
        /// The file.
        name: String,
        /// The line of the first byte that is not text, from 1.
        line: usize,
        /// That byte's place in the file, from 0.
        offset: usize,
    },
    /// The file says something that is not valid.
    #[error("the policy {name} is refused: {}", count(problems.len()))]
    Invalid {
        /// The file.
        name: String,
        /// What is wrong, at least one, in the order of the file.
        problems: Vec<Problem>,
    },
}

fn count(problems: usize) -> String {
    match problems {
        1 => "1 problem".to_owned(),
        _ => format!("{problems} problems"),
    }
}

/// One thing that is wrong with a policy file; as a [`Diagnostic`] it points into the file.
#[derive(Debug, Clone)]
pub struct Problem {
    source: Arc<NamedSource<String>>,
    finding: Finding,
}

impl Problem {
    /// Returns the line that the problem is on, from 1.
    pub fn line(&self) -> usize {
        self.source.inner().bytes().take(self.finding.span.start).filter(|&byte| byte == b'\n').count() + 1
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
        Some(&*self.source)
    }

    fn labels(&self) -> Option<Box<dyn Iterator<Item = LabeledSpan> + '_>> {
        let here = LabeledSpan::new_primary_with_span(Some(self.finding.label.clone()), self.finding.span.clone());
        let there = self.finding.other.iter();
        let there = there.map(|(span, text)| LabeledSpan::new_with_span(Some(text.clone()), span.clone()));
        Some(Box::new(std::iter::once(here).chain(there)))
    }
}

/// A [`Problem`] before it knows its file.
#[derive(Debug, Clone)]
pub(crate) struct Finding {
    message: String,
    span: Span,
    label: String,
    other: Option<(Span, String)>,
    help: Option<String>,
}

impl Finding {
    /// Creates a finding: what is wrong, where, and what is to be seen there.
    pub(crate) fn new(message: impl Into<String>, span: Span, label: impl Into<String>) -> Finding {
        Finding { message: message.into(), span, label: label.into(), other: None, help: None }
    }

    /// Points to a second place, that of the other half of a contradiction.
    pub(crate) fn and(mut self, span: Span, label: impl Into<String>) -> Finding {
        self.other = Some((span, label.into()));
        self
    }

    /// Says what to do about it.
    pub(crate) fn help(mut self, help: impl Into<String>) -> Finding {
        self.help = Some(help.into());
        self
    }
}

/// Gathers what is wrong, so that one run shows all of it.
#[derive(Debug, Default)]
pub(crate) struct Findings(RefCell<Vec<Finding>>);

impl Findings {
    pub(crate) fn add(&self, finding: Finding) {
        self.0.borrow_mut().push(finding);
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.0.borrow().is_empty()
    }

    /// Turns what was found into the error to return, in the order of the file.
    pub(crate) fn into_error(self, name: &str, text: &str) -> PolicyError {
        let source = Arc::new(NamedSource::new(name, text.to_owned()));
        let mut findings = self.0.into_inner();
        findings.sort_by_key(|finding| finding.span.start);
        let problems = findings.into_iter().map(|finding| Problem { source: source.clone(), finding }).collect();
        PolicyError::Invalid { name: name.to_owned(), problems }
    }
}
