//! Every program of `drivers-demo`, on the board of its policy: published drivers, unchanged, do what they do on hardware.

mod drivers_that_run;
mod support;

use std::fs;
use std::time::Duration;

use wasm_embedded_runtime::harness::{Outcome, run_component};
use wasm_embedded_runtime::policy::Policy;
use wasm_embedded_runtime::run::{Exit, RunOptions};
use wasm_embedded_sim::parts::{Eeprom24, W25q};
use wasmtime::component::Component;
use wasmtime::{Config, Engine};

/// The weather stations with std, and without.
const STATIONS: [(&str, &str); 2] = [("weather", "weather_nostd"), ("weather_spi", "weather_spi_nostd")];

/// What the other programs print.
const PRINTED: [(&str, &str); 10] = [
    ("clock", "stopped before: true\n2028-02-28 23:59:58\n2028-02-29 00:00:00\n"),
    ("eeprom", "in the write cycle: I2C(NoAcknowledge(Address))\nafter it: \"one page\"\n"),
    ("flash", "unique id: d1 64 8c 15 3b 57 29 2e\nerased: sector 2\nprogrammed: \"across a page boundary\"\n"),
    ("humidity", "serial number: 0f1e2d3c\n21.5 °C, 45.0 %\n"),
    ("motor", "Forward(75)\nBackward(30)\nBrake\n"),
    ("position", "47.2851 °N, 8.5652 °E, 451 m\n"),
    ("shared_bus", "room: 21.5 °C, freezer: -18.5 °C\nroom: 21.5 °C, freezer: -18.5 °C\n"),
    (
        "thermocouple",
        "400.00 °C\n400.25 °C\nopen: The MAX6675 detected an open circuit (bit D2 was high). Please check the thermocouple \
         connection and try again.\n",
    ),
    ("thermometer", "-18.5 °C, alarm above 30.0 °C\n"),
    ("weather_async", "outside: 21.50 °C  45.0 %  1013.24 hPa\ninside: 21.5 °C, 45.0 %\n"),
];

/// The limit for a weather station without std: a microcontroller keeps the component in its memory.
const MOST_BYTES: u64 = 36 * 1024;

#[test]
fn every_program_has_a_test() {
    support::assert_every_program_has_a_test("drivers-demo/src/bin", include_str!("drivers.rs"));
}

#[test]
fn the_weather_stations_read_what_was_set() {
    for name in STATIONS.iter().flat_map(|(with_std, without_std)| [with_std, without_std]) {
        let outcome = run(name);
        let records = &outcome.said.log;
        assert_eq!(records.len(), 3, "{name}");
        for record in records {
            let values: Vec<f64> = record.message.split_whitespace().filter_map(|word| word.parse().ok()).collect();
            let &[temperature, humidity, pressure] = &values[..] else { panic!("{name}: {}", record.message) };
            assert!((temperature - 21.5).abs() <= 0.01, "{name}: {}", record.message);
            assert!((humidity - 45.0).abs() <= 0.1, "{name}: {}", record.message);
            assert!((pressure - 1013.25).abs() <= 0.1, "{name}: {}", record.message);
        }
        for pair in records.windows(2) {
            let apart_ns = pair[1].at_ns - pair[0].at_ns;
            assert!((1_000_000_000..1_100_000_000).contains(&apart_ns), "{name} waits for {apart_ns} ns");
        }
    }
}

#[test]
fn the_displays_show_the_stored_picture() {
    let path = support::workspace().join("drivers-demo/expected/oled.txt");
    for name in STATIONS.iter().flat_map(|(with_std, without_std)| [with_std, without_std]) {
        let frame = run(name).board.frame("oled").expect("there is a display");
        let picture = format!("{frame}\n");
        if std::env::var_os("BLESS").is_some() {
            fs::write(&path, &picture).expect("the picture can be stored");
        }
        let expected = fs::read_to_string(&path).expect("there is a stored picture");
        assert_eq!(picture, expected, "{name} shows something else than {}", path.display());
    }
}

/// `-10.00` has a character more than `-9.06`, whose place must be dark afterwards.
#[test]
fn a_number_that_gets_shorter_leaves_nothing_of_the_longer_one() {
    let text = fs::read_to_string(policy_path("weather")).expect("there is a policy");
    let at = |temperature: &str| {
        let policy = text.replace("temperature = 21.5", &format!("temperature = {temperature}"));
        assert_ne!(policy, text);
        let outcome = run_on("weather", &Policy::parse("weather.toml", &policy).expect("a valid policy"));
        let log: Vec<String> = outcome.said.log.iter().map(|record| record.message.clone()).collect();
        (log, outcome.board.frame("oled").expect("there is a display"))
    };
    let (log, frame) = at("{ points = [{ at-ms = 500, value = -10 }, { at-ms = 501, value = -9 }] }");
    assert!(log[0].starts_with("-10.00 "), "{log:?}");
    let last = log.last().expect("a reading");
    let (temperature, _) = last.split_once(' ').expect("a temperature");
    assert!(temperature.starts_with("-9."), "{log:?}");
    let (fresh_log, fresh) = at(temperature);
    assert_eq!(fresh_log.last(), Some(last));
    assert_eq!(frame, fresh, "\n{frame}\nfresh:\n{fresh}");
}

