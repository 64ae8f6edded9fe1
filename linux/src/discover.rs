//! What buses, chips and lines a machine has, who holds them, and what to do about what is missing.

mod channels;
mod text;

use std::path::{Path, PathBuf};

pub use channels::{Converter, PwmChip, SerialPort};

use super::advice::{self, Subsystem};
use super::gpio::{ChipInfo, describe_chip};
use super::i2c;
use super::kernel::{Errno, Kernel, uninterrupted};
use super::named::named;
use super::open::OpenError;
use super::sysfs::Tree;

/// Everything that a machine has.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Machine {
    /// What the machine calls itself.
    pub model: Option<String>,
    /// I2C adapters.
    pub i2c: Vec<I2cAdapter>,
    /// SPI devices.
    pub spi: Vec<SpiNode>,
    /// GPIO chips.
    pub gpio: Vec<GpioChip>,
    /// PWM chips.
    pub pwm: Vec<PwmChip>,
    /// Analogue converters.
    pub adc: Vec<Converter>,
    /// Serial ports.
    pub uart: Vec<SerialPort>,
    /// What there is none of.
    pub missing: Vec<Missing>,
}

/// An I2C adapter.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct I2cAdapter {
    /// The device file.
    pub path: PathBuf,
    /// What its driver calls it.
    pub name: Option<String>,
    /// What a policy can call it instead of its file.
    pub names: Vec<String>,
    /// Its clock, if the device tree says so.
    pub frequency_hz: Option<u32>,
    /// The addresses that the kernel has devices at.
    pub targets: Vec<KernelTarget>,
    /// Why it cannot be opened, with the fix.
    pub problem: Option<OpenError>,
}

/// A device on an I2C bus that the kernel knows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KernelTarget {
    /// The address.
    pub address: u16,
    /// The kernel's name of the kind of device.
    pub name: Option<String>,
    /// The driver that holds it. Without one the address is free.
    pub driver: Option<String>,
}

/// A device on an SPI bus.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SpiNode {
    /// The kernel's name: `spi0.1`, bus and chip select.
    pub name: String,
    /// The device file, if programs can use it.
    pub path: Option<PathBuf>,
    /// What a policy can call it instead of its file.
    pub names: Vec<String>,
    /// The driver that holds it; `spidev` for programs.
    pub driver: Option<String>,
    /// What is in the way of using it, with the fix.
    pub problem: Option<String>,
}

/// A GPIO chip.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GpioChip {
    /// The device file.
    pub path: PathBuf,
    /// Its lines and who holds them, or why it cannot be opened, with the fix.
    pub chip: Result<ChipInfo, OpenError>,
}

/// Something there is none of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Missing {
    /// What.
    pub subsystem: Subsystem,
    /// What to do about it.
    pub fix: String,
}

/// Where the kernel lists what is on its buses.
const I2C_DEVICES: &str = "/sys/bus/i2c/devices";
const SPI_DEVICES: &str = "/sys/bus/spi/devices";

/// The driver that makes a device file of an SPI device.
const SPIDEV: &str = "spidev";

/// Finds out what there is.
pub(super) fn machine(kernel: &dyn Kernel, tree: &Tree) -> Machine {
    let paths = |subsystem: Subsystem| subsystem.files(tree).into_iter().map(|name| Path::new("/dev").join(name));
    let i2c: Vec<I2cAdapter> = paths(Subsystem::I2c).map(|path| i2c_adapter(kernel, tree, path)).collect();
    let spi: Vec<SpiNode> =
        tree.names(SPI_DEVICES, "spi").into_iter().map(|name| spi_node(kernel, tree, name)).collect();
    let gpio: Vec<GpioChip> =
        paths(Subsystem::Gpio).map(|path| GpioChip { chip: describe_chip(kernel, tree, &path), path }).collect();
    let each = |subsystem: Subsystem| subsystem.files(tree).into_iter();
    let pwm: Vec<PwmChip> = each(Subsystem::Pwm).map(|file| channels::pwm_chip(tree, &file)).collect();
    let adc: Vec<Converter> = each(Subsystem::Iio).map(|file| channels::converter(tree, &file)).collect();
    let uart = channels::serial_ports(tree);
    let subsystems = [
        (Subsystem::I2c, i2c.len()),
        (Subsystem::Spi, spi.len()),
        (Subsystem::Gpio, gpio.len()),
        (Subsystem::Pwm, pwm.len()),
        (Subsystem::Iio, adc.len()),
        (Subsystem::Uart, uart.len()),
    ];
    let missing = subsystems.into_iter().filter(|(_, count)| *count == 0);
    let missing = missing.map(|(subsystem, _)| Missing { subsystem, fix: subsystem.missing(tree) }).collect();
    Machine { model: advice::model(tree), i2c, spi, gpio, pwm, adc, uart, missing }
}

