//! The faults that drivers are run with: one a row of the table in docs/faults.md.

/// What a fault is put on.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum On {
    /// Each of the devices.
    Device,
    /// Each of the devices on I2C.
    I2c,
    /// The device on SPI.
    Spi,
    /// The flash memory's HOLD pin.
    Hold,
    /// The controller.
    Controller,
}

/// What the driver must say of it.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Says {
    /// The kind of embedded-hal, in the driver's own error.
    Kind(&'static str),
    /// The kind, but for drivers whose transactions do not have what the fault needs.
    KindBut(&'static str, &'static [&'static str]),
    /// Nothing: the controller copes.
    Nothing,
    /// What it makes of what it reads: the bus has no way to tell.
    Data,
}

/// A fault.
pub(crate) struct Case {
    /// Its numbers in the list of faults.
    pub(crate) numbers: &'static str,
    /// Its name in a policy.
    pub(crate) fault: &'static str,
    /// Its settings.
    pub(crate) settings: &'static str,
    pub(crate) on: On,
    pub(crate) says: Says,
}

const fn case(numbers: &'static str, fault: &'static str, settings: &'static str, on: On, says: Says) -> Case {
    Case { numbers, fault, settings, on, says }
}

const NACK_ADDRESS: Says = Says::Kind("NoAcknowledge(Address)");
const NACK_DATA: Says = Says::Kind("NoAcknowledge(Data)");
const BUS: Says = Says::Kind("Bus");

/// The faults.
pub(crate) const CASES: &[Case] = &[
    case("F01", "nack-address", "", On::I2c, NACK_ADDRESS),
    case("F02", "nack-address", "times = 1", On::I2c, NACK_ADDRESS),
    case("F03", "nack-data", "byte = 0", On::I2c, NACK_DATA),
    // The drivers of the display and of the SHT40 send no repeated START.
    case("F04", "nack-repeated-start", "", On::I2c, Says::KindBut("NoAcknowledge(Address)", &["ssd1306", "sht4x"])),
    case("F05", "arbitration-loss", "byte = 0", On::I2c, Says::Kind("ArbitrationLoss")),
    case("F05", "arbitration-loss", "byte = 1", On::I2c, Says::Kind("ArbitrationLoss")),
    case("F06", "stretch", "stretch-us = 100", On::I2c, Says::Nothing),
    case("F07", "stretch", "byte = 1; stretch-us = 100_000", On::I2c, BUS),
    case("F08", "sda-stuck", "clocks = 9", On::I2c, Says::Nothing),
    case("F09", "sda-stuck", "", On::I2c, BUS),
    case("F10", "scl-stuck", "", On::I2c, BUS),
    case("F11", "spurious-start", "byte = 1", On::I2c, BUS),
    case("F11", "spurious-stop", "byte = 1", On::I2c, BUS),
    case("F12", "flip-read", "byte = 1; mask = 0x10", On::Device, Says::Data),
    case("F12", "flip-read", "byte = 0; bytes = 64; mask = 0xa5", On::Device, Says::Data),
    case("F13", "flip-write", "byte = 1; mask = 0x10", On::Device, Says::Data),
    case("F13", "flip-write", "byte = 0; mask = 0x01", On::Device, Says::Data),
    case("F14", "read-as", "value = 0xff", On::I2c, Says::Data),
    case("F14", "read-as", "value = 0x00", On::I2c, Says::Data),
    // The display is never read.
    case("F15", "short-read", "byte = 0", On::I2c, Says::KindBut("Bus", &["ssd1306"])),
    case("F15", "fail", "error = \"overrun\"", On::Device, Says::Kind("Overrun")),
    case("F15", "fail", "error = \"other\"", On::Device, Says::Kind("Other")),
    case("F18, F19", "unplugged", "", On::I2c, NACK_ADDRESS),
    case("F18, F19", "unplugged", "", On::Spi, Says::Data),
    case("F24", "brown-out", "byte = 1", On::Device, Says::Data),
    case("F25", "stopped", "", On::Device, Says::Data),
    case("F26", "slow", "factor = 1000", On::Device, Says::Data),
    case("F26", "jitter", "factor = 1000; probability = 0.9; seed = 5", On::Device, Says::Data),
    case("F27", "miso-stuck", "level = \"low\"", On::Spi, Says::Data),
    case("F27", "miso-stuck", "level = \"high\"", On::Spi, Says::Data),
    case("F28", "select-stuck", "level = \"high\"", On::Spi, Says::Data),
    case("F28", "select-stuck", "level = \"low\"", On::Spi, Says::Data),
    case("F28", "select-failed", "", On::Spi, Says::Kind("ChipSelectFault")),
    case("F28", "deselect-failed", "", On::Spi, Says::Kind("ChipSelectFault")),
    case("", "bus-held", "held-us = 1_000", On::Spi, Says::Nothing),
    case("", "bus-held", "held-us = 100_000", On::Spi, Says::Kind("Busy")),
    case("F29", "bit-slip", "byte = 1", On::Spi, Says::Data),
    case("F30", "wrong-mode", "mode = 1", On::Spi, Says::Data),
    case("", "fail", "error = \"mode-fault\"; byte = 1", On::Spi, Says::Kind("ModeFault")),
    case("", "fail", "error = \"frame-format\"; byte = 1", On::Spi, Says::Kind("FrameFormat")),
    case("F36", "stuck", "level = \"low\"", On::Hold, Says::Data),
    case("F39", "oversleep", "factor = 10", On::Controller, Says::Nothing),
    case("F42", "duplicate-address", "value = 0x00", On::I2c, Says::Data),
    case("F43", "ignored-nack", "", On::I2c, Says::Data),
    case("F44", "other-controller", "to = 0x76; write = [0xf4, 0x00]", On::I2c, Says::Data),
    case("F12, F26", "flip-read", "byte = 0; mask = 0x80; probability = 0.3; seed = 11", On::Device, Says::Data),
];
