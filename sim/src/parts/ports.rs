//! The pins of an expander, on nets.

use crate::net::{Drive, Level, Net};
use crate::part::Board;

/// Up to 32 pins, each on a net or open. Bit 0 is the first.
#[derive(Clone, Debug)]
pub(super) struct Port<const N: usize>([Option<Net>; N]);

impl<const N: usize> Port<N> {
    pub(super) fn new(nets: [Option<Net>; N]) -> Port<N> {
        Port(nets)
    }

    /// Has the part told of each change.
    pub(super) fn watch(&self, board: &mut dyn Board) {
        for net in self.0.iter().flatten() {
            board.watch(*net);
        }
    }

    /// Drives those pins whose bit in `outputs` is set to their bit in `levels`, and releases the others.
    pub(super) fn drive(&self, outputs: u32, levels: u32, board: &mut dyn Board) {
        let drive = |bit: usize| match (outputs >> bit & 1 != 0, levels >> bit & 1 != 0) {
            (true, high) => Drive::from(Level::from(high)),
            (false, _) => Drive::Released,
        };
        for net in self.0.iter().flatten() {
            // A part is one driver on a net: of several pins on it, one that drives low wins, and then one that drives high.
            let mut same =
                self.0.iter().enumerate().filter(|(_, other)| **other == Some(*net)).map(|(bit, _)| drive(bit));
            let first = same.next().unwrap_or_default();
            let all = same.fold(first, |all, one| match (all, one) {
                (Drive::Low, _) | (_, Drive::Low) => Drive::Low,
                (Drive::High, _) | (_, Drive::High) => Drive::High,
                (Drive::Released, Drive::Released) => Drive::Released,
            });
            board.drive(*net, all);
        }
    }

    /// Returns the levels of the pins; an open one has its bit in `open`.
    pub(super) fn levels(&self, open: u32, board: &dyn Board) -> u32 {
        self.0.iter().enumerate().fold(0, |levels, (bit, net)| {
            let high = net.map_or(open >> bit & 1 != 0, |net| board.level(net) == Level::High);
            levels | u32::from(high) << bit
        })
    }
}
