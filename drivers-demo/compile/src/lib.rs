//! Proof that driver crates, as they are on crates.io, compile for a guest over the types of `wasm-embedded-hal`.
//!
//! Each driver is constructed from our buses, pins and delay, and does at least one thing that needs them, so that every bound
//! of the driver holds. `cargo check -p drivers-compile --target wasm32-wasip2` is the proof; nothing here is run. What is left
//! out, and why, is in `README.md`.

mod clocks;
mod converters;
mod displays;
mod expanders;
mod light;
mod lights;
mod links;
mod memories;
mod motion;
mod motors;
mod pins;
// Their logger is missing where something is linked, as for the test.
#[cfg(target_arch = "wasm32")]
mod radios;
mod sensors;

use wasm_embedded_hal::{I2c, InputPin, IoPin, OutputPin, PwmOutput, SpiBus, SpiDevice, Uart};

/// A driver crate that compiles.
#[derive(Clone, Copy, Debug)]
pub struct Driver {
    /// The crate's name.
    pub name: &'static str,
    /// The crate's version.
    pub version: &'static str,
    /// Constructs the driver and uses it; there is no such board, so what comes of it does not matter.
    pub check: fn() -> Option<()>,
}

/// All drivers, by group.
pub const DRIVERS: &[&[Driver]] = &[
    clocks::DRIVERS,
    converters::DRIVERS,
    displays::DRIVERS,
    expanders::DRIVERS,
    light::DRIVERS,
    lights::DRIVERS,
    links::DRIVERS,
    memories::DRIVERS,
    motion::DRIVERS,
    motors::DRIVERS,
    pins::DRIVERS,
    sensors::DRIVERS,
    #[cfg(target_arch = "wasm32")]
    radios::DRIVERS,
];

/// Lists the drivers of a group, so that none can be forgotten: a check that is not listed is dead code.
macro_rules! drivers {
    ($($name:literal $version:literal $check:ident,)*) => {
        pub(crate) const DRIVERS: &[crate::Driver] =
            &[$(crate::Driver { name: $name, version: $version, check: $check }),*];
    };
}
use drivers;

fn i2c() -> Option<I2c> {
    I2c::open("i2c").ok()
}

fn spi() -> Option<SpiDevice> {
    SpiDevice::open("device").ok()
}

fn spi_bus() -> Option<SpiBus> {
    SpiBus::open("bus").ok()
}

fn output() -> Option<OutputPin> {
    OutputPin::open("output").ok()
}

fn input() -> Option<InputPin> {
    InputPin::open("input").ok()
}

fn io() -> Option<IoPin> {
    IoPin::open("io").ok()
}

fn pwm() -> Option<PwmOutput> {
    PwmOutput::open("pwm").ok()
}

fn uart() -> Option<Uart> {
    Uart::open("uart").ok()
}

#[cfg(test)]
mod tests {
    use super::DRIVERS;

    #[test]
    fn at_least_forty_drivers_compile_in_the_versions_that_are_listed() {
        let lock = include_str!("../../../Cargo.lock");
        let drivers: Vec<_> = DRIVERS.iter().copied().flatten().collect();
        for driver in &drivers {
            let entry = format!("name = \"{}\"\nversion = \"{}\"\n", driver.name, driver.version);
            assert!(lock.contains(&entry), "{driver:?} is not the version that was built");
        }
        let mut names: Vec<_> = drivers.iter().map(|driver| driver.name).collect();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), drivers.len(), "a driver is listed twice");
        assert!(names.len() >= 40, "only {} drivers", names.len());
    }
}
