//! Devices that are unplugged and come back: what is gone is closed at once, and the next call looks for it.
//!
//! Closing matters: while a program has a device open that is gone, the kernel keeps its number, and what is plugged in again gets
//! another one (`ttyUSB1` in the place of `ttyUSB0`); and the driver of an I2C adapter waits in `i2c_del_adapter` until nobody has it open.

use std::fmt;

use crate::device_error::{Severity, Source};
use crate::open::OpenError;

/// A device that can be gone.
pub(crate) trait Unplugged {
    /// Returns whether the kernel has said that the device is gone.
    fn is_gone(&self) -> bool;
}

/// How a device is opened.
type Open<D> = Box<dyn Fn(&Source) -> Result<D, OpenError> + Send>;

/// A device, and how it is opened: found by its name or path anew each time, with the same settings.
pub(crate) struct Plugged<D> {
    device: Option<D>,
    open: Open<D>,
    source: Source,
}

impl<D: Unplugged> Plugged<D> {
    /// Opens a device for the first time.
    pub(crate) fn open(
        source: Source,
        open: impl Fn(&Source) -> Result<D, OpenError> + Send + 'static,
    ) -> Result<Plugged<D>, OpenError> {
        let device = Some(open(&source)?);
        Ok(Plugged { device, open: Box::new(open), source })
    }

    /// Uses the device, or returns nothing if it is gone and cannot be opened again. One that turns out to be gone is closed.
    pub(crate) fn with<R>(&mut self, act: impl FnOnce(&mut D) -> R) -> Option<R> {
        if self.device.as_ref().is_none_or(Unplugged::is_gone) {
            self.device = None;
            self.look();
        }
        let device = self.device.as_mut()?;
        let result = act(device);
        if device.is_gone() {
            self.device = None;
        }
        Some(result)
    }

    /// Returns the device, unless it is gone.
    pub(crate) fn now(&self) -> Option<&D> {
        self.device.as_ref()
    }

    /// Looks for a device that is gone.
    fn look(&mut self) {
        match (self.open)(&self.source) {
            Ok(device) => {
                self.source.refused(format_args!("opening it again"), format_args!("it is back"));
                self.device = Some(device);
            }
            Err(error) => self.source.note(Severity::Debug, format_args!("looking for it"), format_args!("{error}")),
        }
    }
}

impl<D: fmt::Debug> fmt::Debug for Plugged<D> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Plugged").field("device", &self.device).finish_non_exhaustive()
    }
}
