//! The device over the fake kernel.

use embedded_hal::spi::{MODE_1, MODE_2, MODE_3};

use super::*;
use crate::fake::Fake;
use crate::open::OpenReason;

fn settings() -> SpiSettings {
    SpiSettings::new("/dev/spidev0.0")
}

fn open(fake: &Fake, settings: &SpiSettings) -> Result<SpiDevice, OpenError> {
    fake.machine(Tree::at("/nowhere")).spi("flash", settings)
}

/// A device on a machine that rounds transfers up to 128 bytes.
fn device(settings: &SpiSettings) -> (Fake, SpiDevice) {
    let fake = Fake::default();
    let mut device = open(&fake, settings).expect("the device opens");
    device.device.with(|device| device.alignment = 128);
    fake.calls();
    (fake, device)
}

#[test]
fn a_device_is_set_up_when_it_is_opened() {
    for (mode, bits) in [(MODE_0, "mode 0x00"), (MODE_1, "mode 0x01"), (MODE_2, "mode 0x02"), (MODE_3, "mode 0x03")] {
        let fake = Fake::default();
        open(&fake, &SpiSettings { mode, frequency_hz: 500_000, ..settings() }).expect("the device opens");
        assert_eq!(fake.calls(), ["open /dev/spidev0.0", "mode", bits, "bits 8", "frequency 500000"]);
    }
}

#[test]
fn a_select_that_is_active_high_stays_so_and_nothing_else_of_an_earlier_user() {
    let fake = Fake::default();
    // Loopback, three wires and the least significant bit first are of an earlier user.
    fake.set_mode_bits(SPI_CS_HIGH | 0x38 | SPI_CPOL);
    open(&fake, &SpiSettings { mode: MODE_1, ..settings() }).expect("the device opens");
    assert!(fake.calls().contains(&"mode 0x05".to_owned()));
}

#[test]
fn a_bus_has_no_chip_select_or_does_not_open() {
    let bus = SpiSettings { chip_select: false, ..settings() };
    let fake = Fake::default();
    open(&fake, &bus).expect("the bus opens");
    assert!(fake.calls().contains(&"mode 0x40".to_owned()));
    fake.fail("set_mode", Errno::INVAL);
    let error = open(&fake, &bus).expect_err("the controller cannot");
    assert!(matches!(&error.reason, OpenReason::Unsupported { what } if what.contains("SPI_NO_CS")), "{error}");
}

#[test]
fn what_a_controller_cannot_do_is_named() {
    let table = [("set_mode", "mode 0"), ("set_bits", "words of 8 bits"), ("set_frequency", "1000000 Hz")];
    for (call, named) in table {
        let fake = Fake::default();
        fake.fail(call, Errno::INVAL);
        let error = open(&fake, &settings()).expect_err("the controller cannot");
        assert_eq!(error.reason, OpenReason::Unsupported { what: named.to_owned() });
        fake.fail(call, Errno::IO);
        assert_eq!(open(&fake, &settings()).expect_err("it fails").reason, OpenReason::Failed);
    }
}

#[test]
fn words_longer_than_a_byte_are_refused() {
    for (bits, opens) in [(0, false), (1, true), (8, true), (9, false), (16, false)] {
        let opened = open(&Fake::default(), &SpiSettings { bits_per_word: bits, ..settings() });
        assert_eq!(opened.is_ok(), opens, "{bits} bits");
    }
}

#[test]
fn what_does_not_open_says_why() {
    let table = [
        (Errno::NOENT, OpenReason::Missing),
        (Errno::NXIO, OpenReason::Missing),
        (Errno::ACCESS, OpenReason::Denied),
        (Errno::NOTTY, OpenReason::NotADevice),
        (Errno::MFILE, OpenReason::Failed),
    ];
    for call in ["open_spi", "mode"] {
        for (errno, reason) in &table {
            let fake = Fake::default();
            fake.fail(call, *errno);
            let error = open(&fake, &settings()).expect_err("it does not open");
            assert_eq!((&error.reason, error.errno), (reason, Some(*errno)));
        }
    }
}

