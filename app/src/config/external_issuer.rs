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

/// A page of the identity provider, which makes no sense without one.
pub(super) fn read_sign_in_url(reader: &mut Reader<'_>) -> Option<String> {
    let name = "AUTH_SIGN_IN_URL";
    if reader.is_set(name) && !reader.is_set("AUTH_ISSUER") {
        let hint = "is for people who sign in at an identity provider: set AUTH_ISSUER as well. See docs/better-auth.md";
        reader.mistake(name, hint);
    }
    reader.optional(name, page)
}

/// An address that a link may have, which a script is not.
fn page(text: &str) -> Result<String, &'static str> {
    let mistake = "must be the address of a page, such as https://app.example.org/sign-in";
    let uri: axum::http::Uri = text.parse().map_err(|_| mistake)?;
    let has_user = uri.authority().is_some_and(|at| at.as_str().contains('@'));
    let http = matches!(uri.scheme_str(), Some("http" | "https"));
    let there = uri.host().is_some_and(|host| !host.is_empty());
    if http && there && !has_user {
        Ok(text.to_owned())
    } else {
        Err(mistake)
    }
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
