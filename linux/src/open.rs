//! Why hardware cannot be opened, and what to do about it.

use std::fmt;
use std::path::Path;

use super::advice::Subsystem;
use super::kernel::Errno;
use super::sysfs::Tree;

/// Why a device or line cannot be opened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OpenError {
    /// The device file, or the line: `/dev/i2c-1`, `GPIO17`.
    pub device: String,
    /// What is wrong.
    pub reason: OpenReason,
    /// What the kernel said, if it was asked.
    pub errno: Option<Errno>,
    /// What to do about it.
    pub advice: Option<String>,
}

/// What is wrong with a device.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum OpenReason {
    /// There is no such device file.
    Missing,
    /// This user may not open it.
    Denied,
    /// Something else has it.
    Busy {
        /// What has it, as the kernel names it.
        holder: String,
    },
    /// The file is not a device of this kind.
    NotADevice,
    /// The device or its driver cannot do what the policy wants.
    Unsupported {
        /// What it cannot do.
        what: String,
    },
    /// No chip has such a line.
    NoSuchLine,
    /// Several chips have a line of this name.
    Ambiguous {
        /// The chips.
        chips: Vec<String>,
    },
    /// Several devices have this name.
    SeveralDevices {
        /// Their files.
        devices: Vec<String>,
    },
    /// Anything else.
    Failed,
}

impl OpenError {
    /// Converts what the kernel said to the opening of a device file.
    pub(super) fn of_file(subsystem: Subsystem, tree: &Tree, path: &Path, errno: Errno) -> OpenError {
        let device = path.display().to_string();
        let (reason, advice) = match errno {
            // ENXIO and ENODEV: the file is left of a device that is gone.
            Errno::NOENT | Errno::NXIO | Errno::NODEV => (OpenReason::Missing, Some(subsystem.missing(tree))),
            Errno::ACCESS | Errno::PERM => (OpenReason::Denied, Some(subsystem.denied(tree, path))),
            Errno::BUSY => (OpenReason::Busy { holder: "another program or driver".to_owned() }, None),
            Errno::NOTTY | Errno::ISDIR => (OpenReason::NotADevice, None),
            _ => (OpenReason::Failed, None),
        };
        OpenError { device, reason, errno: Some(errno), advice }
    }

    /// Returns that a device cannot do something.
    pub(super) fn unsupported(device: &str, what: impl Into<String>, errno: Option<Errno>) -> OpenError {
        let reason = OpenReason::Unsupported { what: what.into() };
        OpenError { device: device.to_owned(), reason, errno, advice: None }
    }
}

impl fmt::Display for OpenError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.device, self.reason)?;
        if let Some(errno) = self.errno {
            write!(f, ": {errno}")?;
        }
        match &self.advice {
            Some(advice) => write!(f, "\nhelp: {advice}"),
            None => Ok(()),
        }
    }
}

impl std::error::Error for OpenError {}

impl fmt::Display for OpenReason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            OpenReason::Missing => f.write_str("no such device"),
            OpenReason::Denied => f.write_str("this user lacks the permission to open it"),
            OpenReason::Busy { holder } => write!(f, "in use by {holder}"),
            OpenReason::NotADevice => f.write_str("another kind of device"),
            OpenReason::Unsupported { what } => write!(f, "unsupported: {what}"),
            OpenReason::NoSuchLine => f.write_str("no such line"),
            OpenReason::Ambiguous { chips } => {
                write!(f, "several chips have a line with this name: {}", chips.join(", "))
            }
            OpenReason::SeveralDevices { devices } => {
                write!(f, "several devices have this name: {}", devices.join(", "))
            }
            OpenReason::Failed => f.write_str("cannot be opened"),
        }
    }
}
