//! `i2c detect`: who is there.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use clap::Args;
use embedded_hal::i2c::Operation;
use serde_json::json;
use wasm_embedded_host::DirectError;
use wasm_embedded_host::i2c::{Address, Error};

use super::{check_width, narrowed, seven_bit};
use crate::cli::direct::{Direct, DirectArgs, find};
use crate::cli::failure::{self, Failure};
use crate::cli::{json, status};
use wasm_embedded_policy::Access;
use wasm_embedded_runtime::board::Board;

/// Shows which of a label's addresses answer, in a table like i2cdetect's
#[derive(Args)]
#[command(after_help = format!("{AFTER_HELP}\n\n{}", status::DIRECT_HELP))]
pub(in crate::cli) struct Opts {
    /// The label of the bus
    label: String,

    /// Scans with an empty write (SMBus quick command)
    #[arg(short, long, conflicts_with = "read")]
    quick: bool,

    /// Scans by reading one byte
    #[arg(short, long)]
    read: bool,

    #[command(flatten)]
    direct: DirectArgs,
}

const AFTER_HELP: &str = "\
In the table, a number is an address that answered, -- is an address that did not, and UU is an address that a kernel \
driver uses; this command leaves it alone. A blank is an address that the policy does not grant. \
By default, this command sends an empty write. Like i2cdetect, it reads one byte at 0x30 to 0x37 and 0x50 to 0x5f instead, \
because a write could change an EEPROM there. It also reads at addresses granted as read-only.

Example:
  wasm-embedded-rt i2c detect sensor --policy board.toml";

/// The addresses in the table that are not reserved. UM10204 (I2C-bus specification and user manual) Rev. 7.0, table 4.
const ORDINARY: std::ops::RangeInclusive<u16> = 0x08..=0x77;

/// What was found at an address.
enum Found {
    Acknowledged,
    Nobody,
    InUse,
}

pub(super) fn run(opts: &Opts) -> Result<u8, Failure> {
    let policy = opts.direct.policy.require()?;
    let label = find(&policy.i2c, |i2c| &i2c.label, &opts.label, "I2C")?;
    check_width(label)?;
    let owned = Board::owned_by_kernel(label)?;
    let policy = narrowed(&policy, &opts.label, |address| !owned.contains(&address));
    let granted: Vec<(u8, bool)> = seven_bit(label)
        .filter(|(address, _)| ORDINARY.contains(address) && !owned.contains(address))
        .filter_map(|(address, granted)| Some((u8::try_from(address).ok()?, granted.access == Access::ReadOnly)))
        .collect();
    let mut found: BTreeMap<u16, Found> = owned.iter().map(|address| (*address, Found::InUse)).collect();
    let mut direct = Direct::open(&opts.direct, &policy)?;
    let mut odd = Vec::new();
    for (address, read_only) in granted {
        let reads = opts.read || (!opts.quick && (read_only || matches!(address, 0x30..=0x37 | 0x50..=0x5f)));
        let answer = match probe(&mut direct, &opts.label, address, reads) {
            // An adapter without quick commands.
            Err(DirectError::Failed(Error::Unsupported)) if !opts.quick => {
                probe(&mut direct, &opts.label, address, true)
            }
            answer => answer,
        };
        let answer = match answer {
            Ok(()) => Found::Acknowledged,
            Err(DirectError::Failed(error)) => {
                if !matches!(error, Error::NoAcknowledge(_)) {
                    odd.push((address, error.to_string()));
                }
                Found::Nobody
            }
            Err(error) => return Err(direct.failure("the scan failed", error)),
        };
        found.insert(address.into(), answer);
    }
    let faults = direct.operator.take_faults();
    direct.finish()?;
    let addresses = |which: fn(&Found) -> bool| {
        let found = found.iter().filter(|(_, found)| which(found));
        found.map(|(address, _)| *address).collect::<Vec<_>>()
    };
    let fields = json!({
        "label": opts.label,
        "found": addresses(|found| matches!(found, Found::Acknowledged)),
        "in_use": addresses(|found| matches!(found, Found::InUse)),
        "silent": addresses(|found| matches!(found, Found::Nobody)),
    });
    json::answer("i2c-detect", fields, &table(&found))?;
    if let Some((address, text)) = odd.first() {
        let why = faults.first().unwrap_or(text);
        let count = odd.len();
        failure::warn(&format!(
            "{count} addresses failed for another reason than a missing acknowledge; {address:#04x}: {why}"
        ));
    }
    Ok(0)
}

fn probe(direct: &mut Direct<'_>, label: &str, address: u8, reads: bool) -> Result<(), DirectError<Error>> {
    let mut byte = [0];
    let operation = if reads { Operation::Read(&mut byte) } else { Operation::Write(&[]) };
    direct.operator.hal().i2c_transaction(label, Address::SevenBit(address), &mut [operation])
}

/// Draws the table as i2cdetect does, to the blanks at the ends of its lines.
fn table(found: &BTreeMap<u16, Found>) -> String {
    let mut text = "     0  1  2  3  4  5  6  7  8  9  a  b  c  d  e  f\n".to_owned();
    for row in (0x00..0x80_u16).step_by(16) {
        // Writing to a string cannot fail.
        let _ = write!(text, "{row:02x}: ");
        for address in row..row + 16 {
            match found.get(&address) {
                None => text.push_str("   "),
                Some(Found::Nobody) => text.push_str("-- "),
                Some(Found::InUse) => text.push_str("UU "),
                Some(Found::Acknowledged) => {
                    let _ = write!(text, "{address:02x} ");
                }
            }
        }
        text.push('\n');
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_i2cdetect_s() {
        let found = [(0x08, Found::Nobody), (0x50, Found::Acknowledged), (0x68, Found::InUse)];
        let text = table(&found.into_iter().collect());
        let lines: Vec<&str> = text.lines().collect();
        assert_eq!(lines.len(), 9);
        assert_eq!(lines[0], "     0  1  2  3  4  5  6  7  8  9  a  b  c  d  e  f");
        assert_eq!(lines[1], "00:                         --                      ");
        assert_eq!(lines[6], format!("50: 50 {}", "   ".repeat(15)));
        assert_eq!(lines[7], format!("60: {}UU {}", "   ".repeat(8), "   ".repeat(7)));
    }
}
