//! What a part keeps when it loses its supply or is reset, and what it forgets.

mod common;

use common::Log;
use embedded_hal::i2c::I2c;
use wasm_embedded_sim::fault::{Fault, PartFault, Targets, When};
use wasm_embedded_sim::parts::ds3231::DateTime;
use wasm_embedded_sim::parts::eeprom24::Size;
use wasm_embedded_sim::parts::lm75::Model;
use wasm_embedded_sim::parts::{Bme280, Ds3231, Eeprom24, Lm75, Sht4x, W25q};
use wasm_embedded_sim::{I2cBusId, Level, Part, PartId, Pull, Sim};

const S: u64 = 1_000_000_000;

fn board(part: impl Part) -> (Sim, I2cBusId, PartId) {
    let sim = Sim::new();
    let bus = sim.i2c_bus("i2c", 400_000);
    let part = sim.add_i2c(bus, part);
    (sim, bus, part)
}

/// Takes the supply away in the next transaction with a part, and gives it back.
fn brown_out(sim: &Sim, bus: I2cBusId, part: PartId, address: u8) {
    let fault = Fault::Part { part, targets: Targets::All, fault: PartFault::BrownOut { byte: 0 } };
    let id = sim.inject(fault, When::always().times(1));
    // Whether what is left of the transaction is acknowledged depends on the part.
    let _ = sim.i2c(bus).write(address, &[0]);
    assert_eq!(sim.strikes(id), 1);
    sim.advance_ns(S);
}

fn read<const N: usize>(sim: &Sim, bus: I2cBusId, address: u8, register: u8) -> [u8; N] {
    let mut bytes = [0; N];
    sim.i2c(bus).write_read(address, &[register], &mut bytes).expect("acknowledged");
    bytes
}

/// A control: how it is set, how it is read, and what it is set to.
type Control<P> = (fn(&mut P, f64), fn(&P) -> f64, f64);

/// Checks that the surroundings of a part stay what they are while its supply goes and comes.
fn keeps<P: Part>(mut part: P, address: u8, controls: &[Control<P>]) {
    for (set, _, value) in controls {
        set(&mut part, *value);
    }
    let (sim, bus, id) = board(part);
    brown_out(&sim, bus, id, address);
    for (_, get, value) in controls {
        let kept = sim.with_part(id, |part: &mut P, _| get(part)).expect("the part");
        assert!((kept - value).abs() < 1e-9, "{kept} instead of {value}");
    }
}

#[test]
fn the_air_around_a_part_does_not_change_with_its_supply() {
    keeps(
        Bme280::new(0x76).expect("an address"),
        0x76,
        &[
            (Bme280::set_temperature_c, Bme280::temperature_c, -3.5),
            (Bme280::set_humidity_percent, Bme280::humidity_percent, 81.0),
            (Bme280::set_pressure_hpa, Bme280::pressure_hpa, 912.0),
        ],
    );
    keeps(
        Sht4x::new(0x44).expect("an address"),
        0x44,
        &[
            (Sht4x::set_temperature_c, Sht4x::temperature_c, 77.0),
            (Sht4x::set_humidity_percent, Sht4x::humidity_percent, 12.0),
        ],
    );
    keeps(
        Lm75::new(Model::Lm75, 0x48).expect("an address"),
        0x48,
        &[(Lm75::set_temperature_c, Lm75::temperature_c, 99.0)],
    );
    let battery = DateTime::new(2028, 2, 28, 23, 59, 50).expect("a date");
    for part in [Ds3231::new(), Ds3231::with_battery(battery)] {
        keeps(part, 0x68, &[(Ds3231::set_temperature_c, Ds3231::temperature_c, -20.0)]);
    }
}

#[test]
fn a_soft_reset_leaves_the_air_as_it_is() {
    let mut part = Bme280::new(0x76).expect("an address");
    part.set_humidity_percent(81.0);
    part.set_pressure_hpa(912.0);
    part.set_temperature_c(-3.5);
    let (sim, bus, id) = board(part);
    sim.i2c(bus).write(0x76_u8, &[0xf5, 0xa0]).expect("acknowledged");
    sim.i2c(bus).write(0x76_u8, &[0xe0, 0xb6]).expect("acknowledged");
    sim.advance_ns(S);
    assert_eq!(read(&sim, bus, 0x76, 0xf5), [0], "the reset took place");
    let air = sim.with_part(id, |part: &mut Bme280, _| {
        [part.temperature_c(), part.humidity_percent(), part.pressure_hpa()].map(|value| format!("{value:.1}"))
    });
    assert_eq!(air, Some(["-3.5", "81.0", "912.0"].map(String::from)));
}

