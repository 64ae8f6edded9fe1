//! Whatever a file has, it is read or refused: nothing panics, and what comes back is a policy.

use std::fs;
use std::path::Path;

use rand::rngs::StdRng;
use rand::{RngExt as _, SeedableRng as _};
use wasm_embedded_diagram::read;
use wasm_embedded_policy::{Policy, PolicyError};

/// Reads a text, and holds what comes of it against what is promised. Returns whether it was taken.
fn look(text: &str) -> bool {
    match read("d.json", text) {
        Ok(drawn) => {
            Policy::parse("d.toml", &drawn.policy).unwrap_or_else(|error| panic!("{error}:\n{}", drawn.policy));
            let lines = text.lines().count().max(1);
            assert!(drawn.notes.iter().all(|note| (1..=lines).contains(&note.line)), "{:?}", drawn.notes);
            true
        }
        Err(PolicyError::Invalid { problems, .. }) => {
            assert!(!problems.is_empty());
            let lines = text.split('\n').count();
            assert!(problems.iter().all(|problem| (1..=lines).contains(&problem.line())), "{problems:?}");
            false
        }
        Err(error) => panic!("{error}"),
    }
}

fn diagrams() -> Vec<String> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("diagrams");
    let mut files: Vec<_> =
        fs::read_dir(folder).expect("the folder").map(|entry| entry.expect("an entry").path()).collect();
    files.sort();
    files.iter().map(|file| fs::read_to_string(file).expect("a text")).collect()
}

#[test]
fn cut_diagrams_are_refused() {
    for text in diagrams() {
        let end = text.trim_end().len();
        for cut in (0..end).filter(|cut| text.is_char_boundary(*cut)) {
            assert!(!look(&text[..cut]), "cut at {cut}:\n{}", &text[..cut]);
        }
        assert!(look(&text));
    }
}

#[test]
fn flipped_diagrams_are_read_or_refused() {
    let (mut taken, mut tried) = (0, 0);
    let mut random = StdRng::seed_from_u64(19);
    for text in diagrams() {
        for _ in 0..400 {
            let mut bytes = text.clone().into_bytes();
            for _ in 0..random.random_range(1..4) {
                let place = random.random_range(0..bytes.len());
                match random.random_range(0..3) {
                    0 => bytes[place] ^= 1 << random.random_range(0..7),
                    1 => drop(bytes.remove(place)),
                    _ => bytes.insert(place, b"\"{}[],:0 -\\a"[random.random_range(0..11)]),
                }
            }
            let Ok(text) = String::from_utf8(bytes) else { continue };
            tried += 1;
            taken += u32::from(look(&text));
        }
    }
    // Both ways were taken, or the damage says nothing.
    assert!(taken > tried / 20 && taken < tried, "{taken} of {tried}");
}

/// Types of parts, with pins that they have.
const TYPES: [(&str, &[&str]); 16] = [
    ("wokwi-led", &["A", "C"]),
    ("wokwi-pushbutton", &["1.l", "1.r", "2.l"]),
    ("wokwi-neopixel", &["DIN", "DOUT"]),
    ("wokwi-slide-switch", &["1", "2", "3"]),
    ("wokwi-potentiometer", &["SIG", "VCC", "GND"]),
    ("wokwi-7segment", &["A", "COM.1", "DP"]),
    ("wokwi-lcd1602", &["RS", "RW", "E", "D4", "D5", "D6", "D7"]),
    ("chip-pcf8574", &["SDA", "SCL", "P0", "P7", "INT"]),
    ("chip-ads1115", &["SDA", "SCL", "A0"]),
    ("chip-eeprom24", &["SDA", "SCL"]),
    ("wokwi-gnd", &["GND"]),
    ("wokwi-vcc", &["VCC"]),
    ("wokwi-resistor", &["1", "2"]),
    ("chip-ssd1306", &["SDA", "SCL", "SCK", "MOSI", "DC"]),
    ("chip-echo", &["TX", "RX"]),
    ("wokwi-ky-040", &["CLK", "DT", "SW"]),
];

#[test]
fn any_wiring_is_read_or_refused() {
    let values = ["1", "0x50", "", "-1", "1e999", "24c512", "\\u0000", "i2c", "\\\"\\n[[part]]"];
    let keys = ["address", "value", "temperature", "size", "pins", "common", "pwm", "pixels", "bounce", "contents"];
    let ends = ["1", "2", "20", "21", "A0", "GND.1", "5V", "3.3V"];
    let mut random = StdRng::seed_from_u64(20);
    let mut below = |end: usize| random.random_range(0..end);
    let mut taken = 0;
    for _ in 0..3_000 {
        let kinds: Vec<_> = (0..4).map(|_| TYPES[below(TYPES.len())]).collect();
        let mut parts = vec!["{\"type\": \"wokwi-arduino-mega\", \"id\": \"m\"}".to_owned()];
        for (number, (kind, _)) in kinds.iter().enumerate() {
            let attrs = format!("\"{}\": \"{}\"", keys[below(keys.len())], values[below(values.len())]);
            parts.push(format!("{{\"type\": \"{kind}\", \"id\": \"p{number}\", \"attrs\": {{{attrs}}}}}"));
        }
        let mut wires = Vec::new();
        for _ in 0..8 {
            let mut end = || {
                let number = below(kinds.len());
                let pins = kinds[number].1;
                format!("p{number}:{}", pins[below(pins.len())])
            };
            let (one, other) = (end(), end());
            let other = if below(3) > 0 { format!("m:{}", ends[below(ends.len())]) } else { other };
            wires.push(format!("[\"{one}\", \"{other}\", \"\"]"));
        }
        let text = format!("{{\"parts\": [{}], \"connections\": [{}]}}", parts.join(",\n"), wires.join(",\n"));
        taken += u32::from(look(&text));
    }
    // Many are taken, or only the first refusals were tried.
    assert!(taken > 500, "{taken}");
}
