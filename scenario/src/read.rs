//! Reads a scenario.

mod action;
mod look;
mod place;

use std::fs::File;
use std::io::Read as _;
use std::path::{Path, PathBuf};

use wasm_embedded_policy::read::{self, Context, Finding, Table, Value};
use wasm_embedded_policy::{MAX_POLICY_BYTES, Policy, PolicyError, duration};

use crate::error::ScenarioError;
use crate::scenario::{Scenario, Start, Step};

/// What the steps are read with.
pub(crate) struct Board<'p> {
    pub(crate) policy: &'p Policy,
    /// The folder that the names of files count from.
    pub(crate) folder: Option<PathBuf>,
}

impl Scenario {
    /// Reads and checks the file of a scenario. The names of other files count from its folder.
    ///
    /// # Errors
    ///
    /// The file or one that it names cannot be read, or says something that is not valid.
    pub fn load(path: &Path) -> Result<Scenario, ScenarioError> {
        let unreadable = |source| ScenarioError::Unreadable { path: path.to_owned(), source };
        let file = File::open(path).map_err(unreadable)?;
        let limit = u64::try_from(MAX_POLICY_BYTES).unwrap_or(u64::MAX).saturating_add(1);
        let mut text = String::new();
        file.take(limit).read_to_string(&mut text).map_err(unreadable)?;
        let folder = path.parent().map(Path::to_owned);
        read_text(&path.display().to_string(), &text, read::context_of(path), folder)
    }

    /// Checks the text of a scenario; errors call it `name`. It cannot name other files.
    ///
    /// # Errors
    ///
    /// The text says something that is not valid.
    pub fn parse(name: &str, text: &str) -> Result<Scenario, ScenarioError> {
        read_text(name, text, Context::default(), None)
    }
}

fn read_text(name: &str, text: &str, context: Context, folder: Option<PathBuf>) -> Result<Scenario, ScenarioError> {
    let mut refused = None;
    let scenario = read::read(name, text, context, |file| read_file(name, text, file, folder, &mut refused));
    if let Some(source) = refused {
        return Err(ScenarioError::Policy { name: name.to_owned(), source: Box::new(source) });
    }
    match scenario {
        Ok(Some(scenario)) => Ok(scenario),
        Ok(None) => Err(ScenarioError::Invalid { name: name.to_owned(), problems: Vec::new() }),
        Err(problems) => Err(ScenarioError::Invalid { name: name.to_owned(), problems }),
    }
}

fn read_file(
    name: &str,
    text: &str,
    file: Table<'_>,
    folder: Option<PathBuf>,
    refused: &mut Option<PolicyError>,
) -> Option<Scenario> {
    let title = file.get("title").and_then(|value| value.text().map(str::to_owned));
    let component = file.get("component").and_then(|value| path(&value, folder.as_deref()));
    let args = file.get("args").and_then(|value| value.list()).unwrap_or_default();
    let args = args.iter().filter_map(|arg| arg.text().map(str::to_owned)).collect();
    let seed = file.get("seed").and_then(|value| value.integer(0..=u64::from(u32::MAX)));
    let meaning = "the file of a policy, or `[policy.…]` tables with what a policy has";
    let policy = file.require("policy", meaning).and_then(|value| read_policy(&value, folder.as_deref(), refused));
    let steps = file.require("step", "`[[step]]` tables, one for each step").and_then(|value| value.list());
    file.finish();
    let policy = policy?;
    let board = Board { policy: &policy, folder };
    let steps = steps?;
    let lines = Lines::of(text);
    let read: Vec<Option<Step>> = steps.iter().map(|value| read_step(value, &board, &lines)).collect();
    let steps = read.into_iter().collect::<Option<_>>()?;
    Some(Scenario { name: name.to_owned(), title, component, args, seed: seed.unwrap_or(0), policy, steps })
}

