//! A clock that is set by hand, a hasher and a token issuer that hide nothing, a listener that only takes notes. None of them
//! keeps anybody out.

use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use async_trait::async_trait;

use crate::id::{SessionId, UserId};
use crate::identity::Identity;
use crate::ports::{Clock, InfraError, PasswordHasher, SessionEvents, TokenIssuer, Verification};
use crate::session::{AccessClaims, AccessToken, RefreshClaims, RefreshToken, TokenRejection};
use crate::time::Timestamp;
use crate::user::{Password, PasswordHash};

/// A clock that stands still until it is moved.
pub struct ManualClock(AtomicI64);

impl ManualClock {
    /// Shows this time.
    #[must_use]
    pub const fn at(now: Timestamp) -> Self {
        Self(AtomicI64::new(now.millis()))
    }

    /// Shows another time from now on, earlier or later.
    pub fn set(&self, now: Timestamp) {
        self.0.store(now.millis(), Ordering::SeqCst);
    }

    /// Lets this much time pass.
    pub fn advance(&self, duration: Duration) {
        self.set(self.now().plus(duration));
    }
}

impl Default for ManualClock {
    /// Shows a time of no meaning, with all digits of a millisecond.
    fn default() -> Self {
        Self::at(Timestamp::from_millis(1_700_000_000_123))
    }
}

impl Clock for ManualClock {
    fn now(&self) -> Timestamp {
        Timestamp::from_millis(self.0.load(Ordering::SeqCst))
    }
}

/// A "hash" that is the password itself, beside the parameters it was made with.
pub struct InsecureHasher {
    /// The parameters of today. A hash that was made with others is outdated.
    pub parameters: u32,
}

impl Default for InsecureHasher {
    fn default() -> Self {
        Self { parameters: 1 }
    }
}

#[async_trait]
impl PasswordHasher for InsecureHasher {
    async fn hash(&self, password: &Password) -> Result<PasswordHash, InfraError> {
        let text = format!("$plain${}${}", self.parameters, password.reveal());
        Ok(PasswordHash::new(text))
    }

    async fn verify(
        &self,
        password: Option<&Password>,
        hash: Option<&PasswordHash>,
    ) -> Result<Verification, InfraError> {
        let parts = hash
            .and_then(|hash| hash.reveal().strip_prefix("$plain$"))
            .and_then(|rest| rest.split_once('$'));
        let (Some(password), Some((parameters, hashed))) = (password, parts) else {
            return Ok(Verification::Mismatch);
        };
        Ok(if hashed != password.reveal() {
            Verification::Mismatch
        } else if parameters == self.parameters.to_string() {
            Verification::Match
        } else {
            Verification::MatchOutdated
        })
    }
}

/// Tokens that spell out what they claim: `access.user_….session_….1700000900123` and `refresh.session_….2`. An access
/// token is good up to the millisecond, without leeway.
pub struct PlainIssuer;

fn read_access(token: &str) -> Option<AccessClaims> {
    let mut parts = token.strip_prefix("access.")?.split('.');
    Some(AccessClaims {
        user: UserId::parse(parts.next()?).ok()?,
        session: SessionId::parse(parts.next()?).ok()?,
        expires_at: Timestamp::from_millis(parts.next()?.parse().ok()?),
    })
    .filter(|claims| write_access(claims) == token)
}

fn write_access(claims: &AccessClaims) -> String {
    let (user, session) = (claims.user, claims.session);
    format!("access.{user}.{session}.{}", claims.expires_at.millis())
}

#[async_trait]
impl TokenIssuer for PlainIssuer {
    fn issue_access(
        &self,
        claims: &AccessClaims,
        _now: Timestamp,
    ) -> Result<AccessToken, InfraError> {
        Ok(AccessToken::new(write_access(claims)))
    }

    async fn verify_access(
        &self,
        token: &str,
        now: Timestamp,
    ) -> Result<AccessClaims, TokenRejection> {
        let claims = read_access(token).ok_or(TokenRejection::Invalid)?;
        if now < claims.expires_at {
            Ok(claims)
        } else {
            Err(TokenRejection::Expired)
        }
    }

    fn mint_refresh(&self, claims: &RefreshClaims) -> RefreshToken {
        RefreshToken::new(format!("refresh.{}.{}", claims.session, claims.generation))
    }

    fn read_refresh(&self, token: &str) -> Option<RefreshClaims> {
        let (session, generation) = token.strip_prefix("refresh.")?.split_once('.')?;
        Some(RefreshClaims {
            session: SessionId::parse(session).ok()?,
            generation: generation.parse().ok()?,
        })
        .filter(|claims| self.mint_refresh(claims).reveal() == token)
    }
}

/// Notes down which sessions it was told to have ended.
#[derive(Default)]
pub struct RecordedEnds(Mutex<Vec<SessionId>>);

impl RecordedEnds {
    /// What was told since this was last asked, in the order in which it was told.
    pub fn take(&self) -> Vec<SessionId> {
        std::mem::take(&mut self.told())
    }

    fn told(&self) -> MutexGuard<'_, Vec<SessionId>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl SessionEvents for RecordedEnds {
    fn ended(&self, sessions: &[SessionId]) {
        self.told().extend_from_slice(sessions);
    }
}

/// Who signed in with this session. Elsewhere only a verified token says so.
#[must_use]
pub const fn signed_in(user: UserId, session: SessionId) -> Identity {
    Identity { user, session }
}
