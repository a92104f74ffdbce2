//! The service behind Better Auth, the real one: it signs people up and issues their tokens, the service fetches its keys
//! and lets them in. What `docs/better-auth.md` shows is what runs here.
//!
//! Needs `node` and, the first time, `npm ci` from the registry or its cache.

mod front_end;
mod provider;
mod service;
mod tokens;

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
