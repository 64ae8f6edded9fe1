//! Published drivers on boards, without WebAssembly: what their own tests list byte by byte.

use eeprom24x::{Eeprom24x, SlaveAddr};
use lm75::{Address, Lm75, OsPolarity};
use sht4x::{Precision, Sht4xAsync};
use wasm_embedded_scenario::{Bench, BenchError};

const BOARD: &str = r#"
    [i2c.bus]
    sim = "board"
    frequency = 400_000
    allow = [0x44, 0x48, 0x50]

    [gpio]
    ALERT = { sim = true, direction = "input", bias = "pull-up", active-low = true }

    [[part]]
    model = "lm75"
    i2c = "board"
    output = "ALERT"
    temperature = -24.5

    [[part]]
    model = "eeprom24"
    i2c = "board"
    size = "24c02"

    [[part]]
    model = "sht4x"
    i2c = "board"
    temperature = 21.5
    humidity = 45
"#;

fn bench() -> Bench {
    Bench::from_toml(BOARD).expect("a board")
}

#[test]
fn lm75_reads_configures_and_alerts() -> Result<(), BenchError> {
    let mut bench = bench();
    let mut sensor = Lm75::new(bench.board.i2c("bus")?, Address::default());
    assert_eq!(sensor.read_temperature().ok(), Some(-24.5));
    sensor.set_os_temperature(30.0).expect("the part is there");
    sensor.set_hysteresis_temperature(28.0).expect("the part is there");
    sensor.set_os_polarity(OsPolarity::ActiveLow).expect("the part is there");
    // What its own tests list: the registers, and the values in them. And what they cannot: that the part acts on them.
    bench.steps(
        r#"
        [[step]]
        expect = { label = "bus", address = 0x48, write = [0x03, 30, 0] }
        [[step]]
        expect = { label = "bus", address = 0x48, write = [0x02, 28, 0] }
        [[step]]
        expect = { label = "bus", address = 0x48, write = [0x01, 0] }
        [[step]]
        set = { lm75 = { temperature = 31 } }
        [[step]]
        expect = { label = "ALERT", level = "high" }
        within = "500ms"
        [[step]]
        set = { lm75 = { temperature = 27 } }
        [[step]]
        expect = { label = "ALERT", level = "low" }
        within = "500ms"
        "#,
    )
}

#[test]
fn eeprom24x_waits_for_the_write_cycle_and_keeps_pages_apart() -> Result<(), BenchError> {
    let mut bench = bench();
    let mut eeprom = Eeprom24x::new_24x02(bench.board.i2c("bus")?, SlaveAddr::default());
    eeprom.write_page(0x10, &[1, 2, 3, 4]).expect("the part is there");
    // The part is busy now: nobody acknowledges.
    assert!(eeprom.read_byte(0x10).is_err());
    bench.steps(
        r#"
        [[step]]
        expect = { label = "bus", address = 0x50, acknowledged = false }
        [[step]]
        wait = "5ms"
        "#,
    )?;
    let mut read = [0; 4];
    eeprom.read_data(0x10, &mut read).expect("the cycle is over");
    assert_eq!(read, [1, 2, 3, 4]);
    assert!(eeprom.write_page(0x1e, &[0; 17]).is_err(), "longer than a page");
    Ok(())
}

#[test]
fn sht4x_measures_while_something_else_waits() -> Result<(), BenchError> {
    let mut bench = bench();
    let mut sensor = Sht4xAsync::new(bench.board.i2c("bus")?);
    let mut delay = bench.board.delay();
    let before_ns = bench.board.sim().now_ns();
    let measured = bench.board.block_on(async { sensor.measure(Precision::High, &mut delay).await });
    let measured = measured.expect("time passes").expect("the part is there");
    assert!((21_450..=21_550).contains(&measured.temperature_milli_celsius()), "{measured:?}");
    assert!(bench.board.sim().now_ns() - before_ns > 7_000_000, "the measurement takes its time");
    // The sensor is gone for two transactions.
    bench.steps("[[step]]\nfault = { fault = \"nack-address\", part = \"sht4x\", times = 2 }")?;
    for is_there in [false, false, true] {
        let measured = bench.board.block_on(async { sensor.serial_number(&mut delay).await });
        assert_eq!(measured.expect("time passes").is_ok(), is_there);
    }
    Ok(())
}

#[test]
fn a_step_that_fails_shows_what_was_there_instead() {
    let mut bench = bench();
    let mut sensor = Lm75::new(bench.board.i2c("bus").expect("a label"), Address::default());
    sensor.read_temperature().expect("the part is there");
    let error = bench.steps("[[step]]\nexpect = { label = \"bus\", write = [0x07] }\nwithin = \"1s\"");
    let text = format!("{:?}", error.expect_err("no such write"));
    assert!(text.contains("line 1, expect bus write [07] within 1 s: it did not happen"), "{text}");
    assert!(text.contains("bus 0x48 write [00] read [e7 80]"), "{text}");
}

#[test]
fn a_slip_in_a_step_is_told_with_its_line() {
    let error = bench().steps("[[step]]\nexpect = { label = \"buss\", address = 0x48 }").expect_err("no such label");
    let text = error.to_string();
    assert!(text.contains("line 2") && text.contains("did you mean `bus`?"), "{text}");
}
