//! A board with applications that run, fail, and are replaced.

#![cfg(unix)]

use std::fs;
use std::process::Command;
use std::time::Duration;

use wasm_embedded_manage::{Board, Digest, OrderError, Phase};

use crate::support::{LONG, Place, STEADY, fan, files, runs, says, status, texts};

mod support;

/// Another component that runs until it is stopped.
const SECOND: &[u8] = b"echo second; exec sleep 1000";

#[test]
fn an_application_waits_for_a_component_and_runs_it_with_its_arguments_and_values() {
    let place = Place::new("arguments = ['--fast']\nhealth-ms = 300\nconfig = { speed = '3', colour = 'red' }");
    let board = place.open();
    assert_eq!(board.status(&fan()).expect("the fan").phase, Phase::Empty);
    assert!(matches!(board.start(&fan()), Err(OrderError::NoComponent(_))));
    let key = |text: &str| text.parse().expect("a key");
    board.set(&fan(), key("speed"), "7 rpm".parse().expect("a value")).expect("room");
    let digest = board.install(&fan(), STEADY).expect("a component");
    assert_eq!(digest, Digest::of(STEADY));
    says(&board, "steady --fast");
    says(&board, "CONFIG.speed=7 rpm");
    says(&board, "CONFIG.colour=red");
    let seen = status(&board, "it runs", runs);
    assert!(seen.memory_bytes.is_some_and(|bytes| bytes > 10_000), "{seen:?}");
    place.ready(&fan());
    status(&board, "its guest has begun", |status| status.phase == Phase::Running);
    status(&board, "it has proved itself", |status| !status.on_trial);
    board.unset(&fan(), key("speed")).expect("it was set");
    assert_eq!(board.values(&fan()).expect("the fan").get(&key("speed")).map(|value| value.as_str()), Some("3"));
    assert!(matches!(board.unset(&fan(), key("speed")), Err(OrderError::NoValue { .. })));
    let other = "stove".parse().expect("a name");
    assert!(board.start(&other).expect_err("no stove").to_string().contains("[application.stove]"));
}

#[test]
fn what_was_stopped_stays_so_and_what_ran_runs_again_when_the_board_starts() {
    let place = Place::new("");
    let board = place.open();
    board.install(&fan(), STEADY).expect("a component");
    let pid = status(&board, "it runs", runs).pid.expect("a process");
    let second = place.try_open().expect_err("the folder is used").to_string();
    assert!(second.contains("another `serve` uses"), "{second}");
    drop(board);
    let is_there = |pid: u32| fs::read_to_string(format!("/proc/{pid}/cmdline")).is_ok_and(|line| !line.is_empty());
    assert!(!is_there(pid), "a board that ends leaves nothing running");
    let board = place.open();
    status(&board, "it runs again", runs);
    board.stop(&fan()).expect("it is kept");
    let stopped = board.status(&fan()).expect("the fan");
    assert_eq!((stopped.phase, stopped.pid, stopped.last_status), (Phase::Stopped, None, Some(143)));
    drop(board);
    let board = place.open();
    assert_eq!(board.status(&fan()).expect("the fan").phase, Phase::Stopped);
    board.start(&fan()).expect("a component");
    status(&board, "it runs", runs);
}

#[test]
fn an_application_that_fails_is_started_again_after_pauses_that_double() {
    let place = Place::new("back-off-ms = 1\nback-off-max-ms = 60000");
    let board = place.open();
    board.install(&fan(), b"exit 1").expect("a component");
    status(&board, "it is started again and again", |status| status.restarts >= 4);
    let pauses: Vec<_> = texts(&board).into_iter().filter(|text| text.starts_with("starts again in")).take(4).collect();
    assert_eq!(pauses, ["starts again in 1ms", "starts again in 2ms", "starts again in 4ms", "starts again in 8ms"]);
    board.stop(&fan()).expect("it is kept");
    assert_eq!(board.status(&fan()).expect("the fan").phase, Phase::Stopped);
}

#[test]
fn restart_rules_and_final_statuses_are_kept() {
    for (rule, script, phase, restarts) in [
        ("never", "exit 1", Phase::Failed, false),
        ("never", "exit 0", Phase::Ended, false),
        ("on-failure", "exit 0", Phase::Ended, false),
        ("on-failure", "kill -9 $$", Phase::BackingOff, true),
        ("on-failure", "exit 121", Phase::Failed, false),
        ("always", "exit 0", Phase::BackingOff, true),
        ("always", "exit 64", Phase::Failed, false),
    ] {
        let place = Place::new(&format!("restart = '{rule}'\nback-off-ms = 3600000\nback-off-max-ms = 3600000"));
        let board = place.open();
        board.install(&fan(), script.as_bytes()).expect("a component");
        let ended = status(&board, "it has ended", |status| status.last_status.is_some() && !runs(status));
        assert_eq!(ended.phase, phase, "{rule}, {script}");
        assert_eq!(texts(&board).iter().any(|text| text.starts_with("starts again")), restarts, "{rule}, {script}");
    }
}

