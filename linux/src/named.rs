//! Names of devices that stay, whatever number the kernel gives them at this start.
//!
//! The kernel numbers devices in the order in which drivers find them: the PWM of a Raspberry Pi 5 was `pwmchip2` and became `pwmchip0` with
//! Linux 6.12. What stays is where a device is: its address and node in the device tree, a label of that, its driver, and for
//! converters the name and label that the driver gives (Documentation/ABI/testing/sysfs-bus-iio).

use std::path::{Path, PathBuf};

use super::advice::Subsystem;
use super::open::{OpenError, OpenReason};
use super::sysfs::Tree;

/// Where the device tree's labels are, each with the path of its node (dtc's option `-@`).
const SYMBOLS: &str = "/sys/firmware/devicetree/base/__symbols__";

/// How far above a device its controller is at most: `spi0.0`, `spi0`, `spi_master`, `fe204000.spi`.
const LEVELS: usize = 4;

/// The drivers between a serial port and its controller since Linux 6.5 (`drivers/tty/serial/serial_base_bus.c`).
const BETWEEN: [&str; 2] = ["port", "ctrl"];

/// Returns the device file, or the folder, of a device that is given by its path or by a name.
pub(super) fn find(tree: &Tree, subsystem: Subsystem, given: &Path) -> Result<PathBuf, OpenError> {
    let Some(name) = given.to_str().filter(|name| !name.contains('/')) else { return Ok(given.to_owned()) };
    let all: Vec<(PathBuf, Vec<String>)> =
        subsystem.files(tree).iter().map(|file| named(tree, subsystem, file)).collect();
    let mut found =
        all.iter().filter(|(path, names)| is_named(tree, subsystem, path, names, name)).map(|(path, _)| path);
    match (found.next(), found.next()) {
        (Some(one), None) => Ok(one.clone()),
        (Some(one), Some(other)) => {
            let devices = [one, other].into_iter().chain(found).map(|path| path.display().to_string());
            Err(refused(
                name,
                OpenReason::SeveralDevices { devices: devices.collect() },
                "use a name that only one of them has",
            ))
        }
        (None, _) => {
            let known = all.iter().map(|(path, names)| format!("{} is {}", path.display(), names.join(", ")));
            let known = known.collect::<Vec<_>>().join("; ");
            let advice = if known.is_empty() { subsystem.missing(tree) } else { known };
            Err(refused(name, OpenReason::Missing, &advice))
        }
    }
}

fn refused(name: &str, reason: OpenReason, advice: &str) -> OpenError {
    OpenError { device: name.to_owned(), reason, errno: None, advice: Some(advice.to_owned()) }
}

/// Returns where the kernel tells of a device, which the name of its file says.
fn class(subsystem: Subsystem, file: &str) -> PathBuf {
    match subsystem {
        Subsystem::Spi => Path::new("/sys/bus/spi/devices").join(file.replacen("spidev", "spi", 1)),
        Subsystem::Uart => Path::new("/sys/class/tty").join(file),
        Subsystem::I2c => Path::new("/sys/bus/i2c/devices").join(file),
        Subsystem::Pwm => Path::new("/sys/class/pwm").join(file),
        Subsystem::Iio => Path::new("/sys/bus/iio/devices").join(file),
        Subsystem::Gpio => Path::new("/sys/bus/gpio/devices").join(file),
    }
}

/// Returns the path of a device and its names: those of its own, then those of its controller.
pub(super) fn named(tree: &Tree, subsystem: Subsystem, file: &str) -> (PathBuf, Vec<String>) {
    let class = class(subsystem, file);
    let path = match subsystem {
        Subsystem::Pwm | Subsystem::Iio => class.clone(),
        Subsystem::I2c | Subsystem::Spi | Subsystem::Gpio | Subsystem::Uart => Path::new("/dev").join(file),
    };
    let own = ["name", "label"].into_iter().filter_map(|name| tree.text(class.join(name)));
    // A select of an SPI controller has the controller's names, with its own number.
    let select = file.rsplit_once('.').filter(|_| subsystem == Subsystem::Spi).map_or("", |(_, number)| number);
    let of_controller = controllers(tree, &class).into_iter().flat_map(|device| device_names(tree, &device));
    let with_select = |name: String| if select.is_empty() { name } else { format!("{name}.{select}") };
    let mut names: Vec<String> = own.collect();
    for name in of_controller.map(with_select) {
        if !names.contains(&name) {
            names.push(name);
        }
    }
    names.retain(|name| !name.is_empty());
    (path, names)
}

