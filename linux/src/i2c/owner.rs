//! Addresses that a driver of the kernel has.

use std::fmt;

use crate::i2c::Address;

use crate::sysfs::Tree;

/// A driver of the kernel that has an address.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KernelOwner {
    /// The address.
    pub address: Address,
    /// The kernel's name of the device, such as `1-0068`, or `5-0049` behind a multiplexer of the bus that makes bus 5.
    pub device: Option<String>,
    /// The driver.
    pub driver: Option<String>,
    /// The device that has the address as a further one, if the driver is the kernel's place holder for such addresses.
    pub main: Option<MainDevice>,
}

/// A device with several addresses, as its driver has it under the first one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MainDevice {
    /// The kernel's name of it, such as `1-0050`.
    pub device: String,
    /// Its driver.
    pub driver: String,
}

/// The driver that has the further addresses of devices with several, for their drivers. `i2c_new_dummy_device` of
/// `drivers/i2c/i2c-core-base.c`.
const DUMMY: &str = "dummy";
/// How many multiplexers are looked through one behind the other. Bounds what files that lead in a circle cost.
const MAX_DEPTH: usize = 8;
/// Where the kernel lists what is on its I2C buses.
const DEVICES: &str = "/sys/bus/i2c/devices";

impl KernelOwner {
    /// Looks up what has an address of the adapter with the kernel's number `number`.
    pub(super) fn find(tree: &Tree, number: Option<&str>, address: Address) -> KernelOwner {
        let folder = |name: &String| format!("{DEVICES}/{name}");
        let on_this = number.map(|number| device_name(number, address)).filter(|name| tree.exists(folder(name)));
        let device = on_this.or_else(|| behind_multiplexers(tree, number?, address));
        let driver = device.as_ref().and_then(|name| tree.target_name(format!("{}/driver", folder(name))));
        let main = match (&device, driver.as_deref()) {
            (Some(device), Some(DUMMY)) => main_device(tree, device),
            _ => None,
        };
        KernelOwner { address, device, driver, main }
    }

    /// Returns what to do about it.
    #[must_use]
    pub fn advice(&self) -> String {
        match (&self.device, &self.driver) {
            // A place holder that is unbound leaves its device's driver in place, and then two use one device.
            (Some(_), Some(driver)) if driver == DUMMY => match &self.main {
                Some(MainDevice { device, driver }) => format!(
                    "remove the address from `allow`, or release the whole device with `echo {device} | sudo tee \
                     /sys/bus/i2c/drivers/{driver}/unbind`"
                ),
                None => "remove the address from `allow`: it belongs to a device that a kernel driver uses at another address"
                    .to_owned(),
            },
            (Some(device), Some(driver)) => format!(
                "remove the address from `allow`, or release the device with `echo {device} | sudo tee \
                 /sys/bus/i2c/drivers/{driver}/unbind`"
            ),
            _ => "remove the address from `allow`".to_owned(),
        }
    }
}

impl fmt::Display for KernelOwner {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "address {} is in use by ", self.address)?;
        match (&self.main, &self.driver) {
            (Some(MainDevice { device, driver }), _) => {
                write!(f, "the kernel driver {driver}, as another address of its device {device}")?;
            }
            (None, Some(driver)) if driver == DUMMY => {
                f.write_str("a kernel driver, as another address of its device")?
            }
            (None, Some(driver)) => write!(f, "the kernel driver {driver}")?,
            (None, None) => f.write_str("a kernel driver")?,
        }
        match &self.device {
            // On the wires of this very bus, through a multiplexer or not, it is one address.
            Some(device) if self.main.is_none() => write!(f, " (device {device})"),
            _ => Ok(()),
        }
    }
}

/// Returns the device that has an address on a bus behind a multiplexer of the adapter, or behind one behind that: such buses are
/// folders of the adapter's devices. `i2c_check_mux_children` of `drivers/i2c/i2c-core-base.c` counts them as in use.
fn behind_multiplexers(tree: &Tree, number: &str, address: Address) -> Option<String> {
    let mut adapters = vec![number.to_owned()];
    for _ in 0..MAX_DEPTH {
        // A multiplexer names the adapter that it is on by being a device of it: `channel-0` links to the bus that it makes.
        let devices = adapters.iter().flat_map(|adapter| tree.names(DEVICES, &format!("{adapter}-")));
        let made = devices.flat_map(|device| {
            let channels = tree.names(format!("{DEVICES}/{device}"), "channel-");
            channels
                .into_iter()
                .filter_map(|channel| tree.target_name(format!("{DEVICES}/{device}/{channel}")))
                .collect::<Vec<_>>()
        });
        adapters = made.filter_map(|bus| Some(bus.strip_prefix("i2c-")?.to_owned())).collect();
        let names = adapters.iter().map(|adapter| device_name(adapter, address));
        if let Some(found) = names.into_iter().find(|name| tree.exists(format!("{DEVICES}/{name}"))) {
            return Some(found);
        }
    }
    None
}

/// Returns the device of the same bus that a place holder belongs to. The kernel does not say which, so it is named only where there
/// can be no doubt: all addresses from it to the place holder are place holders, as those of an EEPROM's blocks are.
fn main_device(tree: &Tree, dummy: &str) -> Option<MainDevice> {
    let (bus, address) = dummy.split_once('-')?;
    let address = u16::from_str_radix(address, 16).ok()?;
    for before in (0..address).rev() {
        let device = format!("{bus}-{before:04x}");
        let driver = tree.target_name(format!("{DEVICES}/{device}/driver"))?;
        if driver != DUMMY {
            return Some(MainDevice { device, driver });
        }
    }
    None
}

/// Returns the kernel's name of a device. `i2c_dev_set_name` of `drivers/i2c/i2c-core-base.c`.
fn device_name(number: &str, address: Address) -> String {
    match address {
        Address::SevenBit(address) => format!("{number}-{address:04x}"),
        Address::TenBit(address) => format!("{number}-{:04x}", address | 0xa000),
    }
}
