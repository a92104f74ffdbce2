//! Who sends a request: what an access token proves, ours or that of an identity provider.
//!
//! Whoever brings a good token of a provider has an account from then on. Accounts are told apart by issuer and subject and by
//! nothing else: two of them are never the same person because they have the same address, which no provider has to have
//! verified.

use super::{Accounts, ExternalPorts, Tokens};
use crate::identity::Identity;
use crate::ports::AuthenticationError;
use crate::time::Timestamp;
use crate::user::User;

/// Who a verified access token stands for, and how long.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Authenticated {
    /// The caller.
    pub identity: Identity,
    /// When the proof expires.
    pub expires_at: Timestamp,
}

impl Accounts {
    /// Who an access token stands for. Does not know of ended sessions: see
    /// [`ended_since`](crate::ports::SessionRepository::ended_since) and [`SessionEvents`](crate::ports::SessionEvents).
    pub async fn authenticate(&self, token: &str) -> Result<Authenticated, AuthenticationError> {
        let now = self.ports.clock.now();
        let issuer = match &self.tokens {
            Tokens::Own(issuer) => issuer,
            Tokens::External(external) => {
                return self.authenticate_external(external, token, now).await;
            }
        };
        let claims = issuer.verify_access(token, now).await?;
        let identity = Identity {
            user: claims.user,
            session: claims.session,
        };
        Ok(Authenticated {
            identity,
            expires_at: claims.expires_at,
        })
    }

    /// Verifies a token of the identity provider and finds, or makes, the account that belongs to it.
    async fn authenticate_external(
        &self,
        external: &ExternalPorts,
        token: &str,
        now: Timestamp,
    ) -> Result<Authenticated, AuthenticationError> {
        let claims = external.provider.verify(token, now).await?;
        let newcomer = User::first_seen(claims.email, now);
        let user = external
            .users
            .find_or_register(&claims.identity, &newcomer)
            .await?;
        Ok(Authenticated {
            identity: Identity {
                user,
                session: claims.session,
            },
            expires_at: claims.expires_at,
        })
    }
}
