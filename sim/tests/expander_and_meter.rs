//! The INA219 by its registers, and the PCF8574 by its pins, over the wires.

use embedded_hal::i2c::I2c as _;
use wasm_embedded_sim::parts::ina219::Ina219;
use wasm_embedded_sim::parts::pcf8574::Pcf8574;
use wasm_embedded_sim::{Drive, Level, PartId, Pull, Sim, SimI2c};

const METER: u8 = 0x40;
const EXPANDER: u8 = 0x20;
const CONFIGURATION: u8 = 0;
const SHUNT: u8 = 1;
const BUS: u8 = 2;
const POWER: u8 = 3;
const CURRENT: u8 = 4;
const CALIBRATION: u8 = 5;
/// Flags of the bus voltage register. SBOS448G, figure 24.
const CONVERTED: u16 = 2;
const OVERFLOW: u16 = 1;

/// A meter with a shunt of 100 mOhm on a bus of 400 kHz.
struct Meter {
    sim: Sim,
    i2c: SimI2c,
    part: PartId,
}

impl Meter {
    fn new(volts: f64, amperes: f64) -> Meter {
        let sim = Sim::new();
        let bus = sim.i2c_bus("i2c", 400_000);
        let mut part = Ina219::new(METER, 100).expect("a possible address");
        part.set_volts(volts);
        part.set_amperes(amperes);
        Meter { i2c: sim.i2c(bus), part: sim.add_i2c(bus, part), sim }
    }

    fn read(&mut self, register: u8) -> u16 {
        let mut bytes = [0; 2];
        self.i2c.write_read(METER, &[register], &mut bytes).expect("it is there");
        u16::from_be_bytes(bytes)
    }

    fn write(&mut self, register: u8, value: u16) {
        let [upper, lower] = value.to_be_bytes();
        self.i2c.write(METER, &[register, upper, lower]).expect("it is there");
    }

    fn set(&self, volts: f64, amperes: f64) {
        self.sim.set(self.part, "voltage", volts).expect("a voltage");
        self.sim.set(self.part, "current", amperes).expect("a current");
    }
}

#[test]
fn the_meter_starts_as_the_data_sheet_says_and_again_with_its_reset() {
    let mut meter = Meter::new(5.0, 0.1);
    let registers =
        |meter: &mut Meter| [CONFIGURATION, SHUNT, BUS, POWER, CURRENT, CALIBRATION, 6, 0xff].map(|at| meter.read(at));
    let first = [0x399f, 0, 0, 0, 0, 0, 0, 0];
    assert_eq!(registers(&mut meter), first);
    meter.sim.advance_ns(2_000_000);
    // 10 mV are 1000 steps of 10 uV; 5 V are 1250 of 4 mV, from bit 3 on.
    let converted = [0x399f, 1_000, 1_250 << 3 | CONVERTED, 0, 0, 0, 0, 0];
    assert_eq!(registers(&mut meter), converted);
    meter.write(CALIBRATION, 0x1001);
    assert_eq!(meter.read(CALIBRATION), 0x1000, "bit 0 is not there");
    assert_eq!((meter.read(CURRENT), meter.read(POWER)), (1_000, 250), "by equations 4 and 5");
    // The reset, in the middle of nothing: what is measured stays, and so does the end of this transfer.
    meter.write(CONFIGURATION, 0xffff);
    assert_eq!(registers(&mut meter), first);
    meter.sim.advance_ns(2_000_000);
    assert_eq!(registers(&mut meter), converted, "it converts the same again");
    // Two registers in one transfer: a third byte of data is not one.
    meter.i2c.write(METER, &[CONFIGURATION, 0x80, 0x00, 0x12, 0x34]).expect("it is there");
    assert_eq!(meter.read(CONFIGURATION), 0x399f);
}

