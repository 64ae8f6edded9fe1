//! Any fault, at any time.

use wasm_embedded_sim::fault::{
    Fault, Flip, I2cFailure, I2cFault, NetFault, PartFault, SpiFailure, SpiFault, Targets, When,
};
use wasm_embedded_sim::{Address, Level};

use super::board::Bench;
use crate::input::Input;

/// Arms a fault on the board of a part.
pub(super) fn inject(input: &mut Input<'_>, bench: &Bench) {
    let targets = match input.below(4) {
        0 => Targets::SevenBit(input.byte(), input.byte()),
        1 => Targets::TenBit(input.u16(), input.u16()),
        _ => Targets::All,
    };
    let fault = match input.below(6) {
        0 if bench.is_on_spi() => spi(input, bench),
        0 | 1 => Fault::I2c { bus: bench.bus, targets, fault: i2c(input) },
        2 => Fault::Net { net: bench.nets[usize::from(input.below(4))], fault: net(input) },
        3 => Fault::Part { part: bench.part, targets, fault: part(input) },
        4 => Fault::DateJump { seconds: i64::from(input.u32()) - i64::from(u32::MAX / 2) },
        _ => Fault::Oversleep { factor: input.below(20).into() },
    };
    let mut when = When::always().after(input.below(4).into());
    if input.one_in(2) {
        when = when.times(input.below(3).into());
    }
    if input.one_in(4) {
        let from_ns = bench.sim.now_ns() + u64::from(input.u16());
        when = when.between(from_ns, from_ns + u64::from(input.u32()));
    }
    if input.one_in(4) {
        when = when.chance(input.u32(), input.u64());
    }
    let fault = bench.sim.inject(fault, when);
    if input.one_in(8) {
        bench.sim.withdraw(fault);
    }
}

fn i2c(input: &mut Input<'_>) -> I2cFault {
    let byte = input.below(6).into();
    match input.below(16) {
        0 => I2cFault::NackAddress,
        1 => I2cFault::NackRepeatedStart,
        2 => I2cFault::NackData { written: byte },
        3 => I2cFault::IgnoredNack,
        4 => I2cFault::ArbitrationLoss { byte },
        5 => I2cFault::Stretch { byte: input.one_in(2).then_some(byte), ns: u64::from(input.u32()) },
        6 => I2cFault::SdaStuck { clocks: input.one_in(2).then_some(input.below(20)) },
        7 => I2cFault::SclStuck,
        8 => I2cFault::SpuriousStart { byte },
        9 => I2cFault::SpuriousStop { byte },
        10 => I2cFault::FlipRead(flip(input)),
        11 => I2cFault::FlipWrite(flip(input)),
        12 => I2cFault::ReadAs { value: input.byte() },
        13 => I2cFault::ShortRead { read: byte },
        14 => I2cFault::Fail { byte, error: input.one_of(&[I2cFailure::Bus, I2cFailure::Overrun, I2cFailure::Other]) },
        _ if input.one_in(2) => I2cFault::Duplicate { value: input.byte() },
        _ => I2cFault::OtherController { address: Address::SevenBit(input.byte()), bytes: input.bytes(3) },
    }
}

fn spi(input: &mut Input<'_>, bench: &Bench) -> Fault {
    let byte = input.below(6).into();
    let level = Level::from(input.one_in(2));
    let failures = [SpiFailure::Overrun, SpiFailure::ModeFault, SpiFailure::FrameFormat, SpiFailure::Other];
    let fault = match input.below(10) {
        0 => SpiFault::SelectFailed,
        1 => SpiFault::SelectStuck(level),
        2 => SpiFault::MisoStuck(level),
        3 => SpiFault::BitSlip { byte },
        4 => SpiFault::WrongMode(embedded_hal::spi::MODE_1),
        5 => SpiFault::FlipRead(flip(input)),
        6 => SpiFault::FlipWrite(flip(input)),
        7 => SpiFault::DeselectFailed,
        8 => SpiFault::BusHeld { ns: if input.one_in(2) { 1_000 } else { 20_000_000 } },
        _ => SpiFault::Fail { byte, error: input.one_of(&failures) },
    };
    Fault::Spi { bus: bench.spi_bus, select: input.one_in(2).then_some(bench.select), fault }
}

fn net(input: &mut Input<'_>) -> NetFault {
    match input.below(3) {
        0 => NetFault::Bounce { times: input.below(12), ns: input.u16().into() },
        1 => NetFault::MissedEdge { ns: input.u32().into() },
        _ => NetFault::Stuck(Level::from(input.one_in(2))),
    }
}

fn part(input: &mut Input<'_>) -> PartFault {
    match input.below(5) {
        0 => PartFault::BrownOut { byte: input.below(6).into() },
        1 => PartFault::Unplugged,
        2 => PartFault::Stopped,
        3 => PartFault::Slow { factor: input.u16().into() },
        _ => PartFault::Jitter { factor: input.u16().into() },
    }
}

fn flip(input: &mut Input<'_>) -> Flip {
    Flip { byte: input.below(6).into(), bytes: input.below(20).into(), mask: input.byte() }
}
