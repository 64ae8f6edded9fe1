//! What is refused in a policy, and with which words: `policies/NAME.toml` against `policies/NAME.txt`. `BLESS=1` stores it.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use miette::{GraphicalReportHandler, GraphicalTheme};
use wasm_embedded_policy::{Bias, Chip, MAX_POLICY_BYTES, MAX_PROBLEMS, PinBackend, Policy, PolicyError};

/// Returns the report of a refusal as the command prints it, without colours.
fn report(error: &PolicyError) -> String {
    let mut text = format!("{error}\n");
    if let PolicyError::Invalid { problems, .. } = error {
        let handler = GraphicalReportHandler::new_themed(GraphicalTheme::unicode_nocolor()).with_width(100);
        for problem in problems {
            text.push('\n');
            handler.render_report(&mut text, problem).expect("writing to a string");
        }
    }
    text
}

#[test]
fn every_refusal_names_file_line_and_key() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/policies");
    let mut files: Vec<PathBuf> = fs::read_dir(&folder)
        .expect("the folder of policies")
        .map(|entry| entry.expect("a file").path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "toml"))
        .collect();
    files.sort();
    assert!(files.len() >= 30, "{} policies", files.len());
    for file in files {
        let name = file.file_name().expect("a name").to_string_lossy();
        let text = fs::read_to_string(&file).expect("a policy");
        let error = Policy::parse(&name, &text).expect_err(&name);
        let (got, stored) = (report(&error), file.with_extension("txt"));
        if std::env::var_os("BLESS").is_some() {
            fs::write(&stored, &got).expect("the expected text can be stored");
        }
        let expected = fs::read_to_string(&stored).unwrap_or_default();
        assert_eq!(got, expected, "{name}: BLESS=1 stores the new text");
        let PolicyError::Invalid { problems, .. } = &error else { panic!("{name}: {error}") };
        for problem in problems {
            let place = format!("{name}:{}:", problem.line());
            assert!(got.contains(&place), "{name}: {problem} is not said to be at {place}");
        }
    }
}

#[test]
fn an_empty_policy_grants_nothing() {
    for text in ["", "\n", "# nothing\r\n", "\u{feff}", "[gpio]\n[i2c]\n"] {
        let policy = Policy::parse("empty.toml", text).expect(text);
        assert!(policy.i2c.is_empty() && policy.spi.is_empty() && policy.pins.is_empty() && policy.devices.is_empty());
    }
}

#[test]
fn line_ends_of_other_systems_do_not_matter() {
    let text = "\u{feff}[i2c.sensor]\r\nsim = true\r\nallow = [0x76]\r\nx = 1\r\n";
    let Err(PolicyError::Invalid { problems, .. }) = Policy::parse("crlf.toml", text) else { panic!("x is not known") };
    assert_eq!(problems.iter().map(|problem| problem.line()).collect::<Vec<_>>(), [4]);
}

#[test]
fn the_files_of_earlier_systems_are_valid() {
    let linux = "[spi.sensor]\npath = \"/dev/spidev0.0\"\nfrequency = 1000000\nmode = 0\n\
                 [gpio]\nDC = { pin = 2, initial = \"Low\" }\nRES = { pin = 3, initial = \"High\" }\n";
    let microcontroller = "[spi.screen]\nblock = 0\nsck = 18\nmosi = 19\nmiso = 16\ncs = 17\nfrequency = 8000000\n";
    for text in [linux, microcontroller] {
        Policy::parse("earlier.toml", text).expect("a policy of an earlier system");
    }
}

#[test]
fn lines_are_named_as_the_kernel_and_its_drivers_name_them() {
    let text = "[spi.flash]\npath = \"/dev/spidev0.0\"\nbits = 8\n[gpio]\n\
                A = { pin = 4, chip = \"pinctrl-bcm2835\", direction = \"input\", debounce = \"5ms\" }\n\
                B = { pin = 4, chip = \"/dev/gpiochip0\", direction = \"input\", bias = \"none\" }\n\
                C = { line = \"P8_03 [mmc]\", direction = \"input\" }\n";
    let policy = Policy::parse("lines.toml", text).expect("a valid policy");
    let [a, b, c] = policy.pins.as_slice() else { panic!("three pins") };
    let chip = |chip| PinBackend::Pin { chip: Some(chip), pin: 4 };
    assert_eq!(a.backend, chip(Chip::Label("pinctrl-bcm2835".to_owned())));
    assert_eq!((a.debounce, a.bias), (Some(Duration::from_millis(5)), None));
    assert_eq!(b.backend, chip(Chip::Path("/dev/gpiochip0".into())));
    assert_eq!((b.debounce, b.bias), (None, Some(Bias::None)));
    assert_eq!(c.backend, PinBackend::Line("P8_03 [mmc]".to_owned()));
}

#[test]
fn the_policies_in_the_documentation_are_valid() {
    let text = include_str!("../../test-host/POLICY.md");
    let policies: Vec<&str> = text.split("```toml\n").skip(1).filter_map(|rest| rest.split("```").next()).collect();
    assert!(policies.len() > 3, "the examples of the sections are found");
    for policy in policies {
        Policy::parse("POLICY.md", policy).unwrap_or_else(|error| panic!("{}", report(&error)));
    }
}

