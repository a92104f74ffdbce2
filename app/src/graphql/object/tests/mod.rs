//! A plan answers what the library answers, for every selection there can be.

mod derived;
mod every_field;
mod selected;

use async_graphql::{
    EmptyMutation, EmptySubscription, Object as ObjectRoot, ObjectType, Request, Schema,
    SchemaBuilder, ValidationMode, Variables,
};
use proptest::prelude::*;
use taskhive_domain::change::{ChangeNumber, Position};
use taskhive_domain::listing::{Page, TaskOrder};
use taskhive_domain::task::{
    DueDay, Priority, Rank, Tags, Task as DomainTask, TaskDraft, TaskDraftInput,
};
use taskhive_domain::{TaskId, Timestamp, UserId};

use super::*;
use crate::graphql::types::connection::{TaskConnection, TaskPage};

/// A connection that is answered by a plan.
struct Planned;

#[ObjectRoot(name = "Query")]
impl Planned {
    async fn connection(&self) -> TaskConnection {
        connection()
    }
}

/// The same connection, as the library resolves it.
struct Derived;

#[ObjectRoot(name = "Query")]
impl Derived {
    async fn connection(&self) -> derived::TaskConnection {
        page().into()
    }
}

fn connection() -> TaskConnection {
    TaskConnection {
        page: TaskPage::new(page(), owner(), ORDER),
        total: Some(7),
    }
}

const ORDER: TaskOrder = TaskOrder::Newest;

fn owner() -> UserId {
    UserId::from_uuid(uuid::Uuid::nil())
}

fn task(n: u128, completed_at: Option<Timestamp>) -> DomainTask {
    let draft = TaskDraft::parse(TaskDraftInput {
        title: &format!("Task {n} \u{1F9ED}"),
        description: Some("\"quoted\"\r\n"),
        ..TaskDraftInput::default()
    })
    .unwrap();
    let at = Timestamp::from_millis(1_700_000_000_123);
    DomainTask {
        id: TaskId::from_uuid(uuid::Uuid::from_u128(n)),
        title: draft.title,
        description: draft.description,
        created_at: at,
        updated_at: at,
        completed_at,
        version: 3,
        change: ChangeNumber::new(7),
        due_on: completed_at.and(DueDay::from_days(20_000)),
        priority: Priority::Urgent,
        tags: Tags::parse(["\"b\"", "\u{1F9ED}"]).unwrap(),
        rank: Rank::NONE,
        moved: None,
    }
}

fn page() -> Page {
    let at = Timestamp::from_millis(1_700_000_000_123);
    Page {
        tasks: vec![task(1, None), task(2, Some(at))],
        has_next: true,
        has_previous: false,
        as_of: Some(Position::after(ChangeNumber::new(7))),
    }
}

fn leaf(names: &'static [&'static str]) -> BoxedStrategy<String> {
    let aliased = (
        proptest::option::of(prop::sample::select(vec!["a", "b"])),
        prop::sample::select(names),
    );
    // An alias names one field only, so that any two selections of a key can be merged.
    aliased
        .prop_map(|(alias, name)| {
            alias.map_or(name.to_owned(), |alias| format!("{alias}_{name}: {name}"))
        })
        .boxed()
}

/// What may stand in a selection of an object of this type: fields, fragments around them, directives on them.
fn selection(on: &'static str, field: BoxedStrategy<String>) -> BoxedStrategy<String> {
    let field = prop_oneof![9 => field, 1 => Just("__typename".to_owned())].boxed();
    // Something is always left: see the test below for when it is not.
    let within = prop::sample::select(vec![
        "{}",
        "... { {} }",
        "... on {on} { {} }",
        "{} @include(if: $yes)",
        "__typename ... @skip(if: $yes) { {} }",
    ]);
    let wrapped = (field.clone(), within).prop_map(move |(field, within)| {
        if field.ends_with('}') && within.starts_with("{} @") {
            field
        } else {
            within.replace("{on}", on).replacen("{}", &field, 1)
        }
    });
    proptest::collection::vec(wrapped, 1..6)
        .prop_map(|fields| fields.join(" "))
        .boxed()
}

fn nested(
    name: &'static str,
    on: &'static str,
    fields: BoxedStrategy<String>,
) -> BoxedStrategy<String> {
    selection(on, fields)
        .prop_map(move |inner| format!("{name} {{ {inner} }}"))
        .boxed()
}

fn connection_selection() -> BoxedStrategy<String> {
    const TASK: &[&str] = &[
        "id",
        "title",
        "description",
        "completed",
        "createdAt",
        "updatedAt",
        "completedAt",
        "version",
    ];
    let task = prop_oneof![
        4 => leaf(TASK),
        1 => Just("...F".to_owned()),
        1 => Just("... on Node { id }".to_owned())
    ]
    .boxed();
    let edge = prop_oneof![leaf(&["cursor"]), nested("node", "Task", task.clone())].boxed();
    let info = leaf(&["hasNextPage", "hasPreviousPage", "startCursor", "endCursor"]);
    selection(
        "TaskConnection",
        prop_oneof![
            leaf(&["totalCount"]),
            nested("nodes", "Task", task),
            nested("edges", "TaskEdge", edge),
            nested("pageInfo", "PageInfo", info)
        ]
        .boxed(),
    )
}

type Builder<Q> = SchemaBuilder<Q, EmptyMutation, EmptySubscription>;

fn with<Q: ObjectType + 'static>(root: Q) -> Builder<Q> {
    Schema::build(root, EmptyMutation, EmptySubscription).validation_mode(ValidationMode::Fast)
}

fn answer<Q: ObjectType + 'static>(schema: Builder<Q>, document: &str) -> String {
    let schema = schema.finish();
    let variables = Variables::from_json(serde_json::json!({ "yes": true }));
    let runtime = tokio::runtime::Builder::new_current_thread()
        .build()
        .unwrap();
    let response = runtime.block_on(schema.execute(Request::new(document).variables(variables)));
    assert!(
        response.errors.is_empty(),
        "{document}: {:?}",
        response.errors
    );
    response.data.into_json().unwrap().to_string()
}

proptest! {
    #[test]
    fn a_plan_answers_what_the_library_answers(selection in connection_selection()) {
        let document = format!(
            "query($yes: Boolean!) {{ connection {{ {selection} }} }} \
             fragment F on Task {{ id ...G }} fragment G on Task {{ version title }}"
        );
        let derived = with(Derived).register_output_type::<derived::Node>();
        prop_assert_eq!(answer(with(Planned), &document), answer(derived, &document), "{}", document);
    }
}

/// Here the library answers null, and drops what another selection of the same key wants.
#[tokio::test]
async fn an_object_of_which_nothing_is_left_is_empty() {
    let schema = Schema::new(Planned, EmptyMutation, EmptySubscription);
    let document = "{ connection { nodes { id @skip(if: true) } pageInfo { startCursor @skip(if: true) } pageInfo { hasNextPage } } }";
    let response = schema.execute(document).await;
    assert_eq!(
        response.data.into_json().unwrap().to_string(),
        r#"{"connection":{"nodes":[{},{}],"pageInfo":{"hasNextPage":true}}}"#
    );
}

/// What no schema allows is an error for the log, and never a null.
#[tokio::test]
async fn an_unknown_field_is_an_error() {
    let schema = with(Planned).finish();
    let response = schema.execute("{ connection { nodes { dueAt } } }").await;
    assert_eq!(response.errors[0].message, "`Task` has no field `dueAt`");
    assert!(response.errors[0].extensions.is_none(), "it would be shown");
}
