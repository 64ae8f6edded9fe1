//! Faults of parts, nets and delays.

mod common;

use common::{Log, Target};
use embedded_hal::delay::DelayNs;
use embedded_hal::i2c::I2c;
use embedded_hal::spi::SpiDevice;
use wasm_embedded_sim::fault::{Fault, NetFault, PartFault, Targets, When};
use wasm_embedded_sim::parts::eeprom24::Size;
use wasm_embedded_sim::parts::lm75::Model;
use wasm_embedded_sim::parts::{Bme280, Eeprom24, Led, Lm75, Ssd1306, W25q, ssd1306::Panel};
use wasm_embedded_sim::{I2cBusId, Level, Part, PartId, Pull, Sim, SpiSettings};

const MS: u64 = 1_000_000;

fn board(part: impl Part) -> (Sim, I2cBusId, PartId) {
    let sim = Sim::new();
    let bus = sim.i2c_bus("i2c", 400_000);
    let part = sim.add_i2c(bus, part);
    (sim, bus, part)
}

fn lm75() -> Lm75 {
    Lm75::new(Model::Lm75, 0x48).expect("an address")
}

fn read(sim: &Sim, bus: I2cBusId, register: u8) -> Option<[u8; 2]> {
    let mut answer = [0; 2];
    sim.i2c(bus).write_read(0x48_u8, &[register], &mut answer).ok().map(|()| answer)
}

fn fault(part: PartId, fault: PartFault) -> Fault {
    Fault::Part { part, targets: Targets::All, fault }
}

#[test]
fn a_brown_out_costs_a_part_its_settings_and_the_rest_of_the_transaction() {
    let (sim, bus, part) = board(lm75());
    sim.i2c(bus).write(0x48_u8, &[3, 100, 0]).expect("a limit");
    assert_eq!(read(&sim, bus, 3), Some([100, 0]));
    sim.inject(fault(part, PartFault::BrownOut { byte: 2 }), When::always().times(1));
    assert!(sim.i2c(bus).write(0x48_u8, &[3, 90, 0]).is_err());
    assert_eq!(read(&sim, bus, 3), Some([80, 0]));
}

#[test]
fn an_unplugged_part_is_gone_and_comes_back_as_new() {
    let (sim, bus, part) = board(lm75());
    sim.i2c(bus).write(0x48_u8, &[3, 100, 0]).expect("a limit");
    sim.inject(fault(part, PartFault::Unplugged), When::always().after(1).times(2));
    let limits = [(); 4].map(|()| read(&sim, bus, 3));
    assert_eq!(limits, [Some([100, 0]), None, None, Some([80, 0])]);
}

#[test]
fn a_part_can_be_unplugged_for_a_time() {
    let (sim, bus, part) = board(lm75());
    sim.inject(fault(part, PartFault::Unplugged), When::always().between(10 * MS, 20 * MS));
    assert!(read(&sim, bus, 0).is_some());
    sim.advance_ns(10 * MS);
    assert!(read(&sim, bus, 0).is_none());
    sim.advance_ns(10 * MS);
    assert!(read(&sim, bus, 0).is_some());
}

#[test]
fn an_unplugged_part_drives_nothing() {
    let sim = Sim::new();
    let (net, output) = (sim.net("LED"), sim.net("OS"));
    sim.set_pull(output, Pull::Up);
    let bus = sim.i2c_bus("i2c", 400_000);
    let mut part = lm75().with_output(output);
    part.set_temperature_c(110.0);
    let part = sim.add_i2c(bus, part);
    assert_eq!(sim.level(output), Level::Low);
    let id = sim.inject(fault(part, PartFault::Unplugged), When::always());
    assert_eq!(sim.level(output), Level::High);
    sim.withdraw(id);
    assert_eq!(sim.level(output), Level::Low);
    // A part on nets only can be unplugged for a time.
    sim.set_pull(net, Pull::Up);
    let led = sim.add(Led::new(net, Level::High));
    assert_eq!(sim.with_part(led, |led: &mut Led, _| led.is_lit()), Some(true));
}

