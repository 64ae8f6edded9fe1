//! Lines over the fake kernel.

use super::*;
use crate::fake::Fake;

mod watched;

/// Files of two chips, the second of which is the pin controller, as on a Raspberry Pi 5.
fn machine() -> (tempfile::TempDir, Tree, Fake) {
    let root = tempfile::tempdir().expect("a temporary folder");
    std::fs::create_dir(root.path().join("dev")).expect("a folder");
    for chip in ["gpiochip0", "gpiochip10"] {
        std::fs::write(root.path().join("dev").join(chip), "").expect("a file");
    }
    let fake = Fake::default();
    let line = |name: &str, holder: Option<&str>| LineInfo {
        name: name.into(),
        output: false,
        holder: holder.map(Into::into),
    };
    let expander = vec![line("BT_ON", None), line("TWICE", None)];
    let main =
        vec![line("ID_SDA", None), line("GPIO1", Some("spi0 CS0")), line("GPIO2", Some("")), line("TWICE", None)];
    let chip = |name: &str, label: &str, lines| ChipInfo { name: name.into(), label: label.into(), lines };
    fake.chip("/dev/gpiochip0", chip("gpiochip0", "gpio-expander", expander));
    fake.chip("/dev/gpiochip10", chip("gpiochip10", "pinctrl-rp1", main));
    let tree = Tree::at(root.path());
    (root, tree, fake)
}

fn settings(line: LineChoice) -> LineSettings {
    LineSettings { line, direction: Direction::Input, initial: PinState::Low, bias: None, debounce: None, edges: false }
}

fn named(name: &str) -> LineChoice {
    LineChoice::Name(name.to_owned())
}

/// Opens a line, and returns the request that reached the kernel.
fn request(settings: &LineSettings) -> Result<String, OpenError> {
    let (_root, tree, fake) = machine();
    fake.machine(tree).line("LED", settings)?;
    Ok(fake.calls().pop().expect("a call"))
}

#[test]
fn lines_are_found_by_name_by_chip_and_by_number() {
    let chip = |chip| LineChoice::Offset { chip, offset: 1 };
    let table = [
        (named("GPIO1"), "/dev/gpiochip10 1 "),
        (named("BT_ON"), "/dev/gpiochip0 0 "),
        (chip(ChipChoice::Main), "/dev/gpiochip10 1 "),
        (chip(ChipChoice::Label("gpio-expander".to_owned())), "/dev/gpiochip0 1 "),
        (chip(ChipChoice::Label("gpiochip10".to_owned())), "/dev/gpiochip10 1 "),
        (chip(ChipChoice::Path("/dev/gpiochip0".into())), "/dev/gpiochip0 1 "),
    ];
    for (line, expected) in table {
        let (_root, tree, fake) = machine();
        let (chip, offset) = fake.machine(tree).locate(&line).expect("it is there");
        assert_eq!(format!("{} {offset} ", chip.display()), expected, "{line:?}");
        let request = request(&settings(line.clone())).expect("the line opens");
        assert!(request.starts_with(&format!("request {expected}")), "{line:?}: {request}");
    }
}

#[test]
fn the_first_chip_is_the_main_one_where_none_is_a_pin_controller() {
    let (root, tree, fake) = machine();
    std::fs::remove_file(root.path().join("dev/gpiochip10")).expect("it was there");
    fake.machine(tree)
        .line("LED", &settings(LineChoice::Offset { chip: ChipChoice::Main, offset: 0 }))
        .expect("it opens");
    assert!(fake.calls().pop().expect("a call").starts_with("request /dev/gpiochip0 0 "));
}

#[test]
fn what_is_not_there_comes_with_what_is() {
    let offset = |chip, offset| settings(LineChoice::Offset { chip, offset });
    let table = [
        (settings(named("GPOI1")), OpenReason::NoSuchLine, "the nearest name is `GPIO1`"),
        (
            settings(named("GPIO0")),
            OpenReason::NoSuchLine,
            "line 0 of pinctrl-rp1 has the name `ID_SDA`: use `pin = 0`",
        ),
        (offset(ChipChoice::Main, 4), OpenReason::NoSuchLine, "gpiochip10 (pinctrl-rp1) has lines 0 to 3"),
        (offset(ChipChoice::Label("x".to_owned()), 0), OpenReason::Missing, "the chips gpio-expander, pinctrl-rp1"),
        (offset(ChipChoice::Path("/dev/gpiochip4".into()), 0), OpenReason::Missing, "/dev/gpiochip0, /dev/gpiochip10"),
    ];
    for (settings, reason, advice) in table {
        let error = request(&settings).expect_err("it is not there");
        assert_eq!(error.reason, reason);
        assert!(error.advice.as_ref().is_some_and(|text| text.contains(advice)), "{error}");
    }
}

