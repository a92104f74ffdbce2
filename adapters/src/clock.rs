//! The clock of the machine: the only place that reads it.

use std::time::{SystemTime, UNIX_EPOCH};

use taskhive_domain::Timestamp;
use taskhive_domain::ports::Clock;

/// Reads the clock of the machine, in whole milliseconds: what is finer would be lost in the database and in the API.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    #[expect(
        clippy::disallowed_methods,
        reason = "this is the Clock that everybody else asks"
    )]
    fn now(&self) -> Timestamp {
        // A machine that believes to be before 1970 gets 1970: tokens and sessions are then refused, nothing breaks.
        let since_epoch = SystemTime::now()
            .duration_since(UNIX_EPOCH)
            .unwrap_or_default();
        Timestamp::from_millis(0).plus(since_epoch)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lies_in_this_century_and_does_not_count_in_other_units() {
        let year_2025 = Timestamp::from_millis(1_735_689_600_000);
        let year_2125 = Timestamp::from_millis(4_891_363_200_000);
        let now = SystemClock.now();
        assert!(year_2025 < now && now < year_2125, "{now:?}");
    }
}