#[test]
fn clocks_before_the_first_use_go_out_while_select_is_inactive() {
    let fake = Fake::default();
    open(&fake, &SpiSettings { init_clocks: 74, mode: MODE_3, ..settings() }).expect("the device opens");
    assert_eq!(fake.calls()[4..], ["frequency 1000000", "mode 0x43", "message: [w*10]", "mode 0x03"]);
    let fake = Fake::default();
    open(&fake, &SpiSettings { init_clocks: 8, ..settings() }).expect("the device opens");
    assert_eq!(fake.calls()[6], "message: [wff]");
}

#[test]
fn a_transaction_is_one_message() {
    let (fake, mut device) = device(&settings());
    fake.input(&[1, 2, 3, 4, 5, 6]);
    let (mut read, mut shorter, mut longer, mut in_place) = ([0; 2], [0; 1], [0; 2], [0x30]);
    let operations = &mut [
        Operation::Write(&[0x9f]),
        Operation::Read(&mut read),
        Operation::DelayNs(1500),
        Operation::Transfer(&mut shorter, &[0x10]),
        Operation::Transfer(&mut longer, &[0x20]),
        Operation::TransferInPlace(&mut in_place),
    ];
    device.run(operations).expect("it works");
    assert_eq!(fake.calls(), ["message: [w9f] [r2+2us] [w10200030r4]"]);
    assert_eq!((read, shorter, longer, in_place), ([1, 2], [3], [4, 5], [6]));
}

#[test]
fn what_is_received_beyond_a_buffer_is_discarded() {
    let (fake, mut device) = device(&settings());
    fake.input(&[1, 2, 3, 4]);
    let (mut first, mut second) = ([0; 1], [0; 1]);
    let operations = &mut [Operation::Transfer(&mut first, &[7, 8, 9]), Operation::TransferInPlace(&mut second)];
    device.run(operations).expect("it works");
    assert_eq!(fake.calls(), ["message: [w07080900r4]"]);
    assert_eq!((first, second), ([1], [4]));
}

#[test]
fn one_sided_transfers_are_writes_and_reads() {
    let (fake, mut device) = device(&settings());
    fake.input(&[5, 6]);
    let mut buffer = [0; 2];
    device.run(&mut [Operation::Transfer(&mut [], &[1, 2]), Operation::Transfer(&mut buffer, &[])]).expect("it works");
    assert_eq!((fake.calls(), buffer), (vec!["message: [w0102] [r2]".to_owned()], [5, 6]));
}

#[test]
fn no_operations_are_chip_select_alone_where_there_is_one() {
    let (fake, mut selected) = device(&settings());
    for operations in [&mut [][..], &mut [Operation::Write(&[])]] {
        assert_eq!(selected.run(operations), Ok(()));
        assert_eq!(fake.calls(), ["message: []"], "a transfer of no bytes");
    }
    let (fake, mut bus) = device(&SpiSettings { chip_select: false, ..settings() });
    assert_eq!(bus.run(&mut []), Ok(()));
    assert_eq!(fake.calls(), [""; 0], "there is nothing to select");
}

#[test]
fn a_long_write_is_split_by_the_policys_leave_only() {
    let (fake, mut refusing) = device(&settings());
    assert_eq!(refusing.run(&mut [Operation::Write(&[0; 10_000])]), Err(Error::TooLong));
    assert_eq!(fake.calls(), [""; 0]);
    let [(_, text)] = &fake.faults()[..] else { panic!("one refusal") };
    assert!(text.contains("add `split-writes = true` to [spi.flash]"), "{text}");

    let setup = Duration::from_micros(5);
    let (fake, mut splitting) =
        device(&SpiSettings { split_writes: true, select_setup: setup, select_hold: setup, ..settings() });
    assert_eq!(splitting.run(&mut [Operation::Write(&[0; 10_000])]), Ok(()));
    // Each part is a transaction with everything that belongs to one.
    let part = |bytes| format!("message: [+5us] [w*{bytes}+5us]");
    assert_eq!(fake.calls(), [part(4096), part(4096), part(1808)]);
    assert_eq!(splitting.run(&mut [Operation::Write(&[0; 4000]), Operation::Write(&[0; 96])]), Ok(()));
    assert_eq!(fake.calls(), [part(4096)], "what fits is not split");
}

