//! Tasks that wait, and no longer wait: what is dropped leaves nothing behind, and whoever waits for a turn gets it.

mod common;

use std::future::poll_fn;
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering::Relaxed};
use std::task::{Context, Poll, Wake, Waker};

use common::{Log, Peripheral, Target};
use embedded_hal::digital::OutputPin as _;
use embedded_hal::{i2c::I2c as _, spi::SpiDevice as _};
use embedded_io::{Read as _, Write as _};
use wasm_embedded_sim::i2c::OwnedTransaction as I2cTransaction;
use wasm_embedded_sim::parts::Echo;
use wasm_embedded_sim::spi::OwnedTransaction as SpiTransaction;
use wasm_embedded_sim::uart::Ready;
use wasm_embedded_sim::{
    Address, Awaited, Drive, Event, EventKind, I2cEvent, Level, Sim, SimI2c, SimSpiDevice, SpiEvent, SpiSettings,
    UartSettings,
};

const AT: u8 = 0x48;

/// A task: counts how often it is woken.
#[derive(Default)]
struct Task(AtomicU32);

impl Wake for Task {
    fn wake(self: Arc<Task>) {
        self.0.fetch_add(1, Relaxed);
    }
}

/// A task, as a test sees it.
#[derive(Default)]
struct Tried(Arc<Task>);

impl Tried {
    fn poll<F: Future + ?Sized>(&self, future: &mut Pin<Box<F>>) -> Poll<F::Output> {
        future.as_mut().poll(&mut Context::from_waker(&Waker::from(self.0.clone())))
    }

    fn times_woken(&self) -> u32 {
        self.0.0.load(Relaxed)
    }

    /// Returns whether the board still holds something with which this task can be woken.
    fn is_known(&self) -> bool {
        Arc::strong_count(&self.0) > 1
    }
}

/// A board with everything that can be waited for.
struct Bench {
    sim: Sim,
    log: Log,
    i2c: SimI2c,
    spi: SimSpiDevice,
}

type Wait = Pin<Box<dyn Future<Output = ()>>>;

impl Bench {
    fn new() -> Bench {
        let sim = Sim::new();
        let (bus, spi) = (sim.i2c_bus("i2c", 100_000), sim.spi_bus("spi"));
        sim.add_i2c(bus, Target::at(AT));
        let select = sim.spi_select(spi, "device", SpiSettings { frequency_hz: 100_000, ..SpiSettings::default() });
        sim.add_spi(select, Peripheral::answering(&[]));
        let log = Log::of(&sim);
        Bench { i2c: sim.i2c(bus), spi: sim.spi_device(select), log, sim }
    }

    fn i2c_write(&self, byte: u8) -> impl Future<Output = ()> + use<> {
        let transaction = self.i2c.start(I2cTransaction::new(Address::SevenBit(AT)).write(&[byte]));
        async { transaction.await.map(drop).expect("it is acknowledged") }
    }

    fn spi_write(&self, byte: u8) -> impl Future<Output = ()> + use<> {
        let transaction = self.spi.start(SpiTransaction::new().write(&[byte]));
        async { transaction.await.map(drop).expect("nothing fails") }
    }

    /// Returns the bytes that were written to the buses, in their order.
    fn written(&self) -> Vec<u8> {
        let byte = |event: &Event| match event.kind {
            EventKind::I2c { event: I2cEvent::Byte { byte, .. }, .. } => Some(byte),
            EventKind::Spi { event: SpiEvent::Byte { mosi, .. }, .. } => Some(mosi),
            _ => None,
        };
        self.log.events().iter().filter_map(byte).collect()
    }
}

