use super::policy;
use crate::microcontroller::Board;
use crate::policy::chip::{ChipBus, I2cPins};
use crate::policy::{LIMITS, Limits, OnChip, Policy};

fn limits(text: &str) -> Result<Limits, String> {
    let parsed = Policy::parse("limits.toml", &format!("[limits]\n{text}\n")).expect(text);
    policy(&parsed, Board::Pico2, "guest").map(|policy| policy.limits).map_err(|error| error.to_string())
}

/// The default of a large machine was once taken for nothing stated.
#[test]
fn a_limit_that_is_stated_is_kept_or_refused_whatever_its_value() {
    for limit in &LIMITS {
        let middle = limit.default.unwrap_or(10_000);
        for value in [*limit.range.start(), middle - 1, middle, middle + 1] {
            let key = limit.key;
            match (limit.on_chip, limits(&format!("{key} = {value}"))) {
                (OnChip::Keeps | OnChip::KeepsWith(_) | OnChip::KeepsWord(_), Ok(limits)) => {
                    assert_eq!(limits.stated(key), Some(value), "{key}");
                }
                (OnChip::Nothing, Ok(kept)) => assert_eq!(kept, limits("").expect("no limit"), "{key}"),
                (OnChip::Refuses(_), Err(error)) => {
                    assert!(error.contains(&format!("pico2 does not support `{key}` in [limits]")), "{error}");
                }
                (_, result) => panic!("{key} = {value}: {result:?}"),
            }
        }
    }
    assert_eq!(limits("fuel = \"off\"").expect("no fuel").fuel(), None);
    assert!(limits("memory-bytes = 4_294_967_296").expect_err("4 GiB").contains("below 4 GiB"));
}

#[test]
fn what_no_firmware_can_keep_is_refused_and_the_rest_has_the_defaults_of_a_small_machine() {
    for key in ["stack-bytes", "computing-ms", "processor-time-ms", "wall-time-ms", "output-bytes"] {
        limits(&format!("{key} = 20000")).expect_err(key);
    }
    let small = limits("").expect("no limit");
    assert_eq!((small.memory_bytes(), small.table_elements(), small.instances()), (131_072, 1_024, 8));
    assert_eq!((small.fuel(), small.transaction_bytes(), small.handles()), (Some(10_000_000), 65_536, 64));
}

#[test]
fn what_else_a_firmware_cannot_keep_is_refused_with_its_name() {
    let refusal = |text: &str| {
        let parsed = Policy::parse("pico2.toml", text).expect(text);
        policy(&parsed, Board::Pico2, "guest").expect_err(text).to_string()
    };
    let said = refusal("[gpio]\nKEY = { pin = 5, debounce = \"5ms\" }\n");
    assert!(said.starts_with("pico2 does not support `debounce` of label `KEY`"), "{said}");
    let said = refusal("[adc.POT]\npin = 26\nresolution-bits = 10\n");
    assert!(said.starts_with("pico2 does not support `resolution-bits` of label `POT`"), "{said}");
    let said = refusal("[gpio]\nLED = { pin = 5 }\n[[fault]]\nfault = \"oversleep\"\nfactor = 2\n");
    assert!(said.starts_with("pico2 does not support [[fault]]"), "{said}");
}

#[test]
fn an_ast1030_has_its_i2c_controllers_on_their_own_pins_and_nothing_else() {
    let converted = |text: &str| {
        let parsed = Policy::parse("ast1030.toml", text).expect(text);
        policy(&parsed, Board::Ast1030, "guest").map_err(|error| error.to_string())
    };
    let kept =
        converted("[i2c.sensor]\nblock = \"I2C13\"\nsda = 27\nscl = 28\nallow = [0x4d]\n").expect("a controller");
    let pins = kept.i2c.first().map(|label| label.backend.clone());
    assert_eq!(pins, Some(ChipBus::Block { block: 13, pins: I2cPins { sda: 27, scl: 28 } }));
    for (text, expected) in [
        (
            "[i2c.sensor]\nblock = 1\nsda = 3\nscl = 5\n",
            "`scl` of label `sensor`: I2C1 of an AST1030 is on lines 3 and 4 and no others, not 5",
        ),
        (
            "[i2c.sensor]\nblock = 14\nsda = 29\nscl = 30\n",
            "label `sensor`: unknown I2C block `14`: ast1030 has I2C blocks 0 to 13",
        ),
        ("[i2c.sensor]\nsim = true\n", "label `sensor` is a simulated bus, but ast1030 has I2C only: use `block`"),
        ("[gpio]\nLED = { pin = 5 }\n", "label `LED` is a pin, but ast1030 has I2C only: use `block`"),
        (
            "[uart.PORT]\nblock = 1\ntx = 4\nrx = 5\n",
            "label `PORT` is a serial port, but ast1030 has I2C only: use `block`",
        ),
        (
            "[adc.POT]\npin = 26\n",
            "label `POT` is a PWM output or an analogue input, but ast1030 has I2C only: use `block`",
        ),
    ] {
        assert_eq!(converted(text).expect_err(text), expected);
    }
}
