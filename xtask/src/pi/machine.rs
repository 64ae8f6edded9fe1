//! The running emulator: its process, its serial line and its control connection.

use std::fs;
use std::io::{BufRead, BufReader, Write as _};
use std::path::Path;
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::mpsc::{self, Receiver};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context as _, bail, ensure};
use serde_json::json;

use super::board::Board;
use super::qmp::Qmp;
use super::setup::EMULATOR;
use crate::process::{command, run};

/// QEMU makes its control socket before it does anything long.
const START: Duration = Duration::from_secs(20);
/// QEMU ends this long after the Pi is off, at most.
const END: Duration = Duration::from_secs(20);
/// A single thread boots this board in 8 to 13 s, QEMU's default of one for each processor in 17 to 32 s.
const ACCELERATOR: &str = "tcg,thread=single,tb-size=512";
/// Only a panic is printed: other messages of the kernel would interrupt our lines. `dmesg` has them.
const KERNEL_ARGUMENTS: &str = "console=ttyAMA0,115200 loglevel=1 rdinit=/init panic=-1";
/// Where QEMU's own complaints go.
const COMPLAINTS: &str = "qemu.log";
/// A named pipe: QEMU reads back what it writes to it.
const LOOP: &str = "serial.loop";

/// A Pi that was switched on. Dropping it pulls the plug.
#[derive(Debug)]
pub(crate) struct Machine {
    emulator: Child,
    keyboard: ChildStdin,
    /// Lines of the serial line, as they come; it ends when the emulator does.
    pub(crate) lines: Receiver<String>,
    pub(crate) qmp: Qmp,
}

impl Machine {
    /// Boots `vmlinuz`, `pi.dtb` and `initrd` of the folder.
    pub(crate) fn boot(folder: &Path, board: &Board) -> anyhow::Result<Machine> {
        Board::reset(folder)?;
        let (socket, complaints) = (folder.join("qmp.sock"), folder.join(COMPLAINTS));
        // One that a killed run left would be connected to in vain.
        let _ = fs::remove_file(&socket);
        let wires = folder.join(LOOP);
        let _ = fs::remove_file(&wires);
        run(&mut command("mkfifo", [&wires]))?;
        let mut emulator = Command::new(EMULATOR);
        emulator.current_dir(folder).args(["-M", "raspi3b", "-accel", ACCELERATOR, "-S", "-no-reboot"]);
        emulator.args(["-kernel", "vmlinuz", "-dtb", "pi.dtb", "-initrd", "initrd", "-append", KERNEL_ARGUMENTS]);
        emulator.args(["-display", "none", "-monitor", "none", "-serial", "stdio"]);
        // The second port, with its wires tied together.
        emulator.args(["-serial", &format!("pipe:{LOOP}")]);
        emulator.args(["-qmp", "unix:qmp.sock,server=on,wait=off"]).args(board.arguments());
        emulator.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(fs::File::create(&complaints)?);
        let mut emulator = emulator.spawn().with_context(|| format!("cannot start {EMULATOR}"))?;
        let keyboard = emulator.stdin.take().context("QEMU has no standard input")?;
        let serial = BufReader::new(emulator.stdout.take().context("QEMU has no standard output")?);
        let log = fs::File::create(folder.join("serial.log"))?;
        let (sender, lines) = mpsc::channel();
        thread::spawn(move || read(serial, &log, &sender));
        let connected = wait_for(&socket, &mut emulator).and_then(|()| Qmp::connect(&socket));
        let qmp = match connected {
            Ok(qmp) => qmp,
            Err(error) => {
                let _ = emulator.kill();
                let _ = emulator.wait();
                bail!("{error:#}; it said: {}", super::tail(&complaints)?);
            }
        };
        let mut machine = Machine { emulator, keyboard, lines, qmp };
        board.wire(&mut machine.qmp)?;
        machine.qmp.execute("cont", json!({}))?;
        Ok(machine)
    }

    /// Types a line on the Pi's serial console.
    pub(crate) fn type_line(&mut self, line: &str) -> anyhow::Result<()> {
        writeln!(self.keyboard, "{line}")
            .and_then(|()| self.keyboard.flush())
            .context("cannot write to the Pi's console")
    }

    /// Waits until the Pi, which is switching itself off, is off.
    pub(crate) fn wait(&mut self) -> anyhow::Result<()> {
        let start = Instant::now();
        while start.elapsed() < END {
            if let Some(status) = self.emulator.try_wait()? {
                ensure!(status.success(), "QEMU ended with {status}; see {COMPLAINTS} in target/pi");
                return Ok(());
            }
            thread::sleep(Duration::from_millis(20));
        }
        bail!("the Pi did not switch itself off within {} s of the last check", END.as_secs())
    }
}

impl Drop for Machine {
    fn drop(&mut self) {
        // Both fail only if it has ended already.
        let _ = self.emulator.kill();
        let _ = self.emulator.wait();
    }
}

/// Passes lines on until the serial line ends, and keeps a copy of all of it.
fn read(mut serial: impl BufRead, mut log: &fs::File, lines: &mpsc::Sender<String>) {
    let mut line = Vec::new();
    while serial.read_until(b'\n', &mut line).is_ok_and(|read| read > 0) {
        // The copy is for reading afterwards; the run does not depend on it.
        let _ = log.write_all(&line);
        // A serial line may begin with NULs.
        line.retain(|byte| !matches!(byte, b'\r' | b'\n' | b'\0'));
        if lines.send(String::from_utf8_lossy(&line).into_owned()).is_err() {
            return;
        }
        line.clear();
    }
}

/// Waits until the emulator has made its socket.
fn wait_for(socket: &Path, emulator: &mut Child) -> anyhow::Result<()> {
    let start = Instant::now();
    while !socket.exists() {
        if let Some(status) = emulator.try_wait()? {
            bail!("QEMU ended with {status} at its start");
        }
        ensure!(start.elapsed() < START, "QEMU made no socket {} within {} s", socket.display(), START.as_secs());
        thread::sleep(Duration::from_millis(20));
    }
    Ok(())
}