/// Reads `[[step]]` tables alone, for the board of a policy.
pub(crate) fn steps(name: &str, text: &str, policy: &Policy) -> Result<Vec<Step>, ScenarioError> {
    let read = read::read(name, text, Context::default(), |file| {
        let steps = file.require("step", "`[[step]]` tables, one for each step").and_then(|value| value.list());
        file.finish();
        let (board, lines) = (Board { policy, folder: None }, Lines::of(text));
        let read: Vec<Option<Step>> = steps?.iter().map(|value| read_step(value, &board, &lines)).collect();
        read.into_iter().collect::<Option<Vec<Step>>>()
    });
    let invalid = |problems| ScenarioError::Invalid { name: name.to_owned(), problems };
    read.map_err(invalid)?.ok_or_else(|| invalid(Vec::new()))
}

/// Reads the policy: the name of a file, or a table.
fn read_policy(value: &Value<'_>, folder: Option<&Path>, refused: &mut Option<PolicyError>) -> Option<Policy> {
    let policy = if value.is_table() {
        read::policy(value.table("[policy]".to_owned())?)
    } else {
        match Policy::load(&path(value, folder)?) {
            Ok(policy) => policy,
            Err(error) => {
                *refused = Some(error);
                return None;
            }
        }
    };
    if policy.has_hardware() {
        let help = "a scenario needs a simulated board: give each label `sim` instead".to_owned();
        value.refuse("has labels for hardware", Some(help));
        return None;
    }
    Some(policy)
}

/// Reads the name of a file, which counts from the folder of the scenario.
pub(crate) fn path(value: &Value<'_>, folder: Option<&Path>) -> Option<PathBuf> {
    let name = value.text()?;
    if name.is_empty() {
        value.refuse("must be the name of a file", None);
        return None;
    }
    Some(folder.unwrap_or(Path::new("")).join(name))
}

/// Reads a time with a unit, as nanoseconds.
pub(crate) fn time(value: &Value<'_>) -> Option<u64> {
    let text = value.text()?;
    match duration::parse(text) {
        Ok(time) => Some(u64::try_from(time.as_nanos()).unwrap_or(u64::MAX)),
        Err(problem) => {
            value.refuse(&format!("is \"{}\": {problem}", text.escape_debug()), None);
            None
        }
    }
}

/// The keys of what a step does.
const ACTIONS: [&str; 10] = ["set", "press", "unplug", "plug", "fault", "mend", "wait", "expect", "never", "always"];

fn read_step(value: &Value<'_>, board: &Board<'_>, lines: &Lines) -> Option<Step> {
    let table = value.table("[[step]]".to_owned())?;
    table.exclude("at", "after", "a step begins at a time, or after the one before");
    let at = table.get("at").map(|value| time(&value).map(Start::At));
    let after = table.get("after").map(|value| time(&value).map(Start::After));
    let given: Vec<&str> = ACTIONS.into_iter().filter(|key| table.has(key)).collect();
    let action = match given.as_slice() {
        [_] => action::read(&table, board),
        [one, other, ..] => {
            let (one, other) = (*one, *other);
            ACTIONS.iter().for_each(|key| drop(table.get(key)));
            table.exclude(one, other, "a step does one thing: begin the second with another [[step]]");
            return None;
        }
        [] => {
            let problems = ACTIONS.iter().filter(|key| table.get(key).is_some()).count();
            let message = "[[step]] does not say what to do";
            let finding = Finding::new(message, table.span.clone(), "this step");
            let help = format!("add one of {}", ACTIONS.map(|key| format!("`{key}`")).join(", "));
            if problems == 0 {
                table.findings.add(finding.help(help));
            }
            return None;
        }
    };
    let line = lines.of_offset(table.span.start);
    table.finish();
    let (text, action) = action?;
    Some(Step { line, start: at.or(after).unwrap_or(Some(Start::Next))?, text, action })
}

/// Where the lines of a text begin.
struct Lines(Vec<usize>);

impl Lines {
    fn of(text: &str) -> Lines {
        Lines(std::iter::once(0).chain(text.match_indices('\n').map(|(at, _)| at + 1)).collect())
    }

    /// Returns the line of a byte, from 1.
    fn of_offset(&self, offset: usize) -> usize {
        self.0.partition_point(|begin| *begin <= offset)
    }
}
