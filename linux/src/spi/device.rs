//! A device that may be unplugged, with its bus.

use std::sync::Arc;

use embedded_hal::spi::Operation;

use super::{Error, SpiSettings, Wired};
use crate::advice::Subsystem;
use crate::device_error::Source;
use crate::kernel::Kernel;
use crate::named;
use crate::open::OpenError;
use crate::plugged::Plugged;
use crate::sysfs::Tree;

/// An open device, or a bus without chip select. One that is unplugged is found again by the first transaction after it is back.
#[derive(Debug)]
pub struct SpiDevice {
    pub(super) device: Plugged<Wired>,
    chip_select: bool,
}

impl SpiDevice {
    /// Finds a device, opens it and sets it up. Chip select is inactive from then on.
    pub(crate) fn open(
        kernel: Arc<dyn Kernel>,
        tree: Tree,
        source: Source,
        settings: SpiSettings,
    ) -> Result<SpiDevice, OpenError> {
        let chip_select = settings.chip_select;
        let open = move |source: &Source| {
            let path = named::find(&tree, Subsystem::Spi, &settings.path)?;
            let source = Source { device: path.display().to_string(), ..source.clone() };
            Wired::open(&*kernel, &tree, source, &SpiSettings { path, ..settings.clone() })
        };
        Ok(SpiDevice { device: Plugged::open(source, open)?, chip_select })
    }

    /// Carries out operations under one chip select, with the contract of [`embedded_hal::spi::SpiDevice::transaction`]. Fills
    /// every read buffer, or fails.
    ///
    /// # Errors
    ///
    /// The operations are longer than spidev takes, the controller's driver failed, or the device is gone and has not come back.
    pub fn run(&mut self, operations: &mut [Operation<'_, u8>]) -> Result<(), Error> {
        // A device is selected all the same; a bus has nothing to select.
        if operations.is_empty() && !self.chip_select {
            return Ok(());
        }
        self.device.with(|device| device.run(operations)).unwrap_or(Err(Error::Other))
    }
}
