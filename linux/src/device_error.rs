//! What goes wrong on the hardware, for a person: a driver gets an enum, and the log gets this.

use std::fmt;
use std::io::Write as _;
use std::sync::Arc;

use super::kernel::Errno;

/// How bad an error is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Severity {
    /// What a developer wants to see: a program may just be looking for devices.
    Debug,
    /// Something looks wrong, and the next try may go well.
    Warn,
    /// Something failed.
    Error,
}

/// One thing that went wrong.
#[derive(Clone, Copy, Debug)]
pub struct DeviceError<'a> {
    /// How bad it is: what is not acknowledged is `Debug`, since a program may just be looking for devices.
    pub severity: Severity,
    /// The name that the device was opened under.
    pub label: &'a str,
    /// The device file or line.
    pub device: &'a str,
    /// What was being done.
    pub doing: fmt::Arguments<'a>,
    /// What the kernel said, unless it was not asked.
    pub errno: Option<Errno>,
    /// What that means here, and what to do about it.
    pub meaning: fmt::Arguments<'a>,
}

/// Hears about errors. It must not block for long, and it bounds the rate: a program can cause errors as fast as it likes.
pub trait ErrorListener: fmt::Debug + Send + Sync {
    /// Takes one error.
    fn error(&self, error: &DeviceError<'_>);
}

/// Writes errors to standard error, from [`Severity::Warn`] on: enough for a small program.
#[derive(Clone, Copy, Debug, Default)]
pub struct PrintErrors;

impl ErrorListener for PrintErrors {
    fn error(&self, error: &DeviceError<'_>) {
        if error.severity >= Severity::Warn {
            // Nobody hears of a standard error that is closed.
            let _ = writeln!(std::io::stderr().lock(), "{error}");
        }
    }
}

/// A device whose errors are reported.
#[derive(Clone, Debug)]
pub(super) struct Source {
    pub(super) label: String,
    pub(super) device: String,
    pub(super) listener: Arc<dyn ErrorListener>,
}

impl Source {
    /// Tells the listener what the kernel refused or could not do.
    pub(super) fn failed(
        &self,
        severity: Severity,
        errno: Errno,
        doing: fmt::Arguments<'_>,
        meaning: fmt::Arguments<'_>,
    ) {
        self.tell(severity, Some(errno), doing, meaning);
    }

    /// Tells the listener what was refused before the kernel was asked.
    pub(super) fn refused(&self, doing: fmt::Arguments<'_>, meaning: fmt::Arguments<'_>) {
        self.tell(Severity::Warn, None, doing, meaning);
    }

    /// Tells the listener what is of interest to whoever looks for a fault only.
    pub(super) fn note(&self, severity: Severity, doing: fmt::Arguments<'_>, meaning: fmt::Arguments<'_>) {
        self.tell(severity, None, doing, meaning);
    }

    fn tell(&self, severity: Severity, errno: Option<Errno>, doing: fmt::Arguments<'_>, meaning: fmt::Arguments<'_>) {
        self.listener.error(&DeviceError { severity, label: &self.label, device: &self.device, doing, errno, meaning });
    }
}

impl fmt::Display for DeviceError<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?} ({}): {}: ", self.label, self.device, self.doing)?;
        if let Some(errno) = self.errno {
            write!(f, "{errno}: ")?;
        }
        self.meaning.fmt(f)
    }
}
