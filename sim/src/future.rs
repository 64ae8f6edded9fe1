//! What tasks of the controller wait for, in virtual time.
//!
//! Such a future is made with what it waits for already begun, and may be polled by any executor. Time passes when somebody lets it:
//! an executor whose tasks all wait calls [`Sim::advance_to_next`], as [`Sim::block_on`] does.

use alloc::sync::Arc;
use alloc::task::Wake;
use alloc::vec::Vec;
use core::fmt;
use core::pin::{Pin, pin};
use core::sync::atomic::{AtomicBool, Ordering::Relaxed};
use core::task::{Context, Poll, Waker};

use crate::board_state::BoardState;
use crate::circuit::Awaited;
use crate::digital::ACCESS_NS;
use crate::net::Net;
use crate::signal::Signal;
use crate::sim::Sim;
use crate::turns::Turn;
use crate::uart::line::CLOSING_WAIT_NS;

/// Ends at a virtual time. Made by [`Sim::sleep_ns`].
#[must_use = "a future does nothing until it is awaited"]
pub struct SimSleep {
    sim: Sim,
    key: (u64, u64),
}

/// Ends when something happens at a net. Made by [`Sim::wait_for`]. Dropping it ends the wait.
#[must_use = "a future does nothing until it is awaited"]
pub struct SimWait {
    sim: Sim,
    net: Net,
    number: u64,
    signal: Signal<()>,
}

/// Ends with a transaction, and gives what was read, end to end. Dropping it takes the transaction out of the queue of its bus;
/// one that has begun runs to its end.
#[must_use = "a future does nothing until it is awaited"]
pub struct SimTransaction<E> {
    sim: Sim,
    /// Its turn, unless it was over at once.
    turn: Option<Turn>,
    signal: Signal<Result<Vec<u8>, E>>,
}

impl<E> SimTransaction<E> {
    /// Has a transaction begun.
    pub(crate) fn begin(
        sim: &Sim,
        begin: impl FnOnce(&mut BoardState, Signal<Result<Vec<u8>, E>>) -> Option<Turn>,
    ) -> SimTransaction<E> {
        let signal = Signal::new();
        let turn = begin(&mut sim.lock(), signal.clone());
        SimTransaction { sim: sim.clone(), turn, signal }
    }
}

impl Sim {
    /// Begins to wait so many nanoseconds.
    pub fn sleep_ns(&self, ns: u64) -> SimSleep {
        let mut board_state = self.lock();
        let key = (board_state.circuit.now_ns.saturating_add(ns), board_state.circuit.number());
        SimSleep { sim: self.clone(), key }
    }

    /// Begins to wait at a net. Edges count from this call on. It takes as long as any access to a pin.
    pub fn wait_for(&self, net: Net, awaited: Awaited) -> SimWait {
        let signal = Signal::new();
        let mut board_state = self.lock();
        let number = board_state.circuit.wait_for(net, awaited, signal.clone());
        board_state.advance(ACCESS_NS);
        board_state.circuit.call_hook();
        SimWait { sim: self.clone(), net, number, signal }
    }

    /// Lets time pass up to the next thing that is to happen, and no further than `until_ns`. Returns whether anything was to
    /// happen at all.
    #[must_use]
    pub fn advance_to_next(&self, until_ns: u64) -> bool {
        let mut board_state = self.lock();
        let next_ns = board_state.circuit.next_ns();
        let to_ns = next_ns.unwrap_or(until_ns).min(until_ns).max(board_state.circuit.now_ns);
        if next_ns.is_some() {
            board_state.run_until(to_ns);
            board_state.circuit.call_hook();
        }
        next_ns.is_some()
    }

    /// Lets time pass until no transaction is on a bus or queued for one, and all that was written to serial ports has left, for at
    /// most 30 s, as a kernel has it: when the controller's program is gone, so that no bus is left in the middle of a transaction.
    pub fn finish_traffic(&self) {
        self.finish_traffic_unless(|| false);
    }

    /// As [`Sim::finish_traffic`], but asks `stop` before each thing that happens, and goes no further once it says so. Others may
    /// use the board meanwhile. Returns whether all is done.
    pub fn finish_traffic_unless(&self, mut stop: impl FnMut() -> bool) -> bool {
        let mut until_ns = None;
        loop {
            let mut board_state = self.lock();
            let on_buses = cfg!(feature = "tasks") && board_state.has_turns();
            let on_ports = cfg!(feature = "uart") && board_state.uart_is_busy();
            if !on_buses && !on_ports {
                return true;
            }
            let Some(next_ns) = board_state.circuit.next_ns() else { return true };
            if !on_buses
                && next_ns > *until_ns.get_or_insert(board_state.circuit.now_ns.saturating_add(CLOSING_WAIT_NS))
            {
                return true;
            }
            if stop() || !board_state.run_unless(next_ns, &mut stop) {
                return false;
            }
        }
    }

    /// Returns the time of the next thing that is to happen.
    #[must_use]
    pub fn next_ns(&self) -> Option<u64> {
        self.lock().circuit.next_ns()
    }

    /// Runs a future to its end, and lets time pass whenever it waits. Returns nothing if it waits for what never comes.
    pub fn block_on<F: Future>(&self, future: F) -> Option<F::Output> {
        let mut future = pin!(future);
        let woken = Arc::new(Woken(AtomicBool::new(true)));
        let waker = Waker::from(woken.clone());
        loop {
            while woken.0.swap(false, Relaxed) {
                if let Poll::Ready(output) = future.as_mut().poll(&mut Context::from_waker(&waker)) {
                    return Some(output);
                }
            }
            if !self.advance_to_next(u64::MAX) {
                return None;
            }
        }
    }
}

/// Whether the future of [`Sim::block_on`] is to be polled.
struct Woken(AtomicBool);

impl Wake for Woken {
    fn wake(self: Arc<Woken>) {
        self.0.store(true, Relaxed);
    }
}

impl Future for SimSleep {
    type Output = ();

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        let mut board_state = self.sim.lock();
        if board_state.circuit.now_ns >= self.key.0 {
            return Poll::Ready(());
        }
        board_state.circuit.sleep(self.key, cx.waker());
        Poll::Pending
    }
}

impl Drop for SimSleep {
    fn drop(&mut self) {
        self.sim.lock().circuit.sleepers.remove(&self.key);
    }
}

impl Future for SimWait {
    type Output = ();

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        self.signal.poll(cx.waker())
    }
}

impl Drop for SimWait {
    fn drop(&mut self) {
        self.sim.lock().circuit.forget(self.net, self.number);
    }
}

impl<E> Future for SimTransaction<E> {
    type Output = Result<Vec<u8>, E>;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Result<Vec<u8>, E>> {
        self.signal.poll(cx.waker())
    }
}

impl<E> Drop for SimTransaction<E> {
    fn drop(&mut self) {
        if let Some(turn) = self.turn {
            self.sim.lock().give_up_turn(turn);
        }
        // One that is on the wires keeps the signal until its end.
        self.signal.forget();
    }
}

impl fmt::Debug for SimSleep {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SimSleep").field("at_ns", &self.key.0).finish_non_exhaustive()
    }
}

impl fmt::Debug for SimWait {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SimWait").field("net", &self.net).finish_non_exhaustive()
    }
}

impl<E> fmt::Debug for SimTransaction<E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SimTransaction").finish_non_exhaustive()
    }
}
