//! Runs of bytes, for sinks that need not hear of each byte when it goes over the wires.

use alloc::vec::Vec;

use embedded_hal::spi::Mode;

use super::Circuit;
use crate::spi::SpiBusId;
use crate::trace::{Event, Run, RunKind};

/// The most bytes that are kept in memory from one run of SPI to the next.
const KEPT_BYTES: usize = 64 << 10;

/// The run under way, if any.
#[derive(Default)]
pub(super) struct Runs {
    /// Whether all sinks take runs.
    taken: bool,
    /// Whether bytes are on their way of which the sinks hear at the end.
    begun: bool,
    /// What parts did meanwhile, which comes after the bytes before it.
    held: Vec<Event>,
    words: Words,
}

/// What goes over an SPI bus in a run, both ways.
#[derive(Default)]
pub(crate) struct Words {
    mosi: Vec<u8>,
    miso: Vec<u8>,
}

impl Words {
    #[inline]
    pub(crate) fn push(&mut self, mosi: u8, miso: u8) {
        self.mosi.push(mosi);
        self.miso.push(miso);
    }
}

impl Runs {
    /// Returns whether all sinks take runs, so that none reacts.
    #[cfg(feature = "reactions")]
    #[inline]
    pub(super) fn all_take(&self) -> bool {
        self.taken
    }

    /// Keeps an event until the run under way is over, and returns whether there is one.
    #[inline]
    pub(super) fn hold(&mut self, event: &Event) -> bool {
        if !self.begun {
            return false;
        }
        self.held.push(*event);
        true
    }
}

impl Circuit {
    /// Asks the sinks whether they take runs.
    pub(super) fn ask_for_runs(&mut self) {
        self.runs.taken = self.sinks.iter().all(|sink| sink.takes_runs());
    }

    /// Returns whether somebody must hear of each byte at its time.
    #[inline]
    pub(crate) fn is_watched_closely(&self) -> bool {
        self.traced() && !self.runs.taken
    }

    /// Begins a run if somebody is to hear of it, and returns when it begins.
    #[inline]
    pub(crate) fn begin_run(&mut self) -> Option<u64> {
        if !self.traced() {
            return None;
        }
        self.runs.begun = true;
        Some(self.now_ns)
    }

    /// Tells the sinks of a run, and of what parts did while it was under way.
    #[inline]
    pub(crate) fn end_run(&mut self, run: &Run<'_>) {
        self.runs.begun = false;
        if self.runs.held.is_empty() {
            self.send_run(run);
        } else {
            self.interleave(*run);
        }
    }

    /// Returns whether somebody hears of runs.
    #[inline]
    pub(crate) fn tells_runs(&self) -> bool {
        self.traced()
    }

    /// Begins a run of SPI, and returns when it begins and where its words go.
    pub(crate) fn begin_words(&mut self) -> (u64, Words) {
        self.runs.begun = true;
        (self.now_ns, core::mem::take(&mut self.runs.words))
    }

    /// Tells the sinks of a run of SPI.
    #[inline]
    pub(crate) fn end_words(&mut self, bus: SpiBusId, (mode, byte_ns): (Mode, u64), (at_ns, mut words): (u64, Words)) {
        let Words { mosi, miso } = &mut words;
        self.end_run(&Run { at_ns, kind: RunKind::Spi { bus, mode, byte_ns, mosi, miso } });
        for side in [mosi, miso] {
            side.clear();
            if side.capacity() > KEPT_BYTES {
                *side = Vec::new();
            }
        }
        self.runs.words = words;
    }

    /// Tells the sinks what a run left that did not come to its end, because a part panicked.
    pub(super) fn end_broken_run(&mut self) {
        self.runs.begun = false;
        for event in core::mem::take(&mut self.runs.held) {
            for sink in &mut self.sinks {
                sink.event(&event, &self.topology);
            }
        }
    }

    fn send_run(&mut self, run: &Run<'_>) {
        if run.is_empty() {
            return;
        }
        for sink in &mut self.sinks {
            sink.run(run, &self.topology);
        }
    }

    /// As without runs: a part acts before the byte is traced that it heard.
    #[cold]
    fn interleave(&mut self, mut run: Run<'_>) {
        for event in core::mem::take(&mut self.runs.held) {
            let before = (0..run.len()).take_while(|&index| run.byte_at_ns(index) < event.at_ns).count();
            let (first, rest) = run.split_at(before);
            self.send_run(&first);
            for sink in &mut self.sinks {
                sink.event(&event, &self.topology);
            }
            run = rest;
        }
        self.send_run(&run);
    }
}