/// Lets the wait of every kind be dropped at every time: before it was polled, once, and again by another task.
#[test]
fn a_wait_that_is_dropped_wakes_nobody_and_leaves_nothing_behind() {
    let serial = UartSettings { baud: 100_000, ..UartSettings::default() };
    type Begin = fn(&Bench) -> Wait;
    let kinds: [(&str, Begin); 8] = [
        ("a delay", |bench| Box::pin(bench.sim.sleep_ns(5_000_000))),
        ("a rising edge", |bench| Box::pin(bench.sim.input(bench.sim.net("P")).start_wait(Awaited::Edge(Level::High)))),
        ("any edge", |bench| {
            Box::pin(bench.sim.open_drain(bench.sim.net("P"), Level::High).start_wait(Awaited::AnyEdge))
        }),
        ("a level", |bench| Box::pin(bench.sim.wait_for(bench.sim.net("P"), Awaited::Level(Level::High)))),
        ("a turn on I2C", |bench| Box::pin(bench.i2c_write(0xee))),
        ("a turn on SPI", |bench| Box::pin(bench.spi_write(0xee))),
        ("bytes of a port", |bench| {
            Box::pin(bench.sim.uart(bench.sim.uart_port("serial", UartSettings::default())).start_wait(Ready::Read))
        }),
        ("an empty port", |bench| {
            Box::pin(bench.sim.uart(bench.sim.uart_port("serial", UartSettings::default())).start_wait(Ready::Sent))
        }),
    ];
    for (what, begin) in kinds {
        for polls in 0..3 {
            let bench = Bench::new();
            let port = bench.sim.uart_port("serial", serial);
            bench.sim.add_uart(port, Echo::new());
            let net = bench.sim.net("P");
            // Both buses are taken, the port sends, and later everything happens that is waited for.
            let [mut on_i2c, mut on_spi] = [Box::pin(bench.i2c_write(1)) as Wait, Box::pin(bench.spi_write(2))];
            assert_eq!(bench.sim.uart(port).write(b"x"), Ok(1));
            bench.sim.schedule(1_000_000, move |stage| stage.drive(net, Drive::High));
            bench.sim.schedule(2_000_000, move |stage| stage.drive(net, Drive::Low));
            let [first, other] = [Tried::default(), Tried::default()];
            let mut wait = begin(&bench);
            for task in [&first, &other].into_iter().take(polls) {
                assert!(task.poll(&mut wait).is_pending(), "{what}");
            }
            if polls == 2 {
                assert!(!first.is_known(), "{what}: only who polled last is woken");
            }
            drop(wait);
            for task in [&first, &other] {
                assert!(!task.is_known(), "{what}, polled {polls} times");
            }
            assert_eq!(bench.sim.block_on(async { (on_i2c.as_mut().await, on_spi.as_mut().await) }), Some(((), ())));
            bench.sim.advance_ns(10_000_000);
            assert_eq!(first.times_woken() + other.times_woken(), 0, "{what}, polled {polls} times");
            assert_eq!(bench.sim.next_ns(), None, "{what}: nothing is left to happen");
            let mut byte = [0];
            assert_eq!((bench.sim.uart(port).read(&mut byte), byte), (Ok(1), *b"x"), "{what}: no byte is lost");
            let mut written = bench.written();
            written.sort_unstable();
            assert_eq!(written, [1, 2], "{what}: what never began is not on the wires");
        }
    }
}

/// A task that is gone is not woken by the end of its transaction either, which goes on to its STOP.
#[test]
fn a_transaction_on_the_wires_goes_on_without_its_task() {
    for spi in [false, true] {
        let bench = Bench::new();
        let begin =
            |byte| -> Wait { if spi { Box::pin(bench.spi_write(byte)) } else { Box::pin(bench.i2c_write(byte)) } };
        let [task, other] = [Tried::default(), Tried::default()];
        let mut on_the_wires = begin(1);
        let mut next = begin(2);
        assert!(task.poll(&mut on_the_wires).is_pending() && other.poll(&mut next).is_pending());
        drop(on_the_wires);
        assert!(!task.is_known());
        bench.sim.advance_ns(10_000_000);
        assert_eq!((task.times_woken(), other.times_woken()), (0, 1), "spi: {spi}");
        assert!(other.poll(&mut next).is_ready());
        assert_eq!(bench.written(), [1, 2]);
    }
}

/// The waits are of several tasks at one net and for one time: each is ended alone.
#[test]
fn a_wait_that_is_dropped_ends_no_other() {
    let bench = Bench::new();
    let net = bench.sim.net("P");
    let begin = |number: usize| -> Wait {
        match number % 2 {
            0 => Box::pin(bench.sim.wait_for(net, Awaited::Edge(Level::High))),
            _ => Box::pin(bench.sim.sleep_ns(1_000_000 - bench.sim.now_ns())),
        }
    };
    let tasks: Vec<Tried> = (0..6).map(|_| Tried::default()).collect();
    let mut waits: Vec<Option<Wait>> = (0..6).map(|number| Some(begin(number))).collect();
    for (task, wait) in tasks.iter().zip(&mut waits) {
        assert!(task.poll(wait.as_mut().expect("a wait")).is_pending());
    }
    waits[0] = None;
    waits[3] = None;
    bench.sim.schedule(1_000_000, move |stage| stage.drive(net, Drive::High));
    bench.sim.advance_ns(999_999 - bench.sim.now_ns());
    assert!(tasks.iter().all(|task| task.times_woken() == 0));
    bench.sim.advance_ns(1);
    let woken: Vec<u32> = tasks.iter().map(Tried::times_woken).collect();
    assert_eq!(woken, [0, 1, 1, 0, 1, 1]);
    for (task, wait) in tasks.iter().zip(&mut waits) {
        assert!(wait.as_mut().is_none_or(|wait| task.poll(wait).is_ready()));
    }
}

