//! The board: what is soldered to the emulated Pi, and the outside's hands on it.

use std::path::Path;

use anyhow::{Context as _, ensure};
use serde_json::json;

use super::qmp::Qmp;

/// Parts and wires. Each can be left off by its name, to see that the checks notice.
const PARTS: &[(&str, Part)] = &[
    ("thermometer", Part::Device("tmp105,id=thermometer,bus=i2c-bus.1,address=0x48")),
    ("eeprom", Part::Device("at24c-eeprom,bus=i2c-bus.1,address=0x50,rom-size=256")),
    ("clock", Part::Device("ds1338,bus=i2c-bus.1,address=0x68")),
    ("multiplexer", Part::Device("pca9548,bus=i2c-bus.0,address=0x70")),
    ("thermometer-behind", Part::Device("tmp105,id=thermometer-behind,bus=i2c.3,address=0x48")),
    ("flash", Part::Device("w25q32,id=flash,bus=spi,cs=0,drive=image")),
    ("second-flash", Part::Device("m25p80,id=second-flash,bus=spi,cs=1")),
    ("flash-select", Part::Select { gpio: 8, of: "flash" }),
    ("second-flash-select", Part::Select { gpio: 7, of: "second-flash" }),
];

/// The file behind the flash: what is programmed inside is in it.
const IMAGE: &str = "flash.img";
/// A W25Q32 has 32 Mbit.
const IMAGE_SIZE: usize = 4 << 20;
/// GPLEV0 and GPLEV1, the levels of GPIO 0 to 31 and 32 to 53. BCM2835 ARM Peripherals, 6.1; the base is the Pi 3's.
const LEVELS: [u32; 2] = [0x3f20_0034, 0x3f20_0038];
/// Where QEMU writes what goes over the wires; see `traffic`.
const TRACE: &str = "trace.log";

/// Something on the board.
#[derive(Debug, Clone, Copy)]
enum Part {
    /// A chip, in the words of QEMU's `-device`.
    Device(&'static str),
    /// The wire from a GPIO to a chip's select. QEMU's model of the SPI controller does not drive it itself.
    Select { gpio: u8, of: &'static str },
}

/// The board with some parts left off.
#[derive(Debug)]
pub(crate) struct Board {
    without: Vec<String>,
}

impl Board {
    /// Returns the board without these parts.
    ///
    /// # Errors
    ///
    /// Fails if there is no part of such a name.
    pub(crate) fn without(parts: &[String]) -> anyhow::Result<Board> {
        for name in parts {
            ensure!(PARTS.iter().any(|(known, _)| known == name), "the board has no part {name:?}, but {}", names());
        }
        Ok(Board { without: parts.to_vec() })
    }

    /// Erases the flash and forgets the traffic of the last run.
    pub(crate) fn reset(folder: &Path) -> anyhow::Result<()> {
        std::fs::write(folder.join(IMAGE), vec![0xff; IMAGE_SIZE]).context("cannot make the image of the flash")?;
        std::fs::write(folder.join(TRACE), "").context("cannot make the file of the traffic")
    }

    /// Returns QEMU's arguments for the parts.
    pub(crate) fn arguments(&self) -> Vec<String> {
        let mut arguments = vec!["-drive".to_owned(), format!("if=none,id=image,format=raw,file={IMAGE}")];
        for event in ["i2c_event", "i2c_send", "i2c_recv", "m25p80_select", "m25p80_transfer"] {
            arguments.extend(["-trace".to_owned(), event.to_owned()]);
        }
        arguments.extend(["-D".to_owned(), TRACE.to_owned()]);
        for (_, part) in self.parts() {
            if let Part::Device(device) = part {
                arguments.extend(["-device".to_owned(), device.to_owned()]);
            }
        }
        arguments
    }

    /// Solders the wires that arguments cannot express, before the machine runs.
    pub(crate) fn wire(&self, qmp: &mut Qmp) -> anyhow::Result<()> {
        for (_, part) in self.parts() {
            match part {
                Part::Select { gpio, of } if self.parts().any(|(name, _)| name == of) => qmp.set(
                    "/machine/soc/peripherals/gpio",
                    &format!("unnamed-gpio-out[{gpio}]"),
                    json!(format!("/machine/peripheral/{of}/ssi-gpio-cs[0]")),
                )?,
                Part::Select { .. } | Part::Device(_) => {}
            }
        }
        Ok(())
    }

    fn parts(&self) -> impl Iterator<Item = (&'static str, Part)> {
        PARTS.iter().copied().filter(|(name, _)| !self.without.iter().any(|left_off| left_off == name))
    }
}

/// Returns whether a GPIO of the Pi is high, read from the controller's register.
pub(crate) fn gpio(qmp: &mut Qmp, number: u8) -> anyhow::Result<bool> {
    let register = LEVELS.get(usize::from(number / 32)).with_context(|| format!("the Pi has no GPIO {number}"))?;
    Ok(qmp.word(*register)? >> (number % 32) & 1 == 1)
}

/// Sets the temperature of a thermometer, in thousandths of a degree Celsius.
pub(crate) fn set_temperature(qmp: &mut Qmp, part: &str, millidegrees: i64) -> anyhow::Result<()> {
    qmp.set(&format!("/machine/peripheral/{part}"), "temperature", json!(millidegrees))
}

/// Returns what went over the wires since power-on: a line for each event and byte at an I2C address that is on the board
/// (`i2c_event start(addr:0x48)`), each selection of a flash and each word to it.
pub(crate) fn traffic(folder: &Path) -> anyhow::Result<String> {
    std::fs::read_to_string(folder.join(TRACE)).context("cannot read the file of the traffic")
}

/// Returns bytes of the flash.
pub(crate) fn flash(folder: &Path, offset: usize, length: usize) -> anyhow::Result<Vec<u8>> {
    let image = std::fs::read(folder.join(IMAGE)).context("cannot read the image of the flash")?;
    let bytes = image.get(offset..).and_then(|rest| rest.get(..length));
    Ok(bytes.with_context(|| format!("the flash ends before {offset:#x} and {length} bytes"))?.to_vec())
}

/// Returns the names of all parts.
pub(crate) fn names() -> String {
    PARTS.iter().map(|(name, _)| *name).collect::<Vec<_>>().join(", ")
}