#[test]
fn a_clock_with_a_battery_keeps_its_time_and_one_without_begins_again() {
    let date = DateTime::new(2028, 2, 28, 23, 59, 50).expect("a date");
    for (part, seconds_and_year, status) in
        [(Ds3231::with_battery(date), [0x51, 0x28], 0x08), (Ds3231::new(), [0x01, 0x00], 0x88)]
    {
        let (sim, bus, id) = board(part);
        sim.i2c(bus).write(0x68_u8, &[0x10, 0x55]).expect("acknowledged");
        brown_out(&sim, bus, id, 0x68);
        let [seconds, .., year] = read::<7>(&sim, bus, 0x68, 0x00);
        assert_eq!([seconds, year], seconds_and_year);
        assert_eq!(read(&sim, bus, 0x68, 0x0f), [status]);
        let aging_offset = if status == 0x08 { 0x55 } else { 0 };
        assert_eq!(read(&sim, bus, 0x68, 0x10), [aging_offset], "kept with the time");
    }
}

#[test]
fn a_part_drives_its_output_again_when_its_supply_is_back() {
    let date = DateTime::new(2028, 2, 28, 23, 59, 50).expect("a date");
    for with_battery in [false, true] {
        let sim = Sim::new();
        let (bus, net) = (sim.i2c_bus("i2c", 400_000), sim.net("INT"));
        sim.set_pull(net, Pull::Up);
        let part = if with_battery { Ds3231::with_battery(date) } else { Ds3231::new() };
        let id = sim.add_i2c(bus, part.with_output(net));
        brown_out(&sim, bus, id, 0x68);
        assert_eq!(sim.level(net), Level::High, "no alarm");
        // The square wave instead of the alarms: low in the first half of each second.
        sim.i2c(bus).write(0x68_u8, &[0x0e, 0x00]).expect("acknowledged");
        sim.i2c(bus).write(0x68_u8, &[0x00, 0x00]).expect("acknowledged");
        sim.advance_ns(S / 4);
        assert_eq!(sim.level(net), Level::Low, "battery: {with_battery}");
        sim.advance_ns(S / 2);
        assert_eq!(sim.level(net), Level::High, "battery: {with_battery}");
    }
    let sim = Sim::new();
    let (bus, net) = (sim.i2c_bus("i2c", 400_000), sim.net("OS"));
    sim.set_pull(net, Pull::Up);
    let mut part = Lm75::new(Model::Lm75, 0x48).expect("an address").with_output(net);
    part.set_temperature_c(110.0);
    let id = sim.add_i2c(bus, part);
    brown_out(&sim, bus, id, 0x48);
    assert_eq!(sim.level(net), Level::Low, "still too hot");
}

#[test]
fn a_memory_keeps_its_contents_without_supply() {
    let mut part = Eeprom24::new(Size::C02, 0x50).expect("an address");
    part.load(7, b"kept").expect("it fits");
    let (sim, bus, id) = board(part);
    brown_out(&sim, bus, id, 0x50);
    assert_eq!(read(&sim, bus, 0x50, 7), *b"kept");

    let mut flash = W25q::w25q80();
    flash.load(0x100, b"kept").expect("it fits");
    let sim = Sim::new();
    let select = sim.spi_select(sim.spi_bus("spi"), "flash", Default::default());
    let id = sim.add_spi(select, flash);
    let fault = Fault::Part { part: id, targets: Targets::All, fault: PartFault::BrownOut { byte: 1 } };
    sim.inject(fault, When::always().times(1));
    let mut device = sim.spi_device(select);
    embedded_hal::spi::SpiDevice::write(&mut device, &[0x9f, 0, 0]).expect("nobody tells");
    let mut answer = [0x03, 0, 1, 0, 0, 0, 0, 0];
    embedded_hal::spi::SpiDevice::transfer_in_place(&mut device, &mut answer).expect("nobody tells");
    assert_eq!(answer[4..], *b"kept");
}

#[test]
fn the_trace_tells_each_strike_once_and_a_lasting_fault_when_it_begins() {
    let told = |fault: PartFault, when: When, transactions: usize| {
        let (sim, bus, part) = board(Lm75::new(Model::Lm75, 0x48).expect("an address"));
        let log = Log::of(&sim);
        let id = sim.inject(Fault::Part { part, targets: Targets::All, fault }, when);
        for _ in 0..transactions {
            let _ = sim.i2c(bus).read(0x48_u8, &mut [0; 2]);
        }
        let lines = log.take().into_iter().filter(|line| line.contains("fault")).count();
        (lines, sim.strikes(id))
    };
    let (lasting, at_once) = (PartFault::Unplugged, PartFault::BrownOut { byte: 0 });
    assert_eq!(told(lasting, When::always().after(2).times(3), 2), (0, 0), "none has struck");
    assert_eq!(told(lasting, When::always().after(2).times(3), 5), (1, 3), "from its beginning on");
    assert_eq!(told(at_once, When::always().after(2).times(3), 2), (0, 0));
    assert_eq!(told(at_once, When::always().after(2).times(3), 9), (3, 3));
}
