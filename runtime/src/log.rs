//! The guest's log, on its way to whoever listens: filtered by level.

use std::sync::{Arc, Mutex, PoisonError};

use wasm_embedded_host::i2c::Address;
use wasm_embedded_host::log::{Level, Log};
use wasm_embedded_host::{Interrupt, RateLimiter, Reason, Refusal};

use crate::clock::Clock;
use crate::output::{Said, Shared};
use crate::policy::{I2cLabel, LogLevel, Policy, suggest};

/// How many faults of the hardware are told in a second.
const FAULTS_PER_S: u32 = 1000;

/// What tells the listener about a guest.
#[derive(Clone, Debug)]
pub(crate) struct LogSink {
    listener: Shared,
    clock: Clock,
    max_level: Option<Level>,
    interrupt: Interrupt,
    /// Of what comes from the hardware; the host bounds what comes from the guest.
    rate: Arc<Mutex<RateLimiter>>,
}

/// The longest label that another one is suggested for. Bounds what a guest can have compared.
const MAX_SUGGESTED_BYTES: usize = 64;

/// What hears a guest's log and its refusals.
#[derive(Debug)]
pub(crate) struct GuestLog {
    sink: LogSink,
    /// The labels of the policy, of every kind.
    labels: Vec<String>,
    i2c: Vec<I2cLabel>,
}

impl GuestLog {
    pub(crate) fn new(sink: LogSink, policy: &Policy) -> GuestLog {
        let i2c = policy.i2c.iter().map(|label| &label.label);
        let spi = policy.spi.iter().map(|label| &label.label);
        let pins = policy.pins.iter().map(|label| &label.label);
        let pwm = policy.pwm.iter().map(|label| &label.label);
        let uart = policy.uart.iter().map(|label| &label.label);
        let adc = policy.adc.iter().map(|label| &label.label);
        let labels = i2c.chain(spi).chain(pins).chain(pwm).chain(uart).chain(adc).cloned().collect();
        GuestLog { sink, labels, i2c: policy.i2c.clone() }
    }

    /// Returns the other label of a bus that grants an address. To grant it here too, as the refusal advises, is what a policy may not do.
    fn other_label(&self, label: &str, address: Address, writes: bool) -> Option<&str> {
        let (number, ten_bit) = match address {
            Address::SevenBit(address) => (address.into(), false),
            Address::TenBit(address) => (address, true),
        };
        let asked = self.i2c.iter().find(|candidate| candidate.label == label)?;
        asked.granted_by_another(&self.i2c, number, ten_bit, writes).map(|other| other.label.as_str())
    }

    /// Returns what to tell about a refusal: its reason, and what of the policy helps.
    fn explain(&self, refusal: &Refusal<'_>) -> String {
        match refusal {
            Refusal::UnknownLabel { label } if label.len() <= MAX_SUGGESTED_BYTES => {
                let meant = suggest::nearest(label, self.labels.iter().map(String::as_str));
                meant.map(|meant| format!("{refusal}; did you mean {meant:?}?"))
            }
            Refusal::Address { label, address, read_only, .. } => {
                let other = self.other_label(label, *address, *read_only);
                other.map(|other| {
                    let access = if *read_only { "granted as read-only" } else { "not granted" };
                    format!(
                        "i2c {label:?}: address {address} is {access} here: [i2c.{other}] grants it, so open {other:?}"
                    )
                })
            }
            _ => None,
        }
        .unwrap_or_else(|| refusal.to_string())
    }
}

impl LogSink {
    pub(crate) fn new(listener: &Shared, clock: &Clock, max_level: Option<Level>, interrupt: &Interrupt) -> LogSink {
        let (listener, clock, interrupt) = (listener.clone(), clock.clone(), interrupt.clone());
        let rate = Arc::new(Mutex::new(RateLimiter::new(FAULTS_PER_S)));
        LogSink { listener, clock, max_level, interrupt, rate }
    }

    /// Tells what the hardware could not do.
    #[cfg(target_os = "linux")]
    pub(crate) fn fault(&self, level: Level, message: &str) {
        if self.max_level < Some(level) {
            return;
        }
        let now_ns = self.clock.now_ns();
        let admitted = self.rate.lock().unwrap_or_else(PoisonError::into_inner).admit(now_ns);
        let Some(dropped) = admitted else { return };
        if dropped > 0 {
            self.say(Said::Dropped(dropped));
        }
        self.say(Said::Fault { level, message });
    }

    /// Tells what the host did to the guest.
    pub(crate) fn note(&self, level: Level, message: &str) {
        if self.max_level >= Some(level) {
            self.say(Said::Refused(message));
        }
    }

