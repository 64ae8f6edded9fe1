//! Published drivers for the sensors, the clock and the EEPROMs, unchanged, over the simulated buses.

use ds323x::{Alarm1Matching, DateTimeAccess, Ds323x, NaiveDate, WeekdayAlarm1};
use eeprom24x::{Eeprom24x, SlaveAddr};
use embedded_hal::delay::DelayNs;
use embedded_hal::digital::InputPin;
use embedded_storage::{ReadStorage, Storage};
use wasm_embedded_sim::parts::ds3231::DateTime;
use wasm_embedded_sim::parts::eeprom24::Size;
use wasm_embedded_sim::parts::lm75::Model;
use wasm_embedded_sim::parts::{Bme280, Ds3231, Eeprom24, Lm75};
use wasm_embedded_sim::{I2cBusId, Pull, Sim, SpiSettings};

fn board() -> (Sim, I2cBusId) {
    let sim = Sim::new();
    let bus = sim.i2c_bus("board", 400_000);
    (sim, bus)
}

#[test]
fn bme280_reads_what_was_set() {
    let (sim, bus) = board();
    let part = sim.add_i2c(bus, Bme280::new(0x77).expect("a possible address"));
    let mut driver = bme280::i2c::BME280::new_secondary(sim.i2c(bus));
    // Without the filter that `init` switches on, so that each measurement is its own.
    driver.init_with_config(&mut sim.delay(), bme280::Configuration::default()).expect("a BME280");
    for (temperature_c, humidity_percent, pressure_hpa) in
        [(21.5, 45.0, 1013.25), (-40.0, 0.0, 300.0), (85.0, 100.0, 1100.0), (0.0, 99.5, 950.0)]
    {
        sim.with_part(part, |part: &mut Bme280, _| {
            part.set_temperature_c(temperature_c);
            part.set_humidity_percent(humidity_percent);
            part.set_pressure_hpa(pressure_hpa);
        });
        let values = driver.measure(&mut sim.delay()).expect("values");
        assert!((f64::from(values.temperature) - temperature_c).abs() <= 0.01, "{values:?}");
        assert!((f64::from(values.humidity) - humidity_percent).abs() <= 0.1, "{values:?}");
        assert!((f64::from(values.pressure) / 100.0 - pressure_hpa).abs() <= 0.1, "{values:?}");
    }
}

#[test]
fn bme280_waits_long_enough_for_its_default_settings() {
    let (sim, bus) = board();
    let mut part = Bme280::new(0x76).expect("a possible address");
    part.set_temperature_c(21.5);
    sim.add_i2c(bus, part);
    let mut driver = bme280::i2c::BME280::new_primary(sim.i2c(bus));
    driver.init(&mut sim.delay()).expect("a BME280");
    for _ in 0..3 {
        let values = driver.measure(&mut sim.delay()).expect("values");
        assert!((values.temperature - 21.5).abs() <= 0.01, "{values:?}");
        assert!((values.pressure - 101_325.0).abs() <= 10.0, "{values:?}");
        assert!((values.humidity - 50.0).abs() <= 0.1, "{values:?}");
    }
}

#[test]
fn bme280_over_spi_fails_as_it_does_on_hardware() {
    // bme280 0.5.1 takes the byte that is clocked with the register address for the first value.
    let sim = Sim::new();
    let bus = sim.spi_bus("spi");
    let select = sim.spi_select(bus, "sensor", SpiSettings::default());
    sim.add_spi(select, Bme280::new_spi());
    let mut driver = bme280::spi::BME280::new(sim.spi_device(select)).expect("no transfer yet");
    let error = driver.init(&mut sim.delay()).expect_err("a wrong chip id");
    assert!(matches!(error, bme280::Error::UnsupportedChip), "{error:?}");
}

#[test]
fn lm75_reads_the_temperature_and_its_limits_move_the_output() {
    let (sim, bus) = board();
    let alarm = sim.net("ALARM");
    sim.set_pull(alarm, Pull::Up);
    let part = sim.add_i2c(bus, Lm75::new(Model::Lm75, 0x48).expect("a possible address").with_output(alarm));
    let mut driver = lm75::Lm75::new(sim.i2c(bus), lm75::Address::default());
    let mut pin = sim.input(alarm);
    driver.set_os_temperature(30.0).expect("acknowledged");
    driver.set_hysteresis_temperature(28.5).expect("acknowledged");
    for (temperature_c, alarm_low) in [(-12.5, false), (30.5, true), (29.0, true), (28.0, false)] {
        sim.with_part(part, |part: &mut Lm75, _| part.set_temperature_c(temperature_c));
        sim.delay().delay_ms(100);
        assert_eq!(f64::from(driver.read_temperature().expect("acknowledged")), temperature_c);
        assert_eq!(pin.is_low(), Ok(alarm_low), "at {temperature_c}");
    }
}

