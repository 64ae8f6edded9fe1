//! The wires, read back by decoders that know nothing but levels.

mod common;

use common::{Log, Peripheral, Target};
use embedded_hal::i2c::I2c;
use embedded_hal::spi::{MODE_0, MODE_1, MODE_2, MODE_3, SpiDevice};
use wasm_embedded_sim::{Address, Change, Drive, Level, Sim, SpiSettings};

/// Returns the levels of the first `N` wires after each change.
fn states<const N: usize>(log: &Log) -> Vec<(u64, [bool; N])> {
    let (signals, changes) = log.wave();
    assert!(changes.is_sorted_by_key(|change| change.at_ns), "changes come in the order of their times");
    let mut state = std::array::from_fn(|index| signals[index].initial == Level::High);
    let mut states = vec![(0, state)];
    for Change { at_ns, signal, level } in changes {
        if let Some(slot) = state.get_mut(signal) {
            assert_ne!(*slot, level == Level::High, "a change changes something");
            *slot = level == Level::High;
            states.push((at_ns, state));
        }
    }
    states
}

/// Decodes SCL and SDA: `S` START, `P` STOP, bytes in hexadecimal with `a` or `n`.
fn decode_i2c(states: &[[bool; 2]]) -> String {
    let mut text = String::new();
    let mut bits = Vec::new();
    for pair in states.windows(2) {
        match (pair[0], pair[1]) {
            ([_, true], [true, false]) => {
                text.push_str("S ");
                bits.clear();
            }
            ([_, false], [true, true]) if pair[0][0] => text.push_str("P "),
            ([false, _], [true, bit]) => bits.push(u32::from(bit)),
            _ => {}
        }
        if let [byte @ .., ack] = bits.as_slice()
            && byte.len() == 8
        {
            let byte = byte.iter().fold(0, |byte, bit| byte << 1 | bit);
            text.push_str(&format!("{byte:02x}{} ", if *ack == 0 { 'a' } else { 'n' }));
            bits.clear();
        }
    }
    text.trim_end().to_string()
}

/// Takes a sample every microsecond, from `offset_ns` on.
fn sampled(states: &[(u64, [bool; 2])], offset_ns: u64) -> Vec<[bool; 2]> {
    let end_ns = states.last().map_or(0, |(at_ns, _)| *at_ns) + 2_000;
    let at = |ns| states[states.partition_point(|(at_ns, _)| *at_ns <= ns).saturating_sub(1)].1;
    (offset_ns..end_ns).step_by(1_000).map(at).collect()
}

/// A bus of 400 kHz with traffic of every kind, and what is on its wires.
fn i2c_traffic() -> (Log, &'static str) {
    let sim = Sim::new();
    let bus = sim.i2c_bus("i2c", 400_000);
    sim.add_i2c(bus, Target { accepts: 3, ..Target::at(0x42) });
    sim.add_i2c(bus, Target::at_ten_bit(0x2a5));
    let log = Log::of(&sim);
    let mut i2c = sim.i2c(bus);
    let mut two = [0; 2];
    assert_eq!(i2c.write_read(0x42_u8, &[0x00, 0xff], &mut two), Ok(()));
    assert!(i2c.write(0x43_u8, &[1]).is_err());
    assert!(i2c.write(0x42_u8, &[0x5a, 0xa5, 1]).is_err());
    sim.advance_ns(333);
    assert_eq!(i2c.read(0x2a5_u16, &mut two), Ok(()));
    assert!(i2c.read(0x3a5_u16, &mut two).is_err());
    let wires = "S 84a 00a ffa S 85a 10a 11n P S 86n P S 84a 5aa a5n P S f4a a5a S f5a 10a 11n P S f6n P";
    (log, wires)
}

#[test]
fn i2c_is_read_back_from_its_edges() {
    let (log, wires) = i2c_traffic();
    let states: Vec<[bool; 2]> = states(&log).into_iter().map(|(_, state)| state).collect();
    assert_eq!(decode_i2c(&states), wires);
    assert_eq!(states.last(), Some(&[true, true]), "the bus is idle in the end");
}

#[test]
fn i2c_at_400_khz_is_read_back_from_a_sample_every_microsecond() {
    let (log, wires) = i2c_traffic();
    let states = states(&log);
    for offset_ns in (0..1_000).step_by(25) {
        assert_eq!(decode_i2c(&sampled(&states, offset_ns)), wires, "sampled from {offset_ns} ns on");
    }
}

