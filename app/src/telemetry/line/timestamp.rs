//! RFC 3339 in UTC, to the microsecond.

use std::io::Write;
use std::time::{SystemTime, UNIX_EPOCH};

use chrono::{DateTime, Utc};

/// Remembers the second: most lines have that of the line before.
#[derive(Default)]
pub(super) struct Timestamps {
    second: Option<u64>,
    text: String,
}

impl Timestamps {
    pub(super) fn write(&mut self, time: SystemTime, line: &mut Vec<u8>) {
        // A clock before 1970 is wrong, and this shows it.
        let since = time.duration_since(UNIX_EPOCH).unwrap_or_default();
        if self.second != Some(since.as_secs()) {
            let time = DateTime::<Utc>::from(UNIX_EPOCH + since);
            self.text = time.format("%Y-%m-%dT%H:%M:%S").to_string();
            self.second = Some(since.as_secs());
        }
        line.extend_from_slice(self.text.as_bytes());
        // A vector takes everything.
        let _ = write!(line, ".{:06}Z", since.subsec_micros());
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn times_are_those_of_rfc_3339() {
        let mut timestamps = Timestamps::default();
        for (millis, expected) in [
            (0, "1970-01-01T00:00:00.000000Z"),
            (1_795_000_000_007, "2026-11-18T11:06:40.007000Z"),
            (1_795_000_000_999, "2026-11-18T11:06:40.999000Z"),
            (1_795_000_001_000, "2026-11-18T11:06:41.000000Z"),
            (951_782_400_000, "2000-02-29T00:00:00.000000Z"),
        ] {
            let mut line = Vec::new();
            timestamps.write(UNIX_EPOCH + Duration::from_millis(millis), &mut line);
            assert_eq!(String::from_utf8(line).unwrap(), expected);
        }
    }
}