#[test]
fn a_weather_station_without_std_does_the_same_on_the_wires() {
    for (with_std, without_std) in STATIONS {
        let (with_std, without_std) = (run(with_std), run(without_std));
        assert!(with_std.trace.lines().count() > 1_000);
        assert_eq!(with_std.trace, without_std.trace);
        assert_eq!(with_std.vcd, without_std.vcd);
        assert_eq!(with_std.said.log, without_std.said.log);
    }
}

#[test]
fn a_weather_station_without_std_imports_nothing_but_our_package() {
    let mut config = Config::new();
    config.wasm_custom_page_sizes(true);
    let engine = Engine::new(&config).expect("an engine");
    for (_, name) in STATIONS {
        let component = Component::from_file(&engine, support::guest("drivers-demo", name)).expect("a component");
        for (import, _) in component.component_type().imports(&engine) {
            assert!(import.starts_with("wasm-embedded:hal/"), "{name} imports {import}");
        }
    }
}

#[test]
fn the_weather_station_without_std_is_small() {
    let bytes = support::guest("drivers-demo", "weather_nostd").metadata().expect("there is a component").len();
    assert!(bytes <= MOST_BYTES, "{bytes} bytes");
}

#[test]
fn the_other_programs_print_what_their_drivers_read() {
    for (name, printed) in PRINTED {
        assert_eq!(run(name).said.stdout_text(), printed, "{name}");
    }
}

#[test]
fn the_panel_answers_its_button_and_draws_until_it_is_stopped() {
    let path = support::workspace().join("drivers-demo/policies/panel.toml");
    let text = fs::read_to_string(path).expect("the policy can be read");
    let pressed = "model = \"button\"\npresses = [{ at-ms = 300, for-ms = 100 }]";
    let policy = Policy::parse("panel.toml", &text.replace("model = \"button\"", pressed)).expect("a valid policy");
    let bytes = fs::read(support::guest("drivers-demo", "panel")).expect("the component can be read");
    let options = RunOptions { timeout: Some(Duration::from_secs(2)), ..RunOptions::default() };
    let outcome = run_component(&bytes, &policy, &options).expect("it can be run");
    assert!(matches!(outcome.exit, Exit::Timeout), "{:?}", outcome.exit);
    let log: Vec<&str> = outcome.said.log.iter().map(|record| record.message.as_str()).collect();
    assert_eq!(log.iter().filter(|message| message.starts_with("21.50 °C")).count(), 4, "{log:?}");
    assert_eq!(log.iter().filter(|message| **message == "the LED is on").count(), 1, "{log:?}");
    assert!(outcome.board.frame("oled").is_some_and(|frame| frame.lit() > 500));
}

#[test]
fn the_program_for_faults_finds_none_where_there_are_none() {
    for driver in ["bme280", "ssd1306", "eeprom24x", "ds323x", "sht4x", "w25q32jv"] {
        let args = ["faults", driver, "2"].map(String::from).to_vec();
        let bytes = fs::read(support::guest("drivers-demo", "faults")).expect("the component can be read");
        let outcome = run_component(&bytes, &policy("faults"), &RunOptions { args, ..RunOptions::default() });
        assert_eq!(outcome.expect("it can be run").said.stdout_text(), "0: ok\n1: ok\n", "{driver}");
    }
}

#[test]
fn what_eeprom24x_writes_is_in_the_eeprom() {
    let board = run("eeprom").board;
    let part = board.part("eeprom24").expect("there is an EEPROM");
    let written = board.sim().with_part::<Eeprom24, _>(part, |part, _| part.bytes()[0x0f..0x19].to_vec());
    assert_eq!(written.as_deref(), Some(&b"\xffone page\xff"[..]));
}

#[test]
fn what_w25q32jv_programs_is_in_the_flash() {
    let board = run("flash").board;
    let part = board.part("w25q").expect("there is a flash memory");
    let programmed = board.sim().with_part::<W25q, _>(part, |part, _| part.bytes()[0x20f5..0x210b].to_vec());
    assert_eq!(programmed.as_deref(), Some(&b"across a page boundary"[..]));
}

