//! What every part says of itself: its controls, the buses it is on, and its look from outside.

mod common;

use common::Target;
use embedded_hal::spi::{MODE_0, MODE_1, MODE_2, MODE_3, Mode};
use embedded_io::{Read, Write};
use wasm_embedded_sim::parts::eeprom24::Size;
use wasm_embedded_sim::parts::lm75::Model;
use wasm_embedded_sim::parts::scripted::{I2cStep, SpiStep, UartEnding, UartStep};
use wasm_embedded_sim::parts::ssd1306::{Panel, Wiring};
use wasm_embedded_sim::parts::{
    Bme280, Button, Debounce, Ds3231, Echo, Eeprom24, Led, Lm75, Motor, Scripted, Sht4x, Ssd1306, Voltage, W25q,
};
use wasm_embedded_sim::{Level, Part, Sim, UartSettings};

/// Checks a control: what it is at first, and that it takes what is in its range and holds the rest at the ends.
#[track_caller]
fn check<P>(mut part: P, get: fn(&P) -> f64, set: fn(&mut P, f64), first: f64, [low, high]: [f64; 2]) {
    let is = |part: &P, expected: f64| {
        let found = get(part);
        assert!((found - expected).abs() < 1e-9, "{found} where {expected} was wanted");
    };
    is(&part, first);
    let middle = low + (high - low) / 3.0;
    for (value, expected) in [
        (middle, middle),
        (low, low),
        (high, high),
        (low - 0.5, low),
        (high + 0.5, high),
        (f64::NEG_INFINITY, low),
        (f64::INFINITY, high),
        (middle, middle),
        (f64::NAN, low),
    ] {
        set(&mut part, value);
        is(&part, expected);
    }
}

#[test]
fn a_control_says_what_it_was_set_to_within_its_range() {
    let bme280 = || Bme280::new_spi();
    check(bme280(), Bme280::temperature_c, Bme280::set_temperature_c, 25.0, [-40.0, 85.0]);
    check(bme280(), Bme280::humidity_percent, Bme280::set_humidity_percent, 50.0, [0.0, 100.0]);
    check(bme280(), Bme280::pressure_hpa, Bme280::set_pressure_hpa, 1013.25, [300.0, 1100.0]);
    let sht4x = || Sht4x::new(0x44).expect("a possible address");
    check(sht4x(), Sht4x::temperature_c, Sht4x::set_temperature_c, 25.0, [-40.0, 125.0]);
    check(sht4x(), Sht4x::humidity_percent, Sht4x::set_humidity_percent, 50.0, [0.0, 100.0]);
    let lm75 = Lm75::new(Model::Lm75b, 0x48).expect("a possible address");
    check(lm75, Lm75::temperature_c, Lm75::set_temperature_c, 25.0, [-55.0, 125.0]);
    check(Ds3231::new(), Ds3231::temperature_c, Ds3231::set_temperature_c, 25.0, [-40.0, 85.0]);
}

/// The buses that a part may be put on: I2C, SPI and a serial port.
fn sides(mut part: impl Part) -> [bool; 3] {
    [part.i2c().is_some(), part.spi().is_some(), part.uart().is_some()]
}

#[test]
fn a_part_answers_on_its_own_bus_and_on_no_other() {
    let (i2c, spi, uart, nets) = ([true, false, false], [false, true, false], [false, false, true], [false; 3]);
    let net = Sim::new().net("NET");
    assert_eq!(sides(Bme280::new(0x76).expect("an address")), i2c);
    assert_eq!(sides(Bme280::new_spi()), spi);
    assert_eq!(sides(Button::new(net, Level::Low)), nets);
    assert_eq!(sides(Debounce::new(net, net, 1)), nets);
    assert_eq!(sides(Ds3231::new()), i2c);
    assert_eq!(sides(Echo::new()), uart);
    assert_eq!(sides(Eeprom24::new(Size::C02, 0x50).expect("an address")), i2c);
    assert_eq!(sides(Led::new(net, Level::High)), nets);
    assert_eq!(sides(Lm75::new(Model::Tmp105, 0x48).expect("an address")), i2c);
    assert_eq!(sides(Motor::new(net, net, net)), nets);
    assert_eq!(sides(Scripted::i2c(0x20, vec![]).expect("an address")), i2c);
    assert_eq!(sides(Scripted::registers(0x20, []).expect("an address")), i2c);
    assert_eq!(sides(Scripted::spi(MODE_0, vec![])), spi);
    assert_eq!(sides(Scripted::uart(vec![], UartEnding::Silent)), uart);
    assert_eq!(sides(Sht4x::new(0x44).expect("an address")), i2c);
    assert_eq!(sides(Ssd1306::i2c(Panel::OLED_128X64, 0x3c).expect("an address")), i2c);
    assert_eq!(sides(Ssd1306::spi(Panel::OLED_128X64, net)), spi);
    assert_eq!(sides(Voltage::new(net, 1)), nets);
    assert_eq!(sides(W25q::w25q80()), spi);
}

