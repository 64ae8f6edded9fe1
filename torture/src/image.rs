//! Whatever the flash of a microcontroller holds: it is an image that was written whole, or it is refused.

use embedded_hal::spi::MODE_3;
use sha2::{Digest as _, Sha256};
use wasm_embedded_image::{CODE_ALIGN, Contents, Image, ImageError, Policy};
use wasm_embedded_runtime::policy::chip::{ChipBus, ChipPin, I2cPins, SpiPins};
use wasm_embedded_runtime::policy::{
    Access, AddressGrant, Bias, I2c, Label, Limits, LogLevel, Pin, PinDirection, PinLevel, Select, Spi,
};
use wasm_embedded_sim::model::{Input, PartSpec, Settings, Value, Wiring};

use crate::target::Files;

/// Where an image has its lengths, its checksum and its policy, as `wasm_embedded_image` writes them.
const LENGTHS_AT: usize = 40;
const DIGEST_AT: usize = 64;
const POLICY_AT: usize = 96;

/// Checks a region of flash: as it is, with its checksum put right, and as the policy of an image that is whole otherwise.
///
/// # Panics
///
/// Something does not hold.
pub fn check(bytes: &[u8]) {
    look(bytes);
    let mut sealed = bytes.to_vec();
    if seal(&mut sealed).is_some() {
        look(&sealed);
    }
    let mut image = packed(&Policy::default());
    let code = image.split_off(CODE_ALIGN);
    image.truncate(POLICY_AT);
    image.extend_from_slice(bytes);
    image.resize(image.len().next_multiple_of(CODE_ALIGN), 0);
    let lengths = [bytes.len(), image.len()].map(|len| u32::try_from(len).unwrap_or(u32::MAX).to_le_bytes());
    image[LENGTHS_AT..LENGTHS_AT + 8].copy_from_slice(&lengths.concat());
    image.extend_from_slice(&code);
    seal(&mut image).expect("its lengths are right");
    assert!(look(&image), "its checksum and its lengths are right");
}

/// Looks at a region of flash, and returns whether there is an image.
fn look(region: &[u8]) -> bool {
    let image = match Image::verify(region) {
        Ok(image) => image,
        Err(error) => {
            assert!(!error.to_string().is_empty());
            return false;
        }
    };
    assert!(image.len() <= region.len() && image.digest() == &region[DIGEST_AT..POLICY_AT]);
    let code_at = image.len() - image.code().len();
    assert!(code_at.is_multiple_of(CODE_ALIGN) && *image.code() == region[code_at..image.len()]);
    assert!(image.wasmtime().len() <= 16 && image.board().len() <= 8);
    match image.policy() {
        Ok(policy) => {
            let [policy_len, _, _] = lengths(region).expect("it has a header");
            let again = packed(&policy);
            assert_eq!(lengths(&again).expect("it has a header")[0], policy_len, "{policy:?}");
            assert_eq!(again[POLICY_AT..POLICY_AT + policy_len], region[POLICY_AT..POLICY_AT + policy_len]);
        }
        Err(error) => assert!(matches!(error, ImageError::Policy(_)), "{error}"),
    }
    let mut changed = region[..image.len()].to_vec();
    let at = usize::from(region[DIGEST_AT]) * 31 % changed.len();
    changed[at] ^= 1 << (region[POLICY_AT - 1] % 8);
    assert!(Image::verify(&changed).is_err(), "byte {at} was changed");
    true
}

/// Returns the lengths in a header: of the policy, of all before the code, and of the code.
fn lengths(region: &[u8]) -> Option<[usize; 3]> {
    let word = |at: usize| Some(u32::from_le_bytes(region.get(at..at + 4)?.try_into().ok()?));
    let len = |at: usize| usize::try_from(word(at)?).ok();
    Some([len(LENGTHS_AT)?, len(LENGTHS_AT + 4)?, len(LENGTHS_AT + 8)?])
}

/// Puts a checksum right, if the lengths leave a place for it.
fn seal(region: &mut [u8]) -> Option<()> {
    let [_, code_at, code_len] = lengths(region)?;
    let whole = region.get(..code_at.checked_add(code_len)?)?;
    let digest = Sha256::new().chain_update(whole.get(..DIGEST_AT)?).chain_update(whole.get(POLICY_AT..)?).finalize();
    region.get_mut(DIGEST_AT..POLICY_AT)?.copy_from_slice(&digest);
    Some(())
}

/// Returns an image with this policy.
fn packed(policy: &Policy) -> Vec<u8> {
    let contents = Contents { wasmtime: "48.0.8", tunables: 9, board: "pico2", fuelled: true, policy, code: b"code" };
    contents.pack().expect("nothing in it is too long")
}

/// An image, and the policy that is in it.
pub(crate) fn files() -> Files {
    let mut limits = Limits::default();
    for (key, value) in [("handles", 3), ("memory-bytes", 65_536), ("fuel", 0)] {
        limits.state(key, value).expect("a limit");
    }
    let allow = vec![AddressGrant { addresses: 0x76..=0x77, ten_bit: false, access: Access::ReadOnly }];
    let screen = SpiPins { sck: 10, mosi: 11, miso: None, cs: Some(13) };
    let policy = Policy {
        name: "station".to_owned(),
        i2c: vec![Label::new(
            "sensor",
            ChipBus::Block { block: 0, pins: I2cPins { sda: 4, scl: 5 } },
            I2c { frequency_hz: Some(400_000), allow, ..I2c::default() },
        )],
        spi: vec![Label::new(
            "screen",
            ChipBus::Block { block: 1, pins: screen },
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
        devices: vec![PartSpec {
            name: "sensor".to_owned(),
            model: "bme280".to_owned(),
            wiring: Wiring::I2c { bus: "board".to_owned(), address: 0x76 },
            nets: vec![],
            settings: [("steps".to_owned(), Value::Records(vec![Settings::new()]))].into_iter().collect(),
            controls: vec![("pressure".to_owned(), Input::Value { value: Value::Number(f64::NAN) })],
        }],
        limits,
        log_level: Some(LogLevel::Info),
        ..Policy::default()
    };
    let image = packed(&policy);
    let [policy_len, _, _] = lengths(&image).expect("it has a header");
    let policy = image[POLICY_AT..POLICY_AT + policy_len].to_vec();
    Files { files: vec![image, policy], words: &["WEHIMAGE", "\u{2}\0", "\0\u{10}", "\u{ff}"] }
}
