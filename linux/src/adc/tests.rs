//! Analogue inputs over the fake kernel.

use super::*;
use crate::fake::Fake;
use crate::kernel::ENOTSUPP;

const FOLDER: &str = "/sys/bus/iio/devices/iio:device0";

fn open(fake: &Fake, resolution_bits: Option<u8>) -> Result<AdcInput, OpenError> {
    let settings = AdcSettings { path: FOLDER.into(), channel: 2, resolution_bits };
    fake.machine(Tree::at("/nowhere")).adc("POT", &settings)
}

fn converter(files: &[(&str, &str)]) -> Fake {
    let fake = Fake::default();
    for (name, value) in files {
        fake.attribute(&format!("{FOLDER}/{name}"), value);
    }
    fake
}

#[test]
fn a_voltage_is_reading_plus_offset_times_scale() {
    let own = [("in_voltage2_raw", "1000"), ("in_voltage2_scale", "0.805664062"), ("in_voltage_scale", "9")];
    let mut input = open(&converter(&own), Some(12)).expect("it opens");
    assert_eq!((input.read_raw(), input.read_microvolts()), (Ok(1000), Ok(805_664)));
    let all = [("in_voltage2_raw", "-8"), ("in_voltage_scale", "2.5"), ("in_voltage_offset", "-2")];
    let mut input = open(&converter(&all), Some(12)).expect("it opens");
    assert_eq!((input.read_raw(), input.read_microvolts()), (Ok(-8), Ok(-25_000)));
}

#[test]
fn the_resolution_is_the_drivers_or_the_policys() {
    let files = [("in_voltage2_raw", "1"), ("scan_elements/in_voltage2_type", "le:u12/16>>4")];
    let bits = |fake: &Fake, said| open(fake, said).map(|input| input.resolution_bits());
    assert_eq!(bits(&converter(&files), None), Ok(12));
    assert_eq!(bits(&converter(&files), Some(10)), Ok(10));
    let error = bits(&converter(&files[..1]), None).expect_err("nobody tells it").to_string();
    assert!(error.contains("resolution-bits"), "{error}");
    for text in ["", "le:u12", "u12/16", "le:x12/16>>0", "le:u0/16>>0", "le:u99/128>>0"] {
        assert_eq!(bits_of(text), None, "{text}");
    }
}

#[test]
fn what_keeps_an_input_from_opening_is_told() {
    let there = [("name", "ads1015"), ("in_voltage0_raw", "1")];
    let error = open(&converter(&there), Some(12)).expect_err("no such channel").to_string();
    assert!(error.contains("channel 2"), "{error}");
    let error = open(&converter(&[]), Some(12)).expect_err("no such converter").to_string();
    assert!(error.contains("no such device"), "{error}");
    let busy = converter(&[("in_voltage2_raw", "1")]);
    busy.fail("read", Errno::BUSY);
    let error = open(&busy, Some(12)).expect_err("it records").to_string();
    assert!(error.contains("buffer/enable"), "{error}");
}

#[test]
fn volts_need_a_scale() {
    let mut input = open(&converter(&[("in_voltage2_raw", "1")]), Some(12)).expect("it opens");
    assert_eq!((input.read_raw(), input.read_microvolts()), (Ok(1), Err(Error::Unsupported)));
}

#[test]
fn every_error_of_the_kernel_has_its_kind_and_is_told() {
    let table = [
        (Errno::BUSY, Error::Busy),
        (Errno::TIMEDOUT, Error::TimedOut),
        (Errno::INVAL, Error::Unsupported),
        (Errno::OPNOTSUPP, Error::Unsupported),
        (ENOTSUPP, Error::Unsupported),
        (Errno::NODEV, Error::Other),
        (Errno::IO, Error::Other),
        (Errno::REMOTEIO, Error::Other),
    ];
    let fake = converter(&[("in_voltage2_raw", "1")]);
    let mut input = open(&fake, Some(12)).expect("it opens");
    for (errno, kind) in table {
        fake.fail("read", errno);
        assert_eq!(input.read_raw(), Err(kind), "{errno:?}");
        assert_eq!(fake.faults().len(), 1);
    }
    fake.attribute(&format!("{FOLDER}/in_voltage2_raw"), "much");
    assert_eq!(input.read_raw(), Err(Error::Other));
}