#[test]
fn a_name_that_two_lines_have_is_refused() {
    let error = request(&settings(named("TWICE"))).expect_err("two lines");
    let chips = vec!["/dev/gpiochip0".to_owned(), "/dev/gpiochip10".to_owned()];
    assert_eq!(error.reason, OpenReason::Ambiguous { chips });
}

#[test]
fn a_machine_without_chips_says_so() {
    let fake = Fake::default();
    for line in [named("GPIO1"), LineChoice::Offset { chip: ChipChoice::Main, offset: 1 }] {
        let error = fake.machine(Tree::at("/nowhere")).line("LED", &settings(line)).expect_err("no chips");
        assert!(error.advice.is_some(), "{error}");
    }
}

#[test]
fn chips_that_may_not_be_opened_are_passed_over_unless_all_are() {
    let (_root, tree, fake) = machine();
    fake.fail("chip", Errno::ACCESS);
    fake.machine(tree.clone()).line("LED", &settings(named("GPIO1"))).expect("the other chip has it");
    fake.fail("chip", Errno::ACCESS);
    fake.fail("chip", Errno::ACCESS);
    let error = fake.machine(tree).line("LED", &settings(named("GPIO1"))).expect_err("no chip may be opened");
    assert_eq!(error.reason, OpenReason::Denied);
}

#[test]
fn the_request_sets_everything_at_once() {
    let base = settings(named("ID_SDA"));
    let debounce = Some(Duration::from_millis(5));
    let table = [
        (
            LineSettings { direction: Direction::Output, initial: PinState::High, ..base.clone() },
            "Output High None None false",
        ),
        (
            LineSettings { direction: Direction::OpenDrain, bias: Some(Bias::PullUp), ..base.clone() },
            "OpenDrain Low Some(PullUp) None false",
        ),
        (
            LineSettings { debounce, edges: true, bias: Some(Bias::PullDown), ..base },
            "Input Low Some(PullDown) Some(5ms) true",
        ),
    ];
    for (settings, expected) in table {
        assert_eq!(request(&settings).expect("the line opens"), format!("request /dev/gpiochip10 0 {expected}"));
    }
}

#[test]
fn a_line_in_use_is_named_with_its_holder() {
    for (name, holder) in [("GPIO1", "`spi0 CS0`"), ("GPIO2", "`the kernel`")] {
        let (_root, tree, fake) = machine();
        fake.fail("request", Errno::BUSY);
        let error = fake.machine(tree).line("LED", &settings(named(name))).expect_err("it is in use");
        assert_eq!((error.device.as_str(), error.reason), (name, OpenReason::Busy { holder: holder.to_owned() }));
    }
}

#[test]
fn a_request_that_fails_says_why() {
    let unsupported = OpenReason::Unsupported { what: "input with edge detection".to_owned() };
    let table = [
        (Errno::INVAL, unsupported.clone()),
        (Errno::NXIO, unsupported.clone()),
        (Errno::OPNOTSUPP, unsupported.clone()),
        (ENOTSUPP, unsupported),
        (Errno::NODEV, OpenReason::Missing),
        (Errno::PERM, OpenReason::Denied),
        (Errno::MFILE, OpenReason::Failed),
    ];
    for (errno, reason) in table {
        let (_root, tree, fake) = machine();
        fake.fail("request", errno);
        let settings = LineSettings { edges: true, ..settings(named("ID_SDA")) };
        let error = fake.machine(tree).line("LED", &settings).expect_err("it fails");
        assert_eq!((error.reason, error.errno), (reason, Some(errno)));
    }
}

fn line() -> (tempfile::TempDir, Fake, Line) {
    let (root, tree, fake) = machine();
    let line = fake.machine(tree).line("LED", &settings(named("ID_SDA"))).expect("the line opens");
    fake.calls();
    (root, fake, line)
}