#[test]
fn the_meter_takes_the_time_of_each_setting() {
    // SBOS448G, table 5 and section 7.5.
    let typical_us =
        [84_u64, 148, 276, 532, 84, 148, 276, 532, 532, 1_060, 2_130, 4_260, 8_510, 17_020, 34_050, 68_100];
    for (setting, us) in (0_u16..).zip(typical_us) {
        for (shift, mode) in [(3, 1), (7, 2)] {
            let mut meter = Meter::new(5.0, 0.1);
            // Off, until what was under way would have ended.
            meter.write(CONFIGURATION, 4);
            meter.sim.advance_ns(2_000_000);
            meter.write(CONFIGURATION, setting << shift | mode);
            // It begins with the last byte, ten bits before the end of the call.
            let left_ns = meter.sim.next_event_ns().expect("a conversion") - meter.sim.now_ns();
            assert!(
                (us * 1_000 - 30_000..us * 1_000).contains(&left_ns),
                "setting {setting} of mode {mode}: {left_ns} ns"
            );
            meter.sim.advance_ns(left_ns);
            assert_eq!(meter.sim.next_event_ns(), None, "once");
        }
    }
}

#[test]
fn the_meter_converts_what_its_mode_says_and_as_often() {
    for mode in 0..8_u16 {
        let mut meter = Meter::new(5.0, 0.1);
        meter.sim.advance_ns(2_000_000);
        meter.set(8.0, 0.2);
        meter.write(CONFIGURATION, 0x3980 | 3 << 3 | mode);
        meter.sim.advance_ns(2_000_000);
        let (shunt, bus) = (mode & 1 != 0, mode & 2 != 0);
        let expected = (if shunt { 2_000 } else { 1_000 }, if bus { 2_000 } else { 1_250 });
        assert_eq!((meter.read(SHUNT), meter.read(BUS) >> 3), expected, "mode {mode}");
        // Down and off leave the flag as it was; the others convert.
        assert_eq!(meter.read(BUS) & CONVERTED, CONVERTED, "mode {mode}");
        meter.read(POWER);
        let goes_on = mode > 4;
        assert_eq!(meter.read(BUS) & CONVERTED, 0, "mode {mode}: reading the power clears it");
        meter.set(4.0, 0.3);
        meter.sim.advance_ns(2_000_000);
        assert_eq!(meter.read(BUS) & CONVERTED != 0, goes_on, "mode {mode}");
        let last = |on: bool, last: u16, before: u16| if on && goes_on { last } else { before };
        let expected = (last(shunt, 3_000, expected.0), last(bus, 1_000, expected.1));
        assert_eq!((meter.read(SHUNT), meter.read(BUS) >> 3), expected, "mode {mode}");
    }
}

#[test]
fn the_meter_clips_and_says_what_does_not_fit() {
    // The gain is in bits 11 and 12, the range of the bus in bit 13.
    for (gain, limit) in (0_u16..).zip([4_000_u16, 8_000, 16_000, 32_000]) {
        for (amperes, shunt) in [(50.0, limit), (-50.0, 0_u16.wrapping_sub(limit))] {
            let mut meter = Meter::new(20.0, amperes);
            meter.write(CONFIGURATION, 0x019f | gain << 11);
            meter.sim.advance_ns(2_000_000);
            assert_eq!((meter.read(SHUNT), meter.read(BUS) >> 3), (shunt, 4_000), "gain {gain}");
        }
    }
    for (volts, steps) in [(0.0, 0), (3.3, 825), (16.0, 4_000), (26.0, 6_500), (40.0, 6_500), (-1.0, 0)] {
        let mut meter = Meter::new(volts, 0.0);
        meter.sim.advance_ns(2_000_000);
        assert_eq!(meter.read(BUS) >> 3, steps, "{volts} V");
    }
    // 32,000 times 0xfffe / 4096 is past 16 bits, 1,000 times 0x1000 / 4096 is not; a power past 16 bits comes first at 20 V.
    for (amperes, calibration, overflow) in [
        (3.2, 0xfffe, true),
        (-3.2, 0xfffe, true),
        (0.1, 0x1000, false),
        (-0.1, 0x1000, false),
        (2.6, 0x2000, true),
        (1.0, 0x1000, false),
    ] {
        let mut meter = Meter::new(20.0, amperes);
        meter.write(CALIBRATION, calibration);
        meter.sim.advance_ns(2_000_000);
        assert_eq!(meter.read(BUS) & OVERFLOW != 0, overflow, "{amperes} A with {calibration:#x}");
        if !overflow {
            let current = i32::from(i16::from_be_bytes(meter.read(CURRENT).to_be_bytes()));
            let expected = amperes * 10_000.0 * f64::from(calibration) / 4_096.0;
            assert!((f64::from(current) - expected).abs() < 1.0, "{current} for {expected}");
            assert_eq!(i32::from(meter.read(POWER)), current.abs() * 5_000 / 5_000, "20 V are 5,000 steps");
        }
    }
}

