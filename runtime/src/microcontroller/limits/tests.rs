use wasm_embedded_image::policy as packed;

use super::{Board, convert};
use crate::policy::Policy;

fn limits(text: &str) -> Result<packed::Limits, String> {
    let policy = Policy::parse("limits.toml", &format!("[limits]\n{text}\n")).expect(text);
    convert(&policy, Board::Pico2).map_err(|error| error.to_string())
}

/// What a key of `[limits]` does on a microcontroller.
enum Effect {
    /// It sets what this returns.
    Sets(fn(&packed::Limits) -> u64),
    Refused,
    /// There is nothing of the kind.
    Nothing,
}

use Effect::{Nothing, Refused, Sets};

/// Every key, with a value that is the default of a large machine: that one was once taken for none.
const KEYS: [(&str, u64, Effect); 19] = [
    ("transaction-bytes", 65_536, Sets(|limits| limits.transaction_bytes.into())),
    ("operations", 1_024, Sets(|limits| limits.operations.into())),
    ("transaction-delay-ns", 50_000_000, Sets(|limits| limits.transaction_delay_ns)),
    ("transaction-time-ns", 50_000_000, Sets(|limits| limits.transaction_time_ns)),
    ("handles", 64, Sets(|limits| limits.handles.into())),
    ("calls", 128, Nothing),
    ("text-bytes", 4_096, Sets(|limits| limits.text_bytes.into())),
    ("log-messages-per-s", 1_000, Sets(|limits| limits.log_messages_per_s.into())),
    ("memory-bytes", 16_777_216, Sets(|limits| limits.memory_bytes.into())),
    ("table-elements", 10_000, Sets(|limits| limits.table_elements.into())),
    ("instances", 8, Sets(|limits| limits.instances.into())),
    ("stack-bytes", 262_144, Refused),
    ("code-bytes", 8_388_608, Nothing),
    ("computing-ms", 10_000, Refused),
    ("processor-time-ms", 10_000, Refused),
    ("wall-time-ms", 10_000, Refused),
    ("fuel", 10_000_000, Sets(|limits| limits.fuel.expect("it is counted"))),
    ("output-bytes", 268_435_456, Refused),
    ("trace-bytes", 1_073_741_824, Nothing),
];

#[test]
fn a_limit_that_is_stated_is_kept_or_refused_whatever_its_value() {
    for (key, value, effect) in KEYS {
        for value in [value - 1, value, value + 1] {
            let limits = limits(&format!("{key} = {value}"));
            match (&effect, limits) {
                (Sets(get), Ok(limits)) => assert_eq!(get(&limits), value, "{key}"),
                (Nothing, Ok(limits)) => assert_eq!(limits, packed::Limits::default(), "{key}"),
                (Refused, Err(error)) => {
                    assert!(error.contains(&format!("pico2 does not support `{key}` in [limits]")), "{error}")
                }
                (Sets(_) | Nothing, Err(error)) => panic!("{key} = {value}: {error}"),
                (Refused, Ok(_)) => panic!("{key} = {value} is taken and not kept"),
            }
        }
    }
    assert_eq!(limits("").expect("no limit"), packed::Limits::default());
    assert_eq!(limits("fuel = \"off\"").expect("no fuel").fuel, None);
    assert!(limits("memory-bytes = 4_294_967_296").expect_err("4 GiB").contains("below 4 GiB"));
}

#[test]
fn what_else_a_firmware_cannot_keep_is_refused_with_its_name() {
    let refusal = |text: &str| {
        let policy = Policy::parse("pico2.toml", text).expect(text);
        crate::microcontroller::convert::policy(&policy, Board::Pico2, "guest").expect_err(text).to_string()
    };
    let said = refusal("[gpio]\nKEY = { pin = 5, debounce = \"5ms\" }\n");
    assert!(said.starts_with("pico2 does not support `debounce` of label `KEY`"), "{said}");
    let said = refusal("[adc.POT]\npin = 26\nresolution-bits = 10\n");
    assert!(said.starts_with("pico2 does not support `resolution-bits` of label `POT`"), "{said}");
    let said = refusal("[gpio]\nLED = { pin = 5 }\n[[fault]]\nfault = \"oversleep\"\nfactor = 2\n");
    assert!(said.starts_with("pico2 does not support [[fault]]"), "{said}");
}

#[test]
fn every_key_of_the_limits_is_tried() {
    let error = Policy::parse("limits.toml", "[limits]\nx = 1\n").expect_err("an unknown key");
    let crate::policy::PolicyError::Invalid { problems, .. } = error else { panic!("{error}") };
    let keys = problems[0].advice().and_then(|advice| advice.strip_prefix("keys: ")).expect("the keys");
    let mut tried: Vec<&str> = KEYS.iter().map(|(key, ..)| *key).collect();
    tried.sort_unstable();
    assert_eq!(keys.split(", ").collect::<Vec<_>>(), tried);
}
