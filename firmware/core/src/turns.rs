//! Guests take turns: each has a stack of its own and runs until it waits. One that does not wait is stopped by its fuel, or by
//! the watchdog.
#![expect(unsafe_code, reason = "stacks are exchanged")]

use alloc::boxed::Box;
use core::cell::UnsafeCell;
use core::ptr;

use crate::platform;
use crate::stack::{Stack, switch};

pub use crate::stack::STACK_BYTES;

/// How many guests there can be.
pub const GUESTS: usize = 2;

/// Why a turn is over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Turn {
    /// The guest waits, until this time of its world.
    Waits(u64),
    /// The guest has ended.
    Ended,
}

/// Where a guest sits.
struct Seat {
    state: UnsafeCell<State>,
}

struct State {
    /// Where the guest's stack was left.
    guest: *mut u8,
    /// Where the stack of who gave the turn was left.
    giver: *mut u8,
    /// Wasmtime's pointers of the guest.
    pointers: [*mut u8; 2],
    body: Option<Box<dyn FnOnce()>>,
    turn: Turn,
}

// SAFETY: one processor, no interrupt, and each function below holds a reference only where nothing is switched.
unsafe impl Sync for Seat {}

/// Apart from the seats: all zeros, they take no flash.
static STACKS: [Stack; GUESTS] = [const { Stack::new() }; GUESTS];
static SEATS: [Seat; GUESTS] = [const { Seat::new() }; GUESTS];
static CURRENT: Current = Current(UnsafeCell::new(None));

/// The seat whose guest runs.
struct Current(UnsafeCell<Option<&'static Seat>>);

// SAFETY: as above.
unsafe impl Sync for Current {}

impl Seat {
    const fn new() -> Seat {
        let none = ptr::null_mut();
        let state = State { guest: none, giver: none, pointers: [none; 2], body: None, turn: Turn::Ended };
        Seat { state: UnsafeCell::new(state) }
    }
}

/// Seats a guest, whose body runs with the first turn. The one that sat there before must have ended.
pub(crate) fn seat(number: usize, body: Box<dyn FnOnce()>) {
    let (Some(seat), Some(stack)) = (SEATS.get(number), STACKS.get(number)) else { return };
    // SAFETY: nothing runs on this seat.
    let state = unsafe { &mut *seat.state.get() };
    if state.turn == Turn::Ended {
        state.guest = stack.prepare(enter);
        state.body = Some(body);
        state.turn = Turn::Waits(0);
    }
}

/// Gives a guest a turn, and returns why it is over.
pub(crate) fn give(number: usize) -> Turn {
    let Some(seat) = SEATS.get(number) else { return Turn::Ended };
    // SAFETY: `seat` or `end_turn` left the stack at `guest`, and it has not ended; nobody else uses the state meanwhile but
    // `enter` and `end_turn`, which run within the switch.
    unsafe {
        let state = seat.state.get();
        if (*state).turn == Turn::Ended {
            return Turn::Ended;
        }
        *CURRENT.0.get() = Some(seat);
        let mine = platform::exchange((*state).pointers);
        switch(&raw mut (*state).giver, (*state).guest);
        (*state).pointers = platform::exchange(mine);
        *CURRENT.0.get() = None;
        (*state).turn
    }
}

/// Ends the turn of the guest that runs, until its next one.
pub(crate) fn wait_until(at_ns: u64) {
    end_turn(Turn::Waits(at_ns));
}

/// Returns how many bytes of a guest's stack were used at most in its last run, and whether it was full; nothing for a seat that
/// nobody sat in.
pub(crate) fn stack_used(number: usize) -> Option<(usize, bool)> {
    let (seat, stack) = (SEATS.get(number)?, STACKS.get(number)?);
    // SAFETY: nothing runs on this seat while others are asked about it.
    let was_prepared = unsafe { !(*seat.state.get()).guest.is_null() };
    was_prepared.then(|| (stack.used(), stack.is_full()))
}

fn end_turn(turn: Turn) {
    // SAFETY: called on a guest's stack, within the switch of `give`, which left its own stack at `giver`.
    unsafe {
        let Some(seat) = *CURRENT.0.get() else { return };
        let state = seat.state.get();
        (*state).turn = turn;
        switch(&raw mut (*state).guest, (*state).giver);
    }
}

/// The first function on a guest's stack.
extern "C" fn enter() -> ! {
    // SAFETY: as in `end_turn`.
    let body = unsafe { (*CURRENT.0.get()).and_then(|seat| (*seat.state.get()).body.take()) };
    if let Some(body) = body {
        body();
    }
    loop {
        end_turn(Turn::Ended);
    }
}
