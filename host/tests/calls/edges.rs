//! The edges of pins: who watches a pin has them, in logical levels, and nobody after it.

use wasm_embedded_host::digital::{self, Level};
use wasm_embedded_host::{InputGrant, Limits, PinGrant, Reason};
use wasmtime::component::{ResourceAny, Val};

use crate::hardware::Faults;
use crate::lab::{Calls, Lab, name};

/// The kinds of pins that have edges, with how they are opened.
const KINDS: [(&str, &str); 2] = [("input", "digital-input-pin-open"), ("io", "digital-io-pin-open")];

/// A guest that has opened a pin.
struct Pin {
    lab: Lab,
    kind: &'static str,
    handle: ResourceAny,
}

impl Pin {
    fn open(mut lab: Lab, (kind, open): (&'static str, &str)) -> Pin {
        let handle = lab.open(open, kind).expect("the label can be opened");
        Pin { lab, kind, handle }
    }

    fn call(&mut self, function: &str) -> Result<(String, Option<Val>), wasmtime::Error> {
        self.lab.call(&format!("digital-async-{function}-{}", self.kind), &[Val::Resource(self.handle)])
    }

    fn ended(&mut self, function: &str) -> String {
        name(self.call(function))
    }
}

fn each(limits: Limits, check: impl Fn(Pin)) {
    for kind in KINDS {
        check(Pin::open(Lab::new(Calls::Asynchronous, limits), kind));
    }
}

/// The edge that the hardware has, at a level.
fn edge(level: &str) -> Val {
    let field = |name: &str, value| (name.to_owned(), value);
    let (at, missed) = (field("at-ns", Val::U64(7)), field("missed", Val::U32(2)));
    Val::Option(Some(Box::new(Val::Record(vec![at, missed, field("level", Val::Enum(level.to_owned()))]))))
}

#[test]
fn who_watches_a_pin_has_its_edges_and_can_wait_for_them() {
    each(Limits::default(), |mut pin| {
        assert_eq!(pin.ended("watch"), "ok");
        assert_eq!(pin.ended("wait-edge"), "ok");
        assert_eq!(pin.call("take-edge").expect("no trap"), ("ok".to_owned(), Some(edge("low"))));
        assert_eq!(pin.lab.hardware.take_wires(), ["watch", "wait for an edge", "edge"]);
    });
}

#[test]
fn a_pin_that_is_active_low_has_its_edges_the_other_way_round() {
    for kind in KINDS {
        let lab = Lab::with(Calls::Asynchronous, |builder| {
            let hardware = crate::hardware::Hardware::default;
            builder.input("input", hardware(), InputGrant { active_low: true });
            builder.io("io", hardware(), PinGrant { active_low: true, ..PinGrant::default() });
        });
        let mut pin = Pin::open(lab, kind);
        assert_eq!(pin.ended("watch"), "ok");
        assert_eq!(pin.call("take-edge").expect("no trap").1, Some(edge("high")));
    }
}

#[test]
fn nobody_has_the_edges_of_the_one_before() {
    for kind in KINDS {
        let mut pin = Pin::open(Lab::new(Calls::Asynchronous, Limits::default()), kind);
        assert_eq!(pin.ended("watch"), "ok");
        let Pin { mut lab, handle, .. } = pin;
        lab.drop_handle(handle);
        let mut pin = Pin::open(lab, kind);
        pin.lab.hardware.take_wires();
        assert_eq!((pin.ended("take-edge"), pin.ended("wait-edge")), ("unsupported".into(), "unsupported".into()));
        assert_eq!(pin.lab.hardware.take_wires(), [""; 0], "the pin is not even asked");
    }
}

#[test]
fn a_watch_that_fails_is_none() {
    each(Limits::default(), |mut pin| {
        pin.lab.hardware.fail(Faults { digital: Some(digital::Error::Busy), ..Faults::default() });
        assert_eq!(pin.ended("watch"), "busy");
        pin.lab.hardware.fail(Faults::default());
        assert_eq!(pin.ended("take-edge"), "unsupported");
        assert_eq!(pin.ended("watch"), "ok");
        pin.lab.hardware.fail(Faults { digital: Some(digital::Error::Other), ..Faults::default() });
        assert_eq!((pin.ended("take-edge"), pin.ended("wait-edge")), ("other".into(), "other".into()));
    });
}

#[test]
fn a_wait_for_an_edge_is_one_of_the_guest_s_calls_and_a_guest_that_is_killed_takes_none() {
    each(Limits::default().calls(0), |mut pin| {
        assert_eq!(pin.ended("watch"), "ok");
        assert_eq!(pin.ended("wait-edge"), "busy");
        assert_eq!(pin.lab.hardware.take_refusals(), ["calls 0"]);
    });
    for function in ["watch", "take-edge", "wait-edge"] {
        each(Limits::default(), |mut pin| {
            pin.ended("watch");
            pin.lab.hardware.take_wires();
            pin.lab.hardware.interrupt.request(Reason::Killed);
            assert_eq!(pin.ended(function), "interrupted: Killed");
            assert_eq!(pin.lab.hardware.take_wires(), [""; 0]);
        });
    }
}

/// A pin of embedded-hal has levels only.
#[test]
fn hardware_without_edges_says_so() {
    struct Levels;
    impl digital::Input for Levels {
        fn level(&mut self) -> Result<Level, digital::Error> {
            Ok(Level::Low)
        }
    }
    let lab = Lab::with(Calls::Asynchronous, |builder| {
        builder.input("input", Levels, InputGrant::default());
    });
    let mut pin = Pin::open(lab, KINDS[0]);
    assert_eq!(pin.ended("watch"), "unsupported");
}
