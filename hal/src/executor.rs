//! Runs a future to its end, and the start of asynchronous guests.

use core::pin::pin;
use core::sync::atomic::{AtomicU32, Ordering::Relaxed};
use core::task::{Context, Poll, RawWaker, RawWakerVTable, Waker};

use crate::call;
#[cfg(feature = "embassy-time")]
use crate::embassy_time as time;

/// Without embassy-time, nobody waits for its time.
#[cfg(not(feature = "embassy-time"))]
mod time {
    pub(super) fn first_ns() -> Option<u64> {
        None
    }

    pub(super) fn wake_due() {}

    pub(super) fn sleep() -> bool {
        false
    }
}

/// How often anything was woken. A count, so that a future that runs inside another takes nothing away from the outer one.
static WAKES: AtomicU32 = AtomicU32::new(0);

/// Runs a future to its end, and lets the host carry on with all that it waits for meanwhile.
///
/// There is one executor: `join` and `select` of any crate make concurrent parts of one future.
///
/// Under a plain `main` or [`entry!`](crate::entry!) it runs what never waits for the host: an asynchronous driver over blocking
/// buses, such as the `BlockingAsync` of embassy-embedded-hal, or tasks that wait for each other. What awaits a bus, a pin, a port
/// or a delay of this crate needs a guest with an asynchronous entry, which [`macro@crate::main`] and
/// [`async_entry!`](crate::async_entry) make: a host refuses another one before it runs, and names the interfaces.
///
/// # Panics
///
/// Everything waits, and for nothing that the host would do; or an asynchronous export of the guest's own did not call
/// `executor::allow_waiting`.
pub fn block_on<F: Future>(future: F) -> F::Output {
    let mut future = pin!(future);
    let waker = waker();
    let mut context = Context::from_waker(&waker);
    loop {
        let before = WAKES.load(Relaxed);
        if let Poll::Ready(output) = future.as_mut().poll(&mut context) {
            return output;
        }
        let host = call::host();
        if WAKES.load(Relaxed) != before {
            time::wake_due();
            if let Some(host) = host {
                (host.look)();
            }
            continue;
        }
        while WAKES.load(Relaxed) == before {
            match host {
                Some(host) if call::any() || time::first_ns().is_some() => (host.wait)(),
                None if call::any() => panic!("asynchronous exports of one's own begin with `executor::allow_waiting`"),
                _ => assert!(time::sleep(), "every task of the guest waits for another one: nobody will ever go on"),
            }
        }
    }
}

/// Lets [`block_on`] wait for the host, in a component with asynchronous exports of its own: to be called first in each of them.
///
/// [`macro@crate::main`] and [`async_entry!`](crate::async_entry) do it themselves. It brings in what waits, so that other guests
/// import nothing for it. The host ends a guest that waits in a call that is not asynchronous.
#[cfg(target_arch = "wasm32")]
pub fn allow_waiting() {
    call::allow();
}

/// Returns what counts wakes.
#[expect(unsafe_code, reason = "a waker without data")]
fn waker() -> Waker {
    const TABLE: RawWakerVTable = RawWakerVTable::new(|_| RAW, |_| wake(), |_| wake(), |_| ());
    const RAW: RawWaker = RawWaker::new(core::ptr::null(), &TABLE);
    fn wake() {
        WAKES.fetch_add(1, Relaxed);
    }
    // SAFETY: none of the functions looks at the data, and the counter may be used from anywhere.
    unsafe { Waker::from_raw(RAW) }
}

/// The custom section that says that a guest has an asynchronous entry; see [`async_start!`](crate::async_start).
#[doc(hidden)]
pub use crate::bindings::ASYNC_ENTRY;

/// Runs the program as its start file would, and returns 0 for success and 1 for a failure.
#[doc(hidden)]
#[cfg(target_arch = "wasm32")]
#[expect(unsafe_code, reason = "what the C library's start file calls")]
#[must_use]
pub fn start() -> i32 {
    unsafe extern "C" {
        fn __wasm_call_ctors();
        fn __main_void() -> i32;
    }
    call::allow();
    // SAFETY: the program has not run yet, since a host calls one of its two entries, and once.
    let status = unsafe {
        __wasm_call_ctors();
        __main_void()
    };
    i32::from(status != 0)
}

/// Exports the asynchronous entry, which runs the program as its start file would: what [`macro@crate::main`] and
/// [`async_entry!`](crate::async_entry) expand to.
#[doc(hidden)]
#[macro_export]
macro_rules! async_start {
    () => {
        const _: () = {
            #[cfg(target_arch = "wasm32")]
            #[unsafe(link_section = "component-type:wasm-embedded:hal/async-entry@0.5.0")]
            #[used]
            static ENTRY: [u8; $crate::executor::ASYNC_ENTRY.len()] = $crate::executor::ASYNC_ENTRY;

            #[cfg(target_arch = "wasm32")]
            #[unsafe(export_name = "wasm-embedded:hal/entry@0.5.0#run")]
            extern "C" fn run() -> i32 {
                $crate::executor::start()
            }
        };
    };
}

/// Makes an `async fn` the start of a `#![no_std] #![no_main]` guest.
///
/// As [`entry!`](crate::entry!), of an asynchronous function. The component exports `wasm-embedded:hal/entry` beside
/// `wasi:cli/run`, and needs a host with asynchronous calls.
///
/// ```ignore
/// #![no_std]
/// #![no_main]
///
/// wasm_embedded_hal::async_entry!(main);
///
/// async fn main() -> Result<(), wasm_embedded_hal::Error> {
///     let bus = wasm_embedded_hal::I2c::open("sensor")?;
///     Ok(())
/// }
/// ```
#[macro_export]
macro_rules! async_entry {
    ($main:path) => {
        const _: () = {
            fn start() -> impl $crate::entry::Outcome {
                $crate::block_on($main())
            }
            $crate::entry!(start);
        };
        $crate::async_start!();
    };
}
