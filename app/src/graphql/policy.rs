//! The policy of root fields, read from their definitions in the schema. Access, transports and admission go by it; none of
//! them knows a field by its name.
//!
//! Nothing is listed, so nothing can be forgotten: a field is protected unless it bears `@public`, and it hands out
//! credentials if it returns [`AuthPayload`], the only type that holds tokens. What returns [`LogoutPayload`] signs out.

use apollo_compiler::ast::FieldDefinition;

use super::object::Object;
use super::types::account::{AuthPayload, LogoutPayload};

/// Special rules for a field of `Query`, `Mutation` or `Subscription`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FieldPolicy {
    /// It can be called without an access token.
    pub public: bool,
    /// It hands out credentials: it stands alone in its operation, so that neither aliases nor fragments multiply tries, and
    /// sockets do not carry it.
    pub credentials: bool,
    /// Instead of an access token, the refresh token of a browser's cookie will do: it ends the session it belongs to.
    pub refresh_cookie: bool,
}

impl FieldPolicy {
    /// By the field's definition in the schema.
    pub(crate) fn of(definition: &FieldDefinition) -> Self {
        Self {
            public: definition.directives.has("public"),
            credentials: definition.ty.inner_named_type() == AuthPayload::NAME,
            refresh_cookie: definition.ty.inner_named_type() == LogoutPayload::NAME,
        }
    }
}

#[cfg(test)]
mod tests {
    use apollo_compiler::Schema;

    use super::*;

    /// Every root field of the schema for which this holds, in the order of the schema.
    fn root_fields(holds: fn(FieldPolicy) -> bool) -> Vec<String> {
        let schema = Schema::parse_and_validate(crate::graphql::sdl(), "schema.graphql").unwrap();
        let mut found = Vec::new();
        for root in ["Query", "Mutation", "Subscription"] {
            for (name, definition) in &schema.get_object(root).unwrap().fields {
                if holds(FieldPolicy::of(definition)) {
                    found.push(format!("{root}.{name}"));
                }
            }
        }
        found
    }

    /// A literal on purpose: whoever makes a field public has to write it down a second time.
    #[test]
    fn exactly_these_fields_are_public() {
        assert_eq!(
            root_fields(|policy| policy.public),
            [
                "Query.server",
                "Mutation.register",
                "Mutation.login",
                "Mutation.refreshToken"
            ]
        );
    }

    /// A literal on purpose, too.
    #[test]
    fn exactly_these_fields_hand_out_credentials() {
        assert_eq!(
            root_fields(|policy| policy.credentials),
            [
                "Mutation.register",
                "Mutation.login",
                "Mutation.refreshToken",
                "Mutation.changePassword"
            ]
        );
    }

    /// A literal on purpose: a cookie comes without being asked for, so it must not open anything else.
    #[test]
    fn exactly_this_field_takes_the_cookie_for_a_token() {
        let fields = root_fields(|policy| policy.refresh_cookie);
        assert_eq!(fields, ["Mutation.logout"]);
    }

    /// The reason why the type decides.
    #[test]
    fn no_other_type_holds_tokens() {
        let schema = Schema::parse_and_validate(crate::graphql::sdl(), "schema.graphql").unwrap();
        let holders: Vec<_> = schema
            .types
            .iter()
            .filter(|(name, _)| *name != "Mutation")
            .filter(|(_, definition)| {
                definition.as_object().is_some_and(|object| {
                    object.fields.keys().any(|field| field.ends_with("Token"))
                })
            })
            .map(|(name, _)| name.as_str())
            .collect();
        assert_eq!(holders, ["AuthPayload"]);
    }
}
