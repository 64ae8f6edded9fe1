//! Calls that are waited for together with other things: the asynchronous side of the canonical ABI, without an allocator.
//!
//! A call is a future that holds all that belongs to it: the place where the host puts the result, and the waker of whoever
//! waits. Calls that have not ended are in a list through the futures themselves. Only fixed-size results come this way; bytes
//! are fetched by a second, blocking call, because the host may end a call at a moment when no driver's buffer is at hand.
//!
//! Dropping a call cancels it and waits until the host has let go of the result's place, which takes no time of the guest's: so
//! nobody writes to memory that is something else by then. A call that is leaked instead keeps its place, as pinning demands.
#![expect(unsafe_code, reason = "the canonical ABI's asynchronous calls, and a list of pinned futures")]

pub(crate) mod imports;
mod intrinsics;

use core::cell::{Cell, UnsafeCell};
use core::marker::PhantomPinned;
use core::pin::Pin;
use core::ptr;
use core::sync::atomic::{AtomicPtr, AtomicU32, Ordering::Relaxed};
use core::task::{Context, Poll, Waker};

/// Where the host puts a result: none of ours is larger than `result<short, error>`.
pub(crate) type Reply = [u64; 3];

/// What the host says of a call: Component Model, `CanonicalABI.md`, `Subtask.State`.
const STARTING: u32 = 0;
const STARTED: u32 = 1;
const RETURNED: u32 = 2;

/// The event that a call went on: `EventCode.SUBTASK` there.
const SUBTASK: u32 = 1;

/// The set of all calls that are waited for, 0 before there is one. Atomic only to be a static, as all here.
static SET: AtomicU32 = AtomicU32::new(0);

/// The first of the calls that have not ended.
static FIRST: AtomicPtr<Waiting> = AtomicPtr::new(ptr::null_mut());

/// How to wait, where a guest was started so that it may. Code that nothing else refers to: so a guest without an asynchronous
/// entry imports nothing for it, and [`block_on`](crate::block_on) of what never waits works in it too.
static HOST: Host = Host(Cell::new(None));

struct Host(Cell<Option<Waits>>);

// SAFETY: a component has one thread.
unsafe impl Sync for Host {}

/// What the executor asks of the host.
#[derive(Clone, Copy)]
pub(crate) struct Waits {
    /// Waits until a call ends, and wakes who waits for it.
    pub(crate) wait: fn(),
    /// Lets the host do something else, and wakes who waits for a call that has ended.
    pub(crate) look: fn(),
}

/// Lets the executor wait: to be called by the asynchronous entry.
#[cfg_attr(not(target_arch = "wasm32"), expect(dead_code, reason = "guests start in WebAssembly only"))]
pub(crate) fn allow() {
    HOST.0.set(Some(Waits { wait, look }));
}

/// Returns how to wait, if this guest may.
pub(crate) fn host() -> Option<Waits> {
    HOST.0.get()
}

/// A call that the host has not ended, or whose end nobody has looked at.
struct Waiting {
    reply: UnsafeCell<Reply>,
    /// The host's number of the call, 0 before it has one.
    handle: Cell<u32>,
    ended: Cell<bool>,
    waker: Cell<Option<Waker>>,
    next: Cell<*const Waiting>,
    _pinned: PhantomPinned,
}

/// A call of an import: `start` makes it, with the place of its result, and returns what the host says, or nothing if there is
/// no memory for the arguments. A result that nobody takes is given to `discard`.
pub(crate) struct Call<S> {
    start: Option<S>,
    discard: fn(Reply),
    waiting: Waiting,
}

impl<S: FnOnce(*mut Reply) -> Option<u32>> Call<S> {
    /// Returns a call that starts when it is first polled.
    pub(crate) fn new(start: S) -> Call<S> {
        Call::with(start, |_| ())
    }

    /// Returns a call with a result that must not be lost.
    pub(crate) fn with(start: S, discard: fn(Reply)) -> Call<S> {
        let waiting = Waiting {
            reply: UnsafeCell::new([0; 3]),
            handle: Cell::new(0),
            ended: Cell::new(false),
            waker: Cell::new(None),
            next: Cell::new(ptr::null()),
            _pinned: PhantomPinned,
        };
        Call { start: Some(start), discard, waiting }
    }
}

impl<S: FnOnce(*mut Reply) -> Option<u32>> Future for Call<S> {
    /// The result as the host stores it, or nothing if the call was not made.
    type Output = Option<Reply>;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Reply>> {
        // SAFETY: nothing is moved out of the future but `start`, which is never pinned.
        let call = unsafe { self.get_unchecked_mut() };
        let waiting = &call.waiting;
        if let Some(start) = call.start.take() {
            let Some(status) = start(waiting.reply.get().cast()) else { return Poll::Ready(None) };
            if status & 0xf == RETURNED {
                return Poll::Ready(Some(waiting.take()));
            }
            waiting.handle.set(status >> 4);
            waiting.enter();
        }
        if waiting.ended.get() {
            waiting.leave();
            return Poll::Ready(Some(waiting.take()));
        }
        waiting.waker.set(Some(cx.waker().clone()));
        Poll::Pending
    }
}

