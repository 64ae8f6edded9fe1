//! Transactions of every shape: what goes over the wires, for a driver that blocks and for a task that waits.

mod common;

use common::{Log, Peripheral, Target};
use embedded_hal::i2c::{self, I2c as _};
use embedded_hal::spi::{self, SpiDevice as _};
use wasm_embedded_sim::i2c::OwnedTransaction as I2cTransaction;
use wasm_embedded_sim::spi::OwnedTransaction as SpiTransaction;
use wasm_embedded_sim::{Address, Sim, SpiSettings};

const AT: u8 = 0x2a;

/// Every list of up to three operations, each a read or a write of nothing, a byte or two.
fn lists() -> Vec<Vec<(bool, usize)>> {
    let operations = [(false, 0), (false, 1), (false, 2), (true, 0), (true, 1), (true, 2)];
    let mut lists = vec![vec![]];
    for len in 0..3 {
        let shorter: Vec<Vec<_>> = lists.iter().filter(|list: &&Vec<_>| list.len() == len).cloned().collect();
        for list in shorter {
            lists.extend(operations.iter().map(|operation| [&list[..], &[*operation]].concat()));
        }
    }
    lists
}

/// What stands on the wires for a list: operations in one direction follow each other, and a change is a repeated START.
fn expected(list: &[(bool, usize)]) -> Option<Vec<String>> {
    let mut runs: Vec<(bool, usize)> = Vec::new();
    for (reads, len) in list {
        match runs.last_mut() {
            Some((last, sum)) if last == reads => *sum += len,
            _ => runs.push((*reads, *len)),
        }
    }
    // I2C has no read of no bytes.
    if runs.contains(&(true, 0)) {
        return None;
    }
    let (mut lines, mut written, mut read) = (Vec::new(), 0_u8, 0x10_u8);
    for (reads, len) in runs {
        lines.push(if lines.is_empty() { "board start" } else { "board repeated start" }.to_owned());
        lines.push(format!("board 0x2a {} ack", if reads { "read" } else { "write" }));
        for index in 0..len {
            if reads {
                let ack = if index + 1 == len { "nack" } else { "ack" };
                lines.push(format!("board < {read:#04x} {ack}"));
                read += 1;
            } else {
                written += 1;
                lines.push(format!("board > {written:#04x} ack"));
            }
        }
    }
    lines.extend((!lines.is_empty()).then(|| "board stop".to_owned()));
    Some(lines)
}

/// Carries out a list over I2C, and returns what was read and what was on the wires.
fn over_i2c(list: &[(bool, usize)], waits: bool) -> (Option<Vec<u8>>, Vec<String>) {
    let sim = Sim::new();
    let bus = sim.i2c_bus("board", 400_000);
    sim.add_i2c(bus, Target::at(AT));
    let log = Log::of(&sim);
    let bytes: Vec<u8> = (1..=6).collect();
    let sum = |reads| list.iter().filter(|(is_read, _)| *is_read == reads).map(|(_, len)| len).sum::<usize>();
    let read = if waits {
        let mut bytes = &bytes[..];
        let begun = I2cTransaction::new(Address::SevenBit(AT));
        let transaction = list.iter().fold(begun, |transaction, (reads, len)| match reads {
            true => transaction.read(*len),
            false => transaction.write(bytes.split_off(..*len).expect("bytes")),
        });
        sim.block_on(sim.i2c(bus).start(transaction)).expect("an end").ok()
    } else {
        let (mut read, mut bytes) = (vec![0; sum(true)], &bytes[..]);
        let mut room = read.as_mut_slice();
        let mut operations: Vec<_> = list
            .iter()
            .map(|(reads, len)| match reads {
                true => i2c::Operation::Read(room.split_off_mut(..*len).expect("room")),
                false => i2c::Operation::Write(bytes.split_off(..*len).expect("bytes")),
            })
            .collect();
        let result = sim.i2c(bus).transaction(AT, &mut operations);
        result.is_ok().then_some(read)
    };
    (read, log.take())
}

