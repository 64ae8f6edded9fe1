//! The jobs of blocking calls as a component.
#![allow(unsafe_code, missing_docs, clippy::allow_attributes_without_reason, reason = "what wit-bindgen generates")]

use std::alloc::{GlobalAlloc, Layout, System};
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

use bench_guest::{Driver, Failed, Floor, JOBS, Part, Work};
use wasm_embedded_hal::{Delay, I2c, OutputPin, SpiDevice};

mod bindings {
    wit_bindgen::generate!({
        inline: "
            package bench:jobs;
            interface floors {
                enum error { other }
                record short { low: u64, high: u64 }
                resource thing {
                    constructor();
                    method: func();
                    exchange: func(bytes: short, write-len: u32, read-len: u32) -> result<short, error>;
                }
                empty: func();
            }
            world jobs {
                import floors;
                export run: func(job: u32, rounds: u32) -> result<u64, string>;
                // How often memory was allocated so far.
                export allocations: func() -> u64;
            }
        ",
    });
}

/// How often memory was allocated, or asked to grow.
static ALLOCATIONS: AtomicU64 = AtomicU64::new(0);

/// The system's allocator, counted: what the hal promises not to need.
struct Counted;

// SAFETY: everything is passed on to the system's allocator.
unsafe impl GlobalAlloc for Counted {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        ALLOCATIONS.fetch_add(1, Relaxed);
        // SAFETY: the caller's promise, passed on.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, place: *mut u8, layout: Layout) {
        // SAFETY: as above.
        unsafe { System.dealloc(place, layout) }
    }

    unsafe fn realloc(&self, place: *mut u8, layout: Layout, len: usize) -> *mut u8 {
        ALLOCATIONS.fetch_add(1, Relaxed);
        // SAFETY: as above.
        unsafe { System.realloc(place, layout, len) }
    }
}

#[global_allocator]
static ALLOCATOR: Counted = Counted;

struct Jobs;

impl bindings::Guest for Jobs {
    fn run(job: u32, rounds: u32) -> Result<u64, String> {
        run(job, rounds).map_err(|failed| failed.to_string())
    }

    fn allocations() -> u64 {
        ALLOCATIONS.load(Relaxed)
    }
}

fn run(job: u32, rounds: u32) -> Result<u64, Failed> {
    let job = usize::try_from(job).ok().and_then(|index| JOBS.get(index)).ok_or_else(|| Failed::new("no such job"))?;
    match job.work {
        Work::Floor(floor) => floors(floor, rounds),
        Work::Spi(part, call) => bench_guest::spi(call, rounds, &mut device(spi_label(part))?).map_err(Failed::new),
        Work::I2c(part, call) => bench_guest::i2c(call, rounds, &mut bus(i2c_label(part))?).map_err(Failed::new),
        Work::Pin => bench_guest::pin(rounds, &mut output("pin-loopback")?).map_err(Failed::new),
        Work::Delay => Ok(bench_guest::delay(rounds, &mut Delay)),
        Work::Driver(driver) => drivers(driver, rounds),
        Work::Waiting(..) => Err(Failed::new("a job of the other component")),
    }
}

fn spi_label(part: Part) -> &'static str {
    match part {
        Part::Loopback => "spi-loopback",
        Part::Simulated => "spi",
    }
}

fn i2c_label(part: Part) -> &'static str {
    match part {
        Part::Loopback => "i2c-loopback",
        Part::Simulated => "i2c",
    }
}

fn device(label: &str) -> Result<SpiDevice, Failed> {
    SpiDevice::open(label).map_err(Failed::new)
}

fn bus(label: &str) -> Result<I2c, Failed> {
    I2c::open(label).map_err(Failed::new)
}

fn output(label: &str) -> Result<OutputPin, Failed> {
    OutputPin::open(label).map_err(Failed::new)
}

/// Calls that do nothing, of the shapes that the boundary is made of.
fn floors(floor: Floor, rounds: u32) -> Result<u64, Failed> {
    use bindings::bench::jobs::floors::{Short, Thing, empty};

    let thing = Thing::new();
    let mut bytes = Short { low: 1, high: 2 };
    for _ in 0..rounds {
        match floor {
            Floor::Empty => empty(),
            Floor::Method => thing.method(),
            Floor::Exchange => bytes = thing.exchange(bytes, 16, 16).map_err(Failed::new)?,
        }
    }
    Ok(bytes.low)
}

fn drivers(driver: Driver, rounds: u32) -> Result<u64, Failed> {
    match driver {
        Driver::Sensor => bench_guest::sensor(rounds, bus("board")?, Delay),
        Driver::Display => bench_guest::display(rounds, bus("board")?),
        Driver::Eeprom => bench_guest::eeprom(rounds, bus("board")?),
        Driver::Flash => bench_guest::flash(rounds, device("flash")?, output("HOLD")?, output("WP")?),
        Driver::Tft => bench_guest::tft(rounds, device("tft")?, output("DC")?, Delay),
        Driver::Weather => bench_guest::weather(rounds, || bus("board"), Delay),
    }
}

bindings::export!(Jobs with_types_in bindings);
