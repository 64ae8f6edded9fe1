//! PWM chips, converters and serial ports, with their names and who holds them.

use std::path::{Path, PathBuf};

use crate::advice::Subsystem;
use crate::named::named;
use crate::sysfs::Tree;

/// A PWM chip.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PwmChip {
    /// Its folder, as a policy names it.
    pub path: PathBuf,
    /// What it can be called instead.
    pub names: Vec<String>,
    /// How many channels it has.
    pub channels: Option<u32>,
    /// The channels that a program has exported, with whether they run.
    pub exported: Vec<(u32, bool)>,
}

/// A converter.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Converter {
    /// Its folder, as a policy names it.
    pub path: PathBuf,
    /// What it can be called instead.
    pub names: Vec<String>,
    /// The channels that can be read.
    pub channels: Vec<u32>,
    /// Whether a program records readings, so that nobody else reads.
    pub is_recording: bool,
}

/// A serial port.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SerialPort {
    /// The device file.
    pub path: PathBuf,
    /// What it can be called instead.
    pub names: Vec<String>,
    /// Who has it open, as far as this user may know: programs with their numbers, and the kernel's console.
    pub holders: Vec<String>,
}

/// Returns a number at the end of a name.
fn number(name: &str, prefix: &str, suffix: &str) -> Option<u32> {
    name.strip_prefix(prefix)?.strip_suffix(suffix)?.parse().ok()
}

pub(super) fn pwm_chip(tree: &Tree, file: &str) -> PwmChip {
    let (path, names) = named(tree, Subsystem::Pwm, file);
    let channels = tree.text(path.join("npwm")).and_then(|text| text.parse().ok());
    let is_running = |channel: &str| tree.text(path.join(channel).join("enable")).as_deref() == Some("1");
    let exported = tree.names(&path, "pwm");
    let exported = exported.iter().filter_map(|name| Some((number(name, "pwm", "")?, is_running(name)))).collect();
    PwmChip { path, names, channels, exported }
}

pub(super) fn converter(tree: &Tree, file: &str) -> Converter {
    let (path, names) = named(tree, Subsystem::Iio, file);
    let mut channels: Vec<u32> =
        tree.names(&path, "in_voltage").iter().filter_map(|name| number(name, "in_voltage", "_raw")).collect();
    channels.sort_unstable();
    let is_recording = tree.text(path.join("buffer/enable")).as_deref() == Some("1");
    Converter { path, names, channels, is_recording }
}

/// Returns the serial ports. A driver for ports of a PC makes files for ports that the machine lacks: their type is 0
/// (`PORT_UNKNOWN`, Documentation/ABI/testing/sysfs-tty).
pub(super) fn serial_ports(tree: &Tree) -> Vec<SerialPort> {
    let class = |file: &str| Path::new("/sys/class/tty").join(file);
    let is_there = |file: &String| tree.text(class(file).join("type")).as_deref() != Some("0");
    let files: Vec<String> = Subsystem::Uart.files(tree).into_iter().filter(is_there).collect();
    let open = if files.is_empty() { Vec::new() } else { open_terminals(tree) };
    let consoles = tree.text("/proc/consoles").unwrap_or_default();
    let port = |file: String| {
        let (path, names) = named(tree, Subsystem::Uart, &file);
        // proc(5): the first word of a line is the device.
        let is_console = consoles.lines().any(|line| line.split_whitespace().next() == Some(&*file));
        let programs = open.iter().filter(|(terminal, _)| *terminal == path).map(|(_, program)| program.clone());
        let mut holders: Vec<String> = is_console.then(|| "the kernel's console".to_owned()).into_iter().collect();
        holders.extend(programs);
        SerialPort { path, names, holders }
    };
    files.into_iter().map(port).collect()
}

