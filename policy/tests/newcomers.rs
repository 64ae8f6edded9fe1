//! What a newcomer is told: which label grants an address, and which file is meant.

use std::fs;
use std::path::Path;

use wasm_embedded_policy::{MAX_POLICY_BYTES, Policy};

const BUS: &str = r#"
[i2c.all]
sim = "board"
allow = ["0x08-0x77"]
shared = true

[i2c.sensor]
sim = "board"
allow = [0x48, { address = 0x50, access = "read-only" }, { address = 0x068, ten-bit = true }]

[i2c.clock]
sim = "board"
allow = [0x68]

[i2c.memory]
sim = "board"
allow = [{ address = 0x51, access = "read-only" }]

[i2c.other]
sim = "other"
allow = [0x20, 0x48]

[[part]]
model = "lm75"
i2c = "board"
address = 0x48

[[part]]
model = "lm75"
name = "second"
i2c = "other"
address = 0x48
"#;

#[test]
fn another_label_of_the_same_bus_is_named_for_an_address_that_it_grants() {
    let policy = Policy::parse("board.toml", BUS).unwrap_or_else(|error| panic!("{error:#?}"));
    let named = |label: &str, address: u16, ten_bit: bool, writes: bool| {
        let asked = policy.i2c.iter().find(|other| other.label == label).expect("a label");
        asked.granted_by_another(&policy.i2c, address, ten_bit, writes).map(|other| other.label.clone())
    };
    for (label, address, ten_bit, writes, expected) in [
        // The one for this device before the one for the whole bus.
        ("sensor", 0x68, false, true, Some("clock")),
        ("clock", 0x48, false, false, Some("sensor")),
        ("all", 0x48, false, true, Some("sensor")),
        ("sensor", 0x33, false, true, Some("all")),
        // What may only be read there is no help for who writes.
        ("clock", 0x51, false, false, Some("memory")),
        ("clock", 0x51, false, true, Some("all")),
        // Another width is another address, another bus another device, and the label itself is known.
        ("clock", 0x068, true, false, Some("sensor")),
        ("sensor", 0x068, true, false, None),
        ("clock", 0x048, true, false, None),
        ("other", 0x68, false, false, None),
        ("all", 0x78, false, false, None),
    ] {
        let found = named(label, address, ten_bit, writes);
        assert_eq!(found.as_deref(), expected, "{label} {address:#x}, ten bits: {ten_bit}, writes: {writes}");
    }
}

#[test]
fn a_file_is_called_what_it_is_whatever_is_wrong_with_it() {
    let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join("newcomers.toml");
    // What an earlier run left.
    let _ = fs::remove_file(&path);
    let cases: [(Option<Vec<u8>>, &str); 4] = [
        (None, "cannot read the "),
        (Some(b"# \xff".to_vec()), " is not UTF-8 text"),
        (Some(vec![b'\n'; MAX_POLICY_BYTES + 1]), " is longer than 1024 KiB"),
        (Some(b"[[fault]]\nno-such-key = 1\n".to_vec()), " is refused"),
    ];
    for (bytes, text) in cases {
        match bytes {
            Some(bytes) => fs::write(&path, bytes).expect("a file"),
            None => assert!(!path.exists()),
        }
        let of_policy = Policy::load(&path).expect_err("it is wrong").to_string();
        let of_faults = Policy::default().load_faults(&path).expect_err("it is wrong").to_string();
        assert!(of_policy.contains("the policy ") && of_policy.contains(text), "{of_policy}");
        assert!(of_faults.contains("the fault file ") && of_faults.contains(text), "{of_faults}");
        assert!(!of_faults.contains("policy"), "{of_faults}");
    }
}
