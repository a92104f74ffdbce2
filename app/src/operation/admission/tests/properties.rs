//! Whatever comes in, something sensible goes out; and what is admitted is what was written.

use async_graphql::parser::parse_query;
use proptest::prelude::*;
use serde_json::json;

use super::super::Limits;
use super::super::line_index::LineIndex;
use super::super::lowering::Lowering;
use super::super::prepared::parse;
use super::super::syntax::without_commas;
use super::{admit, gate, object};

/// Pieces that make GraphQL, and pieces that break it.
fn document() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        8 => prop::sample::select(vec![
            "{", "}", "(", ")", "[", "]", "{", "}", ":", "!", "$", "@", "...", "=", " ", "\n", "\r", ",", "#", "\"", "\"\"\"",
            "\\", "query", "mutation", "subscription", "fragment", "on", "me", "id", "task", "tasks", "nodes", "F", "User",
            "Query", "first", "1", "-0", "1e3", "true", "null", "input", "login", "__schema", "types", "@skip(if:true)",
            "{me{id}}", "...F", "fragment F on User{id}", "($a:Int=1)", "a:", "\u{feff}", "\0", "\u{1F600}",
        ]).prop_map(str::to_owned),
        1 => any::<String>(),
    ];
    prop::collection::vec(piece, 0..60).prop_map(|pieces| pieces.concat())
}

/// Valid operations in many shapes.
fn operation() -> impl Strategy<Value = String> {
    let leaf = prop::sample::select(vec![
        "id",
        "email",
        "a: createdAt",
        "__typename",
        "id @include(if: true)",
    ])
    .prop_map(str::to_owned);
    let user = leaf.prop_recursive(4, 12, 4, |inner| {
        prop::collection::vec(inner, 1..4)
            .prop_map(|inside| format!("... on User @skip(if: false) {{ {} }}", inside.join("\n")))
    });
    let value = prop::sample::select(vec![
        "1",
        "\"x\\n\\u00e9 \\\"\"",
        "\"\"\"\n  block\n    text \n\"\"\"",
        "99999999999999999999",
        "$v",
    ]);
    (prop::collection::vec(user, 1..4), value).prop_map(|(user, value)| {
        format!(
            "query Q($v: ID! = \"d\", $f: [Boolean!]) {{ me {{ {} }} task(id: {value}) {{ id }} v: task(id: $v) {{ ...T }}
               tasks(filter: {{search: \"s\"}}, orderBy: NEWEST, first: null) {{ totalCount }} }}
             fragment T on Task {{ title }}",
            user.join(" ")
        )
        .replace(", $f: [Boolean!]", "")
    })
}

/// Debug output without the positions, which differ between a text and its reprint.
fn shape(document: &impl std::fmt::Debug) -> String {
    let printed = format!("{document:?}");
    let mut parts = printed.split("pos: Pos(");
    let first = parts.next().unwrap_or_default().to_owned();
    parts.fold(first, |shape, part| {
        shape + part.split_once(')').map_or("", |(_, rest)| rest)
    })
}

proptest! {
    #[test]
    fn any_text_is_answered(source in document()) {
        if let Err(refusal) = admit(&source, json!({})) {
            prop_assert!(!refusal.errors.is_empty());
            for error in refusal.errors {
                prop_assert!(error.message.chars().count() <= 300);
                let lines = source.split(['\n', '\r']).count();
                for (line, column) in error.locations {
                    prop_assert!((1..=lines).contains(&line) && column >= 1);
                }
            }
        }
    }

    #[test]
    fn only_commas_outside_strings_are_blanked(before in document(), text in "[a-z,#]{0,20}") {
        let plain = without_commas(&before);
        prop_assert_eq!(plain.len(), before.len());
        prop_assert!(plain.bytes().zip(before.bytes()).all(|(now, was)| now == was || (was == b',' && now == b' ')));
        let string = format!("{{,task(,id,:\"{text}\",),}} # ,");
        prop_assert_eq!(without_commas(&string), format!("{{ task( id :\"{text}\" ) }} #  "));
    }

    #[test]
    fn what_is_lowered_is_what_was_written(source in operation()) {
        let admitted = admit(&source, json!({}));
        prop_assert!(admitted.is_ok(), "{source}");
        let lines = LineIndex::of(&source);
        let document = parse(&source, &lines, &Limits::default()).expect("it is valid");
        let lowering = Lowering::of(&document, &lines);
        let written = document.definitions.iter().find_map(|definition| definition.as_operation_definition());
        let lowered = lowering.operation(written.expect("it is there"));
        let parsed = parse_query(&source).expect("also valid for the executor's own parser");
        let (_, operation) = parsed.operations.iter().next().expect("it is there");
        // Numbers no machine word holds become texts: see `lowering`.
        let parsed_operation = shape(operation).replace("Number(Number(1e+20))", "String(\"99999999999999999999\")");
        prop_assert_eq!(shape(&lowered.operation), parsed_operation);
        prop_assert_eq!(shape(&lowered.fragments), shape(&parsed.fragments));
    }

    #[test]
    fn a_second_look_gives_the_same_answer(source in document()) {
        let gate = gate();
        let kinds = [(); 2].map(|()| gate.admit(&source, None, object(json!({}))).map(|admitted| admitted.root_fields));
        prop_assert_eq!(&kinds[0], &kinds[1]);
    }
}
