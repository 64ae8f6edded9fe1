//! Guests of the drafts `wasi:i2c@0.2.0-draft` and `wasi:gpio@0.2.0`: components, which an adapter serves.

use std::fs;

use tempfile::TempDir;

use crate::program::run;

mod program;
#[path = "../../runtime/tests/support/mod.rs"]
mod support;

/// The board of the guest.
const POLICY: &str = r#"
[i2c]
bus = { sim = "board", allow = [0x50, 0x51, { address = 0x150, ten-bit = true }] }
bus-error = { sim = "broken", allow = [0x50] }
arbitration = { sim = "contested", allow = [0x50] }
nack-data = { sim = "refusing", allow = [0x50] }
fails = { sim = "failing", allow = [0x50] }
overrun = { sim = "overrunning", allow = [0x50] }

[gpio]
LED = { sim = true, direction = "output", initial = "low" }
BUTTON = { sim = true, direction = "input", bias = "pull-up" }

[pwm.FAN]
sim = true
frequency = 1_000

# As much as the limit takes 5.9 s at 100 kHz.
[limits]
transaction-time-ns = 10_000_000_000

[[part]]
model = "eeprom24"
size = "24c02"
i2c = "board"
address = 0x50

[[part]]
model = "eeprom24"
name = "broken"
size = "24c02"
i2c = "broken"
address = 0x50

[[part]]
model = "eeprom24"
name = "contested"
size = "24c02"
i2c = "contested"
address = 0x50

[[part]]
model = "eeprom24"
name = "refusing"
size = "24c02"
i2c = "refusing"
address = 0x50

[[part]]
model = "eeprom24"
name = "failing"
size = "24c02"
i2c = "failing"
address = 0x50

[[part]]
model = "eeprom24"
name = "overrunning"
size = "24c02"
i2c = "overrunning"
address = 0x50

[[part]]
model = "button"
net = "BUTTON"
pressed = "low"
presses = [{ at-ms = 0, for-ms = 8_000 }]

[[fault]]
fault = "fail"
label = "bus-error"
error = "bus"

[[fault]]
fault = "arbitration-loss"
label = "arbitration"

[[fault]]
fault = "nack-data"
label = "nack-data"

[[fault]]
fault = "fail"
label = "fails"
error = "other"

[[fault]]
fault = "fail"
label = "overrun"
error = "overrun"
"#;

fn folder() -> TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    fs::write(folder.path().join("board.toml"), POLICY).expect("a file");
    folder
}

#[test]
fn a_component_of_the_drafts_gets_what_their_interfaces_promise() {
    let folder = folder();
    let guest = support::guest_library("guest-wasi-drafts", "guest_wasi_drafts");
    fs::copy(guest, folder.path().join("draft.wasm")).expect("a file");
    // It panics at the first wrong answer.
    let output =
        run(&folder, &["run", "draft.wasm", "--policy", "board.toml", "--log", "info", "--trace", "wires.vcd"]);
    let log = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(0), "{log}");
    assert_eq!(String::from_utf8_lossy(&output.stdout), "all is right\n", "{log}");
    assert!(log.contains("draft.wasm is a component for the drafts of WASI I2C and WASI GPIO"), "{log}");
    let check = run(&folder, &["check", "draft.wasm", "--policy", "board.toml"]);
    assert!(check.status.success(), "{}", String::from_utf8_lossy(&check.stderr));
}

#[test]
fn a_policy_to_start_from_has_a_label_of_each_kind_and_is_one() {
    let folder = folder();
    let guest = support::guest_library("guest-wasi-drafts", "guest_wasi_drafts");
    fs::copy(guest, folder.path().join("draft.wasm")).expect("a file");
    let adapt = run(&folder, &["adapt", "draft.wasm", "-o", "adapted.wasm", "--policy", "start.toml"]);
    assert!(adapt.status.success(), "{}", String::from_utf8_lossy(&adapt.stderr));
    let policy = fs::read_to_string(folder.path().join("start.toml")).expect("a policy");
    for label in ["[i2c.i2c0]", "LED = {", "BUTTON = {", "[pwm.FAN]"] {
        assert!(policy.contains(label), "{label} in {policy}");
    }
    let check = run(&folder, &["check", "adapted.wasm", "--policy", "start.toml"]);
    assert!(check.status.success(), "{}", String::from_utf8_lossy(&check.stderr));
}

#[test]
fn what_no_adapter_serves_is_refused_in_words() {
    let cases = [
        (
            r#"(component (import "wasi:gpio/digital-async@0.2.0" (instance)))"#,
            "it imports wasi:gpio/digital-async@0.2.0, whose pollables no adapter can make",
        ),
        // An earlier draft of the same name: a pin is got by a label and flags.
        (
            r#"(component (import "wasi:gpio/digital@0.2.0" (instance
                (export "digital-out-pin" (type (sub resource)))
                (export "get-digital-out" (func (param "pin-label" string))))))"#,
            "it imports wasi:gpio/digital@0.2.0 as another draft has it",
        ),
        (
            r#"(component (import "wasi:i2c/i2c@0.2.0-draft" (instance
                (export "open" (func (param "name" string) (result u32))))))"#,
            "it imports wasi:i2c/i2c@0.2.0-draft as another draft has it",
        ),
        (
            r#"(component (import "wasi:gpio/pwm@0.2.0" (instance
                (export "open" (func (param "label" string))))))"#,
            "it imports wasi:gpio/pwm@0.2.0 as another draft has it",
        ),
    ];
    let folder = folder();
    for (text, wanted) in cases {
        fs::write(folder.path().join("app.wasm"), wat::parse_str(text).expect("a component")).expect("a file");
        for arguments in [
            &["check", "app.wasm"][..],
            &["adapt", "app.wasm", "-o", "out.wasm"],
            &["run", "app.wasm", "--policy", "board.toml"],
        ] {
            let output = run(&folder, arguments);
            let told = String::from_utf8_lossy(&output.stderr).into_owned();
            assert_eq!(output.status.code(), Some(121), "{arguments:?}: {told}");
            assert!(told.contains(wanted), "{wanted:?} in {told}");
        }
        assert!(!folder.path().join("out.wasm").exists());
    }
}
