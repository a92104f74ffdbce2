//! `taskhive doctor`: looks at everything that has to be right, and says what to do about what is wrong. It changes nothing,
//! makes no file, and repeats no secret.

mod machine;

use std::process::ExitCode;

use taskhive_adapters::external_issuer::{ExternalIssuer, ExternalIssuerSettings};
use taskhive_adapters::store::{Finding, Problem};
use taskhive_adapters::traces::{self, TraceSettings};

use crate::cli::database::open_existing;
use crate::cli::{StartError, answer, print, with_env_file};
use crate::config::settings::SECRET_FILE;
use crate::config::{Config, Vars};
use crate::{secret_file, telemetry};

pub(super) async fn run(environment: Vars) -> Result<ExitCode, StartError> {
    let mut findings = Vec::new();
    match with_env_file(environment).and_then(|vars| Ok(Config::from_vars(&vars)?)) {
        Ok(config) => {
            telemetry::start(config.log_format, &config.log_filter)?;
            findings.push(settings(&config));
            findings.push(secret(&config));
            findings.push(machine::descriptors(&config));
            findings.extend(machine::listeners(&config).await);
            findings.extend(database(&config).await);
            if let Some(issuer) = &config.external_issuer {
                findings.push(identity_provider(issuer).await);
            }
            if let Some(traces) = &config.traces {
                findings.push(collector(traces).await);
            }
        }
        Err(StartError(mistakes)) => findings.push(Finding::bad(
            "settings",
            mistakes,
            "the environment counts over `.env`; nothing else was looked at",
        )),
    }
    print(&findings.iter().map(shown).collect::<String>())?;
    Ok(answer(
        findings.iter().all(|finding| finding.outcome.is_ok()),
    ))
}

/// Two lines for a problem: what, and what to do.
fn shown(finding: &Finding) -> String {
    match &finding.outcome {
        Ok(found) => format!("ok     {}: {found}\n", finding.subject),
        Err(Problem { what, fix }) => {
            format!("WRONG  {}: {what}\n       → {fix}\n", finding.subject)
        }
    }
}

fn settings(config: &Config) -> Finding {
    let subject = "settings";
    if config.warnings.is_empty() {
        Finding::good(subject, "all are understood")
    } else {
        let fix = "mend them, or remove what is not meant for this service";
        Finding::bad(subject, config.warnings.join(" "), fix)
    }
}

fn secret(config: &Config) -> Finding {
    let subject = "signing secret";
    if config.jwt_secret.is_some() {
        return Finding::good(subject, "JWT_SECRET is set");
    }
    match secret_file::look(SECRET_FILE.as_ref()) {
        Ok(true) => Finding::good(subject, format!("{SECRET_FILE} holds one")),
        Ok(false) => Finding::good(
            subject,
            format!("{SECRET_FILE} will be made at the first start"),
        ),
        Err(error) => Finding::bad(
            subject,
            error.to_string(),
            "or set JWT_SECRET, which then counts",
        ),
    }
}

async fn database(config: &Config) -> Vec<Finding> {
    if let Some(file) = config.store.url.sqlite_file()
        && !file.exists()
    {
        let found = format!("{} will be made at the first start", file.display());
        return vec![Finding::good("the file", found)];
    }
    match open_existing(config).await {
        Ok(backend) => backend.examine().await,
        Err(StartError(reason)) => {
            let fix = "see DATABASE_URL and DATABASE_DIRECT_URL in `taskhive settings`";
            vec![Finding::bad("database", reason, fix)]
        }
    }
}

/// Whether its keys can be had. A service that cannot get them starts all the same, and nobody can sign in.
async fn identity_provider(settings: &ExternalIssuerSettings) -> Finding {
    let (subject, url) = ("identity provider", &settings.jwks_url);
    match ExternalIssuer::try_out(settings).await {
        Ok(keys) => Finding::good(subject, format!("{url} has keys that can be used: {keys}")),
        Err(reason) => Finding::bad(
            subject,
            format!("the keys at {url} cannot be had: {reason}"),
            "AUTH_JWKS_URL must name the key set of the provider, and AUTH_ALGORITHMS what it signs with",
        ),
    }
}

/// Whether it takes a batch without a span.
async fn collector(settings: &TraceSettings) -> Finding {
    let (subject, place) = ("traces", &settings.endpoint);
    match traces::try_out(settings).await {
        Ok(()) => Finding::good(subject, format!("{place} takes them")),
        Err(failure) => Finding::bad(
            subject,
            format!("{place}: {failure}"),
            "OTEL_EXPORTER_OTLP_ENDPOINT must name a collector that takes OTLP over HTTP, on port 4318 as a rule (4317 is gRPC)",
        ),
    }
}
