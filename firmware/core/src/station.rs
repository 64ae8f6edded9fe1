//! The firmware as a whole: finds the guests and gives them turns.

use alloc::string::String;
use alloc::vec::Vec;
use core::fmt::Write as _;
use core::panic::PanicInfo;

use crate::board::Board;
use crate::claims::Claims;
use crate::console::say;
use crate::guest::Guest;
use crate::heap::Heap;
use crate::load::{Engines, Loaded, load};
use crate::operator::{Nobody, Operator, is_empty};
use crate::turns::{self, GUESTS};

const NS_PER_MS: u64 = 1_000_000;

/// Runs the guests in the flash, and never returns.
pub fn run(board: &'static dyn Board, heap: &Heap) -> ! {
    attended(board, heap, &mut Nobody(board))
}

/// Runs the guests, with somebody who looks after them.
pub(crate) fn attended<O: Operator>(board: &'static dyn Board, heap: &Heap, operator: &mut O) -> ! {
    say(board, format_args!("wasm-embedded-hal {} on {}", env!("CARGO_PKG_VERSION"), board.name()));
    let mut station = Station { board, guests: Vec::new(), engines: Engines::default() };
    for slot in 0..GUESTS {
        station.find(slot, operator);
    }
    say(board, format_args!("{} guests, {} bytes of heap in use", station.guests.len(), heap.used().0));
    let mut resting = false;
    loop {
        operator.attend(&mut station);
        let Some(next) = station.earliest() else {
            if !core::mem::replace(&mut resting, true) {
                say_rest(board, heap);
            }
            if !O::STAYS {
                board.rest();
            }
            board.feed_watchdog();
            continue;
        };
        resting = false;
        if O::STAYS && !station.guests.get(next).is_some_and(Guest::is_due) {
            // What waits has made progress.
            board.feed_watchdog();
            continue;
        }
        station.give_turn(next, operator);
    }
}

/// The guests that are there.
pub(crate) struct Station {
    pub(crate) board: &'static dyn Board,
    guests: Vec<Guest>,
    engines: Engines,
}

impl Station {
    /// Loads the image of a slot, and says what cannot be run and why.
    pub(crate) fn find<O: Operator>(&mut self, slot: usize, operator: &mut O) {
        let (board, engines) = (self.board, &mut self.engines);
        let added = match operator.load(slot, &mut |region| load(region, board.name(), engines)) {
            Ok(loaded) => self.add(slot, loaded),
            Err(error) if is_empty(&error) => return say(board, format_args!("slot {slot}: empty")),
            Err(error) => return say(board, format_args!("slot {slot}: refused: {error}")),
        };
        if let Err(why) = added {
            say(board, format_args!("slot {slot}: refused: {why}"));
        }
    }

    /// Loads an image from a region of the flash.
    #[cfg(feature = "line")]
    pub(crate) fn load(&mut self, region: &'static [u8]) -> Result<Loaded, crate::load::LoadError> {
        load(region, self.board.name(), &mut self.engines)
    }

    /// Returns whether a slot has a guest that runs, waits, or waits to be started again.
    #[cfg(feature = "line")]
    pub(crate) fn has(&self, slot: usize) -> bool {
        self.guests.iter().any(|guest| guest.seat() == slot)
    }

    /// Ends the guest of a slot, and returns whether there was one.
    #[cfg(feature = "line")]
    pub(crate) fn remove(&mut self, slot: usize) -> bool {
        let Some(place) = self.guests.iter().position(|guest| guest.seat() == slot) else { return false };
        self.guests.remove(place).stop();
        true
    }

    /// Returns why an image cannot be run beside the guests of the other slots.
    #[cfg(feature = "line")]
    pub(crate) fn could_add(&self, slot: usize, loaded: &Loaded) -> Result<(), String> {
        let claims = Claims::of(&loaded.policy);
        self.conflict(slot, &claims).map_or(Ok(()), Err)
    }

    /// Adds a guest, which has its first turn soon; returns why it cannot be beside the others.
    pub(crate) fn add(&mut self, slot: usize, loaded: Loaded) -> Result<(), String> {
        let guest = Guest::new(self.board, slot, loaded);
        if let Some(why) = self.conflict(slot, guest.claims()) {
            return Err(why);
        }
        say(self.board, format_args!("slot {slot}: {}", guest.name()));
        self.guests.push(guest);
        Ok(())
    }

    /// Returns what the guest of another slot has that one wants with these claims.
    fn conflict(&self, slot: usize, claims: &Claims) -> Option<String> {
        let others = self.guests.iter().filter(|other| other.seat() != slot);
        let mut conflicts = others.filter_map(|other| Some((claims.conflict(other.claims())?, other.name())));
        conflicts.next().map(|(what, other)| {
            let mut why = String::new();
            // A string's writer never fails.
            let _ = write!(why, "{other} already uses {what}");
            why
        })
    }

    /// Returns the guest that is due first.
    fn earliest(&self) -> Option<usize> {
        self.guests.iter().enumerate().min_by_key(|(_, guest)| guest.due_ns).map(|(index, _)| index)
    }

    fn give_turn<O: Operator>(&mut self, next: usize, operator: &mut O) {
        let Some(guest) = self.guests.get_mut(next) else { return };
        let (slot, ended) = (guest.seat(), guest.go_on());
        self.board.feed_watchdog();
        let Some((ending, pause_ns)) = ended else { return };
        say(self.board, format_args!("{} {ending}", guest.name()));
        match pause_ns {
            Some(pause_ns) => {
                say(self.board, format_args!("{} starts again in {} ms", guest.name(), pause_ns / NS_PER_MS));
            }
            None => drop(self.guests.remove(next)),
        }
        operator.ended(self, slot, &ending, pause_ns.is_some());
    }
}

fn say_rest(board: &dyn Board, heap: &Heap) {
    let (used, peak) = heap.used();
    say(board, format_args!("no guest left; heap: {used} bytes in use, {peak} at most"));
    for seat in 0..GUESTS {
        let Some((used, full)) = turns::stack_used(seat) else { continue };
        say(board, format_args!("stack {seat}: {used} bytes at most{}", if full { ", overflowed" } else { "" }));
    }
}

/// Says why the firmware itself failed, and starts the machine anew.
pub fn panicked(board: &dyn Board, info: &PanicInfo<'_>) -> ! {
    say(board, format_args!("fault: {info}"));
    board.reset()
}