/// An edge counts from the call on that begins the wait, and a level that is there is no wait.
#[test]
fn what_is_awaited_at_a_net_is_an_edge_that_comes_or_a_level_that_is_there() {
    let sim = Sim::new();
    let mut pin = sim.output(sim.net("P"), Level::High);
    let net = sim.net("P");
    let task = Tried::default();
    let now = |awaited| task.poll(&mut Box::pin(sim.wait_for(net, awaited))).is_ready();
    assert!(now(Awaited::Level(Level::High)));
    for awaited in [Awaited::Level(Level::Low), Awaited::Edge(Level::High), Awaited::Edge(Level::Low), Awaited::AnyEdge]
    {
        assert!(!now(awaited), "{awaited:?}");
    }
    let begin = |awaited| Box::pin(sim.wait_for(net, awaited));
    let mut low = begin(Awaited::Level(Level::Low));
    let [mut falling, mut rising, mut any] =
        [Awaited::Edge(Level::Low), Awaited::Edge(Level::High), Awaited::AnyEdge].map(begin);
    pin.set_low().expect("never fails");
    assert_eq!([&mut low, &mut falling, &mut any].map(|wait| task.poll(wait).is_ready()), [true; 3]);
    assert!(task.poll(&mut rising).is_pending());
    let mut any = begin(Awaited::AnyEdge);
    pin.set_low().expect("never fails");
    assert!(task.poll(&mut any).is_pending(), "it was low");
    pin.set_high().expect("never fails");
    assert_eq!([&mut rising, &mut any].map(|wait| task.poll(wait).is_ready()), [true; 2]);
}

/// The order of a bus is the order in which its transactions began, whoever waits for them; other buses are not waited for.
#[test]
fn blocking_calls_wait_for_the_turns_of_tasks_and_tasks_for_each_other() {
    for spi in [false, true] {
        let mut bench = Bench::new();
        let begin = |bench: &Bench, byte| -> Wait {
            if spi { Box::pin(bench.spi_write(byte)) } else { Box::pin(bench.i2c_write(byte)) }
        };
        let tasks: [Tried; 4] = Default::default();
        let mut waits: Vec<Wait> = (1..4).map(|byte| begin(&bench, byte)).collect();
        for (task, wait) in tasks.iter().zip(&mut waits) {
            assert!(task.poll(wait).is_pending());
        }
        // The second no longer wants its turn.
        drop(waits.remove(1));
        let block = |bench: &mut Bench, byte: u8| match spi {
            true => bench.spi.write(&[byte]).expect("nothing fails"),
            false => bench.i2c.write(AT, &[byte]).expect("it is acknowledged"),
        };
        block(&mut bench, 0x80);
        assert_eq!(tasks.each_ref().map(Tried::times_woken), [1, 0, 1, 0], "both had their turns before");
        // With nobody before it, one begins at once; a blocking call waits for it alone.
        let mut last = begin(&bench, 4);
        assert!(tasks[3].poll(&mut last).is_pending());
        block(&mut bench, 0x81);
        assert!(tasks[3].poll(&mut last).is_ready());
        assert_eq!(bench.written(), [1, 3, 0x80, 4, 0x81], "spi: {spi}");
    }
}

#[test]
fn a_bus_is_not_waited_for_on_another() {
    let mut bench = Bench::new();
    let mut waits: Vec<Wait> = (0..9).map(|byte| Box::pin(bench.i2c_write(byte)) as Wait).collect();
    bench.spi.write(&[0x80]).expect("nothing fails");
    let task = Tried::default();
    assert!(task.poll(waits.last_mut().expect("nine")).is_pending(), "I2C is busy for longer");
    assert!(!bench.written().contains(&8));
    let end = poll_fn(|cx| {
        waits.retain_mut(|wait| pin!(wait).poll(cx).is_pending());
        if waits.is_empty() { Poll::Ready(()) } else { Poll::Pending }
    });
    assert_eq!(bench.sim.block_on(end), Some(()));
    assert_eq!(bench.written().last(), Some(&8));
}
