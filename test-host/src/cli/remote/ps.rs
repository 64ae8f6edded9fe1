//! `remote ps`: what the applications of a board do.

use std::fmt::Write as _;

use clap::Args;
use wasm_embedded_manage::{Client, Phase, Status};

use crate::cli::failure::Failure;
use crate::cli::json;

/// Shows what the applications of a board do
#[derive(Args)]
pub(super) struct Opts {}

pub(super) fn run(_opts: &Opts, client: &Client) -> Result<u8, Failure> {
    let statuses = client.statuses()?;
    if json::is_on() {
        statuses.iter().try_for_each(|status| json::tell("application", serde_json::json!(status)))?;
    } else {
        super::super::print(&table(&statuses))?;
    }
    Ok(0)
}

fn table(statuses: &[Status]) -> String {
    let mut text =
        format!("{:16} {:11} {:>6} {:>8}  {:12} last end\n", "application", "state", "starts", "memory", "component");
    for status in statuses {
        let component = status.component.map_or_else(|| "-".to_owned(), |component| component.short());
        let memory = status.memory_bytes.map_or_else(|| "-".to_owned(), |bytes| format!("{} KiB", bytes / 1024));
        let mut last = status.last_exit.clone().unwrap_or_default();
        if let Some(back) = &status.rolled_back {
            last = format!("rolled back from {}: {}", back.from.short(), back.reason);
        }
        let line =
            format!("{:16} {:11} {:6} {memory:>8}  {component:12} {last}", status.name, doing(status), status.starts);
        // Writing to a string cannot fail.
        let _ = writeln!(text, "{}", line.trim_end());
    }
    text
}

/// Returns what an application does, in a word or two.
pub(super) fn doing(status: &Status) -> &'static str {
    match status.phase {
        Phase::Empty => "empty",
        Phase::Stopped => "stopped",
        Phase::Starting => "starting",
        Phase::Running if status.on_trial => "on trial",
        Phase::Running => "running",
        Phase::BackingOff => "backing off",
        Phase::Ended => "ended",
        Phase::Failed => "failed",
        _ => "unknown",
    }
}
