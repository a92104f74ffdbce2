//! The scalars of the API.

use async_graphql::{InputValueError, InputValueResult, Scalar, ScalarType, Value};
use chrono::{DateTime as Rfc3339, Datelike, SecondsFormat, Timelike, Utc};
use taskhive_domain::Timestamp;
use taskhive_domain::task::DueDay;

use crate::graphql::object::leaf;

/// A point in time as the API writes it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct DateTime(pub(crate) Timestamp);

/// A point in time in UTC with milliseconds, such as `2026-01-31T09:30:00.000Z`. In
/// inputs any RFC 3339 offset and up to nine fractional digits are accepted.
#[Scalar(
    name = "DateTime",
    specified_by_url = "https://scalars.graphql.org/andimarek/date-time.html"
)]
impl ScalarType for DateTime {
    fn parse(value: Value) -> InputValueResult<Self> {
        let Value::String(text) = value else {
            return Err(InputValueError::expected_type(value));
        };
        Rfc3339::parse_from_rfc3339(&text)
            .map(|time| Self(Timestamp::from_millis(time.timestamp_millis())))
            .map_err(|_| InputValueError::custom("must be an RFC 3339 date and time"))
    }

    fn to_value(&self) -> Value {
        Value::String(self.text())
    }
}

impl DateTime {
    /// chrono writes the same and takes ten times as long, three times for every task of a page: it formats digit groups by
    /// the general machinery for texts.
    fn text(self) -> String {
        // Times come from our own clock; one that chrono cannot hold (the year 262143) is shown as the latest it can.
        let time = Rfc3339::<Utc>::from_timestamp_millis(self.0.millis())
            .unwrap_or(Rfc3339::<Utc>::MAX_UTC);
        let Ok(year @ 0..=9999) = u32::try_from(time.year()) else {
            return time.to_rfc3339_opts(SecondsFormat::Millis, true);
        };
        let mut text = String::with_capacity("2026-01-31T09:30:00.000Z".len());
        for (number, digits, then) in [
            (year, 4, '-'),
            (time.month(), 2, '-'),
            (time.day(), 2, 'T'),
            (time.hour(), 2, ':'),
            (time.minute(), 2, ':'),
            (time.second(), 2, '.'),
            (time.timestamp_subsec_millis(), 3, 'Z'),
        ] {
            push_digits(&mut text, number, digits);
            text.push(then);
        }
        text
    }
}

/// The last decimal digits of a number.
fn push_digits(text: &mut String, number: u32, digits: u32) {
    for place in (0..digits).rev() {
        let digit = number / 10_u32.pow(place) % 10;
        text.push(char::from_digit(digit, 10).unwrap_or_default());
    }
}

leaf!(DateTime: |time| &time.text());

/// A day as the API writes it; in an input, what came: whether that is a day, the domain says, together with everything else
/// that is wrong.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Date(String);

/// A calendar day without time or zone, such as `2026-01-31`.
#[Scalar(
    name = "Date",
    specified_by_url = "https://scalars.graphql.org/andimarek/local-date.html"
)]
impl ScalarType for Date {
    fn parse(value: Value) -> InputValueResult<Self> {
        Ok(Self(match value {
            Value::String(text) => text,
            other => other.to_string(),
        }))
    }

    fn to_value(&self) -> Value {
        Value::String(self.0.clone())
    }
}

impl Date {
    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }
}

impl From<DueDay> for Date {
    fn from(day: DueDay) -> Self {
        let (year, month, date) = day.calendar();
        let mut text = String::with_capacity("2026-01-31".len());
        for (number, digits, before) in [(year, 4, ""), (month, 2, "-"), (date, 2, "-")] {
            text.push_str(before);
            push_digits(&mut text, number.unsigned_abs(), digits);
        }
        Self(text)
    }
}

leaf!(Date: |date| date.as_str());

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn times_are_shown_as_chrono_shows_them(millis in -70_000_000_000_000_i64..300_000_000_000_000) {
            let expected = Rfc3339::<Utc>::from_timestamp_millis(millis).unwrap();
            let expected = expected.to_rfc3339_opts(SecondsFormat::Millis, true);
            prop_assert_eq!(DateTime(Timestamp::from_millis(millis)).text(), expected);
        }
    }

    proptest! {
        #[test]
        fn days_are_those_of_chrono(days in -25_567..=2_932_896) {
            let day = DueDay::from_days(days).unwrap();
            let expected = Rfc3339::<Utc>::from_timestamp(i64::from(days) * 86_400, 0).unwrap();
            prop_assert_eq!(Date::from(day).0, expected.date_naive().to_string());
            prop_assert_eq!(day.to_string(), Date::from(day).0);
        }
    }

    fn shown(text: &str) -> Option<Value> {
        DateTime::parse(Value::from(text))
            .ok()
            .map(|time| time.to_value())
    }

    #[test]
    fn every_spelling_of_a_time_is_shown_in_one_way() {
        let shown_as = Some(Value::from("2026-01-31T09:30:00.123Z"));
        for text in [
            "2026-01-31T09:30:00.123Z",
            "2026-01-31T10:30:00.123+01:00",
            "2026-01-31T09:30:00.123999999Z",
            "2026-01-31t09:30:00.123z",
        ] {
            assert_eq!(shown(text), shown_as, "{text}");
        }
        for text in ["2026-01-31", "yesterday", "", "2026-02-30T00:00:00Z"] {
            assert_eq!(shown(text), None, "{text}");
        }
    }
}
