//! What cannot be made a policy and a recording of an expectation file says which call is wrong. The host's tests run what can.

use wasm_embedded_adapt::expectations;

const OPS: &str = r#"
ops = [
  { kind = "i2c_init", port = 0, baud = 100_000, sda = 2, scl = 3, res = 1 },
  { kind = "spi_init", port = 1, baud = 1_000_000, mosi = 1, miso = 2, sck = 3, cs = 4, res = 2 },
  { kind = "spi_transfer", handle = 2, data_out = [0x9f, 0x00], data_in = [0xff, 0xef] },
  { kind = "i2c_read", handle = 1, addr = 0x51, data_in = [0x07] },
  { kind = "i2c_write", handle = 1, addr = 0x151, data_out = [] },
  { kind = "gpio_init", port = 0, pin = 7, output = false, res = 4 },
  { kind = "gpio_get", handle = 4, state = true },
  { kind = "gpio_get", handle = 4, state = 0 },
  { kind = "gpio_init", port = 0, pin = 8, output = true, res = 5 },
  { kind = "gpio_set", handle = 5, state = "high" },
  { kind = "gpio_get", handle = 5, state = 1 },
]
"#;

#[test]
fn labels_become_a_policy_and_calls_a_recording() {
    let expected = expectations(OPS).expect("a policy and a recording");
    for wanted in [
        "[i2c.i2c0-100000-2-3]\nsim = true\nallow = [0x51, { address = 0x151, ten-bit = true }]\n",
        "[spi.spi1-1000000-1-2-3-4]\nsim = true\n",
        "gpio0-7 = { sim = true, direction = \"input\" }\n",
        "gpio0-8 = { sim = true, direction = \"output\", initial = \"low\" }\n",
    ] {
        assert!(expected.policy.contains(wanted), "{wanted} is missing in {}", expected.policy);
    }
    let recording = "\
# wasm-embedded-rt recording 1
0.000000000 spi1-1000000-1-2-3-4 transfer 9f 00 for 2 -> ff ef
0.000000000 i2c0-100000-2-3 0x51 read 1 -> 07
0.000000000 i2c0-100000-2-3 0x151 (10-bit) write ->
0.000000000 gpio0-7 get -> high
0.000000000 gpio0-7 get -> low
0.000000000 gpio0-8 set high -> ok
";
    assert_eq!(expected.recording, recording);
}

#[test]
fn what_cannot_be_converted_is_named_by_its_call() {
    for (expected, other, told) in [
        ("i2c_read", "i2c_erase", "call 4 of `ops`, i2c_erase: the device behind the handle has no such call"),
        ("i2c_read", "read", "call 4 of `ops`, read: `kind` is missing or unknown"),
        ("handle = 2,", "handle = 9,", "call 3 of `ops`, spi_transfer: handle 9 is not open: no `init` returned it"),
        ("res = 2", "res = 1", "call 2 of `ops`, spi_init: handle 1 is open for something else"),
        ("addr = 0x51", "addr = 0x400", "call 4 of `ops`, i2c_read: an address is from 0 to 0x3ff"),
        ("[0x07]", "[0x107]", "call 4 of `ops`, i2c_read: `data_in` must be a list of bytes"),
        (
            "handle = 5, state = 1",
            "handle = 5, state = 0",
            "call 11 of `ops`, gpio_get: the output is high after the calls",
        ),
        ("state = 0", "state = 2", "call 8 of `ops`, gpio_get: `state` must be true"),
        ("pin = 8", "pin = 7", "call 9 of `ops`, gpio_init: the pin is opened in the other direction elsewhere"),
        ("ops =", "calls =", "`ops` is missing"),
        ("ops = [", "ops = [[", "an expectation file is TOML"),
    ] {
        assert!(OPS.contains(expected), "{expected}");
        let error = expectations(&OPS.replacen(expected, other, 1)).expect_err(other);
        assert!(error.to_string().contains(told), "{told:?} in {error}");
    }
}

#[test]
fn a_level_has_the_names_of_both_states_in_any_case_and_no_others() {
    let recording = |state: &str| {
        let get = format!("{{ kind = \"gpio_get\", handle = 4, state = {state} }}");
        expectations(&OPS.replacen("{ kind = \"gpio_get\", handle = 4, state = true }", &get, 1))
    };
    for (state, level) in [
        ("true", "high"),
        ("false", "low"),
        ("1", "high"),
        ("0", "low"),
        ("\"high\"", "high"),
        ("\"HIGH\"", "high"),
        ("\"low\"", "low"),
        ("\"Low\"", "low"),
    ] {
        let expected = recording(state).unwrap_or_else(|error| panic!("{state}: {error}"));
        assert!(
            expected.recording.contains(&format!("gpio0-7 get -> {level}\n0.000000000 gpio0-7 get -> low\n")),
            "{state}"
        );
    }
    for state in ["\"higher\"", "\"\"", "\"0\"", "2", "-1", "1.0", "[1]"] {
        let error = recording(state).expect_err(state).to_string();
        let told = "call 7 of `ops`, gpio_get: `state` must be true, false, 0, 1, \"low\" or \"high\"";
        assert!(error.contains(told), "{state}: {error}");
    }
}

#[test]
fn a_handle_may_be_returned_again_for_what_it_stands_for() {
    let again = OPS.replacen(
        "ops = [",
        "ops = [\n  { kind = \"i2c_init\", port = 0, baud = 100_000, sda = 2, scl = 3, res = 1 },",
        1,
    );
    let (once, twice) = (expectations(OPS).expect("valid"), expectations(&again).expect("valid too"));
    assert_eq!((once.policy, once.recording), (twice.policy, twice.recording));
}
