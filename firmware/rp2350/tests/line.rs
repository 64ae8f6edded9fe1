//! Another image over the serial line, on the firmware as it is flashed.

mod support;

use std::time::Duration;

use rp2350_emulator::{End, Machine};
use support::line::{Lead, switch_on};
use support::{bare, button, file, led, machine};
use wasm_embedded_line::{Client, ClientError, Request, State};

const FAST: u32 = 921_600;
const HEALTH: Duration = Duration::from_millis(1_500);

/// A board with the LED and the button of the guests.
fn board(images: &[&str]) -> Machine {
    let mut wires = bare();
    led(&mut wires);
    button(&mut wires, &[]);
    machine(wires, images)
}

fn digest(image: &[u8]) -> [u8; 32] {
    *image.get(64..).and_then(|rest| rest.first_chunk()).expect("the head of an image")
}

/// Sends an image as the command does, at the fast speed.
fn send(client: &mut Client<Lead>, image: &[u8]) -> Result<(), ClientError<std::convert::Infallible>> {
    let who = client.hello()?;
    assert_eq!((who.board.as_str(), who.slots, who.half_bytes), ("pico2", 2, 0x7_e000));
    assert_eq!(client.speed(FAST)?, FAST);
    client.send(&who, 0, image, digest(image), None, |_| {})
}

fn flash(client: &mut Client<Lead>, image: &[u8]) {
    if let Err(error) = send(client, image) {
        let (machine, end) = client.port().switch_off();
        panic!("{error}; {end:?}:\n{}", machine.wires().log());
    }
    client.finish(HEALTH).expect("it is taken");
    client.end().expect("the speed of the log");
}

fn state(client: &mut Client<Lead>) -> State {
    client.state(0).expect("there is a slot 0")
}

/// Takes the power away and gives it back.
fn again(mut client: Client<Lead>) -> Client<Lead> {
    let (machine, end) = client.port().switch_off();
    assert_eq!(end, End::Reached);
    switch_on(machine)
}

#[test]
fn another_image_is_tried_and_stays_over_a_restart() {
    let mut client = switch_on(board(&["blinky"]));
    client.port().run_until("1: on");
    flash(&mut client, &file("button.bin"));
    let tried = state(&mut client);
    assert_eq!((tried.half, tried.trial, tried.runs, tried.name.as_str()), (1, true, true, "mcu_button"));
    client.port().run_until("the new image stays");
    let stays = state(&mut client);
    assert_eq!((stays.half, stays.trial, stays.runs), (1, false, true));
    // The guest before has let go of its LED.
    let (machine, _) = client.port().switch_off();
    let led: Vec<String> = machine.wires().trace().into_iter().filter(|line| line.contains("LED")).collect();
    assert!(led.last().is_some_and(|line| line.ends_with("LED low")), "{led:?}");
    let mut client = switch_on(machine);
    client.port().run_until("slot 0: mcu_button");
    assert_eq!(state(&mut client).half, 1);
}

#[test]
fn an_image_that_traps_in_its_trial_goes_and_the_one_before_runs_again() {
    let mut client = switch_on(board(&["blinky"]));
    client.port().run_until("1: on");
    flash(&mut client, &file("panics.bin"));
    client.port().run_until("back to the image before: trapped");
    let back = state(&mut client);
    assert_eq!((back.half, back.trial, back.runs, back.name.as_str()), (0, false, true, "mcu_blinky"));
    assert!(back.last.starts_with("trapped"), "{}", back.last);
    let mut client = again(client);
    client.port().run_until("slot 0: mcu_blinky");
}

#[test]
fn an_image_in_whose_trial_the_watchdog_bites_goes() {
    let mut client = switch_on(board(&["blinky"]));
    client.port().run_until("1: on");
    flash(&mut client, &file("endless_without_fuel.bin"));
    client.port().run_until("the board was reset in the trial");
    client.port().run_until("slot 0: mcu_blinky");
    let (machine, _) = client.port().switch_off();
    assert_eq!(machine.bites(), 1);
}

