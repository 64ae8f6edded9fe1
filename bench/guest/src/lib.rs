//! The jobs that `cargo xtask bench` times: driver-like loops and drivers over embedded-hal, the same code in components and
//! natively. There are two components, since an engine for asynchronous calls makes all calls slower.

mod calls;
mod drivers;
mod waiting;

pub use calls::{delay, i2c, pin, spi};
pub use drivers::{Failed, display, eeprom, flash, sensor, tft, weather};
pub use waiting::{delay_waiting, i2c_waiting, spi_waiting};

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
    /// Waits for a call of embedded-hal-async.
    Waiting(Until, Call),
}

/// A call of embedded-hal-async.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Call {
    /// Of an SPI device.
    Spi(Spi),
    /// Of an I2C bus.
    I2c(I2c),
    /// Of a delay.
    Delay,
}

/// When a call that is waited for ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Until {
    /// Before whoever called looks: nobody waits.
    Ready,
    /// When it is looked at for the second time.
    Pending,
    /// When the time of its bits on a simulated bus has passed.
    Simulated,
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

impl Until {
    /// Returns the label of the SPI device whose calls end so.
    #[must_use]
    pub const fn spi_label(self) -> &'static str {
        match self {
            Until::Ready => "spi-loopback",
            Until::Pending | Until::Simulated => "spi-pending",
        }
    }

    /// Returns the label of the I2C bus whose calls end so.
    #[must_use]
    pub const fn i2c_label(self) -> &'static str {
        match self {
            Until::Ready => "i2c-loopback",
            Until::Pending => "i2c-pending",
            Until::Simulated => "i2c-waited",
        }
    }

    /// Returns the delay that ends so: one of no time at all is over at once.
    #[must_use]
    pub const fn delay_ns(self) -> u32 {
        match self {
            Until::Ready => 0,
            Until::Pending | Until::Simulated => 1,
        }
    }
}

const fn job(name: &'static str, work: Work) -> Job {
    Job { name, work }
}

/// Every job, by its number in the component's interface.
pub const JOBS: &[Job] = &{
    use Part::{Loopback as Loop, Simulated as Sim};
    use Until::{Pending, Ready};
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
        job("ready: SPI transfer, 16 bytes", Work::Waiting(Ready, Call::Spi(Spi::Transfer(16)))),
        job("ready: SPI transfer, 1024 bytes", Work::Waiting(Ready, Call::Spi(Spi::Transfer(1024)))),
        job("ready: SPI, 4 operations of 16 bytes", Work::Waiting(Ready, Call::Spi(Spi::Transaction(4)))),
        job("ready: I2C write-read, 1+8 bytes", Work::Waiting(Ready, Call::I2c(I2c::WriteRead(8)))),
        job("ready: delay", Work::Waiting(Ready, Call::Delay)),
        job("pending: SPI transfer, 16 bytes", Work::Waiting(Pending, Call::Spi(Spi::Transfer(16)))),
        job("pending: SPI transfer, 1024 bytes", Work::Waiting(Pending, Call::Spi(Spi::Transfer(1024)))),
        job("pending: SPI, 4 operations of 16 bytes", Work::Waiting(Pending, Call::Spi(Spi::Transaction(4)))),
        job("pending: I2C write-read, 1+8 bytes", Work::Waiting(Pending, Call::I2c(I2c::WriteRead(8)))),
        job("pending: delay", Work::Waiting(Pending, Call::Delay)),
        job(
            "simulated, waited for: I2C write-read, 1+8 bytes",
            Work::Waiting(Until::Simulated, Call::I2c(I2c::WriteRead(8))),
        ),
    ]
};
