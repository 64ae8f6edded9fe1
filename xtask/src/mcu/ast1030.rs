//! The firmware of a chip that has nothing of ours: ASPEED's AST1030, whose I2C QEMU joins to a TMP105 and an EEPROM of its own.

use std::fs;
use std::path::Path;

use anyhow::{Context as _, ensure};

use super::machine::Machine;
use crate::guests::built;
use crate::process::{command, run as execute, target_dir};
use crate::program;

/// What is on the board: QEMU `hw/arm/aspeed.c`, `ast1030_evb_i2c_init`.
const POLICY: &str = "\
[i2c.sensor]
block = 1
sda = 3
scl = 4
allow = [0x4d, 0x49]

[i2c.memory]
block = 0
sda = 1
scl = 2
allow = [0x50]
";

/// The same under the command. QEMU's TMP105 is at 0 degC until somebody tells it otherwise.
const SIMULATED: &str = "\
[i2c.sensor]
sim = \"second\"
allow = [0x4d, 0x49]

[i2c.memory]
sim = \"first\"
allow = [0x50]

[[part]]
model = \"lm75\"
i2c = \"second\"
address = 0x4d
variant = \"tmp105\"
temperature = 0.0

[[part]]
model = \"eeprom24\"
i2c = \"first\"
address = 0x50
size = \"24c02\"
";

/// The end of the log when all guests have ended.
const END: &str = "no guest left";

/// Runs a guest there and under the command, which have to say the same.
pub(super) fn check(firmware: &Path) -> anyhow::Result<()> {
    let folder = target_dir().join("mcu");
    let host = program::path()?;
    let guest = built("mcu_thermometer");
    let (policy, simulated, image) =
        (folder.join("ast1030.toml"), folder.join("ast1030-simulated.toml"), folder.join("ast1030.bin"));
    fs::write(&policy, POLICY)?;
    fs::write(&simulated, SIMULATED)?;
    let mut compile = command(&host, ["compile", "--target", "ast1030", "--policy"]);
    execute(compile.arg(&policy).arg(&guest).arg("-o").arg(&image))?;

    let mut simulate = command(&host, ["run", "--policy"]);
    let output = simulate.arg(&simulated).arg(&guest).output().context("cannot start the command")?;
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    ensure!(output.status.success(), "the command failed:\n{said}");
    let there = lines(said.lines());
    ensure!(there.iter().any(|line| line.contains("halves of a degree: Ok(0)")), "the command says {there:?}");

    let log = Machine::Ast1030.run(firmware, &[Some(&image)], 0, END)?;
    let here = lines(log.iter().map(String::as_str));
    ensure!(here == there, "it said {here:#?}, and under the command {there:#?}; the log is:\n{}", log.join("\n"));
    ensure!(log.iter().any(|line| line.contains("slot 1: empty")), "there is a second slot:\n{}", log.join("\n"));
    println!("   an LM75 and an EEPROM of QEMU's own on I2C: the guest says what it says under the command");

    // An image for another board.
    let log = Machine::Ast1030.run(firmware, &[Some(&folder.join("refused.bin"))], 0, END)?;
    let refused = log.iter().any(|line| line.contains("the image is for the board \"qemu\""));
    ensure!(refused, "an image for another board was not refused:\n{}", log.join("\n"));
    println!("   an image for another board is refused");
    Ok(())
}

/// Returns what a guest has logged, without times.
fn lines<'a>(log: impl Iterator<Item = &'a str>) -> Vec<String> {
    let lines = log.filter_map(|line| line.split_once("mcu_thermometer: "));
    lines.map(|(_, text)| text.trim_end().to_owned()).collect()
}
