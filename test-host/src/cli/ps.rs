//! `ps`: what the slots of a board do.

use std::fmt::Write as _;

use clap::Args;
use serde_json::{Value, json};
use wasm_embedded_line::State;

use super::failure::Failure;
use super::json;
use super::line::{self, HELP, PortArgs};
use wasm_embedded_policy::escape;

/// Shows what runs on a board with the firmware
#[derive(Args)]
#[command(after_help = after_help())]
pub(super) struct Opts {
    #[command(flatten)]
    port: PortArgs,
}

fn after_help() -> String {
    format!(
        "\
Each slot of the flash has two halves, a and b, of which one is in use.

Example:
  wasm-embedded-rt ps --port /dev/ttyACM0

{HELP}"
    )
}

pub(super) fn run(opts: &Opts) -> Result<u8, Failure> {
    let (mut client, who) = opts.port.open(false)?;
    let mut text = format!(
        "{}\n{:4} {:4} {:8} {:>6}  {:24} last run\n",
        who.describe(),
        "slot",
        "half",
        "state",
        "starts",
        "name"
    );
    let mut slots = Vec::new();
    for slot in 0..who.slots {
        let state = client.state(slot).map_err(|error| opts.port.failed(error))?;
        line(&mut text, slot, &state);
        slots.push(fields(slot, &state));
    }
    let mut board = line::json(&who);
    board["states"] = slots.into();
    json::answer("board", board, &text)?;
    Ok(0)
}

fn line(text: &mut String, slot: u8, state: &State) {
    let (doing, half) = (doing(state), half(state));
    let (name, last) = (escape::line(&state.name), escape::line(&state.last));
    // Writing to a string cannot fail.
    let _ =
        writeln!(text, "{}", format!("{slot:4} {half:4} {doing:8} {:6}  {name:24} {last}", state.starts).trim_end());
}

fn doing(state: &State) -> &'static str {
    match (state.runs, state.trial) {
        (true, true) => "on trial",
        (true, false) => "runs",
        (false, _) if state.name.is_empty() => "empty",
        (false, _) => "ended",
    }
}

fn half(state: &State) -> &'static str {
    if state.half == 0 { "a" } else { "b" }
}

/// Returns what programs are told of a slot.
fn fields(slot: u8, state: &State) -> Value {
    json!({
        "slot": slot, "half": half(state), "state": doing(state), "starts": state.starts, "name": state.name,
        "last": state.last,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slot_is_a_line() {
        let state = State { half: 1, trial: true, runs: true, starts: 3, name: "station".into(), last: String::new() };
        let mut text = String::new();
        line(&mut text, 0, &state);
        assert_eq!(text, "   0 b    on trial      3  station\n");
        let ended = State { half: 0, trial: false, runs: false, last: "trapped: \u{1b}[2J".into(), ..state.clone() };
        text.clear();
        line(&mut text, 1, &ended);
        assert!(text.starts_with("   1 a    ended         3  station") && !text.contains('\u{1b}'), "{text}");
    }
}
