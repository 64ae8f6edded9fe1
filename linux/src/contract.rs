//! What every method of the traits does, in the blocking form, queued with others, and asynchronously: the same. And what the types
//! say of themselves.

use std::future::poll_fn;
use std::pin::pin;
use std::task::{Context, Poll, Waker};
use std::thread;
use std::time::Duration;

use embedded_hal::digital::{InputPin, OutputPin, PinState, StatefulOutputPin};
use embedded_hal::i2c::{I2c, NoAcknowledgeSource, Operation};
use embedded_hal::pwm::SetDutyCycle;
use embedded_hal::spi::{self, SpiBus, SpiDevice};
use embedded_hal_async::digital::Wait;
use embedded_hal_async::{i2c as async_i2c, spi as async_spi};

use crate::bus_worker::Queued;
use crate::fake::Fake;
use crate::gpio::{self, ChipInfo, Direction, Edge, LineChoice, LineInfo, LineSettings};
use crate::i2c::I2cSettings;
use crate::limit::within_a_minute;
use crate::pwm::PwmSettings;
use crate::spi::SpiSettings;
use crate::{Tree, adc, i2c, pwm, uart};

/// Waits for a future on this thread.
fn end<T>(future: impl Future<Output = T>) -> T {
    let mut future = pin!(future);
    loop {
        match future.as_mut().poll(&mut Context::from_waker(Waker::noop())) {
            Poll::Ready(value) => return value,
            Poll::Pending => thread::sleep(Duration::from_millis(1)),
        }
    }
}

/// Returns what the kernel was asked since the last time, and gives it bytes for the next reads.
fn asked(fake: &Fake) -> Vec<String> {
    fake.only_input(&[0xa0, 0xa1, 0xa2]);
    fake.calls()
}

