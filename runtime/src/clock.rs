//! The time that a guest lives in: virtual, or the machine's as soon as one label stands for hardware.

use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant, SystemTime};

use wasm_embedded_host::Interrupt;
use wasm_embedded_sim::{Sim, SimSleep};

use crate::turns::{Given, Turn};

/// What the wall clock shows when virtual time begins, since 1970: the first second of 2026.
const WALL_CLOCK_START: Duration = Duration::from_secs(1_767_225_600);

/// What one look at a clock takes in virtual time: a guest that polls a clock makes time pass.
const LOOK_NS: u64 = 1_000;

/// How long one look at the machine's time may let simulated parts catch up with it: a computer that slept is behind by hours.
const CATCH_UP: Duration = Duration::from_millis(5);

/// Waits so many nanoseconds of the machine's time, or until the interrupt is requested.
pub(crate) type RealWait = Arc<dyn Fn(u64, &Interrupt) + Send + Sync>;

/// A clock that starts with a guest's run. With hardware, the simulated parts beside it live in the machine's time too.
#[derive(Clone)]
pub(crate) struct Clock {
    sim: Sim,
    real: Option<Real>,
    /// The guest's turns, if there are several in virtual time.
    turn: Option<Turn>,
}

#[derive(Clone)]
struct Real {
    began: Instant,
    from_ns: u64,
    wait: RealWait,
    /// Held while the simulated parts catch up, lest two guests let the same time pass.
    catching_up: Arc<Mutex<()>>,
}

impl Clock {
    /// Starts the clock of a board; `wait` is what waits for its hardware, if it has any.
    pub(crate) fn start(sim: &Sim, wait: Option<RealWait>) -> Clock {
        let (began, from_ns) = (Instant::now(), sim.now_ns());
        let real = wait.map(|wait| Real { began, from_ns, wait, catching_up: Arc::default() });
        Clock { sim: sim.clone(), real, turn: None }
    }

    /// Returns the same clock for one of several guests.
    pub(crate) fn of_guest(&self, turn: Option<Turn>) -> Clock {
        Clock { turn, ..self.clone() }
    }

    /// Returns the guest's turns, if there are several in virtual time.
    pub(crate) fn turn(&self) -> Option<&Turn> {
        self.turn.as_ref()
    }

    /// Returns whether this is the machine's time.
    pub(crate) fn is_real(&self) -> bool {
        self.real.is_some()
    }

    /// Returns the time in nanoseconds.
    pub(crate) fn now_ns(&self) -> u64 {
        if let Some(real) = &self.real {
            let _catching_up = real.catching_up.lock().unwrap_or_else(PoisonError::into_inner);
            let elapsed_ns = u64::try_from(real.began.elapsed().as_nanos()).unwrap_or(u64::MAX);
            let behind_ns = real.from_ns.saturating_add(elapsed_ns).saturating_sub(self.sim.now_ns());
            if behind_ns > 0 {
                // What is left is caught up with at the next looks: between them the guest can be stopped.
                let mut end = None;
                self.sim.advance_ns_unless(behind_ns, || {
                    let now = Instant::now();
                    now >= *end.get_or_insert(now + CATCH_UP)
                });
            }
        }
        self.sim.now_ns()
    }

    /// Returns the time in nanoseconds to a guest, whose look takes time.
    pub(crate) fn look_ns(&self) -> u64 {
        if !self.is_real() {
            self.sim.advance_ns(LOOK_NS);
            if let Some(turn) = &self.turn {
                turn.pass();
            }
        }
        self.now_ns()
    }

    /// Returns the date to a guest, as the time since 1970.
    pub(crate) fn wall(&self) -> Duration {
        match self.is_real() {
            // A date before 1970 is that of a board whose clock was never set.
            true => SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default(),
            false => {
                let date = WALL_CLOCK_START.saturating_add(Duration::from_nanos(self.look_ns()));
                let error = self.sim.date_error_s();
                let by = Duration::from_secs(error.unsigned_abs());
                if error < 0 { date.saturating_sub(by) } else { date.saturating_add(by) }
            }
        }
    }