const BOARD: &str = "[i2c.sensor]\nsim = \"board\"\nallow = [0x76]\n[[part]]\nmodel = \"bme280\"\ni2c = \"board\"\n";

#[test]
fn a_fault_file_adds_to_the_policy_s_faults() {
    let fault = "[[fault]]\nfault = \"nack-address\"\ndevice = \"bme280\"\n";
    let mut policy = Policy::parse("board.toml", &format!("{BOARD}{fault}")).expect("a policy with a fault");
    policy.add_faults("faults.toml", &fault.repeat(2)).expect("two faults");
    assert_eq!(policy.faults.len(), 3);
}

#[test]
fn a_fault_file_is_refused_with_its_own_lines_and_adds_nothing() {
    let mut policy = Policy::parse("board.toml", BOARD).expect("a policy");
    for (text, line, message) in [
        ("\n[[fault]]\nfault = \"unplugged\"\ndevice = \"bme208\"\n", 4, "unknown part `bme208`"),
        ("[limits]\nhandles = 3\n", 1, "unknown key `limits` in the fault file"),
        (
            "[[fault]]\nfault = \"slow\"\ndevice = \"bme280\"\nfactor = 0\n",
            4,
            "`factor` in [[fault]] must be 1 to 1_000_000, not 0",
        ),
    ] {
        let error = policy.add_faults("faults.toml", text).expect_err(text);
        let PolicyError::Invalid { name, problems, .. } = error else { panic!("{error}") };
        let found: Vec<_> = problems.iter().map(|problem| (problem.line(), problem.to_string())).collect();
        assert_eq!((name.as_str(), found), ("faults.toml", vec![(line, message.to_owned())]));
    }
    assert!(policy.faults.is_empty());
}

#[test]
fn what_is_no_text_is_refused_with_its_place() {
    let error = Policy::parse_bytes("binary.toml", b"[i2c]\n# caf\xe9\n").expect_err("Latin-1");
    assert_eq!(error.to_string(), "the policy binary.toml is not UTF-8 text: see line 2, byte 11 of the file");
}

#[test]
fn a_policy_is_at_most_a_mebibyte() {
    let long = "#".repeat(MAX_POLICY_BYTES + 1);
    for result in [Policy::parse("long.toml", &long), Policy::parse_bytes("long.toml", long.as_bytes())] {
        assert!(matches!(result, Err(PolicyError::TooLong { .. })));
    }
    assert!(Policy::parse("long.toml", long.get(1..).expect("ASCII")).is_ok());
}

#[test]
fn deep_nesting_is_refused_without_exhausting_the_stack() {
    let half = MAX_POLICY_BYTES / 2;
    let deep = [
        format!("x = {}", "[".repeat(half)),
        format!("x = {}", "{a=".repeat(half / 3)),
        format!("{}a = 1", "a.".repeat(half / 2)),
        format!("[{}a]", "a.".repeat(half / 2)),
    ];
    for text in deep {
        assert!(Policy::parse("deep.toml", &text).is_err());
    }
}

/// THREAT_MODEL.md: reserved addresses go out for nobody.
#[test]
fn an_address_of_seven_bits_is_granted_only_if_it_is_not_reserved() {
    for address in 0_u8..=0x7f {
        let reserved = !(0x08..=0x77).contains(&address);
        let ways = [
            format!("{address}"),
            format!("\"{address:#04x}\""),
            format!("\"{address}-{address}\""),
            format!("{{ address = {address}, access = \"read-only\" }}"),
            format!("{{ address = \"{address:#04x}\" }}"),
        ];
        for way in ways {
            let grant = format!("[i2c.bus]\nsim = true\nallow = [{way}]\n");
            assert_eq!(Policy::parse("reserved.toml", &grant).is_err(), reserved, "{way}");
        }
        let fault = format!(
            "[i2c.bus]\nsim = true\n[[fault]]\nfault = \"nack-address\"\nlabel = \"bus\"\naddress = {address}\n"
        );
        assert_eq!(Policy::parse("reserved.toml", &fault).is_err(), reserved, "{fault}");
        let ten_bits = format!("[i2c.bus]\nsim = true\nallow = [{{ address = {address}, ten-bit = true }}]\n");
        Policy::parse("reserved.toml", &ten_bits).expect("an address of ten bits is another one");
    }
}

/// The most that a report has: what is wrong, with some lines around it and advice.
const MAX_REPORT_BYTES: usize = 100_000;

