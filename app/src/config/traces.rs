//! The settings of traces, under the names that OpenTelemetry gives them.

use taskhive_adapters::traces::{CollectorHeaders, CollectorUrl, Sampling, TraceSettings};

use super::reader::Reader;

/// Reads all of them, so that mistakes are found also while nothing is traced.
pub(super) fn read(reader: &mut Reader<'_>) -> Option<TraceSettings> {
    let endpoint = reader.optional("OTEL_EXPORTER_OTLP_ENDPOINT", CollectorUrl::parse);
    let headers = reader.optional("OTEL_EXPORTER_OTLP_HEADERS", CollectorHeaders::parse);
    let service_name = reader.required("OTEL_SERVICE_NAME", |name| Ok::<_, &str>(name.to_owned()));
    let share = reader.required("OTEL_TRACES_SAMPLER_ARG", share);
    let sampling = reader.required("OTEL_TRACES_SAMPLER", |sampler| {
        Sampling::named(sampler, share.unwrap_or(1.0)).ok_or(
            "must be always_on, always_off or traceidratio, or one of them behind parentbased_",
        )
    });
    Some(TraceSettings {
        endpoint: endpoint?,
        headers: headers.unwrap_or_default(),
        service_name: service_name?,
        sampling: sampling?,
    })
}

fn share(text: &str) -> Result<f64, &'static str> {
    let share = text
        .parse()
        .ok()
        .filter(|share| (0.0..=1.0).contains(share));
    share.ok_or("must be a number from 0 to 1")
}
