//! The board that the jobs run on.

use std::convert::Infallible;
use std::hint::black_box;

use bench_guest::{ADDRESS, Driver, Failed, Part, Work};
use embedded_hal::delay::DelayNs;
use embedded_hal::digital::StatefulOutputPin;
use embedded_hal::i2c::I2c;
use embedded_hal::spi::SpiDevice;
use wasm_embedded_host::i2c::BothWidths;
use wasm_embedded_host::{Access, EmbeddedHal, HalCtx, I2cGrant, PinGrant, SpiGrant};
use wasm_embedded_sim::parts::eeprom24::Size;
use wasm_embedded_sim::parts::ssd1306::Panel;
use wasm_embedded_sim::parts::{Bme280, Eeprom24, Ssd1306, W25q};
use wasm_embedded_sim::{Level, Sim, SimI2c, SimOutput, SimSpiDevice, SpiSettings};

use crate::parts::{I2cLoopback, Inverter, PinLoopback, Registers, SpiLoopback};
use crate::waiting::{self, Later, OnWires, Waits};

/// Lets no time pass.
struct NoDelay;

impl DelayNs for NoDelay {
    fn delay_ns(&mut self, _ns: u32) {}
}

/// The controllers of one board, as a host keeps them under labels.
#[derive(Debug)]
pub(crate) struct Board {
    sim: Sim,
    spi: SimSpiDevice,
    i2c: SimI2c,
    /// The same bus, for calls that are waited for.
    waited: SimI2c,
    /// The bus of sensor, display and EEPROM.
    board: SimI2c,
    flash: SimSpiDevice,
    tft: SimSpiDevice,
    hold: SimOutput,
    wp: SimOutput,
    dc: SimOutput,
}

impl Board {
    /// Builds a board.
    pub(crate) fn new() -> Result<Board, Failed> {
        let sim = Sim::new();
        let select = |name: &str, frequency_hz| {
            sim.spi_select(sim.spi_bus(name), name, SpiSettings { frequency_hz, ..SpiSettings::default() })
        };
        let (spi, flash, tft) = (select("spi", 8_000_000), select("flash", 32_000_000), select("tft", 32_000_000));
        sim.add_spi(spi, Inverter);
        sim.add_spi(flash, W25q::w25q32());
        sim.add_spi(tft, Inverter);
        let (i2c, board) = (sim.i2c_bus("i2c", 400_000), sim.i2c_bus("board", 400_000));
        sim.add_i2c(i2c, Registers::at(ADDRESS));
        sim.add_i2c(board, Bme280::new(0x76).map_err(Failed::new)?);
        sim.add_i2c(board, Ssd1306::i2c(Panel::OLED_128X64, 0x3c).map_err(Failed::new)?);
        sim.add_i2c(board, Eeprom24::new(Size::C32, 0x50).map_err(Failed::new)?);
        let output = |name: &str| sim.output(sim.net(name), Level::High);
        Ok(Board {
            spi: sim.spi_device(spi),
            i2c: sim.i2c(i2c),
            waited: sim.i2c(i2c),
            board: sim.i2c(board),
            flash: sim.spi_device(flash),
            tft: sim.spi_device(tft),
            hold: output("HOLD"),
            wp: output("WP"),
            dc: output("DC"),
            sim,
        })
    }

    /// Returns the simulation, whose time passes while a guest waits.
    pub(crate) fn sim(&self) -> Sim {
        self.sim.clone()
    }

