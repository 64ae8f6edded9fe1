//! Where lines go beside the log: a thread takes them there, for which nobody waits.

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering::SeqCst};
use std::sync::mpsc::{self, Receiver, SyncSender, TrySendError};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant, SystemTime};

use crate::log::{Level, Line, Source};

/// How many lines may wait to be taken. More are counted, and lost there; the log has them.
const MAX_WAITING: usize = 1024;

/// Takes lines somewhere.
pub trait Sink: Send {
    /// Takes a line of an application, or of `board` itself. This may wait: meanwhile lines are kept up to a bounded number.
    fn take(&mut self, of: &str, line: &Line);
}

impl<F: FnMut(&str, &Line) + Send> Sink for F {
    fn take(&mut self, of: &str, line: &Line) {
        self(of, line);
    }
}

/// The way to the sinks. Clones lead to the same ones.
#[derive(Clone, Debug)]
pub(crate) struct Way {
    /// Nothing is the end.
    sender: SyncSender<Option<(Arc<str>, Line)>>,
    lost: Arc<AtomicU64>,
}

impl Way {
    /// Begins to take lines to sinks.
    ///
    /// # Errors
    ///
    /// The machine has no room for a thread.
    pub(crate) fn begin(sinks: Vec<Box<dyn Sink>>) -> io::Result<(Way, JoinHandle<()>)> {
        let (sender, lines) = mpsc::sync_channel(MAX_WAITING);
        let lost = Arc::new(AtomicU64::new(0));
        let counted = lost.clone();
        let thread = thread::Builder::new().name("sinks".to_owned()).spawn(move || take(&lines, sinks, &counted))?;
        Ok((Way { sender, lost }, thread))
    }

    /// Sends a line on its way, if there is room.
    pub(crate) fn send(&self, of: &Arc<str>, line: &Line) {
        if let Err(TrySendError::Full(_)) = self.sender.try_send(Some((of.clone(), line.clone()))) {
            self.lost.fetch_add(1, SeqCst);
        }
    }

    /// Has all that was sent taken, for so long at most.
    pub(crate) fn end(&self, thread: JoinHandle<()>, patience: Duration) {
        let end = Instant::now() + patience;
        while let Err(TrySendError::Full(_)) = self.sender.try_send(None) {
            if Instant::now() > end {
                return;
            }
            thread::sleep(Duration::from_millis(5));
        }
        while !thread.is_finished() && Instant::now() < end {
            thread::sleep(Duration::from_millis(1));
        }
    }
}

fn take(lines: &Receiver<Option<(Arc<str>, Line)>>, mut sinks: Vec<Box<dyn Sink>>, lost: &AtomicU64) {
    while let Ok(Some((of, line))) = lines.recv() {
        tell(&mut sinks, lost);
        sinks.iter_mut().for_each(|sink| sink.take(&of, &line));
    }
    tell(&mut sinks, lost);
}

/// Says how many lines are lost, if any are.
fn tell(sinks: &mut [Box<dyn Sink>], lost: &AtomicU64) {
    let count = lost.swap(0, SeqCst);
    if count > 0 {
        let text = format!("{count} lines are lost here, because they came faster than they could be taken");
        let line = Line { number: 0, at: SystemTime::now(), source: Source::Board, level: Level::Warn, text };
        sinks.iter_mut().for_each(|sink| sink.take("board", &line));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::log::Log;
    use std::sync::mpsc::channel;

    #[test]
    fn a_sink_that_takes_nothing_holds_nobody_up_and_is_told_what_it_missed() {
        let (go, gone) = channel::<()>();
        let (heard, hears) = channel();
        let sink = move |of: &str, line: &Line| {
            // It waits at its first line.
            let _ = gone.recv();
            heard.send(format!("{of}: {}", line.text)).expect("the test listens");
        };
        let (way, thread) = Way::begin(vec![Box::new(sink)]).expect("room");
        let log = Log::to("fan", way);
        for number in 0..3000 {
            log.say(Source::Stdout, Level::Info, &format!("line {number}"));
        }
        assert_eq!(log.from(2999, Duration::ZERO).len(), 1, "the log has them");
        drop((go, log));
        thread.join().expect("no panic");
        let heard: Vec<_> = hears.iter().collect();
        assert!(heard.len() < 1100 && heard.contains(&"fan: line 0".to_owned()), "{}", heard.len());
        let (told, taken): (Vec<_>, Vec<_>) = heard.iter().partition(|line| line.starts_with("board: "));
        let lost = told.iter().map(|line| line.split(' ').nth(1).and_then(|count| count.parse::<usize>().ok()));
        let lost: usize = lost.map(|count| count.expect("a number")).sum();
        assert_eq!(taken.len() + lost, 3000);
    }
}