#[test]
fn problems_are_bounded_in_number_and_size_however_many_there_are() {
    let rows = |row: &str| row.repeat((MAX_POLICY_BYTES - 100) / row.len());
    let tables = |row: &str| {
        let count = MAX_POLICY_BYTES / (row.len() + 20);
        (0..count).map(|number| row.replace('#', &number.to_string())).collect::<String>()
    };
    let files = [
        format!("[i2c.b]\nsim = true\nallow = [{}]\n", rows("0x10,")),
        format!("[i2c.b]\nsim = true\nallow = [{}]\n", rows("0x10,\n")),
        format!("[i2c.b]\nsim = \"{}\"\n", rows("n")),
        format!("[i2c.{}]\nsim = true\n", rows("n")),
        format!("[i2c.b]\n{} = true\n", rows("n")),
        format!("[i2c.b]\nsim = true\n{}", tables("k# = 1\n")),
        tables("[i2c.b#]\nsim = \"bus#\"\n"),
        tables("[i2c.b#]\nsim = true\nallow = [0x10]\n"),
        tables("[spi.b#]\nsim = \"one\"\nselect = \"none\"\n"),
        tables("[spi.s#]\nsim = true\n[[part]]\nmodel = \"w25q\"\nname = \"d#\"\nspi = \"t#\"\n"),
        tables("[[part]]\nmodel = \"led\"\nname = \"d#\"\nnet = \"N#\"\n"),
        tables("[uart.u#]\nsim = true\n[[fault]]\nfault = \"stuck\"\nlevel = \"low\"\nnet = \"N#\"\n"),
        tables("[[fault]]\nfault = \"no-such-#\"\n"),
        rows("= \n"),
        rows("["),
    ];
    for file in files {
        assert!(file.len() <= MAX_POLICY_BYTES);
        let beginning = &file[..60];
        let error = Policy::parse("many.toml", &file).expect_err(beginning);
        let PolicyError::Invalid { problems, more, .. } = &error else { panic!("{beginning}: {error}") };
        assert!(problems.len() == MAX_PROBLEMS || !more, "{beginning}: {} problems", problems.len());
        let length = report(&error).len();
        assert!(length < MAX_REPORT_BYTES, "{beginning}: {length} bytes");
    }
}

/// What is compared with each other in a valid file is not compared pair by pair: that would take minutes here.
#[test]
fn a_mebibyte_of_valid_labels_parts_and_faults_is_read() {
    let count = MAX_POLICY_BYTES / 200;
    let labels = (0..count).map(|number| {
        format!(
            "[i2c.i{number}]\nsim = \"i2c\"\n[spi.s{number}]\nsim = \"b{number}\"\nselect = \"none\"\n[[part]]\nmodel = \
             \"w25q\"\nname = \"d{number}\"\nspi = \"s{number}\"\n[[fault]]\nfault = \"unplugged\"\ndevice = \"d{number}\"\n"
        )
    });
    let policy = Policy::parse("many.toml", &labels.collect::<String>()).expect("a valid policy");
    assert_eq!((policy.i2c.len(), policy.devices.len(), policy.faults.len()), (count, count, count));
}

#[test]
fn that_there_is_more_is_said() {
    let unknown = |count: usize| (0..count).map(|number| format!("k{number} = 1\n")).collect::<String>();
    let refused = |count| Policy::parse("keys.toml", &unknown(count)).expect_err("unknown keys").to_string();
    assert_eq!(refused(20), "the policy keys.toml is refused: 20 problems");
    assert_eq!(refused(21), "the policy keys.toml is refused: the first 20 problems follow, there are more");
}

#[test]
fn nothing_of_a_policy_and_its_name_reaches_the_terminal_as_a_command() {
    let name = "a\u{1b}]0;owned\u{7}.toml";
    let beside = "# \u{1b}]0;owned\u{7}\n[i2c.b]\nsim = true\nalow = [] # \u{202e}\n";
    let keys = "[\"\\u001b[2J\"]\nx = 1\n[i2c.\"\\u001b[2J\"]\nsim = \"\\u009b2J\"\n[log]\nlevel = \"\\u001b[2J\"\n";
    for text in [beside, keys, "\u{1b}[2J = 1", "x = \"\u{1b}[2J\""] {
        let error = Policy::parse(name, text).expect_err(text);
        let report = report(&error);
        assert!(report.contains("\\u{1b}]0;owned\\u{7}.toml"), "{report}");
        assert!(
            report.chars().all(|char| char == '\n' || !char.is_control()) && !report.contains('\u{202e}'),
            "{report:?}"
        );
    }
    let missing = Policy::load(Path::new("/no/such/\u{1b}[2J")).expect_err("there is no such file").to_string();
    assert_eq!(missing, "cannot read the policy /no/such/\\u{1b}[2J");
    assert!(!Policy::parse_bytes(name, b"\xff").expect_err("no text").to_string().contains('\u{1b}'));
    assert!(
        !Policy::parse(name, &"#".repeat(MAX_POLICY_BYTES + 1)).expect_err("too long").to_string().contains('\u{1b}')
    );
}

#[test]
fn one_syntax_error_is_one_problem() {
    let list: String = (0x10..0x40).map(|address| format!("  {address:#04x},\n")).collect();
    let text =
        format!("[i2c.sensor]\nsim = true\nallow = [\n{list}\n[gpio]\nLED = {{ sim = true }}\nDC = {{ sim = true }}\n");
    let error = Policy::parse("unclosed.toml", &text).expect_err("a list is not closed");
    assert_eq!(error.to_string(), "the policy unclosed.toml is refused: 1 problem");
    assert!(report(&error).lines().count() < 15, "{}", report(&error));
}
