//! The guard between the outside and the use cases: which operations need a signed-in user, and whether this is one.
//!
//! The policy is in the schema. A root field is protected unless it bears `@public`, so a field that somebody adds
//! tomorrow is protected too.

use std::sync::Arc;

use axum::http::StatusCode;
use taskhive_domain::Accounts;
use taskhive_domain::accounts::Authenticated;
use taskhive_domain::ports::{AuthenticationError, InfraError, InfraErrorKind};
use taskhive_domain::session::TokenRejection;

use super::admission::RootField;
use super::request_error::RequestError;

use crate::accounts::client::{Client, Credential};
use crate::accounts::revocation::RevocationList;
use crate::graphql::ApiError;

/// Who may look at the schema through `__schema` and `__type`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Introspection {
    /// Everybody.
    Public,
    /// Signed-in users.
    Authenticated,
    /// Nobody.
    Off,
}

/// What operations need, by their root fields.
pub(crate) struct Policy {
    introspection: Introspection,
}

/// What an operation needs, from the least to the most demanding.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Requirement {
    /// Nothing: whatever credential came with it is not even looked at.
    Nothing,
    /// To sign out: a signed-in user, one whose session has ended already, or a browser that shows its refresh token.
    SigningOut,
    /// A signed-in user.
    User,
    /// It is switched off.
    Forbidden,
}

impl Policy {
    /// The schema says the rest.
    pub(crate) fn new(introspection: Introspection) -> Self {
        Self { introspection }
    }

    /// What an operation with these root fields needs: as much as the most demanding of them.
    pub(crate) fn requirement(&self, root_fields: &[RootField]) -> Requirement {
        let needs = root_fields.iter().map(|field| match field.name.as_str() {
            "__typename" => Requirement::Nothing,
            "__schema" | "__type" => match self.introspection {
                Introspection::Public => Requirement::Nothing,
                Introspection::Authenticated => Requirement::User,
                Introspection::Off => Requirement::Forbidden,
            },
            _ if field.policy.public => Requirement::Nothing,
            _ if field.policy.refresh_cookie => Requirement::SigningOut,
            _ => Requirement::User,
        });
        needs.max().unwrap_or(Requirement::Nothing)
    }
}

/// Whether a session that somebody has a token of goes on.
enum Session {
    Lives,
    Ended,
}

/// Finds out who sends a request.
pub(crate) struct Guard {
    accounts: Arc<Accounts>,
    revocations: Arc<RevocationList>,
}

impl Guard {
    pub(crate) fn new(accounts: Arc<Accounts>, revocations: Arc<RevocationList>) -> Self {
        Self {
            accounts,
            revocations,
        }
    }