/// Puts a component in the place of a steady one.
fn replace(keys: &str, script: &[u8]) -> (Place, Board) {
    let place = Place::new(keys);
    let board = place.open();
    board.install(&fan(), STEADY).expect("a component");
    status(&board, "it runs", runs);
    board.install(&fan(), script).expect("a component");
    (place, board)
}

#[test]
fn a_new_component_takes_the_place_of_the_old_one_and_is_trusted_after_its_health_time() {
    let (place, board) = replace("health-ms = 300", SECOND);
    says(&board, "second");
    place.ready(&fan());
    let replaced = status(&board, "it has begun", |status| status.replaced_in_us.is_some());
    assert_eq!(replaced.component, Some(Digest::of(SECOND)));
    let trusted = status(&board, "it is trusted", |status| !status.on_trial);
    assert_eq!(trusted.rolled_back, None);
    drop(board);
    let board = place.open();
    assert_eq!(board.status(&fan()).expect("the fan").component, Some(Digest::of(SECOND)));
    assert_eq!(files(&place.path("state/components")).len(), 1, "the old component is not kept for ever");
}

#[test]
fn a_new_component_that_fails_within_its_health_time_gives_way_to_the_old_one() {
    let (place, board) = replace("health-ms = 600000\nback-off-ms = 3600000\nback-off-max-ms = 3600000", b"exit 122");
    let back = status(&board, "the old one is back", |status| status.rolled_back.is_some() && runs(status));
    assert_eq!((back.component, back.on_trial), (Some(Digest::of(STEADY)), false));
    let rolled_back = back.rolled_back.expect("it is told");
    assert_eq!((rolled_back.from, rolled_back.reason.as_str()), (Digest::of(b"exit 122"), "status 122"));
    says(&board, "rolled back from sha256:");
    drop(board);
    let board = place.open();
    let kept = status(&board, "it runs", runs);
    assert_eq!(kept.component, Some(Digest::of(STEADY)), "through a restart of the board too");
    assert_eq!(kept.rolled_back.map(|back| back.from), Some(Digest::of(b"exit 122")));
}

#[test]
fn a_component_that_ends_the_power_three_times_gives_way_to_the_old_one() {
    let (place, mut board) = replace("health-ms = 600000", SECOND);
    for _ in 0..2 {
        assert!(status(&board, "it runs", runs).on_trial);
        drop(board);
        board = place.open();
    }
    assert_eq!(status(&board, "it runs", runs).component, Some(Digest::of(SECOND)));
    drop(board);
    let board = place.open();
    let back = status(&board, "the old one is back", runs);
    assert_eq!(back.component, Some(Digest::of(STEADY)));
    assert!(back.rolled_back.is_some_and(|back| back.reason.contains("started 3 times")));
}

#[test]
fn a_component_that_cannot_be_run_changes_nothing() {
    let place = Place::new("");
    let board = place.open();
    board.install(&fan(), STEADY).expect("a component");
    let before = status(&board, "it runs", runs);
    let refused = board.install(&fan(), b"if then").expect_err("it is not a script");
    assert!(matches!(&refused, OrderError::Refused { text, .. } if !text.is_empty()), "{refused}");
    let long = vec![b'#'; 17 << 20];
    assert!(board.install(&fan(), &long).expect_err("too long").to_string().contains("component-bytes"));
    let after = board.status(&fan()).expect("the fan");
    assert_eq!((after.pid, after.component, after.generation), (before.pid, before.component, before.generation));
    assert_eq!(files(&place.path("state/components")).len(), 1, "what was refused is not kept");
}

#[test]
fn a_removed_application_forgets_what_it_was_told() {
    let (place, board) = replace("health-ms = 600000", SECOND);
    board.set(&fan(), "speed".parse().expect("a key"), "1".parse().expect("a value")).expect("room");
    board.remove(&fan()).expect("it is kept");
    let removed = board.status(&fan()).expect("the fan");
    assert_eq!((removed.phase, removed.component, removed.pid), (Phase::Empty, None, None));
    assert!(board.values(&fan()).expect("the fan").is_empty());
    assert_eq!(files(&place.path("state/components")), [""; 0]);
    drop(board);
    let board = place.open();
    assert_eq!(board.status(&fan()).expect("the fan").phase, Phase::Empty);
}

