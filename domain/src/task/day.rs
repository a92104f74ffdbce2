//! The day a task is due: a day of the calendar, without a time or a zone.

use crate::violation::{Reason, Violation, Violations};

/// A calendar day of the years 1900 to 9999. What day it is today, only clients know.
///
/// By hand, because the crates for it come with clocks and zones, which this one must not know.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct DueDay {
    /// Days since 1970-01-01; negative before.
    days: i32,
}

const FIRST_YEAR: i32 = 1900;
const LAST_YEAR: i32 = 9999;

impl DueDay {
    /// Reads `2026-01-31`, and no other way to write a day.
    pub fn parse(text: &str) -> Result<Self, Violations> {
        let Some((year, month, day)) = parts(text) else {
            let message = "A day is written as year, month and day: 2026-01-31.";
            return Err(Violation::new(Reason::Malformed, message).into());
        };
        if day < 1 || day > length_of_month(year, month) {
            let message = "There is no such day in the calendar.";
            return Err(Violation::new(Reason::Malformed, message).into());
        }
        if !(FIRST_YEAR..=LAST_YEAR).contains(&year) {
            let message = format!("Years go from {FIRST_YEAR} to {LAST_YEAR}.");
            return Err(Violation::new(Reason::OutOfRange, message).into());
        }
        let days = days_of(year, month, day);
        Ok(Self { days })
    }

    /// For adapters: a day by its distance to 1970-01-01. `None` beyond the years that were ever allowed.
    #[must_use]
    pub fn from_days(days: i32) -> Option<Self> {
        let (first, last) = (days_of(FIRST_YEAR, 1, 1), days_of(LAST_YEAR, 12, 31));
        (first..=last).contains(&days).then_some(Self { days })
    }

    /// For adapters: days since 1970-01-01, negative before.
    #[must_use]
    pub const fn days(self) -> i32 {
        self.days
    }

    /// Year, month and day.
    #[must_use]
    pub const fn calendar(self) -> (i32, i32, i32) {
        calendar_of(self.days)
    }
}

/// As [`DueDay::parse`] reads it.
impl std::fmt::Display for DueDay {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let (year, month, day) = self.calendar();
        write!(formatter, "{year:04}-{month:02}-{day:02}")
    }
}

/// Year, month and day of a text in which each stands in its place; the month is one.
fn parts(text: &str) -> Option<(i32, i32, i32)> {
    let digits = |part: &str, length: usize| {
        let written = part.len() == length && part.bytes().all(|byte| byte.is_ascii_digit());
        part.parse().ok().filter(|_| written)
    };
    let (year, rest) = text.split_once('-')?;
    let (month, day) = rest.split_once('-')?;
    let month = digits(month, 2).filter(|month| (1..=12).contains(month))?;
    Some((digits(year, 4)?, month, digits(day, 2)?))
}

const fn length_of_month(year: i32, month: i32) -> i32 {
    match month {
        2 if year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

/// Days of 400 years, after which the calendar repeats itself.
const ERA: i32 = 146_097;
/// From 0000-03-01, with which an era begins here, to 1970-01-01.
const EPOCH: i32 = 719_468;

/// Howard Hinnant, "chrono-Compatible Low-Level Date Algorithms": years begin in March, so that the day that may be
/// missing is the last one.
const fn days_of(year: i32, month: i32, day: i32) -> i32 {
    let year = if month <= 2 { year - 1 } else { year };
    let (era, of_era) = (year.div_euclid(400), year.rem_euclid(400));
    let of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    era * ERA + of_era * 365 + of_era / 4 - of_era / 100 + of_year - EPOCH
}

/// The way back.
const fn calendar_of(days: i32) -> (i32, i32, i32) {
    let days = days + EPOCH;
    let (era, of_era) = (days.div_euclid(ERA), days.rem_euclid(ERA));
    let year = (of_era - of_era / 1460 + of_era / 36_524 - of_era / (ERA - 1)) / 365;
    let of_year = of_era - (365 * year + year / 4 - year / 100);
    let from_march = (5 * of_year + 2) / 153;
    let day = of_year - (153 * from_march + 2) / 5 + 1;
    let month = (from_march + 2) % 12 + 1;
    let year = year + era * 400 + (month <= 2) as i32;
    (year, month, day)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn reason(text: &str) -> Option<Reason> {
        let violations = DueDay::parse(text).err()?;
        violations.as_slice().first().map(|broken| broken.reason)
    }

    #[test]
    fn days_of_the_calendar_are_read_and_no_others() {
        for text in [
            "1900-01-01",
            "1970-01-01",
            "2000-02-29",
            "2024-02-29",
            "9999-12-31",
        ] {
            let day = DueDay::parse(text).unwrap();
            assert_eq!(day.to_string(), text);
            assert_eq!(DueDay::from_days(day.days()), Some(day));
        }
        for text in [
            "2026-02-30",
            "2025-02-29",
            "1900-02-29",
            "2026-04-31",
            "2026-00-10",
            "2026-13-01",
            "2026-01-00",
            "2026-01-32",
            "",
            "2026",
            "2026-1-1",
            "26-01-01",
            "02026-01-01",
            "-2026-01-01",
            "+026-01-01",
            "2026-01-01T00:00:00Z",
            " 2026-01-01",
            "2026-01-01 ",
            "2026/01/01",
            "tomorrow",
            "２０２６-01-01",
            "2026-01-+1",
        ] {
            assert_eq!(reason(text), Some(Reason::Malformed), "{text:?}");
        }
        for text in ["0000-01-01", "0001-12-31", "1899-12-31"] {
            assert_eq!(reason(text), Some(Reason::OutOfRange), "{text:?}");
        }
    }

    #[test]
    fn days_are_counted_from_1970() {
        let days = |text| DueDay::parse(text).unwrap().days();
        assert_eq!(days("1970-01-01"), 0);
        assert_eq!(days("1969-12-31"), -1);
        assert_eq!(days("2000-03-01"), 11_017);
        let last = days("9999-12-31");
        assert_eq!(DueDay::from_days(last + 1), None);
        assert_eq!(DueDay::from_days(days("1900-01-01") - 1), None);
    }

    proptest! {
        #[test]
        fn every_day_is_followed_by_the_next(days in -25_567..2_932_895) {
            let [day, next] = [days, days + 1].map(|days| DueDay::from_days(days).unwrap());
            prop_assert_eq!(DueDay::parse(&day.to_string()), Ok(day));
            let ((year, month, date), following) = (day.calendar(), next.calendar());
            let same_month = (year, month, date + 1);
            let next_month = if month == 12 { (year + 1, 1, 1) } else { (year, month + 1, 1) };
            let expected = if date < length_of_month(year, month) { same_month } else { next_month };
            prop_assert_eq!(following, expected);
            prop_assert!(day < next && day.to_string() < next.to_string());
        }

        #[test]
        fn no_text_is_too_strange(text: String) {
            if let Ok(day) = DueDay::parse(&text) {
                prop_assert_eq!(day.to_string(), text);
            }
        }
    }
}
