//! The service behind Better Auth, the real one: it signs people up and issues their tokens, the service fetches its keys
//! and lets them in. What `docs/better-auth.md` shows is what runs here.
//!
//! Needs `node` and, the first time, `npm ci` from the registry or its cache.

mod front_end;
mod provider;
mod tokens;

use tempfile::TempDir;
use testkit::Process;

use crate::TASKHIVE;

/// The programs of `tests/better-auth`, those of the manual first.
const PROGRAMS: [&str; 7] = [
    "auth.mjs",
    "route.mjs",
    "auth-client.mjs",
    "taskhive.mjs",
    "database.mjs",
    "server.mjs",
    "walk.mjs",
];
/// What `aud` says. The service knows itself by that name wherever it listens.
const AUDIENCE: &str = "https://tasks.example.org";
/// Where people are sent to sign in.
const SIGN_IN_URL: &str = "https://app.example.org/sign-in";

/// The binary behind a provider with these keys and this name, and the folder that it keeps its database in.
fn behind(jwks_url: &str, issuer: &str) -> (Process, TempDir) {
    let folder = tempfile::tempdir().unwrap();
    let settings = [
        ("AUTH_JWKS_URL", jwks_url),
        ("AUTH_ISSUER", issuer),
        ("AUTH_AUDIENCE", AUDIENCE),
        ("AUTH_SIGN_IN_URL", SIGN_IN_URL),
    ];
    (TASKHIVE.start(folder.path(), &settings), folder)
}
