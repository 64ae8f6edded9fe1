//! Addresses that a driver of the kernel has.

use std::fmt;

use wasm_embedded_host::i2c::Address;

use crate::linux::tree::Tree;

/// A driver of the kernel that has an address.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KernelOwner {
    /// The address.
    pub address: Address,
    /// The kernel's name of the device, such as `1-0068`, if it is on this very bus and not behind a multiplexer of it.
    pub device: Option<String>,
    /// The driver.
    pub driver: Option<String>,
}

impl KernelOwner {
    /// Looks up what has an address of the adapter with the kernel's number `number`.
    pub(super) fn find(tree: &Tree, number: Option<&str>, address: Address) -> KernelOwner {
        let folder = |name: &String| format!("/sys/bus/i2c/devices/{name}");
        let device = number.map(|number| device_name(number, address)).filter(|name| tree.exists(folder(name)));
        let driver = device.as_ref().and_then(|name| tree.target_name(format!("{}/driver", folder(name))));
        KernelOwner { address, device, driver }
    }

    /// Returns what to do about it.
    #[must_use]
    pub fn advice(&self) -> String {
        match (&self.device, &self.driver) {
            (Some(device), Some(driver)) => format!(
                "take the address out of `allow`, or take it from the kernel with `echo {device} | sudo tee \
                 /sys/bus/i2c/drivers/{driver}/unbind`"
            ),
            _ => "take the address out of `allow`".to_owned(),
        }
    }
}

impl fmt::Display for KernelOwner {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "address {} is in use by ", self.address)?;
        match &self.driver {
            Some(driver) => write!(f, "the kernel's driver {driver}"),
            None => f.write_str("a driver of the kernel"),
        }
    }
}

/// Returns the kernel's name of a device. `i2c_dev_set_name` of `drivers/i2c/i2c-core-base.c`.
fn device_name(number: &str, address: Address) -> String {
    match address {
        Address::SevenBit(address) => format!("{number}-{address:04x}"),
        Address::TenBit(address) => format!("{number}-{:04x}", address | 0xa000),
    }
}
