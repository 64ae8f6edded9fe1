//! The adapter over the fake kernel.

use embedded_hal::i2c::NoAcknowledgeSource::{Address as OfAddress, Unknown};

use super::*;
use crate::fake::Fake;
use crate::open::OpenReason;

const TARGET: Address = Address::SevenBit(0x76);

/// What i2c-bcm2835 offers: transactions and messages without data, but no ten-bit addresses.
const BCM2835: c_ulong = I2C_FUNC_I2C | I2C_FUNC_SMBUS_QUICK;

fn settings() -> I2cSettings {
    I2cSettings::new("/dev/i2c-1")
}

fn bus(functions: c_ulong) -> (Fake, I2cBus) {
    let fake = Fake::default();
    fake.set_functions(functions);
    let bus = fake.machine(Tree::at("/nowhere")).i2c("sensor", &settings()).expect("the adapter opens");
    fake.calls();
    (fake, bus)
}

#[test]
fn the_adapter_is_asked_once_what_it_can_do() {
    let fake = Fake::default();
    fake.set_functions(BCM2835);
    let mut bus = fake.machine(Tree::at("/nowhere")).i2c("sensor", &settings()).expect("the adapter opens");
    for _ in 0..3 {
        bus.transaction(TARGET, &mut [Operation::Write(&[1])]).expect("it works");
    }
    let asked = fake.calls().iter().filter(|call| *call == "functions").count();
    assert_eq!(asked, 1);
}

#[test]
fn operations_in_one_direction_are_one_message() {
    let (fake, mut bus) = bus(BCM2835);
    fake.input(&[0xa0, 0xa1, 0xa2, 0xa3, 0xa4]);
    let (mut first, mut second) = ([0; 2], [0; 3]);
    let operations = &mut [
        Operation::Write(&[0xd0]),
        Operation::Write(&[]),
        Operation::Write(&[0xd1, 0xd2]),
        Operation::Read(&mut first),
        Operation::Read(&mut second),
    ];
    bus.transaction(TARGET, operations).expect("it works");
    assert_eq!(fake.calls(), ["transfer 0x76: wd0d1d2 r5"]);
    assert_eq!((first, second), ([0xa0, 0xa1], [0xa2, 0xa3, 0xa4]));
}

#[test]
fn a_change_of_direction_is_a_message_of_its_own() {
    let (fake, mut bus) = bus(BCM2835);
    fake.input(&[1, 2]);
    let (mut first, mut second) = ([0; 1], [0; 1]);
    let operations = &mut [
        Operation::Read(&mut first),
        Operation::Write(&[9]),
        Operation::Write(&[8]),
        Operation::Read(&mut second),
    ];
    bus.transaction(TARGET, operations).expect("it works");
    assert_eq!(fake.calls(), ["transfer 0x76: r1 w0908 r1"]);
    assert_eq!((first, second), ([1], [2]));
}

#[test]
fn nothing_to_do_does_nothing() {
    let (fake, mut bus) = bus(BCM2835);
    assert_eq!(bus.transaction(TARGET, &mut []), Ok(()));
    assert_eq!(fake.calls(), [""; 0]);
}

#[test]
fn forty_two_messages_go_out_and_forty_three_do_not() {
    let (fake, mut bus) = bus(BCM2835);
    for (messages, expected) in [(42, Ok(())), (43, Err(Error::TooLong))] {
        let mut buffers = vec![[0; 1]; messages / 2];
        let mut operations: Vec<Operation<'_>> = Vec::new();
        for buffer in &mut buffers {
            operations.extend([Operation::Write(&[1]), Operation::Read(buffer)]);
        }
        if messages % 2 == 1 {
            operations.push(Operation::Write(&[1]));
        }
        assert_eq!(bus.transaction(TARGET, &mut operations), expected);
        assert_eq!(fake.calls().len(), usize::from(expected.is_ok()), "{messages} messages");
    }
    assert!(fake.faults()[0].1.contains("43 messages, but Linux takes at most 42"));
}

#[test]
fn eight_kibibytes_go_out_and_one_more_byte_does_not() {
    let (fake, mut bus) = bus(BCM2835);
    let bytes = [7; MAX_MESSAGE_BYTES];
    assert_eq!(bus.transaction(TARGET, &mut [Operation::Write(&bytes)]), Ok(()));
    assert_eq!(fake.calls(), ["transfer 0x76: w*8192"]);
    assert_eq!(bus.transaction(TARGET, &mut [Operation::Read(&mut [0; 8193])]), Err(Error::TooLong));
    let operations = &mut [Operation::Write(&bytes), Operation::Write(&[1])];
    assert_eq!(bus.transaction(TARGET, operations), Err(Error::TooLong), "merged, they are one message");
    assert_eq!(fake.calls(), [""; 0]);
}

