//! What cannot be made a policy of an expectation file says which call is wrong. The host's tests run what can.

use wasm_embedded_adapt::expectations;

const OPS: &str = r#"
ops = [
  { kind = "i2c_init", port = 0, baud = 100_000, sda = 2, scl = 3, res = 1 },
  { kind = "spi_init", port = 1, baud = 1_000_000, mosi = 1, miso = 2, sck = 3, cs = 4, res = 2 },
  { kind = "spi_transfer", handle = 2, data_out = [0x9f, 0x00], data_in = [0xff, 0xef] },
  { kind = "i2c_read", handle = 1, addr = 0x51, data_in = [0x07] },
  { kind = "gpio_init", port = 0, pin = 7, output = false, res = 4 },
  { kind = "gpio_get", handle = 4, state = true },
  { kind = "gpio_get", handle = 4, state = 1 },
]
"#;

#[test]
fn labels_and_exchanges_become_a_policy() {
    let policy = expectations(OPS).expect("a policy");
    for wanted in [
        "[i2c.i2c0]\nsim = \"i2c0\"\nallow = [0x51]\n",
        "address = 0x51\nsteps = [\n    { read = [0x07] },\n]",
        "[spi.spi1]\nsim = true\n",
        "{ mosi = [0x9f, 0x00], miso = [0xff, 0xef] }",
        "gpio0-7 = { sim = true, direction = \"input\", bias = \"pull-up\" }",
    ] {
        assert!(policy.contains(wanted), "{wanted} is missing in {policy}");
    }
}

#[test]
fn what_cannot_be_converted_is_named_by_its_call() {
    for (expected, other, told) in [
        ("i2c_read", "i2c_erase", "call 4 of `ops`, i2c_erase: the device behind the handle has no such call"),
        ("i2c_read", "read", "call 4 of `ops`, read: `kind` is missing or unknown"),
        ("handle = 2,", "handle = 9,", "call 3 of `ops`, spi_transfer: handle 9 is not open: no `init` returned it"),
        ("res = 2", "res = 1", "call 2 of `ops`, spi_init: handle 1 is open for something else"),
        ("addr = 0x51", "addr = 0x80", "call 4 of `ops`, i2c_read: a scripted part has an address of seven bits"),
        ("[0x07]", "[0x107]", "call 4 of `ops`, i2c_read: `data_in` must be a list of bytes"),
        ("state = 1", "state = 0", "call 7 of `ops`, gpio_get: the input has another state than in an earlier call"),
        ("state = 1", "state = 2", "call 7 of `ops`, gpio_get: `state` must be true"),
        ("ops =", "calls =", "`ops` is missing"),
        ("ops = [", "ops = [[", "an expectation file is TOML"),
    ] {
        assert!(OPS.contains(expected), "{expected}");
        let error = expectations(&OPS.replacen(expected, other, 1)).expect_err(other);
        assert!(error.to_string().contains(told), "{told:?} in {error}");
    }
}
