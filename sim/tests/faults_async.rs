//! A transaction that a task waits for goes over the wires as one that its caller waits for, also with faults armed: those that
//! strike, and those that never do.

mod common;

use std::future::Future;

use common::{Log, Peripheral, Target};
use embedded_hal::spi::MODE_1;
use embedded_hal::{i2c, spi};
use embedded_hal_async::{i2c as async_i2c, spi as async_spi};
use wasm_embedded_sim::fault::{
    Fault, Flip, HOLD_LIMIT_NS, I2cFailure, I2cFault, NetFault, PartFault, SpiFailure, SpiFault, Targets, When,
};
use wasm_embedded_sim::i2c::OwnedTransaction as I2cTransaction;
use wasm_embedded_sim::spi::OwnedTransaction as SpiTransaction;
use wasm_embedded_sim::{Address, I2cError, Level, PartId, Sim, SpiSettings};

const AT: u8 = 0x42;
const OTHER: u8 = 0x43;

/// What a run showed: the outcomes, and every line of the trace with its time.
type Shown = (Vec<String>, Vec<String>);

/// A fault that never strikes: on a net that nothing else uses, far in the future.
fn dormant(sim: &Sim) {
    let net = sim.net("SPARE");
    let when = When { from_ns: 900_000_000_000, ..When::always() };
    sim.inject(Fault::Net { net, fault: NetFault::Stuck(Level::Low) }, when);
}

/// Runs four exchanges over I2C, of seven and of ten bits, and shows them.
fn i2c_run(waits: bool, arm: impl FnOnce(&Sim, PartId)) -> Shown {
    let sim = common::board();
    let bus = sim.i2c_bus("i2c", 400_000);
    let part = sim.add_i2c(bus, Target::at(AT));
    sim.add_i2c(bus, Target::at(OTHER));
    sim.add_i2c(bus, Target::at_ten_bit(0x242));
    arm(&sim, part);
    let log = Log::of(&sim);
    let mut outcomes = Vec::new();
    for round in 0..4 {
        let (mut first, mut second) = ([0; 3], [0; 1]);
        // In the third round nothing is written first.
        let mut operations = match round {
            2 => [i2c::Operation::Read(&mut first[..2]), i2c::Operation::Write(&[7, 8]), i2c::Operation::Write(&[9])],
            _ => [i2c::Operation::Write(&[7, 8]), i2c::Operation::Read(&mut first), i2c::Operation::Read(&mut second)],
        };
        let operations = &mut operations;
        let mut controller = sim.i2c(bus);
        let outcome = match (waits, round) {
            (false, 3) => i2c::I2c::transaction(&mut controller, 0x242_u16, operations),
            (false, _) => i2c::I2c::transaction(&mut controller, AT, operations),
            (true, 3) => ended(&sim, async_i2c::I2c::transaction(&mut controller, 0x242_u16, operations)),
            (true, _) => ended(&sim, async_i2c::I2c::transaction(&mut controller, AT, operations)),
        };
        outcomes.push(format!("{:?}", outcome.map(|()| (first, second))));
        sim.advance_ns(50_000);
    }
    (outcomes, log.take_lines())
}

fn ended<T>(sim: &Sim, transaction: impl Future<Output = T>) -> T {
    sim.block_on(transaction).expect("an end")
}

fn i2c_faults() -> Vec<I2cFault> {
    let flip = Flip { byte: 1, bytes: 1, mask: 0x81 };
    let mut faults = vec![
        I2cFault::NackAddress,
        I2cFault::NackRepeatedStart,
        I2cFault::IgnoredNack,
        I2cFault::Stretch { byte: None, ns: 3_000 },
        I2cFault::Stretch { byte: Some(2), ns: 0 },
        I2cFault::SdaStuck { clocks: Some(4) },
        I2cFault::SdaStuck { clocks: Some(30) },
        I2cFault::SdaStuck { clocks: None },
        I2cFault::SclStuck,
        I2cFault::FlipRead(flip),
        I2cFault::FlipWrite(flip),
        I2cFault::ReadAs { value: 0 },
        I2cFault::Duplicate { value: 0x5a },
        I2cFault::OtherController { address: Address::SevenBit(OTHER), bytes: vec![1, 2] },
        I2cFault::OtherController { address: Address::SevenBit(0x11), bytes: vec![1, 2] },
        I2cFault::OtherController { address: Address::TenBit(0x242), bytes: Vec::new() },
    ];
    // The first address, data, an address after a repeated START, and what is read.
    for byte in 0..5 {
        faults.push(I2cFault::NackData { written: byte });
        faults.push(I2cFault::ShortRead { read: byte });
        faults.push(I2cFault::ArbitrationLoss { byte });
        faults.push(I2cFault::Stretch { byte: Some(byte), ns: 40_000_000 });
        faults.push(I2cFault::SpuriousStart { byte });
        faults.push(I2cFault::SpuriousStop { byte });
        faults.push(I2cFault::Fail { byte, error: I2cFailure::Overrun });
    }
    faults
}