#[test]
fn ten_bit_addresses_need_an_adapter_that_has_them() {
    let target = Address::TenBit(0x176);
    let (fake, mut without) = bus(BCM2835);
    assert_eq!(without.transaction(target, &mut [Operation::Write(&[1])]), Err(Error::Unsupported));
    assert_eq!(fake.calls(), [""; 0]);
    let (fake, mut with) = bus(BCM2835 | I2C_FUNC_10BIT_ADDR);
    assert_eq!(with.transaction(target, &mut [Operation::Write(&[1])]), Ok(()));
    assert_eq!(fake.calls(), ["transfer 0x176 (10-bit): w01"]);
}

#[test]
fn addresses_that_do_not_exist_never_reach_the_kernel() {
    let (fake, mut bus) = bus(BCM2835 | I2C_FUNC_10BIT_ADDR);
    for address in [Address::SevenBit(0x80), Address::SevenBit(0xff), Address::TenBit(0x400), Address::TenBit(0xffff)] {
        assert_eq!(bus.transaction(address, &mut [Operation::Write(&[1])]), Err(Error::Unsupported));
    }
    assert_eq!(fake.calls(), [""; 0]);
}

#[test]
fn a_write_of_nothing_needs_an_adapter_with_quick_commands() {
    let (fake, mut with) = bus(BCM2835);
    assert_eq!(with.transaction(TARGET, &mut [Operation::Write(&[])]), Ok(()));
    assert_eq!(fake.calls(), ["transfer 0x76: w"]);
    let (fake, mut without) = bus(I2C_FUNC_I2C);
    assert_eq!(without.transaction(TARGET, &mut [Operation::Write(&[])]), Err(Error::Unsupported));
    assert_eq!(fake.calls(), [""; 0]);
}

#[test]
fn a_read_of_nothing_is_refused() {
    let (fake, mut bus) = bus(BCM2835);
    let operations = &mut [Operation::Write(&[1]), Operation::Read(&mut [])];
    assert_eq!(bus.transaction(TARGET, operations), Err(Error::Unsupported));
    assert_eq!(fake.calls(), [""; 0]);
}

#[test]
fn every_error_reaches_the_guest_as_its_kind_and_the_log_with_its_number() {
    let table = [
        (Errno::NXIO, Error::NoAcknowledge(OfAddress), Severity::Debug, "no device acknowledged"),
        (Errno::REMOTEIO, Error::NoAcknowledge(Unknown), Severity::Debug, "no device acknowledged"),
        (Errno::AGAIN, Error::ArbitrationLoss, Severity::Warn, "another controller won the bus"),
        (Errno::TIMEDOUT, Error::Bus, Severity::Warn, "check wiring and pull-ups"),
        (Errno::IO, Error::Bus, Severity::Warn, "check wiring and pull-ups"),
        (Errno::BUSY, Error::Bus, Severity::Warn, "check wiring and pull-ups"),
        (Errno::PROTO, Error::Bus, Severity::Warn, "check wiring and pull-ups"),
        (Errno::OPNOTSUPP, Error::Unsupported, Severity::Warn, "the kernel's log may say why"),
        (Errno::INVAL, Error::Unsupported, Severity::Warn, "the kernel's log may say why"),
        (Errno::MSGSIZE, Error::TooLong, Severity::Warn, "the transaction is too long for the adapter"),
        (Errno::NOMEM, Error::Other, Severity::Warn, "the adapter's driver failed"),
        (Errno::NODEV, Error::Other, Severity::Error, "the adapter is gone; the next transaction looks for it"),
        (Errno::SHUTDOWN, Error::Other, Severity::Error, "the adapter is gone; the next transaction looks for it"),
    ];
    for (errno, error, level, meaning) in table {
        let (fake, mut bus) = bus(BCM2835);
        fake.fail("transfer", errno);
        assert_eq!(bus.transaction(TARGET, &mut [Operation::Write(&[1])]), Err(error), "{errno}");
        let [(logged, text)] = &fake.faults()[..] else { panic!("one fault") };
        assert_eq!(*logged, level, "{errno}");
        assert!(text.ends_with(meaning), "{text}");
        let start = "\"sensor\" (/dev/i2c-1): a transaction with 0x76 (1 bytes written, 0 read): ";
        assert!(text.starts_with(start) && text.contains(&format!("(os error {})", errno.raw_os_error())), "{text}");
    }
}

