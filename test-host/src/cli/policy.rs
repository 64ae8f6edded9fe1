//! `policy schema`: what editors check a policy by.

use clap::{Args, Subcommand};
use wasm_embedded_policy::schema_text;
use wasm_embedded_sim::model::Catalog;

use super::failure::Failure;

/// Prints what editors need to check policies
#[derive(Args)]
pub(super) struct Opts {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    Schema(SchemaOpts),
}

/// Prints the JSON schema of policies
#[derive(Args)]
#[command(after_help = AFTER_HELP)]
struct SchemaOpts {}

const AFTER_HELP: &str = "\
The schema has every key of this version, and every model that `parts` lists. An editor with a TOML language server, such as taplo \
or Even Better TOML, completes and checks a policy that begins with the line `#:schema ./policy.schema.json`.

Example:
  wasm-embedded-rt policy schema > policy.schema.json

Exit status:
    0  success
   64  the command line is wrong
  119  the output cannot be written";

pub(super) fn run(opts: &Opts) -> Result<u8, Failure> {
    let Command::Schema(SchemaOpts {}) = &opts.command;
    super::print(&schema_text(&Catalog::new()))?;
    Ok(0)
}