    /// Returns what a guest may reach of the board: all of it.
    pub(crate) fn into_hal(self) -> HalCtx {
        let all = || I2cGrant::none().allow_range(0..=0x7f, Access::ReadWrite);
        let pin = || PinGrant { initial: wasm_embedded_host::digital::Level::High, ..PinGrant::default() };
        let mut hal = HalCtx::builder();
        let spi = SpiGrant::of_unknown_clock();
        hal.spi_device("spi-loopback", EmbeddedHal(SpiLoopback), spi).i2c(
            "i2c-loopback",
            EmbeddedHal(I2cLoopback),
            all(),
        );
        hal.output("pin-loopback", EmbeddedHal(PinLoopback::default()), PinGrant::default());
        hal.spi_device("spi", EmbeddedHal(self.spi), spi).i2c("i2c", BothWidths(self.i2c), all());
        hal.i2c("board", BothWidths(self.board), all());
        hal.spi_device("flash", EmbeddedHal(self.flash), spi).spi_device("tft", EmbeddedHal(self.tft), spi);
        for (label, output) in [("HOLD", self.hold), ("WP", self.wp), ("DC", self.dc)] {
            hal.output(label, EmbeddedHal(output), pin());
        }
        hal.spi_device("spi-pending", Later(SpiLoopback), spi).i2c("i2c-pending", Later(I2cLoopback), all());
        hal.i2c("i2c-waited", OnWires(self.waited), all()).delay(Waits(self.sim));
        hal.build()
    }

    /// Runs a job natively, through objects as a host keeps them.
    pub(crate) fn run(&mut self, work: Work, rounds: u32) -> Result<u64, Failed> {
        match work {
            Work::Floor(_) => Ok(1),
            Work::Spi(Part::Loopback, call) => {
                let mut device: Box<dyn SpiDevice<Error = Infallible>> = Box::new(SpiLoopback);
                bench_guest::spi(call, rounds, &mut black_box(&mut *device)).map_err(Failed::new)
            }
            Work::Spi(Part::Simulated, call) => bench_guest::spi(call, rounds, &mut self.spi).map_err(Failed::new),
            Work::I2c(Part::Loopback, call) => {
                let mut bus: Box<dyn I2c<Error = Infallible>> = Box::new(I2cLoopback);
                bench_guest::i2c(call, rounds, &mut black_box(&mut *bus)).map_err(Failed::new)
            }
            Work::I2c(Part::Simulated, call) => bench_guest::i2c(call, rounds, &mut self.i2c).map_err(Failed::new),
            Work::Pin => {
                let mut pin: Box<dyn StatefulOutputPin<Error = Infallible>> = Box::new(PinLoopback::default());
                bench_guest::pin(rounds, &mut black_box(&mut *pin)).map_err(Failed::new)
            }
            Work::Delay => Ok(bench_guest::delay(rounds, &mut self.sim.delay())),
            Work::Driver(driver) => self.drive(driver, rounds),
            Work::Waiting(until, call) => waiting::run(until, call, rounds, &self.sim, &mut self.waited),
        }
    }

    /// Returns what a run of the weather station takes of virtual time, and what of it are bits on its bus, in nanoseconds.
    pub(crate) fn weather_ns() -> Result<(u64, u64), Failed> {
        let board = Board::new()?;
        let bus = || Ok(board.board.clone());
        let begin = board.sim.now_ns();
        bench_guest::weather(1, bus, board.sim.delay())?;
        let end = board.sim.now_ns();
        bench_guest::weather(1, bus, NoDelay)?;
        Ok((end - begin, board.sim.now_ns() - end))
    }

    fn drive(&mut self, driver: Driver, rounds: u32) -> Result<u64, Failed> {
        let delay = self.sim.delay();
        match driver {
            Driver::Sensor => bench_guest::sensor(rounds, &mut self.board, delay),
            Driver::Display => bench_guest::display(rounds, &mut self.board),
            Driver::Eeprom => bench_guest::eeprom(rounds, &mut self.board),
            Driver::Flash => bench_guest::flash(rounds, &mut self.flash, &mut self.hold, &mut self.wp),
            Driver::Tft => bench_guest::tft(rounds, &mut self.tft, &mut self.dc, delay),
            Driver::Weather => bench_guest::weather(rounds, || Ok(self.board.clone()), delay),
        }
    }
}
