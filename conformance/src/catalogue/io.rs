//! Byte streams: serial ports.

use super::{pending, source};
use crate::rule::Rule;

const fn rule(id: &'static str, text: &'static str) -> Rule {
    Rule::pending(id, text, source::IO, pending::UART)
}

pub(super) const RULES: [Rule; 19] = [
    rule("IO-01", "`read` blocks until there is a byte"),
    rule("IO-02", "`read` then returns without waiting for more"),
    rule("IO-03", "`read` returns at most as many bytes as there is room, at the front"),
    rule("IO-04", "`read` into some room returns nothing only at the end of the stream, which may go on later"),
    rule("IO-05", "`read` into no room never blocks"),
    rule("IO-06", "`write` of something takes at least a byte, or fails"),
    rule("IO-07", "`write` may take less than it is given, and tells how much"),
    rule("IO-08", "`write` of nothing never blocks"),
    rule("IO-09", "`flush` returns when all bytes have left"),
    rule("IO-10", "`read_exact` at the end of the stream is UnexpectedEof"),
    rule("IO-11", "after `read_ready` said yes, `read` does not block"),
    rule("IO-12", "after `write_ready` said yes, `write` does not block"),
    rule("IO-13", "WouldBlock never reaches the guest"),
    rule("IO-14", "every kind of error crosses the boundary unchanged, unknown ones as Other"),
    rule("IO-15", "errors are `core::error::Error`"),
    Rule::pending(
        "IO-16",
        "a `read` that is dropped loses no byte, where that is claimed",
        source::IO_ASYNC,
        pending::ASYNC,
    ),
    Rule::pending("IO-17", "`read_exact` and `write_all` claim no such thing", source::IO_ASYNC, pending::ASYNC),
    rule("IO-18", "`fill_buf` is empty only at the end of the stream, and `consume` takes at most what it gave"),
    rule("IO-19", "bytes arrive in order, none twice, and lost ones are reported"),
];
