//! In the place of runs, for boards whose sinks take none: what is small enough for a firmware.

use embedded_hal::spi::Mode;

use super::Circuit;
use crate::spi::SpiBusId;
use crate::trace::{Event, Run};

#[derive(Default)]
pub(super) struct Runs;

pub(crate) struct Words;

impl Words {
    #[inline]
    pub(crate) fn push(&mut self, _mosi: u8, _miso: u8) {}
}

impl Runs {
    #[cfg(feature = "reactions")]
    pub(super) fn all_take(&self) -> bool {
        false
    }

    #[inline]
    pub(super) fn hold(&mut self, _event: &Event) -> bool {
        false
    }
}

impl Circuit {
    pub(super) fn ask_for_runs(&mut self) {}

    #[inline]
    pub(crate) fn is_watched_closely(&self) -> bool {
        self.traced()
    }

    #[inline]
    pub(crate) fn begin_run(&mut self) -> Option<u64> {
        None
    }

    #[inline]
    pub(crate) fn end_run(&mut self, _run: &Run<'_>) {}

    #[inline]
    pub(crate) fn tells_runs(&self) -> bool {
        false
    }

    #[inline]
    pub(crate) fn begin_words(&mut self) -> (u64, Words) {
        (self.now_ns, Words)
    }

    #[inline]
    pub(crate) fn end_words(&mut self, _bus: SpiBusId, _clocking: (Mode, u64), _run: (u64, Words)) {}

    pub(super) fn end_broken_run(&mut self) {}
}