#[test]
fn levels_are_what_is_on_the_wire() {
    let (_root, fake, mut line) = line();
    assert_eq!(line.set(PinState::High), Ok(()));
    assert_eq!(line.set(PinState::Low), Ok(()));
    fake.set_line(true);
    assert_eq!(line.level(), Ok(PinState::High));
    assert_eq!(fake.calls(), ["set true", "set false", "get"]);
}

#[test]
fn every_error_reaches_the_guest_as_its_kind_and_the_log_with_its_number() {
    let table = [
        (Errno::PERM, Error::Unsupported),
        (Errno::INVAL, Error::Unsupported),
        (Errno::OPNOTSUPP, Error::Unsupported),
        (ENOTSUPP, Error::Unsupported),
        (Errno::BUSY, Error::Busy),
        (Errno::IO, Error::Other),
        (Errno::TIMEDOUT, Error::Other),
        (Errno::NODEV, Error::Other),
        (Errno::SHUTDOWN, Error::Other),
    ];
    for (errno, error) in table {
        for call in ["set", "get", "wait"] {
            let (_root, fake, mut line) = line();
            fake.fail(call, errno);
            let result = match call {
                "set" => line.set(PinState::High),
                "get" => line.level().map(drop),
                _ => line.wait_for_edge(None, &|| false).map(drop),
            };
            assert_eq!(result, Err(error), "{call}: {errno}");
            let [(level, text)] = &fake.faults()[..] else { panic!("one fault") };
            let told = if is_gone(errno) { (Severity::Error, true) } else { (Severity::Warn, false) };
            assert_eq!((*level, text.ends_with("the chip is gone; the next call looks for it")), told, "{text}");
            assert!(text.starts_with("\"LED\" (/dev/gpiochip10 line 0): "), "{text}");
            assert!(text.contains(&format!("(os error {})", errno.raw_os_error())), "{text}");
            fake.calls();
            if is_gone(errno) {
                fake.fail("request", Errno::NODEV);
                assert_eq!(line.set(PinState::Low), Err(Error::Other));
                assert!(fake.calls().iter().all(|call| call != "set false"), "it is not driven while it is away");
            }
            assert_eq!(line.set(PinState::Low), Ok(()), "{call}: {errno}");
            let requested = fake.calls().iter().filter(|call| call.starts_with("request ")).count();
            assert_eq!(requested, usize::from(is_gone(errno)), "it is requested anew only if it was gone");
        }
    }
}

#[test]
fn signals_disturb_neither_levels_nor_edges() {
    let (_root, fake, mut line) = line();
    for call in ["set", "get", "wait"] {
        fake.fail(call, Errno::INTR);
    }
    let edge = Edge { rising: true, at: Duration::from_millis(3), number: 1 };
    fake.edge(edge);
    assert_eq!(line.set(PinState::High), Ok(()));
    assert_eq!(line.level(), Ok(PinState::High));
    assert_eq!(line.wait_for_edge(None, &|| false), Ok(Some(edge)));
}

#[test]
fn edges_come_in_order_with_their_numbers() {
    let (_root, fake, mut line) = line();
    let edges = [(true, 1), (false, 2), (true, 5)].map(|(rising, number)| Edge { rising, at: Duration::ZERO, number });
    edges.iter().for_each(|edge| fake.edge(*edge));
    for edge in edges {
        assert_eq!(line.wait_for_edge(None, &|| false), Ok(Some(edge)));
    }
}

#[test]
fn a_wait_ends_at_its_time_and_not_before() {
    let (_root, fake, mut line) = line();
    let until = fake.now() + Duration::from_millis(45);
    assert_eq!(line.wait_for_edge(Some(until), &|| false), Ok(None));
    assert!((until..until + Duration::from_millis(1)).contains(&fake.now()));
}

#[test]
fn an_interrupt_ends_a_wait_for_nothing() {
    let (_root, fake, mut line) = line();
    assert_eq!(line.wait_for_edge(None, &|| true), Ok(None));
    assert_eq!(fake.calls(), [""; 0]);
    assert!(SLICE <= Duration::from_millis(20), "the flag is looked at often enough");
}