/// Returns the terminals that programs have open, each with a program and its number. Those of others are the superuser's to know.
fn open_terminals(tree: &Tree) -> Vec<(PathBuf, String)> {
    let mut open = Vec::new();
    for process in tree.names("/proc", "").into_iter().filter(|name| name.bytes().all(|byte| byte.is_ascii_digit())) {
        let folder = Path::new("/proc").join(&process);
        let program = || tree.text(folder.join("comm")).unwrap_or_default();
        for file in tree.names(folder.join("fd"), "") {
            let Some(target) = tree.link(folder.join("fd").join(file)) else { continue };
            let holder = (target, format!("{} ({process})", program()));
            if holder.0.starts_with("/dev") && !open.contains(&holder) {
                open.push(holder);
            }
        }
    }
    open
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::os::unix::fs::symlink;

    use super::*;

    fn tree(files: &[(&str, &str)]) -> (tempfile::TempDir, Tree) {
        let root = tempfile::tempdir().expect("a temporary folder");
        for (file, text) in files {
            let path = root.path().join(file);
            fs::create_dir_all(path.parent().expect("a parent")).expect("a folder");
            fs::write(path, text).expect("a file");
        }
        let tree = Tree::at(root.path());
        (root, tree)
    }

    #[test]
    fn a_chip_has_its_channels_and_what_programs_have_of_them() {
        let (_root, tree) = tree(&[
            ("sys/class/pwm/pwmchip0/npwm", "4\n"),
            ("sys/class/pwm/pwmchip0/pwm1/enable", "1\n"),
            ("sys/class/pwm/pwmchip0/pwm3/enable", "0\n"),
            ("sys/class/pwm/pwmchip0/power/control", "auto\n"),
        ]);
        let chip = pwm_chip(&tree, "pwmchip0");
        assert_eq!((chip.channels, chip.exported), (Some(4), vec![(1, true), (3, false)]));
    }

    #[test]
    fn a_converter_has_its_voltages_and_whether_they_are_recorded() {
        let folder = "sys/bus/iio/devices/iio:device0";
        let (root, tree) = tree(&[
            (&format!("{folder}/name"), "ads1115\n"),
            (&format!("{folder}/in_voltage10_raw"), "1\n"),
            (&format!("{folder}/in_voltage2_raw"), "1\n"),
            (&format!("{folder}/in_voltage0-voltage1_raw"), "1\n"),
            (&format!("{folder}/in_temp_raw"), "1\n"),
        ]);
        let found = converter(&tree, "iio:device0");
        assert_eq!((found.names, found.channels, found.is_recording), (vec!["ads1115".to_owned()], vec![2, 10], false));
        fs::create_dir(root.path().join(folder).join("buffer")).expect("a folder");
        fs::write(root.path().join(folder).join("buffer/enable"), "1\n").expect("a file");
        assert!(converter(&tree, "iio:device0").is_recording);
    }

    #[test]
    fn a_port_comes_with_who_has_it_open_and_one_that_is_not_there_does_not_come() {
        let (root, tree) = tree(&[
            ("dev/ttyAMA0", ""),
            ("dev/ttyS0", ""),
            ("dev/ttyUSB0", ""),
            ("sys/class/tty/ttyAMA0/type", "32\n"),
            ("sys/class/tty/ttyS0/type", "0\n"),
            (
                "proc/consoles",
                "tty0                 -WU (EC  p  )    4:1\nttyAMA0              -W- (E   p a)  204:64\n",
            ),
            ("proc/612/comm", "agetty\n"),
            ("proc/700/comm", "gpsd\n"),
            ("proc/cpuinfo", ""),
        ]);
        for (process, file, terminal) in
            [("612", "0", "/dev/ttyAMA0"), ("612", "1", "/dev/ttyAMA0"), ("700", "5", "/dev/null")]
        {
            let folder = root.path().join("proc").join(process).join("fd");
            fs::create_dir_all(&folder).expect("a folder");
            symlink(terminal, folder.join(file)).expect("a link");
        }
        let ports = serial_ports(&tree);
        let ports: Vec<_> = ports.iter().map(|port| (port.path.to_str(), port.holders.join(" and "))).collect();
        let console = "the kernel's console and agetty (612)".to_owned();
        assert_eq!(ports, [(Some("/dev/ttyAMA0"), console), (Some("/dev/ttyUSB0"), String::new())]);
    }
}
