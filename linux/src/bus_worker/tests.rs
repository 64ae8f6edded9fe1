//! Turns, over a device that keeps a record.

use std::pin::pin;
use std::sync::atomic::{AtomicU32, Ordering::Relaxed};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::task::Wake;
use std::time::{Duration, Instant};

use super::*;
use crate::limit::{MINUTE, within_a_minute};

/// A device on whose bus a transaction takes until the test lets it go on.
struct Slow {
    record: Arc<Mutex<Vec<u8>>>,
    gate: Receiver<()>,
    begun: SyncSender<u8>,
}

impl Slow {
    fn write(&mut self, byte: u8) -> bool {
        let _ = self.begun.send(byte);
        let is_open = self.gate.recv().is_ok();
        lock(&self.record).push(byte);
        is_open
    }
}

/// Begins a transaction of one byte.
fn start(device: &Queued<Slow>, byte: u8) -> Answer<bool> {
    device.start(move |device| device.write(byte))
}

/// Wakes a thread.
struct Bell(thread::Thread);

impl Wake for Bell {
    fn wake(self: Arc<Bell>) {
        self.0.unpark();
    }
}

/// Counts how often it is woken.
#[derive(Default)]
struct Count(AtomicU32);

impl Wake for Count {
    fn wake(self: Arc<Count>) {
        self.0.fetch_add(1, Relaxed);
    }
}

/// Polls once, for a task that counts.
fn poll<T>(count: &Arc<Count>, answer: &mut Answer<T>) -> Poll<T> {
    pin!(answer).poll(&mut Context::from_waker(&Waker::from(count.clone())))
}

/// Waits for a minute at most.
fn wait<T>(future: impl Future<Output = T>) -> T {
    let waker = Waker::from(Arc::new(Bell(thread::current())));
    let mut future = pin!(future);
    let end = Instant::now() + MINUTE;
    loop {
        match future.as_mut().poll(&mut Context::from_waker(&waker)) {
            Poll::Ready(value) => return value,
            Poll::Pending => assert!(Instant::now() < end, "nothing came within {MINUTE:?}"),
        }
        thread::park_timeout(Duration::from_secs(1));
    }
}

/// Two labels on one bus, the record of both, their gates, and what tells of transactions that have begun.
type Labels = ([Queued<Slow>; 2], Arc<Mutex<Vec<u8>>>, [SyncSender<()>; 2], [Receiver<u8>; 2]);

/// Returns two labels on one bus, whose transactions wait at the gates.
fn labels() -> Labels {
    let (queue, record) = (Arc::new(BusQueue::default()), Arc::new(Mutex::new(Vec::new())));
    let label = || {
        let ((go, gate), (begun, begins)) = (sync_channel(16), sync_channel(16));
        (Queued::new(Slow { record: record.clone(), gate, begun }, queue.clone()), go, begins)
    };
    let ((first, go_first, begins_first), (second, go_second, begins_second)) = (label(), label());
    ([first, second], record.clone(), [go_first, go_second], [begins_first, begins_second])
}

#[test]
fn transactions_on_a_bus_come_in_order_from_all_labels_and_calls() {
    within_a_minute(|| {
        let ([first, second], record, [go_first, go_second], _begins) = labels();
        let (one, two) = (start(&first, 1), start(&second, 2));
        let three = start(&first, 3);
        let opens = thread::spawn(move || {
            for _ in 0..3 {
                thread::sleep(Duration::from_millis(2));
                let _ = (go_first.send(()), go_second.send(()));
            }
        });
        // A blocking call waits for those before it.
        assert!(second.call(|device| device.write(4)));
        assert_eq!(*lock(&record), [1, 2, 3, 4]);
        for answer in [one, two, three] {
            assert!(wait(answer));
        }
        opens.join().expect("it only opens gates");
    });
}

#[test]
fn what_is_dropped_before_its_turn_never_begins_and_what_has_begun_ends() {
    within_a_minute(|| {
        let ([first, second], record, [go_first, _go_second], [begins_first, begins_second]) = labels();
        let (begun, waiting) = (start(&first, 1), start(&second, 2));
        assert_eq!(begins_first.recv(), Ok(1));
        drop((begun, waiting));
        let last = start(&first, 3);
        go_first.send(()).and_then(|()| go_first.send(())).expect("the device is there");
        assert!(wait(last));
        assert_eq!(*lock(&record), [1, 3]);
        assert!(begins_second.try_recv().is_err());
    });
}

