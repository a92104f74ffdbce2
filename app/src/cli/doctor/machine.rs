//! What the service needs of the machine: places to listen, and descriptors.

use std::net::SocketAddr;

use taskhive_adapters::store::Finding;
use tokio::net::TcpListener;

use crate::cli::healthcheck::is_alive;
use crate::config::Config;
use crate::process;

/// Whether as many connections as may be open can be.
pub(super) fn descriptors(config: &Config) -> Finding {
    let (subject, needed) = ("open files", config.descriptors());
    match process::most_descriptors() {
        Some(most) if most < needed => Finding::bad(
            subject,
            format!("{most} may be open here, and all connections together need {needed}"),
            "raise the limit (`ulimit -n`, `LimitNOFILE=`) or lower LIMIT_CONNECTIONS",
        ),
        Some(most) => Finding::good(subject, format!("{most} may be open, {needed} are enough")),
        None => Finding::good(subject, "as many as there need be"),
    }
}

/// Whether the service can listen where it is to, or does already.
pub(super) async fn listeners(config: &Config) -> Vec<Finding> {
    let mut findings = vec![listener(config.listen, "set HOST or PORT to another one").await];
    if let Some(address) = config.metrics {
        findings.push(listener(address, "set METRICS_ADDR to another one").await);
    }
    findings
}

async fn listener(address: SocketAddr, fix: &'static str) -> Finding {
    let subject = "listening";
    match TcpListener::bind(address).await {
        Ok(_) => Finding::good(subject, format!("{address} is free")),
        Err(_) if is_alive(address).await => {
            Finding::good(subject, format!("a service answers at {address}"))
        }
        Err(error) => {
            let what = format!("{address} cannot be listened on: {error}");
            Finding::bad(subject, what, fix)
        }
    }
}