#[test]
fn an_image_that_could_not_run_is_refused_and_the_one_before_runs_on() {
    let mut client = switch_on(board(&["blinky", "weather_again.1"]));
    client.port().run_until("1: on");
    let mut damaged = file("button.bin");
    damaged[5_000] ^= 1;
    let why = |client: &mut Client<Lead>, image: &[u8]| {
        send(client, image).expect("all of it can be sent");
        match client.finish(HEALTH) {
            Err(ClientError::Refused(why)) => why,
            other => panic!("it was {other:?}"),
        }
    };
    assert!(why(&mut client, &damaged).contains("the checksum is wrong"));
    assert!(why(&mut client, &file("wrong_board.bin")).contains("the board \"qemu\""));
    assert!(why(&mut client, &file("same_pin.bin")).contains("weather_nostd already uses pin 9"));
    let same = state(&mut client);
    assert_eq!((same.half, same.trial, same.starts), (0, false, 1));
    let long = vec![0; 0x7_e001];
    let who = client.hello().expect("it is there");
    let refused = client.send(&who, 0, &long, [1; 32], None, |_| {});
    assert!(matches!(&refused, Err(ClientError::Refused(why)) if why.contains("516096 bytes")), "{refused:?}");
    assert!(matches!(client.state(2), Err(ClientError::Refused(why)) if why == "there is no slot 2"));
    client.end().expect("the speed of the log");
    client.port().run_until("5: off");
}

#[test]
fn a_guest_is_stopped_and_started_and_the_log_is_said_again() {
    let mut client = switch_on(board(&["blinky"]));
    client.port().run_until("1: on");
    client.done(&Request::Stop { slot: 0 }).expect("it runs");
    let stopped = state(&mut client);
    assert_eq!((stopped.runs, stopped.last.as_str()), (false, "stopped over the line"));
    assert!(matches!(client.done(&Request::Stop { slot: 0 }), Err(ClientError::Refused(_))));
    client.port().run_for(Duration::from_secs(1));
    assert!(!client.port().log().contains("1: off"), "it went on: {}", client.port().log());
    client.done(&Request::Start { slot: 0 }).expect("it is there");
    client.port().run_until("1: off");
    assert_eq!(state(&mut client).starts, 2);
    let before = client.port().log().matches("mcu_blinky [").count();
    client.done(&Request::Log).expect("the log");
    let log = client.port().log();
    assert_eq!(log.matches("wasm-embedded-hal 0.5.0 on pico2").count(), 2, "{log}");
    assert!(log.matches("mcu_blinky [").count() >= 2 * before, "{log}");
    let (machine, _) = client.port().switch_off();
    let led: Vec<String> = machine.wires().trace().into_iter().filter(|line| line.contains("LED")).collect();
    // On, off as it was stopped, on again, off.
    let levels: Vec<&str> = led.iter().filter_map(|line| line.split(' ').next_back()).collect();
    assert_eq!(levels.get(..4), Some(&["high", "low", "high", "low"][..]), "{led:?}");
}

#[test]
fn a_board_with_a_key_takes_images_of_who_has_it() {
    let mut client = switch_on(board(&["blinky"]));
    client.port().run_until("1: on");
    let key = [9; 32];
    client.done(&Request::Key { key: Some(key), proof: None }).expect("a key can be set where none is");
    let mut client = again(client);
    let who = client.hello().expect("it is there");
    assert!(who.has_key);
    let image = file("button.bin");
    let refused =
        |result: Result<(), ClientError<_>>| matches!(result, Err(ClientError::Refused(why)) if why.contains("key"));
    assert!(refused(client.send(&who, 0, &image, digest(&image), None, |_| {})));
    assert!(refused(client.send(&who, 0, &image, digest(&image), Some([1; 32]), |_| {})));
    assert!(refused(client.done(&Request::Key { key: None, proof: None })));
    let proof = wasm_embedded_line::proof(&key, &digest(&image));
    client.send(&who, 0, &image, digest(&image), Some(proof), |_| {}).expect("who has the key may");
    let none = wasm_embedded_line::proof(&key, &[0; 32]);
    client.done(&Request::Key { key: None, proof: Some(none) }).expect("who has the key may take it away");
    assert!(!client.hello().expect("it is there").has_key);
}

