//! What the firmware takes, with limits.

use std::fmt::Write as _;
use std::fs;

use anyhow::{Context as _, bail};

use super::elf::Size;
use super::machine::Machine;
use crate::process::root;
use crate::targets::FIRMWARE;

/// Flash, heap and stack that the firmware may take, in bytes.
const FLASH: u64 = 470 << 10;
/// What QEMU's boards may have on top: the button, the EEPROM and the flash memory, which the Pico 2 does not simulate.
const PARTS_FLASH: u64 = 14 << 10;
const HEAP: u64 = 45 << 10;
const STACK: u64 = 5 << 10;
/// The memory of a guest, its stack and display buffer included.
const LINEAR_MEMORY: u64 = 16 << 10;
/// Instructions that a frame of the weather station and a transfer may take, without fuel and with it.
const FRAME: [u64; 2] = [3_200_000, 4_700_000];
const TRANSFER: [u64; 2] = [2_300, 2_450];
/// The RAM of a Pico 2.
const PICO2_RAM: u64 = 520 << 10;
/// The transfers of the guest that makes them.
const TRANSFERS: u64 = 1000;

/// Where the figures are kept.
const BEGIN: &str = "<!-- figures: `cargo xtask mcu` writes them -->\n";
const END: &str = "<!-- end of figures -->";

/// All figures so far.
#[derive(Debug, Default)]
pub(super) struct Figures {
    rows: Vec<Row>,
}

#[derive(Debug)]
struct Row {
    what: String,
    value: u64,
    limit: Option<u64>,
}

impl Figures {
    fn add(&mut self, what: String, value: u64, limit: Option<u64>) {
        self.rows.push(Row { what, value, limit });
    }

    pub(super) fn linear_memory(&mut self, bytes: u64) {
        self.add("memory of the weather station, bytes".to_owned(), bytes, Some(LINEAR_MEMORY));
    }

    pub(super) fn flash(&mut self, machine: Machine, size: Size) {
        self.add(format!("{machine}: flash of the firmware, bytes"), size.flash.into(), Some(FLASH + PARTS_FLASH));
        if machine == Machine::An505 {
            self.add(format!("{machine}: variables, the stacks of two guests included, bytes"), size.ram.into(), None);
        }
    }

    pub(super) fn pico2(&mut self, target: &str, size: Size) {
        self.add(format!("pico2, {target}: flash of the firmware, bytes"), size.flash.into(), Some(FLASH));
        // The linker script for RISC-V makes all that is left a section, the stack.
        if target == FIRMWARE {
            self.add(format!("pico2, {target}: variables, bytes"), size.ram.into(), Some(PICO2_RAM / 2));
        }
    }

    pub(super) fn memory(&mut self, machine: Machine, log: &[String]) -> anyhow::Result<()> {
        let rest = number_before(log, " bytes of heap in use")?;
        self.add(format!("{machine}: heap with the weather station loaded, bytes"), rest, None);
        let peak = number_before(log, " at most")?;
        self.add(format!("{machine}: heap at its peak, simulated parts included, bytes"), peak, Some(HEAP));
        let stack = number_after(log, "firmware: stack 0: ")?;
        self.add(format!("{machine}: stack of the host's functions, bytes"), stack, Some(STACK));
        Ok(())
    }

    pub(super) fn two_guests(&mut self, machine: Machine, log: &[String]) -> anyhow::Result<()> {
        let peak = number_before(log, " at most")?;
        self.add(format!("{machine}: heap at its peak with two weather stations, bytes"), peak, None);
        Ok(())
    }

    pub(super) fn frames(&mut self, machine: Machine, fuel: bool, log: &[String]) -> anyhow::Result<()> {
        let with = if fuel { "with" } else { "without" };
        // The first measurement begins with the start.
        let frame = meters(log).get(1).copied().context("no frame was measured")?;
        let [without, limit] = FRAME;
        let limit = if fuel { limit } else { without };
        self.add(format!("{machine}: instructions of a frame {with} fuel"), frame, Some(limit));
        Ok(())
    }

    pub(super) fn transfers(&mut self, machine: Machine, fuel: bool, log: &[String]) -> anyhow::Result<()> {
        let with = if fuel { "with" } else { "without" };
        let all = meters(log).get(1).copied().context("no transfers were measured")?;
        let [without, limit] = TRANSFER;
        let limit = if fuel { limit } else { without };
        self.add(
            format!("{machine}: instructions of a transfer of 1+1 bytes {with} fuel"),
            all / TRANSFERS,
            Some(limit),
        );
        Ok(())
    }

    /// Prints the figures, keeps them in the firmware's README, and fails if one is past its limit.
    pub(super) fn finish(self) -> anyhow::Result<()> {
        let mut table = String::from("| figure | measured | limit |\n| --- | --- | --- |\n");
        let mut over = Vec::new();
        for Row { what, value, limit } in &self.rows {
            let bound = limit.map_or_else(String::new, |limit| limit.to_string());
            writeln!(table, "| {what} | {value} | {bound} |")?;
            if limit.is_some_and(|limit| *value > limit) {
                over.push(format!("{what}: {value}, past {bound}"));
            }
        }
        println!("{table}");
        let path = root().join("firmware/README.md");
        let text = fs::read_to_string(&path)?;
        let (before, rest) = text.split_once(BEGIN).context("the README has no place for figures")?;
        let (_, after) = rest.split_once(END).context("the README's place for figures has no end")?;
        let changed = format!("{before}{BEGIN}{table}{END}{after}");
        if changed != text {
            fs::write(&path, changed)?;
        }
        if !over.is_empty() {
            bail!("past their limits: {}", over.join("; "));
        }
        Ok(())
    }
}

/// Returns what the guest and its host functions took from one long wait to the next.
fn meters(log: &[String]) -> Vec<u64> {
    let lines = log.iter().filter_map(|line| line.strip_prefix("firmware: meter: "));
    lines.filter_map(|line| line.split(' ').next()?.parse().ok()).collect()
}

fn number_before(log: &[String], what: &str) -> anyhow::Result<u64> {
    let number = log.iter().find_map(|line| line.split_once(what)?.0.rsplit(' ').next()?.parse().ok());
    number.with_context(|| format!("the log has no number before {what:?}:\n{}", log.join("\n")))
}

fn number_after(log: &[String], what: &str) -> anyhow::Result<u64> {
    let number = log.iter().find_map(|line| line.split_once(what)?.1.split(' ').next()?.parse().ok());
    number.with_context(|| format!("the log has no number after {what:?}:\n{}", log.join("\n")))
}
