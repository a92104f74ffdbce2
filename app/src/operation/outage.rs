//! One line in the log when operations cannot be served any more, and one when they can: not one for each of the thousands that
//! are refused in between.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

/// An outage is over when an operation is served this long after the last one that was not. Under overload some are and others
/// are not, all the time: that is one outage.
const CALM: Duration = Duration::from_secs(1);

/// Of this process, like its log.
static OUTAGE: Outage = Outage::none();

/// Says that an operation could not be served, or counts it, if that is nothing new.
pub(super) fn refused(request_id: &str, path: &str, cause: &str) {
    if OUTAGE.refused(Instant::now()) {
        tracing::warn!(
            request_id,
            path,
            cause,
            "an operation could not be served; further ones are counted"
        );
    } else {
        tracing::debug!(request_id, path, cause, "an operation could not be served");
    }
}

/// Takes note of an operation that was served, and says so if others were not before.
pub(super) fn served() {
    if let Some(over) = OUTAGE.served(Instant::now()) {
        tracing::warn!(
            refused = over.refused,
            seconds = over.lasted.as_secs(),
            "operations are served again"
        );
    }
}

/// Whether operations are being refused because something that they need is not there.
struct Outage {
    /// Spares those that are served the lock when there is nothing to say.
    is_ongoing: AtomicBool,
    ongoing: Mutex<Option<Ongoing>>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Ongoing {
    began: Instant,
    last: Instant,
    refused: u64,
}

/// How long operations were refused, and how many.
#[derive(Debug, PartialEq, Eq)]
struct Over {
    lasted: Duration,
    refused: u64,
}

impl Outage {
    const fn none() -> Self {
        Self {
            is_ongoing: AtomicBool::new(false),
            ongoing: Mutex::new(None),
        }
    }

    /// Counts an operation that was refused. Says whether it is the first one.
    fn refused(&self, now: Instant) -> bool {
        let mut ongoing = self.ongoing.lock().unwrap_or_else(PoisonError::into_inner);
        self.is_ongoing.store(true, Ordering::Relaxed);
        let began = ongoing.map_or(now, |ongoing| ongoing.began);
        let before = ongoing.map_or(0, |ongoing| ongoing.refused);
        *ongoing = Some(Ongoing {
            began,
            last: now,
            refused: before + 1,
        });
        before == 0
    }

    /// Takes note of an operation that was served. Returns what there is to say if that ends an outage.
    fn served(&self, now: Instant) -> Option<Over> {
        if !self.is_ongoing.load(Ordering::Relaxed) {
            return None;
        }
        let mut ongoing = self.ongoing.lock().unwrap_or_else(PoisonError::into_inner);
        let calm = |ongoing: &mut Ongoing| now.saturating_duration_since(ongoing.last) >= CALM;
        let over = ongoing.take_if(calm)?;
        self.is_ongoing.store(false, Ordering::Relaxed);
        Some(Over {
            lasted: over.last.saturating_duration_since(over.began),
            refused: over.refused,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_first_of_an_outage_is_news_and_the_end_counts_all() {
        let (outage, start) = (Outage::none(), Instant::now());
        let at = |millis| start + Duration::from_millis(millis);
        assert_eq!(outage.served(at(0)), None);
        assert!(outage.refused(at(100)));
        for n in 1..50 {
            assert!(!outage.refused(at(100 + n * 20)));
        }
        assert_eq!(outage.served(at(1500)), None, "others may still be refused");
        let over = Over {
            lasted: Duration::from_millis(980),
            refused: 50,
        };
        assert_eq!(outage.served(at(2080)), Some(over));
        assert_eq!(outage.served(at(5000)), None);
        assert!(outage.refused(at(6000)), "a new one");
    }
}