#[test]
fn every_way_to_use_an_adapter_sends_the_same() {
    within_a_minute(|| {
        let fake = Fake::default();
        // I2C_FUNC_I2C and I2C_FUNC_10BIT_ADDR, linux/i2c.h.
        fake.set_functions(3);
        let open = || {
            let settings = I2cSettings::new("/dev/i2c-1");
            fake.machine(Tree::at("/nowhere")).i2c("sensor", &settings).expect("the adapter opens")
        };
        let (mut bus, mut queued) = (open(), Queued::from(open()));
        asked(&fake);
        let exchange = |run: &mut dyn FnMut(&mut [Operation<'_>])| {
            let (mut first, mut second) = ([0; 2], [0; 1]);
            run(&mut [
                Operation::Write(&[1]),
                Operation::Read(&mut first),
                Operation::Write(&[2]),
                Operation::Read(&mut second),
            ]);
            (asked(&fake), first, second)
        };
        let seven = |calls: &str| (vec![calls.to_owned()], [0xa0, 0xa1], [0xa2]);
        let sent = seven("transfer 0x48: w01 r2 w02 r1");
        assert_eq!(
            exchange(&mut |operations| I2c::transaction(&mut bus, 0x48_u8, operations).expect("it works")),
            sent
        );
        assert_eq!(
            exchange(&mut |operations| I2c::transaction(&mut queued, 0x48_u8, operations).expect("it works")),
            sent
        );
        let task = |queued: &mut Queued<i2c::I2cBus>, operations: &mut [Operation<'_>]| {
            end(async_i2c::I2c::transaction(queued, 0x48_u8, operations)).expect("it works");
        };
        assert_eq!(exchange(&mut |operations| task(&mut queued, operations)), sent);
        let sent = seven("transfer 0x048 (10-bit): w01 r2 w02 r1");
        assert_eq!(
            exchange(&mut |operations| I2c::transaction(&mut bus, 0x48_u16, operations).expect("it works")),
            sent
        );
        assert_eq!(
            exchange(&mut |operations| I2c::transaction(&mut queued, 0x48_u16, operations).expect("it works")),
            sent
        );
        let task = |queued: &mut Queued<i2c::I2cBus>, operations: &mut [Operation<'_>]| {
            end(async_i2c::I2c::transaction(queued, 0x48_u16, operations)).expect("it works");
        };
        assert_eq!(exchange(&mut |operations| task(&mut queued, operations)), sent);
    });
}

/// A way to carry out a transaction.
type Run<'r> = &'r mut dyn FnMut(&mut [spi::Operation<'_, u8>]);

/// Uses each operation of a device once.
fn device_operations(run: Run<'_>) -> [Vec<u8>; 3] {
    let (mut read, mut transferred, mut in_place) = (vec![0; 1], vec![0; 1], vec![3; 1]);
    run(&mut [
        spi::Operation::Write(&[1]),
        spi::Operation::Read(&mut read),
        spi::Operation::DelayNs(5_000),
        spi::Operation::Transfer(&mut transferred, &[2]),
        spi::Operation::TransferInPlace(&mut in_place),
    ]);
    [read, transferred, in_place]
}

#[test]
fn every_way_to_use_a_device_on_spi_sends_the_same() {
    within_a_minute(|| {
        let fake = Fake::default();
        let open = || fake.machine(Tree::at("/nowhere")).spi("flash", &SpiSettings::new("/dev/spidev0.0"));
        let (mut device, mut queued) = (open().expect("it opens"), Queued::from(open().expect("it opens")));
        let mut task = queued.clone();
        asked(&fake);
        let ways: [Run<'_>; 3] = [
            &mut |operations| device.transaction(operations).expect("it works"),
            &mut |operations| SpiDevice::transaction(&mut queued, operations).expect("it works"),
            &mut |operations| end(async_spi::SpiDevice::transaction(&mut task, operations)).expect("it works"),
        ];
        for way in ways {
            assert_eq!(device_operations(way), [[0xa0], [0xa1], [0xa2]]);
            assert_eq!(asked(&fake), ["message: [w01] [r1+5us] [w0203r2]"]);
        }
    });
}

/// The bit SPI_NO_CS of linux/spi/spi.h: with it the kernel selects nobody.
#[test]
fn a_bus_selects_nobody_and_a_device_is_selected() {
    let mode = |fake: &Fake| fake.calls().into_iter().filter(|call| call.starts_with("mode ")).collect::<Vec<_>>();
    let fake = Fake::default();
    drop(fake.machine(Tree::at("/nowhere")).spi("flash", &SpiSettings::new("/dev/spidev0.0")).expect("it opens"));
    assert_eq!(mode(&fake), ["mode 0x00"]);
    drop(fake.machine(Tree::at("/nowhere")).spi_bus("leds", &SpiSettings::new("/dev/spidev0.0")).expect("it opens"));
    assert_eq!(mode(&fake), ["mode 0x40"]);
}

#[test]
fn every_way_to_use_a_bus_without_select_sends_the_same() {
    within_a_minute(|| {
        let fake = Fake::default();
        let open = || fake.machine(Tree::at("/nowhere")).spi_bus("leds", &SpiSettings::new("/dev/spidev0.0"));
        let (mut bus, mut queued) = (open().expect("it opens"), Queued::from(open().expect("it opens")));
        asked(&fake);
        let expected = [
            ("message: [r2]", [0xa0, 0xa1]),
            ("message: [w0102]", [1, 2]),
            ("message: [w0900r2]", [0xa0, 0xa1]),
            ("message: [w0102r2]", [0xa0, 0xa1]),
        ];
        for (method, (message, words)) in expected.into_iter().enumerate() {
            let mut blocking = [1, 2];
            match method {
                0 => bus.read(&mut blocking),
                1 => bus.write(&blocking),
                2 => bus.transfer(&mut blocking, &[9]),
                _ => bus.transfer_in_place(&mut blocking),
            }
            .expect("it works");
            assert_eq!((asked(&fake), blocking), (vec![message.to_owned()], words), "method {method}");
            let mut task = [1, 2];
            end(async {
                match method {
                    0 => async_spi::SpiBus::read(&mut queued, &mut task).await,
                    1 => async_spi::SpiBus::write(&mut queued, &task).await,
                    2 => async_spi::SpiBus::transfer(&mut queued, &mut task, &[9]).await,
                    _ => async_spi::SpiBus::transfer_in_place(&mut queued, &mut task).await,
                }
            })
            .expect("it works");
            assert_eq!((asked(&fake), task), (vec![message.to_owned()], words), "method {method}, for a task");
        }
        assert_eq!((bus.flush(), end(async_spi::SpiBus::flush(&mut queued)).is_ok()), (Ok(()), true));
        assert_eq!(asked(&fake), [""; 0], "when a message returns the last clock is over");
    });
}

#[test]
fn the_kernel_shows_who_holds_a_line() {
    let (root, fake, _pin) = line(Direction::Input);
    assert_eq!(fake.consumer(), "wasm-embedded-linux");
    let machine = fake.machine(Tree::at(root.path())).with_consumer("station");
    let line = LineChoice::Name("P".to_owned());
    assert_eq!(
        machine.locate(&line).map(|(chip, offset)| (chip.display().to_string(), offset)).ok(),
        Some(("/dev/gpiochip0".to_owned(), 0))
    );
    let (direction, initial) = (Direction::Output, PinState::Low);
    let settings = LineSettings { line, direction, initial, bias: None, debounce: None, edges: false };
    machine.line("P", &settings).expect("it is there");
    assert_eq!(fake.consumer(), "station");
}

/// A line of the fake kernel.
fn line(direction: Direction) -> (tempfile::TempDir, Fake, gpio::Line) {
    let root = tempfile::tempdir().expect("a temporary folder");
    std::fs::create_dir(root.path().join("dev")).expect("a folder");
    std::fs::write(root.path().join("dev/gpiochip0"), "").expect("a file");
    let fake = Fake::default();
    let lines = vec![LineInfo { name: "P".into(), output: false, holder: None }];
    fake.chip("/dev/gpiochip0", ChipInfo { name: "gpiochip0".into(), label: "chip".into(), lines });
    let line = LineChoice::Name("P".to_owned());
    let settings = LineSettings { line, direction, initial: PinState::High, bias: None, debounce: None, edges: false };
    let line = fake.machine(Tree::at(root.path())).line("P", &settings).expect("it is there");
    asked(&fake);
    (root, fake, line)
}

#[test]
fn a_pin_reads_the_wire_and_remembers_what_it_was_set_to() {
    let (_root, fake, mut pin) = line(Direction::OpenDrain);
    assert_eq!((pin.is_set_high(), pin.is_set_low()), (Ok(true), Ok(false)), "the initial level");
    for high in [true, false] {
        fake.set_line(high);
        assert_eq!((pin.is_high(), pin.is_low()), (Ok(high), Ok(!high)), "what is on the wire");
        assert_eq!((pin.is_set_high(), pin.is_set_low()), (Ok(true), Ok(false)));
    }
    for (high, calls) in [(false, "set false"), (true, "set true")] {
        asked(&fake);
        if high { pin.set_high() } else { pin.set_low() }.expect("it can be set");
        assert_eq!((pin.is_set_high(), pin.is_set_low()), (Ok(high), Ok(!high)));
        assert_eq!(asked(&fake), [calls]);
        pin.toggle().expect("it can be set");
        assert_eq!((pin.is_set_high(), pin.is_set_low()), (Ok(!high), Ok(high)));
        pin.set_state(PinState::from(high)).expect("it can be set");
    }
}

/// An edge in an hour of the fake kernel's clock: later than any wait began.
fn edge(rising: bool) -> Edge {
    Edge { rising, at: Duration::from_secs(3600), number: 1 }
}

/// Polls a wait at a line, with an edge after the first time; returns whether it ended before and after the edge.
fn waited(wait: impl Future<Output = Result<(), gpio::Error>>, fake: &Fake, rising: bool) -> (bool, bool) {
    let mut wait = pin!(wait);
    let mut poll = || wait.as_mut().poll(&mut Context::from_waker(Waker::noop())).is_ready();
    if poll() {
        return (true, true);
    }
    fake.edge(edge(rising));
    // The edge is heard within 10 ms; what is another one ends nothing however long one waits.
    let is_over = (0..50).any(|_| {
        thread::sleep(Duration::from_millis(2));
        poll()
    });
    (false, is_over)
}

#[test]
fn every_wait_of_a_pin_ends_with_what_it_is_for() {
    within_a_minute(|| {
        for (low, rising) in [(true, true), (true, false), (false, true), (false, false)] {
            let ends = |method: usize| {
                let (_root, fake, mut pin) = line(Direction::Input);
                fake.set_line(!low);
                let fake = &fake;
                match method {
                    0 => waited(pin.wait_for_high(), fake, rising),
                    1 => waited(pin.wait_for_low(), fake, rising),
                    2 => waited(pin.wait_for_rising_edge(), fake, rising),
                    3 => waited(pin.wait_for_falling_edge(), fake, rising),
                    _ => waited(pin.wait_for_any_edge(), fake, rising),
                }
            };
            let expected =
                [(!low, !low || rising), (low, low || !rising), (false, rising), (false, !rising), (false, true)];
            assert_eq!([0, 1, 2, 3, 4].map(ends), expected, "low: {low}, rising: {rising}");
        }
    });
}

/// Without its level nobody knows whether a wait for one is over; an edge will be heard.
#[test]
fn a_level_that_cannot_be_read_ends_the_wait_for_it_and_no_other() {
    use crate::kernel::Errno;

    let (_root, fake, mut pin) = line(Direction::Input);
    for condition in [gpio::Condition::Level(PinState::High), gpio::Condition::Level(PinState::Low)] {
        fake.fail("get", Errno::IO);
        assert!(
            matches!(pin.start_wait(condition), crate::Completion::Ready(Err(gpio::Error::Other))),
            "{condition:?}"
        );
    }
    for condition in [gpio::Condition::Edge(PinState::High), gpio::Condition::AnyEdge] {
        fake.fail("get", Errno::IO);
        assert!(matches!(pin.start_wait(condition), crate::Completion::Pending(_)), "{condition:?}");
    }
}

/// A wait that is dropped is forgotten, also if the line never rests, and ends no other.
#[test]
fn waits_that_are_dropped_leave_nothing_at_their_line() {
    within_a_minute(|| {
        let (_root, fake, mut pin) = line(Direction::Input);
        for _ in 0..100 {
            let mut wait = pin!(pin.wait_for_rising_edge());
            assert!(wait.as_mut().poll(&mut Context::from_waker(Waker::noop())).is_pending());
            fake.edge(edge(false));
        }
        // A wait that begins takes those with it that are no longer wanted.
        let wait = pin.start_wait(gpio::Condition::Edge(PinState::High));
        assert!(format!("{pin:?}").contains("Waits { waits: 1, "), "{pin:?}");
        fake.edge(edge(true));
        assert_eq!(end(wait.end()), Ok(()));
        end(poll_fn(
            |_| {
                if format!("{pin:?}").contains("Waits { waits: 0, ") { Poll::Ready(()) } else { Poll::Pending }
            },
        ));
    });
}

#[test]
fn an_output_has_the_steps_of_its_period() {
    let root = tempfile::tempdir().expect("a temporary folder");
    std::fs::create_dir_all(root.path().join("sys/class/pwm/pwmchip0")).expect("a folder");
    let fake = Fake::default();
    fake.pwm_chip("/sys/class/pwm/pwmchip0", 1);
    let path = "/sys/class/pwm/pwmchip0".into();
    let settings = PwmSettings { path, channel: 0, frequency_hz: 100_000, active_low: false, initial_duty: 0 };
    let mut output = fake.machine(Tree::at(root.path())).pwm("FAN", &settings).expect("it opens");
    assert_eq!(output.max_duty_cycle(), 10_000);
    asked(&fake);
    output.set_duty_cycle(2_500).expect("it can be set");
    assert_eq!(asked(&fake), ["write /sys/class/pwm/pwmchip0/pwm0/duty_cycle 2500"]);
}

/// Every error is told apart by its words, and has its kind.
#[test]
fn every_error_says_what_it_is() {
    use embedded_hal::digital::Error as _;
    use embedded_hal::i2c::Error as _;
    use embedded_hal::pwm::Error as _;
    use embedded_hal::spi::Error as _;
    use embedded_io::{Error as _, ErrorKind};

    use NoAcknowledgeSource::{Address, Data, Unknown};

    let of_i2c = [
        i2c::Error::Bus,
        i2c::Error::ArbitrationLoss,
        i2c::Error::NoAcknowledge(Address),
        i2c::Error::NoAcknowledge(Data),
        i2c::Error::NoAcknowledge(Unknown),
        i2c::Error::TooLong,
        i2c::Error::Unsupported,
        i2c::Error::Other,
    ];
    let of_spi =
        [crate::spi::Error::TooLong, crate::spi::Error::Unsupported, crate::spi::Error::Busy, crate::spi::Error::Other];
    let of_line = [gpio::Error::Unsupported, gpio::Error::Busy, gpio::Error::Other];
    let of_pwm = [pwm::Error::Unsupported, pwm::Error::Busy, pwm::Error::Other];
    let of_adc = [adc::Error::Unsupported, adc::Error::Busy, adc::Error::TimedOut, adc::Error::Other];
    let of_uart = [uart::Error::Busy, uart::Error::Io(ErrorKind::NotFound), uart::Error::Io(ErrorKind::TimedOut)];
    let texts = |errors: &[&dyn std::error::Error]| errors.iter().map(ToString::to_string).collect::<Vec<_>>();
    let groups = [
        texts(&of_i2c.each_ref().map(|error| error as _)),
        texts(&of_spi.each_ref().map(|error| error as _)),
        texts(&of_line.each_ref().map(|error| error as _)),
        texts(&of_pwm.each_ref().map(|error| error as _)),
        texts(&of_adc.each_ref().map(|error| error as _)),
        texts(&of_uart.each_ref().map(|error| error as _)),
    ];
    for group in groups {
        for (index, text) in group.iter().enumerate() {
            assert!(text.split(' ').count() > 2 && !group[..index].contains(text), "{group:?}");
        }
    }
    let kinds = of_i2c.map(|error| format!("{:?}", error.kind()));
    let (address, data, unknown) = ("NoAcknowledge(Address)", "NoAcknowledge(Data)", "NoAcknowledge(Unknown)");
    assert_eq!(kinds, ["Bus", "ArbitrationLoss", address, data, unknown, "Other", "Other", "Other"]);
    let others = of_spi.map(|error| error.kind() == embedded_hal::spi::ErrorKind::Other);
    assert_eq!(others, [true; 4]);
    assert!(of_line.iter().all(|error| error.kind() == embedded_hal::digital::ErrorKind::Other));
    assert!(of_pwm.iter().all(|error| error.kind() == embedded_hal::pwm::ErrorKind::Other));
    assert_eq!(of_uart.map(|error| error.kind()), [ErrorKind::Other, ErrorKind::NotFound, ErrorKind::TimedOut]);
}