#[test]
fn the_meter_is_at_sixteen_addresses_and_at_no_other() {
    for address in 0..=0x7f {
        assert_eq!(Ina219::new(address, 100).is_ok(), (0x40..=0x4f).contains(&address), "{address:#x}");
        assert_eq!(Pcf8574::new(address, [None; 8]).is_ok(), (0x20..=0x27).contains(&address), "{address:#x}");
    }
}

/// An expander whose pins P0 to P6 are on nets with pull-ups, and P7 on none.
fn expander() -> (Sim, SimI2c, [wasm_embedded_sim::Net; 7], PartId, wasm_embedded_sim::Net) {
    let sim = Sim::new();
    let bus = sim.i2c_bus("i2c", 400_000);
    let nets = ["A", "B", "C", "D", "E", "F", "G"].map(|name| sim.net(name));
    let interrupt = sim.net("INT");
    nets.iter().chain([&interrupt]).for_each(|net| sim.set_pull(*net, Pull::Up));
    let mut pins = [None; 8];
    pins.iter_mut().zip(nets).for_each(|(pin, net)| *pin = Some(net));
    let part = Pcf8574::new(EXPANDER, pins).expect("a possible address").with_interrupt(interrupt);
    let part = sim.add_i2c(bus, part);
    (sim.clone(), sim.i2c(bus), nets, part, interrupt)
}

#[test]
fn the_expander_drives_zeros_and_reads_what_is_on_its_pins() {
    let (sim, mut i2c, nets, part, _) = expander();
    let levels =
        |sim: &Sim| nets.iter().rev().fold(0_u8, |levels, net| levels << 1 | u8::from(sim.level(*net) == Level::High));
    assert_eq!(levels(&sim), 0x7f, "after power-on all are inputs");
    let mut read = [0; 2];
    for byte in [0x00, 0x55, 0xaa, 0x0f, 0xff, 0x80, 0x7f] {
        // The last of several bytes stays.
        i2c.write(EXPANDER, &[!byte, byte]).expect("it is there");
        assert_eq!(levels(&sim), byte & 0x7f);
        i2c.read(EXPANDER, &mut read).expect("it is there");
        assert_eq!(read, [byte; 2], "a pin that is open reads as it was written");
        assert_eq!(sim.with_part(part, |part: &mut Pcf8574, _| part.latch()), Some(byte));
    }
    i2c.write(EXPANDER, &[0xff]).expect("it is there");
    for (bit, net) in nets.into_iter().enumerate() {
        sim.schedule(sim.now_ns(), move |stage| stage.drive(net, Drive::Low));
        sim.advance_ns(1);
        i2c.read(EXPANDER, &mut read).expect("it is there");
        assert_eq!(read, [!(1 << bit); 2]);
        sim.schedule(sim.now_ns(), move |stage| stage.drive(net, Drive::Released));
        sim.advance_ns(1);
    }
}

#[test]
fn the_expander_calls_when_an_input_differs_from_what_was_read_last() {
    let (sim, mut i2c, nets, _, interrupt) = expander();
    let drive = |net: usize, drive| {
        let net = nets[net];
        sim.schedule(sim.now_ns(), move |stage| stage.drive(net, drive));
        sim.advance_ns(1);
    };
    let calls = || sim.level(interrupt) == Level::Low;
    assert!(!calls(), "nothing has changed");
    drive(2, Drive::Low);
    assert!(calls());
    drive(2, Drive::Released);
    assert!(!calls(), "it is as it was");
    drive(2, Drive::Low);
    let mut read = [0];
    i2c.read(EXPANDER, &mut read).expect("it is there");
    assert_eq!((read, calls()), ([0xfb], false), "it has been read");
    drive(2, Drive::Released);
    assert!(calls(), "the other way too");
    i2c.write(EXPANDER, &[0x7f]).expect("it is there");
    assert!(!calls(), "a write takes the levels too");
    // A pin that the part drives itself is no input.
    i2c.write(EXPANDER, &[0xfb]).expect("it is there");
    drive(2, Drive::Low);
    assert!(!calls());
}
