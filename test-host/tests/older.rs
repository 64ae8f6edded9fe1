//! Guests of older families. Of the 0.4 family: core modules for WASI 0.1 that import `i2c`, `spi`, `gpio` and `uart`, made components by `adapt`.
//!
//! A guest is a list of calls with what each must return, so that every function is called with every kind of argument. It tells
//! the number of the first call that returned something else.

use std::fs;
use std::process::Output;

use tempfile::TempDir;

use crate::calls::{Step, call, guest, init};
use crate::program::run;

#[path = "older/calls.rs"]
mod calls;
mod program;
#[path = "../../runtime/tests/support/mod.rs"]
mod support;

const POLICY: &str = r#"
[i2c.i2c0]
sim = "board"
allow = [0x50, 0x51, { address = 0x52, access = "read-only" }]

[spi.spi0]
sim = true

[uart.uart0]
sim = true

[gpio]
gpio0-2 = { sim = true, direction = "output", initial = "low" }
gpio1-3 = { sim = true, direction = "input", bias = "pull-up", active-low = true }

[[part]]
model = "eeprom24"
size = "24c02"
i2c = "board"
address = 0x50

[[part]]
model = "w25q"
spi = "spi0"

[[part]]
model = "echo"
uart = "uart0"

[[part]]
model = "led"
net = "gpio0-2"

[[part]]
model = "button"
net = "gpio1-3"
pressed = "low"
presses = [{ at-ms = 0, for-ms = 1_000 }]
"#;

/// The error numbers.
const FAULT: i32 = -2;
const NO_LABEL: i32 = -3;
const WRONG: i32 = -4;
const REFUSED: i32 = -5;

/// Runs a guest, and returns how it ended and what was on the wires.
fn ran(steps: &[Step]) -> (Output, String) {
    let folder = tempfile::tempdir().expect("a folder");
    write(&folder, "old.wasm", &wat::parse_str(guest(steps)).expect("a module"));
    write(&folder, "board.toml", POLICY.as_bytes());
    let output = run(&folder, &["run", "old.wasm", "--policy", "board.toml", "--log", "trace"]);
    let log = String::from_utf8_lossy(&output.stderr).into_owned();
    (output, log)
}

fn write(folder: &TempDir, name: &str, bytes: &[u8]) {
    fs::write(folder.path().join(name), bytes).expect("a file");
}

/// Fails unless every call of a guest returned what it must.
fn all_return(steps: &[Step]) -> String {
    let (output, log) = ran(steps);
    assert_eq!(output.status.code(), Some(0), "the step whose number is told returned something else: {log}");
    assert!(log.contains("old.wasm is a module of the 0.4 family: a component was made of it"), "{log}");
    log
}

/// Where a guest has descriptors of bytes.
const A: i32 = 0x200;
const B: i32 = 0x210;

