//! No call allocates, in the guest or in the host, once buffers have grown: counted on both sides.

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;
use std::path::{Path, PathBuf};
use std::process::Command;

use bench_guest::{Driver, Floor, JOBS, Work};

use crate::component::{Calls, Code, Guest};

thread_local! {
    /// How often this thread allocated memory, or asked for more.
    static ALLOCATIONS: Cell<u64> = const { Cell::new(0) };
}

/// The system's allocator, counted.
struct Counted;

fn count() {
    // While a thread ends there is nothing to count with.
    let _ = ALLOCATIONS.try_with(|count| count.set(count.get() + 1));
}

#[expect(unsafe_code, reason = "an allocator")]
// SAFETY: everything is passed on to the system's allocator.
unsafe impl GlobalAlloc for Counted {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        count();
        // SAFETY: the caller's promise, passed on.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, place: *mut u8, layout: Layout) {
        // SAFETY: as above.
        unsafe { System.dealloc(place, layout) }
    }

    unsafe fn realloc(&self, place: *mut u8, layout: Layout, len: usize) -> *mut u8 {
        count();
        // SAFETY: as above.
        unsafe { System.realloc(place, layout, len) }
    }
}

#[global_allocator]
static ALLOCATOR: Counted = Counted;

/// How often a call of this kind allocates in the host: once, by Wasmtime, which notes every handle that a call borrows in a list
/// of its own.
fn by_wasmtime(work: Work) -> u64 {
    match work {
        Work::Floor(Floor::Empty) | Work::Delay => 0,
        _ => 1,
    }
}

/// What a number of rounds allocates in the host and in the guest.
fn allocated(guest: &mut Guest, job: u32, rounds: u32) -> (u64, u64) {
    let in_guest = guest.allocations().expect("it counts");
    let in_host = ALLOCATIONS.get();
    guest.run(job, rounds).expect("the job runs");
    (ALLOCATIONS.get() - in_host, guest.allocations().expect("it counts") - in_guest)
}

#[test]
fn no_call_allocates_but_for_wasmtimes_note_of_the_borrowed_handle() {
    let component = std::fs::read(component()).expect("the component can be read");
    for code in Code::ALL {
        let mut guest = Guest::new(code, Calls::Blocking, &component).expect("it starts");
        for (number, job) in
            (0_u32..).zip(JOBS).filter(|(_, job)| !matches!(job.work, Work::Driver(_) | Work::Waiting(..)))
        {
            guest.run(number, 4).expect("the job runs");
            let (host_once, guest_once) = allocated(&mut guest, number, 100);
            let (host_twice, guest_twice) = allocated(&mut guest, number, 200);
            assert_eq!(guest_twice - guest_once, 0, "{}, {code:?}: the guest's, in 100 calls", job.name);
            let expected = 100 * by_wasmtime(job.work);
            assert_eq!(host_twice - host_once, expected, "{}, {code:?}: the host's, in 100 calls", job.name);
        }
    }
}

#[test]
fn an_allocation_would_be_counted() {
    let before = ALLOCATIONS.get();
    drop(std::hint::black_box(vec![1_u8; 100]));
    assert_eq!(ALLOCATIONS.get() - before, 1);
    let component = std::fs::read(component()).expect("the component can be read");
    let mut guest = Guest::new(Code::Cranelift, Calls::Blocking, &component).expect("it starts");
    let (number, _) = (0..).zip(JOBS).find(|(_, job)| job.work == Work::Driver(Driver::Eeprom)).expect("a job");
    assert!(allocated(&mut guest, number, 1).1 > 0, "this one has a buffer on the heap");
}

/// Builds the component with the jobs.
fn component() -> PathBuf {
    let workspace = Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the package is in the workspace");
    // A test's program is in the folder `deps` of a profile of a target of what cargo builds in, which is marked.
    let program = std::env::current_exe().expect("this program has a path");
    let marked = |folder: &&Path| folder.join("CACHEDIR.TAG").exists();
    let target = program.ancestors().filter(marked).last().expect("cargo marks the folder it builds in");
    let status = Command::new(env!("CARGO"))
        .args(["build", "--quiet", "--package", "bench-guest", "--examples", "--profile", "guest"])
        .args(["--target", "wasm32-wasip2", "--target-dir"])
        .arg(target)
        .current_dir(workspace)
        .status()
        .expect("cargo starts");
    assert!(status.success(), "the jobs do not build: {status}");
    target.join("wasm32-wasip2/guest/examples/bench_blocking.wasm")
}
