//! Whether a field is asked for.

use super::*;

/// Says whether the count was asked for.
struct Asked;

#[ObjectRoot(name = "Query")]
impl Asked {
    async fn connection(&self, ctx: &async_graphql::Context<'_>) -> Option<TaskConnection> {
        let asked = is_asked_for::<TaskConnection>(ctx, "totalCount");
        asked.then(connection)
    }
}

#[test]
fn the_count_is_asked_for_under_any_name_and_through_fragments() {
    for (selection, asked) in [
        ("totalCount", true),
        ("pageInfo { hasNextPage } n: totalCount", true),
        ("... { ... on TaskConnection { totalCount } }", true),
        ("...F", true),
        ("totalCount @include(if: $yes)", true),
        ("totalCount @skip(if: $yes) pageInfo { hasNextPage }", false),
        ("... @skip(if: $yes) { totalCount } __typename", false),
        ("totalCount: __typename", false),
        ("nodes { id }", false),
    ] {
        let document = format!(
            "query($yes: Boolean!) {{ connection {{ {selection} }} }} \
             fragment F on TaskConnection {{ ...G }} fragment G on TaskConnection {{ count: totalCount }}"
        );
        let answered = answer(with(Asked), &document) != r#"{"connection":null}"#;
        assert_eq!(answered, asked, "{selection}");
    }
}

/// A count that was not made is no zero.
#[tokio::test]
async fn a_count_that_is_missing_is_an_error() {
    struct Uncounted;

    #[ObjectRoot(name = "Query")]
    impl Uncounted {
        async fn connection(&self) -> TaskConnection {
            TaskConnection {
                total: None,
                ..connection()
            }
        }
    }

    let schema = Schema::new(Uncounted, EmptyMutation, EmptySubscription);
    let response = schema.execute("{ connection { totalCount } }").await;
    assert_eq!(response.errors.len(), 1);
    let pages = schema.execute("{ connection { nodes { id } } }").await;
    assert!(pages.errors.is_empty(), "{:?}", pages.errors);
}
