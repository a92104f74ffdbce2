//! Operations: how many, by name, outcome and transport, and how long they took.
//!
//! A counter is looked up once and then kept with the document whose operation it counts, so that a request costs two atomic
//! additions. Names are the clients': at most [`MAX_NAMES`] get a series, whoever comes later is `other`.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::time::Duration;

use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::registry::Registry;

/// Names that get a series of their own.
const MAX_NAMES: usize = 100;
/// How many of them may come from clients that are not signed in: nobody can take all of them without an account.
const MAX_PUBLIC_NAMES: usize = 20;
/// Where histograms divide, in seconds: from what a cached read takes to the longest execution.
const BUCKETS: [f64; 13] = [
    0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0,
];

type Name = Arc<str>;
type OutcomeLabels = [(&'static str, Name); 3];
type Durations = Family<[(&'static str, Name); 1], Histogram, fn() -> Histogram>;

/// All operations of one instance.
pub(crate) struct OperationMetrics {
    /// The words for how an operation came out, by index.
    outcomes: Vec<Name>,
    /// The words for how it arrived, by index.
    transports: Vec<Name>,
    counts: Family<OutcomeLabels, Counter>,
    durations: Durations,
    /// Asked once for each document.
    names: Mutex<HashMap<Name, Arc<NamedOperation>>>,
    unnamed: Arc<NamedOperation>,
    refused: Arc<NamedOperation>,
    other: Arc<NamedOperation>,
}

/// The operations of one name.
#[derive(Debug)]
pub(crate) struct NamedOperation {
    name: Name,
    /// A row of outcomes for each transport; a counter appears when there is something to count.
    counts: Vec<OnceLock<Counter>>,
    duration: Histogram,
}

impl OperationMetrics {
    pub(super) fn register(
        registry: &mut Registry,
        outcomes: Vec<&'static str>,
        transports: Vec<&'static str>,
    ) -> Self {
        let counts = Family::<OutcomeLabels, Counter>::default();
        let help = "Operations that are over, by name, code of their outcome and transport";
        registry.register("taskhive_operations", help, counts.clone());
        let durations: Durations = Family::new_with_constructor(|| Histogram::new(BUCKETS));
        let help = "How long queries and mutations took that were executed, in seconds";
        registry.register(
            "taskhive_operation_duration_seconds",
            help,
            durations.clone(),
        );
        let cells = outcomes.len() * transports.len();
        let named = |name: &str| Arc::new(NamedOperation::new(name.into(), cells, &durations));
        Self {
            unnamed: named("unnamed"),
            refused: named("refused"),
            other: named("other"),
            outcomes: outcomes.into_iter().map(Name::from).collect(),
            transports: transports.into_iter().map(Name::from).collect(),
            names: Mutex::default(),
            counts,
            durations,
        }
    }

    /// The series of an operation that may run. Keep it: this takes a lock.
    pub(crate) fn named(&self, name: Option<&str>, signed_in: bool) -> Arc<NamedOperation> {
        let Some(name) = name else {
            return Arc::clone(&self.unnamed);
        };
        // A name is in the table as a whole or not at all.
        let mut names = self.names.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = names.get(name) {
            return Arc::clone(known);
        }
        let most = if signed_in {
            MAX_NAMES
        } else {
            MAX_PUBLIC_NAMES
        };
        if names.len() >= most {
            return Arc::clone(&self.other);
        }
        let cells = self.outcomes.len() * self.transports.len();
        let name = Name::from(name);
        let newcomer = NamedOperation::new(Arc::clone(&name), cells, &self.durations);
        let newcomer = Arc::new(newcomer);
        names.insert(name, Arc::clone(&newcomer));
        newcomer
    }

    /// The series of all operations that were refused before they had a name.
    pub(crate) fn refused(&self) -> &Arc<NamedOperation> {
        &self.refused
    }

    /// One operation is over. Outcome and transport are indices of the words that this was made with.
    pub(crate) fn count(&self, operation: &NamedOperation, outcome: usize, transport: usize) {
        let cell = transport * self.outcomes.len() + outcome;
        if let (Some(cell), Some(outcome), Some(transport)) = (
            operation.counts.get(cell),
            self.outcomes.get(outcome),
            self.transports.get(transport),
        ) {
            let counter = cell.get_or_init(|| {
                self.counts.get_or_create_owned(&[
                    ("operation", Arc::clone(&operation.name)),
                    ("code", Arc::clone(outcome)),
                    ("transport", Arc::clone(transport)),
                ])
            });
            counter.inc();
        }
    }
}

impl NamedOperation {
    fn new(name: Name, cells: usize, durations: &Durations) -> Self {
        Self {
            duration: durations.get_or_create_owned(&[("operation", Arc::clone(&name))]),
            counts: std::iter::repeat_with(OnceLock::new).take(cells).collect(),
            name,
        }
    }

    /// How long one of them took.
    pub(crate) fn took(&self, duration: Duration) {
        self.duration.observe(duration.as_secs_f64());
    }
}

#[cfg(test)]
mod tests {
    use taskhive_domain::Timestamp;

    use super::*;
    use crate::metrics::Metrics;

    fn metrics() -> (Metrics, OperationMetrics) {
        let metrics = Metrics::new("none", Timestamp::from_millis(0));
        let operations = metrics.operations(vec!["OK", "INTERNAL"], vec!["http", "websocket"]);
        (metrics, operations)
    }

    #[test]
    fn operations_are_counted_by_name_outcome_and_transport() {
        let (metrics, operations) = metrics();
        let mine = operations.named(Some("Mine"), true);
        operations.count(&mine, 0, 0);
        operations.count(&mine, 0, 0);
        operations.count(&operations.named(Some("Mine"), false), 1, 1);
        operations.count(operations.refused(), 1, 0);
        mine.took(Duration::from_millis(3));
        let text = metrics.text().unwrap();
        for line in [
            r#"taskhive_build_info{version="0.1.0",database="none"} 1"#,
            r#"taskhive_operations_total{operation="Mine",code="OK",transport="http"} 2"#,
            r#"taskhive_operations_total{operation="Mine",code="INTERNAL",transport="websocket"} 1"#,
            r#"taskhive_operations_total{operation="refused",code="INTERNAL",transport="http"} 1"#,
            r#"taskhive_operation_duration_seconds_bucket{operation="Mine",le="0.0025"} 0"#,
            r#"taskhive_operation_duration_seconds_bucket{operation="Mine",le="0.005"} 1"#,
        ] {
            assert!(text.lines().any(|each| each == line), "{line}\n{text}");
        }
    }

    #[test]
    fn no_client_can_make_more_series_than_there_is_room_for() {
        let (metrics, operations) = metrics();
        for (signed_in, prefix) in [(false, "Public"), (true, "Own")] {
            for number in 0..200 {
                let name = format!("{prefix}{number}");
                operations.count(&operations.named(Some(&name), signed_in), 0, 0);
            }
        }
        let text = metrics.text().unwrap();
        let series = |prefix: &str| {
            let line = format!("taskhive_operations_total{{operation=\"{prefix}");
            text.lines().filter(|each| each.starts_with(&line)).count()
        };
        assert_eq!(series("Public"), MAX_PUBLIC_NAMES);
        assert_eq!(series("Own"), MAX_NAMES - MAX_PUBLIC_NAMES);
        let other =
            r#"taskhive_operations_total{operation="other",code="OK",transport="http"} 300"#;
        assert!(text.lines().any(|line| line == other), "{text}");
    }
}