#[test]
fn a_target_that_has_nothing_to_acknowledge_refuses_its_address() {
    let (fake, mut bus) = bus(BCM2835);
    for operation in [Operation::Read(&mut [0; 2]), Operation::Write(&[])] {
        fake.fail("transfer", Errno::REMOTEIO);
        assert_eq!(bus.transaction(TARGET, &mut [operation]), Err(Error::NoAcknowledge(OfAddress)));
    }
}

#[test]
fn a_read_that_the_adapter_does_not_take_before_a_write_is_unsupported_and_never_split() {
    let (fake, mut bus) = bus(BCM2835);
    fake.fail("transfer", Errno::OPNOTSUPP);
    let operations = &mut [Operation::Read(&mut [0; 1]), Operation::Write(&[1])];
    assert_eq!(bus.transaction(TARGET, operations), Err(Error::Unsupported));
    assert_eq!(fake.calls(), ["transfer 0x76: r1 w01"]);
    assert!(fake.faults()[0].1.contains("a read must be the last message"));
}

#[test]
fn an_interrupted_transaction_is_carried_out_once_more() {
    let (fake, mut bus) = bus(BCM2835);
    fake.fail("transfer", Errno::INTR);
    fake.fail("transfer", Errno::INTR);
    fake.input(&[5]);
    let mut buffer = [0];
    assert_eq!(bus.transaction(TARGET, &mut [Operation::Read(&mut buffer)]), Ok(()));
    assert_eq!((fake.calls().len(), buffer), (3, [5]));
}

#[test]
fn signals_without_end_do_not_hold_the_guest_for_ever() {
    let (fake, mut bus) = bus(BCM2835);
    (0..1000).for_each(|_| fake.fail("transfer", Errno::INTR));
    assert_eq!(bus.transaction(TARGET, &mut [Operation::Write(&[1])]), Err(Error::Other));
}

#[test]
fn an_adapter_that_is_gone_is_closed_and_found_again_when_it_is_back() {
    for errno in [Errno::NODEV, Errno::SHUTDOWN] {
        let (fake, mut bus) = bus(BCM2835);
        let mut write = || bus.transaction(TARGET, &mut [Operation::Write(&[1])]);
        fake.fail("transfer", errno);
        assert_eq!(write(), Err(Error::Other));
        let [(Severity::Error, text)] = &fake.faults()[..] else { panic!("one fault") };
        assert!(text.ends_with("the adapter is gone; the next transaction looks for it"), "{text}");
        // Nothing goes out while it is away, and each transaction looks for it.
        fake.calls();
        for _ in 0..2 {
            fake.fail("open_i2c", Errno::NOENT);
            assert_eq!(write(), Err(Error::Other));
            assert_eq!(fake.calls(), ["open /dev/i2c-1"]);
            let [(Severity::Debug, text)] = &fake.faults()[..] else { panic!("one fault") };
            assert!(text.contains("looking for it: "), "{text}");
        }
        assert_eq!(write(), Ok(()), "it is back");
        assert_eq!(fake.calls(), ["open /dev/i2c-1", "functions", "transfer 0x76: w01"]);
        let [(Severity::Warn, text)] = &fake.faults()[..] else { panic!("one fault") };
        assert_eq!(text, "\"sensor\" (/dev/i2c-1): opening it again: it is back");
        assert_eq!(write(), Ok(()));
        assert_eq!(fake.calls(), ["transfer 0x76: w01"], "it is opened once");
    }
}

#[test]
fn the_next_transaction_after_any_other_error_succeeds() {
    for errno in [Errno::REMOTEIO, Errno::TIMEDOUT, Errno::AGAIN, Errno::NOMEM, Errno::OPNOTSUPP] {
        let (fake, mut bus) = bus(BCM2835);
        fake.fail("transfer", errno);
        assert!(bus.transaction(TARGET, &mut [Operation::Write(&[1])]).is_err());
        assert_eq!(bus.transaction(TARGET, &mut [Operation::Write(&[1])]), Ok(()));
    }
}

#[test]
fn a_failure_gives_no_data_to_the_guest() {
    let (fake, mut bus) = bus(BCM2835);
    fake.stop_after(1);
    fake.input(&[1, 2]);
    let mut buffer = [0xee; 2];
    let operations = &mut [Operation::Write(&[1]), Operation::Read(&mut buffer)];
    assert_eq!(bus.transaction(TARGET, operations), Err(Error::Other), "one of two messages");
    assert_eq!(buffer, [0xee; 2]);
    assert!(fake.faults()[0].1.ends_with("the adapter's driver transferred only 1 of 2 messages"));
}

