//! The time and date registers of a DS3231, which count in BCD.

use super::date_time::DateTime;

// Maxim DS3231 (19-5170, rev. 10), figure 1, "timekeeping registers".
const SECONDS: usize = 0;
const MINUTES: usize = 1;
const HOURS: usize = 2;
const DAY: usize = 3;
const DATE: usize = 4;
const MONTH: usize = 5;
const YEAR: usize = 6;

/// The bits that exist of each register.
const WRITABLE: [u8; 7] = [0x7f, 0x7f, 0x7f, 0x07, 0x3f, 0x9f, 0xff];

const TWELVE_HOURS: u8 = 0x40;
const PM: u8 = 0x20;
const CENTURY: u8 = 0x80;

/// In the last register of an alarm: compare the day of the week, not the date.
const ALARM_DAY: u8 = 0x40;
/// In each register of an alarm: do not compare this one.
const ALARM_ANY: u8 = 0x80;

/// Registers 0x00 to 0x06.
#[derive(Clone, Copy, Debug)]
pub(in crate::parts) struct Clock {
    registers: [u8; 7],
}

impl Clock {
    /// Sets every register to a date and time, in 24-hour mode.
    pub(in crate::parts) fn at(time: DateTime) -> Clock {
        Clock {
            registers: [time.seconds, time.minutes, time.hours, time.weekday(), time.day, time.month, time.year]
                .map(bcd),
        }
    }

    pub(in crate::parts) fn registers(&self) -> [u8; 7] {
        self.registers
    }

    /// Writes a register; `index` must be below 7.
    pub(in crate::parts) fn write(&mut self, index: usize, value: u8) {
        self.registers[index] = value & WRITABLE[index];
    }

    /// Counts one second.
    pub(in crate::parts) fn tick(&mut self) {
        if self.count(SECONDS, 0x7f, 59, 0) && self.count(MINUTES, 0x7f, 59, 0) && self.count_hour() {
            self.count(DAY, 0x07, 7, 1);
            let days = self.days_in_month();
            if self.count(DATE, 0x3f, days, 1) && self.count(MONTH, 0x1f, 12, 1) && self.count(YEAR, 0xff, 99, 0) {
                self.registers[MONTH] ^= CENTURY;
            }
        }
    }

    /// Counts the masked bits of a register, and returns whether they went from `last`, or beyond, to `first`.
    fn count(&mut self, index: usize, mask: u8, last: u8, first: u8) -> bool {
        let register = &mut self.registers[index];
        let value = binary(*register & mask);
        let carry = value >= last;
        *register = *register & !mask | bcd(if carry { first } else { value + 1 });
        carry
    }

    /// Counts an hour, and returns whether that was the last one of the day.
    fn count_hour(&mut self) -> bool {
        if self.registers[HOURS] & TWELVE_HOURS == 0 {
            return self.count(HOURS, 0x3f, 23, 0);
        }
        let before = self.registers[HOURS];
        self.count(HOURS, 0x1f, 12, 1);
        let reached_twelve = binary(self.registers[HOURS] & 0x1f) == 12;
        if reached_twelve {
            self.registers[HOURS] ^= PM;
        }
        reached_twelve && before & PM != 0
    }

    /// Returns the days of the month. The part takes every fourth year for a leap year, so it is right until 2099.
    fn days_in_month(&self) -> u8 {
        days_in_month(binary(self.registers[MONTH] & 0x1f), binary(self.registers[YEAR]))
    }

    /// Returns whether the registers match alarm 1: seconds, minutes, hours, day or date.
    pub(super) fn matches_alarm_1(&self, alarm: [u8; 4]) -> bool {
        let [seconds, minutes, hours, day] = alarm;
        self.matches(SECONDS, seconds) && self.matches_alarm(minutes, hours, day)
    }

    /// Returns whether the registers match alarm 2: minutes, hours, day or date. It compares when the seconds are 00.
    pub(super) fn matches_alarm_2(&self, alarm: [u8; 3]) -> bool {
        let [minutes, hours, day] = alarm;
        self.registers[SECONDS] == 0 && self.matches_alarm(minutes, hours, day)
    }

