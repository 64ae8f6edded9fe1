//! The commands that use labels themselves, on a simulated board: `i2c`, `spi` and `gpio`.

use std::fs;
use std::io::Write as _;
use std::process::Stdio;
use std::time::{Duration, Instant};

use tempfile::TempDir;

use crate::program::{command, compare, run};

mod program;

const POLICY: &str = r#"
[i2c.bus]
sim = "board"
allow = ["0x08-0x77"]
shared = true

[i2c.thermometer]
sim = "board"
allow = [0x48, { address = 0x50, access = "read-only" }]

[i2c.ten]
sim = "board"
allow = [{ address = 0x048, ten-bit = true }]

[i2c.clock]
sim = "board"
allow = [0x68]

[i2c.nothing]
sim = "board"

[i2c.alone]
sim = "other"
allow = [0x48, { address = 0x49, access = "read-only" }]

[spi.flash]
sim = true

[gpio]
LED = { sim = true, direction = "output", initial = "low", on-exit = "low" }
RESET = { sim = true, direction = "output", active-low = true }
BUTTON = { sim = true, direction = "input", bias = "pull-up", active-low = true }
STABLE = { sim = "BUTTON", direction = "input", active-low = true, debounce = "5ms" }
QUIET = { sim = true, direction = "input", bias = "pull-up" }
OPEN = { sim = true, direction = "open-drain", bias = "pull-up" }
MISSING = { pin = 4, chip = "no-such-chip", direction = "input" }

[[part]]
model = "lm75"
variant = "tmp105"
i2c = "board"
address = 0x48
temperature = 23.5

[[part]]
model = "lm75"
name = "alone"
i2c = "other"
address = 0x48

[[part]]
model = "eeprom24"
size = "24c02"
i2c = "board"
address = 0x50

[[part]]
model = "w25q"
spi = "flash"

[[part]]
model = "led"
net = "LED"

[[part]]
model = "button"
net = "BUTTON"
bounces = 1
bounce-us = 1000
presses = [{ at-ms = 500, for-ms = 250 }]
"#;

fn folder() -> TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    fs::write(folder.path().join("board.toml"), POLICY).expect("a file");
    folder
}

/// Compares calls, in words, with the policy behind them.
fn compare_all(cases: &[(&str, &str)]) {
    let folder = folder();
    for (name, words) in cases {
        let args: Vec<&str> = words.split(' ').chain(["--policy", "board.toml"]).collect();
        compare(&folder, name, &args);
    }
}

#[test]
fn an_operator_s_transaction_keeps_a_bus_no_longer_than_a_guest_s() {
    let folder = folder();
    let slow = format!("{POLICY}\n[spi.slow]\nsim = true\nfrequency = 10_000\n");
    fs::write(folder.path().join("board.toml"), slow).expect("a file");
    // 1001 bytes at 10 kHz take 0.8 s.
    compare(&folder, "spi_slow", &["spi", "transfer", "slow", "9f", "--read", "1000", "--policy", "board.toml"]);
}

#[test]
fn i2c_tools_work_on_labels() {
    compare_all(&[
        ("i2c_detect", "i2c detect bus"),
        ("i2c_detect_granted", "i2c detect thermometer -r"),
        ("i2c_get_byte", "i2c get -y thermometer 0x48"),
        ("i2c_get_word", "i2c get thermometer 0x48 0 w --trace-text"),
        ("i2c_get_block", "i2c get bus 0x50 0 i 4"),
        ("i2c_set_block", "i2c set bus 0x50 0x10 0xca 0xfe i --trace-text"),
        ("i2c_transfer", "i2c transfer bus w3@0x48 0x02 0x50+ r2 --trace-text"),
    ]);
}