#[test]
fn a_part_on_spi_listens_in_the_modes_of_its_data_sheet() {
    let accepted = |mut part: Box<dyn Part>| -> Vec<Mode> {
        let target = part.spi().expect("an SPI part");
        [MODE_0, MODE_1, MODE_2, MODE_3].into_iter().filter(|mode| target.accepts(*mode)).collect()
    };
    let dc = Sim::new().net("DC");
    assert_eq!(accepted(Box::new(Bme280::new_spi())), [MODE_0, MODE_3]);
    assert_eq!(accepted(Box::new(Ssd1306::spi(Panel::OLED_128X64, dc))), [MODE_0, MODE_3]);
    assert_eq!(accepted(Box::new(W25q::w25q80())), [MODE_0, MODE_3]);
    for mode in [MODE_0, MODE_1, MODE_2, MODE_3] {
        assert_eq!(accepted(Box::new(Scripted::spi(mode, vec![]))), [mode]);
    }
}

#[test]
fn every_address_that_a_part_can_be_strapped_to_is_taken_and_no_other() {
    let taken = |make: &dyn Fn(u8) -> bool| (0..=u8::MAX).filter(|address| make(*address)).collect::<Vec<u8>>();
    assert_eq!(taken(&|address| Bme280::new(address).is_ok()), [0x76, 0x77]);
    assert_eq!(taken(&|address| Sht4x::new(address).is_ok()), [0x44, 0x45, 0x46]);
    assert_eq!(taken(&|address| Ssd1306::i2c(Panel::OLED_128X64, address).is_ok()), [0x3c, 0x3d]);
    for model in [Model::Lm75, Model::Lm75b, Model::Tmp105] {
        assert_eq!(taken(&|address| Lm75::new(model, address).is_ok()), (0x48..=0x4f).collect::<Vec<_>>());
    }
    assert_eq!(taken(&|address| Scripted::i2c(address, vec![]).is_ok()), (0..=0x7f).collect::<Vec<_>>());
    assert_eq!(taken(&|address| Scripted::registers(address, []).is_ok()), (0..=0x7f).collect::<Vec<_>>());
    for size in Size::ALL {
        let expected: Vec<u8> = match size {
            Size::C04 => vec![0x50, 0x52, 0x54, 0x56],
            Size::C08 => vec![0x50, 0x54],
            Size::C16 => vec![0x50],
            _ => (0x50..=0x57).collect(),
        };
        assert_eq!(taken(&|address| Eeprom24::new(size, address).is_ok()), expected, "{size}");
    }
}

#[test]
fn a_memory_says_how_large_it_is_and_what_is_in_it() {
    for (size, kilobits) in Size::ALL.into_iter().zip([1, 2, 4, 8, 16, 32, 64, 128, 256, 512]) {
        assert_eq!((size.name(), size.to_string()), (&*format!("24C{kilobits:02}"), format!("24C{kilobits:02}")));
        assert_eq!(Size::from_name(&format!("24c{kilobits:02}")), Some(size));
        let mut memory = Eeprom24::new(size, 0x50).expect("an address");
        assert_eq!((memory.size(), memory.bytes().len()), (size, kilobits * 128));
        assert!(memory.bytes().iter().all(|byte| *byte == 0xff), "erased");
        let end = kilobits * 128 - 2;
        memory.load(end, &[1, 2]).expect("it fits");
        assert_eq!(memory.bytes()[end - 1..], [0xff, 1, 2]);
        let error = memory.load(end, &[3, 4, 5]).expect_err("one too many").to_string();
        assert_eq!(error, format!("3 bytes at offset {end} do not fit into the {} bytes of a {size}", kilobits * 128));
        memory.load(usize::MAX, &[]).expect_err("past the end");
        assert_eq!(memory.bytes()[end..], [1, 2], "nothing was written");
    }
    assert_eq!(Size::from_name("24C03"), None);
}

