//! How long to wait before the next try, and what the log hears: one line when an outage begins, one when it is over.

use std::time::Duration;

use taskhive_domain::ports::InfraError;
use uuid::Uuid;

use crate::error_chain;

const FIRST_PAUSE: Duration = Duration::from_millis(250);
/// Also the longest time that watchers are not told of a gap once the database is back.
const LONGEST_PAUSE: Duration = Duration::from_secs(10);

pub(super) struct Backoff {
    /// What does not work meanwhile.
    consequence: &'static str,
    failures: u32,
    /// The reasons that the log has heard in this outage. A flag would not do: what comes second may be the one that says which
    /// setting is wrong. A handful: errors say what was being done in fixed words.
    logged: Vec<String>,
}

impl Backoff {
    pub(super) const fn new(consequence: &'static str) -> Self {
        Self {
            consequence,
            failures: 0,
            logged: Vec::new(),
        }
    }

    /// It failed (again). Says how long to wait.
    pub(super) fn failed(&mut self, error: &InfraError) -> Duration {
        let summary = error.to_string();
        if !self.logged.contains(&summary) {
            tracing::warn!(
                reason = error_chain(error),
                "{}; trying again",
                self.consequence
            );
            self.logged.push(summary);
        }
        let pause = pause(self.failures, random());
        self.failures = self.failures.saturating_add(1);
        pause
    }

    /// It worked.
    pub(super) fn recovered(&mut self) {
        if !self.logged.is_empty() {
            tracing::info!("over: {}", self.consequence);
        }
        *self = Self::new(self.consequence);
    }
}

/// Twice as long after each failure, and up to a half shorter, so that instances do not all come back at the same moment.
fn pause(failures: u32, random: u8) -> Duration {
    let whole = FIRST_PAUSE
        .saturating_mul(2_u32.saturating_pow(failures))
        .min(LONGEST_PAUSE);
    whole / 512 * (512 - u32::from(random))
}

fn random() -> u8 {
    let [byte, ..] = Uuid::new_v4().into_bytes();
    byte
}

#[cfg(test)]
mod tests {
    use taskhive_domain::ports::InfraErrorKind;

    use super::*;

    #[test]
    fn pauses_double_up_to_a_bound_and_vary_by_half() {
        assert_eq!(pause(1, 0), 2 * pause(0, 0));
        for failures in [6, 31, 32, u32::MAX] {
            assert!(pause(failures, 0) <= LONGEST_PAUSE);
            assert!(pause(failures, u8::MAX) > LONGEST_PAUSE / 2);
        }
    }

    #[test]
    fn each_reason_is_logged_once_an_outage() {
        let mut backoff = Backoff::new("nothing works");
        let failure = |context: &str| InfraError::bare(InfraErrorKind::Unavailable, context);
        for _ in 0..5 {
            backoff.failed(&failure("connect"));
            backoff.failed(&failure("ask"));
        }
        assert_eq!(backoff.logged, ["connect", "ask"]);
        backoff.recovered();
        assert!(backoff.logged.is_empty());
        assert!(backoff.failed(&failure("ask")) <= FIRST_PAUSE);
    }
}
