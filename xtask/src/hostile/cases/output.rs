//! H48 to H51: floods, and text that would like to be something else.

use std::fs;
use std::io::{ErrorKind, Read as _};

use anyhow::{Context as _, ensure};
use serde_json::Value;

use crate::hostile::Outcome::{self, Harmless, Stopped};
use crate::hostile::job::Job;
use crate::hostile::lab::Lab;
use crate::hostile::process;

pub(super) fn floods(lab: &Lab) -> anyhow::Result<Outcome> {
    let ran = lab.expect(Job::guest("log-flood"), Harmless)?;
    Lab::at_most("the log", ran.stderr_bytes, 2 << 20)?;
    Lab::says(&ran, "messages dropped")?;
    let ran = lab.expect(Job::guest("long-lines"), Harmless)?;
    Lab::at_most("the log", ran.stderr_bytes, 5 << 20)?;
    let limits = "output-bytes = 1_000_000\ncomputing-ms = 500";
    let ran = lab.expect(Job::guest("print-flood").limits(limits), Stopped)?;
    Lab::at_most("the output", ran.stdout_bytes, 1_000_000)?;
    Lab::says(&ran, "`output-bytes` in [limits] would raise the limit")?;
    let ran = lab.expect(Job::guest("print-flood").limits(limits).options(&["--json"]), Stopped)?;
    Lab::at_most("the events", ran.stdout_bytes, 2_000_000)?;
    Ok(Harmless)
}

/// Whether a character may be in what the host writes of a guest's text.
fn is_plain(char: char) -> bool {
    !char.is_control()
        && !matches!(char, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}')
}

pub(super) fn active_text(lab: &Lab) -> anyhow::Result<Outcome> {
    let ran = lab.expect(Job::guest("active-text"), Stopped)?;
    let stderr = ran.stderr();
    ensure!(stderr.contains("\\u{1b}[2J"), "the text did not arrive: {stderr:?}");
    for line in stderr.lines() {
        ensure!(line.chars().all(is_plain), "an active character reached the log: {line:?}");
        ensure!(!line.starts_with("[    0.000000] host  all is well"), "a line was forged: {line:?}");
    }

    let ran = lab.expect(Job::guest("active-text").options(&["--json", "--trace-text"]), Stopped)?;
    let stdout = ran.stdout();
    let (mut messages, mut exits) = (0, 0);
    for line in stdout.lines() {
        let event: Value = serde_json::from_str(line).with_context(|| format!("no JSON: {line:?}"))?;
        ensure!(line.chars().all(is_plain), "an active character reached the events: {line:?}");
        messages += usize::from(event["message"].as_str().is_some_and(|text| text.contains("\u{1b}[2J")));
        exits += usize::from(event["event"] == "exit");
    }
    ensure!(messages > 0 && exits == 1, "{messages} messages and {exits} exits: {stdout:?}");

    let (mut terminal, path) = process::terminal()?;
    let ran = lab.run(Job { stdout: Some(path), ..Job::guest("active-print") })?;
    ensure!(ran.status.success(), "it ended with {}", ran.status);
    let mut shown = [0; 4096];
    let length = terminal.read(&mut shown).context("cannot read from the terminal")?;
    let shown = String::from_utf8_lossy(shown.get(..length).unwrap_or_default()).into_owned();
    let plain = shown.chars().all(|char| matches!(char, '\r' | '\n') || is_plain(char));
    ensure!(plain && shown.contains("\\u{1b}[2J"), "on a terminal: {shown:?}");
    Ok(Stopped)
}

/// Returns the status of a host whose output goes through a pipe to another program.
fn piped(lab: &Lab, reader: &str) -> anyhow::Result<i32> {
    let noted = lab.path("status");
    let script = format!("{{ \"$@\"; echo $? > {}; }} | {{ {reader}; }}", noted.display());
    let job = Job { wrapper: ["sh", "-c", &script, "sh"].map(str::to_owned).to_vec(), ..Job::guest("print-some") };
    let ran = lab.run(job)?;
    ensure!(!ran.hung, "it did not end");
    let status = fs::read_to_string(&noted).context("there is no status")?;
    status.trim().parse().context("it is no number")
}

pub(super) fn bad_outputs(lab: &Lab) -> anyhow::Result<Outcome> {
    let ran = lab.run(Job { stdout: Some("/dev/full".into()), ..Job::guest("print-some") })?;
    ensure!(ran.status.code() == Some(119), "a full disk: it ended with {}", ran.status);
    let closed = piped(lab, "exec true")?;
    ensure!(closed == 141, "nobody reads: it ended with {closed}");
    let slow = piped(lab, "sleep 0.3; exec cat > /dev/null")?;
    ensure!(slow == 0, "a slow reader: it ended with {slow}");
    Ok(Harmless)
}

pub(super) fn long_trace(lab: &Lab) -> anyhow::Result<Outcome> {
    let trace = lab.path("long.vcd");
    let limit = "trace-bytes = 1_000_000";
    let path = trace.display().to_string();
    let ran = lab.run(Job::guest("trace-flood").limits(limit).options(&["--trace", &path]))?;
    ensure!(ran.status.code() == Some(119), "it ended with {}: {}", ran.status, ran.stderr());
    Lab::says(&ran, "`trace-bytes` in [limits]")?;
    let length = match fs::metadata(&trace) {
        Err(error) if error.kind() == ErrorKind::NotFound => 0,
        metadata => metadata?.len(),
    };
    Lab::at_most("the trace", length, 1_000_000)?;
    let ran = lab.run(Job::guest("trace-flood").limits(limit).options(&["--trace-text"]))?;
    ensure!(ran.status.code() == Some(119), "it ended with {}", ran.status);
    Lab::at_most("the trace", ran.stderr_bytes, 1_010_000)?;
    Ok(Harmless)
}
