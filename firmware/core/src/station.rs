//! The firmware as a whole: finds the guests and gives them turns.

use alloc::vec::Vec;
use core::panic::PanicInfo;

use crate::board::Board;
use crate::console::say;
use crate::guest::Guest;
use crate::heap::Heap;
use crate::load::{Engines, load};
use crate::turns::{self, GUESTS};
use wasm_embedded_image::ImageError;

const NS_PER_MS: u64 = 1_000_000;

/// Runs the guests in the flash, and never returns.
pub fn run(board: &'static dyn Board, heap: &Heap) -> ! {
    say(board, format_args!("wasm-embedded-hal {} on {}", env!("CARGO_PKG_VERSION"), board.name()));
    let mut guests = find(board);
    say(board, format_args!("{} guests, {} bytes of heap in use", guests.len(), heap.used().0));
    while let Some(next) = earliest(&guests) {
        let Some(guest) = guests.get_mut(next) else { break };
        let ended = guest.go_on();
        board.feed_watchdog();
        let Some((ending, pause_ns)) = ended else { continue };
        say(board, format_args!("{} {ending}", guest.name()));
        match pause_ns {
            Some(pause_ns) => say(board, format_args!("{} starts again in {} ms", guest.name(), pause_ns / NS_PER_MS)),
            None => drop(guests.remove(next)),
        }
    }
    let (used, peak) = heap.used();
    say(board, format_args!("no guest left; heap: {used} bytes in use, {peak} at most"));
    for seat in 0..GUESTS {
        let Some((used, full)) = turns::stack_used(seat) else { continue };
        say(board, format_args!("stack {seat}: {used} bytes at most{}", if full { ", overflowed" } else { "" }));
    }
    board.rest()
}

/// Loads what is in the flash, and says what cannot be run and why.
fn find(board: &'static dyn Board) -> Vec<Guest> {
    let mut engines = Engines::default();
    let mut guests: Vec<Guest> = Vec::new();
    for slot in 0..GUESTS {
        let loaded = match load(board.slot(slot), board.name(), &mut engines) {
            Ok(loaded) => loaded,
            Err(crate::load::LoadError::Image(ImageError::Empty)) => {
                say(board, format_args!("slot {slot}: empty"));
                continue;
            }
            Err(error) => {
                say(board, format_args!("slot {slot}: refused: {error}"));
                continue;
            }
        };
        let guest = Guest::new(board, slot, loaded);
        let conflict = guests.iter().find_map(|other| Some((guest.claims().conflict(other.claims())?, other.name())));
        match conflict {
            Some((what, other)) => {
                say(board, format_args!("slot {slot}: refused: {} already uses {what}", other));
            }
            None => {
                say(board, format_args!("slot {slot}: {}", guest.name()));
                guests.push(guest);
            }
        }
    }
    guests
}

/// Returns the guest that is due first.
fn earliest(guests: &[Guest]) -> Option<usize> {
    guests.iter().enumerate().min_by_key(|(_, guest)| guest.due_ns).map(|(index, _)| index)
}

/// Says why the firmware itself failed, and starts the machine anew.
pub fn panicked(board: &dyn Board, info: &PanicInfo<'_>) -> ! {
    say(board, format_args!("fault: {info}"));
    board.reset()
}
