//! The order of the root's keys. By the specification a response has them in the order in which they were asked for;
//! async-graphql 7.2 answers in the order in which they were ready. Below the root everything is ready at once.

use std::collections::HashSet;

use async_graphql::parser::types::{
    DocumentOperations, ExecutableDocument, Selection, SelectionSet,
};
use async_graphql::{Name, Value};

/// The keys of the root of a document's first operation, in the order in which they were asked for. Admission leaves one
/// operation in each document.
pub(super) fn response_keys(document: &ExecutableDocument) -> Vec<Name> {
    let operation = match &document.operations {
        DocumentOperations::Single(operation) => Some(operation),
        DocumentOperations::Multiple(operations) => operations.values().next(),
    };
    let mut keys = Keys {
        document,
        seen: HashSet::new(),
        ordered: Vec::new(),
    };
    if let Some(operation) = operation {
        keys.collect(&operation.node.selection_set.node);
    }
    keys.ordered
}

struct Keys<'a> {
    document: &'a ExecutableDocument,
    seen: HashSet<&'a Name>,
    ordered: Vec<Name>,
}

impl<'a> Keys<'a> {
    /// Terminates because admission has refused fragments that spread themselves.
    fn collect(&mut self, set: &'a SelectionSet) {
        for selection in &set.items {
            match &selection.node {
                Selection::Field(field) => {
                    let key = &field.node.response_key().node;
                    if self.seen.insert(key) {
                        self.ordered.push(key.clone());
                    }
                }
                Selection::InlineFragment(fragment) => {
                    self.collect(&fragment.node.selection_set.node);
                }
                Selection::FragmentSpread(spread) => {
                    if let Some(fragment) =
                        self.document.fragments.get(&spread.node.fragment_name.node)
                    {
                        self.collect(&fragment.node.selection_set.node);
                    }
                }
            }
        }
    }
}

/// Sorts the keys of `data` as they stand in `keys`.
pub(super) fn put_in_order(data: &mut Value, keys: &[Name]) {
    if let Value::Object(fields) = data {
        fields.sort_by_cached_key(|name, _| keys.iter().position(|key| key == name));
    }
}

#[cfg(test)]
mod tests {
    use async_graphql::parser::parse_query;

    use super::*;

    #[test]
    fn keys_stand_in_the_order_of_the_document_through_fragments() {
        let document = parse_query(
            "query { ...B a: me { id } ... on Query { z: me { id } a: me { email } } } fragment B on Query { b: me { id } }",
        )
        .unwrap();
        let keys = response_keys(&document);
        assert_eq!(keys, ["b", "a", "z"].map(Name::new));

        let mut data = Value::from_json(serde_json::json!({ "z": 1, "a": 2, "b": 3 })).unwrap();
        put_in_order(&mut data, &keys);
        assert_eq!(data.to_string(), "{b: 3, a: 2, z: 1}");
    }
}