#[test]
fn a_device_that_panics_ends_its_caller_and_neither_the_queue_nor_the_other_labels() {
    within_a_minute(|| {
        struct Broken;

        impl Broken {
            fn write(&mut self) {
                panic!("a device is broken")
            }
        }

        fn text<T>(result: thread::Result<T>) -> Option<&'static str> {
            result.err().and_then(|panic| panic.downcast_ref::<&str>().copied())
        }

        let ([sound, _], record, [go, _], _begins) = labels();
        let broken = Queued::new(Broken, sound.queue.clone());
        for _ in 0..3 {
            go.send(()).expect("the device is there");
        }
        // On the bus' thread, with another transaction in the queue behind it.
        let (panics, follows) = (broken.start(Broken::write), start(&sound, 2));
        assert!(wait(follows));
        assert_eq!(text(catch_unwind(AssertUnwindSafe(|| wait(panics)))), Some("a device is broken"));
        // In the call.
        let blocking = catch_unwind(AssertUnwindSafe(|| broken.call(Broken::write)));
        assert_eq!(text(blocking), Some("a device is broken"));
        assert!(sound.call(|device| device.write(3)));
        assert!(wait(start(&sound, 4)));
        assert_eq!(*lock(&record), [2, 3, 4]);
    });
}

#[test]
fn a_watch_that_panics_hands_it_on_to_who_waits() {
    within_a_minute(|| {
        let answer: Answer<()> = watch(|| panic!("a port is broken"));
        let panic = catch_unwind(AssertUnwindSafe(|| wait(answer))).expect_err("it panics");
        assert_eq!(panic.downcast_ref::<&str>(), Some(&"a port is broken"));
    });
}

#[test]
fn a_watch_ends_with_its_answer_or_with_its_reader() {
    within_a_minute(|| {
        let mut left = 3;
        let answer = watch(move || {
            left -= 1;
            (left == 0).then_some("now")
        });
        assert_eq!(wait(answer), "now");
        let (ended, ends) = sync_channel::<()>(0);
        let answer = watch(move || {
            let _ = &ended;
            None::<()>
        });
        drop(answer);
        assert!(ends.recv_timeout(Duration::from_secs(10)).is_err(), "the thread has dropped its end");
    });
}

#[test]
fn an_answer_wakes_the_last_one_who_asked_for_it_and_once() {
    let (answer, asked) = Answer::new();
    let mut answer = pin!(answer);
    let counts = [Arc::new(Count::default()), Arc::new(Count::default())];
    for count in &counts {
        let waker = Waker::from(count.clone());
        assert_eq!(answer.as_mut().poll(&mut Context::from_waker(&waker)), Poll::Pending);
    }
    let woken = || counts.each_ref().map(|count| count.0.load(Relaxed));
    assert_eq!(woken(), [0, 0], "nothing has happened yet");
    give(&asked, 7);
    assert_eq!(woken(), [0, 1]);
    assert_eq!(answer.as_mut().poll(&mut Context::from_waker(Waker::noop())), Poll::Ready(7));
}

#[test]
fn what_is_dropped_wakes_nobody_and_keeps_no_task_whatever_becomes_of_it() {
    within_a_minute(|| {
        let ([first, second], record, [go_first, _go_second], [begins_first, _begins_second]) = labels();
        let count = Arc::new(Count::default());
        let (unanswered, asked) = Answer::new();
        let (stop, stopped) = sync_channel::<bool>(1);
        let mut answers = [
            start(&first, 1),
            start(&second, 2),
            unanswered,
            watch(move || stopped.recv_timeout(Duration::from_millis(1)).ok()),
        ];
        assert_eq!(begins_first.recv(), Ok(1), "the first is on the wires, and the second waits for its turn");
        for answer in &mut answers {
            assert!(poll(&count, answer).is_pending());
        }
        assert_eq!(Arc::strong_count(&count), 5, "each has its waker");
        drop(answers);
        assert_eq!(Arc::strong_count(&count), 1);
        give(&asked, true);
        let _ = stop.send(true);
        // The bus is free again, and nothing of the second was on it.
        go_first.send(()).and_then(|()| go_first.send(())).expect("the device is there");
        assert!(wait(start(&first, 3)));
        assert_eq!(*lock(&record), [1, 3]);
        assert_eq!(count.0.load(Relaxed), 0);
    });
}

#[test]
fn a_blocking_call_waits_for_no_turn_that_was_given_up() {
    within_a_minute(|| {
        let ([first, second], record, [go_first, go_second], [begins_first, _begins_second]) = labels();
        let begun = start(&first, 1);
        assert_eq!(begins_first.recv(), Ok(1));
        let given_up = [start(&second, 2), start(&first, 3), start(&second, 4)];
        let blocks = thread::spawn(move || second.call(|device| device.write(5)));
        drop(given_up);
        // One each: for what is on the wires, and for the call.
        go_first.send(()).and_then(|()| go_second.send(())).expect("the devices are there");
        assert!(blocks.join().expect("the call returns") && wait(begun));
        assert_eq!(*lock(&record), [1, 5]);
    });
}
