//! PWM outputs, through `/sys/class/pwm` (Documentation/driver-api/pwm.rst and Documentation/ABI/testing/sysfs-class-pwm).
//!
//! The steps below have an order, as the kernel refuses every state with a duty longer than the period, and a change of polarity
//! while the output runs. The period of a channel that nobody has used is 0, and until it is set the kernel refuses all other
//! writes, even of the values that are there (`pwm_apply_state` of `drivers/pwm/core.c`).

mod error;
#[cfg(test)]
mod tests;
mod traits;

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

pub use error::Error;
use error::kind;

use super::advice::Subsystem;
use super::device_error::{Severity, Source};
use super::kernel::{Errno, Kernel, is_gone};
use super::open::{OpenError, OpenReason};
use super::sysfs::Tree;

/// How often, and how far apart, the files of a channel are tried that was just exported: udev gives them to a group meanwhile.
const TRIES: u32 = 20;
const BETWEEN_TRIES: Duration = Duration::from_millis(50);

/// Why a chip refuses a channel's frequency with EBUSY while another channel runs: it has one period for all. `pwm-pca9685.c`, which
/// answers so, and as it does others with one prescaler.
const ONE_PERIOD: &str = "all channels of such a chip (a PCA9685, say) share one period, and another channel is in use: give the \
                          labels of all its channels the same `frequency`, or end the program that uses the others";

/// Which output, and how it runs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PwmSettings {
    /// The chip's folder, such as `/sys/class/pwm/pwmchip0`.
    pub path: PathBuf,
    /// The channel.
    pub channel: u32,
    /// The frequency in hertz; 0 counts as 1.
    pub frequency_hz: u32,
    /// Whether active is the lower voltage.
    pub active_low: bool,
    /// The duty from the first moment, in 65 535ths of the period: 0 is always inactive, 65 535 always active.
    pub initial_duty: u16,
}

impl PwmSettings {
    /// Returns settings for a channel that starts inactive, at 1 kHz.
    #[must_use]
    pub fn new(path: impl Into<PathBuf>, channel: u32) -> PwmSettings {
        PwmSettings { path: path.into(), channel, frequency_hz: 1_000, active_low: false, initial_duty: 0 }
    }
}

/// A PWM output. Dropped, it goes on as it is.
#[derive(Debug)]
pub struct PwmOutput {
    kernel: Arc<dyn Kernel>,
    source: Source,
    folder: PathBuf,
    period_ns: u64,
}

impl PwmOutput {
    pub(super) fn open(
        kernel: Arc<dyn Kernel>,
        tree: &Tree,
        source: Source,
        settings: &PwmSettings,
    ) -> Result<PwmOutput, OpenError> {
        let folder = settings.path.join(format!("pwm{}", settings.channel));
        let period_ns = 1_000_000_000_u64.div_ceil(u64::from(settings.frequency_hz.max(1)));
        let mut output = PwmOutput { kernel, source, folder, period_ns };
        output.export(tree, settings)?;
        output.set_up(settings).map_err(|(what, errno)| match errno {
            // Files that this user may not write are the same trouble wherever they are met.
            Errno::ACCESS | Errno::PERM => OpenError::of_file(Subsystem::Pwm, tree, &output.folder, errno),
            Errno::BUSY => OpenError {
                advice: Some(ONE_PERIOD.to_owned()),
                ..OpenError::unsupported(&output.source.device, what, Some(errno))
            },
            _ => OpenError::unsupported(&output.source.device, what, Some(errno)),
        })?;
        Ok(output)
    }