impl<S> Drop for Call<S> {
    fn drop(&mut self) {
        let waiting = &self.waiting;
        let handle = waiting.handle.get();
        if handle == 0 {
            return;
        }
        let returned = waiting.ended.get() || {
            intrinsics::join(handle, 0);
            // The host has let go of the result's place when this returns.
            intrinsics::cancel(handle) == RETURNED
        };
        waiting.leave();
        if returned {
            (self.discard)(waiting.take());
        }
    }
}

impl Waiting {
    /// Begins to wait for the end of the call.
    fn enter(&self) {
        self.next.set(FIRST.swap(ptr::from_ref(self).cast_mut(), Relaxed));
        intrinsics::join(self.handle.get(), set());
    }

    /// Gives the host's number back: the call has ended.
    fn leave(&self) {
        intrinsics::drop_subtask(self.handle.replace(0));
        let this = ptr::from_ref(self);
        let first: *const Waiting = FIRST.load(Relaxed);
        if first == this {
            FIRST.store(self.next.get().cast_mut(), Relaxed);
            return;
        }
        if let Some(before) = find(|waiting| waiting.next.get() == this) {
            before.next.set(self.next.get());
        }
    }

    /// Returns the result.
    fn take(&self) -> Reply {
        // SAFETY: the host has ended the call, so nobody writes here any more.
        unsafe { *self.reply.get() }
    }
}

/// Finds one of the calls that have not ended.
fn find<'a>(is_meant: impl Fn(&Waiting) -> bool) -> Option<&'a Waiting> {
    let mut next: *const Waiting = FIRST.load(Relaxed);
    // SAFETY: what is in the list is pinned and leaves the list before it is gone, and there is one thread.
    while let Some(waiting) = unsafe { next.as_ref() } {
        if is_meant(waiting) {
            return Some(waiting);
        }
        next = waiting.next.get();
    }
    None
}

/// Returns the set that all calls are in.
fn set() -> u32 {
    if SET.load(Relaxed) == 0 {
        SET.store(intrinsics::new_set(), Relaxed);
    }
    SET.load(Relaxed)
}

/// Waits until the arguments of a call that was just made are the host's, which is so at once unless something between guest and
/// host holds the call back. To be called while the arguments are still there.
pub(crate) fn started(status: u32) -> Option<u32> {
    if status & 0xf != STARTING {
        return Some(status);
    }
    let handle = status >> 4;
    let set = intrinsics::new_set();
    intrinsics::join(handle, set);
    let (_, _, state) = intrinsics::wait(set);
    intrinsics::join(handle, 0);
    intrinsics::drop_set(set);
    if state == RETURNED {
        intrinsics::drop_subtask(handle);
        return Some(RETURNED);
    }
    Some(STARTED | handle << 4)
}

/// Returns whether any call has not ended.
pub(crate) fn any() -> bool {
    find(|waiting| !waiting.ended.get()).is_some()
}

/// Waits until a call ends, and wakes who waits for it.
fn wait() {
    #[cfg(feature = "embassy-time")]
    if let Some(ns) = crate::embassy_time::first_ns() {
        return wait_at_most(ns);
    }
    deliver(intrinsics::wait(set()));
}

/// Waits until a call ends or so much time is over, and wakes who waits for either.
#[cfg(feature = "embassy-time")]
fn wait_at_most(ns: u64) {
    // Without memory for the arguments there is no call; this one takes them in registers.
    let Some(status) = imports::delay::start(ns) else { return };
    if status & 0xf != RETURNED {
        let handle = status >> 4;
        intrinsics::join(handle, set());
        let event = intrinsics::wait(set());
        intrinsics::join(handle, 0);
        if event.1 != handle {
            intrinsics::cancel(handle);
            deliver(event);
        }
        intrinsics::drop_subtask(handle);
    }
    crate::embassy_time::wake_due();
}

/// Lets the host do something else, and wakes who waits for a call that has ended.
fn look() {
    intrinsics::give_way();
    if any() {
        deliver(intrinsics::poll(set()));
    }
}

/// Passes an event on.
fn deliver((code, handle, state): (u32, u32, u32)) {
    if code != SUBTASK || state < RETURNED {
        return;
    }
    if let Some(waiting) = find(|waiting| waiting.handle.get() == handle) {
        waiting.ended.set(true);
        if let Some(waker) = waiting.waker.take() {
            waker.wake();
        }
    }
}
