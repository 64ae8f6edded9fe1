//! What guests record on the Pi's buses, and what answers them on this machine: the same guests say the same without hardware.

use std::fs;
use std::path::Path;

use anyhow::{Context as _, bail};

use super::check::{Check, PASSES};
use super::programs;
use crate::process::{command, root};
use crate::program;

/// What stands between the output of a guest and its recording; see `test-host/pi/record`.
const MARK: &str = "recording:";
/// What comes before a duration in the output of a guest. The recording has the times of calls, and not of readings of the clock, so a
/// duration may differ.
const BEFORE_A_DURATION: &str = " after ";

/// A guest whose recording is replayed here.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Recorded {
    pub(crate) guest: &'static str,
    pub(crate) policy: &'static str,
    /// The least number of calls that it makes.
    pub(crate) calls: usize,
}

/// One check a bus: EEPROM, thermometer and clock on I2C, the flash on SPI, a GPIO, and a serial port.
pub(crate) const RECORDED: &[Check] = &[
    Check {
        name: "record: the EEPROM answers from its recording",
        command: "record pi eeprom",
        prints: &["read back: \"unchanged bytes\"", "recording:", "… eeprom 0x50 …"],
        recorded: Some(Recorded { guest: "eeprom", policy: "pi", calls: 5 }),
        ..PASSES
    },
    Check {
        name: "record: the thermometer answers from its recording",
        command: "outside temperature 17.5 && record pi thermometer",
        prints: &["temperature: 17.5 degC", "recording:", "… thermometer 0x48 …11 80…"],
        recorded: Some(Recorded { guest: "thermometer", policy: "pi", calls: 3 }),
        ..PASSES
    },
    Check {
        name: "record: the clock answers from its recording",
        command: "record pi clock",
        prints: &["… 2028-02-29 00:00:0…", "recording:", "… clock 0x68 …"],
        recorded: Some(Recorded { guest: "clock", policy: "pi", calls: 7 }),
        ..PASSES
    },
    Check {
        name: "record: the flash answers from its recording",
        command: "record pi flash && outside spi used",
        prints: &["programmed: \"across a page boundary\"", "recording:", "… flash …"],
        recorded: Some(Recorded { guest: "flash", policy: "pi", calls: 5 }),
        ..PASSES
    },
    Check {
        name: "record: the LED blinks as recorded",
        command: "record pi blinky",
        prints: &["5: off", "recording:", "… LED set high -> ok"],
        recorded: Some(Recorded { guest: "blinky", policy: "pi", calls: 10 }),
        ..PASSES
    },
    Check {
        name: "record: a serial port with its wires tied together answers from its recording",
        // QEMU sends two bytes while the kernel's driver sets the port up, and they come back before the guest's.
        command: "record serial uart_echo",
        prints: &[
            "\"…hello\" came back after … ms",
            "\"the wires are tied together\" came back after … ms",
            "recording:",
            "… SERIAL …",
        ],
        recorded: Some(Recorded { guest: "uart_echo", policy: "serial", calls: 4 }),
        ..PASSES
    },
];

impl Recorded {
    /// Answers the guest from what it recorded in the Pi, and returns how many calls that were.
    ///
    /// # Errors
    ///
    /// The guest does something else, or says something else.
    pub(crate) fn replay(&self, lines: &[String], folder: &Path) -> anyhow::Result<usize> {
        let mark = lines.iter().position(|line| line.trim() == MARK).context("it printed no recording")?;
        let (said, recording) = (&lines[..mark], &lines[mark + 1..]);
        let is_recorded = |line: &&String| !line.trim().is_empty() && !line.starts_with("outside: ");
        let recording: Vec<&str> = recording.iter().filter(is_recorded).map(|line| line.trim()).collect();
        let calls = recording.iter().filter(|line| !line.starts_with('#')).count();
        if calls < self.calls {
            bail!("it recorded {calls} calls instead of at least {}", self.calls);
        }
        let kept = folder.join("recordings");
        fs::create_dir_all(&kept).with_context(|| format!("cannot make {}", kept.display()))?;
        let file = kept.join(self.guest).with_extension("txt");
        fs::write(&file, recording.join("\n") + "\n").with_context(|| format!("cannot write {}", file.display()))?;
        let guest = programs::guest(self.guest);
        let policy = root().join("test-host/pi/policies").join(self.policy).with_extension("toml");
        let mut replay = command(program::path()?, ["run"]);
        replay.arg(guest).arg("--policy").arg(policy).arg("--replay").arg(&file).env("XDG_STATE_HOME", folder);
        let replayed = replay.output().context("cannot start the replay")?;
        if !replayed.status.success() {
            bail!("the replay ended with {}: {}", replayed.status, String::from_utf8_lossy(&replayed.stderr));
        }
        let replayed = String::from_utf8_lossy(&replayed.stdout);
        let said: Vec<String> =
            said.iter().filter(|line| !line.starts_with("outside: ")).map(|line| without_duration(line)).collect();
        let replayed: Vec<String> = replayed.lines().map(without_duration).collect();
        if said != replayed {
            bail!("in the replay the guest said {replayed:?} instead of {said:?}");
        }
        Ok(calls)
    }
}

/// Returns a line as far as it has to be the same.
fn without_duration(line: &str) -> String {
    match line.trim().split_once(BEFORE_A_DURATION) {
        Some((before, duration)) if duration.ends_with(" ms") => format!("{before}{BEFORE_A_DURATION}… ms"),
        _ => line.trim().to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::without_duration;

    #[test]
    fn only_durations_may_differ() {
        assert_eq!(without_duration("\"hello\" came back after 1.1 ms"), "\"hello\" came back after … ms");
        assert_eq!(without_duration("8 bytes at 0x08, ready after 15 polls"), "8 bytes at 0x08, ready after 15 polls");
    }
}
