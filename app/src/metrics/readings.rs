//! Values that somebody keeps anyway, read when Prometheus asks.

use std::fmt;

use prometheus_client::collector::Collector;
use prometheus_client::encoding::{DescriptorEncoder, MetricEncoder, NoLabelSet};
use prometheus_client::metrics::MetricType;

/// How a value behaves.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// It goes up and down.
    Gauge,
    /// It only grows. Its name gets the suffix `_total`.
    Counter,
}

/// One value, and the labels that tell it from others of its name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Sample {
    pub(crate) labels: Vec<(&'static str, &'static str)>,
    pub(crate) value: u64,
}

/// A metric, and how it is read.
pub(crate) struct Reading {
    pub(crate) name: &'static str,
    /// What it says, without a full stop.
    pub(crate) help: &'static str,
    pub(crate) kind: Kind,
    pub(crate) read: Box<dyn Fn() -> Vec<Sample> + Send + Sync>,
}

impl Reading {
    /// One value without labels.
    pub(crate) fn single(
        kind: Kind,
        name: &'static str,
        help: &'static str,
        read: impl Fn() -> u64 + Send + Sync + 'static,
    ) -> Self {
        let read = move || {
            let labels = Vec::new();
            vec![Sample {
                labels,
                value: read(),
            }]
        };
        Self {
            name,
            help,
            kind,
            read: Box::new(read),
        }
    }

    fn encode(&self, encoder: &mut DescriptorEncoder<'_>) -> fmt::Result {
        let kind = match self.kind {
            Kind::Gauge => MetricType::Gauge,
            Kind::Counter => MetricType::Counter,
        };
        let mut metric = encoder.encode_descriptor(self.name, self.help, None, kind)?;
        for Sample { labels, value } in (self.read)() {
            if labels.is_empty() {
                self.encode_value(&mut metric, value)?;
            } else {
                self.encode_value(&mut metric.encode_family(&labels)?, value)?;
            }
        }
        Ok(())
    }

    fn encode_value(&self, metric: &mut MetricEncoder<'_>, value: u64) -> fmt::Result {
        match self.kind {
            Kind::Gauge => metric.encode_gauge(&value),
            Kind::Counter => metric.encode_counter::<NoLabelSet, _, f64>(&value, None),
        }
    }
}

/// Several metrics, as the library wants them.
pub(super) struct Readings(pub(super) Vec<Reading>);

impl Collector for Readings {
    fn encode(&self, mut encoder: DescriptorEncoder<'_>) -> fmt::Result {
        self.0
            .iter()
            .try_for_each(|reading| reading.encode(&mut encoder))
    }
}

impl fmt::Debug for Readings {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names = self.0.iter().map(|reading| reading.name);
        formatter.debug_list().entries(names).finish()
    }
}