#[test]
fn ds323x_sets_and_reads_the_time() {
    let (sim, bus) = board();
    sim.add_i2c(bus, Ds3231::new());
    let mut driver = Ds323x::new_ds3231(sim.i2c(bus));
    assert!(driver.has_been_stopped().expect("acknowledged"));
    driver.clear_has_been_stopped_flag().expect("acknowledged");
    assert!(!driver.has_been_stopped().expect("acknowledged"));
    let start = NaiveDate::from_ymd_opt(2028, 2, 28).and_then(|date| date.and_hms_opt(23, 59, 58)).expect("a date");
    let end = NaiveDate::from_ymd_opt(2028, 2, 29).and_then(|date| date.and_hms_opt(0, 0, 0)).expect("a date");
    driver.set_datetime(&start).expect("acknowledged");
    sim.delay().delay_ms(1999);
    assert_ne!(driver.datetime().expect("a date"), end);
    sim.delay().delay_ms(1);
    assert_eq!(driver.datetime().expect("a date"), end);
    assert_eq!(driver.temperature().expect("acknowledged"), 25.0);
}

#[test]
fn ds323x_alarms_pull_the_interrupt_low() {
    let (sim, bus) = board();
    let interrupt = sim.net("INT");
    sim.set_pull(interrupt, Pull::Up);
    // A Sunday, which the driver counts as day 1 too.
    let time = DateTime::new(2026, 11, 22, 7, 59, 30).expect("a date");
    sim.add_i2c(bus, Ds3231::with_battery(time).with_output(interrupt));
    let mut driver = Ds323x::new_ds3231(sim.i2c(bus));
    let mut pin = sim.input(interrupt);
    assert!(!driver.has_been_stopped().expect("acknowledged"));
    let alarm = WeekdayAlarm1 { weekday: 1, hour: ds323x::Hours::H24(8), minute: 0, second: 0 };
    driver.set_alarm1_weekday(alarm, Alarm1Matching::AllMatch).expect("acknowledged");
    driver.use_int_sqw_output_as_interrupt().expect("acknowledged");
    driver.enable_alarm1_interrupts().expect("acknowledged");
    sim.delay().delay_ms(29_000);
    assert_eq!(pin.is_high(), Ok(true));
    sim.delay().delay_ms(1000);
    assert_eq!(pin.is_high(), Ok(false));
    assert!(driver.has_alarm1_matched().expect("acknowledged"));
    driver.clear_alarm1_matched_flag().expect("acknowledged");
    assert_eq!(pin.is_high(), Ok(true));
}

#[test]
fn eeprom24x_does_not_wait_for_the_write_cycle_and_is_refused() {
    let (sim, bus) = board();
    sim.add_i2c(bus, Eeprom24::new(Size::C256, 0x50).expect("a possible address"));
    let mut driver = Eeprom24x::new_24x256(sim.i2c(bus), SlaveAddr::default());
    driver.write_page(0x1240, b"page").expect("acknowledged");
    assert!(driver.read_byte(0x1240).is_err());
    sim.delay().delay_ms(5);
    let mut page = [0; 4];
    driver.read_data(0x1240, &mut page).expect("acknowledged");
    assert_eq!(&page, b"page");
    assert_eq!(driver.read_current_address().expect("acknowledged"), 0xff);
}

#[test]
fn eeprom24x_storage_crosses_pages_and_blocks() {
    let (sim, bus) = board();
    let part = sim.add_i2c(bus, Eeprom24::new(Size::C16, 0x50).expect("a possible address"));
    let driver = Eeprom24x::new_24x16(sim.i2c(bus), SlaveAddr::default());
    let mut storage = eeprom24x::Storage::new(driver, sim.delay());
    let text: Vec<u8> = (0..=255).chain(0..44).collect();
    storage.write(0x1f5, &text).expect("it fits");
    let mut back = vec![0; text.len()];
    storage.read(0x1f5, &mut back).expect("it fits");
    assert_eq!(back, text);
    let kept = sim.with_part(part, |part: &mut Eeprom24, _| part.bytes()[0x1f5..][..text.len()] == text[..]);
    assert_eq!(kept, Some(true));
}
