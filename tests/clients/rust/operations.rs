//! One type for each operation; graphql_client makes the rest.

use graphql_client::GraphQLQuery;

/// A text of one fixed form, such as `2026-01-31T09:30:00.000Z`; `chrono::DateTime<Utc>` fits as well.
type DateTime = String;

/// A day without a time, such as `2026-01-31`; `chrono::NaiveDate` fits as well.
type Date = String;

macro_rules! operations {
    ($($name:ident)*) => { $(
        #[derive(GraphQLQuery)]
        #[graphql(
            schema_path = "../schema.graphql",
            query_path = "clients/rust/operations.graphql",
            variables_derives = "Clone",
            skip_serializing_none
        )]
        pub(crate) struct $name;
    )* };
}

operations!(Login Refresh Logout Tasks CreateTask SetCompleted TaskEvents);
