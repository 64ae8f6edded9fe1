//! Serial ports. The rules are those of embedded-io 0.7.

mod common;

use common::Log;
use embedded_io::{Read, ReadReady, Write, WriteReady};
use wasm_embedded_sim::parts::scripted::{UartEnding, UartStep};
use wasm_embedded_sim::parts::{Echo, Scripted};
use wasm_embedded_sim::uart::Parity;
use wasm_embedded_sim::{Level, PartId, Sim, SimUart, UartError, UartSettings};

/// Eight bits, no parity and one stop bit at 100 000 baud: a byte takes 100 us.
const SETTINGS: UartSettings = UartSettings { baud: 100_000, parity: Parity::None, stop_bits: 1, receive_bytes: 16 };

const BYTE_NS: u64 = 100_000;

fn with_echo() -> (Sim, SimUart) {
    common::end_within_a_minute();
    let sim = Sim::new();
    let port = sim.uart_port("serial", SETTINGS);
    sim.add_uart(port, Echo::new());
    let uart = sim.uart(port);
    (sim, uart)
}

fn with_script(steps: Vec<UartStep>, ending: UartEnding) -> (Sim, SimUart, PartId) {
    common::end_within_a_minute();
    let sim = Sim::new();
    let port = sim.uart_port("serial", SETTINGS);
    let part = sim.add_uart(port, Scripted::uart(steps, ending));
    let uart = sim.uart(port);
    (sim, uart, part)
}

fn send(after_ns: u64, send: &[u8]) -> UartStep {
    UartStep { after_ns, send: send.to_vec(), ..UartStep::default() }
}

#[test]
fn a_byte_takes_the_time_of_its_frame_each_way() {
    let (sim, mut uart) = with_echo();
    assert_eq!(uart.write(b"a"), Ok(1));
    assert_eq!(sim.now_ns(), 0, "the writer need not wait");
    assert_eq!(uart.flush(), Ok(()));
    assert_eq!(sim.now_ns(), BYTE_NS);
    let mut buffer = [0; 4];
    assert_eq!((uart.read(&mut buffer), buffer[0]), (Ok(1), b'a'));
    assert_eq!(sim.now_ns(), 2 * BYTE_NS);
}

#[test]
fn a_read_waits_for_one_byte_and_then_for_no_more() {
    let (sim, mut uart, _) = with_script(vec![send(1_000_000, b"abc")], UartEnding::Silent);
    let mut buffer = [0; 8];
    assert_eq!((uart.read(&mut buffer), buffer[0]), (Ok(1), b'a'));
    assert_eq!(sim.now_ns(), 1_000_000 + BYTE_NS);
    sim.advance_ns(10 * BYTE_NS);
    assert_eq!((uart.read(&mut buffer), &buffer[..2]), (Ok(2), &b"bc"[..]));
    assert_eq!(uart.read(&mut []), Ok(0));
    assert_eq!(uart.read_within(&mut buffer, 5_000), Ok(None));
}

#[test]
fn a_write_takes_what_fits_and_waits_only_when_nothing_does() {
    let (sim, mut uart) = with_echo();
    // One byte is on the wire, and 64 wait.
    assert_eq!((uart.write(&[0; 100]), uart.write(&[0; 100])), (Ok(64), Ok(1)));
    assert_eq!((uart.write_ready(), uart.write(&[])), (Ok(false), Ok(0)));
    assert_eq!((uart.write(&[0; 100]), sim.now_ns()), (Ok(1), BYTE_NS));
}

#[test]
fn ready_means_that_the_next_call_takes_no_time() {
    let (sim, mut uart) = with_echo();
    uart.write_all(b"x").expect("there is room");
    let mut polls = 0;
    while uart.read_ready() == Ok(false) {
        polls += 1;
    }
    let before_ns = sim.now_ns();
    assert_eq!((uart.read(&mut [0]), sim.now_ns() - before_ns), (Ok(1), 0));
    assert_eq!(polls, 200, "every poll takes a microsecond");
}

#[test]
fn what_is_lost_is_reported_once_and_after_what_came_before_it() {
    let (sim, mut uart, _) = with_script(vec![send(0, &[7; 20])], UartEnding::Silent);
    sim.advance_ns(100 * BYTE_NS);
    let mut buffer = [0; 32];
    assert_eq!(uart.read(&mut buffer), Ok(16));
    assert_eq!(uart.read_ready(), Ok(true), "an error is there at once");
    assert_eq!(uart.read(&mut buffer), Err(UartError::Overrun));
    assert_eq!(uart.read_within(&mut buffer, BYTE_NS), Ok(None));
}

