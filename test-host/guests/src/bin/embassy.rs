//! embassy-time and embassy-sync over the hal, started by the asynchronous entry; what to do is the first argument.

use std::error::Error;

use embassy_futures::join::join;
use embassy_sync::blocking_mutex::raw::CriticalSectionRawMutex;
use embassy_sync::signal::Signal;
use embassy_time::{Duration, Instant, Ticker, Timer, with_timeout};
use embedded_hal_async::digital::Wait as _;
use futures::future::join_all;
use futures::stream::{FuturesUnordered, StreamExt as _};
use wasm_embedded_hal::InputPin;

static DONE: Signal<CriticalSectionRawMutex, u32> = Signal::new();

#[wasm_embedded_hal::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let start = Instant::now();
    match std::env::args().nth(1).as_deref() {
        Some("timer") => Timer::after_millis(250).await,
        // The pin rises after 10 ms; the second wait ends by its timeout.
        Some("timeout") => {
            let mut pin = InputPin::open("PIN")?;
            let first = with_timeout(Duration::from_millis(40), pin.wait_for_rising_edge()).await;
            println!("first: {} after {} ms", first.is_ok(), start.elapsed().as_millis());
            let second = with_timeout(Duration::from_millis(40), pin.wait_for_rising_edge()).await;
            println!("second: {} after {} ms", second.is_ok(), start.elapsed().as_millis());
        }
        // A ticker beside a task that it wakes through a signal.
        Some("ticker") => {
            let ticks = async {
                let mut ticker = Ticker::every(Duration::from_micros(500));
                for tick in 1..=4 {
                    ticker.next().await;
                    DONE.signal(tick);
                }
            };
            let seen = async { while DONE.wait().await < 4 {} };
            join(ticks, seen).await;
        }
        // Tasks with wakers of their own, the last to be entered the first to be woken.
        Some("tasks") => {
            let mut tasks: FuturesUnordered<_> = (1..=40_u64)
                .map(|task| async move {
                    Timer::after_millis(41 - task).await;
                    task
                })
                .collect();
            let mut order = Vec::new();
            while let Some(task) = tasks.next().await {
                order.push(task);
            }
            println!("in order: {}", order.is_sorted_by(|a, b| a > b));
        }
        // More tasks than the hal has room for.
        Some("crowd") => {
            let tasks: FuturesUnordered<_> = (0..65).map(|_| Timer::after_millis(1)).collect();
            tasks.collect::<Vec<_>>().await;
        }
        // Any number of timers of one task.
        Some("many") => {
            join_all((0..20).map(Timer::after_millis)).await;
        }
        other => Err(format!("unknown task {other:?}"))?,
    }
    println!("{} us", start.elapsed().as_micros());
    Ok(())
}
