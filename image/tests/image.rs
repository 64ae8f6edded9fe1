//! Images that come back, and images that are refused.

use embedded_hal::spi::MODE_3;
use wasm_embedded_image::{CODE_ALIGN, Contents, Image, ImageError, Policy};
use wasm_embedded_policy::chip::{ChipBus, ChipPin, I2cPins, SpiPins, UartPins};
use wasm_embedded_policy::{
    Access, Adc, AddressGrant, Bias, DutyPart, I2c, Label, Limits, LogLevel, Parity, Pin, PinDirection, PinLevel, Pwm,
    Restart, RestartWhen, Select, Spi, Uart,
};
use wasm_embedded_sim::model::{Course, Input, PartSpec, Settings, Shape, Value, Wiring};
use wasm_embedded_sim::parts::ds3231::DateTime;

fn part(name: &str, wiring: Wiring) -> PartSpec {
    let name = name.to_owned();
    PartSpec { model: name.clone(), name, wiring, nets: vec![], settings: Settings::new(), controls: vec![] }
}

/// A value of each kind.
fn settings() -> Settings {
    let step = |byte| [("write".to_owned(), Value::Bytes(vec![byte]))].into_iter().collect();
    let values = [
        ("number", Value::Number(-21.5)),
        ("integer", Value::Integer(-7)),
        ("switch", Value::Switch(true)),
        ("text", Value::Text("24c02".to_owned())),
        ("bytes", Value::Bytes(vec![0, 255])),
        ("time", Value::Time(DateTime::new(2026, 1, 31, 12, 34, 56).expect("a date"))),
        ("steps", Value::Records(vec![step(1), step(2), Settings::new()])),
    ];
    values.into_iter().map(|(key, value)| (key.to_owned(), value)).collect()
}

/// A control of each shape.
fn controls() -> Vec<(String, Input)> {
    let course = |shape| Input::Course { course: Course { shape, step: 0.25 } };
    let controls = [
        Input::Value { value: Value::Switch(false) },
        course(Shape::Points { points: vec![(0, 3.0), (5, -1.0)] }),
        course(Shape::Sine { mean: 20.0, amplitude: 5.0, period_ns: 7 }),
        course(Shape::Noise { mean: 20.0, amplitude: 5.0, every_ns: 7, seed: u64::MAX }),
    ];
    controls.into_iter().enumerate().map(|(number, input)| (format!("control {number}"), input)).collect()
}

fn policy() -> Policy {
    let bus = ChipBus::Block { block: 0, pins: I2cPins { sda: 4, scl: 5 } };
    let allow = vec![AddressGrant { addresses: 0x76..=0x77, ten_bit: false, access: Access::ReadOnly }];
    let spi = ChipBus::Block { block: 1, pins: SpiPins { sck: 10, mosi: 11, miso: None, cs: Some(13) } };
    let mut limits = Limits::default();
    for (key, value) in [
        ("transaction-time-ns", 1_000_000),
        ("log-messages-per-s", 20),
        ("table-elements", 100),
        ("instances", 3),
        ("fuel", 0),
    ] {
        limits.state(key, value).expect(key);
    }
    Policy {
        name: "station".to_owned(),
        i2c: vec![Label::new("sensor", bus, I2c { frequency_hz: Some(400_000), allow, ..I2c::default() })],
        spi: vec![Label::new(
            "screen",
            spi,
            Spi {
                select: Select::Own,
                frequency_hz: 8_000_000,
                mode: MODE_3,
                select_setup_ns: 1,
                select_hold_ns: 2,
                init_clocks: 74,
                split_writes: false,
            },
        )],
        pins: vec![Label::new(
            "DC",
            ChipPin::Pin(2),
            Pin {
                direction: PinDirection::OpenDrain,
                initial: PinLevel::High,
                on_exit: Some(PinLevel::Low),
                active_low: true,
                bias: Some(Bias::PullUp),
                debounce: None,
            },
        )],
        pwm: vec![Label::new(
            "fan",
            ChipPin::Pin(20),
            Pwm { frequency_hz: 25_000, active_low: true, initial: DutyPart(7), on_exit: Some(DutyPart(65_535)) },
        )],
        uart: vec![Label::new(
            "gps",
            ChipBus::Block { block: 1, pins: UartPins { tx: 4, rx: 5 } },
            Uart { baud: 9_600, parity: Parity::Odd, stop_bits: 2, access: Access::ReadOnly, receive_bytes: 12 },
        )],
        adc: vec![Label::new(
            "battery",
            ChipPin::Sim("battery".to_owned()),
            Adc { resolution_bits: Some(12), reference_mv: 3_300 },
        )],
        devices: vec![
            PartSpec {
                name: "sensor".to_owned(),
                model: "any".to_owned(),
                wiring: Wiring::I2c { bus: "board".to_owned(), address: 0x76 },
                nets: vec![("dc".to_owned(), "DC".to_owned()), ("reset".to_owned(), "RST".to_owned())],
                settings: settings(),
                controls: controls(),
            },
            part("loop", Wiring::Uart { label: "gps".to_owned() }),
            part("flash", Wiring::Spi { label: "mem".to_owned(), select: Some("CS".to_owned()) }),
            part("cell", Wiring::Nets),
        ],
        faults: Vec::new(),
        limits,
        log_level: Some(LogLevel::Info),
        restart: Restart { when: RestartWhen::Failure, first_ms: 10, longest_ms: 20, attempts: 3 },
    }
}