fn part_faults() -> Vec<PartFault> {
    let mut faults = vec![PartFault::Unplugged, PartFault::Stopped, PartFault::Jitter { factor: 9 }];
    faults.extend((0..5).map(|byte| PartFault::BrownOut { byte }));
    faults
}

#[test]
fn every_fault_of_i2c_is_the_same_for_a_task_that_waits() {
    for fault in i2c_faults() {
        let arm = |sim: &Sim, _| {
            let bus = sim.i2c_bus("i2c", 400_000);
            sim.inject(Fault::I2c { bus, targets: Targets::All, fault: fault.clone() }, When::always().after(1));
        };
        let (blocking, waiting) = (i2c_run(false, arm), i2c_run(true, arm));
        assert!(blocking.1.iter().any(|line| line.contains("fault")), "{fault:?} strikes");
        assert_eq!(waiting, blocking, "{fault:?}");
    }
}

#[test]
fn every_two_faults_of_i2c_at_once_are_the_same_for_a_task_that_waits() {
    for first in i2c_faults() {
        for second in i2c_faults() {
            let arm = |sim: &Sim, _| {
                let bus = sim.i2c_bus("i2c", 400_000);
                for fault in [&first, &second] {
                    sim.inject(
                        Fault::I2c { bus, targets: Targets::All, fault: fault.clone() },
                        When::always().after(1),
                    );
                }
            };
            assert_eq!(i2c_run(true, arm), i2c_run(false, arm), "{first:?} and {second:?}");
        }
    }
}

#[test]
fn every_fault_of_a_part_is_the_same_for_a_task_that_waits() {
    for fault in part_faults() {
        let arm = |sim: &Sim, part| {
            sim.inject(Fault::Part { part, targets: Targets::All, fault }, When::always().after(1).times(1));
        };
        assert_eq!(i2c_run(true, arm), i2c_run(false, arm), "{fault:?}, I2C");
        assert_eq!(spi_run(true, true, arm), spi_run(false, true, arm), "{fault:?}, SPI");
    }
}

/// Runs three exchanges over SPI, under a select line or on a bus without one, and shows them.
fn spi_run(waits: bool, selects: bool, arm: impl FnOnce(&Sim, PartId)) -> Shown {
    let sim = common::board();
    let bus = sim.spi_bus("spi");
    let settings = SpiSettings { select_setup_ns: 700, select_hold_ns: 900, ..SpiSettings::default() };
    let select = sim.spi_select(bus, "device", settings);
    let part = sim.add_spi(select, Peripheral::answering(&[0x0f, 0xf0, 0xaa, 0x55, 0x01, 0x02, 0x03, 0x04, 0x05]));
    arm(&sim, part);
    let log = Log::of(&sim);
    let mut outcomes = Vec::new();
    for _ in 0..3 {
        let mut read = [0; 3];
        let outcome = if selects {
            let operations = &mut [
                spi::Operation::Write(&[1, 2]),
                spi::Operation::DelayNs(4_000),
                spi::Operation::Read(&mut read[..2]),
            ];
            let mut device = sim.spi_device(select);
            match waits {
                false => spi::SpiDevice::transaction(&mut device, operations),
                true => ended(&sim, async_spi::SpiDevice::transaction(&mut device, operations)),
            }
        } else {
            let mut wires = sim.spi(bus, settings);
            match waits {
                false => spi::SpiBus::transfer(&mut wires, &mut read, &[1, 2, 3]),
                true => ended(&sim, async_spi::SpiBus::transfer(&mut wires, &mut read, &[1, 2, 3])),
            }
        };
        outcomes.push(format!("{:?}", outcome.map(|()| read)));
    }
    (outcomes, log.take_lines())
}

fn spi_faults() -> Vec<SpiFault> {
    let flip = Flip { byte: 1, bytes: 1, mask: 0x81 };
    let mut faults = vec![
        SpiFault::SelectFailed,
        SpiFault::DeselectFailed,
        SpiFault::BusHeld { ns: 5_000 },
        SpiFault::BusHeld { ns: HOLD_LIMIT_NS + 1 },
        SpiFault::SelectStuck(Level::Low),
        SpiFault::SelectStuck(Level::High),
        SpiFault::MisoStuck(Level::Low),
        SpiFault::MisoStuck(Level::High),
        SpiFault::WrongMode(MODE_1),
        SpiFault::FlipRead(flip),
        SpiFault::FlipWrite(flip),
    ];
    for byte in 0..4 {
        faults.push(SpiFault::BitSlip { byte });
        faults.push(SpiFault::Fail { byte, error: SpiFailure::ModeFault });
    }
    faults
}

