//! The scalar of the API.

use async_graphql::{InputValueError, InputValueResult, Scalar, ScalarType, Value};
use chrono::{DateTime as Rfc3339, SecondsFormat, Utc};
use taskhive_domain::Timestamp;

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
        // Times come from our own clock; one that chrono cannot show (the year 262143) is shown as the latest it can.
        let time = Rfc3339::<Utc>::from_timestamp_millis(self.0.millis())
            .unwrap_or(Rfc3339::<Utc>::MAX_UTC);
        Value::String(time.to_rfc3339_opts(SecondsFormat::Millis, true))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

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