#[test]
fn a_transaction_of_any_shape_is_on_the_wires_of_i2c_as_the_contract_says() {
    for list in lists() {
        let expected = expected(&list);
        let bytes: usize = list.iter().filter(|(reads, _)| *reads).map(|(_, len)| len).sum();
        let read = expected.as_ref().map(|_| (0x10..).take(bytes).collect::<Vec<u8>>());
        let outcome = (read, expected.unwrap_or_default());
        for waits in [false, true] {
            // A task cannot start a transaction of no operations: there is nothing to wait for.
            if !(waits && list.is_empty()) {
                assert_eq!(over_i2c(&list, waits), outcome, "{list:?}, waits: {waits}");
            }
        }
    }
}

#[test]
fn a_transaction_of_any_shape_is_on_the_wires_of_spi_byte_for_byte() {
    for list in lists().into_iter().filter(|list| !list.is_empty()) {
        let got: usize = list.iter().filter(|(reads, _)| *reads).map(|(_, len)| len).sum();
        let run = |waits: bool| {
            let sim = Sim::new();
            let bus = sim.spi_bus("fast");
            let select = sim.spi_select(bus, "cs", SpiSettings::default());
            sim.add_spi(select, Peripheral::answering(&[0x10, 0x11, 0x12, 0x13, 0x14, 0x15]));
            let log = Log::of(&sim);
            let bytes: Vec<u8> = (1..=6).collect();
            let read = if waits {
                let mut bytes = &bytes[..];
                let transaction = list.iter().fold(SpiTransaction::new(), |transaction, (reads, len)| match reads {
                    true => transaction.read(*len),
                    false => transaction.write(bytes.split_off(..*len).expect("bytes")),
                });
                sim.block_on(sim.spi_device(select).start(transaction)).expect("an end").expect("nothing fails")
            } else {
                let (mut read, mut bytes) = (vec![0; got], &bytes[..]);
                let mut room = read.as_mut_slice();
                let mut operations: Vec<_> = list
                    .iter()
                    .map(|(reads, len)| match reads {
                        true => spi::Operation::Read(room.split_off_mut(..*len).expect("room")),
                        false => spi::Operation::Write(bytes.split_off(..*len).expect("bytes")),
                    })
                    .collect();
                sim.spi_device(select).transaction(&mut operations).expect("nothing fails");
                read
            };
            (read, log.take())
        };
        let (mut answers, mut written) = (0x10_u8.., 1_u8..);
        let (mut read, mut lines) = (Vec::new(), vec!["fast cs select".to_owned()]);
        for (reads, len) in &list {
            for _ in 0..*len {
                let miso = answers.next().expect("enough");
                let mosi = if *reads { 0 } else { written.next().expect("enough") };
                read.extend(reads.then_some(miso));
                lines.push(format!("fast > {mosi:#04x} < {miso:#04x}"));
            }
        }
        lines.push("fast cs deselect".to_owned());
        for waits in [false, true] {
            assert_eq!(run(waits), (read.clone(), lines.clone()), "{list:?}, waits: {waits}");
        }
    }
}

#[test]
fn what_a_transfer_reads_and_writes_may_differ_in_length() {
    for (write_len, read_len) in [(0, 0), (3, 1), (1, 3), (2, 2), (0, 2), (2, 0)] {
        let run = |waits: bool| {
            let sim = Sim::new();
            let select = sim.spi_select(sim.spi_bus("fast"), "cs", SpiSettings::default());
            sim.add_spi(select, Peripheral::answering(&[0x10, 0x11, 0x12]));
            let log = Log::of(&sim);
            let (bytes, mut read) = ([1, 2, 3], vec![0; read_len]);
            let read = if waits {
                let transaction = SpiTransaction::new().transfer(&bytes[..write_len], read_len);
                sim.block_on(sim.spi_device(select).start(transaction)).expect("an end").expect("nothing fails")
            } else {
                sim.spi_device(select).transfer(&mut read, &bytes[..write_len]).expect("nothing fails");
                read
            };
            (read, log.take())
        };
        let words = (0..write_len.max(read_len)).map(|index| {
            let mosi = if index < write_len { [1, 2, 3][index] } else { 0 };
            format!("fast > {mosi:#04x} < {:#04x}", 0x10 + index)
        });
        let mut lines = vec!["fast cs select".to_owned()];
        lines.extend(words);
        lines.push("fast cs deselect".to_owned());
        let read: Vec<u8> = (0x10..).take(read_len).collect();
        for waits in [false, true] {
            assert_eq!(
                run(waits),
                (read.clone(), lines.clone()),
                "{write_len} written, {read_len} read, waits: {waits}"
            );
        }
    }
}
