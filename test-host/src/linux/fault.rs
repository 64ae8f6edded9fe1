//! What goes wrong on the hardware, for the operator: the guest gets an enum, and the log gets this.

use std::fmt;
use std::sync::Arc;

use wasm_embedded_host::log::Level;

use super::kernel::Errno;

/// One thing that went wrong.
#[derive(Clone, Copy, Debug)]
pub struct Fault<'a> {
    /// How bad it is: what is not acknowledged is `Debug`, since a guest may just be looking for devices.
    pub level: Level,
    /// The label in the policy.
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

/// What hears about faults. It must not block for long, and it bounds the rate: a guest can cause faults as fast as it likes.
pub trait FaultListener: fmt::Debug + Send + Sync {
    /// Takes one fault.
    fn fault(&self, fault: &Fault<'_>);
}

/// A device that faults are told of.
#[derive(Clone, Debug)]
pub(super) struct Source {
    pub(super) label: String,
    pub(super) device: String,
    pub(super) listener: Arc<dyn FaultListener>,
}

impl Source {
    /// Tells the listener what the kernel refused or could not do.
    pub(super) fn failed(&self, level: Level, errno: Errno, doing: fmt::Arguments<'_>, meaning: fmt::Arguments<'_>) {
        self.tell(level, Some(errno), doing, meaning);
    }

    /// Tells the listener what was refused before the kernel was asked.
    pub(super) fn refused(&self, doing: fmt::Arguments<'_>, meaning: fmt::Arguments<'_>) {
        self.tell(Level::Warn, None, doing, meaning);
    }

    fn tell(&self, level: Level, errno: Option<Errno>, doing: fmt::Arguments<'_>, meaning: fmt::Arguments<'_>) {
        self.listener.fault(&Fault { level, label: &self.label, device: &self.device, doing, errno, meaning });
    }
}

impl fmt::Display for Fault<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?} ({}): {}: ", self.label, self.device, self.doing)?;
        if let Some(errno) = self.errno {
            write!(f, "{errno}: ")?;
        }
        self.meaning.fmt(f)
    }
}
