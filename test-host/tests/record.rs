//! Recordings, from outside: what one guest did on one board is answered without it.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use tempfile::TempDir;

use crate::program::run;

mod program;

/// The examples that are recorded on their board: all buses, pins, PWM, serial and analogue. Asynchronous ones that give up waits are
/// left out: what is given up leaves no line.
const EXAMPLES: [&str; 9] =
    ["adc_read", "blinky", "blinky_async", "button", "clock", "eeprom", "pwm_fade", "spi_id", "uart_echo"];

fn workspace() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

/// Puts the examples and their board into a folder.
fn folder() -> TempDir {
    let marked = |folder: &&Path| folder.join("CACHEDIR.TAG").exists();
    let target = Path::new(env!("CARGO_TARGET_TMPDIR")).ancestors().filter(marked).last().expect("cargo marks it");
    let status = Command::new(env!("CARGO"))
        .args(["build", "--quiet", "--examples", "--target", "wasm32-wasip2", "--profile", "guest"])
        .args(["--package", "examples", "--target-dir"])
        .arg(target)
        .current_dir(workspace())
        .status()
        .expect("cargo starts");
    assert!(status.success(), "the examples do not build: {status}");
    let folder = tempfile::tempdir().expect("a folder");
    fs::copy(workspace().join("examples/board.toml"), folder.path().join("board.toml")).expect("the board");
    for name in EXAMPLES {
        let guest = target.join(format!("wasm32-wasip2/guest/examples/{name}.wasm"));
        fs::copy(guest, folder.path().join(format!("{name}.wasm"))).expect("a guest");
    }
    // The labels as hardware that no machine has: a replay opens none of it.
    let board = fs::read_to_string(folder.path().join("board.toml")).expect("the board");
    let labels = board.split("[[part]]").next().expect("the labels");
    let hardware = labels
        .replace("sim = \"board\"", "path = \"/dev/nothing-i2c\"")
        .replace("[spi.flash]                     # spi_id\nsim = true", "[spi.flash]\npath = \"/dev/nothing-spi\"")
        .replace(
            "[uart.SERIAL]                   # uart_echo\nsim = true",
            "[uart.SERIAL]\npath = \"/dev/nothing-tty\"",
        )
        .replace("BUTTON = { sim = true,", "BUTTON = { pin = 5,")
        .replace("LED = { sim = true,", "LED = { pin = 6,");
    assert!(!hardware.contains("sim = \"board\"") && hardware.matches("nothing").count() >= 6);
    fs::write(folder.path().join("hardware.toml"), hardware).expect("a policy");
    folder
}

#[test]
fn a_guest_says_the_same_when_its_recording_answers() {
    let folder = folder();
    for name in EXAMPLES {
        let (guest, file) = (format!("{name}.wasm"), format!("{name}.txt"));
        let recorded = run(&folder, &["run", &guest, "--policy", "board.toml", "--record", &file]);
        assert!(recorded.status.success(), "{name}: {}", String::from_utf8_lossy(&recorded.stderr));
        for policy in ["board.toml", "hardware.toml"] {
            let replayed = run(&folder, &["run", &guest, "--policy", policy, "--replay", &file]);
            let stderr = String::from_utf8_lossy(&replayed.stderr);
            assert_eq!(replayed.status.code(), Some(0), "{name} with {policy}: {stderr}");
            assert_eq!(replayed.stdout, recorded.stdout, "{name} with {policy}");
        }
        // And again the same text.
        run(&folder, &["run", &guest, "--policy", "board.toml", "--record", "again.txt"]);
        let text = |file: &str| fs::read_to_string(folder.path().join(file)).expect("a recording");
        assert_eq!(text(&file), text("again.txt"), "{name}");
    }
}