#[test]
fn a_stopped_part_goes_on_where_it_stood() {
    let (sim, bus, part) = board(lm75());
    sim.inject(fault(part, PartFault::Stopped), When::always().between(50 * MS, 1_050 * MS));
    sim.advance_ns(10 * MS);
    sim.with_part(part, |part: &mut Lm75, _| part.set_temperature_c(40.0)).expect("the part");
    // The conversion takes 100 ms, of which 50 pass before the part stops.
    sim.advance_ns(1_000 * MS);
    assert_eq!(read(&sim, bus, 0), Some([25, 0]));
    sim.advance_ns(50 * MS);
    assert_eq!(read(&sim, bus, 0), Some([25, 0]));
    sim.advance_ns(50 * MS);
    assert_eq!(read(&sim, bus, 0), Some([40, 0]));
}

#[test]
fn a_slow_part_takes_so_many_times_as_long() {
    let eeprom = Eeprom24::new(Size::C02, 0x50).expect("an address");
    let (sim, bus, part) = board(eeprom);
    let id = sim.inject(fault(part, PartFault::Slow { factor: 10 }), When::always());
    sim.i2c(bus).write(0x50_u8, &[0, 1]).expect("a byte");
    sim.advance_ns(49 * MS);
    assert!(sim.i2c(bus).write(0x50_u8, &[]).is_err());
    sim.advance_ns(MS);
    assert!(sim.i2c(bus).write(0x50_u8, &[]).is_ok());
    sim.withdraw(id);
    sim.i2c(bus).write(0x50_u8, &[0, 2]).expect("a byte");
    sim.advance_ns(5 * MS);
    assert!(sim.i2c(bus).write(0x50_u8, &[]).is_ok());
}

#[test]
fn jitter_differs_from_one_transaction_to_the_next() {
    let eeprom = Eeprom24::new(Size::C02, 0x50).expect("an address");
    let (sim, bus, part) = board(eeprom);
    sim.inject(fault(part, PartFault::Jitter { factor: 1000 }), When::always().chance(1_000_000, 3));
    let mut i2c = sim.i2c(bus);
    let cycles = [(); 5].map(|()| {
        i2c.write(0x50_u8, &[0, 1]).expect("a byte");
        let began_ns = sim.now_ns();
        while i2c.write(0x50_u8, &[]).is_err() {
            sim.advance_ns(MS);
        }
        sim.now_ns() - began_ns
    });
    assert!(cycles.iter().all(|ns| (4 * MS..5_100 * MS).contains(ns)), "{cycles:?}");
    assert!(cycles.iter().any(|ns| *ns != cycles[0]), "{cycles:?}");
}

#[test]
fn a_brown_out_resets_sensors_displays_and_memories() {
    let (sim, bus, part) = board(Bme280::new(0x76).expect("an address"));
    sim.inject(fault(part, PartFault::BrownOut { byte: 0 }), When::always().after(1).times(1));
    let mut i2c = sim.i2c(bus);
    i2c.write(0x76_u8, &[0xf5, 0xa0]).expect("config");
    assert!(i2c.write(0x76_u8, &[0xf2]).is_err() || i2c.write(0x76_u8, &[0xf2]).is_ok());
    let mut config = [0xee];
    i2c.write_read(0x76_u8, &[0xf5], &mut config).expect("config");
    assert_eq!(config, [0]);

    let (sim, bus, part) = board(Ssd1306::i2c(Panel::OLED_128X64, 0x3c).expect("an address"));
    sim.i2c(bus).write(0x3c_u8, &[0x00, 0x8d, 0x14, 0xaf]).expect("commands");
    let is_on = || sim.with_part(part, |part: &mut Ssd1306, _| part.is_on());
    assert_eq!(is_on(), Some(true));
    sim.inject(fault(part, PartFault::BrownOut { byte: 1 }), When::always().times(1));
    assert!(sim.i2c(bus).write(0x3c_u8, &[0x00, 0xaf]).is_err());
    assert_eq!(is_on(), Some(false));

    let sim = Sim::new();
    let spi = sim.spi_bus("spi");
    let select = sim.spi_select(spi, "flash", SpiSettings::default());
    let part = sim.add_spi(select, W25q::w25q80());
    let mut flash = sim.spi_device(select);
    flash.write(&[0x06]).expect("write enable");
    sim.inject(fault(part, PartFault::BrownOut { byte: 2 }), When::always().times(1));
    flash.write(&[0x02, 0, 0, 0, 0x5a]).expect("nobody tells");
    assert_eq!(sim.with_part(part, |part: &mut W25q, _| part.bytes()[0]), Some(0xff));
    let mut status = [0x05, 0];
    flash.transfer_in_place(&mut status).expect("the flash is back");
    assert_eq!(status[1], 0);
}

