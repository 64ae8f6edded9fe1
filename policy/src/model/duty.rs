//! Duties of PWM outputs.

/// A part of a whole period, in 65 535ths, so that it can be said before the resolution of an output is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct DutyPart(pub u16);

impl DutyPart {
    /// Returns the nearest duty of an output whose greatest one is `max_duty`.
    #[must_use]
    pub fn of(self, max_duty: u16) -> u16 {
        let whole = u32::from(u16::MAX);
        let duty = (u32::from(self.0) * u32::from(max_duty)).saturating_add(whole / 2) / whole;
        u16::try_from(duty).unwrap_or(max_duty)
    }
}