#[test]
fn a_part_that_hangs_up_is_an_end_after_its_last_byte() {
    let (_, mut uart, _) = with_script(vec![send(0, b"bye")], UartEnding::HangUp);
    let mut buffer = [0; 8];
    let counts = [(); 5].map(|()| uart.read(&mut buffer));
    assert_eq!(counts, [Ok(1), Ok(1), Ok(1), Ok(0), Ok(0)]);
}

#[test]
fn a_script_answers_what_it_expects_and_records_the_rest() {
    let step = UartStep { expect: b"AT\r".to_vec(), after_ns: 2_000_000, send: b"OK".to_vec() };
    let (sim, mut uart, part) = with_script(vec![step], UartEnding::Silent);
    uart.write_all(b"AAT\r").expect("there is room");
    let mut answer = [0; 2];
    uart.read_exact(&mut answer).expect("an answer comes");
    assert_eq!((&answer, sim.now_ns()), (b"OK", 4 * BYTE_NS + 2_000_000 + 2 * BYTE_NS));
    let mismatches = sim.with_part::<Scripted, _>(part, |part, _| (part.finished(), part.mismatches().len()));
    assert_eq!(mismatches, Some((true, 1)), "the second A");
}

#[test]
fn a_script_that_repeats_goes_no_faster_than_the_line() {
    let (sim, mut uart, _) = with_script(vec![send(0, b"ab")], UartEnding::Repeat);
    let mut buffer = [0; 8];
    uart.read_exact(&mut buffer).expect("it goes on");
    assert_eq!(&buffer, b"abababab");
    assert_eq!(sim.now_ns(), 8 * BYTE_NS);
}

#[test]
fn the_wires_carry_frames_that_decode_to_the_bytes() {
    for parity in [Parity::None, Parity::Even, Parity::Odd] {
        let sim = Sim::new();
        let port = sim.uart_port("serial", UartSettings { parity, stop_bits: 2, ..SETTINGS });
        sim.add_uart(port, Echo::new());
        let log = Log::of(&sim);
        let mut uart = sim.uart(port);
        uart.write_all(b"\x00\x55\xfe\x80").expect("there is room");
        uart.read_exact(&mut [0; 4]).expect("all comes back");
        let (signals, changes) = log.wave();
        for name in ["TX", "RX"] {
            let wire = signals.iter().position(|signal| signal.name == name).expect("the wire is there");
            let edges: Vec<_> = changes.iter().filter(|change| change.signal == wire).collect();
            let at = |ns: u64| edges.iter().rev().find(|edge| edge.at_ns <= ns).map_or(Level::High, |edge| edge.level);
            assert_eq!(decode(at, parity), b"\x00\x55\xfe\x80", "{name} with {parity:?}");
        }
    }
}

/// Reads frames with a bit of 10 us from the levels of a wire, and checks their parity and stop bits.
fn decode(at: impl Fn(u64) -> Level, parity: Parity) -> Vec<u8> {
    let (mut bytes, mut now_ns) = (Vec::new(), 0);
    while now_ns < 2_000_000 {
        if at(now_ns) == Level::High {
            now_ns += 500;
            continue;
        }
        let bit = |index: u64| at(now_ns + index * 10_000 + 5_000) == Level::High;
        let byte = (0..8).fold(0, |byte, index| byte | u8::from(bit(1 + index)) << index);
        let ones = byte.count_ones() + u32::from(parity != Parity::None && bit(9));
        assert!(parity == Parity::None || (ones % 2 == 1) == (parity == Parity::Odd), "the parity of {byte:#04x}");
        let stop = 9 + u64::from(parity != Parity::None);
        assert!(bit(stop) && bit(stop + 1), "the stop bits of {byte:#04x}");
        bytes.push(byte);
        now_ns += (stop + 1) * 10_000 + 5_000;
    }
    bytes
}

#[test]
fn what_was_written_leaves_after_the_writer_is_gone() {
    let log_of = |baud| {
        let sim = Sim::new();
        let port = sim.uart_port("serial", UartSettings { baud, ..SETTINGS });
        let part = sim.add_uart(
            port,
            Scripted::uart(vec![UartStep { expect: b"bye".to_vec(), ..UartStep::default() }], UartEnding::Silent),
        );
        let log = Log::of(&sim);
        let mut uart = sim.uart(port);
        assert_eq!(uart.write(b"bye!"), Ok(4));
        drop(uart);
        sim.finish_traffic();
        let finished = sim.with_part(part, |part: &mut Scripted, _| part.finished()).expect("a part");
        (log.take(), sim.now_ns(), finished)
    };
    let sent =
        |bytes: &[char]| bytes.iter().map(|byte| format!("serial > 0x{:02x}", u32::from(*byte))).collect::<Vec<_>>();
    assert_eq!(log_of(100_000), (sent(&['b', 'y', 'e', '!']), 4 * BYTE_NS, true));
    // At a bit a second a kernel gives up after thirty seconds, when the fourth byte has only begun.
    let (slow, at_ns, finished) = log_of(1);
    assert_eq!((slow, at_ns, finished), (sent(&['b', 'y', 'e', '!']), 30_000_000_000, true));
    let sim = Sim::new();
    sim.finish_traffic();
    assert_eq!(sim.now_ns(), 0, "nothing is waited for");
}