fn packed() -> Vec<u8> {
    let policy = policy();
    let contents =
        Contents { wasmtime: "48.0.8", tunables: 9, board: "pico2", fuelled: true, policy: &policy, code: &[5; 5000] };
    contents.pack().expect("an image")
}

#[test]
fn an_image_holds_what_was_put_into_it() {
    let mut region = packed();
    let len = region.len();
    region.resize(1 << 20, 0xff);
    let image = Image::verify(&region).expect("an image");
    assert_eq!(image.policy().as_ref(), Ok(&policy()));
    assert_eq!((image.wasmtime(), image.tunables(), image.board()), ("48.0.8", 9, "pico2"));
    assert_eq!((image.is_fuelled(), image.code(), image.len()), (true, &[5; 5000][..], len));
    assert_eq!((len - 5000) % CODE_ALIGN, 0);
}

#[test]
fn an_image_holds_what_is_empty_or_fills_its_room() {
    let policy = Policy::default();
    for (wasmtime, board, fuelled, tunables, code) in [
        ("", "", false, 0, &[][..]),
        ("1234567890123456", "12345678", true, u32::MAX, &[7][..]),
        ("48.0.8", "pico2", false, 0x0102_0304, &[9; CODE_ALIGN][..]),
    ] {
        let contents = Contents { wasmtime, tunables, board, fuelled, policy: &policy, code };
        let packed = contents.pack().expect("all fits");
        let image = Image::verify(&packed).expect("an image");
        assert_eq!((image.wasmtime(), image.board(), image.is_fuelled()), (wasmtime, board, fuelled));
        assert_eq!((image.tunables(), image.code(), image.len()), (tunables, code, packed.len()));
        assert_eq!(image.policy().as_ref(), Ok(&policy));
    }
    let too_long = |wasmtime, board| {
        let contents = Contents { wasmtime, tunables: 0, board, fuelled: false, policy: &policy, code: &[] };
        contents.pack().map(|_| ())
    };
    assert_eq!(too_long("12345678901234567", ""), Err(ImageError::TooLong("the version of Wasmtime")));
    assert_eq!(too_long("", "123456789"), Err(ImageError::TooLong("the name of the board")));
}

#[test]
fn the_digest_is_that_of_all_but_itself() {
    use sha2::{Digest as _, Sha256};

    let packed = packed();
    let image = Image::verify(&packed).expect("an image");
    let at = packed.windows(32).position(|bytes| bytes == image.digest()).expect("it is in the image");
    let rest = Sha256::new().chain_update(&packed[..at]).chain_update(&packed[at + 32..]);
    assert_eq!(image.digest(), rest.finalize().as_slice());
}

#[test]
fn one_changed_bit_anywhere_refuses_an_image() {
    let image = packed();
    for at in 0..image.len() {
        for bit in [0x01, 0x80] {
            let mut damaged = image.clone();
            damaged[at] ^= bit;
            assert!(Image::verify(&damaged).is_err(), "bit {bit:#x} of byte {at}");
        }
    }
}

#[test]
fn every_cut_refuses_an_image() {
    let image = packed();
    for len in 0..image.len() {
        assert!(Image::verify(&image[..len]).is_err(), "the first {len} bytes");
    }
}

#[test]
fn a_refusal_says_what_is_wrong() {
    let image = packed();
    let with = |at: usize, byte: u8| {
        let mut changed = image.clone();
        changed[at] = byte;
        Image::verify(&changed).map(|_| ())
    };
    assert_eq!(Image::verify(&[0xff; 4096]).map(|_| ()), Err(ImageError::Empty));
    assert_eq!(Image::verify(&[0x00; 4096]).map(|_| ()), Err(ImageError::Empty));
    assert_eq!(with(0, b'X'), Err(ImageError::NotAnImage));
    assert_eq!(with(8, 1), Err(ImageError::Format(1)));
    assert_eq!(with(CODE_ALIGN, 0), Err(ImageError::Checksum));
    assert_eq!(Image::verify(&image[..image.len() - 1]).map(|_| ()), Err(ImageError::Cut));
}

/// Where the header has the length of the policy, the place of the code and its length, and where the checksum and the policy are.
const LENGTHS_AT: usize = 40;
const DIGEST_AT: usize = 64;
const POLICY_AT: usize = 96;

/// Returns a policy as it stands in an image.
fn written(policy: &Policy) -> Vec<u8> {
    let contents = Contents { wasmtime: "", tunables: 0, board: "", fuelled: false, policy, code: &[] };
    let image = contents.pack().expect("an image");
    let len = u32::from_le_bytes(image[LENGTHS_AT..LENGTHS_AT + 4].try_into().expect("four bytes"));
    image[POLICY_AT..POLICY_AT + usize::try_from(len).expect("it is short")].to_vec()
}

