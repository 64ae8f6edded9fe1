//! Errors of drivers as errors of programs.

use core::error::Error;
use core::fmt;

/// The error of a driver, which seldom implements [`Error`], as one that `?` takes; it reads as the driver's own does in `{:?}`.
pub struct DriverError<E>(pub E);

impl<E: fmt::Debug> fmt::Debug for DriverError<E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl<E: fmt::Debug> fmt::Display for DriverError<E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl<E: fmt::Debug> Error for DriverError<E> {}