#[test]
fn i2c_tools_are_refused_what_a_guest_is() {
    compare_all(&[
        ("i2c_not_granted", "i2c get alone 0x68 0 --trace-text"),
        ("i2c_granted_elsewhere", "i2c get thermometer 0x68 0 --trace-text"),
        ("i2c_writable_elsewhere", "i2c set thermometer 0x50 0x10 0"),
        ("i2c_read_only", "i2c set alone 0x49 0x10 0 --trace-text"),
        ("i2c_nobody", "i2c get bus 0x33 0"),
        ("i2c_unknown_label", "i2c get termometer 0x48 0"),
        ("i2c_too_long", "i2c transfer bus r65535@0x50 r2"),
        ("i2c_message_too_long", "i2c transfer bus r70000@0x50"),
        ("i2c_detect_ten_bit", "i2c detect ten"),
        ("i2c_detect_nothing", "i2c detect nothing"),
        ("i2c_get_ten_bit", "i2c get ten 0x48 0"),
        ("i2c_two_addresses", "i2c transfer bus w1@0x50 0 r1@0x51"),
        ("i2c_no_address", "i2c get bus 0x80 0"),
        ("i2c_eight_bits", "i2c get bus 0xec 0xd0"),
        ("i2c_reserved", "i2c get bus 0x78 0 --trace-text"),
        ("i2c_general_call", "i2c set bus 0 6 --trace-text"),
    ]);
}

#[test]
fn spi_transfers_print_what_comes_back() {
    compare_all(&[
        ("spi_transfer", "spi transfer flash 9f 00 00 00 --trace-text"),
        ("spi_transfer_read", "spi transfer flash 0x9f --read 3"),
        ("spi_transfer_too_long", "spi transfer flash 03000000 --read 65537"),
        ("spi_transfer_nothing", "spi transfer flash"),
        ("spi_transfer_odd", "spi transfer flash 9f0"),
    ]);
    let folder = folder();
    let args = ["spi", "transfer", "flash", "--pipe", "--policy", "board.toml"];
    let mut child = command(&folder, &args).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().expect("it starts");
    child.stdin.take().expect("a pipe").write_all(&[0x9f, 0, 0, 0]).expect("it reads");
    assert_eq!(child.wait_with_output().expect("it ends").stdout, [0xff, 0xef, 0x40, 0x16]);
}

#[test]
fn gpio_tools_work_on_labels() {
    compare_all(&[
        ("gpio_get", "gpio get BUTTON OPEN"),
        ("gpio_get_numeric", "gpio get BUTTON OPEN --numeric"),
        ("gpio_get_output", "gpio get LED"),
        ("gpio_set", "gpio set LED=1 RESET=on --hold-period 2s --trace-text"),
        ("gpio_set_input", "gpio set BUTTON=1"),
        ("gpio_set_twice", "gpio set LED=1 LED=0"),
        ("gpio_set_no_level", "gpio set LED=high"),
        ("gpio_watch", "gpio watch BUTTON"),
        ("gpio_watch_count", "gpio watch BUTTON --count 1 --edges falling"),
        ("gpio_watch_stable", "gpio watch STABLE --count 2"),
        ("gpio_watch_timeout", "gpio watch BUTTON --count 9 --timeout 600ms"),
        ("gpio_watch_silent", "gpio watch BUTTON --timeout 100ms"),
        ("gpio_watch_silent_hour", "gpio watch QUIET --edges rising"),
        ("gpio_watch_output", "gpio watch LED"),
    ]);
}

#[test]
fn help_of_the_tools_ends_with_examples_and_exit_statuses() {
    let folder = folder();
    for words in [
        "i2c",
        "i2c detect",
        "i2c get",
        "i2c set",
        "i2c transfer",
        "spi transfer",
        "gpio get",
        "gpio set",
        "gpio watch",
    ] {
        let args: Vec<&str> = words.split(' ').chain(["--help"]).collect();
        compare(&folder, &format!("help_{}", words.replace(' ', "_")), &args);
    }
}

#[test]
fn simulated_time_is_not_waited_for() {
    let (folder, began) = (folder(), Instant::now());
    let args = ["gpio", "set", "LED=1", "--hold-period", "2h", "--policy", "board.toml"];
    assert!(run(&folder, &args).status.success());
    assert!(began.elapsed() < Duration::from_secs(60), "{:?}", began.elapsed());
}

#[cfg(target_os = "linux")]
#[test]
fn hardware_that_is_not_asked_for_is_not_opened_and_that_which_is_is() {
    let folder = folder();
    let refused = run(&folder, &["gpio", "watch", "MISSING", "--policy", "board.toml"]);
    assert_eq!(refused.status.code(), Some(120));
    let text = String::from_utf8_lossy(&refused.stderr).into_owned();
    assert!(text.contains("cannot open label `MISSING`"), "{text}");
}
