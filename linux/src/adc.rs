//! Analogue inputs, through the files of the industrial I/O subsystem (Documentation/ABI/testing/sysfs-bus-iio).
//!
//! A voltage is `(raw + offset) * scale` millivolts, where the driver says offset and scale, for the channel or for all.

mod error;
#[cfg(test)]
mod tests;

use std::path::PathBuf;
use std::sync::Arc;

pub use error::Error;
use error::kind;

use super::advice::Subsystem;
use super::device_error::{Severity, Source};
use super::kernel::{Errno, Kernel};
use super::open::{OpenError, OpenReason};
use super::sysfs::Tree;

/// Which input.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AdcSettings {
    /// The converter's folder, such as `/sys/bus/iio/devices/iio:device0`.
    pub path: PathBuf,
    /// The channel.
    pub channel: u32,
    /// The bits of a reading, for drivers that do not tell them.
    pub resolution_bits: Option<u8>,
}

impl AdcSettings {
    /// Returns settings for a channel whose driver tells its resolution.
    #[must_use]
    pub fn new(path: impl Into<PathBuf>, channel: u32) -> AdcSettings {
        AdcSettings { path: path.into(), channel, resolution_bits: None }
    }
}

/// An analogue input.
#[derive(Debug)]
pub struct AdcInput {
    kernel: Arc<dyn Kernel>,
    source: Source,
    folder: PathBuf,
    /// How the names of its files start: `in_voltage0`.
    prefix: String,
    resolution_bits: u8,
}

impl AdcInput {
    pub(super) fn open(
        kernel: Arc<dyn Kernel>,
        tree: &Tree,
        source: Source,
        settings: &AdcSettings,
    ) -> Result<AdcInput, OpenError> {
        let (folder, prefix) = (settings.path.clone(), format!("in_voltage{}", settings.channel));
        let mut input = AdcInput { kernel, source, folder, prefix, resolution_bits: 0 };
        if let Err(errno) = input.attribute("raw") {
            return Err(match errno {
                Errno::NOENT if input.kernel.read_attribute(&input.folder.join("name")).is_ok() => {
                    OpenError::unsupported(&input.source.device, format!("channel {}", settings.channel), Some(errno))
                }
                Errno::BUSY => OpenError {
                    device: input.source.device.clone(),
                    reason: OpenReason::Busy { holder: "a program that records readings".to_owned() },
                    errno: Some(errno),
                    advice: Some("stop that program, or write 0 to `buffer/enable` in that folder".to_owned()),
                },
                _ => OpenError::of_file(Subsystem::Iio, tree, &settings.path, errno),
            });
        }
        let told = input.kernel.read_attribute(&input.folder.join(format!("scan_elements/{}_type", input.prefix)));
        let bits = settings.resolution_bits.or_else(|| told.ok().and_then(|text| bits_of(&text)));
        input.resolution_bits = bits.ok_or_else(|| OpenError {
            advice: Some("set `resolution-bits` in the label: how many bits a reading has".to_owned()),
            ..OpenError::unsupported(&input.source.device, "reading its resolution", None)
        })?;
        Ok(input)
    }

    /// Reads a file of the channel.
    fn attribute(&self, name: &str) -> Result<String, Errno> {
        self.kernel.read_attribute(&self.folder.join(format!("{}_{name}", self.prefix)))
    }

    /// Reads a number of the channel, or the one for all channels; without either it is `default`.
    fn number(&self, name: &str, default: Option<f64>) -> Result<f64, Error> {
        let text = match self.attribute(name) {
            Err(Errno::NOENT) => self.kernel.read_attribute(&self.folder.join(format!("in_voltage_{name}"))),
            text => text,
        };
        match text {
            Ok(text) => text.trim().parse().map_err(|_| self.unreadable(name, &text)),
            Err(Errno::NOENT) => default.ok_or(Error::Unsupported),
            Err(errno) => Err(self.failed(name, errno)),
        }
    }

    fn unreadable(&self, name: &str, text: &str) -> Error {
        self.source.refused(format_args!("reading its {name}"), format_args!("{text:?} is not a number"));
        Error::Other
    }

    fn failed(&self, name: &str, errno: Errno) -> Error {
        let doing = format_args!("reading its {name}");
        self.source.failed(Severity::Error, errno, doing, format_args!("the converter's driver failed"));
        kind(errno)
    }
}

impl AdcInput {
    /// Returns how many bits a reading has, its sign included if it can be negative: 1 to 32.
    #[must_use]
    pub fn resolution_bits(&self) -> u8 {
        self.resolution_bits
    }

    /// Converts once, and returns what the converter gives.
    ///
    /// # Errors
    ///
    /// The converter's driver failed, or does not give a number.
    pub fn read_raw(&mut self) -> Result<i32, Error> {
        let text = self.attribute("raw").map_err(|errno| self.failed("reading", errno))?;
        text.trim().parse().map_err(|_| self.unreadable("reading", &text))
    }

    /// Converts once, and returns the voltage in microvolts, rounded to the nearest.
    ///
    /// # Errors
    ///
    /// The converter's driver failed, or does not say how long a step is.
    pub fn read_microvolts(&mut self) -> Result<i32, Error> {
        let scale_mv = self.number("scale", None)?;
        let offset = self.number("offset", Some(0.0))?;
        let microvolts = (f64::from(self.read_raw()?) + offset) * scale_mv * 1_000.0;
        #[expect(clippy::cast_possible_truncation, reason = "a cast of floating point saturates, and it is whole")]
        Ok(microvolts.round() as i32)
    }
}

/// Returns the bits of a reading from a type such as `le:s12/16>>4`.
fn bits_of(text: &str) -> Option<u8> {
    let (_, rest) = text.split_once(':')?;
    let (bits, _) = rest.strip_prefix(['s', 'u', 'S', 'U'])?.split_once('/')?;
    bits.parse().ok().filter(|bits| (1..=32).contains(bits))
}