/// Reads a policy from an image that has these bytes in its place.
fn read(bytes: &[u8]) -> Result<Policy, ImageError> {
    use sha2::{Digest as _, Sha256};

    let code_at = (POLICY_AT + bytes.len()).next_multiple_of(CODE_ALIGN);
    let mut image = packed();
    for (word, len) in [bytes.len(), code_at, 0].into_iter().enumerate() {
        let at = LENGTHS_AT + 4 * word;
        image[at..at + 4].copy_from_slice(&u32::try_from(len).expect("it is short").to_le_bytes());
    }
    image.truncate(POLICY_AT);
    image.extend_from_slice(bytes);
    image.resize(code_at, 0);
    let digest = Sha256::new().chain_update(&image[..DIGEST_AT]).chain_update(&image[POLICY_AT..]).finalize();
    image[DIGEST_AT..POLICY_AT].copy_from_slice(&digest);
    Image::verify(&image)?.policy()
}

#[test]
fn a_policy_that_is_read_is_written_as_the_same_bytes() {
    let bytes = written(&policy());
    assert_eq!(read(&bytes).as_ref(), Ok(&policy()));
    let (mut accepted, mut refused) = (0, 0);
    for at in 0..bytes.len() {
        for value in 0..=u8::MAX {
            let mut changed = bytes.clone();
            changed[at] = value;
            match read(&changed) {
                Ok(policy) => {
                    assert_eq!(written(&policy), changed, "byte {at} as {value:#04x}");
                    accepted += 1;
                }
                Err(_) => refused += 1,
            }
        }
    }
    assert!(accepted > bytes.len() && refused > 0, "{accepted} read, {refused} refused");
    for len in 0..bytes.len() {
        assert!(read(&bytes[..len]).is_err(), "the first {len} bytes");
    }
    assert!(read(&[&bytes[..], &[0]].concat()).is_err(), "a byte too many");
}

#[test]
fn a_text_and_a_list_have_at_most_4096_entries() {
    let longest = Policy { name: "x".repeat(4096), ..policy() };
    assert_eq!(read(&written(&longest)).as_ref(), Ok(&longest));
    // A byte more is cut, between two characters.
    for name in ["x".repeat(4097), format!("{}\u{e9}", "x".repeat(4095))] {
        let cut = read(&written(&Policy { name, ..policy() })).expect("it is cut");
        assert_eq!(cut.name, "x".repeat(cut.name.len()));
        assert!((4095..=4096).contains(&cut.name.len()), "{}", cut.name.len());
    }
    let mut bytes = written(&longest);
    let at = bytes.windows(3).position(|window| window == [0x00, 0x10, b'x']).expect("the length of the name");
    bytes[at..at + 2].copy_from_slice(&4097_u16.to_le_bytes());
    bytes.insert(at + 2, b'x');
    assert!(read(&bytes).is_err(), "a length that no policy has");
    let pins = |count| Policy { pins: vec![policy().pins[0].clone(); count], ..policy() };
    assert_eq!(read(&written(&pins(4096))).as_ref(), Ok(&pins(4096)));
    assert_eq!(read(&written(&pins(4097))).as_ref(), Ok(&pins(4096)));
}

#[test]
fn code_stands_where_the_header_says_behind_the_policy_and_aligned() {
    let image = packed();
    let policy_len = u32::try_from(written(&policy()).len()).expect("it is short");
    let changed = |word: usize, value: u32| {
        let mut image = image.clone();
        image[LENGTHS_AT + 4 * word..][..4].copy_from_slice(&value.to_le_bytes());
        Image::verify(&image).map(|_| ())
    };
    assert_eq!(changed(0, policy_len), Ok(()));
    assert_eq!(changed(0, 4096), Err(ImageError::Cut), "the policy would reach into the code");
    assert_eq!(changed(1, 4095), Err(ImageError::Cut), "the code is not aligned");
    assert_eq!(changed(1, 0), Err(ImageError::Cut), "the code would stand over the policy");
    assert_eq!(changed(2, u32::MAX), Err(ImageError::Cut), "longer than the region");
    assert_eq!(changed(2, 4999), Err(ImageError::Checksum));
}

#[test]
fn every_refusal_has_a_message_of_its_own_with_its_figures() {
    let damaged = read(&[]).expect_err("no policy");
    assert!(matches!(damaged, ImageError::Policy(_)), "{damaged:?}");
    let errors = [
        ImageError::Empty,
        ImageError::NotAnImage,
        ImageError::Format(12_345),
        ImageError::Cut,
        ImageError::Checksum,
        damaged,
        ImageError::TooLong("the name of the board"),
    ];
    let messages = errors.map(|error| error.to_string());
    for (index, message) in messages.iter().enumerate() {
        assert!(message.len() > 20, "{message:?} says too little");
        assert!(!messages[..index].contains(message), "{message:?} is said of two errors");
    }
    assert!(messages[2].contains("12345") && messages[6].contains("the name of the board"), "{messages:?}");
}
