//! An adapter that may be unplugged.

use std::sync::Arc;

use embedded_hal::i2c::Operation;

use super::{Adapter, Address, Error, I2cSettings, KernelOwner};
use crate::advice::Subsystem;
use crate::device_error::Source;
use crate::kernel::Kernel;
use crate::named;
use crate::open::OpenError;
use crate::plugged::Plugged;
use crate::sysfs::Tree;

/// An open adapter. One that is unplugged is found again by the first transaction after it is back.
#[derive(Debug)]
pub struct I2cBus(Plugged<Adapter>);

impl I2cBus {
    /// Finds an adapter, opens it and asks it what it can do.
    pub(crate) fn open(
        kernel: Arc<dyn Kernel>,
        tree: Tree,
        source: Source,
        settings: I2cSettings,
    ) -> Result<I2cBus, OpenError> {
        let open = move |source: &Source| {
            let path = named::find(&tree, Subsystem::I2c, &settings.path)?;
            let source = Source { device: path.display().to_string(), ..source.clone() };
            Adapter::open(&*kernel, &tree, source, &I2cSettings { path, ..settings.clone() })
        };
        Plugged::open(source, open).map(I2cBus)
    }

    /// Returns the clock of the bus, as far as the device tree says it.
    #[must_use]
    pub fn frequency_hz(&self) -> Option<u32> {
        self.0.now()?.frequency_hz()
    }

    /// Returns the driver of the kernel that has an address, if one does: whoever uses it disturbs the driver.
    /// `I2C_RDWR` does not check this, and nothing here forces it.
    ///
    /// # Errors
    ///
    /// The kernel does not say.
    pub fn owned_by_kernel(&mut self, address: Address) -> Result<Option<KernelOwner>, OpenError> {
        self.0.with(|adapter| adapter.owned_by_kernel(address)).unwrap_or(Ok(None))
    }

    /// Carries out one transaction, with the contract of [`embedded_hal::i2c::I2c::transaction`]: it ends with a STOP, whatever
    /// happens. Fills every read buffer, or fails.
    ///
    /// # Errors
    ///
    /// The adapter cannot do it, its driver failed, or it is gone and has not come back.
    pub fn transaction(&mut self, address: Address, operations: &mut [Operation<'_>]) -> Result<(), Error> {
        self.0.with(|adapter| adapter.transaction(address, operations)).unwrap_or(Err(Error::Other))
    }
}
