//! What the command says of guests that are wrong in ways that users meet, from outside and with guests in Rust.

mod program;
#[path = "../../runtime/tests/support/mod.rs"]
mod support;

use std::fs;
use std::path::Path;

use tempfile::TempDir;

use crate::program::run;
use crate::support::{guest, guest_with_lines};

/// Runs a component with a policy, and returns what is written to the standard error.
fn stderr(component: &Path, policy: &str, arguments: &[&str]) -> String {
    let folder: TempDir = tempfile::tempdir().expect("a folder");
    fs::write(folder.path().join("board.toml"), policy).expect("a file");
    let component = component.to_str().expect("a path of text");
    let output = run(&folder, &[&["run", component, "--policy", "board.toml"], arguments].concat());
    String::from_utf8_lossy(&output.stderr).into_owned()
}

/// A thermometer at an address that a label grants, or another.
fn thermometer(allow: &str, address: &str) -> String {
    format!(
        "[i2c.thermometer]\nsim = true\nallow = [{allow}]\n[[part]]\nmodel = \"lm75\"\ni2c = \"i2c\"\naddress = {address}\n"
    )
}

#[test]
fn a_driver_at_another_address_is_told_who_is_on_the_bus() {
    let said = stderr(&guest("examples", "thermometer"), &thermometer("0x48, 0x49", "0x49"), &[]);
    let warning =
        "warning: i2c \"thermometer\": no device acknowledged 0x48; its simulated bus `i2c` has `lm75` at 0x49";
    assert!(said.contains(warning), "{said}");
    let said = stderr(&guest("examples", "thermometer"), &thermometer("0x48", "0x48"), &[]);
    assert_eq!(said, "", "it is there");
    let fault = "[[fault]]\ndevice = \"lm75\"\ncause = \"no-acknowledge\"\n";
    let said = stderr(&guest("examples", "thermometer"), &(thermometer("0x48", "0x48") + fault), &[]);
    assert!(!said.contains("no device acknowledged"), "it is there, and does not answer: {said}");
}

#[test]
fn a_label_with_a_slip_of_the_pen_gets_the_one_that_is_meant() {
    let policy = thermometer("0x48", "0x48").replace("[i2c.thermometer]", "[i2c.termometer]");
    let said = stderr(&guest("examples", "thermometer"), &policy, &[]);
    let wanted = "label \"thermometer\", but the policy lacks it; did you mean \"termometer\"?";
    assert!(said.contains(wanted), "{said}");
    let policy = thermometer("0x48", "0x48").replace("[i2c.thermometer]", "[i2c.display]");
    assert!(!stderr(&guest("examples", "thermometer"), &policy, &[]).contains("did it mean"), "another word is none");
}

#[test]
fn the_backtrace_of_a_panic_begins_with_the_guest_s_own_function() {
    let policy = "[gpio]\nMOTOR = { sim = true, direction = \"output\" }\n";
    let said = stderr(&guest_with_lines("misbehave"), policy, &["--", "panic"]);
    let calls: Vec<&str> =
        said.lines().skip_while(|line| !line.starts_with("error: the guest trapped")).skip(1).collect();
    assert!(calls.first().is_some_and(|call| call.contains("misbehave::main")), "{said}");
    assert!(calls.len() <= 4, "{} lines: {said}", calls.len());
    for library in ["panic_fmt", "short_backtrace", "lang_start", "abort"] {
        assert!(!calls.iter().any(|call| call.contains(library)), "{library}: {said}");
    }
}