/// Returns the devices above one, up to the one that has its driver or its node of the device tree.
fn controllers(tree: &Tree, class: &Path) -> Vec<PathBuf> {
    let Some(real) = tree.real(class) else { return Vec::new() };
    let mut devices = Vec::new();
    for device in real.ancestors().skip(1).take(LEVELS) {
        let driver = tree.target_name(device.join("driver"));
        let is_between = driver.as_deref().is_some_and(|driver| BETWEEN.contains(&driver));
        if !is_between && (driver.is_some() || tree.exists(device.join("of_node"))) {
            devices.push(device.to_owned());
            break;
        }
    }
    devices
}

/// Returns what a device is called: its address in the tree, its node, its driver.
fn device_names(tree: &Tree, device: &Path) -> Vec<String> {
    let own = device.file_name().and_then(|name| name.to_str()).map(str::to_owned);
    let node = tree.target_name(device.join("of_node"));
    own.into_iter().chain(node).chain(tree.target_name(device.join("driver"))).collect()
}

fn is_named(tree: &Tree, subsystem: Subsystem, path: &Path, names: &[String], name: &str) -> bool {
    if names.iter().any(|other| other == name) {
        return true;
    }
    // A label of the device tree; that of an SPI controller has the number of the select behind it.
    let file = path.file_name().and_then(|file| file.to_str()).unwrap_or_default();
    let label = match file.rsplit_once('.').filter(|_| subsystem == Subsystem::Spi) {
        Some((_, select)) => name.strip_suffix(select).and_then(|name| name.strip_suffix('.')),
        None => Some(name),
    };
    let Some(node) = label.and_then(|label| tree.text(Path::new(SYMBOLS).join(label))).filter(|node| node.len() > 1)
    else {
        return false;
    };
    let class = class(subsystem, file);
    let nodes = controllers(tree, &class).into_iter().filter_map(|device| tree.real(device.join("of_node")));
    nodes.into_iter().any(|of_node| of_node.to_string_lossy().ends_with(&node))
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::os::unix::fs::symlink;

    use super::*;

    /// A folder that passes for a Raspberry Pi 5, whose PWM chips have the numbers that a kernel gives them.
    fn pi5(pwm: [&str; 2]) -> (tempfile::TempDir, Tree) {
        let root = tempfile::tempdir().expect("a temporary folder");
        let folder = |path: &str| {
            let path = root.path().join(path);
            fs::create_dir_all(&path).expect("a folder");
            path
        };
        let link = |from: &str, to: &str| {
            let from = root.path().join(from);
            fs::create_dir_all(from.parent().expect("a parent")).expect("a folder");
            symlink(root.path().join(to), from).expect("a link");
        };
        let device = |device: &str, node: &str, driver: &str, inner: &str, class: &str| {
            let base = format!("sys/devices/platform/axi/{device}");
            folder(&format!("{base}/{inner}"));
            folder(&format!("sys/firmware/devicetree/base/axi/{node}"));
            link(&format!("{base}/of_node"), &format!("sys/firmware/devicetree/base/axi/{node}"));
            link(&format!("{base}/driver"), &format!("sys/bus/platform/drivers/{driver}"));
            link(class, &format!("{base}/{inner}"));
        };
        for (chip, address) in pwm.into_iter().zip(["98000", "9c000"]) {
            let inner = format!("pwm/{chip}");
            let class = format!("sys/class/pwm/{chip}");
            device(&format!("1f000{address}.pwm"), &format!("pwm@{address}"), "rp1-pwm", &inner, &class);
        }
        device("1f00074000.i2c", "i2c@74000", "i2c_designware", "i2c-1", "sys/bus/i2c/devices/i2c-1");
        fs::write(root.path().join("sys/devices/platform/axi/1f00074000.i2c/i2c-1/name"), "Synopsys I2C\n")
            .expect("a file");
        device("1f00050000.spi", "spi@50000", "dw_spi", "spi_master/spi0/spi0.0", "sys/bus/spi/devices/spi0.0");
        folder("sys/devices/platform/axi/1f00050000.spi/spi_master/spi0/spi0.1");
        link("sys/bus/spi/devices/spi0.1", "sys/devices/platform/axi/1f00050000.spi/spi_master/spi0/spi0.1");
        let port = "1f00030000.serial:0/1f00030000.serial:0.0/tty/ttyAMA0";
        device("1f00030000.serial", "serial@30000", "uart-pl011", port, "sys/class/tty/ttyAMA0");
        link(
            "sys/devices/platform/axi/1f00030000.serial/1f00030000.serial:0/driver",
            "sys/bus/serial-base/drivers/ctrl",
        );
        // A converter on the I2C bus: the names of the bus are not its own.
        folder("sys/devices/platform/axi/1f00074000.i2c/i2c-1/1-0048/iio:device0");
        link("sys/bus/iio/devices/iio:device0", "sys/devices/platform/axi/1f00074000.i2c/i2c-1/1-0048/iio:device0");
        link("sys/devices/platform/axi/1f00074000.i2c/i2c-1/1-0048/driver", "sys/bus/i2c/drivers/ads1015");
        let converter = "sys/devices/platform/axi/1f00074000.i2c/i2c-1/1-0048/iio:device0";
        fs::write(root.path().join(converter).join("name"), "ads1115\n").expect("a file");
        fs::write(root.path().join(converter).join("label"), "battery\n").expect("a file");
        folder("sys/firmware/devicetree/base/__symbols__");
        for (label, node) in
            [("rp1_pwm1", "/axi/pwm@9c000\0"), ("i2c_arm", "/axi/i2c@74000\0"), ("rp1_spi0", "/axi/spi@50000\0")]
        {
            fs::write(root.path().join("sys/firmware/devicetree/base/__symbols__").join(label), node).expect("a file");
        }
        folder("dev");
        for file in ["i2c-1", "spidev0.0", "spidev0.1", "ttyAMA0"] {
            fs::write(root.path().join("dev").join(file), "").expect("a file");
        }
        let tree = Tree::at(root.path());
        (root, tree)
    }

    fn found(tree: &Tree, subsystem: Subsystem, name: &str) -> String {
        find(tree, subsystem, Path::new(name)).unwrap_or_else(|error| panic!("{error}")).display().to_string()
    }

    #[test]
    fn a_name_stays_when_the_kernel_counts_otherwise() {
        for pwm in [["pwmchip0", "pwmchip2"], ["pwmchip2", "pwmchip0"]] {
            let (_root, tree) = pi5(pwm);
            let second = format!("/sys/class/pwm/{}", pwm[1]);
            for name in ["1f0009c000.pwm", "pwm@9c000", "rp1_pwm1"] {
                assert_eq!(found(&tree, Subsystem::Pwm, name), second, "{name}");
            }
        }
    }

    #[test]
    fn every_kind_of_device_has_names() {
        let (_root, tree) = pi5(["pwmchip0", "pwmchip2"]);
        for (subsystem, names, path) in [
            (
                Subsystem::I2c,
                &["1f00074000.i2c", "i2c@74000", "i2c_designware", "Synopsys I2C", "i2c_arm"][..],
                "/dev/i2c-1",
            ),
            (Subsystem::Spi, &["1f00050000.spi.1", "spi@50000.1", "dw_spi.1", "rp1_spi0.1"], "/dev/spidev0.1"),
            (Subsystem::Uart, &["1f00030000.serial", "serial@30000", "uart-pl011"], "/dev/ttyAMA0"),
            (Subsystem::Iio, &["ads1115", "battery", "1-0048", "ads1015"], "/sys/bus/iio/devices/iio:device0"),
        ] {
            for name in names {
                assert_eq!(found(&tree, subsystem, name), path, "{name}");
            }
        }
        assert_eq!(found(&tree, Subsystem::I2c, "/dev/i2c-7"), "/dev/i2c-7", "a path is left as it is");
    }

    #[test]
    fn a_name_of_none_or_of_several_is_refused_with_what_there_is() {
        let (_root, tree) = pi5(["pwmchip0", "pwmchip2"]);
        let refused = |subsystem, name| find(&tree, subsystem, Path::new(name)).expect_err(name);
        let several = refused(Subsystem::Pwm, "rp1-pwm");
        let devices = ["/sys/class/pwm/pwmchip0", "/sys/class/pwm/pwmchip2"].map(str::to_owned).to_vec();
        assert_eq!(several.reason, OpenReason::SeveralDevices { devices });
        let none = refused(Subsystem::Iio, "i2c_designware");
        assert_eq!(none.reason, OpenReason::Missing, "the driver of the bus is not the converter's");
        assert!(
            none.to_string().contains("/sys/bus/iio/devices/iio:device0 is ads1115, battery, 1-0048, ads1015"),
            "{none}"
        );
        let empty = Tree::at(_root.path().join("dev"));
        let nothing = find(&empty, Subsystem::Pwm, Path::new("x")).expect_err("there is nothing");
        assert!(nothing.to_string().contains("enable the controller"), "{nothing}");
    }
}
