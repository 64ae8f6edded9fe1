//! PWM outputs over the fake kernel.

use super::*;
use crate::fake::{Fake, PwmChannel};
use crate::kernel::ENOTSUPP;

const CHIP: &str = "/sys/class/pwm/pwmchip0";
const CHANNEL: &str = "/sys/class/pwm/pwmchip0/pwm1";

fn settings() -> PwmSettings {
    let (path, initial_duty) = (CHIP.into(), 0);
    PwmSettings { path, channel: 1, frequency_hz: 1_000, active_low: false, initial_duty }
}

/// A channel that is exported, with a period and a duty of somebody before us.
fn exported() -> Fake {
    let fake = Fake::default();
    fake.pwm_chip(CHIP, 2);
    fake.exported_pwm(CHANNEL, PwmChannel { period_ns: 500, duty_ns: 400, enabled: true, ..PwmChannel::default() });
    fake
}

/// A chip of two channels that nobody has used since the machine started.
fn fresh() -> Fake {
    let fake = Fake::default();
    fake.pwm_chip(CHIP, 2);
    fake
}

fn open(fake: &Fake, settings: &PwmSettings) -> Result<PwmOutput, OpenError> {
    let root = tempfile::tempdir().expect("a temporary folder");
    std::fs::create_dir_all(root.path().join("sys/class/pwm/pwmchip0")).expect("a folder");
    fake.machine(Tree::at(root.path())).pwm("FAN", settings)
}

/// The writes since the last time, without the folder.
fn writes(fake: &Fake) -> Vec<String> {
    let calls = fake.calls().into_iter();
    calls.filter_map(|call| Some(call.strip_prefix("write /sys/class/pwm/pwmchip0/")?.to_owned())).collect()
}

#[test]
fn the_duty_is_never_longer_than_the_period_on_the_way() {
    let fake = exported();
    open(&fake, &PwmSettings { initial_duty: u16::MAX, ..settings() }).expect("it opens");
    let steps = ["pwm1/duty_cycle 0", "pwm1/period 1000000", "pwm1/duty_cycle 1000000", "pwm1/enable 1"];
    assert_eq!(writes(&fake), steps);
}

#[test]
fn a_channel_that_nobody_has_used_gets_its_period_first() {
    let fake = fresh();
    open(&fake, &PwmSettings { initial_duty: u16::MAX, ..settings() }).expect("it opens");
    // The first duty is the look whether this user may write.
    let steps = ["export 1", "pwm1/duty_cycle 0", "pwm1/period 1000000", "pwm1/duty_cycle 1000000", "pwm1/enable 1"];
    assert_eq!(writes(&fake), steps);
}

#[test]
fn a_channel_becomes_what_the_settings_say_whatever_it_was() {
    let channel = |period_ns, duty_ns, inversed, enabled| PwmChannel {
        period_ns,
        duty_ns,
        inversed,
        enabled,
        ..PwmChannel::default()
    };
    let before = [
        None,
        Some(channel(0, 0, false, false)),
        Some(channel(500, 400, false, true)),
        Some(channel(500, 500, true, true)),
        Some(channel(5_000_000, 5_000_000, true, false)),
    ];
    for before in before {
        let fake = fresh();
        if let Some(channel) = &before {
            fake.exported_pwm(CHANNEL, channel.clone());
        }
        // Each finds what the one before it left.
        for (frequency_hz, active_low, period_ns) in
            [(200, false, 5_000_000), (1_000, true, 1_000_000), (5_000, false, 200_000), (5_000, true, 200_000)]
        {
            let settings = PwmSettings { frequency_hz, active_low, initial_duty: u16::MAX, ..settings() };
            open(&fake, &settings).unwrap_or_else(|error| panic!("{before:?}, {frequency_hz} Hz: {error}"));
            assert_eq!(fake.pwm(CHANNEL), Some(channel(period_ns, period_ns, active_low, true)), "{before:?}");
        }
    }
}

#[test]
fn a_frequency_that_a_fresh_channel_cannot_have_is_named() {
    let fake = fresh();
    fake.exported_pwm(CHANNEL, PwmChannel::default());
    fake.fail("write", Errno::INVAL);
    // The first write is the look whether this user may: its EINVAL says nothing yet.
    fake.fail("write", Errno::INVAL);
    let error = open(&fake, &settings()).expect_err("no such frequency").to_string();
    assert!(error.contains("unsupported: this frequency"), "{error}");
}

