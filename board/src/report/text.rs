//! The report as text.

use std::fmt::Write as _;

use super::{BusLoad, BusReport};

/// The clocks that I2C buses have, in hertz: standard, fast and fast mode plus. UM10204 rev. 7.0, section 5.
const I2C_CLOCKS_HZ: [(u64, &str); 2] = [(400_000, "400 kHz"), (1_000_000, "1 MHz")];

impl BusReport {
    /// Returns what each bus was busy with, up to a virtual time in nanoseconds, as text.
    #[must_use]
    pub fn text(&self, end_ns: u64) -> String {
        let buses = self.buses();
        if buses.is_empty() {
            return "no bus was used\n".to_owned();
        }
        buses.iter().map(|bus| bus.text(end_ns)).collect()
    }
}

impl BusLoad {
    /// Returns the part of the time that something was on the wires, in percent.
    #[must_use]
    pub fn percent(&self, end_ns: u64) -> f64 {
        let seconds = |ns: u64| std::time::Duration::from_nanos(ns).as_secs_f64();
        seconds(self.busy_ns) / seconds(end_ns.max(1)) * 100.0
    }

    /// Returns the clocks that would make the bus less busy, with how long it would be busy.
    #[must_use]
    pub fn faster(&self) -> Vec<(&'static str, u64)> {
        let is_faster = |hz: u64| 1_000_000_000 / hz < self.bit_ns;
        let clocks = I2C_CLOCKS_HZ.iter().filter(|(hz, _)| self.kind == "i2c" && is_faster(*hz));
        clocks.map(|(hz, name)| (*name, self.busy_at_ns(*hz))).collect()
    }

    fn text(&self, end_ns: u64) -> String {
        let hz = 1_000_000_000 / self.bit_ns.max(1);
        let mut text = format!(
            "{} {} at {hz} Hz: busy {:.2} % of {} ms, {} transactions\n",
            self.kind,
            self.name,
            self.percent(end_ns),
            ms(end_ns),
            self.transactions
        );
        // Writing to a string cannot fail.
        for part in &self.parts {
            let _ = writeln!(
                text,
                "  {:14} {:>10} ms  {} transactions, {} bytes written, {} read, {} not acknowledged",
                part.name,
                ms(part.busy_ns),
                part.transactions,
                part.written,
                part.read,
                part.nacks
            );
        }
        if self.kind == "i2c" {
            let _ = writeln!(
                text,
                "  of it addresses and framing: {} ms, held: {} ms",
                ms(self.framing_ns),
                ms(self.held_ns)
            );
        }
        for (what, span) in [("longest transaction", self.longest), ("longest gap", self.gap)] {
            if let Some((ns, at_ns)) = span {
                let _ = writeln!(text, "  {what}: {} ms at {} ms", ms(ns), ms(at_ns));
            }
        }
        for (clock, ns) in self.faster() {
            let _ = writeln!(
                text,
                "  at {clock} it would be busy for {} ms in the place of {} ms",
                ms(ns),
                ms(self.busy_ns)
            );
        }
        text
    }
}

/// Shows nanoseconds as milliseconds.
fn ms(ns: u64) -> String {
    format!("{}.{:03}", ns / 1_000_000, ns / 1_000 % 1_000)
}
