//! A guest that is to be stopped is, in whatever it calls.

use wasm_embedded_host::{Limits, Reason};

use crate::hardware::Faults;
use crate::lab::{Calls, Lab, READ_WRITE};
use crate::table::{rows, seven_bit};

#[test]
fn a_guest_that_calls_anything_again_and_again_is_stopped_by_the_next_call() {
    for calls in Calls::ALL {
        for (row, _) in rows(*calls) {
            let mut lab = Lab::new(*calls, Limits::default());
            // A guest that spins: some calls are made, then it is to be gone.
            for _ in 0..3 {
                assert_eq!(row.call(&mut lab), "ok", "{}", row.function);
            }
            let handle = row.open(&mut lab);
            lab.hardware.take_wires();
            let before = lab.hardware.interrupt.calls();
            lab.hardware.interrupt.request(Reason::Killed);
            let address = seven_bit(READ_WRITE);
            let ended = match handle {
                Some(_) => row.call_with(&mut lab, handle, &address),
                None => row.call_at(&mut lab, &address),
            };
            assert_eq!(ended, "interrupted: Killed", "{}", row.function);
            assert_ne!(lab.hardware.interrupt.calls(), before, "{} counts as a call", row.function);
            assert_eq!(lab.hardware.take_wires(), [""; 0], "{}", row.function);
        }
    }
}

#[test]
fn a_guest_that_waits_for_what_never_comes_is_stopped_in_its_call() {
    for calls in Calls::ALL {
        for function in ["uart-port-read", "uart-port-write", "uart-port-flush", "delay-delay-ns", "clock-now-ns"] {
            let mut lab = Lab::new(*calls, Limits::default());
            lab.hardware.fail(Faults { never_ready: true, ..Faults::default() });
            let rows = rows(*calls);
            let (row, _) = rows.iter().find(|(row, _)| row.function == function).expect("it has a row");
            assert_eq!(row.call(&mut lab), "interrupted: Timeout", "{function}");
            assert_eq!(lab.hardware.take_wires(), row.wires_at(""), "{function} asks once");
        }
    }
}
