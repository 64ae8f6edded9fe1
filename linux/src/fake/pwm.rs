//! The files of a PWM chip, with the answers of `drivers/pwm/sysfs.c` and `pwm_apply_state` in `drivers/pwm/core.c`.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use rustix::io::Errno;

/// The PWM chips of a machine.
#[derive(Default)]
pub(super) struct Pwms {
    /// How many channels each chip has, by its folder.
    chips: BTreeMap<PathBuf, u32>,
    /// The channels that are exported, by their folders.
    channels: BTreeMap<PathBuf, PwmChannel>,
}

/// What one channel does.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct PwmChannel {
    /// 0 until somebody sets it up.
    pub(crate) period_ns: u64,
    pub(crate) duty_ns: u64,
    pub(crate) inversed: bool,
    pub(crate) enabled: bool,
    /// Whether its driver knows one polarity only, so that there is no file for it.
    pub(crate) one_way: bool,
}

impl PwmChannel {
    fn read(&self, name: &str) -> Option<String> {
        Some(match name {
            "period" => self.period_ns.to_string(),
            "duty_cycle" => self.duty_ns.to_string(),
            "polarity" if self.one_way => return None,
            "polarity" => if self.inversed { "inversed" } else { "normal" }.to_owned(),
            "enable" => u8::from(self.enabled).to_string(),
            _ => return None,
        })
    }

    fn write(&mut self, name: &str, value: &str) -> Result<(), Errno> {
        let mut wanted = self.clone();
        let number = value.parse::<u64>().map_err(|_| Errno::INVAL);
        match (name, value) {
            ("polarity", _) if self.one_way => return Err(Errno::NOENT),
            ("period", _) => wanted.period_ns = number?,
            ("duty_cycle", _) => wanted.duty_ns = number?,
            ("polarity", "normal") => wanted.inversed = false,
            ("polarity", "inversed") => wanted.inversed = true,
            ("enable", "0") => wanted.enabled = false,
            ("enable", "1") => wanted.enabled = true,
            ("polarity" | "enable", _) => return Err(Errno::INVAL),
            _ => return Err(Errno::NOENT),
        }
        // `pwm_apply_state` refuses every state without a period, the present one included.
        if wanted.period_ns == 0 || wanted.duty_ns > wanted.period_ns {
            return Err(Errno::INVAL);
        }
        // Documentation/ABI/testing/sysfs-class-pwm: the polarity "can only be changed if the PWM is not enabled".
        if wanted.inversed != self.inversed && self.enabled {
            return Err(Errno::BUSY);
        }
        *self = wanted;
        Ok(())
    }
}

impl Pwms {
    pub(super) fn add_chip(&mut self, folder: &Path, channels: u32) {
        self.chips.insert(folder.to_owned(), channels);
    }

    pub(super) fn export(&mut self, folder: &Path, channel: PwmChannel) {
        self.channels.insert(folder.to_owned(), channel);
    }

    pub(super) fn channel(&self, folder: &Path) -> Option<PwmChannel> {
        self.channels.get(folder).cloned()
    }

    /// Returns what a file holds, or `None` if it is no file of a PWM chip.
    pub(super) fn read(&self, path: &Path) -> Option<String> {
        self.channels.get(path.parent()?)?.read(path.file_name()?.to_str()?)
    }

    /// Writes a file, or returns `None` if it is no file of a PWM chip.
    pub(super) fn write(&mut self, path: &Path, value: &str) -> Option<Result<(), Errno>> {
        let (folder, name) = (path.parent()?, path.file_name()?.to_str()?);
        if let Some(channel) = self.channels.get_mut(folder) {
            return Some(channel.write(name, value));
        }
        let count = *self.chips.get(folder)?;
        if name != "export" {
            return Some(Err(Errno::NOENT));
        }
        Some(match value.parse::<u32>() {
            Ok(number) if number < count => {
                // Whoever exports a channel twice gets EBUSY.
                let exported = folder.join(format!("pwm{number}"));
                let fresh = !self.channels.contains_key(&exported);
                self.channels.entry(exported).or_default();
                if fresh { Ok(()) } else { Err(Errno::BUSY) }
            }
            Ok(_) => Err(Errno::NODEV),
            Err(_) => Err(Errno::INVAL),
        })
    }
}
