//! Byte streams: serial ports. An answer to a read is the number of bytes, and the whole buffer: `ee` is what was not touched.

use super::source;
use crate::case::{Case, Conditions, Guest, Millis, Peer};
use crate::judge;
use crate::rule::Rule;

use Peer::{HangsUp, Returns, Sends};

const fn serial(peer: &'static [(Millis, Peer)]) -> Conditions {
    Conditions { serial: peer, ..Conditions::NONE }
}

const DIGITS: &[u8] = b"0123456789";
const SIXTY: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZABCDEFGHIJKLMNOPQRSTUVWXYZABCDEFGH";

pub(super) const RULES: [Rule; 19] = [
    Rule::new("IO-01", "`read` blocks until there is a byte", source::IO, &[
        Case::new("out:high OUT; uart:read SERIAL 4; out:low OUT").under(serial(&[(200, Sends(b"A"))])).says("ok; ok 1 41eeeeee; ok")
            .judged(judge::after_one_byte),
    ]),
    Rule::new("IO-02", "`read` then returns without waiting for more", source::IO, &[
        Case::new("out:high OUT; uart:read SERIAL 4; out:low OUT").under(serial(&[(40, Sends(b"A")), (900, Sends(b"B"))])).says("ok; ok 1 41eeeeee; ok")
            .judged(judge::after_one_byte),
        Case::new("out:high OUT; uart:read SERIAL 64; out:low OUT").under(serial(&[(40, Sends(b"A")), (900, Sends(b"B"))]))
            .judged(judge::after_one_byte),
    ]),
    Rule::new("IO-03", "`read` returns at most as many bytes as there is room, at the front", source::IO, &[
        Case::new("uart:until-ready SERIAL; uart:read SERIAL 3; uart:read SERIAL 1; uart:read SERIAL 60; uart:read@ref SERIAL 1").under(serial(&[(20, Sends(DIGITS)), (400, Sends(DIGITS)), (600, Sends(DIGITS))]))
            .judged(judge::read_in_order),
        // With all of them there.
        Case::new("uart:until-ready SERIAL; delay:ms 50; uart:read SERIAL 3; uart:read SERIAL 1; uart:read SERIAL 2; uart:read-exact SERIAL 4").under(serial(&[(20, Sends(DIGITS))]))
            .says("ok; ok; ok 3 303132; ok 1 33; ok 2 3435; ok 36373839"),
    ]),
    Rule::new("IO-04", "`read` into some room returns nothing only at the end of the stream, which may go on later", source::IO, &[
        Case::new("uart:read-exact SERIAL 2; uart:read SERIAL 4; uart:read SERIAL 4").under(serial(&[(20, Sends(b"AB")), (90, HangsUp)]))
            .says("ok 4142; ok 0 eeeeeeee; ok 0 eeeeeeee"),
        Case::new("uart:read SERIAL 4; delay:ms 200; uart:read-exact SERIAL 2; uart:until-ready SERIAL; uart:read SERIAL 4")
            .under(serial(&[(20, HangsUp), (100, Returns), (150, Sends(b"AB")), (400, HangsUp)])).where_possible()
            .says("ok 0 eeeeeeee; ok; ok 4142; ok; ok 0 eeeeeeee"),
    ]),
    Rule::new("IO-05", "`read` into no room never blocks", source::IO, &[
        Case::new("uart:read SERIAL 0; uart:read@ref SERIAL 0").says("ok 0 -; ok 0 -"),
    ]),
    Rule::new("IO-06", "`write` of something takes at least a byte, or fails", source::IO, &[
        Case::new("uart:write SERIAL 41; uart:write-all SERIAL *300; uart:flush SERIAL").says("ok 1; ok; ok").judged(judge::sent_301),
        Case::new("uart:write faulty-serial 41").says("err WriteZero"),
    ]),
    Rule::new("IO-07", "`write` may take less than it is given, and tells how much", source::IO, &[
        Case::new("uart:write SERIAL *64; uart:write SERIAL *64; uart:write@ref SERIAL *3000; uart:flush SERIAL").judged(judge::sent_what_was_taken),
    ]),
    Rule::new("IO-08", "`write` of nothing never blocks", source::IO, &[
        Case::new("uart:write SERIAL; uart:write@ref SERIAL").says("ok 0; ok 0").wires(&[("SERIAL.TX", "")]),
    ]),
    Rule::new("IO-09", "`flush` returns when all bytes have left", source::IO, &[
        Case::new("uart:write SERIAL *40; uart:flush SERIAL; out:high OUT").says("ok 40; ok; ok").judged(judge::sent_before),
    ]),
    Rule::new("IO-10", "`read_exact` at the end of the stream is UnexpectedEof", source::IO, &[
        Case::new("uart:read-exact SERIAL 4").under(serial(&[(20, Sends(b"AB")), (90, HangsUp)])).says("err UnexpectedEof"),
    ]),
    Rule::new("IO-11", "after `read_ready` said yes, `read` does not block", source::IO, &[
        Case::new("uart:ready SERIAL; uart:until-ready SERIAL; uart:read SERIAL 1; uart:ready SERIAL").under(serial(&[(400, Sends(b"A"))]))
            .says("ok read=false write=true; ok; ok 1 41; ok read=false write=true"),
        Case::new("uart:until-ready SERIAL; uart:read SERIAL 1").under(serial(&[(20, HangsUp)])).says("ok; ok 0 ee"),
    ]),
    Rule::new("IO-12", "after `write_ready` said yes, `write` does not block", source::IO, &[
        Case::new("uart:ready SERIAL; out:high OUT; uart:write SERIAL *64; out:low OUT; uart:ready SERIAL; out:high OUT; uart:write SERIAL *64; out:low OUT; uart:ready SERIAL; out:high OUT; uart:write SERIAL *64; out:low OUT")
            .judged(judge::ready_to_write),
    ]),
    Rule::new("IO-13", "WouldBlock never reaches the guest", source::IO, &[
        Case::new("uart:read SERIAL 1; uart:read SERIAL 1; uart:write-all SERIAL *200; uart:flush SERIAL").under(serial(&[(100, Sends(b"A")), (300, Sends(b"B"))]))
            .says("ok 1 41; ok 1 42; ok; ok"),
    ]),
    Rule::new("IO-14", "every kind of error crosses the boundary unchanged, unknown ones as Other", source::IO, &[
        Case::new(concat!("uart:read faulty-serial 2; uart:read faulty-serial 2; uart:read faulty-serial 2; uart:read faulty-serial 2; uart:read faulty-serial 2; uart:read faulty-serial 2; ",
            "uart:read faulty-serial 2; uart:read faulty-serial 2; uart:read faulty-serial 2; uart:read faulty-serial 2; uart:read faulty-serial 2; uart:read faulty-serial 2; ",
            "uart:read faulty-serial 2; uart:read faulty-serial 2; uart:read faulty-serial 2; uart:read faulty-serial 2; uart:read faulty-serial 2; uart:read faulty-serial 2; uart:read faulty-serial 2"))
            .says(concat!("err Other; err NotFound; err PermissionDenied; err ConnectionRefused; err ConnectionReset; err ConnectionAborted; ",
            "err NotConnected; err AddrInUse; err AddrNotAvailable; err BrokenPipe; err AlreadyExists; err InvalidInput; ",
            "err InvalidData; err TimedOut; err Interrupted; err Unsupported; err OutOfMemory; err WriteZero; ok 2 0000")),
        Case::new(concat!("uart:write faulty-serial 01; uart:write faulty-serial 01; uart:write faulty-serial 01; uart:write faulty-serial 01; uart:write faulty-serial 01; uart:write faulty-serial 01; ",
            "uart:write faulty-serial 01; uart:write faulty-serial 01; uart:write faulty-serial 01; uart:write faulty-serial 01; uart:write faulty-serial 01; uart:write faulty-serial 01; ",
            "uart:write faulty-serial 01; uart:write faulty-serial 01; uart:write faulty-serial 01; uart:write faulty-serial 01; uart:write faulty-serial 01; uart:write faulty-serial 01; uart:write faulty-serial 01; uart:write faulty-serial 0102"))
            .says(concat!("err WriteZero; err Other; err NotFound; err PermissionDenied; err ConnectionRefused; err ConnectionReset; err ConnectionAborted; ",
            "err NotConnected; err AddrInUse; err AddrNotAvailable; err BrokenPipe; err AlreadyExists; err InvalidInput; ",
            "err InvalidData; err TimedOut; err Interrupted; err Unsupported; err OutOfMemory; err WriteZero; ok 2")),
    ]),
    Rule::new("IO-15", "errors are `core::error::Error`", source::IO, &[
        // That the guest compiles says half of it.
        Case::new("uart:describe faulty-serial; uart:describe faulty-serial").judged(judge::described),
    ]),
    Rule::new("IO-16", "a `read` that is dropped loses no byte, where that is claimed", source::IO_ASYNC, &[
        Case::new("uart:drop-read SERIAL 4 1; uart:drop-read SERIAL 4 5; uart:read-exact SERIAL 4; uart:drop-read SERIAL 4 5; uart:read-exact SERIAL 10")
            .under(serial(&[(200, Sends(b"ABCD")), (400, Sends(DIGITS))])).by(&[Guest::Asynchronous])
            .says("dropped; dropped; ok 41424344; dropped; ok 30313233343536373839"),
    ]),
    Rule::new("IO-17", "`read_exact` and `write_all` claim no such thing: what a dropped one took may be lost, what came later is not", source::IO_ASYNC, &[
        Case::new("uart:drop-exact SERIAL 4 200; uart:read-exact SERIAL 2").under(serial(&[(40, Sends(b"AB")), (500, Sends(b"CD"))]))
            .by(&[Guest::Asynchronous]).says("dropped; ok 4344|4142"),
    ]),
    Rule::new("IO-18", "`fill_buf` is empty only at the end of the stream, and `consume` takes at most what it gave", source::IO, &[
        Case::new("uart:peek SERIAL; uart:peek SERIAL; uart:take SERIAL 1; uart:take@ref SERIAL 2; uart:peek SERIAL; uart:take SERIAL 2; uart:peek SERIAL")
            .under(serial(&[(20, Sends(b"ABCDE")), (120, HangsUp)])).says("ok 41; ok 41; ok 41; ok 4243; ok 44; ok 4445; ok -"),
    ]),
    Rule::new("IO-19", "bytes arrive in order, none twice, and lost ones are reported", source::IO, &[
        Case::new("uart:read-exact SERIAL 40; uart:read-exact SERIAL 20").under(serial(&[(20, Sends(SIXTY))]))
            .says("ok 4142434445464748494a4b4c4d4e4f505152535455565758595a4142434445464748494a4b4c4d4e; ok 4f505152535455565758595a4142434445464748"),
        Case::new("uart:until-ready SERIAL; delay:ms 50; uart:read-exact SERIAL 7; uart:read-exact SERIAL 33; uart:read-exact SERIAL 20").under(serial(&[(20, Sends(SIXTY))]))
            .says("ok; ok; ok 41424344454647; ok 48494a4b4c4d4e4f505152535455565758595a4142434445464748494a4b4c4d4e; ok 4f505152535455565758595a4142434445464748"),
        Case::new("open uart SMALL; delay:ms 100; uart:read SMALL 10; uart:read SMALL 10; delay:ms 100; uart:read-exact SMALL 2").under(serial(&[(20, Sends(DIGITS)), (150, Sends(b"AB"))]))
            .says("ok; ok; ok 4 30313233eeeeeeeeeeee; err Other Overrun; ok; ok 4142"),
    ]),
];
