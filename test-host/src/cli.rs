//! The command `wasm-embedded-rt`.

#[cfg(feature = "compile")]
mod adapt;
mod apart;
#[cfg(feature = "compile")]
mod arduino;
mod check;
#[cfg(feature = "compile")]
mod compile;
mod config;
mod convert;
mod direct;
mod expect;
mod failure;
mod flash;
mod gpio;
mod guest;
mod i2c;
mod image;
mod input;
mod json;
mod line;
#[cfg(target_os = "linux")]
mod list;
mod logs;
#[cfg(feature = "manual")]
mod manual;
mod new;
mod notify;
mod number;
mod parts;
mod policy;
mod ps;
#[cfg(feature = "serve")]
mod remote;
mod run;
#[cfg(feature = "serve")]
mod serve;
mod signals;
mod spi;
mod status;
mod test;
mod trace;

use std::process::ExitCode;

use clap::error::ErrorKind;
use clap::{Parser, Subcommand};

use self::failure::Failure;
use wasm_embedded_runtime::output::outlet;

/// Runs WebAssembly components that use embedded-hal drivers, on the hardware of this machine or on a simulated board.
#[derive(Parser)]
#[command(name = "wasm-embedded-rt", version, max_term_width = 100, after_help = EXAMPLES)]
struct Cli {
    /// Writes JSON to the standard output: one object per line, see docs/json.md
    #[arg(long, global = true)]
    json: bool,

    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    Run(Box<run::Opts>),
    Check(check::Opts),
    Test(test::Opts),
    Convert(convert::Opts),
    Trace(trace::Opts),
    #[cfg(feature = "compile")]
    Compile(compile::Opts),
    #[cfg(feature = "compile")]
    Adapt(adapt::Opts),
    #[cfg(feature = "compile")]
    Arduino(arduino::Opts),
    Image(image::Opts),
    #[cfg(target_os = "linux")]
    List(list::Opts),
    Parts(parts::Opts),
    Policy(policy::Opts),
    I2c(i2c::Opts),
    Spi(spi::Opts),
    Gpio(gpio::Opts),
    Flash(flash::Opts),
    Ps(ps::Opts),
    Logs(logs::Opts),
    Stop(guest::StopOpts),
    Start(guest::StartOpts),
    Config(config::Opts),
    #[cfg(feature = "serve")]
    Serve(serve::Opts),
    #[cfg(feature = "serve")]
    Remote(remote::Opts),
    New(new::Opts),
    #[cfg(feature = "manual")]
    Completions(manual::CompletionsOpts),
    #[cfg(feature = "manual")]
    #[command(hide = true)]
    Man(manual::ManOpts),
}

const EXAMPLES: &str = "\
Examples:
  wasm-embedded-rt new thermometer
  wasm-embedded-rt run station.wasm --policy board.toml --display
  wasm-embedded-rt check station.wasm --policy board.toml
  wasm-embedded-rt test fan.toml
  wasm-embedded-rt parts
  wasm-embedded-rt compile station.wasm
  wasm-embedded-rt i2c detect sensor --policy board.toml

`wasm-embedded-rt help run` lists the exit statuses.";

/// Runs the command that this program was called with, and returns its exit status.
pub(crate) fn main() -> ExitCode {
    signals::outlive_long_files();
    let args: Vec<_> = std::env::args_os().collect();
    if test::is_guest_call(&args) {
        // Its options end with the component: all further arguments are the guest's.
        return match test::GuestOpts::try_parse_from(args.iter().skip(1)) {
            Ok(opts) => ExitCode::from(test::run_guest(&opts).unwrap_or_else(|failure| failure.report())),
            Err(error) => refused(&error),
        };
    }
    #[cfg(feature = "page")]
    let args = if args.get(1).is_some_and(|command| command == "run") { run::join_diagram(args) } else { args };
    let cli = match Cli::try_parse_from(&args) {
        Ok(cli) => cli,
        Err(error) => {
            // Nothing says which options the rest has, so the word alone counts. What is behind `--` is the guest's.
            if args.iter().take_while(|arg| *arg != "--").any(|arg| arg == "--json") {
                json::turn_on();
            }
            return refused(&error);
        }
    };
    if cli.json {
        json::turn_on();
    }
    let result = match cli.command {
        Command::Run(opts) => run::run(*opts),
        Command::Check(opts) => check::run(&opts),
        Command::Test(opts) => test::run(&opts),
        Command::Convert(opts) => convert::run(&opts),
        Command::Trace(opts) => trace::run(&opts),
        #[cfg(feature = "compile")]
        Command::Compile(opts) => compile::run(&opts),
        #[cfg(feature = "compile")]
        Command::Adapt(opts) => adapt::run(&opts),
        #[cfg(feature = "compile")]
        Command::Arduino(opts) => arduino::run(&opts),
        Command::Image(opts) => image::run(&opts),
        #[cfg(target_os = "linux")]
        Command::List(opts) => list::run(&opts),
        Command::Parts(opts) => parts::run(&opts),
        Command::Policy(opts) => policy::run(&opts),
        Command::I2c(opts) => i2c::run(opts),
        Command::Spi(opts) => spi::run(&opts),
        Command::Gpio(opts) => gpio::run(opts),
        Command::Flash(opts) => flash::run(&opts),
        Command::Ps(opts) => ps::run(&opts),
        Command::Logs(opts) => logs::run(&opts),
        Command::Stop(opts) => guest::stop(&opts),
        Command::Start(opts) => guest::start(&opts),
        Command::Config(opts) => config::run(&opts),
        #[cfg(feature = "serve")]
        Command::Serve(opts) => serve::run(&opts),
        #[cfg(feature = "serve")]
        Command::Remote(opts) => remote::run(&opts),
        Command::New(opts) => new::run(&opts),
        #[cfg(feature = "manual")]
        Command::Completions(opts) => manual::completions(&opts),
        #[cfg(feature = "manual")]
        Command::Man(opts) => manual::man(&opts),
    };
    ExitCode::from(result.unwrap_or_else(|failure| failure.report()))
}

/// Tells what is wrong with the command line, or the help that was asked for, and returns the exit status.
fn refused(error: &clap::Error) -> ExitCode {
    // Help that nobody reads to its end is no failure.
    let _ = error.print();
    let asked_for = matches!(error.kind(), ErrorKind::DisplayHelp | ErrorKind::DisplayVersion);
    if !asked_for {
        let text = error.to_string();
        let message = text.strip_prefix("error: ").unwrap_or(&text).trim_end();
        json::also(
            "error",
            serde_json::json!({ "status": status::USAGE, "message": message, "causes": [], "problems": [] }),
        );
    }
    ExitCode::from(if asked_for { 0 } else { status::USAGE })
}

/// Writes to the standard error. If that is closed there is nobody to be told.
fn note(text: &str) {
    let _ = outlet::stderr().say(text.as_bytes());
}

/// Writes to the standard output.
fn print(text: &str) -> Result<(), Failure> {
    outlet::stdout().say(text.as_bytes()).map_err(Failure::output)
}
