//! Sessions: one sign-in on one device, and the tokens that belong to it.
//!
//! A refresh token names its session and a generation, and is authenticated by the token issuer; nothing of it is
//! stored. The session remembers the newest generation handed out. That is enough to rotate tokens, to give the same answer
//! again when an answer got lost, and to notice a stolen token.

use std::fmt;
use std::time::Duration;

use zeroize::Zeroizing;

use crate::id::{SessionId, UserId};
use crate::time::Timestamp;

/// How long an access token is good.
pub const ACCESS_TOKEN_LIFETIME: Duration = Duration::from_mins(15);
/// How far the clocks of two machines may differ when the age of a token is judged.
pub const CLOCK_LEEWAY: Duration = Duration::from_secs(30);
/// How long a used refresh token still gives the answer it gave first.
pub const ROTATION_GRACE: Duration = Duration::from_secs(30);
/// A session that is not refreshed for this long is over.
pub const IDLE_LIFETIME: Duration = Duration::from_hours(7 * 24);
/// No session lives longer than this.
pub const ABSOLUTE_LIFETIME: Duration = Duration::from_hours(30 * 24);
/// How long the end of a session must be remembered: until the last access token issued in it is refused by its age, which
/// two machines may judge with twice the leeway between them.
pub const ENDED_MEMORY: Duration = ACCESS_TOKEN_LIFETIME
    .saturating_add(CLOCK_LEEWAY)
    .saturating_add(CLOCK_LEEWAY);

/// Which refresh token of a session: 1 is the first, each rotation makes the next.
pub type Generation = i32;

/// One sign-in on one device, as it is stored while it lives.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Session {
    /// Identifies the session.
    pub id: SessionId,
    /// Who signed in.
    pub user: UserId,
    /// The newest refresh token handed out.
    pub generation: Generation,
    /// What the client called itself when it signed in, cut to [`Session::MAX_USER_AGENT`] characters.
    pub user_agent: String,
    /// When the user signed in.
    pub created_at: Timestamp,
    /// When the newest refresh token was made.
    pub last_used_at: Timestamp,
    /// When a refresh token was last made without an older one being presented; `None` if that never happened.
    pub renewed_at: Option<Timestamp>,
}

impl Session {
    /// How much of a client's name is kept, in characters.
    pub const MAX_USER_AGENT: usize = 200;

    /// The most sessions a user has at a time, and the most a list of them has. Enough for every device and browser of a
    /// person; a script that signs in again and again must not become more than an account can end.
    pub const MAX_PER_USER: u32 = 100;

    /// A session that begins now.
    #[must_use]
    pub fn begin(user: UserId, user_agent: &str, now: Timestamp) -> Self {
        let user_agent = user_agent
            .chars()
            .filter(|c| !c.is_control())
            .take(Self::MAX_USER_AGENT)
            .collect();
        Self {
            id: SessionId::new(now),
            user,
            generation: 1,
            user_agent,
            created_at: now,
            last_used_at: now,
            renewed_at: None,
        }
    }

    /// When it ends unless it is used.
    #[must_use]
    pub fn expires_at(&self) -> Timestamp {
        self.last_used_at
            .plus(IDLE_LIFETIME)
            .min(self.created_at.plus(ABSOLUTE_LIFETIME))
    }

    /// Whether it is over by its age, unused for too long or simply too old.
    #[must_use]
    pub fn is_over(&self, now: Timestamp) -> bool {
        now >= self.expires_at()
    }

    /// The session with a new refresh token for which no older one was presented, as it is after a change of password; `None`
    /// if it is over.
    #[must_use]
    pub fn renewed(&self, now: Timestamp) -> Option<Self> {
        // The token before the new one is never handed out: presenting it within the grace gives the new one, and whoever has
        // a copy of an older token must not get that.
        (!self.is_over(now)).then(|| Self {
            generation: self.generation + 2,
            last_used_at: now,
            renewed_at: Some(now),
            ..self.clone()
        })
    }

    /// Whether it was renewed within [`ROTATION_GRACE`].
    fn was_just_renewed(&self, now: Timestamp) -> bool {
        self.renewed_at
            .is_some_and(|renewed_at| now.since(renewed_at) <= ROTATION_GRACE)
    }

    /// Whether it was just renewed and its newest token was not presented since: perhaps nobody has got that.
    #[must_use]
    pub fn awaits_first_use(&self, now: Timestamp) -> bool {
        self.was_just_renewed(now) && self.renewed_at == Some(self.last_used_at)
    }

    /// What becomes of the session when a refresh token of `presented` generation arrives.
    #[must_use]
    pub fn rotate(&self, presented: Generation, now: Timestamp) -> Rotation {
        let within_grace = now.since(self.last_used_at) <= ROTATION_GRACE;
        let was_handed_out = (1..=self.generation).contains(&presented);
        if self.is_over(now) || !was_handed_out {
            Rotation::Refused
        } else if presented == self.generation {
            Rotation::Rotated(Self {
                generation: self.generation + 1,
                last_used_at: now,
                ..self.clone()
            })
        } else if presented == self.generation - 1 && within_grace {
            Rotation::Repeated(self.clone())
        } else if self.was_just_renewed(now) {
            // Not stolen: sent before its owner was handed the new one without asking for it.
            Rotation::Refused
        } else {
            Rotation::Reused(self.clone())
        }
    }
}

/// What became of a session whose refresh token was presented.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Rotation {
    /// The token was the newest: here is the session with the next generation.
    Rotated(Session),
    /// The token was used a moment ago: the answer is the one given then.
    Repeated(Session),
    /// An old token came back: somebody else has a copy, the session must end.
    Reused(Session),
    /// The session is over or never was, or the token was replaced a moment ago and its owner has the new one.
    Refused,
}

macro_rules! secret_token {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone)]
        pub struct $name(Zeroizing<String>);

        impl $name {
            /// Wraps the text of a token.
            #[must_use]
            pub fn new(token: String) -> Self {
                Self(Zeroizing::new(token))
            }

            /// The text, to be handed to its owner or verified.
            #[must_use]
            pub fn reveal(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(concat!(stringify!($name), "(…)"))
            }
        }
    };
}

secret_token!(
    /// A short-lived proof of who somebody is. Never shown by `{:?}`.
    AccessToken
);
secret_token!(
    /// Exchanged for a new pair of tokens. Never shown by `{:?}`.
    RefreshToken
);

/// What a verified access token says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AccessClaims {
    /// Who.
    pub user: UserId,
    /// In which session.
    pub session: SessionId,
    /// Until when.
    pub expires_at: Timestamp,
}

/// What an authentic refresh token says. Whether it is still good, the session decides.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RefreshClaims {
    /// Of which session.
    pub session: SessionId,
    /// Which of its tokens.
    pub generation: Generation,
}

/// Why an access token does not prove anything.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TokenRejection {
    /// It was good once; refreshing helps.
    Expired,
    /// Malformed, forged, of another kind or for somebody else. Details would only help a forger.
    Invalid,
}

#[cfg(test)]
mod tests;