    /// Returns how long a delay takes that begins now: virtual time may have a fault in it.
    pub(crate) fn overslept_ns(&self, ns: u64) -> u64 {
        if self.is_real() { ns } else { self.sim.overslept_ns(ns) }
    }

    /// Waits until a time, or until the interrupt is requested. Virtual time passes at once where nothing happens, and else is
    /// asked before each event.
    pub(crate) fn wait_until(&self, at_ns: u64, interrupt: &Interrupt) {
        let left_ns = at_ns.saturating_sub(self.now_ns());
        match (&self.real, &self.turn) {
            (Some(real), _) => {
                (real.wait)(left_ns, interrupt);
                self.now_ns();
            }
            (None, None) => {
                self.sim.advance_ns_unless(left_ns, || interrupt.requested().is_some());
            }
            (None, Some(turn)) => {
                // A task that was woken meanwhile has to wait for the end of this call.
                let give = || while turn.give(at_ns) == Given::Woken {};
                // From event to event: one of them may be what another guest waits for.
                give();
                while self.sim.now_ns() < at_ns && interrupt.requested().is_none() {
                    if !self.advance_to_next(at_ns) {
                        self.sim.advance_ns(at_ns.saturating_sub(self.sim.now_ns()));
                    }
                    give();
                }
            }
        }
    }

    /// Lets virtual time pass up to the next thing that is to happen, or to a time. Returns whether anything is.
    fn advance_to_next(&self, until_ns: u64) -> bool {
        let is_any = self.sim.advance_to_next(until_ns);
        if !is_any && until_ns < u64::MAX {
            self.sim.advance_ns(until_ns.saturating_sub(self.sim.now_ns()));
        }
        is_any || until_ns < u64::MAX
    }

    /// Begins to wait so many nanoseconds beside other things.
    pub(crate) fn sleep_ns(&self, ns: u64) -> SimSleep {
        // Where simulated parts live in the machine's time, the wait begins now.
        self.now_ns();
        self.sim.sleep_ns(ns)
    }

    /// Lets time pass up to the next thing that is to happen, or to a deadline. Of the machine's time it lets at most a slice pass,
    /// and less if this thread is unparked. Returns whether anything is to happen at all.
    pub(crate) fn pass(&self, deadline_ns: u64, slice: Duration) -> bool {
        if self.is_real() {
            let next_ns = self.sim.next_ns().unwrap_or(u64::MAX).min(deadline_ns);
            thread::park_timeout(slice.min(Duration::from_nanos(next_ns.saturating_sub(self.now_ns()))));
            self.now_ns();
            return true;
        }
        let Some(turn) = &self.turn else { return self.advance_to_next(deadline_ns) };
        let next_ns = || self.sim.next_ns().unwrap_or(u64::MAX).min(deadline_ns);
        loop {
            let expected_ns = next_ns();
            if turn.give(expected_ns) == Given::Woken {
                return true;
            }
            // What was to happen may have been put off by another guest, whose turn it may be before then.
            if next_ns() <= expected_ns {
                return self.advance_to_next(expected_ns);
            }
        }
    }

    /// Returns when a time comes, if it is the machine's.
    pub(crate) fn instant(&self, at_ns: u64) -> Option<Instant> {
        let real = self.real.as_ref()?;
        real.began.checked_add(Duration::from_nanos(at_ns.saturating_sub(real.from_ns)))
    }
}