#[test]
fn a_bouncing_net_jumps_back_and_then_stays() {
    let sim = Sim::new();
    let net = sim.net("KEY");
    let log = Log::of(&sim);
    let bounce = Fault::Net { net, fault: NetFault::Bounce { times: 2, ns: 100 } };
    sim.inject(bounce, When::always().times(1));
    let mut output = sim.output(net, Level::High);
    sim.advance_ns(1_000);
    let lines = log.take_lines();
    let levels: Vec<&str> = lines.iter().filter_map(|line| line.split_once(" KEY ")).map(|(at, _)| at).collect();
    assert_eq!(levels, ["0.000000000", "0.000000100", "0.000000200", "0.000000300", "0.000000400"]);
    embedded_hal::digital::OutputPin::set_low(&mut output).expect("a pin");
    assert_eq!(log.take(), ["KEY low"]);
}

#[test]
fn a_missed_edge_is_late_and_a_short_pulse_never_seen() {
    let sim = Sim::new();
    let net = sim.net("KEY");
    sim.inject(Fault::Net { net, fault: NetFault::MissedEdge { ns: 500 } }, When::always().times(2));
    let log = Log::of(&sim);
    sim.schedule(100, move |stage| stage.drive(net, wasm_embedded_sim::Drive::High));
    sim.schedule(300, move |stage| stage.drive(net, wasm_embedded_sim::Drive::Low));
    sim.advance_ns(10_000);
    let changes: Vec<String> = log.take().into_iter().filter(|line| line.starts_with("KEY")).collect();
    assert!(changes.len().is_multiple_of(2), "{changes:?}");
    sim.schedule(0, move |stage| stage.drive(net, wasm_embedded_sim::Drive::High));
    assert_eq!(sim.level(net), Level::High);
}

#[test]
fn a_stuck_net_carries_its_level_whoever_drives_it() {
    let sim = Sim::new();
    let net = sim.net("OUT");
    let stuck = Fault::Net { net, fault: NetFault::Stuck(Level::High) };
    sim.inject(stuck, When::always().between(1_000, 2_000));
    let _output = sim.output(net, Level::Low);
    assert_eq!(sim.level(net), Level::Low);
    sim.advance_ns(1_000);
    assert_eq!(sim.level(net), Level::High);
    sim.advance_ns(1_000);
    assert_eq!(sim.level(net), Level::Low);
}

#[test]
fn a_delay_oversleeps_when_a_fault_says_so() {
    let sim = Sim::new();
    let id = sim.inject(Fault::Oversleep { factor: 10 }, When::always().after(1).times(1));
    let mut delay = sim.delay();
    let took = [(); 3].map(|()| {
        let began_ns = sim.now_ns();
        delay.delay_us(5);
        sim.now_ns() - began_ns
    });
    assert_eq!(took, [5_000, 50_000, 5_000]);
    assert_eq!(sim.strikes(id), 1);
}

#[test]
fn the_date_jumps_when_a_fault_says_so_and_time_does_not() {
    let sim = Sim::new();
    let id = sim.inject(Fault::DateJump { seconds: -3_600 }, When::always().between(1_000, 2_000));
    let seen = [(); 3].map(|()| {
        let seen = (sim.now_ns(), sim.date_error_s());
        sim.advance_ns(1_000);
        seen
    });
    assert_eq!(seen, [(0, 0), (1_000, -3_600), (2_000, 0)]);
    assert_eq!(sim.strikes(id), 1);
}

#[test]
fn targets_that_are_not_meant_do_not_count() {
    let sim = Sim::new();
    let bus = sim.i2c_bus("i2c", 400_000);
    let (one, _) = (sim.add_i2c(bus, Target::at(0x10)), sim.add_i2c(bus, Target::at(0x11)));
    let unplugged = Fault::Part { part: one, targets: Targets::from(0x10), fault: PartFault::Unplugged };
    sim.inject(unplugged, When::always().after(1));
    let mut i2c = sim.i2c(bus);
    let answers = [0x10, 0x11, 0x11, 0x10, 0x11_u8].map(|at| i2c.write(at, &[]).is_ok());
    assert_eq!(answers, [true, true, true, false, true]);
}
