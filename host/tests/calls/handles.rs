//! Handles and asynchronous calls are counted once, and given back.

use std::sync::{Arc, Mutex};

use wasm_embedded_host::{Claims, Limits};

use crate::lab::{Calls, Lab};
use crate::table::{Does, Row, rows};

fn handles(number: u32) -> Limits {
    Limits::default().handles(number)
}

/// Calls a function with each way of opening, its label, and whether several handles of that may be open.
fn for_each_way(check: impl Fn(Calls, &'static Row, &'static str, bool)) {
    for calls in Calls::ALL {
        for (row, _) in rows(*calls) {
            if let Does::Opens { label } = row.does {
                check(*calls, row, label, label == "i2c");
            }
        }
    }
}

#[test]
fn a_handle_counts_once_and_is_given_back() {
    for_each_way(|calls, row, label, _| {
        let mut lab = Lab::new(calls, handles(2));
        for _ in 0..20 {
            let first = lab.open(row.function, label).expect("the first of two");
            let second = lab.open("i2c-bus-open", "i2c").expect("the second of two");
            assert_eq!(lab.hardware.take_refusals(), [""; 0], "{}", row.function);
            assert_eq!(lab.open("i2c-bus-open", "i2c").err().as_deref(), Some("refused"), "{}", row.function);
            assert_eq!(lab.hardware.take_refusals(), ["handles 2"]);
            lab.drop_handle(first);
            lab.drop_handle(second);
        }
        let first = lab.open("i2c-bus-open", "i2c").expect("the first of two");
        lab.open("i2c-bus-open", "i2c").expect("the second of two");
        assert_eq!(lab.open(row.function, label).err().as_deref(), Some("refused"), "{}", row.function);
        lab.drop_handle(first);
        assert!(lab.open(row.function, label).is_ok(), "{}", row.function);
    });
}

#[test]
fn a_label_is_held_once_or_as_a_bus_that_is_shared() {
    for_each_way(|calls, row, label, is_shared| {
        let mut lab = Lab::new(calls, handles(2));
        for _ in 0..5 {
            let handle = lab.open(row.function, label).expect("it is free");
            match lab.open(row.function, label) {
                Ok(second) => {
                    assert!(is_shared, "{} opens twice", row.function);
                    lab.drop_handle(second);
                }
                Err(error) => {
                    assert_eq!((error.as_str(), is_shared), ("busy", false), "{}", row.function);
                    assert_eq!(lab.hardware.take_refusals(), [format!("{label} is held")]);
                }
            }
            lab.drop_handle(handle);
        }
    });
}

#[test]
fn a_label_that_is_not_there_or_of_another_kind_takes_no_handle() {
    for_each_way(|calls, row, label, _| {
        let mut lab = Lab::new(calls, handles(1));
        for _ in 0..3 {
            assert_eq!(lab.open(row.function, "nothing").err().as_deref(), Some("unknown-label"), "{}", row.function);
            assert_eq!(lab.hardware.take_refusals(), ["unknown nothing"]);
            for (other, _) in rows(calls) {
                let Does::Opens { label: wrong } = other.does else { continue };
                if wrong == label {
                    continue;
                }
                assert_eq!(lab.open(row.function, wrong).err().as_deref(), Some("wrong-kind"), "{}", row.function);
                let refusals = lab.hardware.take_refusals();
                assert!(
                    matches!(&*refusals, [one] if one.starts_with(&format!("{wrong} is an")) || one.starts_with(&format!("{wrong} is a "))),
                    "{refusals:?}"
                );
            }
        }
        assert!(lab.open(row.function, label).is_ok(), "{}", row.function);
    });
}

/// Another guest that holds a label until it does not.
#[derive(Clone, Default)]
struct Other {
    holds: Arc<Mutex<bool>>,
    released: Arc<Mutex<Vec<String>>>,
}

impl Claims for Other {
    fn claim(&mut self, _label: &str) -> Result<(), String> {
        if *self.holds.lock().expect("nobody panicked") { Err("other".to_owned()) } else { Ok(()) }
    }

    fn release(&mut self, label: &str) {
        self.released.lock().expect("nobody panicked").push(label.to_owned());
    }

    fn reclaim(&mut self, _label: &str) -> bool {
        false
    }

