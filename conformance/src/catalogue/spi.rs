//! SPI. What devices answer counts up from 80 with every select.

use super::source;
use crate::case::{Case, Conditions, Guest, SpiFault};
use crate::judge;
use crate::rule::Rule;

const fn spi(faults: &'static [SpiFault]) -> Conditions {
    Conditions { spi: faults, ..Conditions::NONE }
}

pub(super) const RULES: [Rule; 30] = [
    Rule::new("SPI-01", "in order: select, the operations, flush, deselect", source::SPI, &[
        Case::new("spi device w01 r1 w02").says("ok 81").wires(&[("spi", "[device 01>80 00>81 02>82 ]")]).judged(judge::clock_inside_select),
        Case::new("spi device w*18 r1").says("ok 92").judged(judge::clock_inside_select),
    ]),
    Rule::new("SPI-02", "the select is made active once and held through all operations, delays included", source::SPI, &[
        Case::new("spi device w01 d5000 r2 d1000 t0203:1 i04").says("ok 8182 83 85").wires(&[("spi", "[device 01>80 00>81 00>82 02>83 03>84 04>85 ]")]),
    ]),
    Rule::new("SPI-03", "between select and deselect nothing else starts on the bus", source::SPI, &[
        Case::new("spi device w01; spi other w02; spi slow w03; spi device w04; spi other r1").says("ok; ok; ok; ok; ok 80")
            .wires(&[("spi", "[device 01>80 ] clock-high [other 02>80 ] clock-low [slow 03>80 ] [device 04>80 ] clock-high [other 00>80 ]")]),
    ]),
    Rule::new("SPI-04", "after an error of the bus the select is made inactive, and the bus is free", source::SPI, &[
        Case::new("spi device w01 r2; spi other w02; spi device w03").under(spi(&[SpiFault::Bus { word: 1 }])).says("err; ok; ok")
            .wires(&[("spi", "[device 01>80 ] clock-high [other 02>80 ] clock-low [device 03>80 ]")]),
    ]),
    Rule::new("SPI-05", "an error of the bus is reported rather than one of the select", source::SPI, &[
        Case::new("spi device w01 r2").under(spi(&[SpiFault::BusThenDeselect { word: 1 }])).says("err Overrun").wires(&[("spi", "[device 01>80 ]")]),
    ]),
    Rule::new("SPI-06", "an error of the select alone is ChipSelectFault", source::SPI_ERROR, &[
        Case::new("spi device w01; spi device w02").under(spi(&[SpiFault::Deselect])).says("err ChipSelectFault; ok")
            .wires(&[("spi", "[device 01>80 ] [device 02>80 ]")]),
    ]),
    Rule::new("SPI-07", "where the select cannot be made active, no operation runs", source::SPI, &[
        Case::new("spi device w01 r2").under(spi(&[SpiFault::Select])).says("err ChipSelectFault").wires(&[("spi", "")]),
    ]),
    Rule::new("SPI-08", "after the first operation that fails, the rest do not run", source::SPI, &[
        Case::new("spi device w01 r2 w0304").under(spi(&[SpiFault::Bus { word: 1 }])).says("err").wires(&[("spi", "[device 01>80 ]")]),
        Case::new("spi device w01 d1000 r2 w0304").under(spi(&[SpiFault::Bus { word: 2 }])).says("err _ _ eeee").wires(&[("spi", "[device 01>80 00>81 ]")]),
    ]),
    Rule::new("SPI-09", "a read clocks as many words as it has room for, and sends a constant: 00", source::SPI, &[
        Case::new("spi device r3").says("ok 808182").wires(&[("spi", "[device 00>80 00>81 00>82 ]")]),
        Case::new("spi device w01 r18").says("ok 8182838485868788898a8b8c8d8e8f909192").wires(&[("spi",
            "[device 01>80 00>81 00>82 00>83 00>84 00>85 00>86 00>87 00>88 00>89 00>8a 00>8b 00>8c 00>8d 00>8e 00>8f 00>90 00>91 00>92 ]")]),
        Case::new("bus:read strip 3").says("ok 808182").wires(&[("strip", "00>80 00>81 00>82")]),
    ]),
    Rule::new("SPI-10", "a write clocks as many words as it has, and discards what comes in", source::SPI, &[
        Case::new("spi device w010203").says("ok").wires(&[("spi", "[device 01>80 02>81 03>82 ]")]),
        Case::new("spi:write device *18; spi device w01 r1").says("ok; ok 81"),
        Case::new("bus:write strip 0102; bus:read strip 1").says("ok; ok 82").wires(&[("strip", "01>80 02>81 00>82")]),
    ]),
    Rule::new("SPI-11", "a transfer clocks as many words as the longer side has", source::SPI, &[
        Case::new("spi device t0102:4; spi device t01020304:2").says("ok 80818283; ok 8081")
            .wires(&[("spi", "[device 01>80 02>81 00>82 00>83 ] [device 01>80 02>81 03>82 04>83 ]")]),
        Case::new("bus:transfer strip 0102 3").says("ok 808182").wires(&[("strip", "01>80 02>81 00>82")]),
    ]),
    Rule::new("SPI-12", "where a transfer reads less than it writes, the rest that comes in is discarded", source::SPI, &[
        Case::new("spi device t010203:1 r1").says("ok 80 83").wires(&[("spi", "[device 01>80 02>81 03>82 00>83 ]")]),
        Case::new("spi device t*18:2 r1").says("ok 8081 92"),
        Case::new("bus:transfer strip 010203 1; bus:read strip 1").says("ok 80; ok 83"),
    ]),
    Rule::new("SPI-13", "where a transfer writes less than it reads, the constant is sent", source::SPI, &[
        Case::new("spi device t01:3 w02").says("ok 808182").wires(&[("spi", "[device 01>80 00>81 00>82 02>83 ]")]),
        Case::new("spi device t01:18 w02").says("ok 808182838485868788898a8b8c8d8e8f9091").wires(&[("spi",
            "[device 01>80 00>81 00>82 00>83 00>84 00>85 00>86 00>87 00>88 00>89 00>8a 00>8b 00>8c 00>8d 00>8e 00>8f 00>90 00>91 02>92 ]")]),
    ]),
    Rule::new("SPI-14", "a transfer may have nothing on either side, or on both", source::SPI, &[
        Case::new("spi device t0102:0; spi device t:2; spi device t:0").says("ok -; ok 8081; ok -")
            .wires(&[("spi", "[device 01>80 02>81 ] [device 00>80 00>81 ] [device ]")]),
        Case::new("bus:transfer strip 01 0; bus:transfer strip *0 1; bus:transfer strip *0 0").says("ok -; ok 81; ok -").wires(&[("strip", "01>80 00>81")]),
    ]),
    Rule::new("SPI-15", "a transfer in place sends the old contents and returns as many new ones", source::SPI, &[
        Case::new("spi device i010203").says("ok 808182").wires(&[("spi", "[device 01>80 02>81 03>82 ]")]),
        Case::new("spi device w01 i*18").says("ok 8182838485868788898a8b8c8d8e8f909192").wires(&[("spi",
            "[device 01>80 00>81 01>82 02>83 03>84 04>85 05>86 06>87 07>88 08>89 09>8a 0a>8b 0b>8c 0c>8d 0d>8e 0e>8f 0f>90 10>91 11>92 ]")]),
        Case::new("bus:in-place strip 0102").says("ok 8081").wires(&[("strip", "01>80 02>81")]),
    ]),
    Rule::new("SPI-16", "a delay is at least as long as asked, from the last clock edge before it to what comes next", source::SPI, &[
        Case::new("spi device w01 d50000 w02 d70000 d1").says("ok").wires(&[("spi", "[device 01>80 02>81 ]")]).judged(judge::spi_delays),
        // Less than two units of a coarser clock, which would be cut to one.
        Case::new("spi device w01 d999 w02 d1999").says("ok").wires(&[("spi", "[device 01>80 02>81 ]")]).judged(judge::short_spi_delays),
    ]),
    Rule::new("SPI-17", "a delay is honoured over the whole range or refused, never shortened", source::SPI, &[
        Case::new("spi device w01 d99000000 w02; spi device w01 d4294967295 w02").judged(judge::spi_delays_or_refused),
    ]),
    Rule::new("SPI-18", "`read`, `write`, `transfer` and `transfer_in_place` are transactions of one operation, as `&mut T` and the trait's own methods are", source::SPI, &[
        Case::new("spi device r3; spi:read device 3; spi:read@ref device 3; spi:read@default device 3").judged(judge::alike_spi::<4>),
        Case::new("spi device w0102; spi:write device 0102; spi:write@ref device 0102; spi:write@default device 0102").judged(judge::alike_spi::<4>),
        Case::new("spi device t01:3; spi:transfer device 01 3; spi:transfer@ref device 01 3; spi:transfer@default device 01 3").judged(judge::alike_spi::<4>),
        Case::new("spi device i*18; spi:in-place device *18; spi:in-place@ref device *18; spi:in-place@default device *18").judged(judge::alike_spi::<4>),
    ]),
    Rule::new("SPI-19", "the last clock edge is before the deselect", source::SPI, &[
        Case::new("spi device w0102; spi device r17; spi other i0304").judged(judge::clock_inside_select),
    ]),
    Rule::new("SPI-20", "a bus is never busy for the call that follows, and the words come in the order of the calls", source::SPI_BUS, &[
        Case::new("bus:write strip 0102; bus:read strip 2; bus:transfer strip 03 2; bus:in-place strip 04; bus:write strip 05").says("ok; ok 8283; ok 8485; ok 86; ok")
            .wires(&[("strip", "01>80 02>81 00>82 00>83 03>84 00>85 04>86 05>87")]),
    ]),
    Rule::new("SPI-21", "a flush returns when the bus is idle", source::SPI_BUS, &[
        Case::new("bus:write strip *200; bus:flush strip; out:high OUT").says("ok; ok; ok").judged(judge::flushed),
    ]),
    Rule::new("SPI-22", "a bus has one owner: a second handle is refused while the first lives", source::SPI_BUS, &[
        Case::new("open bus strip; open bus strip#2; bus:write strip 01; close strip; open bus strip#2; bus:write strip#2 02").says("ok; err open Busy; ok; ok; ok; ok")
            .wires(&[("strip", "01>80 02>81")]),
    ]),
    Rule::new("SPI-23", "mode and frequency are those of the device before its select is made active", source::SPI, &[
        Case::new("spi device w01; spi other w02; spi device w03").says("ok; ok; ok")
            .wires(&[("spi", "[device 01>80 ] clock-high [other 02>80 ] clock-low [device 03>80 ]")]).judged(judge::device_frequencies),
    ]),
    Rule::new("SPI-24", "every kind of error crosses the boundary unchanged", source::SPI_ERROR, &[
        Case::new("spi faulty-spi w01; spi faulty-spi w01; spi faulty-spi w01; spi faulty-spi w01; spi faulty-spi w01; spi faulty-spi w01")
            .says("err Overrun Overrun; err ModeFault ModeFault; err FrameFormat FrameFormat; err ChipSelectFault ChipSelectFault; err Other Other; ok"),
        Case::new("spi:read faulty-spi 17; spi:transfer faulty-spi *17 17; spi faulty-spi w01 d1 r1; spi:write faulty-spi *17; spi:in-place faulty-spi 0102; spi:read faulty-spi 1")
            .says("err Overrun; err ModeFault; err FrameFormat _ ee; err ChipSelectFault; err Other Other 0102; ok 00"),
    ]),
    Rule::new("SPI-25", "the select is inactive from the moment the device is opened", source::SPI, &[
        Case::new("open spi device; delay:us 50").says("ok; ok").wires(&[("spi", "")]),
        Case::new("open spi device; open spi other; delay:us 50; spi other w01").says("ok; ok; ok; ok").wires(&[("spi", "clock-high [other 01>80 ]")]),
    ]),
    Rule::new("SPI-26", "a bus that is held is waited for in bounded time; then the error says so", source::OURS, &[
        Case::new("spi device w01; spi device w02").under(spi(&[SpiFault::Held])).says("err Other Busy; ok").wires(&[("spi", "[device 02>80 ]")]),
    ]),
    Rule::new("SPI-27", "no operations at all make the select active and inactive again", source::SPI, &[
        Case::new("spi device; spi other; spi device w01").says("ok; ok; ok")
            .wires(&[("spi", "[device ] clock-high [other ] clock-low [device 01>80 ]")]),
    ]),
    Rule::new("SPI-28", "what is longer than the host takes is refused before the select, never split over several", source::OURS, &[
        Case::new("spi device w*255; spi device w*4096; spi device w*4097; spi device w*8193; spi device w*65536; spi device w*65537").judged(judge::spi_whole_or_refused),
        Case::new("spi device r255; spi device r4096; spi device r4097; spi device r8193; spi device r65536; spi device r65537").judged(judge::spi_whole_or_refused),
    ]),
    Rule::new("SPI-29", "an asynchronous transaction that is dropped leaves the select inactive and the bus usable", source::SPI_ASYNC, &[
        Case::new("spi:drop device 0 w01 r20 d5000 w02; spi device w09; spi:drop device 1000 w01 r20 d5000 w02; spi device w09; spi:drop device 50000 w01 r20 d5000 w02; spi device w09; spi:drop other 150000 w01 r20 d5000 w02; spi device w09; spi:drop device 90000000 w01 r20 d5000 w02; spi device w09")
            .by(&[Guest::Asynchronous]).judged(judge::whole_after_drops),
    ]),
    Rule::new("SPI-30", "the times between select and clock come from the policy", source::OURS, &[
        Case::new("spi slow w0102; spi device w0102").says("ok; ok").wires(&[("spi", "[slow 01>80 02>81 ] [device 01>80 02>81 ]")]).judged(judge::select_delays),
    ]),
];
