//! The date and time that a clock is set to.

use core::error::Error;
use core::fmt;

use super::clock::days_in_month;

/// A date and time from 2000-01-01 to 2099-12-31.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct DateTime {
    /// Of the century.
    pub(super) year: u8,
    pub(super) month: u8,
    pub(super) day: u8,
    pub(super) hours: u8,
    pub(super) minutes: u8,
    pub(super) seconds: u8,
}

/// A date or time that does not exist, or lies outside the years 2000 to 2099.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct DateTimeError(());

impl fmt::Display for DateTimeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a date and time must exist, in the years 2000 to 2099")
    }
}

impl Error for DateTimeError {}

impl DateTime {
    /// The time that the part starts from if its supply was off.
    pub(in crate::parts) const POWER_ON: DateTime =
        DateTime { year: 0, month: 1, day: 1, hours: 0, minutes: 0, seconds: 0 };

    /// Creates a date and time.
    ///
    /// # Errors
    ///
    /// Fails if the calendar or the clock does not have it, or if the year is not one of 2000 to 2099.
    pub fn new(year: u16, month: u8, day: u8, hours: u8, minutes: u8, seconds: u8) -> Result<DateTime, DateTimeError> {
        let year = year.checked_sub(2000).and_then(|year| u8::try_from(year).ok()).filter(|&year| year < 100);
        let time = DateTime { year: year.ok_or(DateTimeError(()))?, month, day, hours, minutes, seconds };
        let exists = (1..=12).contains(&month)
            && (1..=days_in_month(month, time.year)).contains(&day)
            && hours < 24
            && minutes < 60
            && seconds < 60;
        if exists { Ok(time) } else { Err(DateTimeError(())) }
    }

    /// Returns the year of the century, month, day, hours, minutes and seconds.
    #[must_use]
    pub fn to_bytes(self) -> [u8; 6] {
        [self.year, self.month, self.day, self.hours, self.minutes, self.seconds]
    }

    /// Returns the date and time that [`DateTime::to_bytes`] has made bytes of.
    ///
    /// # Errors
    ///
    /// As of [`DateTime::new`].
    pub fn from_bytes(bytes: [u8; 6]) -> Result<DateTime, DateTimeError> {
        let [year, month, day, hours, minutes, seconds] = bytes;
        DateTime::new(2000 + u16::from(year), month, day, hours, minutes, seconds)
    }

    /// Returns the day of the week, 1 for Sunday to 7 for Saturday.
    pub(super) fn weekday(self) -> u8 {
        let year = u16::from(self.year);
        let days_before: u16 = (1..self.month).map(|month| u16::from(days_in_month(month, self.year))).sum();
        // 2000-01-01 was a Saturday.
        let days = year * 365 + year.div_ceil(4) + days_before + u16::from(self.day) - 1;
        [7, 1, 2, 3, 4, 5, 6][usize::from(days % 7)]
    }
}

#[cfg(test)]
mod tests {
    use super::DateTime;

    #[test]
    fn only_dates_and_times_that_exist_can_be_made() {
        for (year, month, day) in
            [(1999, 12, 31), (2100, 1, 1), (2026, 0, 1), (2026, 13, 1), (2026, 1, 0), (2026, 2, 29)]
        {
            assert!(DateTime::new(year, month, day, 0, 0, 0).is_err());
        }
        for (hours, minutes, seconds) in [(24, 0, 0), (0, 60, 0), (0, 0, 60), (255, 255, 255)] {
            assert!(DateTime::new(2026, 1, 1, hours, minutes, seconds).is_err());
        }
        assert!(DateTime::new(2028, 2, 29, 23, 59, 59).is_ok());
    }

    #[test]
    fn the_day_of_the_week_is_that_of_the_calendar() {
        for (year, month, day, weekday) in
            [(2000, 1, 1, 7), (2000, 3, 1, 4), (2001, 1, 1, 2), (2026, 11, 21, 7), (2028, 2, 29, 3), (2099, 12, 31, 5)]
        {
            let time = DateTime::new(year, month, day, 0, 0, 0).expect("a date");
            assert_eq!(time.weekday(), weekday, "{year}-{month}-{day}");
        }
    }
}