    fn leave(&mut self) {}
}

#[test]
fn a_label_that_another_guest_holds_takes_no_handle_and_is_released_when_it_is_closed() {
    for_each_way(|calls, row, label, is_shared| {
        if is_shared {
            return;
        }
        let other = Other::default();
        let mut lab = Lab::with(calls, |hal| {
            hal.limits(handles(1)).claims(other.clone());
        });
        *other.holds.lock().expect("nobody panicked") = true;
        for _ in 0..3 {
            assert_eq!(lab.open(row.function, label).err().as_deref(), Some("busy"), "{}", row.function);
            assert_eq!(lab.hardware.take_refusals(), [format!("{label} is held by other")]);
        }
        *other.holds.lock().expect("nobody panicked") = false;
        let handle = lab.open(row.function, label).expect("it is free now");
        assert_eq!(*other.released.lock().expect("nobody panicked"), [""; 0]);
        lab.drop_handle(handle);
        assert_eq!(*other.released.lock().expect("nobody panicked"), [label]);
    });
}

#[cfg(feature = "async")]
mod asynchronous {
    use wasmtime::component::Val;

    use super::*;
    use crate::lab::{READ_WRITE, name};
    use crate::table::seven_bit;

    fn within(number: u32) -> Lab {
        Lab::new(Calls::Asynchronous, Limits::default().calls(number))
    }

    #[test]
    fn an_asynchronous_call_counts_once_and_is_given_back() {
        for (row, _) in rows(Calls::Asynchronous).iter().filter(|(_, is_async)| *is_async) {
            let mut lab = within(1);
            for _ in 0..5 {
                assert_eq!(row.call(&mut lab), "ok", "{}", row.function);
            }
            assert_eq!(lab.hardware.take_refusals(), [""; 0]);
            let mut lab = within(0);
            let ended = row.call(&mut lab);
            if row.function == "delay-async-wait-ns" {
                assert_eq!(ended, "trap: the guest waits in more places at once than allowed");
            } else {
                assert_eq!(ended, "busy", "{}", row.function);
            }
            assert_eq!(lab.hardware.take_refusals(), ["calls 0"], "{}", row.function);
            assert_eq!(lab.hardware.take_wires(), [""; 0], "{}", row.function);
        }
    }

    #[test]
    fn a_reply_counts_until_it_is_taken_or_dropped() {
        let operations = |read: u32| {
            let direction = ("direction".to_owned(), Val::Enum("read".to_owned()));
            Val::List(vec![Val::Record(vec![direction, ("len".to_owned(), Val::U32(read))])])
        };
        let mut lab = within(2);
        let bus = Val::Resource(lab.open("i2c-bus-open", "i2c").expect("it is granted"));
        let transact = |lab: &mut Lab, len| {
            let arguments = [bus.clone(), seven_bit(READ_WRITE), operations(len), Val::List(Vec::new())];
            lab.call("i2c-async-transaction", &arguments).expect("no trap")
        };
        for _ in 0..5 {
            let (_, Some(first)) = transact(&mut lab, 3) else { panic!("the first of two") };
            let (_, Some(Val::Resource(second))) = transact(&mut lab, 4) else { panic!("the second of two") };
            assert_eq!(transact(&mut lab, 5).0, "busy");
            assert_eq!(lab.hardware.take_refusals(), ["calls 2"]);
            let taken = lab.call("reply-reply-take", &[first]).expect("no trap");
            assert!(matches!(taken.1, Some(Val::List(bytes)) if bytes.len() == 3), "the bytes of the first");
            lab.drop_handle(second);
        }
    }

    #[test]
    fn a_guest_that_takes_replies_is_stopped_too() {
        let mut lab = within(2);
        let bus = Val::Resource(lab.open("i2c-bus-open", "i2c").expect("it is granted"));
        let arguments = [bus, seven_bit(READ_WRITE), Val::List(Vec::new()), Val::List(Vec::new())];
        let (_, Some(reply)) = lab.call("i2c-async-transaction", &arguments).expect("no trap") else {
            panic!("a reply")
        };
        lab.hardware.interrupt.request(wasm_embedded_host::Reason::Timeout);
        assert_eq!(name(lab.call("reply-reply-take", &[reply])), "interrupted: Timeout");
    }
}