#[test]
fn a_panel_has_its_size_and_a_display_its_panel() {
    for (name, width, height) in [
        ("128x64", 128, 64),
        ("128x32", 128, 32),
        ("96x16", 96, 16),
        ("72x40", 72, 40),
        ("64x48", 64, 48),
        ("64x32", 64, 32),
    ] {
        let panel: Panel = name.parse().expect("a usual size");
        assert_eq!((panel.width(), panel.height()), (width, height), "{name}");
        let mut display = Ssd1306::i2c(panel, 0x3c).expect("an address");
        assert_eq!((display.panel(), display.contrast(), display.is_on()), (panel, 127, false));
        let frame = display.frame(0);
        assert_eq!((frame.width, frame.height, frame.contrast), (width.into(), height.into(), 127));
        assert_eq!(frame.pixels.len(), frame.width * frame.height);
    }
    assert!("128x65".parse::<Panel>().is_err());
    // The controller drives 128 columns and 64 rows.
    let fits = |width, height, first_column| Panel::new(width, height, first_column, Wiring::Sequential).is_ok();
    assert!(fits(128, 64, 0) && fits(1, 1, 127));
    for (width, height, first_column) in
        [(0, 64, 0), (128, 0, 0), (128, 65, 0), (128, 64, 1), (1, 1, 128), (255, 1, 255)]
    {
        assert!(!fits(width, height, first_column), "{width}x{height} from {first_column}");
    }
}

#[test]
fn a_display_tells_its_contrast_and_whether_it_is_lit() {
    let sim = Sim::new();
    let bus = sim.i2c_bus("board", 400_000);
    let id = sim.add_i2c(bus, Ssd1306::i2c(Panel::OLED_128X32, 0x3c).expect("an address"));
    let state =
        || sim.with_part(id, |display: &mut Ssd1306, _| (display.contrast(), display.is_on())).expect("a display");
    let mut i2c = sim.i2c(bus);
    let mut command = |bytes: &[u8]| {
        embedded_hal::i2c::I2c::write(&mut i2c, 0x3c_u8, &[&[0], bytes].concat()).expect("it is acknowledged");
        state()
    };
    assert_eq!(command(&[0x81, 0xcf]), (0xcf, false));
    assert_eq!(command(&[0xaf]), (0xcf, false), "nothing supplies the panel");
    assert_eq!(command(&[0x8d, 0x14]), (0xcf, true), "the charge pump does");
    assert_eq!(command(&[0xae]), (0xcf, false));
}

