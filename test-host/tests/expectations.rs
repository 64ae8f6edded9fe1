//! Expectation files of the 0.4 family: `run --expect` demands their calls in one strict order over all buses. A run that differs fails.

use std::fs;

use crate::calls::{Step, call, guest, init};
use crate::program::run;

#[path = "older/calls.rs"]
mod calls;
mod program;

/// What the guest below does.
const OPS: &str = r#"
ops = [
  { kind = "i2c_init", port = 0, baud = 100_000, sda = 2, scl = 3, res = 1 },
  { kind = "i2c_write", handle = 1, addr = 0x50, data_out = [0x10, 0xca] },
  { kind = "spi_init", port = 1, baud = 1_000_000, mosi = 1, miso = 2, sck = 3, cs = 4, res = 2 },
  { kind = "spi_transfer", handle = 2, data_out = [0x9f, 0x00], data_in = [0xff, 0xef] },
  { kind = "i2c_write_read", handle = 1, addr = 0x50, data_out = [0x10], data_in = [0xca, 0xfe] },
  { kind = "i2c_read", handle = 1, addr = 0x51, data_in = [0x07] },
  { kind = "uart_init", port = 0, baud = 9_600, tx = 0, rx = 1, res = 3 },
  { kind = "uart_write", handle = 3, flags = 0, data_out = [0x41, 0x54] },
  { kind = "uart_read", handle = 3, flags = 0, data_in = [0x4f, 0x4b] },
  { kind = "gpio_init", port = 0, pin = 7, output = false, res = 4 },
  { kind = "gpio_get", handle = 4, state = true },
  { kind = "gpio_init", port = 0, pin = 8, output = true, res = 5 },
  { kind = "gpio_set", handle = 5, state = true },
  { kind = "gpio_get", handle = 5, state = true },
  { kind = "i2c_deinit", handle = 1, res = 0 },
]
"#;

const A: i32 = 0x200;
const B: i32 = 0x210;

/// Calls what the file above expects, and demands what it hands out.
fn module() -> Vec<u8> {
    let steps = [
        init("i2c", &[0, 100_000, 2, 3], 0, 0),
        Step::Store(0, &[0x10, 0xca]),
        Step::Bytes(A, 0x1000, 2),
        call("i2c", "write", 0, &[0x50, A], 0),
        init("spi", &[1, 1_000_000, 1, 2, 3, 4], 1, 0),
        Step::Store(0, &[0x9f, 0x00]),
        Step::Bytes(B, 0x1100, 2),
        call("spi", "transfer", 1, &[B, A], 0),
        Step::Demand(0x100, &[0xff, 0xef]),
        Step::Store(0, &[0x10]),
        Step::Bytes(A, 0x1000, 1),
        call("i2c", "write_read", 0, &[0x50, A, B], 0),
        Step::Demand(0x100, &[0xca, 0xfe]),
        Step::Bytes(B, 0x1100, 1),
        call("i2c", "read", 0, &[0x51, B], 0),
        Step::Demand(0x100, &[0x07]),
        init("uart", &[0, 9_600, 0, 1], 2, 0),
        Step::Store(0, b"AT"),
        Step::Bytes(A, 0x1000, 2),
        call("uart", "write", 2, &[0, A], 0),
        Step::Bytes(B, 0x1100, 2),
        call("uart", "read", 2, &[0, B], 0),
        Step::Demand(0x100, b"OK"),
        init("gpio", &[0, 7, 0], 3, 0),
        call("gpio", "get", 3, &[0x1000], 0),
        Step::Demand(0, &[1, 0, 0, 0]),
        init("gpio", &[0, 8, 1], 4, 0),
        call("gpio", "set", 4, &[1], 0),
        call("gpio", "get", 4, &[0x1000], 0),
        Step::Demand(0, &[1, 0, 0, 0]),
        call("i2c", "deinit", 0, &[], 0),
    ];
    wat::parse_str(guest(&steps)).expect("a module")
}

/// Runs the guest with an expectation file. Returns the status and what was told.
fn ran(ops: &str) -> (Option<i32>, String) {
    let folder = tempfile::tempdir().expect("a folder");
    fs::write(folder.path().join("old.wasm"), module()).expect("a file");
    fs::write(folder.path().join("interop.toml"), ops).expect("a file");
    let output = run(&folder, &["run", "old.wasm", "--expect", "interop.toml", "--timeout", "10s"]);
    (output.status.code(), String::from_utf8_lossy(&output.stderr).into_owned())
}

#[test]
fn a_guest_that_does_what_is_expected_succeeds() {
    let (status, log) = ran(OPS);
    assert_eq!(status, Some(0), "{log}");
    assert!(!log.contains("error"), "{log}");
}