#[test]
fn the_first_difference_stops_the_guest_and_is_shown() {
    let folder = folder();
    let path = folder.path().join("blinky.txt");
    run(&folder, &["run", "blinky.wasm", "--policy", "board.toml", "--record", "blinky.txt"]);
    let text = fs::read_to_string(&path).expect("a recording");
    let replay = || run(&folder, &["run", "blinky.wasm", "--policy", "board.toml", "--replay", "blinky.txt"]);

    let third = text.match_indices("LED set high").nth(2).expect("it blinks").0;
    fs::write(&path, format!("{}LED set low{}", &text[..third], &text[third + "LED set high".len()..]))
        .expect("a file");
    let differs = replay();
    let stderr = String::from_utf8_lossy(&differs.stderr).into_owned();
    assert_eq!(differs.status.code(), Some(116), "{stderr}");
    assert!(stderr.lines().any(|line| line.starts_with("- ") && line.ends_with("LED set low -> ok")), "{stderr}");
    assert!(stderr.lines().any(|line| line.starts_with("+ ") && line.ends_with("LED set high")), "{stderr}");

    fs::write(&path, format!("{text}9.0 LED set high -> ok\n")).expect("a file");
    let short = replay();
    assert_eq!(short.status.code(), Some(116));
    assert!(String::from_utf8_lossy(&short.stderr).contains("+ (the guest ended)"));

    fs::write(&path, text.replace("recording 1", "recording 2")).expect("a file");
    assert_eq!(replay().status.code(), Some(120));
}

#[test]
fn a_recording_becomes_a_scenario_that_passes_and_fails_with_another_guest() {
    let folder = folder();
    for name in ["blinky", "eeprom", "clock", "spi_id"] {
        let (guest, text, scenario) = (format!("{name}.wasm"), format!("{name}.txt"), format!("{name}.toml"));
        run(&folder, &["run", &guest, "--policy", "board.toml", "--record", &text]);
        let converted = run(&folder, &["convert", &text]);
        assert!(converted.status.success(), "{}", String::from_utf8_lossy(&converted.stderr));
        fs::write(folder.path().join(&scenario), converted.stdout).expect("a file");
        let passed = run(&folder, &["test", &scenario, "--component", &guest]);
        assert!(passed.status.success(), "{name}: {}", String::from_utf8_lossy(&passed.stdout));
        let other = run(&folder, &["test", &scenario, "--component", "adc_read.wasm", "--no-files"]);
        assert_eq!(other.status.code(), Some(1), "{name}: {}", String::from_utf8_lossy(&other.stdout));
    }
}

/// The echo of the serial port is left out: it says how long its bytes took, and a script sends them when the guest read them.
#[test]
fn converted_parts_answer_a_guest_as_the_recorded_board_did() {
    let folder = folder();
    for name in ["adc_read", "clock", "eeprom", "spi_id"] {
        let (guest, text) = (format!("{name}.wasm"), format!("{name}.txt"));
        let recorded = run(&folder, &["run", &guest, "--policy", "board.toml", "--record", &text]);
        let converted = run(&folder, &["convert", &text, "--to", "parts"]);
        assert!(converted.status.success(), "{}", String::from_utf8_lossy(&converted.stderr));
        fs::write(folder.path().join("parts.toml"), &converted.stdout).expect("a file");
        let answered = run(&folder, &["run", &guest, "--policy", "parts.toml"]);
        let said = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        assert!(answered.status.success(), "{name}: {}", said(&answered.stderr));
        assert_eq!(said(&answered.stdout), said(&recorded.stdout), "{name} with\n{}", said(&converted.stdout));
    }
}

#[test]
fn spi_without_a_select_line_is_expected_and_the_remark_says_what_is_left_out() {
    let folder = folder();
    let recording = "# wasm-embedded-rt recording 1\n0.001 strip write 00 ff -> \n0.001 strip flush -> ok\n";
    fs::write(folder.path().join("strip.txt"), recording).expect("a file");
    let converted = run(&folder, &["convert", "strip.txt"]);
    let text = String::from_utf8_lossy(&converted.stdout).into_owned();
    assert!(text.contains("[policy.spi.strip]\nsim = true\nselect = \"none\"\n"), "{text}");
    assert!(text.contains("expect = { label = \"strip\", write = [0x00, 0xff] }"), "{text}");
    assert!(text.contains("# What `strip` reads is left out: `run --replay` has it."), "{text}");
}
