//! Waits at a line that block nobody: one thread a line hears its edges from the first wait on, and loses none.

use std::fmt;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::sync::{Arc, Mutex};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use embedded_hal::digital::PinState;

use super::watch::Watch;
use super::{Condition, Edge, Error, KeptEdge};
use crate::SLICE;
use crate::bus_worker::{Answer, Asked, give, lock};
use crate::completion::Completion;
use crate::device_error::{Severity, Source};
use crate::kernel::{Errno, LineFile, is_gone};

/// The waits at a line, and its edges for whoever watches it.
pub(super) struct Waits {
    heard: Arc<Mutex<Heard>>,
    over: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

/// What the thread and the line share.
#[derive(Default)]
struct Heard {
    waits: Vec<Wait>,
    watch: Option<Watch>,
    /// The number of the last edge that was heard of.
    last: u32,
}

struct Wait {
    condition: Condition,
    /// Edges before this time do not count: `CLOCK_MONOTONIC`, as the kernel tells them.
    since: Duration,
    asked: Asked<Result<(), Error>>,
}

impl Wait {
    /// Returns whether an edge is what is waited for.
    fn ends_with(&self, edge: Edge) -> bool {
        let level = if edge.rising { PinState::High } else { PinState::Low };
        let is_meant = match self.condition {
            Condition::Level(to) | Condition::Edge(to) => to == level,
            Condition::AnyEdge => true,
        };
        is_meant && edge.at >= self.since
    }
}

impl Waits {
    /// Begins to hear edges of a line, on a handle of its own.
    pub(super) fn start(mut file: Box<dyn LineFile>, source: Source) -> Waits {
        let (heard, over) = (Arc::<Mutex<Heard>>::default(), Arc::new(AtomicBool::new(false)));
        let (told, is_over) = (heard.clone(), over.clone());
        let thread = thread::spawn(move || {
            while !is_over.load(Relaxed) {
                // A panic says itself what it is, and leaves a line that may or may not be heard of again.
                let Ok(next) = catch_unwind(AssertUnwindSafe(|| file.wait(SLICE))) else {
                    end(&told, Err(Error::Other), |_| true);
                    thread::sleep(SLICE);
                    continue;
                };
                match next {
                    Ok(Some(edge)) => {
                        lock(&told).keep(edge);
                        end(&told, Ok(()), |wait| wait.ends_with(edge) || !wait.asked.is_wanted());
                    }
                    Ok(None) | Err(Errno::INTR) => end(&told, Ok(()), |wait| !wait.asked.is_wanted()),
                    Err(errno) => {
                        let gone = is_gone(errno);
                        let (level, meaning) = if gone {
                            (Severity::Error, "the chip is gone; the next call looks for it")
                        } else {
                            (Severity::Warn, "the chip's driver failed")
                        };
                        source.failed(level, errno, format_args!("waiting for an edge"), format_args!("{meaning}"));
                        is_over.fetch_or(gone, Relaxed);
                        end(&told, Err(Error::Other), |_| true);
                        thread::sleep(SLICE);
                    }
                }
            }
        });
        Waits { heard, over, thread: Some(thread) }
    }

    /// Returns whether nothing is heard any more, as the chip is gone.
    pub(super) fn is_over(&self) -> bool {
        self.over.load(Relaxed)
    }

    /// Returns whether somebody watches the line.
    pub(super) fn is_watched(&self) -> bool {
        lock(&self.heard).watch.is_some()
    }

    /// Begins to keep edges from a time on, which `now` tells.
    pub(super) fn watch(&self, now: impl FnOnce() -> Duration) {
        let mut heard = lock(&self.heard);
        let last = heard.last;
        heard.watch = Some(Watch::new(now(), last));
    }

    /// Takes the oldest edge of those that are kept.
    pub(super) fn take_edge(&self) -> Option<KeptEdge> {
        lock(&self.heard).watch.as_mut()?.take()
    }

    /// Begins to wait for an edge to be kept, unless there is one, or nobody watches.
    pub(super) fn add_edge_wait(&self) -> Completion<Result<(), Error>> {
        let mut heard = lock(&self.heard);
        let Some(watch) = &heard.watch else { return Completion::Ready(Err(Error::Unsupported)) };
        if !watch.is_empty() {
            return Completion::Ready(Ok(()));
        }
        // An edge since the watch began ends it, also one that the thread has not read yet.
        let since = watch.since();
        let (answer, asked) = Answer::new();
        heard.waits.retain(|wait| wait.asked.is_wanted());
        heard.waits.push(Wait { condition: Condition::AnyEdge, since, asked });
        Completion::Pending(answer)
    }

    /// Adds a wait from a time on, which `now` tells.
    pub(super) fn add(&self, condition: Condition, now: impl FnOnce() -> Duration) -> Answer<Result<(), Error>> {
        let (answer, asked) = Answer::new();
        // Whoever hears of an edge after that time waits for this lock, and then finds the wait.
        let mut heard = lock(&self.heard);
        heard.waits.retain(|wait| wait.asked.is_wanted());
        heard.waits.push(Wait { condition, since: now(), asked });
        answer
    }
}

impl Heard {
    fn keep(&mut self, edge: Edge) {
        self.last = edge.number;
        if let Some(watch) = &mut self.watch {
            watch.keep(edge);
        }
    }
}

/// Ends waits.
fn end(heard: &Mutex<Heard>, result: Result<(), Error>, is_over: impl Fn(&Wait) -> bool) {
    let ended: Vec<Wait> = lock(heard).waits.extract_if(.., |wait| is_over(wait)).collect();
    ended.into_iter().for_each(|wait| give(&wait.asked, result));
}

impl Drop for Waits {
    fn drop(&mut self) {
        self.over.store(true, Relaxed);
        if let Some(thread) = self.thread.take() {
            // It looks every 10 ms, and the line is released only with its handle.
            let _ = thread.join();
        }
    }
}

impl fmt::Debug for Waits {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let heard = lock(&self.heard);
        f.debug_struct("Waits").field("waits", &heard.waits.len()).field("last", &heard.last).finish_non_exhaustive()
    }
}

/// Returns what a wait becomes that need not wait for an edge.
pub(super) fn progress(
    level: Result<PinState, Error>,
    condition: Condition,
    answer: Answer<Result<(), Error>>,
) -> Completion<Result<(), Error>> {
    match (level, condition) {
        (Ok(level), Condition::Level(to)) if level == to => Completion::Ready(Ok(())),
        (Err(error), Condition::Level(_)) => Completion::Ready(Err(error)),
        _ => Completion::Pending(answer),
    }
}
