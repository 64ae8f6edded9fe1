//! Conversions that follow each other, worked out when somebody looks: a part that converts all the time wakes nobody for it.
//!
//! A part asks [`Sampler::ended`] before it shows a result and before what it measures changes. Between two such times what it
//! measures is one and the same, so that the last conversion that ended in between is the result.

/// When the conversion under way ends, and how long after it the next one does.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub(super) struct Sampler {
    ends_ns: Option<u64>,
    period_ns: u64,
}

impl Sampler {
    /// Converts all the time, from now on.
    pub(super) fn every(now_ns: u64, period_ns: u64) -> Sampler {
        Sampler::after(now_ns, period_ns, period_ns)
    }

    /// Converts all the time; the first conversion ends after a time of its own.
    pub(super) fn after(now_ns: u64, first_ns: u64, period_ns: u64) -> Sampler {
        Sampler { ends_ns: Some(now_ns.saturating_add(first_ns)), period_ns }
    }

    /// Converts once.
    pub(super) fn once(now_ns: u64, ns: u64) -> Sampler {
        Sampler::after(now_ns, ns, 0)
    }

    /// Returns whether a conversion ended by now since this was asked last.
    pub(super) fn ended(&mut self, now_ns: u64) -> bool {
        let Some(ends_ns) = self.ends_ns.filter(|ends_ns| *ends_ns <= now_ns) else { return false };
        self.ends_ns = (now_ns - ends_ns)
            .checked_div(self.period_ns)
            .map(|passed| ends_ns.saturating_add((passed + 1).saturating_mul(self.period_ns)));
        true
    }

    /// Returns whether a conversion is under way.
    pub(super) fn is_running(&self) -> bool {
        self.ends_ns.is_some()
    }

    /// Returns when the conversion under way ends.
    pub(super) fn ends_ns(&self) -> Option<u64> {
        self.ends_ns
    }
}

#[cfg(test)]
mod tests {
    use super::Sampler;

    #[test]
    fn a_conversion_ends_once_however_late_somebody_looks() {
        let mut every = Sampler::every(5, 10);
        assert!(!every.ended(14));
        assert!(every.ended(15) && !every.ended(15));
        assert!(every.ended(47) && !every.ended(54));
        assert_eq!(every.ends_ns(), Some(55));
        let mut once = Sampler::once(5, 10);
        assert!(once.ended(1_000) && !once.ended(u64::MAX) && !once.is_running());
    }
}
