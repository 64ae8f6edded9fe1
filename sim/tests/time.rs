//! The virtual clock, and what happens at its times.

mod common;

use std::sync::{Arc, Mutex};

use common::{Log, Target};
use embedded_hal::delay::DelayNs;
use embedded_hal::digital::InputPin;
use embedded_hal::i2c::I2c;
use wasm_embedded_sim::{Board, Drive, Level, Net, Part};

/// Toggles a net every `period_ns`, and notes the times.
struct Clock {
    net: Net,
    period_ns: u64,
    ticks: Vec<u64>,
}

impl Part for Clock {
    fn power_on(&mut self, board: &mut dyn Board) {
        board.wake_at(self.period_ns);
    }

    fn wake(&mut self, board: &mut dyn Board) {
        let now_ns = board.now_ns();
        self.ticks.push(now_ns);
        board.drive(self.net, Drive::from(!board.level(self.net)));
        board.wake_at(now_ns + self.period_ns);
    }
}

fn send<T: Send>(_: &T) {}

#[test]
fn delays_are_exact_over_the_whole_range() {
    let sim = common::board();
    let mut delay = sim.delay();
    delay.delay_ns(0);
    assert_eq!(sim.now_ns(), 0);
    delay.delay_ns(u32::MAX);
    delay.delay_us(u32::MAX);
    delay.delay_ms(u32::MAX);
    assert_eq!(sim.now_ns(), u64::from(u32::MAX) * 1_001_001);
    sim.advance_ns(u64::MAX);
    assert_eq!(sim.now_ns(), u64::MAX, "the end of time is no overflow");
    delay.delay_ms(1);
}

#[test]
fn events_run_in_order_at_their_own_times() {
    let sim = common::board();
    let net = sim.net("CLOCK");
    let part = sim.add(Clock { net, period_ns: 300, ticks: Vec::new() });
    let other = sim.net("OTHER");
    let log = Log::of(&sim);
    sim.schedule(900, move |stage| stage.drive(other, Drive::Low));
    sim.schedule(100, move |stage| {
        let now_ns = stage.now_ns();
        stage.schedule(now_ns + 50, Box::new(move |stage| stage.drive(other, Drive::High)));
    });
    sim.advance_ns(1_000);
    let ticks = sim.with_part(part, |clock: &mut Clock, _| clock.ticks.clone());
    assert_eq!(ticks, Some(vec![300, 600, 900]));
    // The stimulus of 900 was asked for before the wake-up of 900.
    let expected = [
        "0.000000150 OTHER high",
        "0.000000300 CLOCK high",
        "0.000000600 CLOCK low",
        "0.000000900 OTHER low",
        "0.000000900 CLOCK high",
    ];
    assert_eq!(log.take_lines(), expected);
    assert_eq!(sim.now_ns(), 1_000);
}

#[test]
fn events_happen_within_a_transaction() {
    let sim = common::board();
    let bus = sim.i2c_bus("i2c", 400_000);
    sim.add_i2c(bus, Target::at(0x42));
    let net = sim.net("NET");
    for at_ns in [30_000, 60_000] {
        sim.schedule(at_ns, move |stage| stage.drive(net, Drive::from(!stage.level(net))));
    }
    let log = Log::of(&sim);
    assert_eq!(sim.i2c(bus).write(0x42_u8, &[1, 2, 3]), Ok(()));
    let expected = [
        "0.000000000 i2c start",
        "0.000002500 i2c 0x42 write ack",
        "0.000025000 i2c > 0x01 ack",
        "0.000030000 NET high",
        "0.000047500 i2c > 0x02 ack",
        "0.000060000 NET low",
        "0.000070000 i2c > 0x03 ack",
        "0.000092500 i2c stop",
    ];
    assert_eq!(log.take_lines(), expected);

    let times = Arc::new(Mutex::new(Vec::new()));
    let (noted, start_ns) = (Arc::clone(&times), sim.now_ns());
    sim.end_trace();
    sim.schedule(start_ns + 30_000, move |stage| noted.lock().expect("one thread").push(stage.now_ns() - start_ns));
    assert_eq!(sim.i2c(bus).write(0x42_u8, &[1, 2, 3]), Ok(()));
    assert_eq!((times.lock().expect("one thread").as_slice(), sim.now_ns()), (&[30_000][..], start_ns + 95_000));
}

#[test]
fn a_time_that_is_past_is_now() {
    let sim = common::board();
    sim.advance_ns(500);
    let net = sim.net("NET");
    sim.schedule(100, move |stage| stage.drive(net, Drive::High));
    assert_eq!((sim.level(net), sim.now_ns()), (Level::High, 500));
}

#[test]
fn a_part_that_wants_to_be_woken_at_once_for_ever_lets_time_pass() {
    let sim = common::board();
    let net = sim.net("CLOCK");
    let part = sim.add(Clock { net, period_ns: 0, ticks: Vec::new() });
    sim.advance_ns(100);
    assert_eq!(sim.now_ns(), 100);
    assert_eq!(sim.with_part(part, |clock: &mut Clock, _| clock.ticks.len()), Some(101));
}

#[test]
fn polling_a_pin_meets_a_later_stimulus() {
    let sim = common::board();
    let net = sim.net("BUTTON");
    let mut pin = sim.input(net);
    sim.schedule(50_000, move |stage| stage.drive(net, Drive::High));
    let polls = (0..100).take_while(|_| pin.is_low() == Ok(true)).count();
    assert_eq!(polls, 50);
}

#[test]
fn a_stimulus_works_the_controls_of_a_part() {
    let sim = common::board();
    let net = sim.net("CLOCK");
    let part = sim.add(Clock { net, period_ns: 400, ticks: Vec::new() });
    sim.schedule(500, move |stage| {
        assert_eq!(stage.with_part(part, |_: &mut Target, _| ()), None, "it is not of that type");
        stage.with_part(part, |clock: &mut Clock, board| {
            clock.period_ns = 50;
            board.drive(clock.net, Drive::Low);
        });
    });
    sim.advance_ns(900);
    assert_eq!(sim.with_part(part, |clock: &mut Clock, _| clock.ticks.clone()), Some(vec![400, 800, 850, 900]));
    assert_eq!(sim.with_part(part, |_: &mut Target, _| ()), None);
}

#[test]
fn the_hook_sees_the_time_before_each_event_and_after_each_call() {
    let sim = common::board();
    let times = Arc::new(Mutex::new(Vec::new()));
    let noted = Arc::clone(&times);
    sim.on_advance(Box::new(move |now_ns| noted.lock().expect("one thread").push(now_ns)));
    sim.schedule(300, |_| {});
    sim.delay().delay_us(1);
    sim.delay().delay_ns(5);
    assert_eq!(times.lock().expect("one thread").as_slice(), [300, 1_000, 1_005]);
}

#[test]
fn everything_can_be_sent_to_another_thread() {
    let sim = common::board();
    let net = sim.net("X");
    let (i2c, spi) = (sim.i2c_bus("i2c", 1), sim.spi_bus("spi"));
    send(&(sim.clone(), sim.i2c(i2c), sim.spi(spi, Default::default()), sim.delay()));
    send(&(sim.output(net, Level::Low), sim.input(net), sim.open_drain(net, Level::Low)));
    let worker = sim.clone();
    std::thread::spawn(move || worker.advance_ns(1)).join().expect("no panic");
    assert_eq!(sim.now_ns(), 1);
}