#[test]
fn a_guest_that_does_something_else_fails() {
    for (expected, other) in [
        // Other bytes, another length, another address, another level.
        ("data_out = [0x10, 0xca]", "data_out = [0x10, 0xcb]"),
        ("data_out = [0x10, 0xca]", "data_out = [0x10, 0xca, 0x00]"),
        ("addr = 0x51", "addr = 0x52"),
        ("data_out = [0x9f, 0x00]", "data_out = [0x9e, 0x00]"),
        ("data_in = [0xff, 0xef]", "data_in = [0xff]"),
        ("data_out = [0x41, 0x54]", "data_out = [0x41, 0x55]"),
        ("handle = 5, state = true", "handle = 5, state = false"),
        // Other arguments of `init`: a baud rate, each pin, a direction.
        ("baud = 100_000, sda", "baud = 400_000, sda"),
        ("sda = 2", "sda = 4"),
        ("scl = 3", "scl = 2"),
        ("mosi = 1, miso = 2", "mosi = 2, miso = 1"),
        ("sck = 3, cs = 4", "sck = 3, cs = 5"),
        ("sck = 3, cs = 4", "sck = 5, cs = 4"),
        ("baud = 1_000_000", "baud = 1_000_001"),
        ("baud = 9_600", "baud = 19_200"),
        ("tx = 0, rx = 1", "tx = 1, rx = 0"),
        ("pin = 7", "pin = 6"),
        ("pin = 7, output = false", "pin = 7, output = true"),
        // Something else is handed out than the guest demands.
        ("data_in = [0x4f, 0x4b]", "data_in = [0x4f, 0x4c]"),
        ("handle = 4, state = true", "handle = 4, state = false"),
    ] {
        assert!(OPS.contains(expected), "{expected}");
        let (status, log) = ran(&OPS.replace(expected, other));
        assert_ne!(status, Some(0), "{other}: {log}");
    }
}

#[test]
fn a_call_that_differs_is_shown_with_those_before_it() {
    let (status, log) = ran(&OPS.replace("addr = 0x51", "addr = 0x52"));
    assert_eq!(status, Some(116), "{log}");
    for told in [
        "the guest did something else than the expectation file has",
        "i2c0-100000-2-3 0x50 write 10, read 2 -> ca fe\n- 0.000000000 i2c0-100000-2-3 0x52 read 1 -> 07\n+ ",
    ] {
        assert!(log.contains(told), "{told:?} in {log}");
    }
}

#[test]
fn what_is_expected_and_does_not_happen_fails_the_run() {
    let more = OPS.replace(
        "  { kind = \"i2c_deinit\"",
        "  { kind = \"i2c_read\", handle = 1, addr = 0x50, data_in = [0x00] },\n  { kind = \"i2c_deinit\"",
    );
    let (status, log) = ran(&more);
    assert_eq!(status, Some(116), "{log}");
    assert!(log.contains("- 0.000000000 i2c0-100000-2-3 0x50 read 1 -> 00\n+ (the guest ended)"), "{log}");
}

#[test]
fn one_order_holds_for_all_buses() {
    let lines: Vec<_> = OPS.lines().collect();
    let is_call = |line: &str| {
        ["_write", "_read", "_transfer", "_set"].iter().any(|kind| line.contains(kind))
            || line.contains("handle = 4, state")
    };
    let calls: Vec<_> = (0..lines.len()).filter(|at| is_call(lines[*at])).collect();
    assert_eq!(calls.len(), 8, "of four kinds of buses");
    // Each two calls that follow each other, most of them on different buses.
    for pair in calls.windows(2) {
        let mut other = lines.clone();
        other.swap(pair[0], pair[1]);
        // A handle must be open: the calls of `init` come first.
        let (first, rest): (Vec<&str>, Vec<&str>) =
            other.into_iter().partition(|line| line.contains("_init") || line.contains("ops ="));
        let (status, log) = ran(&[first, rest].concat().join("\n"));
        assert_eq!(status, Some(116), "{} before {}: {log}", lines[pair[1]], lines[pair[0]]);
    }
}

#[test]
fn a_file_that_cannot_be_used_says_why() {
    for (ops, told) in
        [("ops = 1", "`ops` is missing"), ("ops = [{ kind = \"can_init\" }]", "call 1 of `ops`, can_init")]
    {
        let (status, log) = ran(ops);
        assert_eq!(status, Some(120), "{log}");
        assert!(log.contains(told) && log.contains("cannot use the expectation file interop.toml"), "{log}");
    }
}
