//! What drawings become: labels, nets, parts, and what is said of the rest.

use std::fs;
use std::path::Path;

use wasm_embedded_diagram::{Drawn, MAX_PARTS, load, read};
use wasm_embedded_policy::{Policy, PolicyError};

/// A diagram with these parts and wires, one a line: the parts begin on line 3.
fn diagram(parts: &[&str], wires: &[&str]) -> String {
    format!(
        "{{\"version\": 1, \"author\": \"\", \"editor\": \"wokwi\",\n\"parts\": [\n{}\n],\n\"connections\": [\n{}\n]}}",
        parts.join(",\n"),
        wires.join(",\n")
    )
}

fn part(kind: &str, id: &str, attrs: &str) -> String {
    format!("{{\"type\": \"{kind}\", \"id\": \"{id}\", \"attrs\": {{{attrs}}}}}")
}

fn drawn(parts: &[&str], wires: &[&str]) -> Drawn {
    let drawn =
        read("d.json", &diagram(parts, wires)).unwrap_or_else(|error| panic!("{error}: {:?}", problems(&error)));
    Policy::parse("d.toml", &drawn.policy).expect("the policy is valid");
    drawn
}

fn problems(error: &PolicyError) -> Vec<String> {
    let PolicyError::Invalid { problems, .. } = error else { return vec![error.to_string()] };
    problems
        .iter()
        .map(|problem| format!("{}: {problem}; {}", problem.line(), problem.advice().unwrap_or("-")))
        .collect()
}

fn refused(text: &str) -> Vec<String> {
    problems(&read("d.json", text).expect_err("it is refused"))
}

const PICO: &str = r#"{"type": "wokwi-pi-pico", "id": "pico"}"#;