#[test]
fn spi_is_read_back_in_every_mode() {
    // The clock's idle level, and the edge that samples.
    let modes = [(MODE_0, false, true), (MODE_1, false, false), (MODE_2, true, false), (MODE_3, true, true)];
    for (mode, idle, sampling) in modes {
        let sim = Sim::new();
        let settings = SpiSettings { frequency_hz: 3_000_000, mode, select_setup_ns: 0, select_hold_ns: 0 };
        let bus = sim.spi_bus("spi");
        let select = sim.spi_select(bus, "flash", settings);
        sim.add_spi(select, Peripheral { mode, ..Peripheral::answering(&[0x00, 0xa6, 0x01, 0x80]) });
        let log = Log::of(&sim);
        let mut buffer = [0; 2];
        let mut spi = sim.spi_device(select);
        assert_eq!(spi.transfer(&mut buffer, &[0x9f, 0x01]), Ok(()));
        assert_eq!(spi.transfer(&mut buffer, &[0xff, 0x55]), Ok(()));

        let mut words = Vec::new();
        let mut bits = Vec::new();
        for pair in states::<4>(&log).windows(2) {
            let ((_, [was, _, _, deselected]), (_, [clock, mosi, miso, cs])) = (pair[0], pair[1]);
            if deselected != cs {
                assert_eq!(clock, idle, "the clock is idle when select changes in {mode:?}");
                assert!(bits.is_empty(), "select changes between bytes");
                words.push(if cs { "|".to_string() } else { ":".to_string() });
            } else if was != clock && clock == sampling && !cs {
                bits.push((u32::from(mosi), u32::from(miso)));
            }
            if bits.len() == 8 {
                let (mosi, miso) = bits.drain(..).fold((0, 0), |(o, i), (mosi, miso)| (o << 1 | mosi, i << 1 | miso));
                words.push(format!("{mosi:02x}/{miso:02x}"));
            }
        }
        assert_eq!(words.join(" "), ": 9f/00 01/a6 | : ff/01 55/80 |", "{mode:?}");
    }
}

#[test]
fn data_is_stable_around_the_sampling_edge() {
    let sim = Sim::new();
    let bus = sim.spi_bus("spi");
    let select = sim.spi_select(bus, "flash", SpiSettings { frequency_hz: 8_000_000, ..SpiSettings::default() });
    sim.add_spi(select, Peripheral::answering(&[0x5a]));
    let log = Log::of(&sim);
    assert_eq!(sim.spi_device(select).write(&[0xa5]), Ok(()));
    let (_, changes) = log.wave();
    let times = |signals: &[usize], level: Option<Level>| -> Vec<u64> {
        let wanted = |change: &&Change| signals.contains(&change.signal) && level.is_none_or(|l| change.level == l);
        changes.iter().filter(wanted).map(|change| change.at_ns).collect()
    };
    for rise_ns in times(&[0], Some(Level::High)) {
        assert!(times(&[1, 2], None).iter().all(|at_ns| at_ns.abs_diff(rise_ns) >= 31));
    }
}

#[test]
fn signals_have_short_names_where_one_of_a_kind_exists() {
    let sim = Sim::new();
    let settings = SpiSettings { mode: MODE_3, ..SpiSettings::default() };
    sim.i2c_bus("board", 1);
    let spi = sim.spi_bus("spi");
    sim.spi_select(spi, "flash", settings);
    sim.spi_select_net(spi, sim.net("SCREEN CS"));
    let names = |sim: &Sim| -> Vec<String> { Log::of(sim).wave().0.into_iter().map(|signal| signal.name).collect() };
    assert_eq!(names(&sim), ["SCL", "SDA", "SCK", "MOSI", "MISO", "CS", "SCREEN_CS"]);
    sim.i2c_bus("other", 1);
    sim.spi_select(spi, "card", settings);
    assert_eq!(
        names(&sim),
        ["board_SCL", "board_SDA", "other_SCL", "other_SDA", "SCK", "MOSI", "MISO", "flash_CS", "card_CS", "SCREEN_CS"]
    );
}

#[test]
fn a_net_that_changes_within_a_byte_is_in_its_place() {
    let sim = Sim::new();
    let bus = sim.i2c_bus("i2c", 400_000);
    sim.add_i2c(bus, Target { address: Address::SevenBit(0), ..Target::at(0) });
    let net = sim.net("IRQ");
    sim.schedule(30_001, move |stage| stage.drive(net, Drive::High));
    let log = Log::of(&sim);
    assert_eq!(sim.i2c(bus).write(0_u8, &[0]), Ok(()));
    let (signals, changes) = log.wave();
    assert_eq!(signals[2].name, "IRQ");
    assert!(changes.is_sorted_by_key(|change| change.at_ns));
    let of_the_net: Vec<&Change> = changes.iter().filter(|change| change.signal == 2).collect();
    assert_eq!(of_the_net, [&Change { at_ns: 30_001, signal: 2, level: Level::High }]);
}
