//! `flash`: another image for a board, over its serial line.

use std::fs;
use std::path::Path;
use std::time::{Duration, Instant};

use clap::Args;
use serde_json::json;
use wasm_embedded_image::{Image, MAGIC};
use wasm_embedded_line::{Client, Progress, SLOTS, State, proof};

use super::failure::{Failure, warn};
use super::input::{ComponentArgs, PolicyArgs};
use super::line::{HELP, KeyArgs, Line, PortArgs};
use super::{json, status};

/// Puts another application on a board with the firmware, over its serial port
#[derive(Args)]
#[command(after_help = after_help())]
pub(super) struct Opts {
    #[command(flatten)]
    component: ComponentArgs,

    #[command(flatten)]
    policy: PolicyArgs,

    #[command(flatten)]
    port: PortArgs,

    /// Flash slot of the application
    #[arg(long, value_name = "NUMBER", default_value_t = 0, value_parser = clap::value_parser!(u8).range(0..SLOTS))]
    slot: u8,

    /// Speed of the line meanwhile, in bits a second
    #[arg(long, value_name = "BAUD", default_value_t = 921_600)]
    baud: u32,

    /// How long the application must run without a fault to stay
    #[arg(long, value_name = "SECONDS", default_value_t = 10, value_parser = clap::value_parser!(u32).range(1..=3600))]
    health_s: u32,

    #[command(flatten)]
    key: KeyArgs,
}

fn after_help() -> String {
    format!(
        "\
The component is compiled with its policy for the board, as by `compile --target pico2`; an image that `compile` has made is sent \
as it is. A slot has two halves: the image goes to the half that does not run, in blocks that are checked, and what is \
there of an attempt that was interrupted is not sent again. Then the board checks the image, ends the application before, and tries \
the new one. If that traps, fails, or hangs within --health-s, the one before runs again. Power may be cut at any \
moment: the board runs one of the two.

Examples:
  wasm-embedded-rt flash station.wasm --policy pico2.toml --port /dev/ttyACM0
  wasm-embedded-rt flash station.bin --port /dev/ttyUSB0 --slot 1 --health-s 60

{HELP}
  120  the policy is missing or refused
  121  the component is missing, or cannot be compiled"
    )
}

pub(super) fn run(opts: &Opts) -> Result<u8, Failure> {
    let image = image(opts)?;
    let digest = Image::verify(&image)
        .ok()
        .and_then(|image| image.digest().try_into().ok())
        .ok_or_else(|| Failure::new(status::COMPONENT, format!("{} is damaged", opts.component.component.display())))?;
    let key = opts.key.read()?;
    let proof = key.map(|key| proof(&key, &digest));
    let (mut client, who) = opts.port.open(false)?;
    super::note(&format!("{}\n", who.describe()));
    let failed = |error| opts.port.failed(error);
    let before = client.state(opts.slot).map_err(failed)?;
    let baud = client.speed(opts.baud).map_err(failed)?;
    if baud != opts.baud {
        warn(&format!("the line does not work at {} baud: going on at {baud}", opts.baud));
    }
    let began = Instant::now();
    let mut shown = 0;
    let show = |progress: Progress| {
        let tenth = progress.done * 10 / progress.of.max(1);
        if tenth > shown {
            shown = tenth;
            super::note(&format!("{} of {} bytes\n", progress.done, progress.of));
        }
    };
    let sent = client.send(&who, opts.slot, &image, digest, proof, show);
    let finished = sent.and_then(|()| client.finish(Duration::from_secs(opts.health_s.into())));
    // The line is for a terminal again, whatever came of it.
    let ended = client.end();
    finished.map_err(failed)?;
    super::note(&format!(
        "sent in {:.1} s; the board tries it for {} s\n",
        began.elapsed().as_secs_f64(),
        opts.health_s
    ));
    ended.map_err(failed)?;
    let state = watch(&mut client, opts)?;
    let (slot, name) = (opts.slot, &state.name);
    let does_well = state.runs || state.last.starts_with("ended successfully");
    match (state.half != before.half, does_well) {
        (true, true) => {
            json::answer("flashed", json!({ "slot": slot, "name": name }), &format!("slot {slot}: {name} stays\n"))?;
            Ok(0)
        }
        (true, false) => {
            Err(fault(format!("{name} in slot {slot} {}, and there is no application before it", state.last)))
        }
        (false, _) => {
            Err(fault(format!("slot {slot} runs {name} again: in its trial, the new application {}", state.last)))
        }
    }
}

fn fault(why: String) -> Failure {
    Failure::new(status::DEVICE, why)
}

/// Returns the image to send.
fn image(opts: &Opts) -> Result<Vec<u8>, Failure> {
    let path = &opts.component.component;
    let bytes = fs::read(path).ok().filter(|bytes| bytes.starts_with(MAGIC));
    match bytes {
        Some(image) => Ok(image),
        None => pack(opts, path),
    }
}

#[cfg(feature = "compile")]
fn pack(opts: &Opts, path: &Path) -> Result<Vec<u8>, Failure> {
    use wasm_embedded_runtime::microcontroller::{Board, pack};
    let policy = opts.policy.require()?;
    let name = path.file_stem().unwrap_or_default().to_string_lossy();
    pack(&opts.component.bytes()?, &policy, Board::Pico2, &name).map_err(|error| {
        let status = if error.is_of_component() { status::COMPONENT } else { status::POLICY };
        Failure::new(status, error).context(format!("cannot make an image of {}", path.display()))
    })
}

#[cfg(not(feature = "compile"))]
fn pack(_: &Opts, path: &Path) -> Result<Vec<u8>, Failure> {
    let why = format!(
        "{} is not an image, and this program has no compiler: make one with `compile --target`",
        path.display()
    );
    Err(Failure::new(status::COMPONENT, why))
}

/// Waits until the trial is over.
fn watch(client: &mut Client<Line>, opts: &Opts) -> Result<State, Failure> {
    loop {
        let state = client.state(opts.slot).map_err(|error| opts.port.failed(error))?;
        if !state.trial {
            return Ok(state);
        }
        client.listen(Duration::from_millis(500)).map_err(|error| opts.port.failed(error))?;
    }
}