#[test]
fn a_light_is_lit_by_the_level_that_its_other_end_says() {
    let led = part("wokwi-led", "led1", "");
    let resistor = part("wokwi-resistor", "r1", "");
    let ways = [
        (
            vec![r#"["pico:GP1", "led1:A", "", []]"#, r#"["led1:C", "pico:GND.1", "", []]"#],
            "lit = \"high\"",
            "initial = \"low\"",
        ),
        (
            vec![r#"["pico:GP1", "led1:C", "", []]"#, r#"["led1:A", "pico:3V3", "", []]"#],
            "lit = \"low\"",
            "initial = \"high\"",
        ),
        // Through a resistor, on either side.
        (
            vec![r#"["pico:GP1", "led1:A", ""]"#, r#"["led1:C", "r1:1", ""]"#, r#"["r1:2", "pico:GND.2", ""]"#],
            "lit = \"high\"",
            "initial = \"low\"",
        ),
        (
            vec![r#"["pico:GP1", "r1:1", ""]"#, r#"["r1:2", "led1:C", ""]"#, r#"["led1:A", "pico:3V3", ""]"#],
            "lit = \"low\"",
            "initial = \"high\"",
        ),
    ];
    for (wires, lit, initial) in ways {
        let drawn = drawn(&[PICO, &led, &resistor], &wires);
        assert!(drawn.notes.is_empty(), "{:?}", drawn.notes);
        assert!(drawn.policy.contains(lit) && drawn.policy.contains(initial), "{wires:?}:\n{}", drawn.policy);
        assert!(drawn.policy.contains("net = \"GP1\""), "{wires:?}:\n{}", drawn.policy);
    }
}

#[test]
fn a_button_pulls_to_its_supply_and_a_resistor_holds_the_net() {
    let button = part("wokwi-pushbutton", "btn1", "");
    let resistor = part("wokwi-resistor", "r1", "");
    let low = drawn(&[PICO, &button], &[r#"["pico:GP2", "btn1:1.l", ""]"#, r#"["btn1:2.r", "pico:GND.1", ""]"#]);
    assert!(low.policy.contains("GP2 = { sim = true, direction = \"input\", bias = \"pull-up\" }"), "{}", low.policy);
    assert!(low.policy.contains("pressed = \"low\"\nbounces = 10\nbounce-us = 50"), "{}", low.policy);
    let wires = [
        r#"["pico:GP2", "btn1:1.r", ""]"#,
        r#"["btn1:2.l", "pico:3V3", ""]"#,
        r#"["btn1:1.l", "r1:1", ""]"#,
        r#"["r1:2", "pico:GND.1", ""]"#,
    ];
    let high = drawn(&[PICO, &button, &resistor], &wires);
    assert!(
        high.policy.contains("bias = \"pull-down\"") && high.policy.contains("pressed = \"high\""),
        "{}",
        high.policy
    );
}

#[test]
fn parts_that_are_fed_by_parts_are_one_chain() {
    let ring = part("wokwi-led-ring", "ring", "\"pixels\": \"12\"");
    let matrix = part("wokwi-neopixel-matrix", "more", "\"rows\": \"2\", \"cols\": \"3\"");
    // The second is drawn first.
    let wires = [r#"["ring:DOUT", "more:DIN", ""]"#, r#"["pico:GP3", "ring:DIN", ""]"#];
    let drawn = drawn(&[PICO, &matrix, &ring], &wires);
    assert!(drawn.policy.contains("name = \"ring\"\nspi = \"ring\"\nlength = 18"), "{}", drawn.policy);
    assert_eq!(drawn.policy.matches("[[part]]").count(), 1, "{}", drawn.policy);
    // One that feeds itself ends.
    let wires = [r#"["ring:DOUT", "ring:DIN", ""]"#, r#"["pico:GP3", "ring:DIN", ""]"#];
    assert!(self::drawn(&[PICO, &ring], &wires).policy.contains("length = 12"));
}

#[test]
fn spi_is_a_device_for_drivers_and_a_whole_bus_for_sketches() {
    let matrix = part("wokwi-max7219-matrix", "digits", "\"chain\": \"2\"");
    let wires = |board: &str, [data, select, clock]: [&str; 3]| {
        [("DIN", data), ("CS", select), ("CLK", clock)]
            .map(|(pin, its)| format!(r#"["{board}:{its}", "digits:{pin}", ""]"#))
    };
    let made = |board: &str, wires: &[String]| {
        drawn(&[board, &matrix], &wires.iter().map(String::as_str).collect::<Vec<_>>()).policy
    };
    let device = made(PICO, &wires("pico", ["GP19", "GP17", "GP18"]));
    assert!(device.contains("[spi.digits]\nsim = \"spi0\"\nfrequency = 1000000\n\n[[part]]"), "{device}");
    let whole = made(&part("wokwi-arduino-uno", "uno", ""), &wires("uno", ["11", "10", "13"]));
    assert!(
        whole.contains("[spi.spi0]") && whole.contains("select = \"none\"") && whole.contains("select = \"D10\""),
        "{whole}"
    );
    assert!(
        whole.contains("D10 = { sim = true, direction = \"output\", initial = \"high\", on-exit = \"high\" }"),
        "{whole}"
    );
    assert!(whole.contains("chips = 2"), "{whole}");
}

#[test]
fn what_is_unknown_is_said_by_name_with_its_line() {
    let parts = [
        PICO,
        &part("wokwi-hc-sr04", "sonar", ""),
        &part("wokwi-led", "dark", ""),
        &part("chip-bme280", "air", "\"temperature\": \"20\", \"colour\": \"red\""),
        &part("wokwi-text", "title", "\"text\": \"a board\""),
        &part("wokwi-pushbuton", "btn1", ""),
    ];
    let wires = [
        r#"["pico:GP4", "air:SDA", ""]"#,
        r#"["pico:GP5", "air:SCL", ""]"#,
        r#"["pico:GP6", "sonar:TRIG", ""]"#,
        r#"["dark:A", "sonar:ECHO", ""]"#,
        r#"["dark:C", "pico:GND.1", ""]"#,
    ];
    let drawn = drawn(&parts, &wires);
    let notes: Vec<(usize, &str)> = drawn.notes.iter().map(|note| (note.line, note.text.as_str())).collect();
    let expected = [
        (4, "`sonar` is left out: there is no model of a `wokwi-hc-sr04`"),
        (5, "`dark` is left out: nothing is at the other end of its wires"),
        (6, "attribute `colour` of `air` is left out: bme280 has no such setting"),
        (8, "`btn1` is left out: there is no model of a `wokwi-pushbuton`; did you mean `wokwi-pushbutton`?"),
    ];
    assert_eq!(notes, expected);
    for (line, note) in expected {
        assert!(drawn.policy.contains(&format!("# Line {line}: {note}\n")), "{}", drawn.policy);
    }
    assert_eq!(drawn.policy.matches("[[part]]").count(), 1, "{}", drawn.policy);
}

#[test]
fn what_cannot_be_is_refused_with_its_line() {
    let led = part("wokwi-led", "led1", "");
    let one = |parts: &[&str], wires: &[&str]| refused(&diagram(parts, wires));
    assert_eq!(
        one(
            &[PICO, &led],
            &[r#"["pico:GP29", "led1:A", ""]"#, r#"["led1:X", "pico:GND.1", ""]"#, r#"["led2:A", "pico:GP1", ""]"#]
        ),
        [
            "7: `pico` has no pin `GP29`; pins: GP0 to GP28, 3V3, VBUS, VSYS, GND.1",
            "8: `led1` has no pin `X`; pins: A, C",
            "9: the diagram has no part `led2`; did you mean `led1`? parts: led1, pico",
        ]
    );
    assert_eq!(
        one(&[PICO], &[r#"["pico:GND.1", "pico:3V3", ""]"#]),
        ["6: a supply is wired to another one; no part would survive that: take the wire away"]
    );
    assert_eq!(
        one(&[PICO, &part("wokwi-led", "pico", "")], &[])[0],
        "4: two parts have the id `pico`; give one of them another id"
    );
    assert!(one(&[&led], &[])[0].starts_with("1: the diagram has no microcontroller that we know; draw one"));
    let second = part("wokwi-arduino-uno", "uno", "");
    assert_eq!(one(&[PICO, &second], &[]), ["4: a diagram has one microcontroller; draw a diagram for each"]);
    assert!(one(&[PICO, "7"], &[])[0].starts_with("4: parts[1] must be an object"));
    assert!(one(&[PICO], &["[\"pico\"]"])[0].starts_with("6: connections[0] must join two pins"));
    assert!(refused("{\n\"parts\": [\n}")[0].starts_with("3: invalid JSON"));
    assert!(refused("[]")[0].contains("a diagram is a JSON object"));
    assert!(
        refused("{\"version\": 2, \"parts\": [], \"connections\": []}")[0]
            .starts_with("1: the version of a diagram is 1")
    );
    let labelled = part("wokwi-pi-pico", "pico", "\"labels\": \"LED=GP40\"");
    assert!(
        one(&[&labelled], &[])[0].starts_with("3: `labels` has `LED=GP40`, which does not name a pin; write LED=PIN")
    );
}

#[test]
fn what_the_policy_refuses_is_on_the_line_of_the_diagram() {
    let hot = part("chip-lm75", "one", "\"temperature\": \"900\"");
    let wires = |id: &str| [format!(r#"["pico:GP4", "{id}:SDA", ""]"#), format!(r#"["pico:GP5", "{id}:SCL", ""]"#)];
    let all: Vec<String> = wires("one").into_iter().chain(wires("two")).collect();
    let all: Vec<&str> = all.iter().map(String::as_str).collect();
    let range = refused(&diagram(&[PICO, &hot], &all[..2]));
    assert!(range[0].starts_with("4: ") && range[0].contains("temperature") && range[0].contains("900"), "{range:?}");
    let (one, two) = (part("chip-lm75", "one", ""), part("chip-lm75", "two", ""));
    let clash = refused(&diagram(&[PICO, &one, &two], &all));
    assert!(clash.iter().any(|problem| problem.starts_with("5: ") && problem.contains("0x48")), "{clash:?}");
    let word = refused(&diagram(&[PICO, &part("chip-lm75", "one", "\"temperature\": \"warm\"")], &all[..2]));
    assert!(word[0].starts_with("4: ") && word[0].contains("temperature"), "{word:?}");
}

#[test]
fn input_is_bounded() {
    let long = format!("{}{}", diagram(&[PICO], &[]), " ".repeat(1 << 20));
    assert!(problems(&read("d.json", &long).expect_err("it is refused"))[0].contains("longer than 1024 KiB"));
    let many: Vec<String> = (0..=MAX_PARTS).map(|number| part("wokwi-led", &format!("led{number}"), "")).collect();
    let many = diagram(&many.iter().map(String::as_str).collect::<Vec<_>>(), &[]);
    assert!(refused(&many)[0].contains("`parts` has 1001 items, and at most 1000 are read"));
    let deep = format!("{{\"parts\": {}{}}}", "[".repeat(100_000), "]".repeat(100_000));
    assert!(refused(&deep)[0].contains("nesting depth"));
}

#[test]
fn the_diagrams_of_this_crate_become_policies() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("diagrams");
    let files: Vec<_> =
        fs::read_dir(folder).expect("the folder").map(|entry| entry.expect("an entry").path()).collect();
    assert!(files.len() > 12, "{}", files.len());
    for file in files {
        let drawn = load(&file).unwrap_or_else(|error| panic!("{}: {:?}", file.display(), problems(&error)));
        assert_eq!(drawn.notes.is_empty(), !file.ends_with("unknown.json"), "{}: {:?}", file.display(), drawn.notes);
    }
    assert!(matches!(load(Path::new("nowhere.json")), Err(PolicyError::Unreadable { .. })));
}
