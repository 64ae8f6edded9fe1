//! The device tree: what a Raspberry Pi's firmware makes of `dtparam=i2c_arm=on,spi=on` and `dtoverlay=pwm`, done with `fdtput`.

use std::fs;
use std::path::Path;

use anyhow::Context as _;

use crate::process::{command, output, run};

/// Where Linux finds the two buses and the pins.
const SPI: &str = "/soc/spi@7e204000";
const GPIO: &str = "/soc/gpio@7e200000";

/// What has to be set, in `fdtput`'s words.
const CHANGES: &[&str] = &[
    "-t s {} /aliases i2c0 /soc/i2c@7e205000",
    "-t s {} /aliases i2c1 /soc/i2c@7e804000",
    "-t s {} /aliases spi0 /soc/spi@7e204000",
    "-t s {} /soc/i2c@7e804000 status okay",
    "-t s {} /soc/spi@7e204000 status okay",
    "-t s {} /soc/pwm@7e20c000 status okay",
    // QEMU's DMA controller does not serve this SPI controller: without these the driver uses interrupts.
    "-d {} /soc/spi@7e204000 dmas",
    "-d {} /soc/spi@7e204000 dma-names",
    "-c {} /soc/spi@7e204000/spidev@0",
    "-t i {} /soc/spi@7e204000/spidev@0 reg 0",
    "-c {} /soc/spi@7e204000/spidev@1",
    "-t i {} /soc/spi@7e204000/spidev@1 reg 1",
    // The console is the first serial port; on the board it is Bluetooth's.
    "-r {} /soc/serial@7e201000/bluetooth",
    "-t s {} /chosen stdout-path serial0:115200n8",
];

/// Writes `changed` from the tree that Debian ships.
pub(crate) fn change(shipped: &Path, changed: &Path) -> anyhow::Result<()> {
    fs::copy(shipped, changed).with_context(|| format!("cannot copy {}", shipped.display()))?;
    let file = changed.to_str().context("the path of the device tree is not UTF-8")?;
    for change in CHANGES {
        run(&mut command("fdtput", change.split(' ').map(|word| if word == "{}" { file } else { word })))?;
    }
    for device in ["spidev@0", "spidev@1"] {
        let node = format!("{SPI}/{device}");
        // A name that Linux's spidev accepts; "spidev" itself it refuses, as it describes no hardware.
        run(&mut command("fdtput", ["-t", "s", file, &node, "compatible", "rohm,dh2228fv"]))?;
        run(&mut command("fdtput", ["-t", "i", file, &node, "spi-max-frequency", "10000000"]))?;
    }
    // Chip selects are GPIO8 and GPIO7, active low (1), as Raspberry Pi OS has them.
    let gpio = output(&mut command("fdtget", ["-t", "i", file, GPIO, "phandle"]))?;
    let gpio = String::from_utf8_lossy(&gpio);
    let gpio = gpio.trim();
    run(&mut command("fdtput", ["-t", "i", file, SPI, "cs-gpios", gpio, "8", "1", gpio, "7", "1"]))
}
