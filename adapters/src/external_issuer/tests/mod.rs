//! Keys are made and tokens signed by hand, so that each is refused for the one thing that is wrong with it; the keys are
//! fetched from a server on loopback that can misbehave.

mod fetching;
mod forged;
mod logging;
mod server;
mod signing;
mod verified;

use std::time::Duration;

use taskhive_domain::ports::InfraErrorKind;

use self::server::JwksServer;
use self::signing::{Draft, KeyPair};
use super::*;

const ISSUER: &str = "https://app.example.org";
const AUDIENCE: &str = "https://tasks.example.org";
const NOW: Timestamp = Timestamp::from_millis(1_700_000_000_789);
const ALL: [SignatureAlgorithm; 3] = [
    SignatureAlgorithm::EdDsa,
    SignatureAlgorithm::Es256,
    SignatureAlgorithm::Rs256,
];
/// An unknown key makes us look once and then never again.
const ONCE: Pacing = Pacing {
    refresh: Duration::from_hours(1),
    retry: Duration::from_hours(1),
    unknown_key: Duration::from_hours(1),
    patience: Duration::from_secs(5),
};
/// An unknown key makes us look every time.
const ALWAYS: Pacing = Pacing {
    unknown_key: Duration::ZERO,
    ..ONCE
};

fn issuer(url: &str, algorithms: &[SignatureAlgorithm], pacing: Pacing) -> ExternalIssuer {
    let settings = ExternalIssuerSettings {
        jwks_url: JwksUrl::parse(url).unwrap(),
        issuer: ISSUER.to_owned(),
        audience: AUDIENCE.to_owned(),
        algorithms: algorithms.to_vec(),
    };
    ExternalIssuer::new(&settings, pacing).unwrap()
}

/// What verifying came to, in words that can be compared.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Verdict {
    Good,
    Expired,
    Invalid,
    Unavailable,
}

async fn verdict_at(issuer: &ExternalIssuer, token: &str, now: Timestamp) -> Verdict {
    match issuer.verify(token, now).await {
        Ok(_) => Verdict::Good,
        Err(AuthenticationError::Rejected(TokenRejection::Expired)) => Verdict::Expired,
        Err(AuthenticationError::Rejected(TokenRejection::Invalid)) => Verdict::Invalid,
        Err(AuthenticationError::Infra(error)) => {
            assert_eq!(error.kind, InfraErrorKind::Unavailable);
            Verdict::Unavailable
        }
    }
}

async fn verdict(issuer: &ExternalIssuer, token: &str) -> Verdict {
    verdict_at(issuer, token, NOW).await
}