#[test]
fn every_call_on_i2c_returns_what_it_must() {
    all_return(&[
        init("i2c", &[0, 100_000, 2, 3], 0, 0),
        // A word address and two bytes; then the address, and the bytes back.
        Step::Store(0, &[0x10, 0xca, 0xfe]),
        Step::Bytes(A, 0x1000, 3),
        call("i2c", "write", 0, &[0x50, A], 0),
        // The write cycle of the memory: it does not acknowledge, which is a fault of the wires.
        Step::Bytes(A, 0x1000, 1),
        Step::Bytes(B, 0x1100, 2),
        call("i2c", "write_read", 0, &[0x50, A, B], FAULT),
        // Nobody is there.
        call("i2c", "read", 0, &[0x51, B], FAULT),
        // Not granted, and granted for reading only.
        call("i2c", "read", 0, &[0x48, B], REFUSED),
        call("i2c", "write", 0, &[0x52, A], REFUSED),
        // Not an address; nothing to read; past every limit.
        call("i2c", "read", 0, &[0x400, B], REFUSED),
        Step::Bytes(B, 0x1100, 0),
        call("i2c", "read", 0, &[0x50, B], REFUSED),
        // Outside the memory: descriptors, and what they point to.
        call("i2c", "read", 0, &[0x50, 0x0fff_fffc], WRONG),
        call("i2c", "read", 0, &[0x50, -4], WRONG),
        Step::Bytes(B, 0x0fff_ffff, 2),
        call("i2c", "read", 0, &[0x50, B], WRONG),
        call("i2c", "write", 0, &[0x50, B], WRONG),
        call("i2c", "write_read", 0, &[0x50, A, B], WRONG),
        call("i2c", "write_read", 0, &[0x50, B, A], WRONG),
        Step::Bytes(B, 0, -1),
        call("i2c", "write", 0, &[0x50, B], WRONG),
        // Misaligned descriptors are none of the guest's faults.
        Step::Bytes(0x301, 0x1100, 1),
        call("i2c", "read", 0, &[0x51, 0x301], FAULT),
        call("i2c", "deinit", 0, &[], 0),
        init("i2c", &[0, 400_000, 0, 0], 0, 0),
        init("i2c", &[1, 0, 0, 0], 1, NO_LABEL),
        init("i2c", &[-1, 0, 0, 0], 1, NO_LABEL),
        Step::Call { module: "i2c", name: "init", handle: None, arguments: vec![0, 0, 0, 0, -2], wanted: WRONG },
    ]);
}

#[test]
fn what_i2c_reads_lands_in_the_guests_own_buffer() {
    all_return(&[
        init("i2c", &[0, 100_000, 2, 3], 0, 0),
        Step::Store(0, &[0x00]),
        Step::Store(0x100, &[1, 2, 3, 4, 5]),
        Step::Bytes(A, 0x1000, 1),
        Step::Bytes(B, 0x1101, 3),
        call("i2c", "write_read", 0, &[0x50, A, B], 0),
        // An empty memory is all ones (24C02), and nothing around the buffer is touched.
        Step::Demand(0x100, &[1, 0xff, 0xff, 0xff, 5]),
        Step::Store(0x100, &[1, 2, 3, 4, 5]),
        call("i2c", "read", 0, &[0x50, B], 0),
        Step::Demand(0x100, &[1, 0xff, 0xff, 0xff, 5]),
    ]);
}

#[test]
fn every_call_on_spi_returns_what_it_must() {
    all_return(&[
        init("spi", &[0, 1_000_000, 1, 2, 3, 4], 0, 0),
        // JEDEC id, W25Q32JV data sheet 8.1.1: EFh 40h 16h.
        Step::Store(0, &[0x9f, 0, 0, 0]),
        Step::Bytes(A, 0x1000, 4),
        Step::Bytes(B, 0x1100, 4),
        call("spi", "transfer", 0, &[B, A], 0),
        Step::Demand(0x101, &[0xef, 0x40, 0x16]),
        call("spi", "transfer_inplace", 0, &[A], 0),
        Step::Demand(1, &[0xef, 0x40, 0x16]),
        // Other lengths each way.
        Step::Store(0, &[0x9f]),
        Step::Bytes(A, 0x1000, 1),
        call("spi", "transfer", 0, &[B, A], 0),
        Step::Demand(0x101, &[0xef, 0x40, 0x16]),
        call("spi", "write", 0, &[A], 0),
        call("spi", "read", 0, &[B], 0),
        call("spi", "exec", 0, &[B], REFUSED),
        Step::Bytes(B, 0x1_0000, 0x0fff_0000),
        call("spi", "read", 0, &[B], WRONG),
        call("spi", "write", 0, &[B], WRONG),
        call("spi", "transfer", 0, &[B, A], WRONG),
        call("spi", "transfer", 0, &[A, B], WRONG),
        call("spi", "transfer_inplace", 0, &[B], WRONG),
        // One handle a label: the second is refused until the first is given back.
        init("spi", &[0, 0, 0, 0, 0, 0], 1, NO_LABEL),
        call("spi", "deinit", 0, &[], 0),
        init("spi", &[0, 0, 0, 0, 0, 0], 1, 0),
        init("spi", &[10, 0, 0, 0, 0, 0], 0, NO_LABEL),
    ]);
}

