//! The jobs that `cargo xtask bench` times: driver-like loops and drivers over embedded-hal, the same code in the component and
//! natively.

mod calls;
#[cfg(target_arch = "wasm32")]
mod component;
mod drivers;

pub use calls::{delay, i2c, pin, spi};
pub use drivers::{Failed, display, eeprom, flash, sensor, tft, weather};

/// The address of the I2C part that calls go to.
pub const ADDRESS: u8 = 0x50;

/// The most bytes that a job moves in one call.
pub const MOST_BYTES: usize = 4096;

/// Something to be timed.
#[derive(Clone, Copy, Debug)]
pub struct Job {
    /// What the table calls it.
    pub name: &'static str,
    /// What it does.
    pub work: Work,
}

/// What a job does, once a round.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Work {
    /// Calls an import that does nothing: what the engine itself takes for a call of this shape.
    Floor(Floor),
    /// Calls an SPI device.
    Spi(Part, Spi),
    /// Calls an I2C bus.
    I2c(Part, I2c),
    /// Toggles an output of next to nothing.
    Pin,
    /// Waits for no time at all.
    Delay,
    /// Works a simulated part with a driver from crates.io.
    Driver(Driver),
}

/// The shape of an import that does nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Floor {
    /// No arguments at all.
    Empty,
    /// A resource's handle.
    Method,
    /// A resource's handle, 16 bytes in integers, and 16 bytes back.
    Exchange,
}

/// What answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    /// Next to nothing, so that what is left is the boundary.
    Loopback,
    /// A part of the simulation, with wires and time.
    Simulated,
}

/// A call of an SPI device.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Spi {
    /// A transfer of so many bytes each way.
    Transfer(usize),
    /// A read of so many bytes.
    Read(usize),
    /// A write of so many bytes.
    Write(usize),
    /// A transaction of so many operations, transfers, writes and reads, of 16 bytes each.
    Transaction(usize),
}

/// A call of an I2C bus.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum I2c {
    /// Writes one byte and reads so many.
    WriteRead(usize),
    /// Reads so many bytes.
    Read(usize),
    /// Writes so many bytes after one that names a register.
    Write(usize),
    /// A transaction of so many operations, writes and reads in turn, of eight bytes each.
    Transaction(usize),
}

/// What a driver does in one round.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Driver {
    /// One measurement of a BME280.
    Sensor,
    /// One flush of all 128 by 64 dots of an SSD1306.
    Display,
    /// 4 KiB of a 24C32, read.
    Eeprom,
    /// 64 KiB of a W25Q32, read.
    Flash,
    /// 240 by 320 pixels of an ST7789, filled.
    Tft,
    /// The weather station of `drivers-demo`: the set-up of sensor and display, and three times measured, drawn and flushed.
    Weather,
}

const fn job(name: &'static str, work: Work) -> Job {
    Job { name, work }
}

/// Every job, by its number in the component's interface.
pub const JOBS: &[Job] = &{
    use Part::{Loopback as Loop, Simulated as Sim};
    [
        job("floor: empty host call", Work::Floor(Floor::Empty)),
        job("floor: empty method of a resource", Work::Floor(Floor::Method)),
        job("floor: method, 16 bytes in integers", Work::Floor(Floor::Exchange)),
        job("loopback: SPI transfer, 1 byte", Work::Spi(Loop, Spi::Transfer(1))),
        job("loopback: SPI transfer, 4 bytes", Work::Spi(Loop, Spi::Transfer(4))),
        job("loopback: SPI transfer, 16 bytes", Work::Spi(Loop, Spi::Transfer(16))),
        job("loopback: SPI transfer, 64 bytes", Work::Spi(Loop, Spi::Transfer(64))),
        job("loopback: SPI transfer, 1024 bytes", Work::Spi(Loop, Spi::Transfer(1024))),
        job("loopback: SPI transfer, 4096 bytes", Work::Spi(Loop, Spi::Transfer(4096))),
        job("loopback: SPI read, 64 bytes", Work::Spi(Loop, Spi::Read(64))),
        job("loopback: SPI write, 64 bytes", Work::Spi(Loop, Spi::Write(64))),
        job("loopback: SPI, 1 operation of 16 bytes", Work::Spi(Loop, Spi::Transaction(1))),
        job("loopback: SPI, 4 operations of 16 bytes", Work::Spi(Loop, Spi::Transaction(4))),
        job("loopback: SPI, 16 operations of 16 bytes", Work::Spi(Loop, Spi::Transaction(16))),
        job("loopback: I2C write-read, 1+1 bytes", Work::I2c(Loop, I2c::WriteRead(1))),
        job("loopback: I2C write-read, 1+8 bytes", Work::I2c(Loop, I2c::WriteRead(8))),
        job("loopback: I2C write-read, 1+64 bytes", Work::I2c(Loop, I2c::WriteRead(64))),
        job("loopback: I2C write-read, 1+1024 bytes", Work::I2c(Loop, I2c::WriteRead(1024))),
        job("loopback: I2C read, 64 bytes", Work::I2c(Loop, I2c::Read(64))),
        job("loopback: I2C write, 1+64 bytes", Work::I2c(Loop, I2c::Write(64))),
        job("loopback: I2C, 4 operations of 8 bytes", Work::I2c(Loop, I2c::Transaction(4))),
        job("loopback: I2C, 16 operations of 8 bytes", Work::I2c(Loop, I2c::Transaction(16))),
        job("loopback: output, toggle", Work::Pin),
        job("loopback: delay", Work::Delay),
        job("simulated: SPI transfer, 1 byte", Work::Spi(Sim, Spi::Transfer(1))),
        job("simulated: SPI transfer, 16 bytes", Work::Spi(Sim, Spi::Transfer(16))),
        job("simulated: SPI transfer, 1024 bytes", Work::Spi(Sim, Spi::Transfer(1024))),
        job("simulated: SPI transfer, 4096 bytes", Work::Spi(Sim, Spi::Transfer(4096))),
        job("simulated: SPI, 4 operations of 16 bytes", Work::Spi(Sim, Spi::Transaction(4))),
        job("simulated: I2C write-read, 1+8 bytes", Work::I2c(Sim, I2c::WriteRead(8))),
        job("simulated: I2C write-read, 1+64 bytes", Work::I2c(Sim, I2c::WriteRead(64))),
        job("simulated: I2C, 4 operations of 8 bytes", Work::I2c(Sim, I2c::Transaction(4))),
        job("driver: BME280, a measurement", Work::Driver(Driver::Sensor)),
        job("driver: SSD1306, a flush of 128x64", Work::Driver(Driver::Display)),
        job("driver: 24C32, 4 KiB read", Work::Driver(Driver::Eeprom)),
        job("driver: W25Q32, 64 KiB read", Work::Driver(Driver::Flash)),
        job("driver: ST7789, a frame of 240x320", Work::Driver(Driver::Tft)),
        job("driver: weather station, a run of 2 s", Work::Driver(Driver::Weather)),
    ]
};