#[test]
fn the_polarity_changes_only_while_the_output_is_off() {
    let fake = exported();
    open(&fake, &PwmSettings { active_low: true, ..settings() }).expect("it opens");
    assert_eq!(writes(&fake)[..2], ["pwm1/enable 0", "pwm1/polarity inversed"]);
    let one_way = fresh();
    one_way.exported_pwm(CHANNEL, PwmChannel { one_way: true, ..PwmChannel::default() });
    open(&one_way, &settings()).expect("it opens");
    let error = open(&one_way, &PwmSettings { active_low: true, ..settings() }).expect_err("no such polarity");
    assert!(error.to_string().contains("unsupported: this polarity"), "{error}");
}

#[test]
fn a_channel_that_is_not_exported_is() {
    let fake = exported();
    open(&fake, &PwmSettings { channel: 0, ..settings() }).expect("it opens");
    assert_eq!(writes(&fake)[0], "export 0");
    let error = open(&fake, &PwmSettings { channel: 2, ..settings() }).expect_err("two channels").to_string();
    assert!(error.contains("channel 2"), "{error}");
}

#[test]
fn a_channel_that_udev_has_not_given_us_yet_is_waited_for() {
    let fake = fresh();
    for _ in 0..3 {
        fake.fail("read", Errno::NOENT);
    }
    open(&fake, &settings()).expect("it opens");
    assert_eq!(fake.calls().iter().filter(|call| *call == "sleep").count(), 2);
}

#[test]
fn what_keeps_an_output_from_opening_is_told() {
    let table = [
        (Errno::NODEV, "channel 1"),
        (Errno::BUSY, "in use by a kernel driver"),
        (Errno::ACCESS, "this user lacks the permission to open it"),
        (Errno::NOENT, "no such device"),
    ];
    for (errno, text) in table {
        let fake = exported();
        fake.fail("read", Errno::NOENT);
        fake.fail("write", errno);
        let error = open(&fake, &settings()).expect_err("it cannot be exported").to_string();
        assert!(error.contains(text), "{errno:?}: {error}");
    }
    let fake = exported();
    fake.fail("write", Errno::INVAL);
    let error = open(&fake, &PwmSettings { active_low: true, ..settings() }).expect_err("no such polarity");
    assert!(error.to_string().contains("unsupported: switching it off"), "{error}");
}

#[test]
fn a_second_frequency_of_a_chip_with_one_period_is_told_why() {
    let fake = exported();
    fake.fail("write", Errno::BUSY);
    let error = open(&fake, &settings()).expect_err("another channel runs").to_string();
    assert!(error.contains("share one period"), "{error}");
    assert!(error.contains("the same `frequency`"), "{error}");
}

#[test]
fn duties_are_nanoseconds_of_the_period() {
    let fake = exported();
    let mut output = open(&fake, &PwmSettings { frequency_hz: 100_000, ..settings() }).expect("it opens");
    assert_eq!(output.max_duty(), 10_000, "a nanosecond each");
    let slow = open(&exported(), &PwmSettings { frequency_hz: 1, ..settings() }).expect("it opens");
    assert_eq!((slow.max_duty(), slow.duty_ns(u16::MAX), slow.duty_ns(0)), (u16::MAX, 1_000_000_000, 0));
    drop(writes(&fake));
    for duty in [0, 1, 5_000, 10_000] {
        output.set_duty(duty).expect("it can be set");
    }
    let expected = [0, 1, 5_000, 10_000].map(|ns| format!("pwm1/duty_cycle {ns}"));
    assert_eq!(writes(&fake), expected);
}

#[test]
fn every_error_of_the_kernel_has_its_kind_and_is_told() {
    let table = [
        (Errno::BUSY, Error::Busy),
        (Errno::INVAL, Error::Unsupported),
        (Errno::OPNOTSUPP, Error::Unsupported),
        (ENOTSUPP, Error::Unsupported),
        (Errno::NODEV, Error::Other),
        (Errno::IO, Error::Other),
    ];
    let fake = exported();
    let mut output = open(&fake, &settings()).expect("it opens");
    for (errno, kind) in table {
        fake.fail("write", errno);
        assert_eq!(output.set_duty(1), Err(kind), "{errno:?}");
        assert_eq!(fake.faults().len(), 1);
    }
    assert_eq!(output.set_duty(1), Ok(()));
}
