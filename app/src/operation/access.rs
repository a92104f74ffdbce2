//! The guard between the outside and the use cases: which operations need a signed-in user, and whether this is one.
//!
//! The policy is in the schema. A root field is protected unless it bears `@public`, so a field that somebody adds
//! tomorrow is protected too.

use std::sync::Arc;

use apollo_compiler::Schema;
use axum::http::{HeaderMap, header};
use taskhive_domain::Accounts;
use taskhive_domain::accounts::Authenticated;
use taskhive_domain::ports::AuthenticationError;
use taskhive_domain::session::TokenRejection;

use super::admission::OperationKind;
use super::request_error::RequestError;
use super::revocation::RevocationList;
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

/// What a request brought to prove who sends it.
#[derive(Clone)]
pub(crate) enum Credential {
    /// Nothing.
    None,
    /// Something that looks like a token.
    Bearer(String),
    /// Something else: two headers, another scheme, bytes that are no text.
    Malformed,
}

impl Credential {
    /// From the Authorization header.
    pub(crate) fn from_headers(headers: &HeaderMap) -> Self {
        let mut lines = headers.get_all(header::AUTHORIZATION).iter();
        match (lines.next(), lines.next()) {
            (None, _) => Self::None,
            (Some(line), None) => line.to_str().map_or(Self::Malformed, Self::from_text),
            (Some(_), Some(_)) => Self::Malformed,
        }
    }

    /// From the text of such a header, wherever it stands.
    pub(crate) fn from_text(text: &str) -> Self {
        match text.trim().split_once(' ') {
            Some((scheme, token)) if scheme.eq_ignore_ascii_case("bearer") => {
                Self::Bearer(token.trim().to_owned())
            }
            _ => Self::Malformed,
        }
    }
}

/// Which root fields everybody may call.
pub(crate) struct Policy {
    public: Vec<(OperationKind, String)>,
    introspection: Introspection,
}

/// What an operation needs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Requirement {
    /// Nothing: whatever credential came with it is not even looked at.
    Nothing,
    /// A signed-in user.
    User,
    /// It is switched off.
    Forbidden,
}

impl Policy {
    /// Reads the policy from the schema.
    pub(crate) fn new(schema: &Schema, introspection: Introspection) -> Self {
        let roots = [
            (OperationKind::Query, &schema.schema_definition.query),
            (OperationKind::Mutation, &schema.schema_definition.mutation),
            (
                OperationKind::Subscription,
                &schema.schema_definition.subscription,
            ),
        ];
        let mut public = Vec::new();
        for (kind, root) in roots {
            let Some(object) = root.as_ref().and_then(|root| schema.get_object(root)) else {
                continue;
            };
            let open = object
                .fields
                .iter()
                .filter(|(_, field)| field.directives.has("public"));
            public.extend(open.map(|(name, _)| (kind, name.to_string())));
        }
        Self {
            public,
            introspection,
        }
    }

    fn is_public(&self, kind: OperationKind, name: &str) -> bool {
        self.public
            .iter()
            .any(|(of, public)| *of == kind && public == name)
    }

    /// What an operation with these root fields needs: as much as the most demanding of them.
    pub(crate) fn requirement<'a>(
        &self,
        kind: OperationKind,
        root_fields: impl IntoIterator<Item = &'a str>,
    ) -> Requirement {
        let needs = root_fields.into_iter().map(|name| match name {
            "__typename" => Requirement::Nothing,
            "__schema" | "__type" => match self.introspection {
                Introspection::Public => Requirement::Nothing,
                Introspection::Authenticated => Requirement::User,
                Introspection::Off => Requirement::Forbidden,
            },
            name if self.is_public(kind, name) => Requirement::Nothing,
            _ => Requirement::User,
        });
        needs.fold(Requirement::Nothing, Requirement::max)
    }
}

impl Requirement {
    fn max(self, other: Self) -> Self {
        match (self, other) {
            (Self::Forbidden, _) | (_, Self::Forbidden) => Self::Forbidden,
            (Self::User, _) | (_, Self::User) => Self::User,
            _ => Self::Nothing,
        }
    }
}

/// Finds out who sends a request.
pub(crate) struct Guard {
    accounts: Arc<Accounts>,
    ended: Arc<RevocationList>,
}

impl Guard {
    pub(crate) fn new(accounts: Arc<Accounts>, ended: Arc<RevocationList>) -> Self {
        Self { accounts, ended }
    }

    /// The signed-in user, or why there is none.
    pub(crate) async fn identify(
        &self,
        credential: &Credential,
    ) -> Result<Authenticated, RequestError> {
        let token = match credential {
            Credential::None => {
                return Err(RequestError::unauthenticated(ApiError::token_missing()));
            }
            Credential::Malformed => {
                return Err(RequestError::unauthenticated(ApiError::token_invalid()));
            }
            Credential::Bearer(token) => token,
        };
        let authenticated =
            self.accounts
                .authenticate(token)
                .await
                .map_err(|error| match error {
                    AuthenticationError::Rejected(TokenRejection::Expired) => {
                        RequestError::unauthenticated(ApiError::token_expired())
                    }
                    AuthenticationError::Rejected(TokenRejection::Invalid) => {
                        RequestError::unauthenticated(ApiError::token_invalid())
                    }
                    AuthenticationError::Infra(error) => RequestError::unavailable(error.into()),
                })?;
        match self.ended.contains(authenticated.identity.session()).await {
            Ok(false) => Ok(authenticated),
            Ok(true) => Err(RequestError::unauthenticated(ApiError::token_invalid())),
            // Whatever the reason, nobody is let in, and asking again is the right thing to do.
            Err(error) => Err(RequestError::unavailable(ApiError::unavailable(error))),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn policy(introspection: Introspection) -> Policy {
        let schema = Schema::parse_and_validate(crate::graphql::sdl(), "schema.graphql").unwrap();
        Policy::new(&schema, introspection)
    }

    /// A literal on purpose: whoever makes a field public has to write it down a second time.
    #[test]
    fn exactly_these_fields_are_public() {
        let mut public: Vec<String> = policy(Introspection::Public)
            .public
            .into_iter()
            .map(|(kind, name)| format!("{kind:?}.{name}"))
            .collect();
        public.sort();
        assert_eq!(
            public,
            [
                "Mutation.login",
                "Mutation.refreshToken",
                "Mutation.register",
                "Query.server"
            ]
        );
    }

    #[test]
    fn the_most_demanding_field_decides() {
        let policy = policy(Introspection::Authenticated);
        let requirement =
            |fields: &[&str]| policy.requirement(OperationKind::Mutation, fields.iter().copied());
        assert_eq!(requirement(&["login", "__typename"]), Requirement::Nothing);
        assert_eq!(requirement(&["login", "createTask"]), Requirement::User);
        assert_eq!(requirement(&["unheardOf"]), Requirement::User);
        assert_eq!(
            policy.requirement(OperationKind::Query, ["login"]),
            Requirement::User
        );
        assert_eq!(
            policy.requirement(OperationKind::Query, ["__schema"]),
            Requirement::User
        );
    }

    #[test]
    fn credentials_are_read_strictly() {
        assert!(
            matches!(Credential::from_text("Bearer abc"), Credential::Bearer(token) if token == "abc")
        );
        assert!(
            matches!(Credential::from_text("bearer  abc "), Credential::Bearer(token) if token == "abc")
        );
        for text in ["", "abc", "Basic abc", "Bearer"] {
            assert!(
                matches!(Credential::from_text(text), Credential::Malformed),
                "{text}"
            );
        }
    }
}
