//! `remote logs`: what an application says.

use clap::Args;
use wasm_embedded_manage::{Client, Level, LogLine, Name, Source};
use wasm_embedded_policy::escape;

use crate::cli::failure::Failure;

/// Prints the newest lines of an application's log
#[derive(Args)]
pub(super) struct Opts {
    /// The name of the application, as in board.toml
    application: Name,

    /// Goes on with further lines as they come, until Ctrl-C
    #[arg(short, long)]
    follow: bool,

    /// How many of the newest lines are printed; the board keeps 1000
    #[arg(short = 'n', long, value_name = "COUNT", default_value_t = 100)]
    lines: usize,
}

pub(super) fn run(opts: &Opts, client: &Client) -> Result<u8, Failure> {
    let mut printed = Ok(());
    client.logs(&opts.application, opts.lines, opts.follow, |line| {
        printed = super::super::print(&text(&line));
        printed.is_ok()
    })?;
    printed.map(|()| 0)
}

fn text(line: &LogLine) -> String {
    match line {
        LogLine::Line { at, source, level, text } => {
            let level = match level {
                Level::Error => " error:",
                Level::Warn if *source != Source::Stderr => " warning:",
                _ => "",
            };
            let source = match source {
                Source::Board => " board:",
                Source::Host => " host:",
                _ => "",
            };
            // The board is somebody else.
            format!("{}{source}{level} {}\n", escape::line(at), escape::line(text))
        }
        LogLine::Missed(count) => format!("({count} lines are not kept any more)\n"),
        _ => String::new(),
    }
}
