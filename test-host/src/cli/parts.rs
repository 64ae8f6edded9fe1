//! `parts`: what can be on a simulated board.

mod json;
mod text;

use clap::Args;
use wasm_embedded_policy::suggest;
use wasm_embedded_sim::model::{Catalog, Model};

use super::failure::Failure;
use super::status;

/// Lists the models that `[[part]]` in a policy can name, or describes one of them
#[derive(Args)]
#[command(after_help = AFTER_HELP)]
pub(super) struct Opts {
    /// The model to describe: its wiring, pins, settings, controls, readouts and pictures
    name: Option<String>,
}

const AFTER_HELP: &str = "\
Examples:
  wasm-embedded-rt parts
  wasm-embedded-rt parts ssd1306
  wasm-embedded-rt parts --json

Exit status:
    0  success
   64  the command line is wrong, or no model has this name
  119  the output cannot be written";

pub(super) fn run(opts: &Opts) -> Result<u8, Failure> {
    let catalog = Catalog::new();
    let model = opts.name.as_deref().map(|name| find(&catalog, name)).transpose()?;
    let text = match (model, super::json::is_on()) {
        (Some(model), true) => format!("{:#}\n", json::model(model)),
        (None, true) => format!("{:#}\n", json::all(&catalog)),
        (Some(model), false) => text::model(model),
        (None, false) => text::all(&catalog),
    };
    super::print(&text)?;
    Ok(0)
}

fn find(catalog: &Catalog, name: &str) -> Result<&'static Model, Failure> {
    catalog.find(name).ok_or_else(|| {
        let names: Vec<&str> = catalog.iter().map(|model| model.name).collect();
        let advice = suggest::advice(name, "models", &names);
        Failure::new(status::USAGE, format!("no model has the name \"{}\": {advice}", name.escape_debug()))
    })
}
