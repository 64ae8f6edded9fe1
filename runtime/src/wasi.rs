//! WASI 0.2 for guests with std: arguments, configuration values, standard streams, clocks and randomness, and nothing else.
//!
//! Every import that takes a length or a count has a bound; `tests/wasi.rs` tries each:
//!
//! | import | bound | past it |
//! | --- | --- | --- |
//! | `get-random-bytes`, `get-insecure-random-bytes` | [`MAX_RANDOM_BYTES`] | a trap |
//! | `read`, `blocking-read`, `skip`, `blocking-skip` of an input stream | [`stdin::MAX_READ_BYTES`] | fewer bytes |
//! | `splice`, `blocking-splice` | the lesser of [`stdin::MAX_READ_BYTES`] and [`stdio::MAX_WRITE_BYTES`] | fewer bytes |
//! | `write`, `write-zeroes` | [`stdio::MAX_WRITE_BYTES`], which `check-write` tells | a trap |
//! | `blocking-write-and-flush`, `blocking-write-zeroes-and-flush` | 4096 bytes, as WASI has it | a trap |
//! | `poll`, and every other list or text of a guest | `transaction-bytes` of the policy and 64 KiB | status 118 |
//! | pollables, streams and all other resources | `handles` of the policy | status 118 |
//!
//! Files and sockets take lengths, too: no guest has a handle to one, because none is opened before it and none can be opened.
//!
//! In simulation the clocks are the board's virtual one, and the random numbers come from a seed: a run is the same every time.
//! With hardware the clocks are the machine's.

mod clock;
mod config;
mod stdin;
mod stdio;

use rand::SeedableRng;
use rand::rngs::StdRng;
use wasm_embedded_host::Interrupt;
use wasmtime::component::{HasData, Linker};
use wasmtime_wasi::p2::bindings::{clocks, sync};
use wasmtime_wasi::{WasiCtx, WasiView};

pub(crate) use self::clock::{SimTime, Timers};
pub(crate) use self::config::ConfigView;

use self::clock::{Monotonic, Wall};
use self::stdin::GuestStdin;
use self::stdio::{GuestStdout, Stream};
use crate::clock::Clock;
use crate::output::Shared;

/// The most random bytes of one call, as for `getRandomValues` of the Web Cryptography API, section 10.1.1. They are made one
/// by one, with no look at whether the guest is to end.
const MAX_RANDOM_BYTES: u64 = 65_536;

/// Builds what a guest is granted of WASI.
/// `stdin` says what stops a guest that waits for this program's standard input; without it the guest has none.
pub(crate) fn context(
    args: &[String],
    seed: u64,
    stdin: Option<Interrupt>,
    clock: &Clock,
    listener: &Shared,
) -> WasiCtx {
    let mut builder = WasiCtx::builder();
    builder
        .args(args)
        .stdout(GuestStdout::new(Stream::Stdout, clock, listener))
        .stderr(GuestStdout::new(Stream::Stderr, clock, listener))
        .wall_clock(Wall(clock.clone()))
        .monotonic_clock(Monotonic(clock.clone()))
        .secure_random(StdRng::seed_from_u64(seed))
        .insecure_random(StdRng::seed_from_u64(!seed))
        .insecure_random_seed(u128::from(seed))
        .max_random_size(MAX_RANDOM_BYTES)
        .allow_tcp(false)
        .allow_udp(false);
    if let Some(interrupt) = stdin {
        builder.stdin(GuestStdin(interrupt));
    }
    builder.build()
}

/// A store's data that holds what the virtual clock needs.
pub(crate) trait TimeView: WasiView {
    /// Returns the virtual clock over this guest's resources.
    fn time(&mut self) -> SimTime<'_>;
}

struct Time;

impl HasData for Time {
    type Data<'a> = SimTime<'a>;
}

/// Adds WASI 0.2, with the interfaces that wait in virtual time in the place of those that sleep.
pub(crate) fn add_to_linker<T: TimeView + ConfigView>(linker: &mut Linker<T>) -> wasmtime::Result<()> {
    wasmtime_wasi::p2::add_to_linker_sync(linker)?;
    linker.allow_shadowing(true);
    clocks::monotonic_clock::add_to_linker::<T, Time>(linker, T::time)?;
    sync::io::poll::add_to_linker::<T, Time>(linker, T::time)?;
    linker.allow_shadowing(false);
    config::add_to_linker(linker)
}