#[test]
fn a_script_tells_how_far_it_got_on_each_bus() {
    let sim = Sim::new();
    let bus = sim.i2c_bus("board", 400_000);
    let i2c = sim.add_i2c(bus, Scripted::i2c(0x20, vec![I2cStep::Write(vec![1]), I2cStep::Nack]).expect("an address"));
    let registers = sim.add_i2c(bus, Scripted::registers(0x21, [(0, vec![7])]).expect("an address"));
    let select = sim.spi_select(sim.spi_bus("fast"), "cs", Default::default());
    let step = SpiStep { mosi: vec![1], miso: vec![2] };
    let spi = sim.add_spi(select, Scripted::spi(MODE_0, vec![step.clone(), step]));
    let settings = UartSettings { baud: 100_000, ..UartSettings::default() };
    let port = sim.uart_port("serial", settings);
    let expect = |byte| UartStep { expect: vec![byte], ..UartStep::default() };
    let uart = sim.add_uart(port, Scripted::uart(vec![expect(1), expect(2)], UartEnding::Silent));
    let state = |id| {
        let look = |part: &mut Scripted, _: &mut dyn wasm_embedded_sim::Board| {
            (part.progress(), part.finished(), part.mismatches().len(), part.register_map().is_some())
        };
        sim.with_part(id, look).expect("a script")
    };
    let states = || [i2c, spi, uart, registers].map(state);
    let map = ((0, 0), true, 0, true);
    assert_eq!(states(), [((0, 2), false, 0, false), ((0, 2), false, 0, false), ((0, 2), false, 0, false), map]);

    use embedded_hal::i2c::I2c as _;
    use embedded_hal::spi::SpiDevice as _;
    for (byte, expected) in [(1, ((1, 2), false, 0, false)), (9, ((1, 2), false, 1, false))] {
        // After its first step the script on I2C wants nobody to be acknowledged, so a second one is a step too.
        let is_first = byte == 1;
        assert_eq!(sim.i2c(bus).write(0x20_u8, &[byte]).is_ok(), is_first);
        sim.spi_device(select).write(&[byte]).expect("SPI has no answer");
        let mut port = sim.uart(port);
        port.write_all(&[byte]).expect("there is room");
        port.flush().expect("it leaves");
        let on_i2c = if is_first { expected } else { ((2, 2), true, 0, false) };
        assert_eq!(states(), [on_i2c, expected, expected, map], "{byte}");
    }
    sim.i2c(bus).write(0x20_u8, &[3]).expect_err("nothing more is expected");
    assert_eq!(state(i2c), ((2, 2), true, 1, false));
}

#[test]
fn the_steps_of_a_serial_script_take_their_own_times_and_no_more() {
    const BYTE_NS: u64 = 100_000;
    const ROUND_NS: u64 = 1_000_000 + 2_000_000 + 500;
    let pause = |after_ns| UartStep { after_ns, ..UartStep::default() };
    let send = UartStep { send: vec![b'x'], ..UartStep::default() };
    let settings = UartSettings { baud: 100_000, ..UartSettings::default() };
    for ending in [UartEnding::Silent, UartEnding::Repeat, UartEnding::HangUp] {
        let sim = Sim::new();
        let port = sim.uart_port("serial", settings);
        let steps = vec![pause(1_000_000), pause(2_000_000), pause(500), send.clone()];
        sim.add_uart(port, Scripted::uart(steps, ending));
        let mut port = sim.uart(port);
        let mut came = || {
            let mut byte = [0];
            let count = port.read(&mut byte).expect("it is sent, or the part hangs up");
            (count, byte[0], sim.now_ns())
        };
        assert_eq!(came(), (1, b'x', ROUND_NS + BYTE_NS), "{ending:?}");
        match ending {
            UartEnding::Silent => {}
            // The next round begins as soon as the last byte is on the wire.
            UartEnding::Repeat => assert_eq!(came(), (1, b'x', 2 * ROUND_NS + BYTE_NS), "the second round"),
            UartEnding::HangUp => assert_eq!(came(), (0, 0, ROUND_NS + BYTE_NS), "an end at once"),
        }
    }
}

#[test]
fn an_echo_counts_what_it_hears() {
    let sim = Sim::new();
    let port = sim.uart_port("serial", UartSettings::default());
    let echo = sim.add_uart(port, Echo::new());
    let count = || sim.with_part(echo, |echo: &mut Echo, _| echo.count());
    assert_eq!(count(), Some(0));
    let mut port = sim.uart(port);
    port.write_all(b"four").expect("there is room");
    port.flush().expect("it leaves");
    assert_eq!(count(), Some(4));
}

#[test]
fn a_part_is_found_by_its_number_and_its_type() {
    let sim = Sim::new();
    let bus = sim.i2c_bus("board", 400_000);
    let target = sim.add_i2c(bus, Target::at(0x20));
    assert_eq!(sim.with_part(target, |_: &mut Target, _| 5), Some(5));
    assert_eq!(sim.with_part(target, |_: &mut Echo, _| 5), None, "it is of another type");
    let other = Sim::new();
    assert_eq!(other.with_part(target, |_: &mut Target, _| 5), None, "there is none on that board");
}
