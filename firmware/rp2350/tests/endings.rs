//! How guests end, and what the firmware does then.

mod support;

use std::time::Duration;

use rp2350_emulator::End;
use support::{END, bare, i2c_station, led, machine, run_until, said};

fn count(log: &str, what: &str) -> usize {
    log.lines().filter(|line| line.contains(what)).count()
}

#[test]
fn what_a_policy_does_not_grant_is_refused() {
    let (wires, _) = i2c_station();
    let mut machine = machine(wires, &["refused"]);
    run_until(&mut machine, END);
    let said = said(&machine).join("\n");
    for what in ["label: Err(cannot open \"nothing\"", "address: Err(Denied)", "length: Err(TooLong)"] {
        assert!(said.contains(what), "{what:?} is not in\n{said}");
    }
    assert!(machine.wires().trace().is_empty(), "something reached the wires: {:?}", machine.wires().trace());
}

#[test]
fn a_panic_is_logged_its_outputs_are_safe_and_it_starts_again() {
    let mut wires = bare();
    led(&mut wires);
    let mut machine = machine(wires, &["panics"]);
    run_until(&mut machine, END);
    let log = machine.wires().log();
    assert_eq!(count(&log, "the reactor is on fire"), 3, "{log}");
    assert_eq!(count(&log, "mcu_panics trapped"), 3, "{log}");
    assert_eq!((count(&log, "starts again in 100 ms"), count(&log, "starts again in 150 ms")), (1, 1), "{log}");
    let events: Vec<String> = machine.wires().trace().iter().map(|line| line[12..].to_owned()).collect();
    assert_eq!(events, ["LED high", "LED low"].repeat(3));
}

#[test]
fn an_endless_loop_is_stopped_by_its_fuel_and_the_next_guest_runs() {
    let (mut wires, _) = i2c_station();
    led(&mut wires);
    let mut machine = machine(wires, &["endless", "weather_i2c.1"]);
    run_until(&mut machine, END);
    let log = machine.wires().log();
    assert!(log.contains("mcu_endless was stopped: it used all its fuel"), "{log}");
    assert_eq!(count(&log, "drivers_demo::weather"), 3, "{log}");
    assert_eq!(machine.bites(), 0);
    let led: Vec<String> = machine.wires().trace().iter().filter(|line| line.contains("LED")).cloned().collect();
    assert_eq!(led.len(), 2, "the output did not go to on-exit: {led:?}");
}

#[test]
fn without_fuel_the_watchdog_resets_the_board_after_eight_seconds() {
    let mut wires = bare();
    led(&mut wires);
    let mut machine = machine(wires, &["endless_without_fuel"]);
    let end = machine.run(Duration::from_secs(20), |wires| count(&wires.log(), "on pico2") == 2);
    assert_eq!(end, Ok(End::Reached), "{}", machine.wires().log());
    assert_eq!(machine.bites(), 1);
    let times: Vec<f64> = machine.wires().trace().iter().filter_map(|line| line[..11].parse().ok()).collect();
    // On, until the reset lets go of the pin.
    let on_s = times[1] - times[0];
    assert!((7.9..8.2).contains(&on_s), "the LED was on for {on_s} s: {:?}", machine.wires().trace());
}

#[test]
fn two_guests_take_turns() {
    let (mut wires, _) = i2c_station();
    led(&mut wires);
    let mut machine = machine(wires, &["weather_i2c", "blinky.1"]);
    run_until(&mut machine, END);
    let log = machine.wires().log();
    assert_eq!((count(&log, "drivers_demo::weather"), count(&log, "mcu_blinky [")), (3, 10), "{log}");
    // The measurements are between the blinks, a second apart.
    let order: Vec<bool> =
        log.lines().filter(|line| line.contains('[')).map(|line| line.starts_with("mcu_blinky")).collect();
    let turns = order.windows(2).filter(|pair| pair[0] != pair[1]).count();
    assert!(turns >= 4, "one after the other: {order:?}\n{log}");
}

#[test]
fn a_guest_that_wants_the_pin_of_another_is_refused() {
    let (wires, _) = i2c_station();
    let mut machine = machine(wires, &["weather_i2c", "same_pin.1"]);
    run_until(&mut machine, END);
    let log = machine.wires().log();
    assert!(log.contains("slot 1: refused: weather_nostd already uses pin 9"), "{log}");
    assert_eq!(count(&log, "drivers_demo::weather"), 3, "{log}");
}

#[test]
fn a_guest_that_always_starts_again_does_so() {
    let (wires, _) = i2c_station();
    let mut machine = machine(wires, &["weather_again"]);
    let end = machine.run(Duration::from_secs(12), |wires| count(&wires.log(), "drivers_demo::weather") == 4);
    assert_eq!(end, Ok(End::Reached), "{}", machine.wires().log());
    assert_eq!(count(&machine.wires().log(), "starts again in 100 ms"), 1);
}