#[test]
fn every_fault_of_spi_is_the_same_for_a_task_that_waits() {
    for selects in [true, false] {
        for fault in spi_faults() {
            let arm = |sim: &Sim, _| {
                let bus = sim.spi_bus("spi");
                sim.inject(Fault::Spi { bus, select: None, fault }, When::always().after(1).times(1));
            };
            let (blocking, waiting) = (spi_run(false, selects, arm), spi_run(true, selects, arm));
            assert!(blocking.1.iter().any(|line| line.contains("fault")), "{fault:?} strikes");
            assert_eq!(waiting, blocking, "{fault:?}, select lines: {selects}");
        }
    }
}

#[test]
fn a_delay_within_a_transaction_oversleeps_for_a_task_that_waits_too() {
    let arm = |sim: &Sim, _| {
        sim.inject(Fault::Oversleep { factor: 3 }, When::always().after(1).times(1));
    };
    assert_eq!(spi_run(true, true, arm), spi_run(false, true, arm));
    assert_eq!(spi_run(true, true, arm).1.iter().filter(|line| line.contains("oversleep")).count(), 1);
}

#[test]
fn a_fault_that_never_strikes_changes_nothing() {
    let none = |_: &Sim, _| ();
    let armed = |sim: &Sim, _| dormant(sim);
    for waits in [false, true] {
        assert_eq!(i2c_run(waits, armed), i2c_run(false, none), "I2C, waiting: {waits}");
        for selects in [false, true] {
            assert_eq!(spi_run(waits, selects, armed), spi_run(false, selects, none), "SPI, waiting: {waits}");
        }
    }
}

/// Starts a transaction, and returns when a task beside it woke that sleeps for 100 microseconds from its start on.
fn woke_beside<T>(sim: &Sim, transaction: impl Future<Output = T>) -> u64 {
    let beside = async {
        sim.sleep_ns(100_000).await;
        sim.now_ns()
    };
    let both = async {
        let mut transaction = std::pin::pin!(transaction);
        let mut beside = std::pin::pin!(beside);
        let mut woke_ns = None;
        std::future::poll_fn(|cx| {
            if woke_ns.is_none()
                && let std::task::Poll::Ready(at_ns) = beside.as_mut().poll(cx)
            {
                woke_ns = Some(at_ns);
            }
            transaction.as_mut().poll(cx).map(|_| ())
        })
        .await;
        woke_ns.expect("the sleep ends before the transaction")
    };
    sim.block_on(both).expect("an end")
}

#[test]
fn others_act_while_a_transaction_waits_for_its_time_and_for_that_of_its_faults() {
    let stretch = I2cFault::Stretch { byte: Some(1), ns: 20_000_000 };
    let stuck = I2cFault::SclStuck;
    for fault in [None, Some(stretch), Some(stuck)] {
        let sim = common::board();
        let bus = sim.i2c_bus("i2c", 10_000);
        sim.add_i2c(bus, Target::at(AT));
        dormant(&sim);
        if let Some(fault) = fault {
            sim.inject(Fault::I2c { bus, targets: Targets::All, fault }, When::always());
        }
        let transaction = sim.i2c(bus).start(I2cTransaction::new(Address::SevenBit(AT)).write(&[1, 2]));
        assert_eq!(woke_beside(&sim, transaction), 100_000);
    }
    let sim = common::board();
    let bus = sim.spi_bus("spi");
    let select = sim.spi_select(bus, "device", SpiSettings { frequency_hz: 10_000, ..SpiSettings::default() });
    sim.inject(Fault::Spi { bus, select: None, fault: SpiFault::BusHeld { ns: 5_000_000 } }, When::always());
    let transaction = SpiTransaction::new().write(&[1, 2]);
    assert_eq!(woke_beside(&sim, sim.spi_device(select).start(transaction)), 100_000);
}

#[test]
fn transactions_under_way_at_once_have_faults_of_their_own() {
    let sim = common::board();
    let [one, other] = ["one", "other"].map(|name| sim.i2c_bus(name, 100_000));
    for bus in [one, other] {
        sim.add_i2c(bus, Target::at(AT));
    }
    let strike = |bus, fault| sim.inject(Fault::I2c { bus, targets: Targets::All, fault }, When::always().times(1));
    strike(one, I2cFault::ReadAs { value: 0xa5 });
    strike(other, I2cFault::ShortRead { read: 2 });
    let begin = |bus| sim.i2c(bus).start(I2cTransaction::new(Address::SevenBit(AT)).read(3));
    let [first, second] = [one, other].map(begin);
    // While both are on the wires a caller that waits for its own transaction comes between.
    let third = sim.i2c_bus("third", 400_000);
    sim.add_i2c(third, Target::at(AT));
    let mut read = [0; 3];
    assert_eq!(i2c::I2c::read(&mut sim.i2c(third), AT, &mut read), Ok(()));
    assert_eq!(read, [0x10, 0x11, 0x12]);
    assert_eq!(sim.block_on(first), Some(Ok(vec![0xa5; 3])));
    assert_eq!(sim.block_on(second), Some(Err(I2cError::Bus)));
}
