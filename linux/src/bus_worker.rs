//! What goes on while its caller does something else: transactions on buses, and waits.
//!
//! A bus has one thread, which starts with its first transaction of this kind. Whatever label it comes from, and whether or not
//! the caller waits for it in the call, a transaction has its turn in the order in which it was begun, and nothing comes between
//! its parts.
//!
//! A device that panics ends nothing but the call that used it: its turn passes on, and the panic goes on in that call.

#[cfg(test)]
mod tests;

use std::fmt;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::pin::Pin;
use std::sync::mpsc::{Sender, channel};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Waker};
use std::thread::{self, JoinHandle};

/// One bus, on which transactions have their turns.
#[derive(Debug, Default)]
pub struct BusQueue {
    turns: Arc<Turns>,
    worker: Mutex<Option<Worker>>,
}

/// The turns of a bus, by number.
#[derive(Debug, Default)]
struct Turns {
    numbers: Mutex<Numbers>,
    passed: Condvar,
}

#[derive(Debug, Default)]
struct Numbers {
    /// The number of the next transaction.
    next: u64,
    /// The transaction whose turn it is.
    current: u64,
}

/// The thread of a bus.
struct Worker {
    jobs: Sender<(u64, Job)>,
    thread: JoinHandle<()>,
}

type Job = Box<dyn FnOnce() + Send>;

/// A device on a bus with turns. Clones are the same device.
#[derive(Debug)]
pub struct Queued<D> {
    device: Arc<Mutex<D>>,
    queue: Arc<BusQueue>,
}

/// What another thread will say; dropping it says that nobody wants to know any more.
///
/// A panic on that thread goes on in whoever polls this.
#[must_use = "nobody hears the answer that is dropped"]
pub struct Answer<T>(Arc<Mutex<State<T>>>);

/// The other side of an [`Answer`].
pub(crate) struct Asked<T>(Arc<Mutex<State<T>>>);

struct State<T> {
    /// The answer, or the panic in its place.
    answer: Option<thread::Result<T>>,
    waker: Option<Waker>,
    is_wanted: bool,
}

/// Locks what no thread leaves half done, even if one panicked.
pub(crate) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Turns {
    fn number(&self) -> u64 {
        let mut numbers = lock(&self.numbers);
        numbers.next += 1;
        numbers.next - 1
    }

    /// Does something when it is its turn.
    fn at<R>(&self, number: u64, act: impl FnOnce() -> R) -> R {
        let numbers = lock(&self.numbers);
        let waited = self.passed.wait_while(numbers, |numbers| numbers.current != number);
        drop(waited);
        // Also if it panics: those after it have their turns.
        let _passes = Passes(self);
        act()
    }
}

/// Passes the turn on when it is dropped.
struct Passes<'t>(&'t Turns);

impl Drop for Passes<'_> {
    fn drop(&mut self) {
        lock(&self.0.numbers).current += 1;
        self.0.passed.notify_all();
    }
}

impl BusQueue {
    /// Has the thread of the bus do something when it is its turn.
    fn post(&self, job: Job) {
        let mut worker = lock(&self.worker);
        let worker = worker.get_or_insert_with(|| Worker::start(self.turns.clone()));
        // The thread lives as long as the queue.
        let _ = worker.jobs.send((self.turns.number(), job));
    }
}

impl Worker {
    fn start(turns: Arc<Turns>) -> Worker {
        let (jobs, queue) = channel::<(u64, Job)>();
        let thread = thread::spawn(move || queue.into_iter().for_each(|(number, job)| turns.at(number, job)));
        Worker { jobs, thread }
    }
}

impl Drop for BusQueue {
    fn drop(&mut self) {
        if let Some(Worker { jobs, thread }) = lock(&self.worker).take() {
            drop(jobs);
            // What is on the wires runs to its end; what still waited for its turn was dropped before.
            let _ = thread.join();
        }
    }
}

impl<D> Clone for Queued<D> {
    fn clone(&self) -> Queued<D> {
        Queued { device: self.device.clone(), queue: self.queue.clone() }
    }
}

