//! Images that come back, and images that are refused.

use wasm_embedded_image::policy::{
    AdcLabel, Addresses, Bias, Direction, I2cBus, I2cLabel, Limits, Parity, Part, PartKind, PinLabel, PinPlace,
    PwmLabel, Restart, RestartWhen, SpiBus, SpiLabel, UartLabel, UartPlace, Wiring,
};
use wasm_embedded_image::{CODE_ALIGN, Contents, Image, ImageError, Policy};

fn policy() -> Policy {
    let bus = I2cBus::Block { block: 0, sda: 4, scl: 5 };
    let allow = vec![Addresses { first: 0x76, last: 0x77, ten_bit: false, read_only: true }];
    let spi = SpiBus::Block { block: 1, sck: 10, mosi: 11, miso: None, cs: Some(13) };
    Policy {
        name: "station".to_owned(),
        i2c: vec![I2cLabel { label: "sensor".to_owned(), bus, frequency_hz: 400_000, allow }],
        spi: vec![SpiLabel {
            label: "screen".to_owned(),
            bus: spi,
            selected: true,
            frequency_hz: 8_000_000,
            mode: 3,
            select_setup_ns: 1,
            select_hold_ns: 2,
            init_clocks: 74,
        }],
        pins: vec![PinLabel {
            label: "DC".to_owned(),
            place: PinPlace::Pin { pin: 2 },
            direction: Direction::OpenDrain,
            initial_high: true,
            on_exit_high: Some(false),
            active_low: true,
            bias: Bias::PullUp,
        }],
        pwm: vec![PwmLabel {
            label: "fan".to_owned(),
            place: PinPlace::Pin { pin: 20 },
            frequency_hz: 25_000,
            active_low: true,
            initial: 7,
            on_exit: Some(65_535),
        }],
        uart: vec![UartLabel {
            label: "gps".to_owned(),
            place: UartPlace::Block { block: 1, tx: 4, rx: 5 },
            baud: 9_600,
            parity: Parity::Odd,
            stop_bits: 2,
            read_only: true,
            receive_bytes: 12,
        }],
        adc: vec![AdcLabel {
            label: "battery".to_owned(),
            place: PinPlace::Sim { net: "battery".to_owned() },
            resolution_bits: 12,
            reference_mv: 3_300,
        }],
        parts: vec![
            Part {
                name: "sensor".to_owned(),
                wiring: Wiring::I2c { bus: "board".to_owned(), address: 0x76 },
                kind: PartKind::Bme280 { temperature: Some(21.5), humidity: None, pressure: Some(1013.25) },
            },
            Part { name: "loop".to_owned(), wiring: Wiring::Uart { label: "gps".to_owned() }, kind: PartKind::Echo },
            Part {
                name: "cell".to_owned(),
                wiring: Wiring::Nets,
                kind: PartKind::Voltage { net: "battery".to_owned(), points: vec![(0, 3_000_000), (5, -1)] },
            },
        ],
        limits: Limits {
            transaction_time_ns: 1_000_000,
            log_messages_per_s: 20,
            table_elements: 100,
            instances: 3,
            fuel: None,
            ..Limits::default()
        },
        log_level: 3,
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