#[test]
fn a_chip_that_cannot_be_described_says_why() {
    let table = [
        (Errno::NOENT, OpenReason::Missing),
        (Errno::NODEV, OpenReason::Missing),
        (Errno::ACCESS, OpenReason::Denied),
        (Errno::PERM, OpenReason::Denied),
        (Errno::NOTTY, OpenReason::NotADevice),
        (Errno::IO, OpenReason::Failed),
    ];
    for (errno, reason) in table {
        let (_root, tree, fake) = machine();
        fake.fail("chip", errno);
        let choice = LineChoice::Offset { chip: ChipChoice::Path("/dev/gpiochip0".into()), offset: 0 };
        let error = fake.machine(tree).line("LED", &settings(choice)).expect_err("it fails");
        assert_eq!((error.reason, error.errno), (reason, Some(errno)));
    }
}

/// Polls a wait until it ends or 100 ms have passed.
fn ends(progress: Completion<Result<(), Error>>) -> Option<Result<(), Error>> {
    use std::pin::pin;
    use std::task::{Context, Poll, Waker};
    let mut future = match progress {
        Completion::Ready(result) => return Some(result),
        Completion::Pending(future) => future,
    };
    for _ in 0..100 {
        if let Poll::Ready(result) = pin!(&mut future).poll(&mut Context::from_waker(Waker::noop())) {
            return Some(result);
        }
        std::thread::sleep(Duration::from_millis(1));
    }
    None
}

/// Returns an input and its kernel.
fn input() -> (tempfile::TempDir, Fake, Line) {
    let (root, tree, fake) = machine();
    let line = fake.machine(tree).line("BUTTON", &settings(named("BT_ON"))).expect("it is there");
    (root, fake, line)
}

/// An edge in an hour of the fake kernel's clock: later than any wait began.
fn edge(rising: bool) -> Edge {
    Edge { rising, at: Duration::from_secs(3600), number: 1 }
}

#[test]
fn a_wait_beside_other_things_ends_with_its_edge() {
    for (condition, falling, rising) in [
        (Condition::Edge(PinState::High), false, true),
        (Condition::Edge(PinState::Low), true, false),
        (Condition::Level(PinState::High), false, true),
        (Condition::AnyEdge, true, true),
    ] {
        for (is_rising, expected) in [(false, falling), (true, rising)] {
            let (_root, fake, mut line) = input();
            let wait = line.start_wait(condition);
            fake.edge(edge(is_rising));
            assert_eq!(ends(wait).is_some(), expected, "{condition:?}, rising: {is_rising}");
        }
    }
}

#[test]
fn edges_before_a_wait_do_not_end_it_and_a_level_that_is_there_does() {
    let (_root, fake, mut line) = input();
    let wait = line.start_wait(Condition::AnyEdge);
    fake.edge(Edge { at: Duration::ZERO, ..edge(true) });
    assert_eq!(ends(wait), None);
    assert_eq!(ends(line.start_wait(Condition::Level(PinState::Low))), Some(Ok(())));
}

#[test]
fn an_open_drain_line_and_a_kernel_without_edges_are_unsupported() {
    let (_root, tree, fake) = machine();
    let open_drain = LineSettings { direction: Direction::OpenDrain, ..settings(named("BT_ON")) };
    let mut line = fake.machine(tree).line("IO", &open_drain).expect("it is there");
    assert_eq!(ends(line.start_wait(Condition::AnyEdge)), Some(Err(Error::Unsupported)));
    let (_root, fake, mut line) = input();
    fake.fail("report_edges", Errno::INVAL);
    assert_eq!(ends(line.start_wait(Condition::AnyEdge)), Some(Err(Error::Unsupported)));
}

#[test]
fn an_output_that_is_back_has_the_level_that_it_was_last_set_to() {
    let (_root, tree, fake) = machine();
    let output = LineSettings { direction: Direction::Output, ..settings(named("BT_ON")) };
    let mut line = fake.machine(tree).line("LED", &output).expect("it is there");
    for level in [PinState::High, PinState::Low] {
        assert_eq!(line.set(level), Ok(()));
        fake.fail("get", Errno::NODEV);
        assert_eq!(line.level(), Err(Error::Other));
        fake.calls();
        assert!(line.level().is_ok());
        let requests: Vec<String> = fake.calls().into_iter().filter(|call| call.starts_with("request ")).collect();
        assert_eq!(requests, [format!("request /dev/gpiochip0 0 Output {level:?} None None false")]);
        let (_, last) = fake.faults().pop().expect("a message");
        assert!(last.ends_with("opening it again: it is back"), "{last}");
    }
}