#[test]
fn every_call_on_a_serial_port_returns_what_it_must() {
    all_return(&[
        init("uart", &[0, 115_200, 0, 1], 0, 0),
        Step::Store(0, b"ping"),
        Step::Bytes(A, 0x1000, 4),
        Step::Bytes(B, 0x1100, 4),
        call("uart", "write", 0, &[0, A], 0),
        call("uart", "read", 0, &[0, B], 0),
        Step::Demand(0x100, b"ping"),
        Step::Bytes(B, 0x1100, 0),
        call("uart", "read", 0, &[0, B], 0),
        call("uart", "write", 0, &[0, B], 0),
        Step::Bytes(B, -4, 8),
        call("uart", "read", 0, &[0, B], WRONG),
        call("uart", "write", 0, &[0, B], WRONG),
        call("uart", "deinit", 0, &[], 0),
        init("uart", &[3, 0, 0, 0], 1, NO_LABEL),
    ]);
}

#[test]
fn every_call_on_pins_returns_what_it_must() {
    let level = 0x1000;
    all_return(&[
        init("gpio", &[0, 2, 1], 0, 0),
        init("gpio", &[1, 3, 0], 1, 0),
        call("gpio", "get", 0, &[level], 0),
        Step::Demand(0, &[0, 0, 0, 0]),
        call("gpio", "set", 0, &[1], 0),
        call("gpio", "get", 0, &[level], 0),
        Step::Demand(0, &[1, 0, 0, 0]),
        // The button is pressed, and active-low: 1.
        Step::Store(0, &[7, 7, 7, 7]),
        call("gpio", "get", 1, &[level], 0),
        Step::Demand(0, &[1, 0, 0, 0]),
        call("gpio", "set", 1, &[1], REFUSED),
        call("gpio", "set", 0, &[2], WRONG),
        call("gpio", "get", 0, &[0x0fff_fffd], WRONG),
        init("gpio", &[0, 2, 2], 2, WRONG),
        init("gpio", &[0, 2, 1], 2, NO_LABEL),
        init("gpio", &[1, 3, 1], 2, NO_LABEL),
        init("gpio", &[0, 9, 1], 2, NO_LABEL),
        call("gpio", "deinit", 0, &[], 0),
        init("gpio", &[0, 2, 1], 2, 0),
        call("gpio", "deinit", 1, &[], 0),
        call("gpio", "deinit", 2, &[], 0),
    ]);
}

#[test]
fn a_handle_that_is_none_ends_the_guest() {
    for (module, name, arguments) in [
        ("i2c", "deinit", vec![99]),
        ("gpio", "set", vec![99, 1]),
        ("spi", "read", vec![99, A]),
        ("uart", "deinit", vec![99]),
    ] {
        let first = init("i2c", &[0, 0, 0, 0], 0, 0);
        let step = Step::Call { module, name, handle: None, arguments, wanted: 0 };
        let (output, log) = ran(&[first, step]);
        assert_eq!(output.status.code(), Some(122), "{module} {name}: {log}");
        assert!(log.contains("handle"), "{log}");
    }
}

#[test]
fn adapt_writes_a_component_and_a_policy_to_start_from() {
    let folder = tempfile::tempdir().expect("a folder");
    let steps = [
        init("i2c", &[0, 100_000, 0, 0], 0, 0),
        init("spi", &[0, 0, 0, 0, 0, 0], 1, 0),
        init("uart", &[0, 0, 0, 0], 2, 0),
        init("gpio", &[0, 0, 1], 3, 0),
    ];
    write(&folder, "old.wasm", &wat::parse_str(guest(&steps)).expect("a module"));
    let made = run(&folder, &["adapt", "old.wasm", "-o", "new.wasm", "--policy", "start.toml"]);
    assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
    // Every label of port 0 is in it, and the component is one: nothing is said of making it.
    let output = run(&folder, &["run", "new.wasm", "--policy", "start.toml"]);
    assert_eq!((output.status.code(), &*output.stderr), (Some(0), &b""[..]));
    // It is not written a second time.
    let again = run(&folder, &["adapt", "old.wasm", "-o", "new.wasm", "--policy", "start.toml"]);
    assert_eq!(again.status.code(), Some(119));
    assert!(String::from_utf8_lossy(&again.stderr).contains("cannot write start.toml"));
}