#[test]
fn a_hundred_kilobytes_take_hardly_longer_than_the_line() {
    let mut client = switch_on(board(&["blinky"]));
    client.port().run_until("1: on");
    let mut image = file("weather_i2c.bin");
    assert!(image.len() < 100_000, "it is longer by itself");
    // What follows an image in its half is nobody's.
    image.resize(100_000, 0xff);
    let who = client.hello().expect("it is there");
    assert_eq!(client.speed(FAST).ok(), Some(FAST));
    let began_ns = client.port().now_ns();
    client.send(&who, 0, &image, digest(&image), None, |_| {}).expect("it is sent");
    client.finish(HEALTH).expect("it is taken");
    let took_ns = client.port().now_ns() - began_ns;
    // Ten bits a byte.
    let line_ns = u64::try_from(image.len()).expect("a length") * 10 * 1_000_000_000 / u64::from(FAST);
    let hundredths = took_ns * 100 / line_ns;
    println!("{} bytes in {} ms, {hundredths} hundredths of the line's time", image.len(), took_ns / 1_000_000);
    assert!(hundredths <= 110, "{} bytes took {hundredths} hundredths of the line's time", image.len());
}

#[test]
fn noise_on_the_line_costs_time_and_nothing_else() {
    let mut client = switch_on(board(&["blinky"]));
    client.port().run_until("1: on");
    client.port().noise = Some(30_011);
    flash(&mut client, &file("button.bin"));
    client.port().noise = None;
    client.port().run_until("the new image stays");
    assert_eq!(state(&mut client).name, "mcu_button");
}

#[test]
fn a_line_without_requests_is_at_the_speed_of_the_log_again() {
    let mut client = switch_on(board(&["button"]));
    client.port().run_until("slot 0");
    assert_eq!(client.speed(FAST).ok(), Some(FAST));
    client.port().run_for(Duration::from_millis(3_300));
    assert_eq!(wasm_embedded_line::Port::set_speed(client.port(), 115_200), Ok(()));
    assert!(client.hello().is_ok(), "{}", client.port().log());
}

/// Returns the name of the guest that a flash with these contents runs first in slot 0, after the power came back.
fn runs(flash: &[u8]) -> String {
    let mut wires = bare();
    led(&mut wires);
    let mut machine = Machine::new(wires);
    machine.program(0x1000_0000, flash);
    let end = machine.run(Duration::from_secs(2), |wires| wires.log().contains("bytes of heap in use"));
    let log = machine.wires().log();
    assert_eq!(end, Ok(End::Reached), "{log}");
    let names: Vec<&str> = log.lines().filter_map(|line| line.strip_prefix("firmware: slot 0: ")).collect();
    names.last().map_or_else(|| log.clone(), |name| (*name).to_owned())
}

#[test]
fn a_cut_in_any_write_or_erase_of_the_flash_leaves_one_of_the_two_images() {
    let mut client = switch_on(board(&["blinky"]));
    client.port().run_until("1: on");
    flash(&mut client, &file("button.bin"));
    client.port().run_until("the new image stays");
    let (machine, _) = client.port().switch_off();
    let mut flash = board(&["blinky"]).flash().to_vec();
    let steps = machine.flash_steps();
    assert!(steps.len() > 150, "only {} writes and erases", steps.len());
    let (mut old, mut new) = (0, 0);
    for (number, step) in steps.iter().enumerate() {
        let mut torn = flash.clone();
        step.apply(&mut torn, [0, 50, 90][number % 3]);
        match runs(&torn).as_str() {
            "mcu_blinky" => old += 1,
            "mcu_button" => new += 1,
            other => panic!("step {number} of {}: {other}", steps.len()),
        }
        step.apply(&mut flash, 100);
    }
    assert_eq!(machine.flash(), flash, "the steps are not all of them");
    assert!(old > 150 && new >= 1, "{old} times the one before, {new} times the new one");
}

#[test]
fn an_attempt_that_lost_its_power_goes_on_where_it_was() {
    let mut machine = board(&["blinky"]);
    machine.cut_power_after(120, 50);
    let mut client = switch_on(machine);
    client.port().run_until("1: on");
    let image = file("button.bin");
    assert!(matches!(send(&mut client, &image), Err(ClientError::Silent)));
    let (machine, end) = client.port().switch_off();
    assert_eq!(end, End::PowerCut);
    let mut client = switch_on(machine);
    client.port().run_until("slot 0: mcu_blinky");
    let who = client.hello().expect("it is there");
    assert_eq!(client.speed(FAST).ok(), Some(FAST));
    let mut first = None;
    client
        .send(&who, 0, &image, digest(&image), None, |progress| {
            let _ = first.get_or_insert(progress.done);
        })
        .expect("the rest");
    // 120 writes and erases are seven blocks: one of the journal, one of 64 KiB, and 16 a block.
    assert_eq!(first, Some(7 * 4096));
    client.finish(HEALTH).expect("it is taken");
    client.port().run_until("the new image stays");
}