/// A device that is alone on its bus.
impl<D: Send + 'static> From<D> for Queued<D> {
    fn from(device: D) -> Queued<D> {
        Queued::new(device, Arc::default())
    }
}

impl<D: Send + 'static> Queued<D> {
    /// Returns a device on the bus of a queue, which it shares with the other devices on that bus.
    pub fn new(device: D, queue: Arc<BusQueue>) -> Queued<D> {
        Queued { device: Arc::new(Mutex::new(device)), queue }
    }

    /// Uses the device in this call, after all that was begun before on the same bus.
    pub fn call<R>(&self, act: impl FnOnce(&mut D) -> R) -> R {
        self.queue.turns.at(self.queue.turns.number(), || act(&mut lock(&self.device)))
    }

    /// Uses the device on the thread of its bus, after all that was begun before there, and returns at once. If the answer is
    /// dropped before it is this use's turn, the device is not used.
    pub fn start<R: Send + 'static>(&self, act: impl FnOnce(&mut D) -> R + Send + 'static) -> Answer<R> {
        let (answer, asked) = Answer::new();
        let device = self.device.clone();
        self.queue.post(Box::new(move || {
            if asked.is_wanted() {
                answer_by(&asked, || act(&mut lock(&device)));
            }
        }));
        answer
    }
}

impl<T> Answer<T> {
    pub(crate) fn new() -> (Answer<T>, Asked<T>) {
        let state = Arc::new(Mutex::new(State { answer: None, waker: None, is_wanted: true }));
        (Answer(state.clone()), Asked(state))
    }
}

impl<T> Asked<T> {
    /// Returns whether anybody wants to know still.
    pub(crate) fn is_wanted(&self) -> bool {
        lock(&self.0).is_wanted
    }
}

/// Gives an answer.
pub(crate) fn give<T>(asked: &Asked<T>, answer: T) {
    finish(asked, Ok(answer));
}

/// Gives what a function returns. If it panics, the panic goes on in the thread that waits for the answer.
pub(crate) fn answer_by<T>(asked: &Asked<T>, act: impl FnOnce() -> T) {
    // What it left half done is behind the device's own lock, or used no more.
    finish(asked, catch_unwind(AssertUnwindSafe(act)));
}

fn finish<T>(asked: &Asked<T>, answer: thread::Result<T>) {
    let mut state = lock(&asked.0);
    state.answer = Some(answer);
    let waker = state.waker.take();
    drop(state);
    if let Some(waker) = waker {
        waker.wake();
    }
}

/// Asks again and again, on a thread of its own, until there is an answer or nobody wants it any more. `ask` waits a while by
/// itself, and what it waits for must be there still when it is asked again. A panic is an answer, too.
pub(crate) fn watch<T: Send + 'static>(mut ask: impl FnMut() -> Option<T> + Send + 'static) -> Answer<T> {
    let (answer, asked) = Answer::new();
    thread::spawn(move || {
        while asked.is_wanted() {
            match catch_unwind(AssertUnwindSafe(&mut ask)) {
                Ok(None) => {}
                Ok(Some(said)) => return finish(&asked, Ok(said)),
                Err(panic) => return finish(&asked, Err(panic)),
            }
        }
    });
    answer
}

impl<T> Future for Answer<T> {
    type Output = T;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<T> {
        let mut state = lock(&self.0);
        match state.answer.take() {
            Some(Ok(answer)) => Poll::Ready(answer),
            Some(Err(panic)) => {
                drop(state);
                resume_unwind(panic)
            }
            None => {
                state.waker = Some(cx.waker().clone());
                Poll::Pending
            }
        }
    }
}

impl<T> Drop for Answer<T> {
    fn drop(&mut self) {
        let mut state = lock(&self.0);
        state.is_wanted = false;
        let waker = state.waker.take();
        drop(state);
        // Outside the lock: it may be the last of a task that has other answers.
        drop(waker);
    }
}

impl<T> fmt::Debug for Answer<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Answer").finish_non_exhaustive()
    }
}

impl fmt::Debug for Worker {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Worker").finish_non_exhaustive()
    }
}
