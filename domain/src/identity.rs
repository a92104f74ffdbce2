//! Who somebody is: to the use cases, and in the words of an identity provider.

use std::fmt;
use std::sync::Arc;

use crate::id::{SessionId, UserId};
use crate::time::Timestamp;
use crate::user::EmailAddress;

/// Who makes a request. Only [`Accounts::authenticate`](crate::Accounts::authenticate) makes one, from a verified token;
/// use cases take it by value, so none of them can be called without.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Identity {
    pub(crate) user: UserId,
    pub(crate) session: SessionId,
}

impl Identity {
    /// The signed-in user.
    #[must_use]
    pub const fn user(self) -> UserId {
        self.user
    }

    /// The session in which the user signed in.
    #[must_use]
    pub const fn session(self) -> SessionId {
        self.session
    }
}

/// Who somebody is in the words of an identity provider. Two of them are the same if they are equal byte for byte.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct ExternalIdentity {
    issuer: Arc<str>,
    subject: String,
}

impl ExternalIdentity {
    /// The longest issuer and the longest subject, in characters (OpenID Connect Core 1.0, section 2, for the subject).
    pub const MAX_LENGTH: usize = 255;

    /// `None` if one of them is empty, too long or holds a control character.
    #[must_use]
    pub fn new(issuer: Arc<str>, subject: String) -> Option<Self> {
        let fits = |text: &str| {
            (1..=Self::MAX_LENGTH).contains(&text.chars().count())
                && !text.chars().any(char::is_control)
        };
        (fits(&issuer) && fits(&subject)).then_some(Self { issuer, subject })
    }

    /// Who issues the tokens.
    #[must_use]
    pub fn issuer(&self) -> &str {
        &self.issuer
    }

    /// What the issuer calls the user. No UUID, and no address either.
    #[must_use]
    pub fn subject(&self) -> &str {
        &self.subject
    }
}

/// A subject may be personal: it must not get into a log by way of `{:?}`.
impl fmt::Debug for ExternalIdentity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ExternalIdentity({}, …)", self.issuer)
    }
}

/// What a verified token of an identity provider says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExternalClaims {
    /// Who.
    pub identity: ExternalIdentity,
    /// The user's address, as far as the provider knows one.
    pub email: Option<EmailAddress>,
    /// Stands for the session at the provider: the same for all tokens of one. It cannot be ended here.
    pub session: SessionId,
    /// Until when.
    pub expires_at: Timestamp,
}
