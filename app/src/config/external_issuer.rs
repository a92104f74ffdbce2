//! The settings of an identity provider: all of them or none.

use taskhive_adapters::external_issuer::{ExternalIssuerSettings, JwksUrl, SignatureAlgorithm};
use taskhive_domain::identity::ExternalIdentity;

use super::reader::Reader;

const NAMES: [&str; 3] = ["AUTH_JWKS_URL", "AUTH_ISSUER", "AUTH_AUDIENCE"];

pub(super) fn read(reader: &mut Reader<'_>) -> Option<ExternalIssuerSettings> {
    let missing: Vec<&str> = NAMES
        .into_iter()
        .filter(|name| !reader.is_set(name))
        .collect();
    let jwks_url = reader.optional("AUTH_JWKS_URL", JwksUrl::parse);
    let issuer = reader.optional("AUTH_ISSUER", name);
    let audience = reader.optional("AUTH_AUDIENCE", name);
    let algorithms = reader.required("AUTH_ALGORITHMS", algorithms);
    let any = missing.len() < NAMES.len() || reader.is_set("AUTH_ALGORITHMS");
    if any && !missing.is_empty() {
        let hint = "must be set as well: an identity provider is known by its keys, its name and ours. See docs/better-auth.md";
        reader.mistake(&missing.join(", "), hint);
    }
    Some(ExternalIssuerSettings {
        jwks_url: jwks_url?,
        issuer: issuer?,
        audience: audience?,
        algorithms: algorithms?,
    })
}

/// Compared with what tokens say, so it is taken as it is.
fn name(text: &str) -> Result<String, &'static str> {
    let identity = ExternalIdentity::new(text.into(), "subject".to_owned());
    match identity {
        Some(_) => Ok(text.to_owned()),
        None => Err("must have at most 255 characters, none of them a control character"),
    }
}

fn algorithms(text: &str) -> Result<Vec<SignatureAlgorithm>, &'static str> {
    let names = text.split(',').map(str::trim);
    names
        .map(SignatureAlgorithm::parse)
        .collect::<Option<_>>()
        .ok_or("must be one or several of EdDSA, ES256, RS256, with commas in between")
}