#[test]
fn the_owner_replaces_the_component_of_the_file_and_the_old_one_comes_back_if_it_fails() {
    let place = Place::new("component = 'fan.wasm'\nback-off-ms = 3600000\nback-off-max-ms = 3600000");
    let missing = place.try_open().expect_err("it is missing").to_string();
    assert!(
        missing.contains("[application.fan]: cannot read the component") && missing.contains("fan.wasm"),
        "{missing}"
    );
    fs::write(place.path("fan.wasm"), STEADY).expect("a component");
    drop(status(&place.open(), "it runs", runs));
    let board = place.open();
    board.install(&fan(), SECOND).expect("a component");
    drop(board);
    assert_eq!(
        status(&place.open(), "it runs", runs).component,
        Some(Digest::of(SECOND)),
        "what was installed stays while the file is the same"
    );
    fs::write(place.path("fan.wasm"), "exit 122").expect("a component");
    let board = place.open();
    let back = status(&board, "the old one is back", |status| status.rolled_back.is_some() && runs(status));
    assert_ne!(back.component, Some(Digest::of(b"exit 122")));
}

#[test]
fn a_damaged_record_is_kept_aside_and_the_board_starts() {
    let place = Place::new("component = 'fan.wasm'");
    fs::write(place.path("fan.wasm"), STEADY).expect("a component");
    drop(status(&place.open(), "it runs", runs));
    let record = place.path("state/applications/fan.json");
    for damaged in ["", "{", "{\"format\":2}", "[]", "\0\0\0\0"] {
        fs::write(&record, damaged).expect("a file");
        let board = place.open();
        let told = board.log().from(0, Duration::ZERO);
        assert!(told.iter().any(|line| line.text.contains("fan.json is damaged")), "{damaged}: {told:?}");
        status(&board, "it runs", runs);
        assert_eq!(fs::read_to_string(record.with_extension("json.damaged")).expect("it is kept"), damaged);
    }
}

#[test]
fn a_damaged_component_never_runs() {
    let place = Place::new("restart = 'never'");
    let board = place.open();
    board.install(&fan(), STEADY).expect("a component");
    board.stop(&fan()).expect("it is kept");
    let file = place.path("state/components").join(&files(&place.path("state/components"))[0]);
    fs::write(&file, "echo damaged").expect("a file");
    board.start(&fan()).expect("it is tried");
    says(&board, "is damaged: its digest is sha256:");
    assert_eq!(board.status(&fan()).expect("the fan").phase, Phase::Failed);
    board.install(&fan(), STEADY).expect("it is written anew");
    status(&board, "it runs", runs);
}

#[test]
fn a_process_that_is_killed_is_started_again() {
    let place = Place::new("back-off-ms = 1");
    let board = place.open();
    board.install(&fan(), STEADY).expect("a component");
    let pid = status(&board, "it runs", runs).pid.expect("a process");
    let killed = Command::new("kill").args(["-9", &pid.to_string()]).status().expect("kill");
    assert!(killed.success());
    let again = status(&board, "it runs again", |status| runs(status) && status.pid != Some(pid));
    assert_eq!((again.restarts, again.last_status), (1, Some(137)));
}

#[test]
fn a_bus_is_scanned_by_the_policy_of_the_application() {
    let board = Place::new("");
    let board = board.open();
    assert_eq!(board.i2c_detect(&fan(), "sensor").expect("a label"), "70: -- 76\n");
    for label in ["other", "--help", "../x"] {
        let refused = board.i2c_detect(&fan(), label).expect_err(label).to_string();
        assert_eq!(refused, "the policy has no I2C label");
    }
}

#[test]
fn the_logs_of_a_board_end_with_it() {
    let board = Place::new("").open();
    let log = board.log_of(&fan()).expect("the fan");
    drop(board);
    assert!(log.is_over() && log.from(u64::MAX, LONG).is_empty());
}

#[test]
fn a_component_on_trial_whose_process_somebody_asks_to_end_stays_on_trial() {
    let (_place, board) = replace("health-ms = 600000\nback-off-ms = 1", SECOND);
    let pid = status(&board, "it runs", runs).pid.expect("a process");
    assert!(Command::new("kill").args(["-TERM", &pid.to_string()]).status().expect("kill").success());
    let again = status(&board, "it runs again", |status| runs(status) && status.pid != Some(pid));
    assert_eq!((again.component, again.on_trial, again.rolled_back), (Some(Digest::of(SECOND)), true, None));
}
