//! Waits at a line that block nobody: one thread a line hears its edges from the first wait on, and loses none.

use std::fmt;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::sync::{Arc, Mutex};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use embedded_hal::digital::PinState;

use super::{Condition, Edge, Error};
use crate::SLICE;
use crate::bus_worker::{Answer, Asked, give, lock};
use crate::completion::Completion;
use crate::device_error::{Severity, Source};
use crate::kernel::{Errno, LineFile, is_gone};

/// The waits at a line.
pub(super) struct Waits {
    list: Arc<Mutex<Vec<Wait>>>,
    over: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
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
        let (list, over) = (Arc::new(Mutex::new(Vec::new())), Arc::new(AtomicBool::new(false)));
        let (waits, is_over) = (list.clone(), over.clone());
        let thread = thread::spawn(move || {
            while !is_over.load(Relaxed) {
                // A panic says itself what it is, and leaves a line that may or may not be heard of again.
                let Ok(heard) = catch_unwind(AssertUnwindSafe(|| file.wait(SLICE))) else {
                    end(&waits, Err(Error::Other), |_| true);
                    thread::sleep(SLICE);
                    continue;
                };
                match heard {
                    Ok(Some(edge)) => end(&waits, Ok(()), |wait| wait.ends_with(edge) || !wait.asked.is_wanted()),
                    Ok(None) | Err(Errno::INTR) => end(&waits, Ok(()), |wait| !wait.asked.is_wanted()),
                    Err(errno) => {
                        let meaning = if is_gone(errno) { "the chip is gone" } else { "the chip's driver failed" };
                        let level = Severity::Warn;
                        source.failed(level, errno, format_args!("waiting for an edge"), format_args!("{meaning}"));
                        end(&waits, Err(Error::Other), |_| true);
                        thread::sleep(SLICE);
                    }
                }
            }
        });
        Waits { list, over, thread: Some(thread) }
    }

    /// Adds a wait from a time on, which `now` tells.
    pub(super) fn add(&self, condition: Condition, now: impl FnOnce() -> Duration) -> Answer<Result<(), Error>> {
        let (answer, asked) = Answer::new();
        // Whoever hears of an edge after that time waits for this lock, and then finds the wait.
        let mut list = lock(&self.list);
        list.retain(|wait| wait.asked.is_wanted());
        list.push(Wait { condition, since: now(), asked });
        answer
    }
}

/// Ends waits.
fn end(list: &Mutex<Vec<Wait>>, result: Result<(), Error>, is_over: impl Fn(&Wait) -> bool) {
    let ended: Vec<Wait> = lock(list).extract_if(.., |wait| is_over(wait)).collect();
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
        f.debug_struct("Waits").field("waits", &lock(&self.list).len()).finish_non_exhaustive()
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