fn i2c_adapter(kernel: &dyn Kernel, tree: &Tree, path: PathBuf) -> I2cAdapter {
    let name = tree.device_name(&path).unwrap_or_default();
    let number = name.strip_prefix("i2c-").unwrap_or_default();
    let on_this = tree.names(I2C_DEVICES, &format!("{number}-"));
    let target = |device: &String| {
        let address = u16::from_str_radix(device.split_once('-')?.1, 16).ok()?;
        Some(KernelTarget {
            // Ten-bit addresses are marked in the name.
            address: if address >= 0xa000 { address - 0xa000 } else { address },
            name: tree.text(format!("{I2C_DEVICES}/{device}/name")),
            driver: tree.target_name(format!("{I2C_DEVICES}/{device}/driver")),
        })
    };
    let failed = |errno| OpenError::of_file(Subsystem::I2c, tree, &path, errno);
    I2cAdapter {
        name: tree.text(format!("{I2C_DEVICES}/{name}/name")),
        names: named(tree, Subsystem::I2c, &name).1,
        frequency_hz: i2c::frequency_hz(tree, number),
        targets: on_this.iter().filter_map(target).collect(),
        problem: uninterrupted(|| kernel.open_i2c(&path)).err().map(failed),
        path,
    }
}

fn spi_node(kernel: &dyn Kernel, tree: &Tree, name: String) -> SpiNode {
    let driver = tree.target_name(format!("{SPI_DEVICES}/{name}/driver"));
    let path = Path::new("/dev").join(name.replacen("spi", SPIDEV, 1));
    let opened = |errno: Errno| OpenError::of_file(Subsystem::Spi, tree, &path, errno).to_string();
    let bind = format!(
        "echo spidev | sudo tee {SPI_DEVICES}/{name}/driver_override; echo {name} | sudo tee /sys/bus/spi/drivers/spidev/bind"
    );
    let problem = match driver.as_deref() {
        Some(SPIDEV) => uninterrupted(|| kernel.open_spi(&path)).err().map(opened),
        Some(driver) => Some(format!(
            "in use by the kernel driver {driver}; to release it: echo {name} | sudo tee /sys/bus/spi/drivers/{driver}/unbind; {bind}"
        )),
        None => Some(format!("no driver uses it; to make it available to programs: sudo modprobe spidev; {bind}")),
    };
    let names = named(tree, Subsystem::Spi, &name.replacen("spi", SPIDEV, 1)).1;
    let path = (driver.as_deref() == Some(SPIDEV)).then_some(path);
    SpiNode { name, path, names, driver, problem }
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::os::unix::fs::symlink;

    use super::*;
    use crate::fake::Fake;
    use crate::gpio::LineInfo;
    use crate::open::OpenReason;

    /// A folder of files and links that passes for a Raspberry Pi 3 with a clock and a CAN controller in the kernel's hands.
    pub(super) fn pi() -> (tempfile::TempDir, Tree, Fake) {
        let root = tempfile::tempdir().expect("a temporary folder");
        let put = |path: &str, bytes: &[u8]| {
            let path = root.path().join(path);
            fs::create_dir_all(path.parent().expect("a parent")).expect("a folder");
            fs::write(path, bytes).expect("a file");
        };
        put("sys/firmware/devicetree/base/model", b"Raspberry Pi 3 Model B Rev 1.2\0");
        for file in ["i2c-1", "spidev0.0", "gpiochip0"] {
            put(&format!("dev/{file}"), b"");
        }
        put("sys/bus/i2c/devices/i2c-1/name", b"bcm2835 (i2c@7e804000)\n");
        put("sys/bus/i2c/devices/i2c-1/of_node/clock-frequency", &100_000_u32.to_be_bytes());
        put("sys/bus/i2c/devices/1-0068/name", b"ds1307\n");
        put("sys/bus/i2c/devices/1-0050/name", b"24c02\n");
        for device in ["spi0.0", "spi0.1", "spi0.2"] {
            put(&format!("sys/bus/spi/devices/{device}/modalias"), b"");
        }
        for (device, driver) in
            [("i2c/devices/1-0068", "rtc-ds1307"), ("spi/devices/spi0.0", "spidev"), ("spi/devices/spi0.1", "mcp251x")]
        {
            symlink(format!("../../drivers/{driver}"), root.path().join("sys/bus").join(device).join("driver"))
                .expect("a link");
        }
        put("sys/class/pwm/pwmchip0/npwm", b"2\n");
        put("sys/class/pwm/pwmchip0/pwm1/enable", b"1\n");
        put("sys/bus/iio/devices/iio:device0/name", b"ads1115\n");
        put("sys/bus/iio/devices/iio:device0/in_voltage0_raw", b"12\n");
        put("sys/bus/iio/devices/iio:device0/in_voltage3_raw", b"12\n");
        put("dev/ttyAMA0", b"");
        put("proc/consoles", b"ttyAMA0              -W- (E   p a)  204:64\n");
        let fake = Fake::default();
        let line = |name: &str, holder: Option<&str>| LineInfo {
            name: name.into(),
            output: holder.is_some(),
            holder: holder.map(Into::into),
        };
        let lines = vec![line("GPIO7", Some("spi0 CS1")), line("GPIO8", None), line("", None)];
        fake.chip("/dev/gpiochip0", ChipInfo { name: "gpiochip0".into(), label: "pinctrl-bcm2835".into(), lines });
        let tree = Tree::at(root.path());
        (root, tree, fake)
    }

    #[test]
    fn everything_is_found_with_who_holds_it() {
        let (_root, tree, fake) = pi();
        let machine = machine(&fake, &tree);
        assert_eq!(machine.model.as_deref(), Some("Raspberry Pi 3 Model B Rev 1.2"));
        let [adapter] = &machine.i2c[..] else { panic!("one adapter: {:?}", machine.i2c) };
        assert_eq!((adapter.frequency_hz, adapter.problem.clone()), (Some(100_000), None));
        let targets: Vec<_> = adapter.targets.iter().map(|target| (target.address, target.driver.as_deref())).collect();
        assert_eq!(targets, [(0x50, None), (0x68, Some("rtc-ds1307"))]);
        let nodes: Vec<_> = machine.spi.iter().map(|node| (node.path.is_some(), node.driver.as_deref())).collect();
        assert_eq!(nodes, [(true, Some("spidev")), (false, Some("mcp251x")), (false, None)]);
        assert_eq!((machine.pwm.len(), machine.adc.len(), machine.uart.len()), (1, 1, 1));
        assert!(machine.missing.is_empty(), "{:?}", machine.missing);
    }

    #[test]
    fn a_device_in_other_hands_comes_with_the_way_to_take_it() {
        let (_root, tree, fake) = pi();
        let spi = machine(&fake, &tree).spi;
        let held = spi[1].problem.as_deref().expect("a problem");
        assert!(held.contains("echo spi0.1 | sudo tee /sys/bus/spi/drivers/mcp251x/unbind"), "{held}");
        let free = spi[2].problem.as_deref().expect("a problem");
        assert!(free.contains("sudo modprobe spidev"), "{free}");
    }

    #[test]
    fn what_may_not_be_opened_is_listed_with_the_fix() {
        let (_root, tree, fake) = pi();
        for call in ["open_i2c", "open_spi", "chip"] {
            fake.fail(call, Errno::ACCESS);
        }
        let machine = machine(&fake, &tree);
        assert_eq!(machine.i2c[0].problem.as_ref().map(|problem| &problem.reason), Some(&OpenReason::Denied));
        assert!(machine.spi[0].problem.as_ref().is_some_and(|problem| problem.contains("sudo usermod -aG")));
        assert_eq!(machine.gpio[0].chip.as_ref().map_err(|problem| &problem.reason), Err(&OpenReason::Denied));
    }

    #[test]
    fn an_empty_machine_is_told_what_to_do() {
        let root = tempfile::tempdir().expect("a temporary folder");
        let machine = machine(&Fake::default(), &Tree::at(root.path()));
        let missing: Vec<Subsystem> = machine.missing.iter().map(|missing| missing.subsystem).collect();
        let all = [Subsystem::I2c, Subsystem::Spi, Subsystem::Gpio, Subsystem::Pwm, Subsystem::Iio, Subsystem::Uart];
        assert_eq!(missing, all);
    }
}
