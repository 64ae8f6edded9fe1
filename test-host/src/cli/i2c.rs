//! `i2c`: the commands of i2c-tools, on labels.

mod detect;
mod get;
mod set;
mod transfer;

use clap::{Args, Subcommand};
use wasm_embedded_host::i2c::Address;

use super::direct::{Direct, DirectArgs, find};
use super::failure::{self, Failure};
use super::status;
use wasm_embedded_policy::{AddressGrant, I2cLabel, Policy};
use wasm_embedded_runtime::board::Board;

/// Scans, reads and writes the I2C bus behind a label, like i2c-tools
#[derive(Args)]
#[command(after_help = AFTER_HELP)]
pub(super) struct Opts {
    #[command(subcommand)]
    command: Command,

    /// Ignored; accepted for i2c-tools compatibility
    #[arg(short = 'y', global = true)]
    _yes: bool,
}

#[derive(Subcommand)]
enum Command {
    Detect(detect::Opts),
    Get(get::Opts),
    Set(set::Opts),
    Transfer(transfer::Opts),
}

const AFTER_HELP: &str = "\
Give a label of the policy where i2c-tools take a bus number. These commands reach only the addresses that the label \
grants, simulated or real. They write without asking for confirmation.

Examples:
  wasm-embedded-rt i2c detect sensor --policy board.toml
  wasm-embedded-rt i2c get sensor 0x76 0xd0 --policy board.toml
  wasm-embedded-rt i2c set sensor 0x76 0xf4 0x27 --policy board.toml
  wasm-embedded-rt i2c transfer sensor w1@0x76 0xf7 r8 --policy board.toml";

pub(super) fn run(opts: Opts) -> Result<u8, Failure> {
    match opts.command {
        Command::Detect(opts) => detect::run(&opts),
        Command::Get(opts) => get::run(&opts),
        Command::Set(opts) => set::run(&opts),
        Command::Transfer(opts) => transfer::run(&opts),
    }
}

/// What one device on a bus is used with.
struct Target<'a> {
    direct: Direct<'a>,
    label: &'a str,
    address: u8,
    policy: Policy,
}

impl<'a> Target<'a> {
    /// Opens the bus of a label for one address, as far as that is granted.
    fn open(args: &'a DirectArgs, label: &'a str, address: u8) -> Result<Target<'a>, Failure> {
        let policy = args.policy.require()?;
        check_width(find(&policy.i2c, |i2c| &i2c.label, label, "I2C")?)?;
        // Another address of the label's may be in the kernel's hands.
        let used = narrowed(&policy, label, |granted| granted == u16::from(address));
        let direct = Direct::on(args, &policy, Board::new(&used)?)?;
        Ok(Target { direct, label, address, policy: used })
    }

    /// Carries out a transaction.
    fn transaction(&mut self, operations: &mut [embedded_hal::i2c::Operation<'_>]) -> Result<(), Failure> {
        let (label, address) = (self.label, Address::SevenBit(self.address));
        self.direct.operator.hal().i2c_transaction(label, address, operations).map_err(|error| {
            self.direct.unanswered(&self.policy).iter().for_each(|warning| failure::warn(warning));
            self.direct.failure(&format!("the transaction with {address} on `{label}` failed"), error)
        })
    }
}

/// Returns the policy for the use of some of the seven-bit addresses that a label grants.
fn narrowed(policy: &Policy, label: &str, keep: impl Fn(u16) -> bool) -> Policy {
    let mut policy = policy.only(&[label]);
    for i2c in policy.i2c.iter_mut().filter(|i2c| i2c.label == label) {
        i2c.allow = seven_bit(i2c)
            .filter(|(address, _)| keep(*address))
            .map(|(address, granted)| AddressGrant { addresses: address..=address, ..granted.clone() })
            .collect();
    }
    policy
}

/// Refuses a label of which these commands can reach nothing, before its table is printed empty.
fn check_width(label: &I2cLabel) -> Result<(), Failure> {
    let name = &label.label;
    if label.allow.is_empty() {
        let text = format!("`{name}` grants no addresses: list them in `allow` of [i2c.{name}]");
        return Err(Failure::new(status::POLICY, text));
    }
    if label.allow.iter().all(|granted| granted.ten_bit) {
        let text = format!(
            "`{name}` grants only 10-bit addresses: the `i2c` commands use 7-bit addresses, like i2c-tools; a guest can use both"
        );
        return Err(Failure::new(status::POLICY, text));
    }
    Ok(())
}

/// Returns the seven-bit addresses that a label grants.
fn seven_bit(label: &I2cLabel) -> impl Iterator<Item = (u16, &AddressGrant)> {
    let seven_bit = label.allow.iter().filter(|granted| !granted.ten_bit);
    seven_bit.flat_map(|granted| granted.addresses.clone().map(move |address| (address, granted)))
}