    fn say(&self, said: Said<'_>) {
        if self.listener.hear(self.clock.now_ns(), said).is_err() {
            self.interrupt.request(Reason::Killed);
        }
    }
}

impl Log for GuestLog {
    fn max_level(&self) -> Option<Level> {
        self.sink.max_level
    }

    fn log(&mut self, level: Level, target: &str, message: &str) {
        self.sink.say(Said::Log { level, target, message });
    }

    fn panicked(&mut self, message: &str) {
        self.sink.say(Said::Panic(message));
    }

    fn print(&mut self, text: &str) {
        self.sink.say(Said::Stdout(text.as_bytes()));
    }

    fn refused(&mut self, refusal: &Refusal<'_>) {
        self.sink.note(Level::Warn, &self.explain(refusal));
    }

    fn now_ns(&self) -> Option<u64> {
        Some(self.sink.clock.now_ns())
    }

    fn dropped(&mut self, messages: u64) {
        self.sink.say(Said::Dropped(messages));
    }
}

/// Returns the level of the host's log for one of the policy's.
pub(crate) fn level(level: LogLevel) -> Option<Level> {
    match level {
        LogLevel::Off => None,
        LogLevel::Error => Some(Level::Error),
        LogLevel::Warn => Some(Level::Warn),
        LogLevel::Info => Some(Level::Info),
        LogLevel::Debug => Some(Level::Debug),
        LogLevel::Trace => Some(Level::Trace),
    }
}

#[cfg(test)]
mod tests {
    use wasm_embedded_sim::Sim;

    use super::*;
    use crate::output::Capture;

    const BOARD: &str = "[i2c.sensor]\nsim = \"board\"\nallow = [0x48]\n[i2c.clock]\nsim = \"board\"\nallow = [0x68]\n\
                         [[part]]\nmodel = \"lm75\"\ni2c = \"board\"\naddress = 0x48\n";

    /// Returns a guest's log with what is heard of it, and the board whose time it lives in.
    fn log(max_level: Option<Level>) -> (GuestLog, Arc<Mutex<Capture>>, Sim) {
        let (sim, heard) = (Sim::new(), Arc::new(Mutex::new(Capture::default())));
        let clock = Clock::start(&sim, None);
        let sink = LogSink::new(&Shared::new(heard.clone(), u64::MAX), &clock, max_level, &Interrupt::default());
        let policy = Policy::parse("board.toml", BOARD).unwrap_or_else(|error| panic!("{error:#?}"));
        (GuestLog::new(sink, &policy), heard, sim)
    }

    #[test]
    fn the_log_lives_in_the_time_of_its_board_and_tells_refusals_from_warn_on() {
        for (max_level, told) in
            [(None, false), (Some(Level::Error), false), (Some(Level::Warn), true), (Some(Level::Trace), true)]
        {
            let (mut log, heard, sim) = log(max_level);
            assert_eq!((log.now_ns(), log.max_level()), (Some(0), max_level));
            sim.advance_ns(5_000_000);
            assert_eq!(log.now_ns(), Some(5_000_000));
            log.refused(&Refusal::Held { label: "sensor" });
            let refusals = heard.lock().expect("nobody panicked").refusals.clone();
            let expected: &[&str] = if told { &["the guest asked for \"sensor\", which is in use"] } else { &[] };
            assert_eq!(refusals, expected, "{max_level:?}");
        }
    }

    #[test]
    fn a_refusal_comes_with_what_of_the_policy_helps() {
        let (mut log, heard, _sim) = log(Some(Level::Warn));
        let refused = |label, address| Refusal::Address { label, address, read_only: false, doubled: false };
        log.refused(&Refusal::UnknownLabel { label: "sensr" });
        log.refused(&Refusal::UnknownLabel { label: &"sensor".repeat(20) });
        log.refused(&refused("sensor", Address::SevenBit(0x68)));
        log.refused(&refused("sensor", Address::SevenBit(0x20)));
        log.refused(&refused("clock", Address::TenBit(0x48)));
        let refusals = heard.lock().expect("nobody panicked").refusals.clone();
        let ends = [
            "did you mean \"sensor\"?",
            "the policy lacks it",
            "i2c \"sensor\": address 0x68 is not granted here: [i2c.clock] grants it, so open \"clock\"",
            "to grant it, add it to `allow` in [i2c.sensor]",
            "to `allow` in [i2c.clock]",
        ];
        assert_eq!(refusals.len(), ends.len());
        for (refusal, end) in refusals.iter().zip(ends) {
            assert!(refusal.ends_with(end), "{refusal}");
        }
    }
}
