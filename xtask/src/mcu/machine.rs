//! QEMU's boards.

use std::fmt;
use std::io::Read as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context as _, bail};

use super::{AST1030, RISCV};
use crate::process::command;
use crate::targets;

/// How long one run may take.
const PATIENCE: Duration = Duration::from_secs(60);

/// Prints what happens on the wires.
pub(super) const TRACE: u32 = 1;
/// Counts instructions.
pub(super) const METER: u32 = 2;
/// Ends QEMU when no guest is left.
pub(super) const EXIT: u32 = 4;

/// The extensions of the RP2350's cores, and no others: Zcmp excludes those of floats.
const HAZARD3: &str = "rv32,f=off,d=off,zfa=off,zba=on,zbb=on,zbs=on,zbkb=on,zcb=on,zcmp=on";

/// A board of QEMU.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Machine {
    /// `mps2-an505`: a Cortex-M33.
    An505,
    /// `virt`: RV32.
    Virt,
    /// `ast1030-evb`: a Cortex-M4, with I2C and parts of QEMU's own on it.
    Ast1030,
}

impl Machine {
    /// Returns what the firmware is built for.
    pub(super) fn target(self) -> &'static str {
        match self {
            Machine::An505 => targets::FIRMWARE,
            Machine::Virt => RISCV,
            Machine::Ast1030 => AST1030,
        }
    }

    /// Returns where the images are.
    fn slots(self) -> &'static [u32] {
        match self {
            Machine::An505 => &[0x1020_0000, 0x1030_0000],
            Machine::Virt => &[0x8020_0000, 0x8030_0000],
            Machine::Ast1030 => &[0x9_0000],
        }
    }

    /// Returns where the options are, if the firmware is one for tests and has some.
    fn options(self) -> Option<u32> {
        match self {
            Machine::An505 => Some(0x103f_f000),
            Machine::Virt => Some(0x803f_f000),
            Machine::Ast1030 => None,
        }
    }

    fn qemu(self, firmware: &Path) -> Command {
        let (program, kind, elf) = match self {
            Machine::An505 => ("qemu-system-arm", "mps2-an505", "-kernel"),
            Machine::Virt => ("qemu-system-riscv32", "virt", "-bios"),
            Machine::Ast1030 => ("qemu-system-arm", "ast1030-evb", "-kernel"),
        };
        let mut qemu = command(program, ["-machine", kind, "-display", "none", "-monitor", "none", "-serial", "stdio"]);
        qemu.args(["-semihosting-config", "enable=on,target=native", "-icount", "shift=0", elf]).arg(firmware);
        match self {
            Machine::An505 => {}
            Machine::Virt => drop(qemu.args(["-m", "16", "-cpu", HAZARD3])),
            // QEMU's loader takes no file that is longer than the memory it was told of.
            Machine::Ast1030 => drop(qemu.args(["-m", "1"])),
        }
        qemu
    }

    /// Runs the firmware with images in its slots, until it ends QEMU, or its log holds `until`. Returns the lines of the log.
    pub(super) fn run(
        self,
        firmware: &Path,
        images: &[Option<&PathBuf>],
        options: u32,
        until: &str,
    ) -> anyhow::Result<Vec<String>> {
        let mut qemu = self.qemu(firmware);
        if let Some(address) = self.options() {
            qemu.arg("-device").arg(format!("loader,addr={address:#x},data={options},data-len=4"));
        }
        for (image, address) in images.iter().zip(self.slots()) {
            let Some(image) = image else { continue };
            qemu.arg("-device").arg(format!("loader,file={},addr={address:#x},force-raw=on", image.display()));
        }
        let mut child = qemu.stdin(Stdio::null()).stdout(Stdio::piped()).spawn().context("cannot start QEMU")?;
        let mut out = child.stdout.take().context("QEMU has no output")?;
        let until = until.to_owned();
        let reader = thread::spawn(move || {
            let (mut log, mut room) = (Vec::new(), [0; 4096]);
            while let Ok(len @ 1..) = out.read(&mut room) {
                log.extend_from_slice(room.get(..len).unwrap_or_default());
                if !until.is_empty() && String::from_utf8_lossy(&log).contains(&until) {
                    break;
                }
            }
            log
        });
        let start = Instant::now();
        while !reader.is_finished() && start.elapsed() < PATIENCE {
            thread::sleep(Duration::from_millis(10));
        }
        let late = !reader.is_finished();
        // One that has ended by itself cannot be killed any more.
        let _ = child.kill();
        child.wait()?;
        let log = reader.join().unwrap_or_default();
        let lines: Vec<String> = String::from_utf8_lossy(&log).lines().map(str::to_owned).collect();
        if late {
            bail!("no end after {PATIENCE:?}; the log so far:\n{}", lines.join("\n"));
        }
        Ok(lines)
    }
}

impl fmt::Display for Machine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Machine::An505 => "QEMU mps2-an505, Cortex-M33",
            Machine::Virt => "QEMU virt, RV32",
            Machine::Ast1030 => "QEMU ast1030-evb, Cortex-M4",
        })
    }
}
