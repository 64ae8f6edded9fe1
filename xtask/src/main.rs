//! The project's own commands: `cargo xtask demo`, `cargo xtask test` and what they are made of.

use std::process::ExitCode;

use clap::{Parser, Subcommand};

mod bench;
mod bindings;
mod conformance;
mod demo;
mod deny;
#[cfg(unix)]
mod dist;
#[cfg(test)]
mod documents;
mod faults;
mod guests;
#[cfg(unix)]
mod hostile;
#[cfg(unix)]
mod languages;
mod link_matrix;
mod mcu;
mod mutants;
mod output;
#[cfg(unix)]
mod page;
#[cfg(unix)]
mod pi;
mod pico2;
mod process;
mod program;
mod prose;
#[cfg(unix)]
mod reports;
mod soak;
mod steps;
mod targets;
mod test;

/// Commands for working on wasm-embedded-hal.
#[derive(Debug, Parser)]
#[command(name = "cargo xtask", bin_name = "cargo xtask")]
struct Options {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Builds the weather station and runs it in simulation: the main job, to be seen.
    Demo,
    /// Runs every check and test, as CI does.
    Test(test::Options),
    /// Measures what a call across the boundary costs.
    Bench(bench::Options),
    /// Examines every host by the rules of embedded-hal: one line a rule.
    Conformance(conformance::Options),
    /// Runs the Linux back end on an emulated Raspberry Pi; installs QEMU and more first if it is missing (root, Debian).
    #[cfg(unix)]
    Pi(pi::Options),
    /// Runs the firmware for microcontrollers in QEMU, and measures it.
    Mcu(mcu::Options),
    /// Runs the firmware of the Pico 2 on an RP2350 in software, with simulated parts on its pins.
    Pico2(pico2::Options),
    /// Runs hostile guests, files and policies, each in a process of its own, and checks what becomes of them.
    #[cfg(unix)]
    Hostile(hostile::Options),
    /// Makes faults in the code by a seed, and counts those that the tests notice; not part of CI.
    Mutants(mutants::Options),
    /// Makes what is generated from `wit/` again: the guest's bindings and the copies of the WIT in the crates.
    Bindings(bindings::Options),
    /// Builds the command for the machines of users, and packs it: archives, Debian packages, wheels, npm packages.
    #[cfg(unix)]
    Dist(dist::Options),
    /// Checks the dependencies of every Cargo.lock against `deny.toml`: advisories, licences, sources. Needs cargo-deny.
    Deny(deny::Options),
    /// Looks for phrases that this project has replaced, in help, messages and documents.
    Prose,
    /// Runs published drivers on a simulated board on which things go wrong, and prints what they say.
    Faults,
    /// Runs ten million transactions and ten thousand guests, and looks whether memory, files or threads grow.
    Soak,
    /// Builds the guests of `examples` and `drivers-demo`, and those in other languages, which it compares with the Rust ones.
    #[cfg(unix)]
    Guests(languages::Options),
    /// Links guests that use one thing of the hal each, compiled in every way: 21 builds, some minutes.
    LinkMatrix(link_matrix::Options),
}

fn main() -> ExitCode {
    match run(Options::parse().command) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run(command: Command) -> anyhow::Result<()> {
    match command {
        Command::Demo => demo::run(),
        Command::Test(options) => test::run(&options),
        Command::Bench(options) => bench::run(&options),
        Command::Conformance(options) => conformance::run(&options),
        #[cfg(unix)]
        Command::Pi(options) => pi::run(&options),
        Command::Mcu(options) => mcu::run(&options),
        Command::Pico2(options) => pico2::run(&options),
        #[cfg(unix)]
        Command::Hostile(options) => hostile::run(&options),
        Command::Mutants(options) => mutants::run(&options),
        Command::Bindings(options) => bindings::run(&options),
        #[cfg(unix)]
        Command::Dist(options) => dist::run(&options),
        Command::Deny(options) => deny::run(&options),
        Command::Prose => prose::check().map(drop),
        Command::Faults => faults::run(),
        Command::Soak => soak::run(),
        #[cfg(unix)]
        Command::Guests(options) => languages::run(&options),
        Command::LinkMatrix(options) => link_matrix::run(&options),
    }
}