    /// Makes the channel's folder, and waits until it can be used.
    fn export(&self, tree: &Tree, settings: &PwmSettings) -> Result<(), OpenError> {
        if self.get("period").is_ok() {
            return Ok(());
        }
        let export = settings.path.join("export");
        match self.kernel.write_attribute(&export, &settings.channel.to_string()) {
            Ok(()) => {}
            // The chip has no such channel.
            Err(errno @ (Errno::NODEV | Errno::INVAL | Errno::RANGE)) if tree.exists(&settings.path) => {
                let what = format!("channel {}", settings.channel);
                return Err(OpenError::unsupported(&self.source.device, what, Some(errno)));
            }
            Err(Errno::BUSY) => {
                return Err(OpenError {
                    device: self.source.device.clone(),
                    reason: OpenReason::Busy { holder: "a kernel driver".to_owned() },
                    errno: Some(Errno::BUSY),
                    advice: Some("/sys/kernel/debug/pwm shows which".to_owned()),
                });
            }
            Err(errno) => return Err(OpenError::of_file(Subsystem::Pwm, tree, &settings.path, errno)),
        }
        for _ in 0..TRIES {
            // Writing what is there already changes nothing, and tells whether this user may: so does EINVAL, the answer while the
            // period is 0.
            match self.get("duty_cycle").and_then(|duty| self.put("duty_cycle", &duty)) {
                Err(Errno::NOENT | Errno::ACCESS) => {}
                Ok(()) | Err(_) => break,
            }
            // A signal makes the wait shorter.
            let _ = self.kernel.sleep_until(self.kernel.now() + BETWEEN_TRIES);
        }
        Ok(())
    }

    /// Brings the output from whatever it was to the settings.
    fn set_up(&mut self, settings: &PwmSettings) -> Result<(), (&'static str, Errno)> {
        let wanted = self.period_ns.to_string();
        let mut period = self.get("period").map_err(|errno| ("reading its frequency", errno))?;
        if period == "0" {
            self.put("period", &wanted).map_err(|errno| ("this frequency", errno))?;
            period.clone_from(&wanted);
        }
        let polarity = if settings.active_low { "inversed" } else { "normal" };
        match self.get("polarity") {
            Ok(now) if now == polarity => {}
            // A driver that knows one polarity only has no such file.
            Err(Errno::NOENT) if !settings.active_low => {}
            _ => {
                self.put("enable", "0").map_err(|errno| ("switching it off", errno))?;
                self.put("polarity", polarity).map_err(|errno| ("this polarity", errno))?;
            }
        }
        if period != wanted {
            // A duty longer than the new period would be refused.
            self.put("duty_cycle", "0").map_err(|errno| ("a duty cycle", errno))?;
            self.put("period", &wanted).map_err(|errno| ("this frequency", errno))?;
        }
        let duty_ns = self.duty_ns(nearest_duty(settings.initial_duty, self.max_duty()));
        self.put("duty_cycle", &duty_ns.to_string()).map_err(|errno| ("a duty cycle", errno))?;
        self.put("enable", "1").map_err(|errno| ("switching it on", errno))
    }

    /// Returns how long a duty is, to the nearest nanosecond.
    fn duty_ns(&self, duty: u16) -> u64 {
        let max = u128::from(self.max_duty());
        let ns = (u128::from(self.period_ns) * u128::from(duty) + max / 2) / max;
        u64::try_from(ns).unwrap_or(self.period_ns).min(self.period_ns)
    }

    fn get(&self, name: &str) -> Result<String, Errno> {
        self.kernel.read_attribute(&self.folder.join(name))
    }

    fn put(&self, name: &str, value: &str) -> Result<(), Errno> {
        self.kernel.write_attribute(&self.folder.join(name), value)
    }
}

impl PwmOutput {
    /// Returns the duty that means always active, at least 1: its step is a nanosecond of the period, or a 65 535th of the period if
    /// that is longer.
    #[must_use]
    pub fn max_duty(&self) -> u16 {
        u16::try_from(self.period_ns).unwrap_or(u16::MAX).max(1)
    }

    /// Has the output active for `duty` parts of [`max_duty`](PwmOutput::max_duty); a greater one is always active.
    ///
    /// # Errors
    ///
    /// The chip's driver failed.
    pub fn set_duty(&mut self, duty: u16) -> Result<(), Error> {
        let duty_ns = self.duty_ns(duty);
        self.put("duty_cycle", &duty_ns.to_string()).map_err(|errno| {
            let meaning =
                if is_gone(errno) || errno == Errno::NOENT { "the chip is gone" } else { "the driver refused it" };
            let doing = format_args!("setting a duty of {duty_ns} ns");
            self.source.failed(Severity::Error, errno, doing, format_args!("{meaning}"));
            kind(errno)
        })
    }
}

/// Returns the duty of `max_duty` that is nearest to so many 65 535ths.
fn nearest_duty(part: u16, max_duty: u16) -> u16 {
    let whole = u32::from(u16::MAX);
    let duty = (u32::from(part) * u32::from(max_duty)).saturating_add(whole / 2) / whole;
    u16::try_from(duty).unwrap_or(max_duty)
}
