//! What to do about hardware that is missing or denied.

use std::path::Path;

use super::sysfs::Tree;

/// A kind of hardware, as the kernel divides it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Subsystem {
    /// I2C adapters.
    I2c,
    /// SPI devices.
    Spi,
    /// GPIO chips.
    Gpio,
    /// PWM chips.
    Pwm,
    /// Analogue converters: industrial I/O devices.
    Iio,
    /// Serial ports.
    Uart,
}

/// What is the same for all devices of a subsystem.
struct Facts {
    /// Where its files are, and how their names start.
    folder: &'static str,
    files: &'static [&'static str],
    /// Where the kernel lists the controllers, and how their names start.
    controllers: (&'static str, &'static str),
    /// What enables it on a Raspberry Pi, and the files that are then there.
    dtparam: Option<(&'static str, &'static [&'static str])>,
    /// What makes the files.
    module: Option<&'static str>,
    /// The name in udev's rules.
    udev: &'static str,
    /// The group that distributions give the files to.
    group: &'static str,
}

impl Subsystem {
    fn facts(self) -> Facts {
        match self {
            Subsystem::I2c => Facts {
                folder: "/dev",
                files: &["i2c-"],
                controllers: ("/sys/bus/i2c/devices", "i2c-"),
                dtparam: Some(("dtparam=i2c_arm=on", &["i2c-1"])),
                module: Some("i2c-dev"),
                udev: "i2c-dev",
                group: "i2c",
            },
            Subsystem::Spi => Facts {
                folder: "/dev",
                files: &["spidev"],
                controllers: ("/sys/class/spi_master", "spi"),
                dtparam: Some(("dtparam=spi=on", &["spidev0.0", "spidev0.1"])),
                module: Some("spidev"),
                udev: "spidev",
                group: "spi",
            },
            Subsystem::Gpio => Facts {
                folder: "/dev",
                files: &["gpiochip"],
                controllers: ("/sys/bus/gpio/devices", "gpiochip"),
                dtparam: None,
                module: None,
                udev: "gpio",
                group: "gpio",
            },
            Subsystem::Pwm => Facts {
                folder: "/sys/class/pwm",
                files: &["pwmchip"],
                controllers: ("/sys/class/pwm", "pwmchip"),
                dtparam: Some(("dtoverlay=pwm", &["pwmchip0"])),
                module: None,
                udev: "pwm",
                group: "gpio",
            },
            Subsystem::Iio => Facts {
                folder: "/sys/bus/iio/devices",
                files: &["iio:device"],
                controllers: ("/sys/bus/iio/devices", "iio:device"),
                dtparam: None,
                module: None,
                udev: "iio",
                group: "iio",
            },
            Subsystem::Uart => Facts {
                folder: "/dev",
                files: &["ttyAMA", "ttyS", "ttyUSB", "ttyACM"],
                controllers: ("/sys/bus/serial-base/drivers/port", "port"),
                dtparam: Some(("enable_uart=1", &["ttyAMA0", "ttyS0"])),
                module: None,
                udev: "tty",
                group: "dialout",
            },
        }
    }

    /// Returns the names of the subsystem's files.
    pub(super) fn files(self, tree: &Tree) -> Vec<String> {
        let Facts { folder, files, .. } = self.facts();
        files.iter().flat_map(|start| tree.names(folder, start)).collect()
    }

    /// Returns what to do when a device file is not there.
    pub(super) fn missing(self, tree: &Tree) -> String {
        let facts = self.facts();
        let (files, controllers) = (self.files(tree), tree.names(facts.controllers.0, facts.controllers.1));
        let has = |wanted: &[&str]| files.iter().any(|file| wanted.contains(&file.as_str()));
        let fix = match (facts.module, facts.dtparam) {
            // The kernel has controllers that no file leads to.
            (Some(module), _) if files.is_empty() && !controllers.is_empty() => Some(format!(
                "the kernel has {}, but no device files: load the module with `sudo modprobe {module}`; to load it at every \
                 start, run `echo {module} | sudo tee /etc/modules-load.d/{module}.conf`",
                controllers.join(", "),
            )),
            (_, Some((dtparam, makes))) if is_raspberry_pi(tree) && !has(makes) => {
                Some(format!("add the line `{dtparam}` to {} and reboot", config_txt(tree)))
            }
            _ if files.is_empty() => Some(
                "enable the controller in the device tree or the firmware of this machine, or load its driver"
                    .to_owned(),
            ),
            _ => None,
        };
        let paths: Vec<String> = files.iter().map(|name| format!("{}/{name}", facts.folder)).collect();
        let others = (!files.is_empty()).then(|| format!("this machine has {}", paths.join(", ")));
        fix.into_iter().chain(others).collect::<Vec<_>>().join("; ")
    }

    /// Returns what to do when a device file may not be opened.
    pub(super) fn denied(self, tree: &Tree, path: &Path) -> String {
        self.allow(tree.group_of(path).as_deref())
    }

    /// Returns how to get at files of a group, or of the superuser alone.
    fn allow(self, group: Option<&str>) -> String {
        match group {
            Some(group) => format!("join its group with `sudo usermod -aG {group} $USER`, then log in again"),
            None => {
                let Facts { udev, group, .. } = self.facts();
                format!(
                    "only root may open it: add the line `SUBSYSTEM==\"{udev}\", GROUP=\"{group}\", MODE=\"0660\"` to \
                     /etc/udev/rules.d/60-{group}.rules, run `sudo groupadd -f {group}; sudo udevadm control --reload; \
                     sudo udevadm trigger`, join the group with `sudo usermod -aG {group} $USER`, then log in again"
                )
            }
        }
    }
}

/// Returns the machine's name from its device tree.
pub(super) fn model(tree: &Tree) -> Option<String> {
    tree.text("/sys/firmware/devicetree/base/model")
}

fn is_raspberry_pi(tree: &Tree) -> bool {
    model(tree).is_some_and(|model| model.starts_with("Raspberry Pi"))
}

/// Returns where a Raspberry Pi's configuration is: distributions before Debian 12 have it a folder higher.
fn config_txt(tree: &Tree) -> &'static str {
    let (new, old) = ("/boot/firmware/config.txt", "/boot/config.txt");
    if !tree.exists(new) && tree.exists(old) { old } else { new }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    fn tree(files: &[(&str, &str)]) -> (tempfile::TempDir, Tree) {
        let root = tempfile::tempdir().expect("a temporary folder");
        for (path, text) in files {
            let path = root.path().join(path);
            fs::create_dir_all(path.parent().expect("a parent")).expect("a folder");
            fs::write(path, text).expect("a file");
        }
        let tree = Tree::at(root.path());
        (root, tree)
    }

    const PI: (&str, &str) = ("sys/firmware/devicetree/base/model", "Raspberry Pi 3 Model B Rev 1.2\0");

    #[test]
    fn a_pi_without_a_bus_is_told_the_parameter_and_the_file() {
        let (_root, new) = tree(&[PI, ("boot/firmware/config.txt", "")]);
        assert_eq!(
            Subsystem::I2c.missing(&new),
            "add the line `dtparam=i2c_arm=on` to /boot/firmware/config.txt and reboot"
        );
        let (_root, old) = tree(&[PI, ("boot/config.txt", "")]);
        assert_eq!(Subsystem::Spi.missing(&old), "add the line `dtparam=spi=on` to /boot/config.txt and reboot");
    }

    #[test]
    fn controllers_without_files_need_the_module() {
        let (_root, machine) = tree(&[PI, ("sys/bus/i2c/devices/i2c-1/name", "bcm2835 (i2c@7e804000)\n")]);
        let fix = Subsystem::I2c.missing(&machine);
        assert!(fix.starts_with("the kernel has i2c-1, but no device files"), "{fix}");
        assert!(fix.contains("`sudo modprobe i2c-dev`"), "{fix}");
    }

    #[test]
    fn a_wrong_number_is_told_the_right_ones() {
        let (_root, machine) = tree(&[("dev/i2c-0", ""), ("dev/i2c-13", ""), ("dev/null", "")]);
        assert_eq!(Subsystem::I2c.missing(&machine), "this machine has /dev/i2c-0, /dev/i2c-13");
    }

    #[test]
    fn a_pi_is_told_the_parameter_only_while_its_bus_is_off() {
        let (_root, off) = tree(&[PI, ("dev/i2c-13", "")]);
        let fix =
            "add the line `dtparam=i2c_arm=on` to /boot/firmware/config.txt and reboot; this machine has /dev/i2c-13";
        assert_eq!(Subsystem::I2c.missing(&off), fix);
        let (_root, on) = tree(&[PI, ("dev/i2c-1", "")]);
        assert_eq!(Subsystem::I2c.missing(&on), "this machine has /dev/i2c-1");
    }

    #[test]
    fn who_is_denied_is_told_the_group_or_how_to_make_one() {
        assert_eq!(
            Subsystem::Gpio.allow(Some("dialout")),
            "join its group with `sudo usermod -aG dialout $USER`, then log in again"
        );
        let rule = Subsystem::Spi.allow(None);
        assert!(rule.contains("SUBSYSTEM==\"spidev\", GROUP=\"spi\", MODE=\"0660\""), "{rule}");
    }
}