#[test]
fn what_no_component_can_be_made_of_says_why() {
    let cases = [
        (
            r#"(module (import "env" "nobody" (func)) (memory (export "memory") 1) (func (export "run") (result i32) unreachable))"#,
            "it imports env.nobody",
        ),
        (
            r#"(module (import "device" "open" (func)) (memory (export "memory") 1) (func (export "run") (result i32) unreachable))"#,
            "it imports device.open",
        ),
        (
            r#"(module (import "wasm-embedded:hal/i2c@0.4.0" "x" (func)) (memory (export "memory") 1) (func (export "run") (result i32) unreachable))"#,
            "wasm-embedded:hal/i2c@0.4.0, and this program has version 0.5.0",
        ),
        (r#"(module (memory (export "memory") 1))"#, "it exports no entry"),
        (
            r#"(module (memory (export "memory") 1) (func (export "run") (param i32)))"#,
            "must take nothing and return an i32",
        ),
        (r#"(module (func (export "run") (result i32) unreachable))"#, "it exports no memory"),
        (
            r#"(module (import "i2c" "deinit" (func)) (memory (export "memory") 1) (func (export "run") (result i32) unreachable))"#,
            "deinit",
        ),
        (
            r#"(module (import "i2c" "nothing" (func)) (memory (export "memory") 1) (func (export "run") (result i32) unreachable))"#,
            "nothing",
        ),
    ];
    for (text, wanted) in cases {
        let folder = tempfile::tempdir().expect("a folder");
        write(&folder, "app.wasm", &wat::parse_str(text).expect("a module"));
        for arguments in [&["check", "app.wasm"][..], &["adapt", "app.wasm", "-o", "out.wasm"]] {
            let output = run(&folder, arguments);
            let told = String::from_utf8_lossy(&output.stderr).into_owned();
            assert_eq!(output.status.code(), Some(121), "{told}");
            assert!(told.contains(wanted), "{wanted:?} in {told}");
        }
        assert!(!folder.path().join("out.wasm").exists());
    }
}

/// The board of the guest of the SPI hosts.
const SPI_POLICY: &str = r#"
[spi.flash]
sim = true

[gpio]
LED = { sim = true, direction = "output" }

[[part]]
model = "w25q"
spi = "flash"

[[part]]
model = "led"
net = "LED"
"#;

#[test]
fn a_component_of_the_spi_hosts_of_2026_gets_what_its_interfaces_promise() {
    let folder = tempfile::tempdir().expect("a folder");
    let guest = support::guest_library("guest-spi-2026", "guest_spi_2026");
    fs::copy(guest, folder.path().join("old.wasm")).expect("a file");
    write(&folder, "board.toml", SPI_POLICY.as_bytes());
    // It panics at the first wrong answer.
    let output = run(&folder, &["run", "old.wasm", "--policy", "board.toml", "--log", "info"]);
    let log = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(0), "{log}");
    assert!(log.contains("old.wasm is a component for the WASI SPI hosts of 2026"), "{log}");
    assert!(log.contains("guest: all is right"), "{log}");
    assert!(log.contains("warn  gpio: output \"RELAY\": The policy has no such label"), "{log}");
    let check = run(&folder, &["check", "old.wasm", "--policy", "board.toml"]);
    assert!(check.status.success(), "{}", String::from_utf8_lossy(&check.stderr));
}