#[test]
fn a_wrong_checksum_ends_sht4x() {
    let text = fs::read_to_string(policy_path("humidity")).expect("there is a policy");
    let wrong = text.replacen("0x3c, 0xa5]", "0x3c, 0xa4]", 1);
    assert_ne!(wrong, text);
    let policy = Policy::parse("humidity.toml", &wrong).expect("the policy is valid");
    let outcome = run_on("humidity", &policy);
    assert_eq!((outcome.exit, outcome.said.stderr_text()), (Exit::Status(1), "Error: Crc\n".to_owned()));
}

/// bme280 0.5.1 takes the byte that is clocked with the register's address for the first one of the answer.
#[test]
fn bme280_over_spi_fails_as_it_does_on_hardware() {
    let outcome = run_on("bme280_spi", &policy("bme280_spi"));
    assert_eq!((outcome.exit, outcome.said.stderr_text()), (Exit::Status(1), "Error: UnsupportedChip\n".to_owned()));
    assert_eq!(outcome.said.stdout_text(), "");
}

/// Faults of ports, what the driver's program ends with, what it says of them, and what it prints.
const AT_PORTS: [(&str, &str, u8, &str, &str); 9] = [
    ("position", "fault = \"framing\"\nlabel = \"gps\"\nafter = 20\ntimes = 1", 1, "Framing", ""),
    ("position", "fault = \"line-break\"\ndevice = \"scripted\"\nafter = 20\ntimes = 1", 1, "Break", ""),
    ("position", "fault = \"overrun\"\nlabel = \"gps\"\nafter = 20\ntimes = 1", 1, "Overrun", ""),
    // Half the rate: the line is low where a stop bit should be.
    ("position", "fault = \"wrong-baud\"\nlabel = \"gps\"\nbaud = 4_800", 1, "Framing", ""),
    // Nobody says that a byte is missing but the message's checksum: the next message is the position.
    (
        "position",
        "fault = \"dropped-byte\"\nlabel = \"gps\"\nafter = 20\ntimes = 1",
        0,
        "",
        "47.2851 °N, 8.5652 °E, 451 m\n",
    ),
    (
        "position",
        "fault = \"unplugged\"\ndevice = \"scripted\"\nfrom-ms = 100\nuntil-ms = 1_500",
        0,
        "",
        "47.2851 °N, 8.5652 °E, 451 m\n",
    ),
    ("motor", "fault = \"duty-refused\"\nlabel = \"PWMA\"\nafter = 1\ntimes = 1", 1, "Other", "Forward(75)\n"),
    ("motor", "fault = \"duty-refused\"\nlabel = \"PWMA\"\nafter = 9", 0, "", "Forward(75)\nBackward(30)\nBrake\n"),
    (
        "position",
        "fault = \"dropped-byte\"\nlabel = \"gps\"\ndirection = \"sent\"",
        0,
        "",
        "47.2851 °N, 8.5652 °E, 451 m\n",
    ),
];

#[test]
fn drivers_at_ports_get_the_right_error_and_work_without_the_fault() {
    for (name, fault, status, said, printed) in AT_PORTS {
        let mut policy = policy(name);
        policy.add_faults("fault.toml", &format!("[[fault]]\n{fault}\n")).expect(fault);
        let bytes = fs::read(support::guest("drivers-demo", name)).expect("the component can be read");
        let options = RunOptions { timeout: Some(Duration::from_secs(60)), ..RunOptions::default() };
        let outcome = run_component(&bytes, &policy, &options).expect("it can be run");
        assert_eq!(outcome.exit, Exit::Status(status), "{name} {fault}: {:?}", outcome.said);
        assert!(outcome.said.stderr_text().contains(said), "{name} {fault}: {}", outcome.said.stderr_text());
        assert_eq!(outcome.said.stdout_text(), printed, "{name} {fault}");
    }
}

/// Runs a program that must succeed, without a word of complaint.
fn run(name: &str) -> Outcome {
    let outcome = run_on(name, &policy(name.strip_suffix("_nostd").unwrap_or(name)));
    assert_eq!(outcome.exit, Exit::Status(0), "{name}: {:?}", outcome.said);
    assert_eq!((outcome.said.stderr_text(), &outcome.said.refusals), (String::new(), &vec![]), "{name}");
    assert_eq!(outcome.board.mismatches(), [], "{name}");
    outcome
}

fn run_on(name: &str, policy: &Policy) -> Outcome {
    let bytes = fs::read(support::guest("drivers-demo", name)).expect("the component can be read");
    run_component(&bytes, policy, &RunOptions::default()).expect("it can be run")
}

fn policy(name: &str) -> Policy {
    Policy::load(&policy_path(name)).expect("the policy is valid")
}

fn policy_path(name: &str) -> std::path::PathBuf {
    support::workspace().join(format!("drivers-demo/policies/{name}.toml"))
}