    /// Whoever signs out; `None` for a browser that brings its refresh token and no good access token. Without such a token,
    /// one of a session that has ended will do: whoever asks twice, because the first answer got lost, is signed out.
    pub(crate) async fn identify_to_sign_out(
        &self,
        client: &Client,
    ) -> Result<Option<Authenticated>, RequestError> {
        let has_cookie = client.refresh_cookie.is_some();
        match self.look(&client.credential).await {
            Ok((_, Session::Ended)) if has_cookie => Ok(None),
            Ok((authenticated, _)) => Ok(Some(authenticated)),
            Err(error) if error.status == StatusCode::UNAUTHORIZED && has_cookie => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// The signed-in user, or why there is none.
    pub(crate) async fn identify(
        &self,
        credential: &Credential,
    ) -> Result<Authenticated, RequestError> {
        match self.look(credential).await? {
            (authenticated, Session::Lives) => Ok(authenticated),
            (_, Session::Ended) => Err(RequestError::unauthenticated(ApiError::token_invalid())),
        }
    }

    /// Whose credential it is, and what became of the session.
    async fn look(
        &self,
        credential: &Credential,
    ) -> Result<(Authenticated, Session), RequestError> {
        let token = match credential {
            Credential::Absent => {
                return Err(RequestError::unauthenticated(ApiError::token_missing()));
            }
            Credential::Malformed => {
                return Err(RequestError::unauthenticated(ApiError::token_invalid()));
            }
            Credential::Bearer(token) => token,
        };
        let authenticated = self.accounts.authenticate(token).await.map_err(refused)?;
        let session = authenticated.identity.session();
        match self.revocations.contains(session).await {
            Ok(false) => Ok((authenticated, Session::Lives)),
            Ok(true) => Ok((authenticated, Session::Ended)),
            Err(error) => Err(unavailable(error)),
        }
    }
}

fn refused(error: AuthenticationError) -> RequestError {
    RequestError::unauthenticated(match error {
        AuthenticationError::Rejected(TokenRejection::Expired) => ApiError::token_expired(),
        AuthenticationError::Rejected(TokenRejection::Invalid) => ApiError::token_invalid(),
        AuthenticationError::Infra(error) => return unavailable(error),
    })
}

/// The time of the operation was up before it was clear who asks. Nothing was done.
pub(super) fn guard_late() -> RequestError {
    let context = "whether the session has ended could not be found out in time";
    unavailable(InfraError::bare(InfraErrorKind::Unavailable, context))
}

/// Whatever the reason, nobody is let in, and asking again is the right thing to do.
fn unavailable(error: InfraError) -> RequestError {
    RequestError::unavailable(ApiError::unavailable(error))
}

#[cfg(test)]
mod tests {
    use serde_json::Map;

    use super::*;
    use crate::graphql::FieldPolicy;
    use crate::operation::admission::{Admission, Limits};

    fn requirement(introspection: Introspection, document: &str) -> Requirement {
        let admission = Admission::new(&crate::graphql::sdl(), Limits::default()).unwrap();
        let admitted = admission.admit(document, None, Map::new()).unwrap();
        Policy::new(introspection).requirement(&admitted.root_fields)
    }

    #[test]
    fn the_most_demanding_field_decides() {
        for (document, needs) in [
            ("{ server { version } __typename }", Requirement::Nothing),
            ("{ server { version } me { id } }", Requirement::User),
            (
                "{ ...F } fragment F on Query { me @skip(if: true) { id } }",
                Requirement::User,
            ),
            (
                "mutation { refreshToken(input: {}) { expiresIn } }",
                Requirement::Nothing,
            ),
            (
                "mutation { logout { success } __typename }",
                Requirement::SigningOut,
            ),
            (
                "mutation { logout { success } revokeOtherSessions { revokedSessionIds } }",
                Requirement::User,
            ),
            ("subscription { taskEvents { kind } }", Requirement::User),
        ] {
            assert_eq!(
                requirement(Introspection::Public, document),
                needs,
                "{document}"
            );
        }
    }

    #[test]
    fn introspection_is_for_whom_it_is_set_to() {
        let mixed = "{ server { version } __type(name: \"Task\") { name } }";
        for (introspection, needs) in [
            (Introspection::Public, Requirement::Nothing),
            (Introspection::Authenticated, Requirement::User),
            (Introspection::Off, Requirement::Forbidden),
        ] {
            let schema = "{ __schema { queryType { name } } }";
            assert_eq!(requirement(introspection, schema), needs);
            assert_eq!(requirement(introspection, mixed), needs);
            let typename = requirement(introspection, "{ __typename }");
            assert_eq!(typename, Requirement::Nothing);
        }
    }

    /// A field that somebody adds tomorrow is protected before anybody thinks of it.
    #[test]
    fn a_field_without_a_mark_needs_a_user() {
        let field = |name: &str, public| RootField {
            name: name.to_owned(),
            policy: FieldPolicy {
                public,
                credentials: false,
                refresh_cookie: false,
            },
        };
        let policy = Policy::new(Introspection::Public);
        let (open, unheard_of) = (field("open", true), field("unheardOf", false));
        assert_eq!(
            policy.requirement(&[open.clone(), unheard_of]),
            Requirement::User
        );
        assert_eq!(policy.requirement(&[open]), Requirement::Nothing);
    }
}