impl fmt::Debug for Clock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Clock").field("is_real", &self.is_real()).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use wasm_embedded_host::Reason;
    use wasm_embedded_sim::fault::{Fault, When};

    use super::*;

    fn sleep(ns: u64, interrupt: &Interrupt) {
        let end = Instant::now() + Duration::from_nanos(ns);
        while Instant::now() < end && interrupt.requested().is_none() {
            thread::sleep(Duration::from_millis(1));
        }
    }

    #[test]
    fn virtual_time_stands_still_unless_somebody_waits_or_looks() {
        let clock = Clock::start(&Sim::new(), None);
        assert_eq!((clock.now_ns(), clock.now_ns()), (0, 0));
        assert_eq!(clock.look_ns(), LOOK_NS);
        clock.wait_until(5_000_000_000, &Interrupt::default());
        assert_eq!(clock.now_ns(), 5_000_000_000);
        assert_eq!(clock.wall(), WALL_CLOCK_START + Duration::from_nanos(5_000_000_000 + LOOK_NS));
    }

    #[test]
    fn a_jump_of_the_date_is_none_of_time() {
        let sim = Sim::new();
        sim.inject(Fault::DateJump { seconds: -86_400 }, When::always().between(3_000_000, u64::MAX));
        let clock = Clock::start(&sim, None);
        let before = clock.wall();
        clock.wait_until(5_000_000, &Interrupt::default());
        assert_eq!(clock.now_ns(), 5_000_000);
        assert_eq!(clock.wall(), before + Duration::from_millis(5) - Duration::from_secs(86_400));
    }

    #[test]
    fn with_hardware_simulated_parts_live_in_the_machine_s_time() {
        let (sim, began) = (Sim::new(), Instant::now());
        let clock = Clock::start(&sim, Some(Arc::new(sleep)));
        clock.wait_until(20_000_000, &Interrupt::default());
        assert!(began.elapsed() >= Duration::from_millis(20));
        assert!(sim.now_ns() >= 20_000_000);
        assert!(clock.now_ns() <= u64::try_from(began.elapsed().as_nanos()).expect("a short test"));
        assert!(clock.wall() > WALL_CLOCK_START, "the machine's date");
    }

    /// Has something happen again and again, each time with what it takes.
    fn busy(stage: &mut dyn wasm_embedded_sim::StimulusContext) {
        thread::sleep(Duration::from_micros(100));
        stage.schedule(stage.now_ns() + 1_000, Box::new(busy));
    }

    #[test]
    fn an_interrupt_ends_a_delay_in_which_much_happens() {
        let (sim, interrupt) = (Sim::new(), Interrupt::default());
        sim.schedule(0, busy);
        let clock = Clock::start(&sim, None);
        let stop = interrupt.clone();
        let stopper = thread::spawn(move || {
            thread::sleep(Duration::from_millis(10));
            stop.request(Reason::Killed);
        });
        // 3.6 billion events, of 100 us each.
        clock.wait_until(3_600_000_000_000, &interrupt);
        stopper.join().expect("it only sleeps");
        assert!(clock.now_ns() < 3_600_000_000_000);
    }

    #[test]
    fn parts_that_are_far_behind_catch_up_in_pieces() {
        let sim = Sim::new();
        let clock = Clock::start(&sim, Some(Arc::new(sleep)));
        sim.schedule(0, busy);
        // 50 000 events are due, which take 5 s.
        thread::sleep(Duration::from_millis(50));
        let first_ns = clock.now_ns();
        assert!(first_ns < 50_000_000, "it came to {first_ns} ns at once");
        assert!(clock.now_ns() > first_ns, "and goes on at the next look");
    }

    #[test]
    fn an_interrupt_ends_a_wait_in_the_machine_s_time() {
        let (interrupt, began) = (Interrupt::default(), Instant::now());
        let clock = Clock::start(&Sim::new(), Some(Arc::new(sleep)));
        let stop = interrupt.clone();
        let stopper = thread::spawn(move || {
            thread::sleep(Duration::from_millis(10));
            stop.request(Reason::Killed);
        });
        clock.wait_until(u64::MAX, &interrupt);
        stopper.join().expect("it only sleeps");
        assert!(began.elapsed() < Duration::from_secs(10));
    }
}
