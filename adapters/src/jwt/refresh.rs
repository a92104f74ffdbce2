//! Refresh tokens: a version, the session, the generation and a tag over all of it, in base64url, after a prefix by which
//! scanners of code and logs can tell that it is a secret.

use aws_lc_rs::hmac;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use taskhive_domain::SessionId;
use taskhive_domain::session::{Generation, RefreshClaims, RefreshToken};
use uuid::Uuid;
use zeroize::Zeroizing;

/// "Taskhive refresh".
const PREFIX: &str = "thr_";
/// Changes when the layout does.
const VERSION: u8 = 1;
/// Version, session, generation.
const CLAIMS_BYTES: usize = 1 + 16 + 4;
/// HMAC-SHA-256, not shortened.
const TAG_BYTES: usize = 32;
/// Every token has this length: 53 bytes are 71 characters.
const TOKEN_LENGTH: usize = PREFIX.len() + ((CLAIMS_BYTES + TAG_BYTES) * 4).div_ceil(3);

/// The token for these claims.
pub(super) fn mint(claims: &RefreshClaims, key: &hmac::Key) -> RefreshToken {
    let mut bytes = Zeroizing::new(Vec::with_capacity(CLAIMS_BYTES + TAG_BYTES));
    bytes.push(VERSION);
    bytes.extend_from_slice(claims.session.uuid().as_bytes());
    bytes.extend_from_slice(&claims.generation.to_be_bytes());
    let tag = hmac::sign(key, &bytes);
    bytes.extend_from_slice(tag.as_ref());
    // All of it is reserved at once: a string that grows would leave a copy behind.
    let mut text = String::with_capacity(TOKEN_LENGTH);
    text.push_str(PREFIX);
    URL_SAFE_NO_PAD.encode_string(&*bytes, &mut text);
    RefreshToken::new(text)
}

/// What a token says that one of these keys has made. Tags are compared in constant time.
pub(super) fn read<'keys>(
    token: &str,
    keys: impl IntoIterator<Item = &'keys hmac::Key>,
) -> Option<RefreshClaims> {
    if token.len() != TOKEN_LENGTH {
        return None;
    }
    let encoded = token.strip_prefix(PREFIX)?;
    // This engine accepts one spelling only: no padding, no white space, no stray bits at the end.
    let bytes = Zeroizing::new(URL_SAFE_NO_PAD.decode(encoded).ok()?);
    let (claims, tag) = bytes.split_at_checked(CLAIMS_BYTES)?;
    let mut keys = keys.into_iter();
    if !keys.any(|key| hmac::verify(key, claims, tag).is_ok()) {
        return None;
    }
    let (version, claims) = claims.split_first()?;
    let (session, generation) = claims.split_at_checked(16)?;
    let generation = Generation::from_be_bytes(generation.try_into().ok()?);
    (*version == VERSION && generation >= 1).then_some(RefreshClaims {
        session: SessionId::from_uuid(Uuid::from_slice(session).ok()?),
        generation,
    })
}