#[test]
fn an_adapter_for_the_smbus_only_does_not_open() {
    let fake = Fake::default();
    fake.set_functions(I2C_FUNC_SMBUS_QUICK);
    let error = fake.machine(Tree::at("/nowhere")).i2c("sensor", &settings()).expect_err("no I2C");
    assert!(matches!(error.reason, OpenReason::Unsupported { .. }), "{error}");
}

#[test]
fn what_does_not_open_says_why() {
    let table = [
        (Errno::NOENT, OpenReason::Missing),
        (Errno::NXIO, OpenReason::Missing),
        (Errno::NODEV, OpenReason::Missing),
        (Errno::ACCESS, OpenReason::Denied),
        (Errno::PERM, OpenReason::Denied),
        (Errno::BUSY, OpenReason::Busy { holder: "another program or driver".to_owned() }),
        (Errno::NOTTY, OpenReason::NotADevice),
        (Errno::MFILE, OpenReason::Failed),
    ];
    for call in ["open_i2c", "functions"] {
        for (errno, reason) in &table {
            let fake = Fake::default();
            fake.fail(call, *errno);
            let error = fake.machine(Tree::at("/nowhere")).i2c("sensor", &settings()).expect_err("it does not open");
            assert_eq!((&error.reason, error.errno, error.device.as_str()), (reason, Some(*errno), "/dev/i2c-1"));
            let advised = matches!(reason, OpenReason::Missing | OpenReason::Denied);
            assert_eq!(error.advice.is_some(), advised, "{error}");
        }
    }
}

#[test]
fn a_clock_other_than_the_policy_says_is_reported_with_the_parameter() {
    let root = tempfile::tempdir().expect("a temporary folder");
    let node = root.path().join("sys/bus/i2c/devices/i2c-1/of_node");
    std::fs::create_dir_all(&node).expect("a folder");
    std::fs::write(node.join("clock-frequency"), 100_000_u32.to_be_bytes()).expect("a file");
    for (stated, reports) in [(None, 0), (Some(100_000), 0), (Some(400_000), 1)] {
        let fake = Fake::default();
        fake.set_functions(BCM2835);
        let settings = I2cSettings { frequency_hz: stated, ..settings() };
        fake.machine(Tree::at(root.path())).i2c("sensor", &settings).expect("the adapter opens");
        let faults = fake.faults();
        assert_eq!(faults.len(), reports);
        assert!(faults.iter().all(|(_, text)| text.contains("`dtparam=i2c_arm_baudrate=400000`")), "{faults:?}");
    }
}

#[test]
fn an_address_that_a_driver_has_is_named_with_the_driver() {
    let root = tempfile::tempdir().expect("a temporary folder");
    let device = root.path().join("sys/bus/i2c/devices/1-0068");
    std::fs::create_dir_all(&device).expect("a folder");
    std::os::unix::fs::symlink("../../drivers/rtc-ds1307", device.join("driver")).expect("a link");
    let fake = Fake::default();
    fake.set_functions(BCM2835);
    let mut bus = fake.machine(Tree::at(root.path())).i2c("clock", &settings()).expect("the adapter opens");
    assert_eq!(bus.owned_by_kernel(Address::SevenBit(0x76)), Ok(None));
    fake.fail("claim", Errno::BUSY);
    let owner = bus.owned_by_kernel(Address::SevenBit(0x68)).expect("the kernel says").expect("a driver");
    assert_eq!(owner.to_string(), "address 0x68 is in use by the kernel driver rtc-ds1307 (device 1-0068)");
    assert!(
        owner.advice().contains("echo 1-0068 | sudo tee /sys/bus/i2c/drivers/rtc-ds1307/unbind"),
        "{}",
        owner.advice()
    );
    fake.fail("claim", Errno::BUSY);
    let owner = bus.owned_by_kernel(Address::SevenBit(0x69)).expect("the kernel says").expect("a driver");
    assert_eq!((owner.device, owner.driver), (None, None), "the kernel has it, and the tree does not say how");
}

/// Puts devices with their drivers into a tree.
fn devices(root: &std::path::Path, drivers: &[(&str, &str)]) {
    for (device, driver) in drivers {
        let folder = root.join("sys/bus/i2c/devices").join(device);
        std::fs::create_dir_all(&folder).expect("a folder");
        std::os::unix::fs::symlink(format!("../../drivers/{driver}"), folder.join("driver")).expect("a link");
    }
}

