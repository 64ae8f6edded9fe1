//! Man pages and completions, made from the command line itself.

use std::path::PathBuf;

use clap::{Args, CommandFactory as _};
use clap_complete::Shell;
use serde_json::json;

use super::failure::Failure;
use super::json;

/// Writes the completions for a shell
#[derive(Args)]
#[command(after_help = COMPLETIONS_HELP)]
pub(super) struct CompletionsOpts {
    /// The shell
    shell: Shell,
}

const COMPLETIONS_HELP: &str = "\
Examples:
  wasm-embedded-rt completions bash > ~/.local/share/bash-completion/completions/wasm-embedded-rt
  wasm-embedded-rt completions fish > ~/.config/fish/completions/wasm-embedded-rt.fish

Exit status:
    0  success
   64  the command line is wrong
  119  the output cannot be written";

/// Writes the man pages, one for each command
#[derive(Args)]
pub(super) struct ManOpts {
    /// The folder to write them to
    folder: PathBuf,
}

pub(super) fn completions(opts: &CompletionsOpts) -> Result<u8, Failure> {
    let mut command = super::Cli::command();
    let name = command.get_name().to_owned();
    let mut text = Vec::new();
    clap_complete::generate(opts.shell, &mut command, name, &mut text);
    let text = String::from_utf8_lossy(&text);
    json::answer("completions", json!({ "text": text }), &text)?;
    Ok(0)
}

pub(super) fn man(opts: &ManOpts) -> Result<u8, Failure> {
    let written = clap_mangen::generate_to(super::Cli::command(), &opts.folder);
    let folder = opts.folder.display().to_string();
    written.map_err(|error| Failure::file(format!("cannot write man pages to {folder}"), error))?;
    json::answer("man", json!({ "folder": folder }), "")?;
    Ok(0)
}
