//! Pins and nets. The rules are those of embedded-hal 1.0's `digital`.

mod common;

use common::Log;
use embedded_hal::digital::{InputPin, OutputPin, PinState, StatefulOutputPin};
use wasm_embedded_sim::{Board, Drive, Level, Net, Part, Pull};

/// Drives `to` to the inverse of `from`.
struct Inverter {
    from: Net,
    to: Net,
}

impl Part for Inverter {
    fn power_on(&mut self, board: &mut dyn Board) {
        board.watch(self.from);
        board.drive(self.to, Drive::from(!board.level(self.from)));
    }

    fn net_changed(&mut self, _: Net, level: Level, board: &mut dyn Board) {
        board.drive(self.to, Drive::from(!level));
    }
}

#[test]
fn an_output_drives_its_level_and_reports_what_was_commanded() {
    let sim = common::board();
    let net = sim.net("LED");
    let mut pin = sim.output(net, Level::High);
    assert_eq!(sim.level(net), Level::High);
    assert_eq!(pin.set_low(), Ok(()));
    assert_eq!((sim.level(net), pin.is_set_low(), pin.is_set_high()), (Level::Low, Ok(true), Ok(false)));
    assert_eq!(pin.set_state(PinState::High), Ok(()));
    assert_eq!((sim.level(net), pin.is_set_low(), pin.is_set_high()), (Level::High, Ok(false), Ok(true)));
    assert_eq!(pin.toggle(), Ok(()));
    assert_eq!((sim.level(net), pin.is_set_low()), (Level::Low, Ok(true)));
}

#[test]
fn an_initial_level_makes_no_glitch() {
    let sim = common::board();
    let net = sim.net("LED");
    sim.set_pull(net, Pull::Up);
    let log = Log::of(&sim);
    let pin = sim.output(net, Level::High);
    assert!(log.take().is_empty());
    drop(pin);
    assert_eq!(sim.level(net), Level::High, "a pin keeps its level when its handle is gone");
    drop(sim.output(net, Level::Low));
    assert_eq!(log.take(), ["LED low"], "the next handle takes over without contention");
    drop(sim.input(net));
    assert_eq!(log.take(), ["LED high"]);
}

#[test]
fn an_input_reads_the_wire() {
    let sim = common::board();
    let net = sim.net("BUTTON");
    let mut pin = sim.input(net);
    assert_eq!((pin.is_high(), pin.is_low()), (Ok(false), Ok(true)), "a floating net is low");
    for (pull, high) in [(Pull::Up, true), (Pull::Down, false)] {
        sim.set_pull(net, pull);
        assert_eq!((pin.is_high(), pin.is_low()), (Ok(high), Ok(!high)));
    }
    sim.schedule(sim.now_ns(), move |stage| stage.drive(net, Drive::High));
    assert_eq!(pin.is_high(), Ok(true));
}

#[test]
fn an_open_drain_pin_reads_what_others_pull_low() {
    let sim = common::board();
    let net = sim.net("DATA");
    sim.set_pull(net, Pull::Up);
    let mut pin = sim.open_drain(net, Level::High);
    let mut other = sim.open_drain(net, Level::High);
    assert_eq!(pin.is_high(), Ok(true));
    assert_eq!(other.set_low(), Ok(()));
    assert_eq!((pin.is_high(), pin.is_set_high()), (Ok(false), Ok(true)));
    assert_eq!(other.toggle(), Ok(()));
    assert_eq!(pin.is_high(), Ok(true));
    assert_eq!(sim.contentions(), 0);
}

#[test]
fn a_conflict_reads_low_and_is_reported_once() {
    let sim = common::board();
    let net = sim.net("X");
    let log = Log::of(&sim);
    let mut high = sim.output(net, Level::High);
    let mut low = sim.output(net, Level::Low);
    assert_eq!((sim.level(net), sim.contentions()), (Level::Low, 1));
    assert_eq!((high.set_high(), low.set_low(), low.set_high()), (Ok(()), Ok(()), Ok(())));
    assert_eq!((sim.level(net), sim.contentions()), (Level::High, 1));
    assert_eq!(log.take(), ["X high", "X low", "X contention", "X high"]);
}

#[test]
fn an_access_takes_a_microsecond() {
    let sim = common::board();
    let net = sim.net("X");
    let mut pin = sim.open_drain(net, Level::High);
    assert_eq!(sim.now_ns(), 0);
    assert!(pin.set_low().is_ok() && pin.is_high().is_ok() && pin.is_low().is_ok() && pin.toggle().is_ok());
    assert_eq!(sim.now_ns(), 4_000);
    assert!(pin.is_set_high().is_ok() && pin.is_set_low().is_ok());
    assert_eq!(sim.now_ns(), 4_000, "no wire is looked at");
}

#[test]
fn a_part_that_watches_a_net_answers_before_the_access_returns() {
    let sim = common::board();
    let (from, to) = (sim.net("FROM"), sim.net("TO"));
    sim.add(Inverter { from, to });
    let mut pin = sim.output(from, Level::Low);
    let log = Log::of(&sim);
    assert_eq!(sim.level(to), Level::High);
    assert_eq!(pin.set_high(), Ok(()));
    assert_eq!(sim.level(to), Level::Low);
    let expected = ["0.000000000 FROM high", "0.000000000 TO low"];
    assert_eq!(log.take_lines(), expected);
}

#[test]
fn parts_that_drive_each_other_for_ever_do_not_hang_the_board() {
    let sim = common::board();
    let net = sim.net("RING");
    sim.add(Inverter { from: net, to: net });
    let mut pin = sim.input(net);
    assert!(pin.is_high().is_ok());
    assert_eq!(sim.now_ns(), 1_000);
}

#[test]
fn a_name_is_one_net() {
    let sim = common::board();
    assert_eq!(sim.net("A"), sim.net("A"));
    assert_ne!(sim.net("A"), sim.net("B"));
}

#[test]
fn a_net_of_another_board_is_low_and_harmless() {
    let net = common::board().net("A");
    let sim = common::board();
    let mut pin = sim.output(net, Level::High);
    assert_eq!((pin.set_high(), sim.level(net)), (Ok(()), Level::Low));
}