/// Returns who has an address of the bus 1 of a tree, and what to do about it.
fn owner(root: &std::path::Path, address: u8) -> (String, String) {
    let fake = Fake::default();
    fake.set_functions(BCM2835);
    let mut bus = fake.machine(Tree::at(root)).i2c("bus", &settings()).expect("the adapter opens");
    fake.fail("claim", Errno::BUSY);
    let owner = bus.owned_by_kernel(Address::SevenBit(address)).expect("the kernel says").expect("a driver");
    (owner.to_string(), owner.advice())
}

#[test]
fn a_further_address_of_a_device_is_named_with_the_device_and_never_unbound_alone() {
    let root = tempfile::tempdir().expect("a temporary folder");
    let drivers = [("1-0050", "at24"), ("1-0051", "dummy"), ("1-0052", "dummy"), ("1-0061", "dummy")];
    devices(root.path(), &drivers);
    let (owner_of_block, advice) = owner(root.path(), 0x52);
    assert_eq!(
        owner_of_block,
        "address 0x52 is in use by the kernel driver at24, as another address of its device 1-0050"
    );
    assert!(advice.contains("echo 1-0050 | sudo tee /sys/bus/i2c/drivers/at24/unbind"), "{advice}");
    let (owner_of_lone, advice) = owner(root.path(), 0x61);
    assert!(
        owner_of_lone.ends_with("a kernel driver, as another address of its device (device 1-0061)"),
        "{owner_of_lone}"
    );
    assert!(!advice.contains("unbind") && advice.contains("belongs to a device"), "{advice}");
}

#[test]
fn a_device_behind_a_multiplexer_is_named_as_the_kernel_does() {
    let root = tempfile::tempdir().expect("a temporary folder");
    devices(root.path(), &[("1-0070", "pca954x"), ("4-0071", "pca954x"), ("5-0049", "lm75"), ("6-004a", "lm75")]);
    // A multiplexer's channels are links to the buses that they make; one of them has another multiplexer.
    for (channel, bus) in [("1-0070/channel-0", "i2c-4"), ("1-0070/channel-1", "i2c-5"), ("4-0071/channel-0", "i2c-6")]
    {
        let link = root.path().join("sys/bus/i2c/devices").join(channel);
        std::os::unix::fs::symlink(format!("../{bus}"), link).expect("a link");
    }
    let (owner_of_near, advice) = owner(root.path(), 0x49);
    assert_eq!(owner_of_near, "address 0x49 is in use by the kernel driver lm75 (device 5-0049)");
    assert!(advice.contains("echo 5-0049 | sudo tee /sys/bus/i2c/drivers/lm75/unbind"), "{advice}");
    assert!(owner(root.path(), 0x4a).0.ends_with("(device 6-004a)"), "behind two multiplexers");
}

#[test]
fn an_address_that_the_kernel_does_not_tell_of_is_not_opened() {
    for errno in [Errno::INVAL, Errno::NODEV, Errno::IO] {
        let (fake, mut bus) = bus(BCM2835);
        fake.fail("claim", errno);
        let error = bus.owned_by_kernel(TARGET).expect_err("the kernel does not say");
        assert_eq!(error.errno, Some(errno));
        assert!(error.to_string().contains("address 0x76"), "{error}");
    }
    let (fake, mut bus) = bus(BCM2835);
    fake.fail("claim", Errno::INTR);
    assert_eq!(bus.owned_by_kernel(TARGET), Ok(None), "asked again");
}

#[test]
fn a_timeout_is_set_in_the_kernel_s_steps_before_the_first_transaction() {
    let open = |fake: &Fake, ms| {
        let settings = I2cSettings { timeout: Some(Duration::from_millis(ms)), ..settings() };
        fake.machine(Tree::at("/nowhere")).i2c("sensor", &settings)
    };
    for (ms, steps) in [(10, 1), (11, 2), (250, 25)] {
        let fake = Fake::default();
        fake.set_functions(BCM2835);
        open(&fake, ms).expect("the adapter opens");
        assert_eq!(fake.calls().last(), Some(&format!("set_timeout {steps}")));
    }
    let (fake, _) = bus(BCM2835);
    fake.fail("set_timeout", Errno::INVAL);
    let error = open(&fake, 100).expect_err("the kernel takes none");
    assert!(error.to_string().contains("a timeout of 100 ms"), "{error}");
}