#[test]
fn what_is_left_on_the_wires_ends_when_it_is_told_to() {
    let sim = Sim::new();
    let port = sim.uart_port("serial", UartSettings { baud: 1, ..SETTINGS });
    assert_eq!(sim.uart(port).write(b"bye!"), Ok(4));
    let mut asked = 0;
    let is_done = sim.finish_traffic_unless(|| {
        asked += 1;
        asked > 2
    });
    assert!(!is_done);
    assert!(sim.now_ns() <= 10_000_000_000, "at most a byte has left: {} ns", sim.now_ns());
}

#[test]
fn a_script_that_has_all_it_expects_is_finished_though_it_has_still_to_answer() {
    let steps = || {
        vec![
            UartStep { expect: b"a".to_vec(), after_ns: 1_000_000_000, send: b"b".to_vec() },
            send(1_000_000_000, b"c"),
        ]
    };
    let finished = |sim: &Sim, part| {
        sim.with_part(part, |part: &mut Scripted, _| (part.finished(), part.progress())).expect("a part")
    };
    let (sim, mut uart, part) = with_script(steps(), UartEnding::Silent);
    assert_eq!(finished(&sim, part), (false, (0, 2)));
    assert_eq!(uart.write(b"a"), Ok(1));
    assert_eq!(uart.flush(), Ok(()));
    assert_eq!(finished(&sim, part), (true, (0, 2)));
    let more = [steps(), vec![UartStep { expect: b"d".to_vec(), ..UartStep::default() }]].concat();
    let (sim, mut uart, part) = with_script(more, UartEnding::Silent);
    assert_eq!(uart.write(b"a"), Ok(1));
    sim.advance_ns(10_000_000_000);
    assert_eq!(finished(&sim, part), (false, (2, 3)));
}

/// Counts how often it is woken.
#[derive(Default)]
struct Woken(std::sync::atomic::AtomicU32);

impl std::task::Wake for Woken {
    fn wake(self: std::sync::Arc<Woken>) {
        self.0.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
    }
}

#[test]
fn a_task_that_waits_for_a_port_is_woken_for_what_it_waits_for_and_only_while_it_waits() {
    use std::pin::pin;
    use std::sync::Arc;
    use std::sync::atomic::Ordering::Relaxed;
    use std::task::{Context, Waker};

    use wasm_embedded_sim::uart::Ready;

    for dropped in [false, true] {
        let (sim, mut uart) = with_echo();
        assert_eq!(uart.write(&[7; 64]), Ok(64));
        assert_eq!(uart.write(&[7; 1]), Ok(1), "one is on the wire already");
        let woken: [Arc<Woken>; 3] = std::array::from_fn(|_| Arc::default());
        let wait = |ready, woken: &Arc<Woken>| {
            let mut wait = Box::pin(uart.start_wait(ready));
            assert!(
                wait.as_mut().poll(&mut Context::from_waker(&Waker::from(woken.clone()))).is_pending(),
                "{ready:?}"
            );
            wait
        };
        let waits =
            [Ready::Write, Ready::Read, Ready::Sent].iter().zip(&woken).map(|(ready, woken)| wait(*ready, woken));
        let waits: Vec<_> = waits.collect();
        let counts = || woken.each_ref().map(|woken| woken.0.load(Relaxed));
        sim.advance_ns(BYTE_NS - 1);
        assert_eq!(counts(), [0; 3], "nothing is ready");
        let waits = if dropped {
            drop(waits);
            Vec::new()
        } else {
            waits
        };
        let times = u32::from(!dropped);
        sim.advance_ns(1);
        assert_eq!(counts(), [times, 0, 0], "room for a byte");
        sim.advance_ns(BYTE_NS);
        assert_eq!(counts(), [times, times, 0], "the first byte came back");
        sim.advance_ns(100 * BYTE_NS);
        assert_eq!(counts(), [times; 3], "all bytes have left");
        for mut wait in waits {
            assert!(pin!(wait.as_mut()).poll(&mut Context::from_waker(Waker::noop())).is_ready());
        }
    }
}
