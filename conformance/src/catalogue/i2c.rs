//! I2C. Addresses on the wires are with the read/write bit: the target 0x2a is 54 for a write and 55 for a read.

use super::source;
use crate::case::{Case, Conditions, Guest, I2cFault};
use crate::judge;
use crate::rule::Rule;

const fn i2c(faults: &'static [I2cFault]) -> Conditions {
    Conditions { i2c: faults, ..Conditions::NONE }
}

pub(super) const RULES: [Rule; 28] = [
    Rule::new("I2C-01", "a transaction has one START, first, and then the address with the direction of its first operation", source::I2C, &[
        Case::new("i2c bus 2a w01").says("ok").wires(&[("i2c", "S 54. 01. P")]),
        Case::new("i2c bus 2a r1").says("ok a0").wires(&[("i2c", "S 55. a0! P")]),
        Case::new("i2c bus 2a r1 w07").says("ok a0").wires(&[("i2c", "S 55. a0! Sr 54. 07. P")]),
    ]),
    Rule::new("I2C-02", "a transaction has one STOP, after its last operation", source::I2C, &[
        Case::new("i2c bus 2a w01 r2 w02 r1").says("ok a0a1 a0").wires(&[("i2c", "S 54. 01. Sr 55. a0. a1! Sr 54. 02. Sr 55. a0! P")]),
        Case::new("i2c bus 2a w01; i2c bus 2a r1").says("ok; ok a0").wires(&[("i2c", "S 54. 01. P S 55. a0! P")]),
    ]),
    Rule::new("I2C-03", "adjacent operations of one direction are one run of bytes, with nothing between them", source::I2C, &[
        Case::new("i2c bus 2a w0102 w03 w0405").says("ok").wires(&[("i2c", "S 54. 01. 02. 03. 04. 05. P")]),
        Case::new("i2c bus 2a r1 r2").says("ok a0 a1a2").wires(&[("i2c", "S 55. a0. a1. a2! P")]),
        Case::new("i2c bus 2a w01 w*18 r20 r1 w07 w08").says("ok a0a1a2a3a4a5a6a7a8a9aaabacadaeafb0b1b2b3 b4").wires(&[("i2c", concat!(
            "S 54. 01. 00. 01. 02. 03. 04. 05. 06. 07. 08. 09. 0a. 0b. 0c. 0d. 0e. 0f. 10. 11. ",
            "Sr 55. a0. a1. a2. a3. a4. a5. a6. a7. a8. a9. aa. ab. ac. ad. ae. af. b0. b1. b2. b3. b4! Sr 54. 07. 08. P"))]),
    ]),
    Rule::new("I2C-04", "where the direction changes there is a repeated START, and the address with the new direction", source::I2C, &[
        Case::new("i2c bus 2a w01 r2").says("ok a0a1").wires(&[("i2c", "S 54. 01. Sr 55. a0. a1! P")]),
        Case::new("i2c bus 2a r2 w0102").says("ok a0a1").wires(&[("i2c", "S 55. a0. a1! Sr 54. 01. 02. P")]),
    ]),
    Rule::new("I2C-05", "the last byte of a run of reads is not acknowledged, all others are, also between merged reads", source::I2C, &[
        Case::new("i2c bus 2a r3").says("ok a0a1a2").wires(&[("i2c", "S 55. a0. a1. a2! P")]),
        Case::new("i2c bus 2a r2 w01").says("ok a0a1").wires(&[("i2c", "S 55. a0. a1! Sr 54. 01. P")]),
        Case::new("i2c bus 2a r1 r1 r1").says("ok a0 a1 a2").wires(&[("i2c", "S 55. a0. a1. a2! P")]),
    ]),
    Rule::new("I2C-06", "`read` is a transaction of one read, and fills the whole buffer", source::I2C, &[
        Case::new("i2c bus 2a r3; i2c:read bus 2a 3").says("ok a0a1a2; ok a0a1a2").judged(judge::alike::<2>),
        Case::new("i2c bus 2a r17; i2c:read bus 2a 17").judged(judge::alike::<2>),
        Case::new("i2c:read bus 33 3").says("err NoAcknowledge(Address)|NoAcknowledge(Unknown)"),
    ]),
    Rule::new("I2C-07", "`write` is a transaction of one write, with all bytes in order", source::I2C, &[
        Case::new("i2c bus 2a w010203; i2c:write bus 2a 010203").says("ok; ok").judged(judge::alike::<2>),
        Case::new("i2c:write bus 2a *18").says("ok").wires(&[("i2c",
            "S 54. 00. 01. 02. 03. 04. 05. 06. 07. 08. 09. 0a. 0b. 0c. 0d. 0e. 0f. 10. 11. P")]),
    ]),
    Rule::new("I2C-08", "`write_read` is a transaction of a write and a read: one START, one repeated START, one STOP", source::I2C, &[
        Case::new("i2c:write-read bus 2a 0102 2").says("ok a0a1").wires(&[("i2c", "S 54. 01. 02. Sr 55. a0. a1! P")]),
        Case::new("i2c bus 2a w*18 r3; i2c:write-read bus 2a *18 3").says("ok a0a1a2; ok a0a1a2").judged(judge::alike::<2>),
    ]),
    Rule::new("I2C-09", "on return the bus is idle, also after an error: there was a STOP, and both lines are high", source::I2C, &[
        Case::new("i2c bus 2a w01").wires(&[("i2c", "S 54. 01. P")]),
        Case::new("i2c bus 33 w01").says("err").wires(&[("i2c", "S 66! P")]),
        Case::new("i2c bus 2b w010203").says("err").wires(&[("i2c", "S 56. 01. 02. 03! P")]),
    ]),
    Rule::new("I2C-10", "an error on the last acknowledge is reported by that same call", source::I2C, &[
        Case::new("i2c bus 2b w010203; i2c bus 2a w01").says("err NoAcknowledge(Data)|NoAcknowledge(Unknown); ok"),
    ]),
    Rule::new("I2C-11", "seven-bit addresses are right-aligned, on the wires shifted by one; greater ones are refused, never masked", source::I2C, &[
        Case::new("i2c bus 08 w; i2c bus 33 w; i2c bus 77 w").wires(&[("i2c", "S 10! P S 66! P S ee! P")]),
        Case::new("i2c bus aa w01; i2c:write bus aa 01; i2c:write bus aa *17; i2c:read bus aa 1; i2c:read bus aa 17; i2c:write-read bus aa 00 1; i2c bus 80 w; i2c:read bus ff 1").says("err Other; err Other; err Other; err Other; err Other; err Other; err Other; err Other").wires(&[("i2c", "")]),
    ]),
    Rule::new("I2C-12", "ten-bit addresses are framed as such, or refused without traffic where there are none; greater ones are refused", source::I2C, &[
        Case::new("i2c bus t150 w01 r2").says("ok a0a1").wires(&[("i2c", "S f2. 50. 01. Sr f3. a0. a1! P")]),
        Case::new("i2c:read bus t150 1").says("ok a0").wires(&[("i2c", "S f2. 50. Sr f3. a0! P")]),
        Case::new("i2c:write bus t02a 01").says("err NoAcknowledge(Address)|NoAcknowledge(Unknown)").wires(&[("i2c", "S f0! P")]),
        Case::new("i2c bus t400 w01; i2c:read bus t42a 1").says("err Other; err Other").wires(&[("i2c", "")]),
        Case::new("i2c seven t02a w01; i2c:read seven t150 1").says("err Other; err Other").wires(&[("i2c", "")]),
    ]),
    Rule::new("I2C-13", "an address that nobody acknowledges is NoAcknowledge(Address), or (Unknown) where that cannot be told", source::I2C_ERROR, &[
        Case::new("i2c:write bus 33 01; i2c:read bus 33 1; i2c:write-read bus 33 01 1; i2c bus 33 w")
            .says("err NoAcknowledge(Address)|NoAcknowledge(Unknown); err NoAcknowledge(Address)|NoAcknowledge(Unknown); err NoAcknowledge(Address)|NoAcknowledge(Unknown); err NoAcknowledge(Address)|NoAcknowledge(Unknown)"),
    ]),
    Rule::new("I2C-14", "a byte that is not acknowledged is NoAcknowledge(Data), or (Unknown) where that cannot be told", source::I2C_ERROR, &[
        Case::new("i2c:write bus 2b 010203; i2c:write bus 2b *18; i2c bus 2b w01 w0203 r1")
            .says("err NoAcknowledge(Data)|NoAcknowledge(Unknown); err NoAcknowledge(Data)|NoAcknowledge(Unknown); err NoAcknowledge(Data)|NoAcknowledge(Unknown)"),
    ]),
    Rule::new("I2C-15", "a lost arbitration is ArbitrationLoss", source::I2C_ERROR, &[
        Case::new("i2c bus 2a w0102").under(i2c(&[I2cFault::ArbitrationLoss])).says("err ArbitrationLoss"),
    ]),
    Rule::new("I2C-16", "a START or STOP at the wrong place is Bus", source::I2C_ERROR, &[
        Case::new("i2c bus 2a w0102").under(i2c(&[I2cFault::MisplacedStart])).says("err Bus"),
        Case::new("i2c bus 2a w0102").under(i2c(&[I2cFault::MisplacedStop])).says("err Bus"),
    ]),
    Rule::new("I2C-17", "received bytes that are lost are Overrun", source::I2C_ERROR, &[
        Case::new("i2c bus 2a r2").under(i2c(&[I2cFault::Overrun])).says("err Overrun"),
    ]),
    Rule::new("I2C-18", "any other fault is Other", source::I2C_ERROR, &[
        Case::new("i2c bus 2a w0102").under(i2c(&[I2cFault::Driver])).says("err Other"),
    ]),
    Rule::new("I2C-19", "every kind of error crosses the boundary unchanged: five kinds, and three sources of NoAcknowledge", source::I2C_ERROR, &[
        Case::new("i2c faulty-i2c 2a w01; i2c faulty-i2c 2a w01; i2c faulty-i2c 2a w01; i2c faulty-i2c 2a w01; i2c faulty-i2c 2a w01; i2c faulty-i2c 2a w01; i2c faulty-i2c 2a w01; i2c faulty-i2c 2a w01")
            .says("err Bus Bus; err ArbitrationLoss ArbitrationLoss; err NoAcknowledge(Address); err NoAcknowledge(Data); err NoAcknowledge(Unknown); err Overrun Overrun; err Other Other; ok"),
        // By every other way across: integers, lists, records.
        Case::new("i2c:read faulty-i2c 2a 3; i2c:read faulty-i2c 2a 17; i2c:write-read faulty-i2c 2a 01 2; i2c:write-read faulty-i2c 2a *17 2; i2c faulty-i2c 2a r1 w01; i2c:write faulty-i2c 2a *17; i2c faulty-i2c t150 r1; i2c:read faulty-i2c 2a 1")
            .says("err Bus; err ArbitrationLoss; err NoAcknowledge(Address); err NoAcknowledge(Data); err NoAcknowledge(Unknown); err Overrun; err Other; ok 00"),
    ]),
    Rule::new("I2C-20", "after an error, the next transaction succeeds once the cause is gone", source::I2C, &[
        Case::new("i2c bus 33 w01; i2c bus 2a w01; i2c bus 2b w010203; i2c bus 2b w0102; i2c bus 80 w; i2c:read bus 2a 1")
            .says("err; ok; err; ok; err; ok a0").wires(&[("i2c", "S 66! P S 54. 01. P S 56. 01. 02. 03! P S 56. 01. 02. P S 55. a0! P")]),
    ]),
    Rule::new("I2C-21", "transactions of two handles of one bus never interleave", source::I2C, &[
        Case::new("i2c bus 2a w01 r1; i2c same-bus 2a w02 r1; i2c bus#2 2a w03 r1; i2c bus 2a w04").says("ok a0; ok a0; ok a0; ok")
            .wires(&[("i2c", "S 54. 01. Sr 55. a0! P S 54. 02. Sr 55. a0! P S 54. 03. Sr 55. a0! P S 54. 04. P")]),
    ]),
    Rule::new("I2C-22", "what is read lands in the operation it is for, in its exact length", source::I2C, &[
        Case::new("i2c bus 2a r1 r3 w01 r2 r18").says("ok a0 a1a2a3 a0a1 a2a3a4a5a6a7a8a9aaabacadaeafb0b1b2b3"),
        Case::new("i2c bus 2a w01 r1 r2 r3").says("ok a0 a1a2 a3a4a5"),
    ]),
    Rule::new("I2C-23", "`&mut T` and the methods that the trait provides make the same traffic as the direct call", source::I2C, &[
        Case::new("i2c:read bus 2a 3; i2c:read@ref bus 2a 3; i2c:read@default bus 2a 3").judged(judge::alike::<3>),
        Case::new("i2c:write bus 2a 0102; i2c:write@ref bus 2a 0102; i2c:write@default bus 2a 0102").judged(judge::alike::<3>),
        Case::new("i2c:write-read bus 2a 01 2; i2c:write-read@ref bus 2a 01 2; i2c:write-read@default bus 2a 01 2").judged(judge::alike::<3>),
        Case::new("i2c bus 2a w01 r2 w03; i2c@ref bus 2a w01 r2 w03; i2c@default bus 2a w01 r2 w03").judged(judge::alike::<3>),
        Case::new("i2c:read bus t150 18; i2c:read@ref bus t150 18; i2c:read@default bus t150 18").judged(judge::alike::<3>),
    ]),
    // Every other rule compares them too; these are all calls that there are, on all ways through the host.
    Rule::new("I2C-24", "the asynchronous trait makes the same traffic as the blocking one", source::I2C_ASYNC, &[
        Case::new("i2c bus 2a w01 r2").by(&[Guest::Asynchronous]).says("ok a0a1").wires(&[("i2c", "S 54. 01. Sr 55. a0. a1! P")]),
        Case::new("i2c bus 2a w01 r2 w03; i2c:read bus 2a 3; i2c:read bus 2a 20; i2c:write bus 2a 01; i2c:write bus 2a *40; i2c:write-read bus 2a 01 30; i2c:write-read bus 2a *40 1; i2c bus t150 w01 r2; i2c bus 2a w r1; i2c bus 2a"),
        Case::new("i2c bus 33 w01; i2c bus 33 r1; i2c bus 2b w010203 r1; i2c:write bus 2b *30; i2c:read bus 2a 0; i2c seven t150 r1; i2c@default bus 2a r1; i2c@ref bus 2a r18"),
    ]),
    Rule::new("I2C-25", "no operations at all succeed without any traffic", source::OURS, &[
        Case::new("i2c bus 2a; i2c bus 33").says("ok; ok").wires(&[("i2c", "")]),
    ]),
    Rule::new("I2C-26", "a write of nothing probes the address, a read of nothing is refused before the START, and nothing among others adds nothing", source::OURS, &[
        Case::new("i2c bus 2a w; i2c:write bus 2a; i2c bus 33 w").says("ok; ok; err NoAcknowledge(Address)|NoAcknowledge(Unknown)").wires(&[("i2c", "S 54. P S 54. P S 66! P")]),
        Case::new("i2c bus 2a r0; i2c:read bus 2a 0; i2c:write-read bus 2a 01 0; i2c bus 2a w01 r0 w02").says("err Other Unsupported; err Other Unsupported; err Other Unsupported; err Other Unsupported").wires(&[("i2c", "")]),
        Case::new("i2c bus 2a w01 w w02; i2c bus 2a r1 r0 r1").says("ok; ok a0 - a1").wires(&[("i2c", "S 54. 01. 02. P S 55. a0. a1! P")]),
    ]),
    Rule::new("I2C-27", "what is longer than the host takes is refused before the START, never cut and never split by a STOP", source::OURS, &[
        Case::new("i2c bus 2a w*255; i2c bus 2a w*4096; i2c bus 2a w*4097; i2c bus 2a w*8193; i2c bus 2a w*65536; i2c bus 2a w*65537").judged(judge::i2c_whole_or_refused),
        Case::new("i2c:read bus 2a 255; i2c:read bus 2a 4096; i2c:read bus 2a 4097; i2c:read bus 2a 8193; i2c:read bus 2a 65536; i2c:read bus 2a 65537").judged(judge::i2c_whole_or_refused),
    ]),
    Rule::new("I2C-28", "of a transaction that fails, nothing that was read reaches the guest", source::OURS, &[
        Case::new("i2c bus 2b r3 w010203").says("err NoAcknowledge(Data)|NoAcknowledge(Unknown) _ eeeeee"),
        Case::new("i2c bus 2b r18 w010203 r1").says("err NoAcknowledge(Data)|NoAcknowledge(Unknown) _ eeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeee ee"),
        Case::new("i2c:read faulty-i2c 2a 2; i2c:read faulty-i2c 2a 18; i2c:write-read faulty-i2c 2a 00 3").says("err Bus Bus eeee; err ArbitrationLoss ArbitrationLoss eeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeee; err NoAcknowledge(Address) _ eeeeee"),
    ]),
];
