//! Calls that a machine without our hardware answers too, and what the kernel gets for a line.

use gpiocdev_uapi::v2::LineFlags;

use super::*;

/// A device file that is there everywhere, and is none of ours.
const OTHER: &str = "/dev/null";

#[test]
fn files_of_other_devices_are_told_apart_by_the_kernel() {
    let path = Path::new(OTHER);
    let mut i2c = RealKernel.open_i2c(path).expect("anybody may open it");
    assert_eq!(i2c.functions(), Err(Errno::NOTTY));
    assert_eq!(i2c.claim(Address::SevenBit(0x50)), Err(Errno::NOTTY));
    let mut buffer = [0; 2];
    let messages = &mut [Operation::Write(&[1]), Operation::Read(&mut buffer)];
    assert_eq!(i2c.transfer(Address::TenBit(0x150), messages), Err(Errno::NOTTY));
    let mut spi = RealKernel.open_spi(path).expect("anybody may open it");
    assert_eq!(spi.mode(), Err(Errno::NOTTY));
    assert_eq!(spi.set_mode(3), Err(Errno::NOTTY));
    assert_eq!((spi.set_bits_per_word(8), spi.set_frequency(1_000_000)), (Err(Errno::NOTTY), Err(Errno::NOTTY)));
    assert_eq!(spi.message(&mut [SpiTransfer { tx: Some(&[1]), ..SpiTransfer::default() }]), Err(Errno::NOTTY));
    assert_eq!(RealKernel.chip(path), Err(Errno::NOTTY));
    assert_eq!(RealKernel.request_line(path, &input()).map(drop), Err(Errno::NOTTY));
}

#[test]
fn an_attribute_is_written_as_it_is_read_without_its_line_end_and_never_made() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let path = folder.path().join("period");
    assert_eq!(RealKernel.read_attribute(&path), Err(Errno::NOENT));
    assert_eq!(RealKernel.write_attribute(&path, "7"), Err(Errno::NOENT));
    assert!(!path.exists());
    std::fs::write(&path, "1000\n").expect("a file");
    assert_eq!(RealKernel.read_attribute(&path).as_deref(), Ok("1000"));
    assert_eq!(RealKernel.write_attribute(&path, "2000"), Ok(()));
    assert_eq!(std::fs::read_to_string(&path).expect("a file"), "2000\n", "in the place of the old digits");
    assert_eq!(RealKernel.write_attribute(Path::new("/dev/full"), "7"), Err(Errno::NOSPC));
}

#[test]
fn files_that_are_not_there_are_missing() {
    let path = Path::new("/dev/nothing-of-this-name");
    assert_eq!(RealKernel.open_i2c(path).map(drop), Err(Errno::NOENT));
    assert_eq!(RealKernel.open_spi(path).map(drop), Err(Errno::NOENT));
    assert_eq!(RealKernel.chip(path), Err(Errno::NOENT));
}

#[test]
fn a_message_longer_than_its_length_can_say_is_refused() {
    let mut i2c = RealKernel.open_i2c(Path::new(OTHER)).expect("anybody may open it");
    let bytes = vec![0; 65_537];
    assert_eq!(i2c.transfer(Address::SevenBit(0x50), &mut [Operation::Write(&bytes)]), Err(Errno::INVAL));
}

#[test]
fn a_sleep_ends_after_its_time() {
    let deadline = RealKernel.now() + Duration::from_micros(200);
    while RealKernel.sleep_until(deadline) == Err(Errno::INTR) {}
    assert!(RealKernel.now() >= deadline);
}

/// A request for an input, with nothing asked for besides.
fn input() -> LineRequest {
    LineRequest {
        offset: 17,
        consumer: "test".to_owned(),
        direction: Direction::Input,
        initial: PinState::Low,
        bias: None,
        debounce: None,
        edges: false,
    }
}

/// Returns the bits of `enum gpio_v2_line_flag`.
fn bits(config: &Config) -> u64 {
    assert_eq!(config.lines(), &[17]);
    LineFlags::from(config.line_config(17).expect("its only line")).bits()
}

#[test]
fn a_request_for_a_line_has_the_flags_of_the_kernels_header() {
    // include/uapi/linux/gpio.h: input is bit 2, output 3, edges 4 (rising) and 5 (falling), open drain 6, and a bias 8 (up), 9 (down)
    // or 10 (none). Bit 1, active low, is never set: the host inverts.
    let with = |direction, bias, edges| LineRequest { direction, bias, edges, ..input() };
    let table = [
        (with(Direction::Input, None, false), 0x004),
        (with(Direction::Output, None, false), 0x008),
        (with(Direction::OpenDrain, None, false), 0x048),
        (with(Direction::Input, Some(Bias::PullUp), false), 0x104),
        (with(Direction::Input, Some(Bias::PullDown), false), 0x204),
        (with(Direction::Input, Some(Bias::Disabled), false), 0x404),
        (with(Direction::OpenDrain, Some(Bias::PullUp), false), 0x148),
        (with(Direction::Input, None, true), 0x034),
        (with(Direction::Input, Some(Bias::PullUp), true), 0x134),
    ];
    for (request, expected) in table {
        let flags = bits(&builder(Path::new("/dev/gpiochip0"), &request).config());
        assert_eq!(flags, expected, "{request:?}: {flags:#x}");
    }
}

#[test]
fn a_request_for_a_line_has_its_first_level_and_its_debouncing() {
    for (initial, value) in [(PinState::Low, Value::Inactive), (PinState::High, Value::Active)] {
        for direction in [Direction::Output, Direction::OpenDrain] {
            let config = builder(Path::new("/dev/gpiochip0"), &LineRequest { direction, initial, ..input() }).config();
            assert_eq!(config.line_config(17).and_then(|line| line.value), Some(value), "{direction:?}");
        }
    }
    for debounce in [None, Some(Duration::from_millis(5))] {
        let config = builder(Path::new("/dev/gpiochip0"), &LineRequest { debounce, ..input() }).config();
        assert_eq!(config.line_config(17).and_then(|line| line.debounce_period), debounce);
    }
}

#[test]
fn edges_that_are_asked_for_later_change_nothing_else_of_a_line() {
    let debounce = Some(Duration::from_millis(5));
    let request = LineRequest { bias: Some(Bias::PullUp), debounce, ..input() };
    let config = builder(Path::new("/dev/gpiochip0"), &request).config();
    let config = reporting(config).expect("it has a line");
    assert_eq!(bits(&config), 0x134);
    assert_eq!(config.line_config(17).and_then(|line| line.debounce_period), debounce);
    assert_eq!(reporting(Config::default()), Err(Errno::INVAL), "a request of no lines");
}

#[test]
fn what_is_known_of_a_line_is_what_the_kernel_says() {
    let held =
        line::Info { name: "GPIO17".to_owned(), consumer: "led".to_owned(), used: true, ..line::Info::default() };
    let free = line::Info { used: false, direction: line::Direction::Output, ..held.clone() };
    let name = || "GPIO17".to_owned();
    assert_eq!(line_info(held), LineInfo { name: name(), output: false, holder: Some("led".to_owned()) });
    assert_eq!(line_info(free), LineInfo { name: name(), output: true, holder: None });
}