    fn matches_alarm(&self, minutes: u8, hours: u8, day: u8) -> bool {
        self.matches(MINUTES, minutes)
            && self.matches(HOURS, hours)
            && self.matches(if day & ALARM_DAY == 0 { DATE } else { DAY }, day & !ALARM_DAY)
    }

    fn matches(&self, index: usize, alarm: u8) -> bool {
        alarm & ALARM_ANY != 0 || alarm == self.registers[index]
    }
}

/// Returns the days of a month in a year of the century.
pub(super) fn days_in_month(month: u8, year: u8) -> u8 {
    match month {
        4 | 6 | 9 | 11 => 30,
        2 if year.is_multiple_of(4) => 29,
        2 => 28,
        _ => 31,
    }
}

/// Returns the BCD form of a number below 100.
fn bcd(number: u8) -> u8 {
    ((number / 10) << 4) | (number % 10)
}

/// Returns the number that a BCD form stands for. Digits above 9, which the data sheet leaves undefined, count as what they are.
fn binary(bcd: u8) -> u8 {
    (bcd >> 4) * 10 + (bcd & 0x0f)
}

#[cfg(test)]
mod tests {
    use super::{Clock, DateTime};

    /// The registers one second after those given.
    fn next(registers: [u8; 7]) -> [u8; 7] {
        let mut clock = Clock { registers };
        clock.tick();
        clock.registers()
    }

    #[test]
    fn months_end_on_their_last_day_and_years_on_theirs() {
        for (date, month, year, expected) in [
            (0x31, 0x01, 0x26, [0x01, 0x02, 0x26]),
            (0x30, 0x04, 0x26, [0x01, 0x05, 0x26]),
            (0x28, 0x02, 0x26, [0x01, 0x03, 0x26]),
            (0x28, 0x02, 0x28, [0x29, 0x02, 0x28]),
            (0x29, 0x02, 0x28, [0x01, 0x03, 0x28]),
            (0x29, 0x02, 0x00, [0x01, 0x03, 0x00]),
            (0x30, 0x09, 0x26, [0x01, 0x10, 0x26]),
            (0x31, 0x12, 0x26, [0x01, 0x01, 0x27]),
            (0x31, 0x12, 0x99, [0x01, 0x81, 0x00]),
            (0x31, 0x92, 0x99, [0x01, 0x01, 0x00]),
        ] {
            let after = next([0x59, 0x59, 0x23, 0x07, date, month, year]);
            assert_eq!(after, [0x00, 0x00, 0x00, 0x01, expected[0], expected[1], expected[2]]);
        }
    }

    #[test]
    fn twelve_hour_mode_goes_through_am_and_pm() {
        for (before, after, date) in [
            (0x49, 0x50, 0x05),
            (0x51, 0x72, 0x05), // 11 AM, 12 PM
            (0x72, 0x61, 0x05), // 12 PM, 1 PM
            (0x71, 0x52, 0x06), // 11 PM, 12 AM of the next day
            (0x52, 0x41, 0x05), // 12 AM, 1 AM
        ] {
            let registers = next([0x59, 0x59, before, 0x01, 0x05, 0x01, 0x26]);
            assert_eq!((registers[2], registers[4]), (after, date), "after {before:#x}");
        }
    }

    #[test]
    fn a_day_of_seconds_is_a_day() {
        let start = DateTime::new(2026, 11, 21, 9, 30, 15).expect("a date");
        let mut clock = Clock::at(start);
        assert_eq!(clock.registers(), [0x15, 0x30, 0x09, 0x07, 0x21, 0x11, 0x26]);
        for _ in 0..86_400 {
            clock.tick();
        }
        assert_eq!(clock.registers(), [0x15, 0x30, 0x09, 0x01, 0x22, 0x11, 0x26]);
    }

    #[test]
    fn illogical_registers_count_on_without_harm() {
        for byte in 0..=255 {
            let mut clock = Clock { registers: [0x59, 0x59, 0x23, 0, 0, 0, 0] };
            for index in 2..7 {
                clock.write(index, byte);
            }
            for _ in 0..100 {
                clock.write(0, 0x7f);
                clock.write(1, 0x7f);
                clock.tick();
            }
        }
    }
}
