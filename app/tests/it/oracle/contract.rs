//! No operation of the contract is forgotten.

use std::collections::BTreeSet;

use apollo_compiler::ast::OperationType;
use apollo_compiler::{ExecutableDocument, Schema};

use super::{reads, subscriptions, writes};

#[test]
fn every_root_field_has_an_operation_written_by_hand() {
    let schema = Schema::parse_and_validate(taskhive::graphql::sdl(), "schema.graphql");
    let schema = schema.expect("the contract is a schema");
    let kinds = [
        OperationType::Query,
        OperationType::Mutation,
        OperationType::Subscription,
    ];
    let promised: BTreeSet<String> = kinds
        .iter()
        .flat_map(|kind| {
            let root = schema.root_operation(*kind).expect("all three");
            let fields = schema.get_object(root).expect("a root").fields.keys();
            fields.map(move |name| format!("{kind} {name}"))
        })
        .collect();
    let reads = reads::OPERATIONS.iter().map(|operation| operation.query);
    let writes = writes::STORY.iter().map(|step| step.operation.query);
    let written = reads.chain(writes).chain(subscriptions::WATCHED);
    let covered: BTreeSet<String> = written
        .flat_map(|query| {
            let document = ExecutableDocument::parse_and_validate(&schema, query, "oracle.graphql");
            let document = document.unwrap_or_else(|invalid| panic!("{query}: {invalid}"));
            let mut names = Vec::new();
            for operation in document.operations.iter() {
                let roots = operation.root_fields(&document);
                names.extend(
                    roots.map(|field| format!("{} {}", operation.operation_type, field.name)),
                );
            }
            names
        })
        .filter(|name| !name.contains(" __"))
        .collect();
    assert_eq!(covered, promised);
}