#[test]
fn what_is_not_a_write_alone_is_never_split() {
    let (fake, mut device) = device(&SpiSettings { split_writes: true, ..settings() });
    let (mut read, mut in_place) = (vec![0; 5000], vec![0; 5000]);
    let long = vec![0; 5000];
    let table: [&mut [Operation<'_, u8>]; 4] = [
        &mut [Operation::Write(&[3]), Operation::Read(&mut read)],
        &mut [Operation::TransferInPlace(&mut in_place)],
        &mut [Operation::Write(&long), Operation::DelayNs(1)],
        &mut [Operation::Write(&long), Operation::Transfer(&mut [0], &[1])],
    ];
    for operations in table {
        assert_eq!(device.run(operations), Err(Error::TooLong));
        assert_eq!(fake.calls(), [""; 0]);
        let [(_, text)] = &fake.faults()[..] else { panic!("one refusal") };
        assert!(text.contains("spidev.bufsiz") && !text.contains("split-writes"), "{text}");
    }
}

#[test]
fn a_split_write_ends_with_the_first_part_that_fails() {
    let (fake, mut device) = device(&SpiSettings { split_writes: true, ..settings() });
    fake.fail("message", Errno::IO);
    assert_eq!(device.run(&mut [Operation::Write(&[0; 10_000])]), Err(Error::Other));
    assert_eq!(fake.calls().len(), 1);
}

#[test]
fn select_delays_come_around_every_transaction() {
    let (select_setup, select_hold) = (Duration::from_nanos(1), Duration::from_micros(3));
    let (fake, mut device) = device(&SpiSettings { select_setup, select_hold, ..settings() });
    device.run(&mut [Operation::Write(&[1])]).expect("it works");
    assert_eq!(fake.calls(), ["message: [+1us] [w01+3us]"]);
}

#[test]
fn a_full_buffer_goes_out_and_one_more_byte_does_not() {
    let (fake, mut device) = device(&settings());
    assert_eq!(device.run(&mut [Operation::Write(&[0; 4096])]), Ok(()));
    assert_eq!(device.run(&mut [Operation::Read(&mut [0; 4096])]), Ok(()));
    assert_eq!(
        device.run(&mut [Operation::Write(&[0; 4096]), Operation::Read(&mut [0; 4096])]),
        Ok(()),
        "one each way"
    );
    assert_eq!(fake.calls().len(), 3);
    assert_eq!(device.run(&mut [Operation::Write(&[0; 4097])]), Err(Error::TooLong));
    assert_eq!(device.run(&mut [Operation::Read(&mut [0; 5000])]), Err(Error::TooLong));
    assert_eq!(fake.calls(), [""; 0]);
    let (_, text) = &fake.faults()[1];
    for part in
        ["(0 bytes written, 5000 read)", "`bufsiz` is 4096", "`spidev.bufsiz=65536`", "options spidev bufsiz=65536"]
    {
        assert!(text.contains(part), "{text}");
    }
}

#[test]
fn thirty_two_transfers_fill_the_buffer() {
    let (fake, mut device) = device(&settings());
    for (count, expected) in [(32, Ok(())), (33, Err(Error::TooLong))] {
        let mut buffers = vec![[0; 1]; count];
        let mut operations = Vec::new();
        for buffer in &mut buffers {
            operations.extend([Operation::Write(&[1]), Operation::Read(buffer)]);
        }
        assert_eq!(device.run(&mut operations), expected, "{count} writes and as many reads");
    }
    assert_eq!(fake.calls().len(), 1);
    let mut writes: Vec<Operation<'_, u8>> = (0..1000).map(|_| Operation::Write(&[1])).collect();
    assert_eq!(device.run(&mut writes), Ok(()), "writes in a row are one transfer");
}

#[test]
fn more_delays_than_a_message_holds_are_refused() {
    let (fake, mut device) = device(&settings());
    // 66 transfers each.
    let mut seven = [const { Operation::DelayNs(u32::MAX) }; 7];
    assert_eq!(device.run(&mut seven), Ok(()));
    let mut eight = [const { Operation::DelayNs(u32::MAX) }; 8];
    assert_eq!(device.run(&mut eight), Err(Error::TooLong));
    assert_eq!(fake.calls().len(), 1);
    assert!(fake.faults()[0].1.contains("at most 511"));
}

#[test]
fn the_buffer_is_as_long_as_the_system_says() {
    let root = tempfile::tempdir().expect("a temporary folder");
    let folder = root.path().join("sys/module/spidev/parameters");
    std::fs::create_dir_all(&folder).expect("a folder");
    std::fs::write(folder.join("bufsiz"), "65536\n").expect("a file");
    let fake = Fake::default();
    let mut device = fake.machine(Tree::at(root.path())).spi("screen", &settings()).expect("the device opens");
    assert_eq!(device.run(&mut [Operation::Write(&[0; 65_536])]), Ok(()));
    assert_eq!(device.run(&mut [Operation::Write(&[0; 65_537])]), Err(Error::TooLong));
    assert!(fake.faults()[0].1.contains("`spidev.bufsiz=131072`"));
}

#[test]
fn every_error_reaches_the_guest_as_its_kind_and_the_log_with_its_number() {
    let table = [
        (Errno::MSGSIZE, Error::TooLong),
        (Errno::INVAL, Error::Unsupported),
        (Errno::OPNOTSUPP, Error::Unsupported),
        (ENOTSUPP, Error::Unsupported),
        (Errno::BUSY, Error::Busy),
        (Errno::TIMEDOUT, Error::Other),
        (Errno::IO, Error::Other),
        (Errno::NOMEM, Error::Other),
        (Errno::NODEV, Error::Other),
        (Errno::SHUTDOWN, Error::Other),
    ];
    for (errno, error) in table {
        let (fake, mut device) = device(&settings());
        fake.fail("message", errno);
        let mut buffer = [0xee];
        assert_eq!(device.run(&mut [Operation::Read(&mut buffer)]), Err(error), "{errno}");
        assert_eq!(buffer, [0xee], "a failure gives no data to the guest");
        let [(level, text)] = &fake.faults()[..] else { panic!("one fault") };
        let told = if is_gone(errno) { (Severity::Error, true) } else { (Severity::Warn, false) };
        assert_eq!((*level, text.ends_with("the device is gone; the next transaction looks for it")), told, "{text}");
        let start = "\"flash\" (/dev/spidev0.0): a transaction of 1 operations (0 bytes written, 1 read): ";
        assert!(text.starts_with(start) && text.contains(&format!("(os error {})", errno.raw_os_error())), "{text}");
        fake.calls();
        if is_gone(errno) {
            fake.fail("open_spi", Errno::NOENT);
            assert_eq!(device.run(&mut [Operation::Write(&[1])]), Err(Error::Other), "{errno}");
            assert_eq!(fake.calls(), ["open /dev/spidev0.0"], "nothing goes out while it is away");
        }
        assert_eq!(device.run(&mut [Operation::Write(&[1])]), Ok(()), "{errno}");
        let calls = fake.calls();
        let opened = ["open /dev/spidev0.0", "mode", "mode 0x00", "bits 8", "frequency 1000000"];
        let expected = if is_gone(errno) { &opened[..] } else { &[] };
        let (opening, sent) = calls.split_at(expected.len());
        assert_eq!(
            (opening.iter().map(String::as_str).collect::<Vec<_>>(), sent),
            (expected.to_vec(), &["message: [w01]".to_owned()][..])
        );
    }
}

#[test]
fn an_interrupted_message_is_carried_out_once_more() {
    let (fake, mut device) = device(&settings());
    fake.fail("message", Errno::INTR);
    assert_eq!(device.run(&mut [Operation::Write(&[1])]), Ok(()));
    assert_eq!(fake.calls().len(), 2);
}

#[test]
fn clocks_before_the_first_use_that_cannot_be_sent_are_named() {
    for (errno, unsupported) in [(Errno::INVAL, true), (Errno::OPNOTSUPP, true), (Errno::IO, false)] {
        let fake = Fake::default();
        fake.fail("message", errno);
        let error = open(&fake, &SpiSettings { init_clocks: 74, ..settings() }).expect_err("it fails");
        let named = matches!(&error.reason, OpenReason::Unsupported { what } if what.contains("init-clocks"));
        assert_eq!((named, error.errno), (unsupported, Some(errno)));
    }
}
